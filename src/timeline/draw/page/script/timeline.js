// Draws the timeline of a scene, once: bands, rows, the thread, and names. What changes from moment
// to moment is in `cursor`.
//
// Knows the tracks and the axis. Knows nothing of the moment that is shown.

let drawn = null; // what was drawn of this scene: the places of its moments, and what moves

function drawChart() {
  const chart = byId("chart");
  const { instants, moments } = run();
  const common = variant();
  const shown = groups();
  // The width of the names of lanes, of those of the languages, and of the signs between.
  const widths = shown.flatMap(({ rows }) =>
    rows.map(({ name }) => wide(fitting(name), "600 12px")),
  );
  const before = (shown.length > 1 ? 52 : 0) + (common ? 14 : 0);
  const namesWidth = before + Math.max(...widths, 30) + BEFORE + 6;
  const scale = scaleOfChart();
  const width = Math.max(chart.clientWidth / scale, 300);
  const room = width - namesWidth - AFTER;
  const axis = axisOf(moments, instants, common?.columns, room);
  const signs = moments.some(({ parts }) => parts !== null) ? 14 : 6; // where the two part
  const others = common ? endsOfOthers(common, axis) : [];
  const foot = others.reduce(
    (most, { line }) => Math.max(most, signs + 4 + (line + 1) * 12),
    signs,
  );
  const most = mostHeight() / scale;
  const { row, height } = arrange(shown, most - foot);
  const tall = height + foot;
  const ended = common ? axis.bands[common.ends[common.among.indexOf(scene)]][1] : axis.width;
  const bars = make("g", { id: "bars" });
  const texts = []; // each with the place from which on it is seen
  drawBands(bars, axis, height);
  // The variants are compared in Rust, which is the last group.
  if (common) markWhatDiffers(bars, texts, shown.at(-1), others, axis, row, height + signs);
  for (const group of shown) {
    const high = Math.min(18, row - 3);
    for (const { lanes, y } of rowsWithPlaces(group))
      for (const lane of lanes) drawLane(bars, texts, group.track, lane, axis, { y, high, ended });
    drawThread(bars, group, axis);
  }
  drawParting(texts, axis, height);
  const defs = make("defs");
  // The future is what lies behind a veil, from the cursor on.
  const veil = make("rect", { class: "veil", y: 0, height: tall });
  const written = make("g", { id: "written" }, ...texts.map(({ element }) => element));
  const wakes = shown.map((group) => arrow(group, defs));
  const cursor = make("rect", {
    class: "cursor",
    y: 16,
    height: height - 12,
    width: axis.column + 2,
    rx: 3,
  });
  const arrows = wakes.flatMap(({ line, target }) => [line, target]);
  // The times stay in sight while rows are scrolled.
  const times = drawTimes(axis);
  const paper = { x: -BEFORE, y: 0, width: axis.width + BEFORE + AFTER, height: 16 };
  const head = make("g", {}, make("rect", { class: "paper", ...paper }));
  times.forEach(({ element }, instant) => {
    head.append(element);
    texts.push({ element, from: axis.bands[instant][0] });
  });
  texts.sort((one, other) => one.from - other.from);
  for (const { element } of texts) element.classList.add("later");
  const moving = make("g", {}, bars, veil, written, cursor, ...arrows, head);
  const attributes = {
    viewBox: `0 0 ${width} ${tall}`,
    preserveAspectRatio: "xMinYMin meet",
    role: "group",
    "aria-label": "Timeline",
  };
  const fades = drawFades(defs, namesWidth, width, tall);
  const svg = make("svg", attributes, defs, moving, ...fades, drawNames(shown, namesWidth, tall));
  svg.style.height = `${tall * scale}px`;
  chart.replaceChildren(svg);
  // The sources get what the timeline does not need.
  document.body.style.setProperty("--below", `${tall * scale + aroundChart()}px`);
  drawn = { axis, shown, veil, wakes, cursor, moving, head, room, row, times, texts, fades };
  // What a step has changed: how many texts are of the past, and the times that it has moved away.
  Object.assign(drawn, { past: 0, around: [] });
  Object.assign(drawn, { scale, namesWidth, scrolls: tall > most });
  drawn.buttons = [...svg.querySelectorAll("[data-lane]")];
}

