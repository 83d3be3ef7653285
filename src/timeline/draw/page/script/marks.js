// What a step lights in the code, and the marks of the lanes beside it.
//
// Knows the panes, and the track of each. It shows the moment that is shown now, from nothing: it
// does not matter which one was shown before.

// The kind of mark for each letter of a state; a lane in any other state stands nowhere.
const KINDS = { w: "waits", d: "ready", x: "unpolled", r: "polls", b: "ran", t: "ran" };

// The lanes that poll the one that runs, the outermost first.
const around = (step) => step.around;

function clear(pane) {
  for (const line of pane.lines.values()) {
    line.className = "line";
    line.querySelector(".note")?.remove();
  }
  pane.marks.replaceChildren();
  pane.placed = [];
  pane.pane.classList.remove("idle");
}

// Where each lane stands, and which lines are lit.
function showSource(pane, track) {
  const { lines, marks } = pane;
  clear(pane);
  const current = track.shown(moment);
  if (!current) return;
  const idle = track.isIdle(moment);
  pane.pane.classList.toggle("idle", idle);
  // A note at the end of a line: what was printed there, and which lanes wait.
  const notes = new Map();
  const note = (number, element) => {
    if (!lines.has(number)) return;
    if (!notes.has(number)) notes.set(number, make("span", { class: "note" }));
    notes.get(number).append(element);
  };
  const light = (number, kind, lane) => {
    lines.get(number)?.classList.add(kind, hue(lane));
  };
  const lit = !idle && (alone === null || alone === current.lane);
  if (lit) {
    for (const number of current.chain) light(number, "chain", current.lane);
    if (current.resumed !== null) light(current.resumed, "resumed", current.lane);
    for (const [lane, text, number] of current.says) {
      if (number === null) continue;
      light(number, "said", lane);
      note(number, make("span", { class: `says ${hue(lane)}` }, text));
    }
    if (current.stop !== null) light(current.stop, "stop", current.lane);
  }
  const outer = around(current);
  const places = track.places(moment);
  places.forEach((number, lane) => {
    if (number === null || !lines.has(number)) return;
    const isAround = !idle && outer.includes(lane);
    const own = isAround ? "polls" : KINDS[current.states[lane]];
    const kind = !idle && lane === current.lane ? "ran" : own;
    if (!kind) return;
    const dim = alone !== null && alone !== lane ? " dim" : "";
    const mark = make("span", { class: `mark ${kind} ${hue(lane)}${dim}` }, short(lane));
    const polled = isAround ? (outer[outer.indexOf(lane) + 1] ?? current.lane) : null;
    const state = data.words[current.states[lane]];
    const ran = kind === "ran" ? "ran just now; " : "";
    mark.title = `${name(lane)}: ${ran}${polled === null ? state : `polls ${name(polled)}`}`;
    mark.dataset.line = number;
    mark.style.setProperty("--k", column(track, lane));
    pane.placed.push({ mark, number });
    marks.append(mark);
    if (kind === "waits" || kind === "unpolled") {
      const unpolled = kind === "unpolled" ? "unpolled " : "";
      note(number, make("span", { class: `tile ${unpolled}${hue(lane)}` }, short(lane)));
    }
  });
  if (lit && current.on !== null && current.stop !== null) {
    // Its own tile stands right before the word, since others may wait at the same line.
    note(current.stop, make("span", { class: `tile ${hue(current.lane)}` }, short(current.lane)));
    note(current.stop, make("span", { class: "waits" }, current.on));
  }
  for (const [number, element] of notes) lines.get(number).querySelector(".n").after(element);
  if (lit) drawPath(pane, track, current);
  scrollToLit(pane, track, current, places);
  // A note may have made its line longer, so only now the lines stand where they stay.
  placeMarks(pane);
}

// Puts each mark beside its line. One whose line is out of sight stands at the edge behind which
// its line is.
function placeMarks({ pane, lines, placed }) {
  const above = pane.scrollTop;
  const tops = placed.map(({ number }) => lines.get(number).offsetTop);
  const below = above + pane.clientHeight;
  placed.forEach(({ mark }, nth) => {
    const high = mark.offsetHeight;
    const top = Math.max(above, Math.min(tops[nth], below - high - 4));
    mark.classList.toggle("beyond", Math.abs(top - tops[nth]) > high / 2);
    mark.style.top = `${top}px`;
  });
}

// The column of a lane beside the source. There is room for nine; further lanes share the last.
const column = ({ columns }, lane) => Math.min(columns.get(lane) ?? 0, 8);

// A bar along the lines through which the lane ran, one for each function, and a thin line along
// its chain of awaits.
function drawPath({ lines, marks, owners }, track, current) {
  const top = (number) => lines.get(number).offsetTop;
  const draw = (kind, numbers) => {
    const tops = numbers.map(top);
    const from = Math.min(...tops);
    const to = Math.max(...tops);
    const element = make("span", { class: `${kind} ${hue(current.lane)}` });
    element.style.setProperty("--k", column(track, current.lane));
    element.style.top = `calc(${from}px + 0.62rem)`;
    element.style.height = `${to - from}px`;
    if (to === from) element.classList.add("short");
    marks.prepend(element);
  };
  const shown = (numbers) => [...new Set(numbers)].filter((number) => lines.has(number));
  const own = current.says.filter(([lane]) => lane === current.lane);
  const pieces = new Map();
  for (const number of shown([
    current.resumed,
    current.stop,
    ...own.map(([, , number]) => number),
  ])) {
    const owner = owners.get(number);
    pieces.set(owner, [...(pieces.get(owner) ?? []), number]);
  }
  for (const numbers of pieces.values()) {
    // Where it waits now, its mark stands.
    if (numbers.length > 1 || numbers[0] !== current.stop) draw("bar", numbers);
  }
  const chain = shown([...current.chain, current.stop]);
  if (chain.length > 1) draw("stem", chain);
}

// Scrolls so that as many as possible of the lines are seen that matter: at which the lane waits
// now, what was printed, where the lane went on, in which await it is, and which lanes are woken
// and not polled. If there is no room for all, those of them that come first.
function scrollToLit({ pane, lines }, track, current, places) {
  const said = current.says.map(([, , number]) => number);
  const unpolled = places.filter((_, lane) => current.states[lane] === "x");
  const wanted = [current.stop, places[current.lane], ...said, current.resumed, current.chain[0]];
  const polling = around(current).map((lane) => places[lane]);
  const isShown = (number) => lines.has(number);
  let numbers = track.isIdle(moment) ? [] : [...wanted, ...unpolled, ...polling].filter(isShown);
  // In a step without any of them, and while nothing runs, where the lanes stand.
  if (numbers.length === 0) numbers = places.filter(isShown);
  if (numbers.length === 0) return;
  const begin = (number) => lines.get(number).offsetTop;
  const end = (number) => begin(number) + lines.get(number).offsetHeight;
  let from = begin(numbers[0]);
  let to = end(numbers[0]);
  for (const number of numbers) {
    const [above, below] = [Math.min(from, begin(number)), Math.max(to, end(number))];
    if (below - above <= pane.clientHeight) [from, to] = [above, below];
  }
  if (from >= pane.scrollTop && to <= pane.scrollTop + pane.clientHeight) return;
  // The first line that is seen is seen whole.
  const least = Math.max((from + to - pane.clientHeight) / 2, to - pane.clientHeight);
  const tops = [...lines.values()].filter((line) => !line.hidden).map((line) => line.offsetTop);
  pane.scrollTop = tops.find((top) => top >= least && top <= from) ?? from;
}
