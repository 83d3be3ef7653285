// The lines between polls on a timeline: the way of the thread from lane to lane, and the arrow
// from a poll that woke a lane to the poll of that lane.
//
// These functions are given the places of polls, and tell the paths of SVG. A page draws them.

// The runtime's thread as lines from lane to lane. Each poll has the x at which it begins, the
// middle of its column, and the y of its row; its instant, and whether it keeps the thread while
// time passes. A line stays in its row until the next poll begins, so that it gives away nothing of
// the future. From one instant to the next there is none, since nothing runs, unless a poll keeps
// the thread. A poll that is not drawn is null, and ends its line. Each line has its path, and its
// first and its last poll.
function threadLines(polls) {
  const lines = [];
  let line = null;
  for (const poll of polls) {
    if (poll === null) {
      line = null;
      continue;
    }
    const { begin, middle, y, instant } = poll;
    if (line === null || (instant > line.last.instant && !line.last.blocks)) {
      line = { path: `M${middle} ${y}`, first: poll, last: poll };
      lines.push(line);
    } else {
      line.path += ` H${begin} L${middle} ${y}`;
      line.last = poll;
    }
  }
  return lines;
}

// The arrow of a wake, from one point to another: the path of its line, and that of its head. The
// line ends inside the head, whose tip would be blunt otherwise. Within a row it is straight.
const TIP = { long: 6, half: 3.5 };

function wakeArrow(from, to) {
  const tip = `M${to.x} ${to.y}`;
  const down = Math.sign(to.y - from.y);
  if (down === 0) {
    const line = `M${from.x} ${from.y} H${to.x - TIP.long / 2}`;
    return { line, head: `${tip} l${-TIP.long} ${-TIP.half} v${2 * TIP.half} z` };
  }
  const half = (from.y + to.y) / 2;
  const end = to.y - (down * TIP.long) / 2;
  const line = `M${from.x} ${from.y} C${from.x} ${half} ${to.x} ${half} ${to.x} ${end}`;
  return { line, head: `${tip} l${-TIP.half} ${-down * TIP.long} h${2 * TIP.half} z` };
}
