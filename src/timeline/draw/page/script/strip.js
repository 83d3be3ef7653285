// The strip below the code: for each language a sentence and the lists after the step, and below
// them how the two languages part.
//
// Knows the tracks. Knows neither the code nor the timeline. The lists themselves are made in
// `player/lists`.

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

const tile = (lane, kind) => tileOf(run().lanes[lane], kind);

// Whether a language has no more steps, and none of its lanes is there any more. Then that is no
// secret of the future.
function isOver(track, states, moment) {
  return moment > track.momentOf.at(-1) && [...states].every((state) => !isThere(state));
}

// What a language does while only the other one has a step. It may be in the middle of a poll, or,
// in Python, of a call of the event loop; and closures may be on threads of their own.
function withoutStep({ states }, track, moment) {
  if (isOver(track, states, moment)) return `${track.language} has ended.`;
  const { language } = track;
  const lanes = [...run().lanes.keys()];
  const polled = lanes.filter((lane) => "rb".includes(states[lane])).map(name);
  const working = lanes.filter((lane) => states[lane] === "t").map(name);
  const [one, several] =
    language === "Python"
      ? ["still has its turn", "still have their turns"]
      : ["is in the middle of its poll", "are in the middle of their polls"];
  const hasEnded = moment > track.momentOf.at(-1);
  if (language === "Rust" && hasEnded && run().verdict !== null && showsFuture())
    return "Rust has no more steps: its run was ended.";
  const parts = [];
  if (polled.length > 0)
    parts.push(`${polled.join(" and ")} ${polled.length === 1 ? one : several}`);
  if (working.length === 1) parts.push(`${working[0]} stays on its thread`);
  if (working.length > 1) parts.push(`${working.join(" and ")} stay on their threads`);
  return parts.length > 0 ? `No step here: ${parts.join(", and ")}.` : "No step here.";
}

// What a sentence says of lanes that are polled next: which they are, and how many, is the future.
const POLLS_LANES = "polls lanes inside it";

// The sentence of a step. Where the future is shown, it names the lanes that the lane polls next.
function withPolled({ sentence, polls }) {
  const at = polls !== null && showsFuture() ? sentence.indexOf(POLLS_LANES) : -1;
  if (at < 0) return [sentence];
  const named = make("span", { class: "later" }, `polls ${polls}`);
  return [sentence.slice(0, at), named, sentence.slice(at + POLLS_LANES.length)];
}

// What waits from a step on: its lane, or the coroutine in the lane of an event loop, whose loop
// goes on before.
function waiting({ lane, tells_of_others, later_of_coroutine }) {
  const [its, it] = tells_of_others ? [`${name(lane)}’s`, name(lane)] : ["Its", "It"];
  return later_of_coroutine ? `${its} coroutine waits` : `${it} waits`;
}

// Shows in the strip of a language what it does in a moment, and the lists after that.
function showStrip(element, track, moment) {
  const current = track.shown(moment);
  const idle = track.isIdle(moment);
  const tells = make("p", { class: "tells" });
  element.classList.toggle("idle", idle);
  if (!current) {
    tells.append("Nothing has run yet.");
    renew(element, make("section", {}, tells, make("div", { class: "cells" })));
    return;
  }
  if (idle) {
    tells.append(withoutStep(current, track, moment));
  } else {
    tells.append(make("b", { class: colourOf(current.lane) }, name(current.lane)), " ");
    tells.append(...withPolled(current));
    if (showsFuture() && current.later !== null)
      tells.append(make("span", { class: "later" }, ` ${waiting(current)} ${current.later}.`));
  }
  const lists = listsAfter(current, run().lanes, {
    ran: !idle,
    future: showsFuture(),
    isOfALoop: track.isOfALoop,
    unpolled: data.words.x,
  });
  renew(element, make("section", {}, tells, make("div", { class: "cells" }, ...lists)));
}

// Where the two languages part: what they do not print alike, in bold where that is news; and what
// the header of the example says of Python. The latter stays from the first step on that only one
// of them has: there a reader asks why, also where both print the same.
//
// Both may tell what happens later. So where the future is hidden they are `told` only at the end.
function showParting(moment, told = showsFuture() || isAtEnd()) {
  const element = byId("parting");
  element.hidden = !run().moments.some((_, nth) => textOfParting(nth) !== "");
  const { parting } = run().moments[moment] ?? { parting: null };
  element.classList.toggle("quiet", parting === null);
  if (!told) {
    const isThere = textOfParting(moment) !== "";
    element.textContent = isThere ? "How the two differ is said at the end." : "";
    return;
  }
  const parts = [];
  if (parting !== null) {
    const isNews = run().moments.findIndex((one) => one.parting !== null) === moment;
    parts.push(make(isNews ? "b" : "span", {}, parting), " ");
  }
  element.replaceChildren(...parts, ...prose(reasonAt(moment)));
}

// What the header says of Python, if a reader sees at a moment that the two are not alike.
function reasonAt(moment) {
  const { of_python } = run();
  const isSeen = moment >= firstParting();
  return of_python !== null && isSeen ? of_python : "";
}

// The first moment of which one language has no step, or in which they do not print alike;
// `Infinity` if there is none. It is found once for each scene, since each step needs it, and a
// scene may have thousands of moments.
const firstPartings = new WeakMap();
function firstParting() {
  const { moments } = run();
  if (!firstPartings.has(moments)) {
    const nth = moments.findIndex(
      ({ steps, parting }) => parting !== null || (steps.length > 1 && steps.includes(null)),
    );
    firstPartings.set(moments, nth < 0 ? Infinity : nth);
  }
  return firstPartings.get(moments);
}

function textOfParting(moment) {
  return (run().moments[moment]?.parting ?? "") + reasonAt(moment);
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
    ...fullest((nth) => textOfParting(nth).length, 1),
  ]);
}

// How high the parts of the strip are at most in these moments.
function heightsIn(moments) {
  const strip = byId("strip");
  const heights = { "--tells": 0, "--cells": 0, "--parting": 0 };
  for (const nth of moments) {
    for (const track of tracks()) showStrip(strips[track.index], track, nth);
    showParting(nth, true);
    for (const kind of ["tells", "cells"]) {
      for (const element of strip.querySelectorAll(`.${kind}`))
        heights[`--${kind}`] = Math.max(heights[`--${kind}`], element.offsetHeight);
    }
    heights["--parting"] = Math.max(heights["--parting"], byId("parting").offsetHeight);
  }
  return heights;
}
