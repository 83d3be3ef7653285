// The lists of the strip: where each lane of a run stands after a step, in the words of the loop.
//
// What ran, what is ready and in which order, what was woken and is not polled, which timers are
// due, and which lane waits for which.

// A lane, by its name.
function tileOf({ name, hue }, kind = "") {
  return make("span", { class: `tile ${kind} ${classOfHue(hue)}` }, name);
}

// Of a longer list this many lanes are named, so that it leaves room for the lists beside it. A
// list of groups has no more groups than that: those of 200 lanes would cover the code, and a
// browser needs longer to draw them than all the rest of a step.
const MOST_NAMED = 10;

// Tiles for the first of some lanes, and how many more there are. `listed` has their numbers.
function tilesOf(lanes, listed, kind = "") {
  const named = listed.slice(0, MOST_NAMED).map((lane) => tileOf(lanes[lane], kind));
  return [...named, ...othersOf(lanes, listed.slice(MOST_NAMED))];
}

// The first of some groups, and how many lanes are in the others. `listed` of a group has the lanes
// of which it tells, and `draw` makes its element.
function firstOf(groups, lanes, draw) {
  const others = groups.slice(MOST_NAMED).flatMap(({ listed }) => listed);
  return [...groups.slice(0, MOST_NAMED).map(draw), ...othersOf(lanes, others)];
}

// How many lanes are not named, if there are any. The tooltip has their names.
function othersOf(lanes, others) {
  if (others.length === 0) return [];
  const title = others.map((lane) => lanes[lane].name).join(", ");
  return [make("span", { class: "more", title }, `and ${others.length} more`)];
}

// A list with its heading. An empty list keeps its place, so that the others stay where they are.
// `list` is what a style sheet knows it by.
function cell(list, title, ...content) {
  const filled = content.length ? content : ["–"];
  const parts = [make("h3", {}, title), make("div", {}, ...filled)];
  return make("div", { class: "cell", "data-list": list }, ...parts);
}

function between(elements, separator) {
  return elements.flatMap((element, nth) => (nth > 0 ? [separator, element] : [element]));
}

// What stands before the name of a lane if a task inside it is ready that has no name of its own.
const UNNAMED = "a task inside";

// The lanes that are ready, in order. A lane that another one polls, as a branch of `join!`, stands
// behind the name of that one, since the runtime has one task for both. So the task is listed once:
// where the first of its lanes was woken. A callback of an event loop's own library is in its queue
// as well, and stands for no lane.
function readyGroups({ ready, ready_inside, ready_unnamed, ready_callbacks }, lanes) {
  const insideOf = new Map(ready.map((lane, nth) => [lane, ready_inside[nth]]));
  // The lanes around a lane, as far as they are ready, and the one around the last of these.
  const around = (lane) => {
    const path = [];
    for (let next = insideOf.get(lane) ?? null; next !== null; next = insideOf.get(next) ?? null) {
      if (path.includes(next)) break;
      path.unshift(next);
    }
    return path;
  };
  const paths = ready.map(around);
  const named = new Set(paths.flat()); // before what is inside them
  const groups = [];
  const addCallbacks = (place) => {
    for (const [before, words] of ready_callbacks) {
      if (before === place) groups.push({ key: words, words, listed: [] });
    }
  };
  for (const [nth, lane] of ready.entries()) {
    addCallbacks(nth);
    if (ready_unnamed.includes(nth)) {
      groups.push({ key: UNNAMED, path: [], listed: [lane] });
      continue;
    }
    if (named.has(lane)) continue;
    const path = paths[nth];
    const key = path.join(" ");
    // Tasks of one lane each stand together only if no other task is between them.
    const candidates = path.length === 0 ? groups.slice(-1) : groups;
    const group = candidates.find((one) => one.key === key);
    if (group) group.listed.push(lane);
    else groups.push({ key, path, listed: [lane] });
  }
  addCallbacks(ready.length);
  return firstOf(groups, lanes, ({ key, path, words, listed }) => {
    if (words) return make("span", { class: "group" }, words);
    const parents = path.flatMap((lane) => [lanes[lane].name, " ▸ "]);
    if (key === UNNAMED) parents.push(`${UNNAMED} `);
    return make("span", { class: "group" }, ...parents, ...tilesOf(lanes, listed, "ready"));
  });
}

