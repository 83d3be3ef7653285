// The explorer: steps through recorded runs, poll by poll.
//
// All that it shows was recorded, or was concluded in Rust from the recording: the script computes
// no state. A scene is a run. It has a track for each language, with the steps of that language;
// and the page goes from moment to moment, each of which has a step of one language or of both.
//
// The script is cut into parts, which are read in this order and put together into one function:
// what is shown now (here); `tracks`; the code, in `source`, `panes` and `marks`; `strip`; the
// timeline, in `axis`, `stretches`, `variants`, `layers`, `timeline` and `cursor`; `output`;
// `times` and `predict`; and at last `show`, which calls all of them, and `keys`. A part uses only
// what stands in the parts before it. Only what a person does calls a later part: a click in
// `panes` and an answer in `predict` call `show`, and so does turning “Predict” on or off;
// scrolling a pane calls `marks`.
//
// Before all of them stand the parts in the folder `player`, which the slides have, too.
//
// This part knows the data of the page and which moment is shown. It shows nothing of the data.

const data = JSON.parse(document.getElementById("run").textContent);
const byId = (id) => document.getElementById(id);

// How many pixels a rem has: most sizes in the style sheet are in rem.
const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);

// Whether the page has the width of a phone: the style sheet asks the same.
const phone = matchMedia("(max-width: 800px)");

// Adds the section of a language to the page. Python stands on the left. So its section comes first
// in the document, and the Tab key goes from left to right.
function place(parent, section, language) {
  if (language === "python") parent.prepend(section);
  else parent.append(section);
}

// What is shown now.
let scene = 0; // which run
let moment = 0; // which of its moments
let alone = null; // the lanes of the row that is seen alone; none if all are seen
let future = true; // whether what comes later is shown
// Predicting: whether it is on, how many questions were answered and how many of the answers were
// right, the steps that are known by now, and whether a question is open.
const game = { on: false, asked: 0, right: 0, known: new Set(), open: false };

const run = () => data.scenes[scene];
const variant = () => run().variant;
const isAtEnd = () => moment === run().moments.length - 1;
const showsFuture = () => future && !game.on;
const isSeen = (lane) => alone === null || alone.includes(lane);
const colourOf = (lane) => classOfHue(run().lanes[lane].hue);
const name = (lane) => run().lanes[lane].name;

// The lowest index for which a condition holds; `count` if it holds for none. If it holds for an
// index, it must hold for all higher ones, since the search halves what is left.
function firstIndex(count, holds) {
  let from = 0;
  let to = count;
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (holds(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}

// What fits into a mark beside the code.
const short = (lane) => shortName(run().lanes, lane);

// Makes the children of an element equal to those of another one. What is equal already stays: a
// browser draws it much faster than what is new.
function renew(element, like) {
  let next = element.firstChild;
  for (const child of [...like.childNodes]) {
    let equal = next;
    while (equal && !equal.isEqualNode(child)) equal = equal.nextSibling;
    if (equal) {
      while (next !== equal) next = removed(next);
      next = equal.nextSibling;
    } else if (next?.cloneNode(false).isEqualNode(child.cloneNode(false))) {
      renew(next, child);
      next = next.nextSibling;
    } else {
      element.insertBefore(child, next);
    }
  }
  while (next) next = removed(next);
}

// Removes a node. Returns the one behind it.
function removed(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

// Turns text into children for an element: what stands in backticks becomes code.
function prose(text) {
  return text
    .split(/`([^`]+)`/)
    .map((part, nth) => (nth % 2 === 1 ? make("code", {}, part) : part));
}
