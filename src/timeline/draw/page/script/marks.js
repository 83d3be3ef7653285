// What a step lights in the code, and the marks of the lanes beside it.
//
// Knows the panes, and the track of each. How far a pane is scrolled depends on the moment that was
// shown before; all else of a moment is the same, wherever a reader comes from. Marks that were
// there before are used again.

function clear(pane) {
  for (const number of pane.changed) {
    const line = pane.lines.get(number);
    line.className = "line";
    line.querySelector(".note")?.remove();
  }
  pane.changed.clear();
  for (const element of pane.path) element.remove();
  for (const { mark } of pane.placed) mark.remove();
  pane.path = [];
  pane.placed = [];
  pane.box.classList.remove("idle");
}

// Shows which lines are lit, and adds the marks. Nothing is measured here: see `settleSources`.
function showSource(pane, track) {
  const current = track.shown(moment);
  if (current) pane.unused = pane.placed.splice(0);
  clear(pane);
  if (!current) return;
  const idle = track.isIdle(moment);
  pane.box.classList.toggle("idle", idle);
  const lit = !idle && isSeen(current.lane);
  const standing = standingAt(pane.lines, current, run().lanes, {
    places: track.places(moment),
    ran: !idle,
    words: data.words,
  });
  if (lit) lightStep(pane.lines, current, run().lanes, pane.changed);
  addNotes(pane, current, standing, lit);
  addMarks(pane, track, standing);
  if (lit) addPins(pane, track, current);
  orderMarks(pane);
}

// Removes the marks that this step has not used again, and puts the others in the order of the
// lanes: at the edge of a pane a mark may cover another one.
function orderMarks(pane) {
  for (const { mark } of pane.unused) mark.remove();
  pane.unused = [];
  let next = pane.marks.firstChild;
  for (const { mark } of pane.placed) {
    if (mark === next) next = next.nextSibling;
    else pane.marks.insertBefore(mark, next);
  }
}

// Scrolls the panes of these tracks to what is lit, and puts the marks and the paths beside the
// lines. It is called when all else of the moment is shown: a note may have made its line longer,
// so only then the lines stand where they stay. All sizes are read before anything is moved: to
// read after a move makes the browser lay out the page once more.
function settleSources(all) {
  const onPage = all.filter(({ index }) => panes[index]);
  for (const track of onPage) scrollToLit(panes[track.index], track);
  const shown = onPage.filter((track) => track.shown(moment));
  const measured = shown.map((track) => {
    const pane = panes[track.index];
    return { pane, track, stretches: pathOf(pane, track), places: placesOfMarks(pane) };
  });
  for (const { pane, track, stretches, places } of measured) {
    drawPath(pane, track, stretches);
    moveMarks(pane, places);
  }
}

// Adds notes at the ends of lines: what was printed there, which lanes wait there, and what the
// lane that ran waits for.
function addNotes({ lines, changed }, current, standing, lit) {
  const notes = new Map();
  const add = (number, ...elements) => {
    if (!lines.has(number)) return;
    if (!notes.has(number)) notes.set(number, make("span", { class: "note" }));
    notes.get(number).append(...elements);
  };
  if (lit) {
    for (const [lane, text, number] of current.says)
      add(number, make("span", { class: `says ${colourOf(lane)}`, title: text }, text));
  }
  const waiting = new Map(); // the lanes by their line
  for (const one of standing) {
    if (one.kind !== "waits" && one.kind !== "unpolled") continue;
    waiting.set(one.number, [...(waiting.get(one.number) ?? []), one]);
  }
  for (const [number, all] of waiting) add(number, ...waitingTiles(all));
  if (lit && current.on !== null && current.stop !== null) {
    // The tile of the lane that ran stands right before what it waits for, since other lanes may
    // wait at the same line.
    const own = make("span", { class: `tile ${colourOf(current.lane)}` }, short(current.lane));
    // What ran inside the lane is named: the lane itself may wait at this line, too.
    if (current.ran_inside !== null)
      add(current.stop, make("span", { class: "waits" }, current.ran_inside));
    const on = make("span", { class: "waits", title: current.on }, ...breakable(current.on));
    add(current.stop, own, on);
  }
  for (const [number, element] of notes) {
    // On a phone it stands behind the code, or below it: beside it there is no room.
    if (phone.matches) lines.get(number).append(element);
    else lines.get(number).querySelector(".n").after(element);
    changed.add(number);
  }
}

// More tiles than these at the end of a line would cover its code.
const MOST_TILES = 6;

// Tiles for the lanes that wait at a line. If there are too many, it is said how many more wait
// there.
function waitingTiles(all) {
  const tiles = all.slice(0, MOST_TILES).map(({ lane, kind, does }) => {
    const unpolled = kind === "unpolled" ? "unpolled " : "";
    const dim = isSeen(lane) ? "" : "dim ";
    const tile = `tile ${unpolled}${dim}${colourOf(lane)}`;
    return make("span", { class: tile, title: does }, short(lane));
  });
  const more = all.slice(MOST_TILES);
  if (more.length > 0) {
    const title = more.map(({ does }) => does).join(", ");
    tiles.push(make("span", { class: "more", title }, `+${more.length}`));
  }
  return tiles;
}