// The timers that are due at one time stand together, in the order in which they are due.
function timerGroups({ timers }, lanes) {
  const times = new Map();
  for (const [lane, { words, why }] of timers) {
    if (!times.has(words)) times.set(words, { words, why, listed: [] });
    times.get(words).listed.push(lane);
  }
  return firstOf([...times.values()], lanes, ({ words, why, listed }) => {
    const due = make("span", { class: "due" }, words);
    return make("span", { class: "group", title: why }, due, ...tilesOf(lanes, listed));
  });
}

// Which lane waits for which. A chain that comes back to a lane that it has passed, as in a
// deadlock, has a frame; and it comes first if there are too many chains to show all of them.
function waitingChains({ waits }, lanes) {
  const groups = waits.map((chain) => {
    const last = chain.at(-1);
    const circle = last.length === 1 && chain.slice(0, -1).some(([lane]) => lane === last[0]);
    return { chain, circle, listed: chain[0] };
  });
  if (groups.length > MOST_NAMED) groups.sort((one, other) => other.circle - one.circle);
  return firstOf(groups, lanes, ({ chain, circle }) => {
    const links = chain.map((link) => make("span", {}, ...between(tilesOf(lanes, link), " ")));
    return make("span", { class: `group${circle ? " circle" : ""}` }, ...between(links, " → "));
  });
}

// Lanes that wait, where it is not proved for which others; and what is known, in words. Without
// this a reader of a deadlock would look for its cycle in vain.
function unprovedWaits({ unproved }, lanes) {
  const groups = unproved.map(([listed, words]) => ({ listed, words }));
  return firstOf(groups, lanes, ({ listed, words }) =>
    make("span", { class: "group" }, ...between(tilesOf(lanes, listed), " "), ` → ${words}`),
  );
}

// The lists after a step. `ran` says whether the step is that of the moment, and not an earlier
// one; `future` whether what is going to happen is shown; `isOfALoop` whether an event loop has
// told of its queue and its timers; `unpolled` is what a lane is called that is woken and not
// polled; and `isNarrow` says that there is no room for more than the names of the lists.
function listsAfter(step, lanes, { ran, future, isOfALoop, unpolled, isNarrow = false }) {
  // With a space behind each, since texts that follow each other are one text on the page.
  const around = step.around.map((lane) => `${lanes[lane].name} ▸ `);
  const inside = step.ran_inside === null ? [] : [`${step.ran_inside} `];
  const ranNow = ran ? [...around, ...inside, tileOf(lanes[step.lane], "full")] : [];
  // An event loop calls what is ready in the order of its one queue. `main` has no place in
  // tokio's queue, so of tokio only the order of the wakes is known.
  const order = isOfALoop ? ", in order" : ", in order of wakes";
  const ready = `Ready${isNarrow ? "" : order}`;
  const cells = [cell("ran", "Ran", ...ranNow), cell("ready", ready, ...readyGroups(step, lanes))];
  const woken = [...lanes.keys()].filter((lane) => step.states[lane] === "x");
  if (woken.length > 0)
    cells.push(cell("unpolled", unpolled, ...tilesOf(lanes, woken, "unpolled")));
  if (!future) return cells;
  // A lane that is polled may have a timer of which nothing has told.
  const timers = isOfALoop || isNarrow ? "Timers" : "Timers, as far as seen";
  const waits = [...waitingChains(step, lanes), ...unprovedWaits(step, lanes)];
  cells.push(cell("timers", timers, ...timerGroups(step, lanes)));
  const chains = cell("waits", "Waits for", ...waits);
  // Where not all is proved, what is named may be known only from what comes later.
  chains.toggleAttribute("data-in-part", step.unproved.length > 0);
  return [...cells, chains];
}
