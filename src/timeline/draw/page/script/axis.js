// Where things stand on the timeline: the moments from left to right, the rows from top to bottom.
//
// Knows the tracks and the variants. It says where things are to be drawn, in units of the
// timeline, and draws nothing.

// Where each moment and each instant is. A moment has a column. The gap before an instant grows
// with the square root of the time that passes, so that a millisecond is seen beside an hour.
// Variants have the same instants, and `columns` says for how many moments each instant has room:
// so equal times are at equal places, whichever of the variants is shown.
function axisOf(moments, instants, columns, width) {
  const gaps = instants.map(([at], nth) =>
    nth === 0 ? 0 : Math.sqrt(at - instants[nth - 1][0]),
  );
  const sum = gaps.reduce((all, gap) => all + gap, 0) || 1;
  const count = columns ? columns.reduce((all, some) => all + some, 0) : moments.length;
  // Where no time passes, the columns have all the room.
  const widest = gaps.some((gap) => gap > 0) ? 26 : 48;
  const between = 10 * (instants.length - 1); // the least room of all gaps together
  // The columns take at most 62 % of the width, and leave 120 units for the time that passes. Only
  // if they would be narrower than 6 units, they take more, and the axis may not fit into the
  // width.
  const most = Math.min(width * 0.62, width - between - 120) / Math.max(count, 1);
  const column = Math.max(6, Math.min(widest, most));
  const rest = Math.max(width - column * count - between, 120);
  const at = [];
  const bands = [];
  let x = 0;
  let nth = 0;
  instants.forEach((_, instant) => {
    const gap = instant === 0 ? 0 : 10 + (rest * gaps[instant]) / sum;
    x += gap;
    const from = x;
    while (nth < moments.length && moments[nth].instant === instant) {
      at.push(x);
      x += column;
      nth += 1;
    }
    if (columns) x = from + columns[instant] * column;
    bands.push([from, Math.max(x, from + 2)]);
  });
  return { at, bands, column, width: x };
}

// The rows of each track, those of Python first, since its source is on the left.
function groups() {
  const all = tracks().map((track) => ({ track, rows: shared(rowsOf(track)) }));
  return all.reverse();
}

// A row for each lane: in Rust for each lane of the run, and if there are variants, for each lane
// of any variant; in Python for each lane that is there at some moment. `lives` says for each run
// that shares these rows from which step to which the lane is there.
function rowsOf(track) {
  if (track.index === 0 && variant()) return rowsOfVariants();
  const lives = livesOf(track.steps, run().lanes.length);
  const rows = [];
  run().lanes.forEach(({ name, hue }, lane) => {
    const hasRow = track.index === 0 ? lane < run().lanes_in_rust : lives[lane] !== null;
    if (!hasRow) return;
    rows.push({ name, hue, lanes: [lane], lives: [lives[lane]], differs: [], isOnlyHere: false });
  });
  return rows;
}

function rowsOfVariants() {
  const { among, rows } = variant();
  const runs = among.map((nth) => data.scenes[nth]);
  const lives = runs.map(({ tracks, lanes }) => livesOf(tracks[0].steps, lanes.length));
  return rows.map(({ name, hue, lane, differs }, nth) => {
    const lanes = runs.map(({ variant }) => variant.rows[nth].lane);
    return {
      name,
      hue,
      lanes: lane === null ? [] : [lane],
      lives: lanes.map((lane, run) => (lane === null ? null : lives[run][lane])),
      differs,
      isOnlyHere: lane !== null && lanes[0] === null,
    };
  });
}

// For each lane the first and the last step in which it is there; none if it never is. Its own
// steps count, although a callback of asyncio has ended when its step is over. For a lane that
// another one makes and cancels in one step, that step counts.
function livesOf(steps, count) {
  const lives = Array(count).fill(null);
  const noteStep = (lane, nth) => {
    lives[lane] ??= { first: nth };
    lives[lane].last = nth;
  };
  steps.forEach(({ lane, states }, nth) => {
    noteStep(lane, nth);
    for (let other = 0; other < states.length; other += 1)
      if (isThere(states[other]) || isOverAtOnce(lives[other], states[other])) noteStep(other, nth);
  });
  return lives;
}
// The letters of a lane that has ended. A lane that is not there yet has a dot.
const ENDED = "fcpeu";
const isThere = (state) => state !== "." && !ENDED.includes(state);
const isOverAtOnce = (life, state) => life === null && ENDED.includes(state);

