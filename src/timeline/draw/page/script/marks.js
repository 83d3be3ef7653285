// What a step lights in the code, and the marks of the lanes beside it.
//
// Knows the panes, and the track of each. It shows the moment that is shown now, from nothing: it
// does not matter which one was shown before.

// The kind of mark for each letter of a state; a lane in any other state stands nowhere.
// One that keeps its thread looks as one that ran just now does.
const KINDS = { w: "waits", d: "ready", x: "unpolled", r: "polls", b: "ran", t: "ran" };

function clear(pane) {
  for (const number of pane.changed) {
    const line = pane.lines.get(number);
    line.className = "line";
    line.querySelector(".note")?.remove();
  }
  pane.changed.clear();
  pane.marks.replaceChildren();
  pane.placed = [];
  pane.box.classList.remove("idle");
}

// Shows where each lane stands, and which lines are lit.
function showSource(pane, track) {
  clear(pane);
  const current = track.shown(moment);
  if (!current) return;
  const idle = track.isIdle(moment);
  pane.box.classList.toggle("idle", idle);
  const lit = !idle && isSeen(current.lane);
  const standing = lanesAt(pane, track, current, idle);
  if (lit) lightLines(pane, current);
  addNotes(pane, current, standing, lit);
  addMarks(pane, track, standing);
  if (lit) drawPath(pane, track, current);
  const places = track.places(moment);
  scrollToLit(pane, track, current, places);
  // A note may have made its line longer, so only now the lines stand where they stay.
  placeMarks(pane);
}

// The lanes that stand on a line of this source: on which, the kind of mark, and what each does.
function lanesAt({ lines }, track, current, idle) {
  const standing = [];
  track.places(moment).forEach((number, lane) => {
    if (number === null || !lines.has(number)) return;
    const state = current.states[lane];
    let kind = KINDS[state];
    let does = data.words[state];
    const outer = idle ? -1 : current.around.indexOf(lane);
    if (outer >= 0) {
      kind = "polls";
      does = `polls ${name(current.around[outer + 1] ?? current.lane)}`;
    }
    if (!idle && lane === current.lane) {
      kind = "ran";
      does = `ran just now; ${does}`;
    }
    if (kind) standing.push({ lane, number, kind, does: `${name(lane)}: ${does}` });
  });
  return standing;
}

// Lights what was seen of the lane that ran, and nothing else: where it went on, what it printed,
// in which awaits it is, and where it waits.
function lightLines({ lines, changed }, current) {
  const light = (number, kind, lane) => {
    if (!lines.has(number)) return;
    lines.get(number).classList.add(kind, hue(lane));
    changed.add(number);
  };
  for (const number of current.chain) light(number, "chain", current.lane);
  light(current.resumed, "resumed", current.lane);
  for (const [lane, , number] of current.says) light(number, "said", lane);
  light(current.stop, "stop", current.lane);
}

// Adds a note at the end of a line: what was printed there, which lanes wait, and for what.
function addNotes({ lines, changed }, current, standing, lit) {
  const notes = new Map();
  const add = (number, ...elements) => {
    if (!lines.has(number)) return;
    if (!notes.has(number)) notes.set(number, make("span", { class: "note" }));
    notes.get(number).append(...elements);
  };
  if (lit) {
    for (const [lane, text, number] of current.says)
      add(number, make("span", { class: `says ${hue(lane)}`, title: text }, text));
  }
  const waiting = new Map(); // the lanes by their line
  for (const one of standing) {
    if (one.kind !== "waits" && one.kind !== "unpolled") continue;
    waiting.set(one.number, [...(waiting.get(one.number) ?? []), one]);
  }
  for (const [number, all] of waiting) add(number, ...waitingTiles(all));
  if (lit && current.on !== null && current.stop !== null) {
    // Its own tile stands right before the word, since others may wait at the same line.
    const own = make("span", { class: `tile ${hue(current.lane)}` }, short(current.lane));
    add(current.stop, own, make("span", { class: "waits" }, current.on));
  }
  for (const [number, element] of notes) {
    lines.get(number).querySelector(".n").after(element);
    changed.add(number);
  }
}

// A tile for each lane that waits at a line. More of them than these would cover the code.
const MOST_TILES = 6;

function waitingTiles(all) {
  const tiles = all.slice(0, MOST_TILES).map(({ lane, kind, does }) => {
    const unpolled = kind === "unpolled" ? "unpolled " : "";
    return make("span", { class: `tile ${unpolled}${hue(lane)}`, title: does }, short(lane));
  });
  const more = all.slice(MOST_TILES);
  if (more.length > 0) {
    const title = more.map(({ does }) => does).join(", ");
    tiles.push(make("span", { class: "more", title }, `+${more.length}`));
  }
  return tiles;
}

