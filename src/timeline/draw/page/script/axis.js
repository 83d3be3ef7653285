// Where things stand on the timeline: the moments from left to right, the rows from top to bottom.
//
// Knows widths and heights, and draws nothing.

// Time by its square root, so that a millisecond is seen beside an hour; and a column for each
// moment. Variants have the same instants, and `columns` says how many moments each of these has
// room for: so equal times are at equal places, whichever of the variants is shown.
function places(moments, instants, columns, width) {
  const gaps = instants.map(([at], nth) =>
    nth === 0 ? 0 : Math.sqrt(at - instants[nth - 1][0]),
  );
  const sum = gaps.reduce((all, gap) => all + gap, 0) || 1;
  const count = columns ? columns.reduce((all, some) => all + some, 0) : moments.length;
  // Where no time passes, the columns have all the room.
  const widest = gaps.some((gap) => gap > 0) ? 26 : 48;
  const column = Math.max(6, Math.min(widest, (width * 0.62) / Math.max(count, 1)));
  const rest = Math.max(width - column * count - 10 * (instants.length - 1), 120);
  const at = [];
  const bands = [];
  let x = 0;
  let nth = 0;
  instants.forEach((_, instant) => {
    const gap = instant === 0 ? 0 : 10 + Math.min((rest * gaps[instant]) / sum, rest);
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

// The rows of each track, those of Python first, since its source is on the left. In Rust each
// lane has a row, and if there are variants, each lane of any variant. In Python each lane has a
// row that is ever there.
function groups() {
  const all = tracks().map((track) => {
    const lanes = [...run().lanes.keys()];
    // A callback of asyncio is no task, so it has a step and no state.
    const isSeen = ({ lane, states }, wanted) =>
      lane === wanted || (states[wanted] ?? ".") !== ".";
    const seen = lanes.filter((lane) => track.steps.some((step) => isSeen(step, lane)));
    const own = track.index === 0 ? lanes.slice(0, run().rows) : seen;
    const rows = own.map((lane) => ({
      name: name(lane),
      hue: run().lanes[lane].hue,
      lane,
      differs: [],
    }));
    return { track, rows: track.index === 0 ? (variant()?.rows ?? rows) : rows };
  });
  return all.reverse();
}

const TOP = 20; // above the rows are the times
const BEFORE = 12; // what is seen of the axis before its beginning
const AFTER = 34; // and after its end, where the time of the last instant may stand

// How wide a text of the timeline is.
const measure = make("canvas").getContext("2d");
function wide(text, font = "12px") {
  measure.font = `${font} Inter, ui-sans-serif, system-ui, "DejaVu Sans", sans-serif`;
  return measure.measureText(text).width;
}

// The name of a lane, as long as there is room for it.
function fitting(name) {
  const most = innerWidth > 800 ? 130 : 76;
  let text = name;
  while (wide(text, "600 12px") > most) text = `${text.slice(0, text === name ? -1 : -2)}…`;
  return text;
}

// How high the timeline may be: more of it scrolls.
function mostHeight() {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  return 16 * rem - aroundChart();
}

// Gives each row its place, and says how high a row is and where the last one ends.
function arrange(shown, room) {
  const between = 8; // between the rows of the two languages
  const count = shown.reduce((sum, { rows }) => sum + rows.length, 0);
  const free = (room - TOP - between * (shown.length - 1)) / Math.max(count, 1);
  const row =
    shown.length > 1 ? Math.max(12, Math.min(24, free)) : Math.max(20, Math.min(34, free));
  let height = TOP;
  for (const group of shown) {
    if (height > TOP) height += between;
    const top = height;
    group.middle = (nth) => top + nth * row + row / 2;
    const nths = new Map(group.rows.map(({ lane }, nth) => [lane, nth]));
    group.y = (lane) => group.middle(nths.get(lane));
    height += group.rows.length * row;
  }
  return { row, height };
}
