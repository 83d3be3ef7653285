// The explorer: steps through recorded runs, poll by poll.
//
// All that it shows was recorded, or was concluded in Rust from the recording: the script computes
// no state. A scene is a run. It has a track for each language, with the steps of that language;
// and the page goes from moment to moment, each of which has a step of one language or of both.
//
// The script is cut into parts, which are read in this order and put together into one function:
// what is shown now (here); `tracks`; the code, in `source`, `panes` and `marks`; `strip`; the
// timeline, in `axis`, `variants`, `timeline` and `cursor`; `output`; `times` and `predict`; and at
// last `show`, which calls all of them, and `keys`. A part uses only what stands in the parts before
// it. Only what a person does calls a later part: a click in `panes` and an answer in `predict` call
// `show`, and so does turning “Predict” on or off; scrolling a pane calls `marks`.
//
// This part knows the data of the page and which moment is shown, and how elements are made. It
// shows nothing of the data.

const data = JSON.parse(document.getElementById("run").textContent);
const byId = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";
// The elements of SVG that are drawn here: they are made in a namespace of their own.
const DRAWN = new Set(
  "svg g rect line path text use clipPath defs title marker linearGradient stop".split(" "),
);

// Makes an element. Children that are strings become text, so nothing that a lane prints is taken
// for HTML. An attribute that is null is left out.
function make(tag, attributes = {}, ...children) {
  const element = DRAWN.has(tag)
    ? document.createElementNS(SVG, tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== null) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// How many pixels a rem has: most sizes in the style sheet are in rem.
const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);

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
// The class for a hue, which is a number in the data. Only `main` is grey. The other seven colours
// are used again if there are more names.
const classOfHue = (hue) => `h${hue === 0 ? 0 : ((hue - 1) % 7) + 1}`;
const colourOf = (lane) => classOfHue(run().lanes[lane].hue);
const name = (lane) => run().lanes[lane].name;

// The letters of a text, as a person sees them: an emoji may be several characters, and so may a
// letter with its accents. Half of one would be another sign, or none.
const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
const lettersOf = (text) => Array.from(segmenter.segment(text), ({ segment }) => segment);

// What fits into a mark beside the code: one or two letters of a lane's name. Different names get
// different letters where possible. They are found once for each scene, since many marks need them.
const shortNames = new WeakMap();
function short(lane) {
  if (!shortNames.has(run())) shortNames.set(run(), shortened(run().lanes));
  return shortNames.get(run()).get(name(lane));
}

function shortened(lanes) {
  const names = [...new Set(lanes.map(({ name }) => name))];
  const found = new Map();
  const taken = new Set();
  for (const name of names) {
    const [first] = lettersOf(name);
    const isAlone = names.every((other) => other === name || lettersOf(other)[0] !== first);
    const text = isAlone ? first : shortForms(name).find((text) => !taken.has(text));
    // If other names have taken all its short forms, only a number is left.
    found.set(name, text ?? String(found.size));
    taken.add(found.get(name));
  }
  return found;
}

// What a name may be shortened to if others have the same first letter, the best form first: `w1`
// for `worker 1`, but `12` for `worker 12`; `ms` for `mail server`; otherwise the first letter of
// the name and another one.
function shortForms(name) {
  const letters = lettersOf(name);
  if (letters.length <= 2) return [name];
  const words = name.split(" ");
  const last = words.at(-1);
  const forms = letters.slice(1).map((letter) => letters[0] + letter);
  if (words.length > 1) forms.unshift(letters[0] + lettersOf(last)[0]);
  if (/^\d\d+$/.test(last)) forms.unshift(last.slice(-2));
  return forms;
}

// Turns text into children for an element: what stands in backticks becomes code.
function prose(text) {
  return text
    .split(/`([^`]+)`/)
    .map((part, nth) => (nth % 2 === 1 ? make("code", {}, part) : part));
}
