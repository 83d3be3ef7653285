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
  const longest = shown.flatMap(({ rows }) =>
    rows.map(({ name }) => wide(fitting(name), "600 12px")),
  );
  const before = (shown.length > 1 ? 52 : 0) + (common ? 14 : 0);
  const names = before + Math.max(...longest, 30) + BEFORE + 6;
  const width = Math.max(chart.clientWidth, 300);
  const room = width - names - AFTER;
  const axis = places(moments, instants, common?.columns, room);
  const signs = moments.some(({ only }) => only.length > 0) ? 14 : 6; // where the two part
  const others = common ? endsOfOthers(common, axis) : [];
  const foot = others.reduce(
    (most, { line }) => Math.max(most, signs + 4 + (line + 1) * 12),
    signs,
  );
  const { row, height } = arrange(shown, mostHeight() - foot);
  const ended = common ? axis.bands[common.ends[common.among.indexOf(scene)]][1] : axis.width;
  const past = make("g", { id: "past" });
  const texts = []; // each with the place from which on it is seen
  drawBands(past, axis, height);
  // The variants are compared in Rust, which is the last group.
  if (common) markWhatDiffers(past, texts, shown.at(-1), others, axis, row, height + signs);
  for (const group of shown) drawTrack(past, texts, group, axis, ended, Math.min(18, row - 3));
  drawParting(texts, axis, height);
  const times = drawTimes(axis);
  times.forEach(({ element }, instant) => texts.push({ element, from: axis.bands[instant][0] }));
  texts.sort((one, other) => one.from - other.from);
  for (const { element } of texts) element.classList.add("later");
  const tall = height + foot;
  const clip = make("rect", { x: -BEFORE, y: 0, width: 0, height: tall });
  const defs = make("defs", {}, make("clipPath", { id: "until" }, clip));
  const later = make("use", { href: "#past", class: "future" });
  const seen = make("g", { "clip-path": "url(#until)" }, past);
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
  const moving = make("g", {}, later, seen, written, cursor, ...arrows);
  const attributes = {
    viewBox: `0 0 ${width} ${tall}`,
    preserveAspectRatio: "xMinYMin meet",
    role: "group",
    "aria-label": "Timeline",
  };
  const fades = drawFades(defs, names, width, tall);
  const svg = make("svg", attributes, defs, moving, ...fades, drawNames(shown, names, height));
  svg.style.height = `${tall}px`;
  chart.replaceChildren(svg);
  // The sources get what the timeline does not need.
  document.body.style.setProperty("--below", `${tall + aroundChart()}px`);
  drawn = { axis, clip, wakes, cursor, moving, room, names, times, texts, fades };
  Object.assign(drawn, { past: 0, around: [] }); // the texts that a step has changed
}

// What stands above and below the timeline in its part of the page.
function aroundChart() {
  const below = getComputedStyle(byId("below"));
  const edges = ["paddingTop", "paddingBottom", "borderTopWidth"];
  const sum = edges.reduce((sum, edge) => sum + parseFloat(below[edge]), 0);
  return Math.ceil(sum + byId("what-if").offsetHeight + 2);
}

// A timeline that is wider than its place fades at the edges behind which it goes on.
function drawFades(defs, names, width, tall) {
  const wide = 28;
  const fade = (id, from, to, x) => {
    const stop = (offset, opacity) =>
      make("stop", { offset, "stop-color": "var(--paper)", "stop-opacity": opacity });
    defs.append(make("linearGradient", { id }, stop(0, from), stop(1, to)));
    const place = { x, y: 0, width: wide, height: tall, fill: `url(#${id})` };
    return make("rect", { class: "fade", ...place });
  };
  return [
    fade("fade-left", 1, 0, names - BEFORE),
    fade("fade-right", 0, 1, width - wide),
  ];
}