// Adds the marks of the lanes. There is room for a few columns only: if there are more lanes, some
// share a column.
function addMarks(pane, track, standing) {
  const ownColumn = (one) => columnOf(track, one.lane, one.kind === "ran");
  for (const one of marksOf(standing, run().lanes, ownColumn)) {
    const dim = one.listed.some(isSeen) ? "" : " dim";
    const kind = `mark ${one.kind} ${colourOf(one.lane)}${dim}`;
    const mark = addMark(pane, kind, one);
    mark.dataset.lanes = one.listed.join(" ");
  }
}

// Adds a mark with a text, in a column, for the line with a number. If the step before had one with
// that text in that column, it is used again: a browser needs much longer to show a new one.
function addMark(pane, kind, { text, column, number, title }) {
  const key = `${column} ${text}`;
  const nth = pane.unused.findIndex((one) => one.key === key);
  const [one] = nth < 0 ? [newMark(key, text, column)] : pane.unused.splice(nth, 1);
  if (one.kind !== kind) {
    one.mark.className = kind;
    one.mark.classList.toggle("two", lettersOf(text).length > 1);
  }
  one.mark.dataset.line = number;
  pane.placed.push(Object.assign(one, { kind, number, title }));
  return one.mark;
}

function newMark(key, text, column) {
  const mark = make("span", {}, text);
  mark.style.setProperty("--column", column);
  return { key, mark, kind: null };
}

// Adds an arrow for the line at which the lane went on, and for each line at which something was
// printed. It is seen while that line is out of sight: the lines of a step may be too far from each
// other for one pane.
function addPins(pane, track, current) {
  const add = (lane, number, does) => {
    if (!pane.lines.has(number)) return;
    const column = columnOf(track, lane, lane === current.lane);
    const title = `${name(lane)} ${does}`;
    addMark(pane, `pin ${colourOf(lane)}`, { text: short(lane), column, number, title });
  };
  add(current.lane, current.resumed, `goes on at line ${current.resumed}`);
  for (const [lane, text, number] of current.says) {
    // A text that has quotation marks gets other ones around it.
    add(lane, number, `prints ${/[“”]/.test(text) ? `‘${text}’` : `“${text}”`}`);
  }
}

// Puts each mark beside its line.
function placeMarks(pane) {
  moveMarks(pane, placesOfMarks(pane));
}

// Where the line of each mark begins, and where the mark stands. If the line is out of sight, that
// is at the edge of the pane.
function placesOfMarks(pane) {
  const { box, lines, placed } = pane;
  const above = box.scrollTop;
  pane.placedAt = above;
  const below = above + box.clientHeight;
  const high = 1.15 * rem(); // how high an arrow is: the style sheet says the same
  return placed.map(({ number }) => {
    const line = lines.get(number).offsetTop;
    return { line, top: Math.max(above, Math.min(line, below - high)), high };
  });
}

// Moves each mark to its place. If its line is out of sight, the mark is an arrow that points to
// it: otherwise the lane would seem to stand on the line at the edge. Of several arrows of a lane
// at one edge the first one is seen, and says what all of them say.
function moveMarks({ placed }, places) {
  const arrows = new Map();
  placed.forEach(({ key, mark, title }, nth) => {
    const { line, top, high } = places[nth];
    const isAbove = top - line > high / 2;
    const isBelow = line - top > high / 2;
    mark.classList.toggle("beyond", isAbove || isBelow);
    mark.classList.toggle("above", isAbove);
    mark.title = isAbove ? `${title}, further up` : isBelow ? `${title}, further down` : title;
    mark.style.top = `${top}px`;
    const edge = `${key} ${isAbove}`;
    const first = isAbove || isBelow ? arrows.get(edge) : undefined;
    mark.hidden = first !== undefined;
    if (first) first.title += `; ${mark.title}`;
    else if (isAbove || isBelow) arrows.set(edge, mark);
  });
}

// The column that lanes share if there are more lanes than columns. One more column is behind it.
const sharedColumn = () => (phone.matches ? 3 : 8);

// The column of a lane beside the source. While a lane that shares its column has the mark of a
// lane that ran, it stands in the column behind, so that it does not cover the others.
function columnOf({ columns, width }, lane, ran) {
  const own = columns.get(lane) ?? 0;
  const isShared = own >= sharedColumn() && width > sharedColumn() + 2;
  if (!isShared) return own;
  return ran ? sharedColumn() + 1 : sharedColumn();
}

