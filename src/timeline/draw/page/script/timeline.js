// Draws the timeline of a scene, once: bands, rows, the thread, and names. What changes from moment
// to moment is in `cursor`.
//
// Knows the tracks and the axis. Knows nothing of the moment that is shown.

const chart = byId("chart");
let drawn = null; // what was drawn of this scene: the places of its moments, and what moves

function drawChart() {
  const plan = planned();
  const { axis, shown, scale, tall, namesWidth } = plan;
  const bars = make("g", { id: "bars" });
  const texts = []; // each with the place on the axis where it becomes a part of the past
  const stretches = drawRun(bars, texts, plan);
  // A veil lies over the future, which is all that is to the right of the cursor's column.
  const veil = make("rect", { class: "veil", y: 0, height: tall });
  for (const { element } of texts) addText(stretches, element);
  const written = make("g", { id: "written" }, ...stretches.map(({ written }) => written));
  const wakes = shown.map(arrow);
  const arrows = wakes.flatMap(({ line, head, target }) => [line, head, target]);
  const place = { y: HEAD, height: plan.height - 12, width: axis.column + 2, rx: 3 };
  const cursor = make("rect", { class: "cursor", ...place });
  const times = drawTimes(axis);
  times.forEach(({ element }, instant) => {
    // A time moves along while its instant is in sight.
    addTo(stretches, "times", element, ...axis.bands[instant]);
    texts.push({ element, from: axis.bands[instant][0] });
  });
  texts.sort((one, other) => one.from - other.from);
  for (const { element } of texts) element.classList.add("later");
  const names = drawNames(shown, namesWidth, tall);
  const layers = layersOf(plan, {
    run: [bars],
    now: [veil, written, cursor, ...arrows],
    times: stretches.map(({ times }) => times),
    names,
  });
  chart.replaceChildren(layers.element);
  // The sources get what the timeline does not need.
  document.body.style.setProperty("--below", `${tall * scale + aroundChart()}px`);
  const { moving, fades } = layers;
  drawn = { ...plan, stretches, veil, wakes, cursor, moving, times, texts, fades };
  drawn.buttons = [...names.querySelectorAll("[data-lane]")];
  // What a step has changed: how many texts are of the past, the time that it has moved into sight,
  // and the times that it has shown or hidden.
  Object.assign(drawn, { past: 0, now: null, around: [] });
}

// The sizes of all that is drawn, and what stands where.
function planned() {
  const { instants, moments } = run();
  const common = variant();
  const shown = groups();
  const widths = shown.flatMap(({ rows }) =>
    rows.map(({ name }) => wide(fitting(name), "600 12px")),
  );
  // Before the names stand the languages, if there are two, and the signs of what differs. If there
  // are neither, the frame of the widest name still needs room, and so does its rim.
  const left = (shown.length > 1 ? 52 : 0) + (common ? 18 : 0);
  const before = Math.max(left, AROUND_NAME + 1);
  const namesWidth = before + Math.max(...widths, 30) + BEFORE + 6;
  const scale = scaleOfChart();
  const width = Math.max(chart.clientWidth / scale, 300);
  const room = width - namesWidth - AFTER;
  const axis = axisOf(moments, instants, common?.columns, room);
  // Below the rows stand the signs of where the two languages part, and the ends of the other
  // variants.
  const signs = moments.some(({ parting }) => parting !== null) ? 18 : 6;
  const others = common ? endsOfOthers(common, axis) : [];
  let foot = signs;
  for (const { line } of others) foot = Math.max(foot, signs + 4 + (line + 1) * 12);
  const { rowHeight, height } = arrange(shown, heightOf(USUAL) / scale - foot);
  const tall = height + foot;
  // A variant ends at the end of its last instant. Others may go on, so the axis may be longer.
  const ended = common ? axis.bands[common.ends[common.among.indexOf(scene)]][1] : axis.width;
  const scrolls = tall > heightOf(MOST) / scale;
  return {
    axis,
    shown,
    others,
    ended,
    scale,
    width,
    room, // for the axis
    namesWidth,
    rowHeight,
    height, // down to the end of the rows
    signs,
    tall, // with what stands below the rows
    scrolls,
  };
}

// Draws what the run consists of: its instants, what each lane does, and the thread. The result has
// all of it by stretches of the axis.
function drawRun(
  bars,
  texts,
  { axis, shown, others, ended, rowHeight, height, signs },
) {
  const stretches = stretchesOf(axis);
  bars.append(...stretches.map(({ bands }) => bands));
  drawBands(stretches, axis, height);
  const bottom = height + signs;
  // The variants are compared in Rust, which is the last group.
  if (variant()) markWhatDiffers(bars, texts, shown.at(-1), others, axis, rowHeight, bottom);
  bars.append(...stretches.map(({ shapes }) => shapes));
  bars.append(...stretches.map(({ threads }) => threads));
  const high = Math.min(18, rowHeight - 3);
  for (const group of shown) {
    group.rows.forEach(({ lanes }, nth) => {
      const place = { y: group.middle(nth), high, ended, lanes };
      for (const lane of lanes) drawLane(stretches, texts, group.track, lane, axis, place);
      if (lanes.length === 0) {
        // Beside the first moment, where the cursor begins.
        const absent = { class: "nowhere", x: axis.column + 8, y: place.y + 4 };
        texts.push({ element: make("text", absent, "only in another variant"), from: 0 });
      }
    });
    drawThread(stretches, group, axis);
  }
  drawParting(texts, axis, height);
  return stretches;
}