// Adds a mark for each lane. There is room for some columns only: of the lanes that share one,
// those that stand on one line have one mark, with their number.
function addMarks(pane, track, standing) {
  const together = new Map();
  for (const one of standing) {
    const at = columnOf(track, one.lane, one.kind === "ran");
    const key = at === SHARED ? `line ${one.number}` : `lane ${one.lane}`;
    together.set(key, [...(together.get(key) ?? []), { ...one, at }]);
  }
  for (const all of together.values()) {
    const [{ lane, number, kind, at }] = all;
    const dim = all.some((one) => isSeen(one.lane)) ? "" : " dim";
    const text = all.length === 1 ? short(lane) : String(all.length);
    const mark = make("span", { class: `mark ${kind} ${hue(lane)}${dim}` }, text);
    const title = all.map(({ does }) => does).join(", ");
    mark.dataset.line = number;
    mark.dataset.lanes = all.map(({ lane }) => lane).join(" ");
    mark.style.setProperty("--k", at);
    pane.placed.push({ mark, number, title });
    pane.marks.append(mark);
  }
}

// Puts each mark beside its line. One whose line is out of sight is an arrow at the edge behind
// which its line is: it must not seem to stand on the line at the edge.
function placeMarks({ box, lines, placed }) {
  if (placed.length === 0) return;
  // All sizes are read before any mark is moved: to read between two moves would make the browser
  // lay out the page for each mark.
  const above = box.scrollTop;
  const below = above + box.clientHeight;
  const high = 1.15 * rem(); // of an arrow, which is the highest: the style sheet has it, too
  const tops = placed.map(({ number }) => lines.get(number).offsetTop);
  placed.forEach(({ mark, title }, nth) => {
    const top = Math.max(above, Math.min(tops[nth], below - high));
    const isAbove = top - tops[nth] > high / 2;
    const isBelow = tops[nth] - top > high / 2;
    mark.classList.toggle("beyond", isAbove || isBelow);
    mark.classList.toggle("above", isAbove);
    mark.title = isAbove ? `${title}, further up` : isBelow ? `${title}, further down` : title;
    mark.style.top = `${top}px`;
  });
}

// The column of a lane beside the source. Lanes for which there is no room share one; that of them
// which has run stands in the next one, so that it does not cover the others.
const SHARED = 8;

function columnOf({ columns, width }, lane, ran) {
  const own = columns.get(lane) ?? 0;
  if (own < SHARED || width <= SHARED + 1) return own;
  return ran ? SHARED + 1 : SHARED;
}

// A bar along the lines through which the lane ran, one for each function, and a thin line along
// its chain of awaits.
function drawPath({ lines, marks, owners }, track, current) {
  const top = (number) => lines.get(number).offsetTop;
  const draw = (kind, numbers) => {
    const tops = numbers.map(top);
    const from = Math.min(...tops);
    const to = Math.max(...tops);
    const element = make("span", { class: `${kind} ${hue(current.lane)}` });
    element.style.setProperty("--k", columnOf(track, current.lane, true));
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
    // A single line at which it waits has its mark, and needs no bar.
    if (numbers.length > 1 || numbers[0] !== current.stop) draw("bar", numbers);
  }
  const chain = shown([...current.chain, current.stop]);
  if (chain.length > 1) draw("stem", chain);
}

// Scrolls so that as many as possible of these lines are seen: where the lane waits now, what was
// printed, where the lane went on, in which await it is, and where lanes are woken and not polled.
// If there is no room for all, those that come first in this list.
function scrollToLit({ box, lines, marks }, track, current, places) {
  const said = current.says.map(([, , number]) => number);
  const unpolled = places.filter((_, lane) => current.states[lane] === "x");
  const wanted = [current.stop, places[current.lane], ...said, current.resumed, current.chain[0]];
  const polling = current.around.map((lane) => places[lane]);
  const isShown = (number) => lines.has(number);
  let numbers = track.isIdle(moment) ? [] : [...wanted, ...unpolled, ...polling].filter(isShown);
  // In a step without any of them, and while nothing runs, those at which the lanes stand.
  if (numbers.length === 0) numbers = places.filter(isShown);
  const begin = (number) => lines.get(number).offsetTop;
  const end = (number) => begin(number) + lines.get(number).offsetHeight;
  let from = Infinity;
  let to = -Infinity; // so nothing is wanted yet
  for (const number of numbers) {
    const [above, below] = [Math.min(from, begin(number)), Math.max(to, end(number))];
    if (to < from || below - above <= box.clientHeight) [from, to] = [above, below];
  }
  const isInSight = from >= box.scrollTop && to <= box.scrollTop + box.clientHeight;
  const middle = Math.max((from + to - box.clientHeight) / 2, to - box.clientHeight);
  const least = isInSight ? box.scrollTop - 1 : middle;
  // The first line that is seen is seen whole, also where the source ends soon below it, or where a
  // line above it has become shorter, since its note is gone.
  const most = Math.min(from, box.scrollHeight - box.clientHeight);
  const parts = [...box.children].filter((part) => part !== marks && !part.hidden);
  const tops = parts.map((part) => part.offsetTop).filter((top) => top <= most);
  box.scrollTop = tops.find((top) => top >= least) ?? tops.at(-1) ?? 0;
}
