// The strip below the code: for each language a sentence and the lists after the step, and below
// them how the two languages part.
//
// Knows the tracks. Knows neither the code nor the timeline.

// A section for each language, in the order of the tracks. A page without a source has one section.
const strips = data.sources.map(({ name, language }) => {
  const section = make("section", { "aria-label": `State in ${name}` });
  place(byId("strip"), section, language);
  return section;
});
if (strips.length === 0) {
  strips.push(make("section"));
  byId("strip").append(strips[0]);
}
byId("strip").classList.toggle("two", data.sources.length > 1);

function tile(lane, kind = "") {
  return make("span", { class: `tile ${kind} ${colourOf(lane)}` }, name(lane));
}

// Of a longer list this many lanes are named, so that it leaves room for the lists beside it.
const MOST_NAMED = 10;

// Tiles for the first of some lanes, and how many more there are.
function tiles(lanes, kind = "") {
  const named = lanes.slice(0, MOST_NAMED).map((lane) => tile(lane, kind));
  const more = lanes.slice(MOST_NAMED);
  if (more.length > 0) {
    const title = more.map(name).join(", ");
    named.push(make("span", { class: "more", title }, `and ${more.length} more`));
  }
  return named;
}

// A list with its heading. An empty list keeps its place, so that the others stay where they are.
function cell(title, ...content) {
  const filled = content.length ? content : ["–"];
  return make("div", { class: "cell" }, make("h3", {}, title), make("div", {}, ...filled));
}

function between(elements, separator) {
  return elements.flatMap((element, nth) => (nth > 0 ? [separator, element] : [element]));
}

// The lanes that are ready, in order. A lane that another one polls, as a branch of `join!`, stands
// behind the name of that one, since the runtime has one task for both.
function readyGroups({ ready, ready_inside }) {
  const groups = [];
  for (const [nth, lane] of ready.entries()) {
    const inside = ready_inside[nth];
    const last = groups.at(-1);
    if (last && last.inside === inside) last.lanes.push(lane);
    else groups.push({ inside, lanes: [lane] });
  }
  return groups.map(({ inside, lanes }) => {
    const parent = inside === null ? [] : [name(inside), " ▸ "];
    return make("span", { class: "group" }, ...parent, ...tiles(lanes, "ready"));
  });
}

// The timers that are due at one time stand together, in the order in which they are due.
function byTime(timers) {
  const times = new Map();
  for (const [lane, { words, why }] of timers) {
    if (!times.has(words)) times.set(words, { words, why, lanes: [] });
    times.get(words).lanes.push(lane);
  }
  return [...times.values()];
}

// Which lane waits for which. A chain that comes back to a lane that it has passed, as in a
// deadlock, has a frame.
function waitingChains(waits) {
  return waits.map((chain) => {
    const last = chain.at(-1);
    const circle = last.length === 1 && chain.slice(0, -1).some(([lane]) => lane === last[0]);
    const links = chain.map((lanes) => make("span", {}, ...between(tiles(lanes), " ")));
    return make("span", { class: `group${circle ? " circle" : ""}` }, ...between(links, " → "));
  });
}

// Lanes that wait, where it is not proved for which others; and what is known, in words. Without
// this a reader of a deadlock would look for its cycle in vain.
function unprovedWaits(unproved) {
  return unproved.map(([lanes, words]) =>
    make("span", { class: "group" }, ...between(tiles(lanes), " "), ` → ${words}`),
  );
}

// What a language does while only the other one has a step. It may be in the middle of a poll, or,
// in Python, of a call of the event loop; and closures may be on threads of their own.
function withoutStep({ states }, language) {
  const lanes = [...run().lanes.keys()];
  const polled = lanes.filter((lane) => "rb".includes(states[lane])).map(name);
  const working = lanes.filter((lane) => states[lane] === "t").map(name);
  const [one, several] =
    language === "Python"
      ? ["still has its turn", "still have their turns"]
      : ["is in the middle of its poll", "are in the middle of their polls"];
  const parts = [];
  if (polled.length > 0)
    parts.push(`${polled.join(" and ")} ${polled.length === 1 ? one : several}`);
  if (working.length === 1) parts.push(`${working[0]} stays on its thread`);
  if (working.length > 1) parts.push(`${working.join(" and ")} stay on their threads`);
  return parts.length > 0 ? `No step here: ${parts.join(", and ")}.` : "No step here.";
}