// A band for each instant.
function drawBands(stretches, axis, height) {
  const used = usedInstants();
  axis.bands.forEach(([from, to], instant) => {
    // At some instants only other variants poll.
    const kind = variant() && !used.has(instant) ? "band empty" : "band";
    const place = { x: from, y: 18, width: to - from, height: height - 18 };
    addTo(stretches, "bands", make("rect", { class: kind, ...place }), from, to);
  });
}

// The time of each instant. Those for which there is no room are drawn as well: they are seen
// when the cursor is there. Where only other variants poll, no time is seen, unless one of them is
// over then.
function drawTimes(axis) {
  const used = usedInstants();
  const times = run().instants.map(([, text], instant) => {
    const long = wide(text, "600 12px");
    const begin = Math.min(axis.bands[instant][0] + 2, axis.width + AFTER - 2 - long);
    return { text, begin, end: begin + long, isRoom: false };
  });
  const placed = [];
  const isFree = ({ begin, end }) =>
    placed.every((other) => other.end + 6 < begin || end + 6 < other.begin);
  // The times of this run come first. The ends of others get what room is left.
  const others = (variant()?.ends ?? []).filter((instant) => !used.has(instant));
  for (const instant of [...[...used].sort((one, other) => one - other), ...others]) {
    if (!isFree(times[instant])) continue;
    times[instant].isRoom = true;
    placed.push(times[instant]);
  }
  return times.map(({ text, begin, end, isRoom }) => {
    const leftOut = isRoom ? "" : " left-out";
    const element = make("text", { class: `time${leftOut}`, x: begin, y: 12 }, text);
    return { element, begin, end, isRoom };
  });
}

// The instants at which this run has moments: at the others only other variants poll.
const usedInstants = () => new Set(run().moments.map(({ instant }) => instant));

// What a lane does at all moments. A moment has a column from `from` to `end`, with the poll if the
// lane is polled in it, and what the lane does after it lasts until the next moment, at `to`. What
// it goes on doing over many moments is one shape: a page may have thousands of moments, and at
// most of them most lanes only wait.
function drawLane(stretches, texts, track, lane, axis, { y, high, ended, lanes }) {
  const colour = colourOf(lane);
  const box = (kind, x, width, height) => {
    const place = { x, y: y - height / 2, width: Math.max(width, 0), height, rx: 3 };
    const rect = make("rect", { class: `${kind} ${colour}`, "data-of": lane, ...place });
    addTo(stretches, "shapes", rect, x, x + width);
  };
  const line = (kind, from, to) => {
    const place = { "data-of": lane, x1: from, x2: to, y1: y, y2: y };
    const element = make("line", { class: `${kind} ${colour}`, ...place });
    addTo(stretches, "shapes", element, from, to);
  };
  const draw = ({ state, from, to }) => {
    const { kind, share, gap } = SHAPES[state];
    if (share) box(kind, from + gap, Math.max(to - from - 2 * gap, 2), high * share);
    else line(kind, from, to);
  };
  let before = "."; // its state after the moment before
  let open = null; // what it goes on doing, and from where to where
  // How long it blocks is a part of the past when that is over.
  const write = ({ blocks, from, to }) => {
    const leftOf = (text) => (to - from - wide(text, "10.5px")) / 2;
    // If there is no room for both, the time alone says how long it is.
    const text = leftOf(`blocks ${blocks}`) < 2 ? blocks : `blocks ${blocks}`;
    const left = leftOf(text);
    if (left < 2) return;
    const ground = { class: "outer", x: from + left - 1, y: y - high / 2, height: high };
    const element = make(
      "g",
      { class: `blocks ${colour}`, "data-of": lane },
      make("rect", { ...ground, width: wide(text, "10.5px") + 2 }),
      make("text", { x: from + left, y: y + 3.5 }, text),
    );
    texts.push({ element, from: to });
  };
  const close = () => {
    if (open !== null && open.to > open.from) draw(open);
    if (open !== null && open.blocks) write(open);
    open = null;
  };
  for (let nth = 0; nth < axis.at.length; nth += 1) {
    const step = track.shown(nth);
    if (!step) continue;
    const idle = track.isIdle(nth);
    const state = step.states[lane] ?? ".";
    const from = axis.at[nth];
    const end = from + axis.column;
    const to = nth + 1 < axis.at.length ? axis.at[nth + 1] : Math.max(ended, end);
    const ran = !idle && lane === step.lane;
    const polls = state === "r" || (!idle && step.around.includes(lane));
    if (open !== null && (ran || polls || open.state !== state)) close();
    if (ran || polls) box(ran ? "block" : "outer", from + 1, end - from - 2, high);
    // Its poll goes on while time passes: it keeps the thread, or a lane inside it does.
    if (state === "r" && to > end) box("outer", end - 1, to - end + 1, high);
    if (open !== null) {
      open.to = to;
    } else if (SHAPES[state]?.share === 1) {
      // There is no gap between a poll and the work that goes on after it.
      open = { state, from: ran ? end - 1 : from, to, blocks: ran ? step.blocks : null };
    } else if (SHAPES[state]) {
      open = { state, from: ran || polls ? end : from, to };
    }
    const next = nth + 1 < axis.at.length ? track.shown(nth + 1).lane : lane;
    const isFree = next === lane || !lanes.includes(next);
    if (state !== before) drawEnd(texts, lane, state, { end, y, isFree });
    before = state;
  }
  close();
}