// The lanes of each row of a group, and the height of its middle.
function rowsWithPlaces({ rows, middle }) {
  return rows.map(({ lanes }, nth) => ({ lanes, y: middle(nth) }));
}

// What stands above and below the timeline in its part of the page.
function aroundChart() {
  const below = getComputedStyle(byId("below"));
  const edges = ["paddingTop", "paddingBottom", "borderTopWidth"];
  const sum = edges.reduce((sum, edge) => sum + parseFloat(below[edge]), 0);
  return Math.ceil(sum + byId("what-if").offsetHeight + 2);
}

// A timeline that is wider than its place fades at the edges behind which it goes on.
function drawFades(defs, namesWidth, width, tall) {
  const wide = 28;
  const fade = (id, from, to, x) => {
    const stop = (offset, opacity) =>
      make("stop", { offset, "stop-color": "var(--paper)", "stop-opacity": opacity });
    defs.append(make("linearGradient", { id }, stop(0, from), stop(1, to)));
    const place = { x, y: 0, width: wide, height: tall, fill: `url(#${id})` };
    return make("rect", { class: "fade", ...place });
  };
  return [
    fade("fade-left", 1, 0, namesWidth - BEFORE),
    fade("fade-right", 0, 1, width - wide),
  ];
}

// A band for each instant.
function drawBands(bars, axis, height) {
  const used = new Set(run().moments.map(({ instant }) => instant));
  axis.bands.forEach(([from, to], instant) => {
    // At some instants only other variants poll.
    const kind = variant() && !used.has(instant) ? "band empty" : "band";
    bars.append(
      make("rect", { class: kind, x: from, y: 18, width: to - from, height: height - 18 }),
    );
  });
}

// The time of each instant. Those for which there is no room are drawn as well: they are seen
// when the cursor is there.
function drawTimes(axis) {
  let free = -Infinity;
  return run().instants.map(([, text], instant) => {
    const long = wide(text, "600 12px");
    const begin = Math.min(axis.bands[instant][0] + 2, axis.width + AFTER - 2 - long);
    const isRoom = begin > free;
    if (isRoom) free = begin + long + 10;
    const leftOut = isRoom ? "" : " left-out";
    const element = make("text", { class: `time${leftOut}`, x: begin, y: 12 }, text);
    return { element, begin, end: begin + long, isRoom };
  });
}

// What a lane does at all moments. A moment has a column from `from` to `end`, with the poll if the
// lane is polled in it, and what the lane does after it lasts until the next moment, at `to`. What
// it goes on doing over many moments is one shape: a page may have thousands of moments, and at
// most of them most lanes only wait.
function drawLane(bars, texts, track, lane, axis, { y, high, ended }) {
  const of = hue(lane);
  const box = (kind, x, width, height) => {
    const place = { x, y: y - height / 2, width: Math.max(width, 0), height, rx: 3 };
    bars.append(make("rect", { class: `${kind} ${of}`, ...place }));
  };
  const draw = ({ state, from, to }) => {
    const { kind, box: share, gap } = SHAPES[state];
    if (share) box(kind, from + gap, Math.max(to - from - 2 * gap, 2), high * share);
    else bars.append(make("line", { class: `${kind} ${of}`, x1: from, x2: to, y1: y, y2: y }));
  };
  let before = "."; // its state after the moment before
  let open = null; // what it goes on doing, and from where to where
  const close = () => {
    if (open !== null && open.to > open.from) draw(open);
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
    if (open !== null) open.to = to;
    // There is no gap between a poll and the work that goes on after it.
    else if (SHAPES[state]?.box === 1) open = { state, from: ran ? end - 1 : from, to };
    else if (SHAPES[state]) open = { state, from: ran || polls ? end : from, to };
    if (state !== before) drawEnd(texts, lane, state, { end, y });
    before = state;
  }
  close();
}

