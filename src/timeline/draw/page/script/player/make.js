// The parts that all players share: the explorer, which steps through an example, and the slides.
//
// What these parts show they are given: a step, as `Step` in Rust has it, and the lanes of its run,
// each with its name and its hue. They know no page, and not which step is shown. Here are
// elements, colours and short names; then come `places`, `lists`,
// `lights` and `paths`.

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

// The class for a hue, which is a number in the data. Only `main` is grey. The other seven colours
// are used again if there are more names.
const classOfHue = (hue) => `h${hue === 0 ? 0 : ((hue - 1) % 7) + 1}`;

// The letters of a text, as a person sees them: an emoji may be several characters, and so may a
// letter with its accents. Half of one would be another sign, or none.
const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
const lettersOf = (text) => Array.from(segmenter.segment(text), ({ segment }) => segment);

// What fits into a mark beside the code: one or two letters of a lane's name. Different names get
// different letters where possible. They are found once for each run, since many marks need them.
const shortNames = new WeakMap();
function shortName(lanes, lane) {
  if (!shortNames.has(lanes)) shortNames.set(lanes, shortened(lanes));
  return shortNames.get(lanes).get(lanes[lane].name);
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