// Lanes of one name that a loop makes one after the other share a row, as in the pictures.
function shared(rows) {
  const all = [];
  for (const row of rows) {
    const isFree = (other) =>
      other.name === row.name && other.lives.every((life, nth) => isBefore(life, row.lives[nth]));
    const free = all.find(isFree);
    if (free === undefined) {
      all.push({ ...row });
      continue;
    }
    free.lanes = [...free.lanes, ...row.lanes];
    free.differs = [...free.differs, ...row.differs];
    free.lives = free.lives.map((life, nth) => row.lives[nth] ?? life);
    free.isOnlyHere &&= row.isOnlyHere;
  }
  return all;
}

// Whether the life of one lane is over when that of another one begins: both may be in one step.
// It is true as well if one of the two is not in this run, where they cannot meet.
function isBefore(one, other) {
  return one === null || other === null || one.last <= other.first;
}

const TOP = 20; // above the rows are the times
const AROUND_NAME = 4; // the room between a name and its frame
const BEFORE = 12; // the room before the axis begins
const AFTER = 34; // the room after its end, where the time of the last instant may stand

// How wide a text of the timeline is.
const measure = make("canvas").getContext("2d");
function wide(text, font = "12px") {
  measure.font = `${font} Inter, ui-sans-serif, system-ui, "DejaVu Sans", sans-serif`;
  return measure.measureText(text).width;
}

// The name of a lane. If there is no room for all of it, its end is left out.
function fitting(name) {
  const most = innerWidth > 800 ? 130 : 76;
  const letters = lettersOf(name);
  let text = name;
  while (wide(text, "600 12px") > most && letters.pop()) text = `${letters.join("")}…`;
  return text;
}

// How many pixels high is what stands above and below the timeline in its part of the page.
function aroundChart() {
  const below = getComputedStyle(byId("below"));
  const edges = ["paddingTop", "paddingBottom", "borderTopWidth"];
  const sum = edges.reduce((sum, edge) => sum + parseFloat(below[edge]), 0);
  return Math.ceil(sum + byId("what-if").offsetHeight + 2);
}

// How high the timeline may be, in pixels: its part of the page has this many rem. Rows become
// lower to fit into `USUAL`. If they are as low as they can be, the part may have `MOST`, as the
// style sheet says in its `grid-template`. A higher timeline scrolls.
const USUAL = 16;
const MOST = 17;
function heightOf(part) {
  return part * rem() - aroundChart();
}

// How many pixels a unit of the timeline has. In a large window its letters grow with the text
// around it. On a phone they do not shrink with it, since smaller letters could not be read.
const scaleOfChart = () => Math.max(rem() / 16, 1);

// Gives each row its place. Returns how high a row is, and where the last row ends.
function arrange(shown, room) {
  const between = 8; // between the rows of the two languages
  const count = shown.reduce((sum, { rows }) => sum + rows.length, 0);
  const free = (room - TOP - between * (shown.length - 1)) / Math.max(count, 1);
  // Two languages have more rows than one, so theirs may be lower.
  const rowHeight =
    shown.length > 1 ? Math.max(12, Math.min(24, free)) : Math.max(15, Math.min(34, free));
  let height = TOP;
  for (const group of shown) {
    if (height > TOP) height += between;
    const top = height;
    group.middle = (nth) => top + nth * rowHeight + rowHeight / 2;
    const nths = new Map(group.rows.flatMap(({ lanes }, nth) => lanes.map((lane) => [lane, nth])));
    group.y = (lane) => group.middle(nths.get(lane));
    height += group.rows.length * rowHeight;
  }
  return { rowHeight, height };
}