// Shows in the strip of a language what it does in a moment, and the lists after that.
function showStrip(element, track, moment) {
  const current = track.shown(moment);
  const idle = track.isIdle(moment);
  const tells = make("p", { class: "tells" });
  element.classList.toggle("idle", idle);
  if (!current) {
    tells.append("Nothing has run yet.");
    element.replaceChildren(tells, make("div", { class: "cells" }));
    return;
  }
  const ran = [];
  if (idle) {
    tells.append(withoutStep(current, track.language));
  } else {
    tells.append(
      make("b", { class: colourOf(current.lane) }, name(current.lane)),
      ` ${current.sentence}`,
    );
    if (current.later !== null && showsFuture()) {
      const waiting = current.tells_of_others ? name(current.lane) : "It";
      tells.append(make("span", { class: "later" }, ` ${waiting} waits ${current.later}.`));
    }
    for (const lane of current.around) ran.push(`${name(lane)} ▸`);
    ran.push(tile(current.lane, "full"));
  }
  const unpolled = [...run().lanes.keys()].filter((lane) => current.states[lane] === "x");
  const cells = [
    cell("Ran", ...ran),
    // An event loop calls what is ready in the order of its one queue. `main` has no place in
    // tokio's queue, so of tokio only the order of the wakes is known.
    cell(
      track.isOfALoop ? "Ready, in order" : "Ready, in order of wakes",
      ...readyGroups(current),
    ),
  ];
  if (unpolled.length > 0) cells.push(cell(data.words.x, ...tiles(unpolled, "unpolled")));
  if (showsFuture()) {
    const timers = byTime(current.timers).map(({ words, why, lanes }) =>
      make("span", { class: "group", title: why }, words, ...tiles(lanes)),
    );
    const waits = [...waitingChains(current.waits), ...unprovedWaits(current.unproved)];
    // A lane that is polled may have a timer of which nothing has told.
    const whose = track.isOfALoop ? "Timers" : "Timers, as far as seen";
    const chains = cell("Waits for", ...waits);
    chains.classList.add("chains");
    cells.push(cell(whose, ...timers), chains);
  }
  element.replaceChildren(tells, make("div", { class: "cells" }, ...cells));
}

// Where the two languages part: what they do not print alike, and what the header of the
// example says of Python.
function showParting(moment) {
  const element = byId("parting");
  element.hidden = run().moments.every(({ parting }) => parting === null);
  const { parting } = run().moments[moment] ?? { parting: null };
  const reason = run().of_python === null ? [] : prose(` ${run().of_python}`);
  element.replaceChildren(...(parting === null ? [] : [make("b", {}, parting), ...reason]));
}

// Keeps the room that the fullest steps of a scene need in the strip, so that the sources do not
// jump from step to step; the style sheet limits it. Of the two places that the style sheet has for
// what lanes wait for, the one is taken with which the strip is lower.
function reserve() {
  const { style } = byId("state");
  const { classList } = byId("strip");
  classList.remove("in-rows");
  for (const part of ["--tells", "--cells", "--parting"]) style.setProperty(part, "0px");
  if (innerWidth <= 800) return; // there the page scrolls
  const fullest = fullestSteps();
  let heights = heightsIn(fullest);
  classList.add("in-rows");
  const inRows = heightsIn(fullest);
  if (inRows["--cells"] < heights["--cells"]) heights = inRows;
  else classList.remove("in-rows");
  for (const [part, height] of Object.entries(heights)) style.setProperty(part, `${height}px`);
}

// The moments with the most text in the strip.
function fullestSteps() {
  const fullest = (sizeOf, count) =>
    run()
      .moments.map((_, nth) => [sizeOf(nth), nth])
      .sort(([one], [other]) => other - one)
      .slice(0, count)
      .map(([, nth]) => nth);
  const steps = (nth) => tracks().map((track) => track.shown(nth)).filter((step) => step);
  // About how many letters wide these are: the border of a tile counts as 3, and a time as 6.
  const letters = (lanes) => lanes.reduce((sum, lane) => sum + name(lane).length + 3, 0);
  const most = (nth, sizeOf) => Math.max(0, ...steps(nth).map(sizeOf));
  const told = ({ sentence, later }) => sentence.length + (later?.length ?? 0);
  const listed = ({ ready, timers, waits, unproved }) =>
    letters([...ready, ...timers.map(([lane]) => lane), ...waits.flat(2)]) +
    6 * timers.length +
    unproved.reduce((sum, [lanes, words]) => sum + letters(lanes) + words.length, 0);
  return new Set([
    ...fullest((nth) => most(nth, told), 2),
    ...fullest((nth) => most(nth, listed), 3),
    ...fullest((nth) => run().moments[nth].parting?.length ?? 0, 1),
  ]);
}

// How high the parts of the strip are at most in these moments.
function heightsIn(moments) {
  const strip = byId("strip");
  const heights = { "--tells": 0, "--cells": 0, "--parting": 0 };
  for (const nth of moments) {
    for (const track of tracks()) showStrip(strips[track.index], track, nth);
    showParting(nth);
    for (const kind of ["tells", "cells"]) {
      for (const element of strip.querySelectorAll(`.${kind}`))
        heights[`--${kind}`] = Math.max(heights[`--${kind}`], element.offsetHeight);
    }
    heights["--parting"] = Math.max(heights["--parting"], byId("parting").offsetHeight);
  }
  return heights;
}
