// The output so far: what the lanes print, in order.
//
// Knows the tracks. Its lines are listed once for each scene, and shown or hidden by their moments.

let printed = []; // the moment from which on each printed line is shown, and the line
let visible = 0; // the number of lines that are shown, from the first one on
let marked = []; // the lines that this moment has added

// The note beside a line that only one language prints here. It names that language.
const UNLIKE = {
  only: (language) => `only ${language}`,
  in_another_order: (language) => `here in ${language}`,
  at_another_time: (language) => `at this time in ${language}`,
  by_another_lane: (language) => `by this lane in ${language}`,
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
    const line = make("li", { class: colourOf(lane), hidden: "" }, ...parts);
    // How the first variant prints the line. Only lines of Rust are compared.
    const inFirst = track === 0 ? (variant()?.lines[inRust] ?? "same") : "same";
    if (track === 0) inRust += 1;
    const notes = [];
    if (inFirst === "only_here") notes.push(`not in “${data.scenes[variant().among[0]].title}”`);
    if (inFirst === "at_another_time") notes.push("at another time");
    if (inFirst === "by_another_lane") notes.push("by another lane");
    if (unlike !== null) notes.push(UNLIKE[unlike](language));
    if (inFirst !== "same") line.classList.add(inFirst.replaceAll("_", "-"));
    if (notes.length > 0) said.prepend(make("span", { class: "unlike" }, notes.join(", ")));
    printed.push([moment, line]);
  }
  list.append(...printed.map(([, line]) => line));
  if (run().verdict !== null) {
    const line = make(
      "li",
      { hidden: "" },
      make("span", { class: "verdict" }, ...prose(`ended: ${run().verdict}`)),
    );
    list.append(line);
    printed.push([run().moments.length - 1, line]);
  }
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
  scrollToLast();
  const current = run().moments[moment];
  byId("at").textContent = current ? `at ${run().instants[current.instant][1]}` : "";
}

// Scrolls so that the last line is seen. Only the list is scrolled, and never the page: on a phone
// the source would go out of sight.
//
// The list begins with a whole line. That may leave out the first line of this moment, although a
// part of it fits. Then the list begins with that part; or with the whole line, if this cuts off
// only the room below the letters of the last line.
function scrollToLast() {
  const list = byId("lines");
  const last = printed[visible - 1]?.[1];
  const least = last ? last.offsetTop + last.offsetHeight - list.clientHeight : 0;
  const first = least > 0 ? printed[firstLine(([, line]) => line.offsetTop >= least)] : undefined;
  const begin = first?.[1].offsetTop ?? 0;
  const own = marked[0];
  const isCut = own && own.offsetTop < begin && own.offsetTop + own.offsetHeight > least;
  if (!isCut) list.scrollTop = begin;
  else list.scrollTop = least - own.offsetTop < rem() / 2 ? own.offsetTop : least;
}

// The index of the first shown line for which a condition holds; the number of shown lines if it
// holds for none. If it holds for a line, it must hold for all later ones, since the search halves
// the lines.
function firstLine(holds) {
  let from = 0;
  let to = visible;
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (holds(printed[middle])) to = middle;
    else from = middle + 1;
  }
  return from;
}
