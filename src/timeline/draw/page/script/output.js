// The output so far: what the lanes print, in order.
//
// Knows the tracks. Its lines are listed once for each scene, and shown or hidden by their moments.

let printed = []; // the moment from which on each printed line is shown, and the line
let visible = 0; // the number of lines that are shown, from the first one on
let marked = []; // the lines that this moment has added

// The note beside a line that only one language prints here. It names that language, and the lane
// if the other one prints the line by another lane.
const UNLIKE = {
  only: (language) => `only ${language}`,
  in_another_order: (language) => `here in ${language}`,
  at_another_time: (language) => `at this time in ${language}`,
  by_another_lane: (language, lane) => `in ${language} by ${lane}`,
};

function listOutput() {
  const list = byId("lines");
  list.replaceChildren();
  printed = [];
  visible = 0;
  marked = [];
  let inRust = 0; // how many lines of Rust came before
  for (const { moment, track, step: nth, line: number, unlike } of run().output) {
    const { language, steps } = tracks()[track];
    const step = steps[nth];
    const [lane, text] = step.says[number];
    const time = (step.said_at[number] / 1e9).toFixed(3);
    const said = make("div", {}, make("span", {}, text));
    const parts = [make("time", {}, time), tile(lane), said];
    const line = make("li", { class: colourOf(lane), "data-of": lane, hidden: "" }, ...parts);
    // How the first variant prints the line. Only lines of Rust are compared.
    const inFirst = track === 0 ? (variant()?.lines[inRust] ?? "same") : "same";
    if (track === 0) inRust += 1;
    const notes = [];
    if (inFirst === "only_here") notes.push(`not in ${firstTitle()}`);
    if (inFirst === "at_another_time") notes.push(`at another time in ${firstTitle()}`);
    if (inFirst === "by_another_lane") notes.push(`by another lane in ${firstTitle()}`);
    if (unlike !== null) notes.push(UNLIKE[unlike](language, name(lane)));
    if (inFirst !== "same") line.classList.add(inFirst.replaceAll("_", "-"));
    if (notes.length > 0) said.prepend(make("span", { class: "unlike" }, notes.join(", ")));
    printed.push([moment, line]);
  }
  list.append(...printed.map(([, line]) => line));
  if (run().verdict !== null) {
    // The last line of Python may stand above it, and Python may have ended regularly.
    const ended = tracks().length > 1 ? "Rust ended" : "ended";
    const line = make(
      "li",
      { hidden: "" },
      make("span", { class: "verdict" }, ...prose(`${ended}: ${run().verdict}`)),
    );
    list.append(line);
    printed.push([run().moments.length - 1, line]);
  }
}

// How many pixels more the list needs to show all of its lines at the end.
function outputLacks() {
  const list = byId("lines");
  for (const [, line] of printed) line.hidden = false;
  const last = printed.at(-1)?.[1];
  const high = last ? last.offsetTop + last.offsetHeight : 0;
  printed.forEach(([, line], nth) => (line.hidden = nth >= visible));
  return high - list.clientHeight;
}

// Gives the output the room that the sources of this scene leave empty, or that they have beyond
// what shows a function with what calls it.
function widenOutput() {
  if (innerWidth <= 800) return; // there the page scrolls
  const free = panes.map(({ box, marks }) => {
    const last = [...box.children].filter((part) => part !== marks && !part.hidden).at(-1);
    // One row stays empty: a note may make a line longer.
    const empty = box.clientHeight - (last.offsetTop + 2 * last.offsetHeight);
    return Math.max(empty, box.clientHeight - 20 * rem());
  });
  const more = Math.min(...free, outputLacks());
  const { style } = document.body;
  if (more > 0) style.setProperty("--below", `${byId("below").offsetHeight + more}px`);
}

// Shows the lines up to the moment, and marks those that it has added. Only lines that change are
// touched: there may be thousands.
function showOutput() {
  while (visible < printed.length && printed[visible][0] <= moment) {
    printed[visible][1].hidden = false;
    visible += 1;
  }
  while (visible > 0 && printed[visible - 1][0] > moment) {
    visible -= 1;
    printed[visible][1].hidden = true;
  }
  for (const line of marked) line.classList.remove("now");
  marked = printed.slice(firstLine(([from]) => from >= moment), visible).map(([, line]) => line);
  for (const line of marked) line.classList.add("now");
  const current = run().moments[moment];
  byId("at").textContent = current ? `at ${run().instants[current.instant][1]}` : "";
}

// Scrolls so that the last line is seen. Only the list is scrolled, and never the page: on a phone
// the source would go out of sight.
//
// The list begins with a whole line. That may leave out the first line of this moment, although the
// last of its rows fit. Then the list begins with the first row that is whole; or with the whole
// line, if this cuts off only the room below the letters of the last line.
function scrollToLast() {
  const list = byId("lines");
  const last = printed[visible - 1]?.[1];
  const least = last ? last.offsetTop + last.offsetHeight - list.clientHeight : 0;
  const first = least > 0 ? printed[firstLine(([, line]) => line.offsetTop >= least)] : undefined;
  const begin = first?.[1].offsetTop ?? 0;
  const own = marked[0];
  const isCut = own && own.offsetTop < begin && own.offsetTop + own.offsetHeight > least;
  if (!isCut) {
    list.scrollTop = begin;
    return;
  }
  const row = parseFloat(getComputedStyle(own).lineHeight);
  const cut = Math.ceil((least - own.offsetTop - rem() / 2) / row) * row;
  list.scrollTop = cut < own.offsetHeight - row / 2 ? own.offsetTop + cut : begin;
}

// The index of the first shown line for which a condition holds; the number of shown lines if it
// holds for none.
function firstLine(holds) {
  return firstIndex(visible, (nth) => holds(printed[nth]));
}