// Where the path of the lane that ran is: a bar in each function in which the lane was seen in this
// step, from the first line at which it was seen there to the last; and a thin line along the
// lane's chain of awaits.
function pathOf({ lines, owners }, track) {
  const current = track.shown(moment);
  if (track.isIdle(moment) || !isSeen(current.lane)) return [];
  const stretches = [];
  const add = (kind, numbers) => {
    const tops = numbers.map((number) => lines.get(number).offsetTop);
    stretches.push({ kind, from: Math.min(...tops), to: Math.max(...tops) });
  };
  const shown = (numbers) => [...new Set(numbers)].filter((number) => lines.has(number));
  const own = current.says.filter(([lane]) => lane === current.lane);
  const said = own.map(([, , number]) => number);
  const seen = new Map(); // the lines by their function
  for (const number of shown([current.resumed, current.stop, ...said])) {
    const owner = owners.get(number);
    seen.set(owner, [...(seen.get(owner) ?? []), number]);
  }
  for (const numbers of seen.values()) {
    // If the only line is the one at which the lane waits, its mark is enough.
    if (numbers.length > 1 || numbers[0] !== current.stop) add("bar", numbers);
  }
  const chain = shown([...current.chain, current.stop]);
  if (chain.length > 1) add("stem", chain);
  return stretches;
}

function drawPath({ marks, path }, track, stretches) {
  const { lane } = track.shown(moment);
  for (const { kind, from, to } of stretches) {
    const element = make("span", { class: `${kind} ${colourOf(lane)}` });
    element.style.setProperty("--column", columnOf(track, lane, true));
    element.style.top = `calc(${from}px + 0.62rem)`;
    element.style.height = `${to - from}px`;
    if (to === from) element.classList.add("short");
    marks.prepend(element);
    path.push(element);
  }
}

// The lines that are to be seen at a moment: where the lane waits or stands now, where something
// was printed, where the lane went on, in which awaits it is, where lanes are woken and not polled,
// where lanes keep a thread, and where other lanes poll this one.
function linesToSee({ lines }, track, moment) {
  const current = track.shown(moment);
  const places = track.places(moment);
  const said = current.says.map(([, , number]) => number);
  const unpolled = places.filter((_, lane) => current.states[lane] === "x");
  const wanted = [current.stop, places[current.lane], ...said, current.resumed, ...current.chain];
  const keeping = places.filter((_, lane) => "bt".includes(current.states[lane]));
  const polling = current.around.map((lane) => places[lane]);
  const isShown = (number) => lines.has(number);
  const all = [...wanted, ...unpolled, ...keeping, ...polling];
  const numbers = track.isIdle(moment) ? [] : all.filter(isShown);
  // In a step without any of them, and if only the other language has a step, the lines at which
  // lanes stand count.
  return numbers.length > 0 ? numbers : places.filter(isShown);
}

// The lines that count for the place of a pane. At a moment without any, those of the last one that
// had some: the code stays where it was. Before the first of these, it is the code that runs then,
// from the head of its function.
function linesThatCount(pane, track) {
  const at = track.momentWithLines(moment);
  if (at === null) return [];
  const numbers = linesToSee(pane, track, at);
  if (at <= moment) return numbers;
  const head = pane.source.functions[pane.owners.get(numbers[0])]?.[0];
  return pane.lines.has(head) && !pane.lines.get(head).hidden ? [...numbers, head] : numbers;
}

// Scrolls so that the lines that count are seen. Each of them counts if there is room for it beside
// those that come before it.
function scrollToLit(pane, track) {
  const { box, lines, marks } = pane;
  const numbers = linesThatCount(pane, track);
  const begin = (number) => lines.get(number).offsetTop;
  const end = (number) => begin(number) + lines.get(number).offsetHeight;
  let counted = null; // from the first line that counts to the end of the last one
  for (const number of numbers) {
    const from = Math.min(counted?.from ?? Infinity, begin(number));
    const to = Math.max(counted?.to ?? 0, end(number));
    if (counted === null || to - from <= box.clientHeight) counted = { from, to };
  }
  // Without a line that counts, none is out of sight.
  const { from, to } = counted ?? { from: Infinity, to: 0 };
  // If all lines that count are in sight, the pane stays as it is; a pixel is allowed for rounding.
  // Otherwise they come to its middle.
  const isInSight = from >= box.scrollTop && to <= box.scrollTop + box.clientHeight;
  const middle = isInSight ? box.scrollTop - 1 : (from + to - box.clientHeight) / 2;
  // The pane begins with a whole line, also near the end of the source, or after a line above has
  // become shorter because its note is gone.
  const most = Math.min(from, box.scrollHeight - box.clientHeight);
  const parts = [...box.children].filter((part) => part !== marks && !part.hidden);
  // No room is left empty behind the last line.
  const last = parts.at(-1);
  const least = Math.min(middle, last.offsetTop + last.offsetHeight - box.clientHeight);
  // Only some of them are measured: there may be hundreds.
  const top = (nth) => parts[nth].offsetTop;
  const first = firstIndex(parts.length, (nth) => top(nth) >= least);
  const behind = firstIndex(parts.length, (nth) => top(nth) > most);
  box.scrollTop = behind === 0 ? 0 : top(Math.min(first, behind - 1));
}