// How a state is drawn, by its letter: as a line, or as a box of some share of a poll's height,
// with a gap before and after it.
const SHAPES = {
  w: { kind: "wait" },
  i: { kind: "between" },
  l: { kind: "lazy" },
  d: { kind: "ready", box: 2 / 3, gap: 1 },
  x: { kind: "unpolled", box: 2 / 3, gap: 1 },
  b: { kind: "outer", box: 1, gap: 0 },
  t: { kind: "outer", box: 1, gap: 0 },
};

// The runtime's thread, as a line from lane to lane: what ran on another thread is not on it. It
// stays in its row until the next column begins, so that it gives away nothing of the future. From
// one instant to the next it is pale, since nothing runs, unless a poll keeps the thread.
function drawThread(bars, { track, y }, axis) {
  const runs = [];
  const rests = [];
  let stays = null; // where the thread is until something runs again
  run().moments.forEach(({ instant }, nth) => {
    const step = track.shown(nth);
    if (!step || track.isIdle(nth) || step.on_thread) return;
    const from = axis.at[nth];
    const here = `${from + axis.column / 2} ${y(step.lane)}`;
    if (stays === null) {
      runs.push(`M${here}`);
    } else if (instant > stays.instant && !stays.blocks) {
      rests.push(`M${stays.here} H${from}`);
      runs.push(`M${from} ${stays.y} L${here}`);
    } else {
      runs.push(`H${from} L${here}`);
    }
    stays = { here, y: y(step.lane), instant, blocks: step.states.includes("b") };
  });
  bars.append(make("path", { class: "thread rests", d: rests.join(" ") }));
  bars.append(make("path", { class: "thread", d: runs.join(" ") }));
}

// The sign of the end of a lane, right after the poll in which it ended.
function drawEnd(texts, lane, state, { end, y }) {
  const sign = data.signs[state];
  if (!sign) return;
  const element = make("text", { class: `end ${hue(lane)}`, x: end + 3, y: y + 4 }, sign);
  texts.push({ element, from: end });
}

// A sign below each moment at which the two languages do not print the same.
function drawParting(texts, axis, height) {
  run().moments.forEach(({ parts }, nth) => {
    if (parts === null) return;
    const attributes = {
      class: "parting",
      x: axis.at[nth] + axis.column / 2,
      y: height + 11,
      "text-anchor": "middle",
    };
    texts.push({ element: make("text", attributes, "≠"), from: axis.at[nth] });
  });
}

// The names of the lanes, before their rows.
function drawNames(shown, namesWidth, tall) {
  const group = make("g");
  const place = { x: 0, y: 0, width: namesWidth - BEFORE, height: tall };
  group.append(make("rect", { ...place, fill: "var(--paper)" }));
  for (const { track, rows, middle } of shown) {
    if (shown.length > 1)
      group.append(make("text", { class: "language", x: 0, y: middle(0) + 4 }, track.language));
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
        { class: `name ${colour(hue)}${absent}`, ...place, ...(absent ? {} : button) },
        shortened,
      );
      if (shortened !== name) text.append(make("title", {}, name));
      group.append(text);
      if (differs.length > 0 || isOnlyHere) {
        const sign = {
          class: "unlike",
          x: shown.length > 1 ? 50 : 1,
          y: middle(nth) + 4,
        };
        group.append(make("text", sign, "≠", make("title", {}, "differs from the first")));
      }
    });
  }
  return group;
}

// The arrow from the poll that woke a lane to the poll of that lane. Over it lies a broader line
// that cannot be seen: a thin one would be hard to click.
function arrow({ track, y }, defs) {
  const head = make("path", { d: "M0 0 L7 3.5 L0 7 z" });
  const id = `head-${track.index}`;
  defs.append(
    make(
      "marker",
      {
        id,
        viewBox: "0 0 7 7",
        refX: 6,
        refY: 3.5,
        markerWidth: 7,
        markerHeight: 7,
        markerUnits: "userSpaceOnUse",
        orient: "auto",
      },
      head,
    ),
  );
  const line = make("path", { class: "wake", "marker-end": `url(#${id})` });
  const target = make(
    "path",
    { class: "wake-target" },
    make("title", {}, "To the poll that woke it (W)"),
  );
  return { track, y, head, line, target };
}