// A band for each instant.
function drawBands(past, axis, height) {
  const used = new Set(run().moments.map(({ instant }) => instant));
  axis.bands.forEach(([from, to], instant) => {
    // At some instants only other variants poll.
    const kind = variant() && !used.has(instant) ? "band empty" : "band";
    past.append(
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

// What each lane of a language does at each moment, and the thread, as a line from lane to lane.
function drawTrack(past, texts, { track, rows, y }, axis, ended, high) {
  const lanes = rows.map(({ lane }) => lane).filter((lane) => lane !== null);
  const thread = [];
  const rests = [];
  let stays = null; // where the thread is until something runs again
  let before = ""; // the states after the moment before
  run().moments.forEach((_, nth) => {
    const step = track.shown(nth);
    if (!step) return;
    const idle = track.isIdle(nth);
    const from = axis.at[nth];
    const end = from + axis.column;
    const to = nth + 1 < axis.at.length ? axis.at[nth + 1] : Math.max(ended, end);
    for (const lane of lanes) {
      const state = step.states[lane] ?? ".";
      const place = { from, end, to, middle: y(lane), high };
      const ran = !idle && lane === step.lane;
      const polls = state === "r" || (!idle && around(step).includes(lane));
      drawState(past, lane, state, { ran, polls }, place);
      if (state !== (before[lane] ?? ".")) drawEnd(texts, lane, state, place);
    }
    // The line is the runtime's thread: what ran on another one is not on it. It stays in its row
    // until the next column begins, so that what is not seen of the future does not show in it.
    // From one instant to the next it is pale, unless a poll keeps the thread: nothing runs.
    if (!idle && !step.on_thread) {
      const here = `${from + axis.column / 2} ${y(step.lane)}`;
      const { instant } = run().moments[nth];
      const rested = stays !== null && instant > stays.instant && !stays.blocks;
      if (stays === null) thread.push(`M${here}`);
      else if (rested) {
        rests.push(`M${stays.here} H${from}`);
        thread.push(`M${from} ${stays.y} L${here}`);
      } else thread.push(`H${from} L${here}`);
      const blocks = step.states.includes("b");
      stays = { here, y: y(step.lane), instant, blocks };
    }
    before = step.states;
  });
  past.append(make("path", { class: "thread rests", d: rests.join(" ") }));
  past.append(make("path", { class: "thread", d: thread.join(" ") }));
}

// What a lane does at a moment. The column of the moment is from `from` to `end`, and what the
// lane does after its poll lasts until the next moment, at `to`. `ran` says that it was polled,
// and `polls` that it is being polled and polls the lane that ran.
function drawState(past, lane, state, { ran, polls }, { from, end, to, middle, high }) {
  const box = (name, x, width, height) => {
    const place = { x, y: middle - height / 2, width: Math.max(width, 0), height, rx: 3 };
    past.append(make("rect", { class: `${name} ${hue(lane)}`, ...place }));
  };
  const line = (name, x1) => {
    if (to <= x1) return;
    const place = { x1, x2: to, y1: middle, y2: middle };
    past.append(make("line", { class: `${name} ${hue(lane)}`, ...place }));
  };
  if (ran) box("block", from + 1, end - from - 2, high);
  else if (polls) box("outer", from + 1, end - from - 2, high);
  const begin = ran || polls ? end : from;
  const overlap = ran ? end - 1 : from; // no gap between the poll and what follows it
  if (state === "b" || state === "t") box("outer", overlap, to - overlap, high);
  if (state === "w") line("wait", begin);
  if (state === "i") line("between", begin);
  if (state === "l") line("lazy", from);
  if ((state === "d" || state === "x") && to > begin) {
    const name = state === "d" ? "ready" : "unpolled";
    box(name, begin + 1, Math.max(to - begin - 2, 2), (high * 2) / 3);
  }
}

// The sign of the end of a lane, right after the poll in which it ended.
function drawEnd(texts, lane, state, { end, middle }) {
  const sign = { f: "✓", c: "×", p: "‼" }[state];
  if (!sign) return;
  const element = make("text", { class: `end ${hue(lane)}`, x: end + 3, y: middle + 4 }, sign);
  texts.push({ element, from: end });
}

// A sign below each moment at which the two languages do not print the same.
function drawParting(texts, axis, height) {
  run().moments.forEach(({ only }, nth) => {
    if (only.length === 0) return;
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
function drawNames(shown, names, height) {
  const group = make("g");
  const place = { x: 0, y: 0, width: names - BEFORE, height: height + 99 };
  group.append(make("rect", { ...place, fill: "var(--paper)" }));
  const common = variant();
  for (const { track, rows, middle } of shown) {
    if (shown.length > 1)
      group.append(make("text", { class: "language", x: 0, y: middle(0) + 4 }, track.language));
    rows.forEach(({ name, hue, lane, differs }, nth) => {
      const place = { x: names - BEFORE - 6, y: middle(nth) + 4, "text-anchor": "end" };
      const button = {
        "data-lane": lane,
        tabindex: "0",
        role: "button",
        "aria-label": `${name}: show it alone`,
      };
      const absent = lane === null ? " absent" : "";
      const shortened = fitting(name);
      const text = make(
        "text",
        { class: `name ${colour(hue)}${absent}`, ...place, ...(lane === null ? {} : button) },
        shortened,
      );
      if (shortened !== name) text.append(make("title", {}, name));
      group.append(text);
      const first =
        common && track.index === 0 ? data.scenes[common.among[0]].variant.rows[nth] : null;
      if (differs.length > 0 || (lane !== null && first?.lane === null)) {
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