// How a state is drawn, by its letter: as a line, or as a box. A box has a share of the height of a
// poll, and a gap before and after it.
const SHAPES = {
  w: { kind: "wait" },
  i: { kind: "between" },
  l: { kind: "lazy" },
  d: { kind: "ready", share: 2 / 3, gap: 1 },
  x: { kind: "unpolled", share: 2 / 3, gap: 1 },
  b: { kind: "outer", share: 1, gap: 0 },
  t: { kind: "outer", share: 1, gap: 0 },
};

// The runtime's thread, as lines from lane to lane: what ran on another thread is not on them.
function drawThread(stretches, { track, y }, axis) {
  const polls = [];
  run().moments.forEach(({ instant }, nth) => {
    const step = track.shown(nth);
    if (!step || track.isIdle(nth) || step.on_thread) return;
    const begin = axis.at[nth];
    const blocks = step.states.includes("b");
    polls.push({ begin, middle: begin + axis.column / 2, y: y(step.lane), instant, blocks });
  });
  for (const { path, first, last } of threadLines(polls)) {
    const element = make("path", { class: "thread", d: path });
    addTo(stretches, "threads", element, first.begin, last.begin + axis.column);
  }
}

// Adds the sign of a lane's end, right behind the column in which it ended; or in it, if the next
// lane of the row runs right behind it. A state that is no end has no sign.
function drawEnd(texts, lane, state, { end, y, isFree }) {
  const sign = data.signs[state];
  if (!sign) return;
  const place = isFree ? { x: end + 3, y: y + 4 } : { x: end - 3, y: y + 4, "text-anchor": "end" };
  const kind = `${isFree ? "end" : "end inside"} ${colourOf(lane)}`;
  const element = make("text", { class: kind, "data-of": lane, ...place }, sign);
  texts.push({ element, from: end });
}

// A sign below each moment at which the two languages do not print the same.
function drawParting(texts, axis, height) {
  run().moments.forEach(({ parting }, nth) => {
    if (parting === null) return;
    const attributes = {
      class: "parting",
      x: axis.at[nth] + axis.column / 2,
      y: height + 15, // below the frame of the cursor
      "text-anchor": "middle",
    };
    texts.push({ element: make("text", attributes, "≠"), from: axis.at[nth] });
  });
}

// The names of the lanes, before their rows.
function drawNames(shown, namesWidth, tall) {
  const names = make("g");
  const place = { x: 0, y: 0, width: namesWidth - BEFORE, height: tall };
  names.append(make("rect", { ...place, fill: "var(--paper)" }));
  for (const group of shown) {
    const { track, rows, middle } = group;
    // The frames around the names of the lanes that run, and the names by their lanes.
    group.frames = make("g");
    group.names = new Map();
    names.append(group.frames);
    if (shown.length > 1)
      names.append(make("text", { class: "language", x: 0, y: middle(0) + 4 }, track.language));
    rows.forEach(({ name, hue, lanes, differs, isOnlyHere }, nth) => {
      const place = { x: namesWidth - BEFORE - 6, y: middle(nth) + 4, "text-anchor": "end" };
      const button = {
        "data-lane": lanes.join(" "),
        tabindex: "0",
        role: "button",
        "aria-label": `${name}: show it alone`,
      };
      const absent = lanes.length === 0 ? " absent" : "";
      const shortened = fitting(name);
      const text = make(
        "text",
        { class: `name ${classOfHue(hue)}${absent}`, ...place, ...(absent ? {} : button) },
        shortened,
      );
      if (shortened !== name) text.append(make("title", {}, name));
      for (const lane of lanes) group.names.set(lane, text);
      names.append(text);
      if (differs.length > 0 || isOnlyHere) {
        const sign = {
          class: "unlike",
          x: shown.length > 1 ? 50 : 1,
          y: middle(nth) + 4,
        };
        const title = make("title", {}, `unlike the row in ${firstTitle()}`);
        names.append(make("text", sign, "≠", title));
      }
    });
  }
  return names;
}

// The arrow from the poll that woke a lane to the poll of that lane. Over it lies a broader line
// that cannot be seen: a thin one would be hard to click.
function arrow({ track, y }) {
  const line = make("path", { class: "wake" });
  const head = make("path", { class: "head" });
  const target = make(
    "path",
    { class: "wake-target" },
    make("title", {}, `To the poll that woke it (${track.index === 0 ? "W" : "Shift + W"})`),
  );
  return { track, y, head, line, target };
}
