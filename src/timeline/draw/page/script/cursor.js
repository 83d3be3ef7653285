// What moves on the timeline: the cursor, the edge between past and future, the arrow of a wake.
//
// Knows what was drawn. Of the texts and times it touches only those that may differ between two
// moments: there may be thousands.

function showChart() {
  const { axis, veil, wakes, cursor, moving, room, namesWidth, width } = drawn;
  const x = axis.at[moment] ?? 0;
  // An axis that is wider than its place is moved so that the cursor stands in the middle, but no
  // further than to its ends. One that just fits may seem to be a little wider, since its columns
  // are fractions of a pixel.
  const most = axis.width - room < 1 ? 0 : axis.width - room;
  const shift = Math.min(Math.max(x - room / 2, 0), most);
  drawn.begin = namesWidth - shift; // where the axis begins now
  for (const part of moving) part.style.translate = `${(100 * drawn.begin) / width}%`;
  showStretches(drawn, shift - BEFORE, shift + room + AFTER);
  for (const [left, right] of drawn.fades) {
    left.classList.toggle("left-out", shift === 0);
    right.classList.toggle("left-out", shift === most);
  }
  // The veil begins right behind the column: there the line of the thread turns to the lane that is
  // next. A text that begins right behind the column, as the sign of an end, belongs to it.
  const end = axis.width + AFTER;
  const edge = isAtEnd() ? end : x + axis.column;
  veil.setAttribute("x", edge);
  veil.setAttribute("width", end - edge);
  cursor.setAttribute("x", x - 1);
  showTimes(drawn, shift);
  showTexts(drawn, isAtEnd() ? end : edge + 2);
  chart.classList.toggle("without-future", !showsFuture());
  for (const wake of wakes) showWake(wake, axis);
  for (const group of drawn.shown) showRunning(group);
}

// Frames the names of the lanes that run. The lane that ran has a full frame. Each lane that polls
// it has an empty one, since it is running, too.
function showRunning(group) {
  const { track, y, frames, names } = group;
  const current = track.isIdle(moment) ? null : track.shown(moment);
  group.running?.classList.remove("runs");
  group.running = current && names.get(current.lane);
  group.running?.classList.add("runs");
  const right = drawn.namesWidth - BEFORE - 6;
  const height = Math.min(16, drawn.rowHeight - 1);
  const framed = current ? [...current.around, current.lane] : [];
  const elements = framed.map((lane) => {
    const width = wide(fitting(name(lane)), "600 12px") + 2 * AROUND_NAME;
    const kind = lane === current.lane ? "ran" : "polls";
    const place = { x: right + AROUND_NAME - width, y: y(lane) - height / 2, width, height, rx: 3 };
    return make("rect", { class: `frame ${kind} ${colourOf(lane)}`, ...place });
  });
  frames.replaceChildren(...elements);
}

// If there is no room for all rows, scrolls to the row of the lane that ran. If the rows of both
// languages do not fit, that of Rust is in sight, since it comes last here.
function scrollToRows() {
  if (!drawn.scrolls) return;
  const { rowHeight, scale } = drawn;
  for (const { track, y } of drawn.shown) {
    if (track.isIdle(moment) || !track.shown(moment)) continue;
    const middle = y(track.shown(moment).lane);
    const above = (middle - rowHeight / 2 - TOP) * scale;
    const below = (middle + rowHeight / 2) * scale;
    if (above >= chart.scrollTop && below <= chart.scrollTop + chart.clientHeight) continue;
    // A whole row stands right below the times.
    const hidden = Math.round((middle - chart.clientHeight / scale / 2) / rowHeight);
    chart.scrollTop = Math.max(hidden, 0) * rowHeight * scale;
  }
}

// Shows the time at which the cursor stands, and hides those for which it leaves no room. An
// instant may begin to the left of what is seen; its time stands at the edge then, beside the fade.
// Only the times around the cursor are touched, and those around where it was: there may be
// thousands.
function showTimes(drawn, shift) {
  const { times } = drawn;
  const now = run().moments[moment]?.instant ?? 0;
  for (const { element, isRoom } of drawn.around) {
    element.classList.remove("now");
    element.classList.toggle("left-out", !isRoom);
  }
  drawn.now?.element.setAttribute("x", drawn.now.begin);
  drawn.now = times[now];
  drawn.around = [times[now]];
  const { element } = times[now];
  const begin = shift === 0 ? times[now].begin : Math.max(times[now].begin, shift - BEFORE + FADE);
  const end = begin + times[now].end - times[now].begin;
  element.setAttribute("x", begin);
  element.classList.add("now");
  element.classList.remove("left-out");
  const covers = (other) => other.end + 8 > begin && other.begin < end + 8;
  for (const step of [-1, 1]) {
    let nth = now + step;
    // Behind a time that is hidden anyway there may be one that is covered.
    while (times[nth] && (covers(times[nth]) || !times[nth].isRoom)) {
      times[nth].element.classList.add("left-out");
      drawn.around.push(times[nth]);
      nth += step;
    }
  }
}

// Makes each text a text of the past or of the future, as a whole. The first `drawn.past` texts are
// those of the past.
function showTexts(drawn, edge) {
  const { texts } = drawn;
  while (texts[drawn.past]?.from <= edge) {
    texts[drawn.past].element.classList.remove("later");
    drawn.past += 1;
  }
  while (texts[drawn.past - 1]?.from > edge) {
    drawn.past -= 1;
    texts[drawn.past].element.classList.add("later");
  }
}

// The moment in which another lane woke the one that runs now; none if no lane did.
function wokenAt(track) {
  const from = track.isIdle(moment) ? null : track.shown(moment)?.woken_in;
  return from === null || from === undefined ? null : track.momentOf[from];
}

function showWake({ track, y, head, line, target }, axis) {
  const from = wokenAt(track);
  let paths = { line: "", head: "" };
  if (from !== null) {
    const middle = axis.column / 2;
    const { lane, woken_by } = track.shown(moment);
    const waker = { x: axis.at[from] + middle, y: y(woken_by) };
    paths = wakeArrow(waker, { x: axis.at[moment] + middle, y: y(lane) });
    line.setAttribute("class", `wake ${colourOf(lane)}`);
    head.setAttribute("class", `head ${colourOf(lane)}`);
  }
  for (const element of [line, target]) element.setAttribute("d", paths.line);
  head.setAttribute("d", paths.head);
  target.dataset.from = from ?? ""; // where a click on it leads
}

// The moment in whose column the pointer is, or the last one before it; the first one if there is
// none.
function momentAt(clientX) {
  const box = chart.getBoundingClientRect();
  const x = (clientX - box.left) / drawn.scale - drawn.begin;
  const places = drawn.axis.at;
  let low = 0;
  while (low + 1 < places.length && places[low + 1] <= x) low += 1;
  return low;
}
