"use strict";
// The explorer: steps through recorded runs, poll by poll.
//
// All that it shows was recorded, or concluded from the recording in Rust: the script computes no
// state. A scene is a run. It has a track for each language, with the steps of that language; and
// the page goes from moment to moment, each of which has a step of one language or of both.
//
// In reading order: what is shown now; the tracks; the sources, with the marks beside them; the
// strip of sentences and queues; the timeline; the output; predicting; and the keys.
(() => {
  const data = JSON.parse(document.getElementById("run").textContent);
  const byId = (id) => document.getElementById(id);
  const SVG = "http://www.w3.org/2000/svg";

  function make(tag, attributes = {}, ...children) {
    const svg = [
      "svg",
      "g",
      "rect",
      "line",
      "path",
      "text",
      "use",
      "clipPath",
      "defs",
      "title",
      "marker",
    ].includes(tag);
    const element = svg ? document.createElementNS(SVG, tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes))
      if (value !== null) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  // What is shown now.
  let scene = 0; // which run
  let moment = 0; // which of its moments
  let alone = null; // the lane that is seen alone
  let future = true; // whether what comes later is shown
  // Predicting: whether it is on, how many questions were answered and how many of the answers were
  // right, and whether a question is open.
  const game = { on: false, asked: 0, right: 0, open: false };

  const run = () => data.scenes[scene];
  const variant = () => run().variant;
  const showsFuture = () => future && !game.on;
  const hue = (lane) => `h${run().lanes[lane].hue % 6}`;
  const name = (lane) => run().lanes[lane].name;
  // What fits into a mark beside the code.
  const short = (lane) => (name(lane).length <= 2 ? name(lane) : name(lane)[0]);

  // ---- Tracks ----

  // For each scene its tracks, with what the page needs of them at each moment.
  const known = new Map();

  function tracks() {
    if (!known.has(scene)) known.set(scene, run().tracks.map(track));
    return known.get(scene);
  }

  function track({ steps, aligned }, index) {
    // A step names the lanes that have moved; a page may be opened at any step.
    const places = [];
    let place = run().lanes.map(() => null);
    for (const step of steps) {
      place = [...place];
      for (const [lane, line] of step.stands) place[lane] = line;
      places.push(place);
    }
    // The last step up to each moment, and -1 before the first one; and the moment of each step.
    const at = [];
    const momentOf = [];
    for (const [nth, { steps }] of run().moments.entries()) {
      if (steps[index] !== null) momentOf[steps[index]] = nth;
      at.push(steps[index] ?? at.at(-1) ?? -1);
    }
    // Each lane that stands anywhere in the source has a column of its own beside it.
    const columns = new Map();
    const standing = places.flatMap((place) =>
      [...place.keys()].filter((lane) => place[lane] !== null),
    );
    for (const lane of [...new Set(standing)].sort((one, other) => one - other))
      columns.set(lane, columns.size);
    const language = data.sources[index]?.name ?? "Rust";
    // A lane that is polled by another one is inside it. In Python each lane is a task of its own.
    const inside = (lane) => (aligned ? null : run().lanes[lane].inside);
    return {
      index,
      language,
      steps,
      columns,
      inside,
      momentOf,
      // The step that is shown at a moment; none before the first one.
      shown: (moment) => (at[moment] < 0 ? null : steps[at[moment]]),
      places: (moment) => places[at[moment]] ?? [],
      // Whether this language does nothing at a moment, and only the other one does.
      isIdle: (moment) => run().moments[moment]?.steps[index] === null,
    };
  }

  // ---- Sources ----

  // Finds what has a colour in a line. The name of a group is its class in the style sheet.
  function lexer(comment, string, words) {
    const keyword = new RegExp(`(?<kw>\\b(?:${words.replaceAll(" ", "|")})\\b)`);
    const name = [/(?<ma>\b\w+!)/, /(?<ty>\b[A-Z]\w*[a-z]\w*\b)/, /(?<no>\b\d[\w.]*\b)/];
    const parts = [comment, string, keyword, ...name];
    return new RegExp(parts.map((part) => part.source).join("|"), "g");
  }

  const LEXERS = {
    rust: lexer(
      /(?<co>\/\/.*)/,
      /(?<tx>b?r?"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)')/,
      "as async await break const continue dyn else enum false fn for if impl in let loop match " +
        "mod move mut pub ref return self Self static struct trait true type unsafe use where while",
    ),
    python: lexer(
      /(?<co>#.*)/,
      /(?<tx>[fbr]?"(?:[^"\\]|\\.)*"|[fbr]?'(?:[^'\\]|\\.)*')/,
      "and as assert async await break class continue def del elif else except False finally for " +
        "from global if import in is lambda None nonlocal not or pass raise return True try while " +
        "with yield",
    ),
  };

  function coloured(language, text) {
    const parts = [];
    let end = 0;
    for (const found of text.matchAll(LEXERS[language])) {
      if (found.index > end) parts.push(text.slice(end, found.index));
      const [kind] = Object.entries(found.groups).find(([, value]) => value !== undefined);
      const span = make("span", { class: kind });
      span.textContent = found[0];
      parts.push(span);
      end = found.index + found[0].length;
    }
    parts.push(text.slice(end));
    return parts;
  }

  // One pane for each language: its lines, and the marks of the lanes beside them.
  const panes = data.sources.map((source) => {
    const pane = make("div", {
      class: "pane",
      tabindex: "0",
      role: "region",
      "aria-label": `${source.name} source`,
    });
    const lines = new Map();
    for (const [number, text] of source.lines) {
      const indent = text.length - text.trimStart().length;
      const line = make(
        "div",
        { class: "line" },
        make("span", { class: "n" }, String(number)),
        ...coloured(source.language, text.trimStart()),
      );
      line.style.setProperty("--indent", indent);
      lines.set(number, line);
      pane.append(line);
    }
    const marks = make("div", { class: "marks" });
    pane.append(marks);
    const file = make("span", { class: "mono" }, source.file);
    const section = make("section", { class: "source" }, make("h2", {}, source.name, file), pane);
    section.style.order = source.language === "python" ? 0 : 1; // Python stands on the left
    byId("sources").append(section);
    return { source, pane, lines, marks };
  });
  if (data.missing !== null) byId("sources").append(make("p", { class: "missing" }, data.missing));
  byId("sources").classList.toggle("two", panes.length > 1);
  byId("strip").classList.toggle("two", panes.length > 1);

  const states = {
    ran: "ran just now",
    ready: "is ready",
    unpolled: "is woken, but not polled",
    waits: "waits",
  };
  // The kind of mark for each letter of a state; a lane in any other state stands nowhere.
  const KINDS = { w: "waits", d: "ready", x: "unpolled", r: "waits", b: "ran", t: "ran" };

  function clear({ pane, lines, marks }) {
    for (const line of lines.values()) {
      line.className = "line";
      line.querySelector(".note")?.remove();
    }
    marks.replaceChildren();
    pane.classList.remove("idle");
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
    const places = track.places(moment);
    const placed = [];
    places.forEach((number, lane) => {
      if (number === null || !lines.has(number)) return;
      const kind = !idle && lane === current.lane ? "ran" : KINDS[current.states[lane]];
      if (!kind) return;
      const dim = alone !== null && alone !== lane ? " dim" : "";
      const mark = make("span", { class: `mark ${kind} ${hue(lane)}${dim}` }, short(lane));
      mark.title = `${name(lane)} ${states[kind]}`;
      mark.style.setProperty("--k", column(track, lane));
      placed.push([mark, number]);
      marks.append(mark);
      if (kind === "waits" || kind === "unpolled") {
        const unpolled = kind === "unpolled" ? "unpolled " : "";
        note(number, make("span", { class: `tile ${unpolled}${hue(lane)}` }, short(lane)));
      }
    });
    if (lit && current.on !== null && current.stop !== null) {
      note(current.stop, make("span", { class: "waits" }, current.on));
    }
    for (const [number, element] of notes) lines.get(number).querySelector(".n").after(element);
    // A note may have made its line longer, so only now the lines stand where they stay.
    for (const [mark, number] of placed) mark.style.top = `${lines.get(number).offsetTop}px`;
    if (lit) drawPath(pane, track, current);
    if (!idle) scrollToLit(pane, current, places[current.lane]);
  }

  // The column of a lane beside the source. There is room for nine; further lanes share the last.
  const column = ({ columns }, lane) => Math.min(columns.get(lane) ?? columns.size, 8);

  // A bar along the lines through which the lane ran, and a thin line along its chain of awaits.
  function drawPath({ lines, marks }, track, current) {
    const top = (number) => lines.get(number).offsetTop;
    const line = (kind, numbers) => {
      const tops = numbers.filter((number) => lines.has(number)).map(top);
      const from = Math.min(...tops);
      const to = Math.max(...tops);
      if (tops.length < 2 || to === from) return;
      const element = make("span", { class: `${kind} ${hue(current.lane)}` });
      element.style.setProperty("--k", column(track, current.lane));
      element.style.top = `${from + 8}px`;
      element.style.height = `${to - from}px`;
      marks.prepend(element);
    };
    const own = current.says.filter(([lane]) => lane === current.lane);
    line("bar", [current.resumed, current.stop, ...own.map(([, , number]) => number)]);
    line("stem", [...current.chain, current.stop]);
  }

  // Scrolls so far that all lit lines are seen; if there is no room for all of them, the line at
  // which the lane waits now.
  function scrollToLit({ pane, lines }, current, place) {
    const said = current.says.map(([, , number]) => number);
    const numbers = [current.stop, current.resumed, ...said, place].filter((number) =>
      lines.has(number),
    );
    if (numbers.length === 0) return;
    const begin = (number) => lines.get(number).offsetTop;
    const end = (number) => begin(number) + lines.get(number).offsetHeight;
    let from = Math.min(...numbers.map(begin));
    let to = Math.max(...numbers.map(end));
    if (to - from > pane.clientHeight) {
      from = begin(numbers[0]);
      to = end(numbers[0]);
    }
    if (from >= pane.scrollTop && to <= pane.scrollTop + pane.clientHeight) return;
    pane.scrollTop = (from + to - pane.clientHeight) / 2;
  }

  // ---- The strip ----

  function tile(lane, kind = "") {
    return make("span", { class: `tile ${kind} ${hue(lane)}` }, name(lane));
  }

  function cell(title, ...content) {
    const filled = content.length ? content : ["–"];
    return make("div", { class: "cell" }, make("h3", {}, title), make("div", {}, ...filled));
  }

  function between(elements, separator) {
    return elements.flatMap((element, nth) => (nth > 0 ? [separator, element] : [element]));
  }

  // The lanes that are ready, in order. A branch of `join!` stands in its parent, since the runtime
  // has one task for all of them.
  function readyGroups(track, ready) {
    const groups = [];
    for (const lane of ready) {
      const inside = track.inside(lane);
      const last = groups.at(-1);
      if (last && last.inside === inside && inside !== null) last.lanes.push(lane);
      else groups.push({ inside, lanes: [lane] });
    }
    return groups.map(({ inside, lanes }) => {
      const tiles = lanes.map((lane) => tile(lane, "ready"));
      return make(
        "span",
        { class: "group" },
        ...(inside === null ? tiles : [name(inside), " ▸ ", ...tiles]),
      );
    });
  }

  // The timers that are due at one time stand together.
  function byTime(timers) {
    const times = new Map();
    for (const [lane, due] of timers) times.set(due, [...(times.get(due) ?? []), lane]);
    return [...times];
  }

  // Which lane waits for which; a circle, which is a deadlock, has a frame.
  function waitingChains(waits) {
    return waits.map((chain) => {
      const last = chain.at(-1);
      const circle = last.length === 1 && chain.slice(0, -1).some(([lane]) => lane === last[0]);
      const links = chain.map((lanes) =>
        make(
          "span",
          {},
          ...between(
            lanes.map((lane) => tile(lane)),
            " ",
          ),
        ),
      );
      return make("span", { class: `group${circle ? " circle" : ""}` }, ...between(links, " → "));
    });
  }

  function showStrip(element, track) {
    const current = track.shown(moment);
    const idle = track.isIdle(moment);
    const tells = make("p", { class: "tells" });
    element.classList.toggle("idle", idle);
    if (!current) {
      tells.append("Nothing has run yet.");
      element.replaceChildren(tells, make("div", { class: "cells" }));
      return;
    }
    const ran = [];
    if (idle) {
      tells.append("No step here meanwhile.");
    } else {
      tells.append(
        make("b", { class: hue(current.lane) }, name(current.lane)),
        ` ${current.sentence}`,
      );
      if (current.later !== null && showsFuture()) {
        tells.append(make("span", { class: "later" }, ` It waits ${current.later}.`));
      }
      const outer = track.inside(current.lane);
      if (outer !== null) ran.push(`${name(outer)} ▸`);
      ran.push(tile(current.lane, "full"));
    }
    const unpolled = [...current.states].flatMap((state, lane) =>
      state === "x" ? [tile(lane, "unpolled")] : [],
    );
    const cells = [
      cell("Ran", ...ran),
      cell("Ready, in order", ...readyGroups(track, current.ready)),
    ];
    if (unpolled.length > 0) cells.push(cell("Woken, not polled", ...unpolled));
    if (showsFuture()) {
      const timers = byTime(current.timers).map(([due, lanes]) =>
        make("span", { class: "group" }, due, ...lanes.map((lane) => tile(lane))),
      );
      cells.push(cell("Timers", ...timers), cell("Waits for", ...waitingChains(current.waits)));
    }
    element.replaceChildren(tells, make("div", { class: "cells" }, ...cells));
  }

  // Where the two languages part: what only one of them prints, and what the header of the example
  // says of Python.
  function showParting() {
    const parts = run().moments.some(({ only }) => only.length > 0);
    const element = byId("parts");
    element.hidden = !parts;
    const { only } = run().moments[moment] ?? { only: [] };
    const lines = only.map(([track, nth]) => {
      const { language, steps } = tracks()[track];
      const [lane, text] = steps[run().moments[moment].steps[track]].says[nth];
      return `only ${language}’s ${name(lane)} prints “${text}”`;
    });
    const reason = data.of_python ? ` ${data.of_python}` : "";
    element.textContent = only.length > 0 ? `Here the two part: ${lines.join(", ")}.${reason}` : "";
  }

  // ---- The timeline ----

  let drawn = null; // what was drawn of this scene: the places of its moments, and what moves

  // Time by its square root, so that a millisecond is seen beside an hour; and a column for each
  // moment. Variants have the same instants, and `columns` says how many moments each of these has
  // room for: so equal times are at equal places, whichever of the variants is shown.
  function places(moments, instants, columns, width) {
    const gaps = instants.map(([at], nth) =>
      nth === 0 ? 0 : Math.sqrt(at - instants[nth - 1][0]),
    );
    const sum = gaps.reduce((all, gap) => all + gap, 0) || 1;
    const count = columns ? columns.reduce((all, some) => all + some, 0) : moments.length;
    const column = Math.max(6, Math.min(26, (width * 0.62) / Math.max(count, 1)));
    const rest = Math.max(width - column * count - 30, 120);
    const at = [];
    const bands = [];
    let x = 0;
    let nth = 0;
    instants.forEach((_, instant) => {
      const gap = instant === 0 ? 0 : 10 + Math.min((rest * gaps[instant]) / sum, rest);
      x += gap;
      const from = x;
      while (nth < moments.length && moments[nth].instant === instant) {
        at.push(x);
        x += column;
        nth += 1;
      }
      if (columns) x = from + columns[instant] * column;
      bands.push([from, Math.max(x, from + 2)]);
    });
    return { at, bands, column, width: x };
  }

  // The rows of each track, those of Python first, since its source is on the left. In Rust each
  // lane has a row, and if there are variants, each lane of any variant. In Python each lane has a
  // row that is ever there.
  function groups() {
    const all = tracks().map((track) => {
      const lanes = [...run().lanes.keys()];
      // A callback of asyncio is no task, so it has a step and no state.
      const isSeen = ({ lane, states }, wanted) =>
        lane === wanted || (states[wanted] ?? ".") !== ".";
      const seen = lanes.filter((lane) => track.steps.some((step) => isSeen(step, lane)));
      const own = track.index === 0 ? lanes.slice(0, run().rows) : seen;
      const rows = own.map((lane) => ({
        name: name(lane),
        hue: run().lanes[lane].hue,
        lane,
        differs: [],
      }));
      return { track, rows: track.index === 0 ? (variant()?.rows ?? rows) : rows };
    });
    return all.reverse();
  }

  const TOP = 20; // above the rows are the times

  function drawChart() {
    const chart = byId("chart");
    const { instants, moments } = run();
    const common = variant();
    const shown = groups();
    const names = shown.length > 1 ? 108 : 84; // the width of the names of lanes and languages
    const width = Math.max(chart.clientWidth, 300);
    const axis = places(moments, instants, common?.columns, width - names - 30);
    const signs = moments.some(({ only }) => only.length > 0) ? 14 : 2; // where the two part
    const others = common ? endsOfOthers(common, axis) : [];
    const foot = others.reduce(
      (most, { line }) => Math.max(most, signs + 2 + (line + 1) * 12),
      signs,
    );
    const { row, height } = arrange(shown, mostHeight() - foot);
    const ended = common ? axis.bands[common.ends[common.among.indexOf(scene)]][1] : axis.width;
    const past = make("g", { id: "past" });
    drawBands(past, axis, height);
    // The variants are compared in Rust, which is the last group.
    if (common) markWhatDiffers(past, shown.at(-1), others, axis, row, height + signs);
    for (const group of shown) drawTrack(past, group, axis, ended, Math.min(18, row - 3));
    drawParting(past, axis, height);
    const tall = height + foot;
    const clip = make("rect", { x: -2, y: 0, width: 0, height: tall });
    const defs = make("defs", {}, make("clipPath", { id: "until" }, clip));
    const later = make("use", { href: "#past", class: "future" });
    const seen = make("g", { "clip-path": "url(#until)" }, past);
    const wakes = shown.map((group) => arrow(group, defs));
    const cursor = make("rect", {
      class: "cursor",
      y: 16,
      height: height - 12,
      width: axis.column + 2,
      rx: 3,
    });
    const arrows = wakes.flatMap(({ line, target }) => [line, target]);
    const moving = make("g", {}, later, seen, cursor, ...arrows);
    const attributes = {
      viewBox: `0 0 ${width} ${tall}`,
      preserveAspectRatio: "xMinYMin meet",
      role: "group",
      "aria-label": "Timeline",
    };
    const svg = make("svg", attributes, defs, moving, drawNames(shown, names, height));
    svg.style.height = `${tall}px`;
    chart.replaceChildren(svg);
    // The sources get what the timeline does not need.
    document.body.style.setProperty("--below", `${tall + byId("what-if").offsetHeight + 12}px`);
    drawn = { axis, clip, wakes, cursor, moving, width, names };
  }

  // How high the timeline may be: more of it scrolls.
  function mostHeight() {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    return 16 * rem - byId("what-if").offsetHeight - 12;
  }

  // Gives each row its place, and says how high a row is and where the last one ends.
  function arrange(shown, room) {
    const between = 8; // between the rows of the two languages
    const count = shown.reduce((sum, { rows }) => sum + rows.length, 0);
    const free = (room - TOP - between * (shown.length - 1)) / Math.max(count, 1);
    const row =
      shown.length > 1 ? Math.max(12, Math.min(24, free)) : Math.max(20, Math.min(34, free));
    let height = TOP;
    for (const group of shown) {
      if (height > TOP) height += between;
      const top = height;
      group.middle = (nth) => top + nth * row + row / 2;
      const nths = new Map(group.rows.map(({ lane }, nth) => [lane, nth]));
      group.y = (lane) => group.middle(nths.get(lane));
      height += group.rows.length * row;
    }
    return { row, height };
  }

  // A band for each instant, with its time where there is room for it.
  function drawBands(past, axis, height) {
    const { instants, moments } = run();
    const used = new Set(moments.map(({ instant }) => instant));
    let label = -100;
    axis.bands.forEach(([from, to], instant) => {
      // At some instants only other variants poll.
      const kind = variant() && !used.has(instant) ? "band empty" : "band";
      past.append(
        make("rect", { class: kind, x: from, y: 18, width: to - from, height: height - 18 }),
      );
      // The last ones begin earlier, so that they end where the timeline does.
      const text = instants[instant][1];
      const begin = Math.min(from + 2, axis.width + 26 - text.length * 6.5);
      if (begin - label > 46) {
        past.append(make("text", { x: begin, y: 12 }, text));
        label = begin;
      }
    });
  }

  // What each lane of a language does at each moment, and the thread, as a line from lane to lane.
  function drawTrack(past, { track, rows, y }, axis, ended, high) {
    const lanes = rows.map(({ lane }) => lane).filter((lane) => lane !== null);
    const thread = [];
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
        drawState(past, lane, state, !idle && lane === step.lane, place);
        if (state !== (before[lane] ?? ".")) drawEnd(past, lane, state, place);
      }
      // The line is the runtime's thread: what ran on another one is not on it. It stays in its row
      // until the next column begins, so that what is not seen of the future does not show in it.
      if (!idle && !step.on_thread) {
        const here = `${from + axis.column / 2} ${y(step.lane)}`;
        thread.push(thread.length === 0 ? `M${here}` : `H${from} L${here}`);
      }
      before = step.states;
    });
    past.append(make("path", { class: "thread", d: thread.join(" ") }));
  }

  // What a lane does at a moment. The column of the moment is from `from` to `end`, and what the
  // lane does after its poll lasts until the next moment, at `to`. `ran` says that it was polled.
  function drawState(past, lane, state, ran, { from, end, to, middle, high }) {
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
    else if (state === "r") box("outer", from + 1, end - from - 2, high);
    const begin = ran || state === "r" ? end : from;
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
  function drawEnd(past, lane, state, { end, middle }) {
    const sign = { f: "✓", c: "×", p: "‼" }[state];
    if (!sign) return;
    past.append(make("text", { class: `end ${hue(lane)}`, x: end + 3, y: middle + 4 }, sign));
  }

  // A sign below each moment at which the two languages do not print the same.
  function drawParting(past, axis, height) {
    run().moments.forEach(({ only }, nth) => {
      if (only.length === 0) return;
      const attributes = {
        class: "parting",
        x: axis.at[nth] + axis.column / 2,
        y: height + 11,
        "text-anchor": "middle",
      };
      past.append(make("text", attributes, "≠"));
    });
  }

  // The names of the lanes, before their rows.
  function drawNames(shown, names, height) {
    const group = make("g");
    group.append(make("rect", { x: 0, y: 0, width: names - 8, height, fill: "var(--paper)" }));
    const common = variant();
    for (const { track, rows, middle } of shown) {
      if (shown.length > 1)
        group.append(make("text", { class: "language", x: 0, y: middle(0) + 4 }, track.language));
      rows.forEach(({ name, hue, lane, differs }, nth) => {
        const place = { x: names - 14, y: middle(nth) + 4, "text-anchor": "end" };
        const button = {
          "data-lane": lane,
          tabindex: "0",
          role: "button",
          "aria-label": `${name}: show it alone`,
        };
        const absent = lane === null ? " absent" : "";
        const shortened = name.length > 11 ? `${name.slice(0, 10)}…` : name;
        const text = make(
          "text",
          { class: `name h${hue % 6}${absent}`, ...place, ...(lane === null ? {} : button) },
          shortened,
        );
        if (shortened !== name) text.append(make("title", {}, name));
        group.append(text);
        const first =
          common && track.index === 0 ? data.scenes[common.among[0]].variant.rows[nth] : null;
        if (differs.length > 0 || (lane !== null && first?.lane === null)) {
          const sign = {
            class: "unlike",
            x: shown.length > 1 && nth === 0 ? 42 : 1,
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

  // When the other variants are over: where the line is that says so, and in which line below the
  // rows its text is.
  function endsOfOthers(common, axis) {
    const ends = new Map(); // several may end at once
    common.among.forEach((other, nth) => {
      if (other === scene) return;
      const end = common.ends[nth];
      ends.set(end, [...(ends.get(end) ?? []), `“${data.scenes[other].title}”`]);
    });
    const free = []; // for each line of text where it is free again
    return [...ends]
      .sort(([one], [other]) => one - other)
      .map(([end, titles]) => {
        const x = axis.bands[end][1] + 1;
        const text = `${titles.join(", ")} ${titles.length > 1 ? "end" : "ends"}`;
        const wide = text.length * 5.6 + 8; // about
        const from = Math.max(x - wide, 0); // it stands before its line, as far as there is room
        let line = free.findIndex((until) => until <= from);
        if (line < 0) line = free.length;
        free[line] = from + wide;
        return { x, from, text, line };
      });
  }

  // Where a lane does something else than in the first variant, and when the others are over.
  function markWhatDiffers(past, { rows, middle }, others, axis, rowHeight, height) {
    const edge = ([instant, after]) => axis.bands[instant][after ? 1 : 0];
    rows.forEach(({ differs }, row) => {
      for (const [from, to] of differs) {
        const x = edge(from);
        past.append(
          make("rect", {
            class: "unlike-area",
            x,
            y: middle(row) - rowHeight / 2 + 1,
            width: Math.max(edge(to) - x, 2),
            height: rowHeight - 2,
            rx: 3,
          }),
        );
      }
    });
    for (const { x, from, text, line } of others) {
      past.append(
        make("line", {
          class: "other-end",
          x1: x,
          x2: x,
          y1: 18,
          y2: height + 2 + (line + 1) * 12,
        }),
      );
      past.append(make("text", { class: "other", x: from + 2, y: height + 10 + line * 12 }, text));
    }
  }

  const isAtEnd = () => moment === run().moments.length - 1;

  // How long the variants take, and what differs, is what comes later.
  function showWhatIf() {
    const element = byId("what-if");
    element.hidden = !variant();
    if (!variant()) return;
    const hidden = "What differs from the first is said at the end.";
    element.textContent = showsFuture() || isAtEnd() ? variant().sentence : hidden;
  }

  function showChart() {
    const { axis, clip, wakes, cursor, moving, width, names } = drawn;
    const x = axis.at[moment] ?? 0;
    const room = width - names - 10;
    // A run that is wider than its place is moved below the cursor.
    const shift = axis.width <= room ? 0 : Math.min(Math.max(x - room / 2, 0), axis.width - room);
    moving.setAttribute("transform", `translate(${names - shift} 0)`);
    clip.setAttribute("width", isAtEnd() ? axis.width + 30 : x + axis.column + 2);
    cursor.setAttribute("x", x - 1);
    byId("chart").classList.toggle("without-future", !showsFuture());
    for (const wake of wakes) showWake(wake, axis);
    for (const button of byId("chart").querySelectorAll("[data-lane]"))
      button.setAttribute("aria-pressed", Number(button.dataset.lane) === alone);
  }

  // The moment in which another lane woke the one that runs now; none if no lane did.
  function wokenAt(track) {
    const from = track.isIdle(moment) ? null : track.shown(moment)?.woken_in;
    return from === null || from === undefined ? null : track.momentOf[from];
  }

  function showWake({ track, y, head, line, target }, axis) {
    const from = wokenAt(track);
    let path = "";
    if (from !== null) {
      const middle = axis.column / 2;
      const [x1, y1] = [axis.at[from] + middle, y(track.shown(from).lane)];
      const { lane } = track.shown(moment);
      const [x2, y2] = [axis.at[moment] + middle, y(lane)];
      const half = (y1 + y2) / 2;
      path = `M${x1} ${y1} C${x1} ${half} ${x2} ${half} ${x2} ${y2}`;
      line.setAttribute("class", `wake ${hue(lane)}`);
      head.setAttribute("class", `head ${hue(lane)}`);
    }
    for (const element of [line, target]) element.setAttribute("d", path);
    target.dataset.from = from ?? ""; // where a click on it leads
  }

  function momentAt(clientX) {
    const box = byId("chart").getBoundingClientRect();
    const transform = /translate\((-?[\d.]+)/.exec(drawn.moving.getAttribute("transform"));
    const x = clientX - box.left - Number(transform[1]);
    const places = drawn.axis.at;
    let low = 0;
    while (low + 1 < places.length && places[low + 1] <= x) low += 1;
    return low;
  }

  // ---- Output ----

  let printed = []; // each printed line, and the moment from which on it is shown

  // The moment in which a line is shown that a step prints: a poll that blocks prints later than it
  // begins, and its line comes when its time has come.
  function comesAt(begun, time) {
    const { instants, moments } = run();
    let nth = begun;
    while (nth + 1 < moments.length && instants[moments[nth].instant][0] < time) nth += 1;
    return nth;
  }

  function listOutput() {
    const list = byId("lines");
    list.replaceChildren();
    printed = [];
    let inRust = 0; // how many of the lines Rust prints
    run().moments.forEach(({ steps, only }, nth) => {
      for (const track of tracks()) {
        const step = track.steps[steps[track.index]];
        if (!step) continue;
        step.says.forEach(([lane, text], number) => {
          const alone = only.some(([index, line]) => index === track.index && line === number);
          // What both print is listed once, where Rust prints it.
          if (track.index > 0 && !alone) return;
          const time = (step.said_at[number] / 1e9).toFixed(3);
          const line = make(
            "li",
            { class: hue(lane), hidden: "" },
            make("time", {}, time),
            tile(lane),
            make("span", {}, text),
          );
          const before = track.index === 0 ? (variant()?.lines[inRust] ?? "same") : "same";
          if (track.index === 0) inRust += 1;
          if (before !== "same") {
            line.classList.add(before.replaceAll("_", "-"));
            line.append(
              make(
                "span",
                { class: "unlike" },
                before === "only_here" ? "only here" : "at another time",
              ),
            );
          }
          if (alone) line.append(make("span", { class: "unlike" }, `only ${track.language}`));
          printed.push([comesAt(nth, step.said_at[number]), line]);
        });
      }
    });
    // A line of a poll that blocks comes after those that a thread prints meanwhile.
    printed.sort(([one], [other]) => one - other);
    list.append(...printed.map(([, line]) => line));
    if (run().verdict !== null) {
      const line = make(
        "li",
        { hidden: "" },
        make("span", { class: "verdict" }, `ended: ${run().verdict}`),
      );
      list.append(line);
      printed.push([run().moments.length - 1, line]);
    }
  }

  function showOutput() {
    let last = null;
    for (const [nth, line] of printed) {
      line.hidden = nth > moment;
      line.classList.toggle("now", nth === moment);
      if (!line.hidden) last = line;
    }
    // Only the list is scrolled, and never the page: on a phone the source would go out of sight.
    const list = byId("lines");
    if (last) list.scrollTop = Math.max(last.offsetTop + last.offsetHeight - list.clientHeight, 0);
    const current = run().moments[moment];
    byId("at").textContent = current ? `at ${run().instants[current.instant][1]}` : "";
  }

  // ---- Predict ----

  // By a fixed rule, so that a page shows the same order each time, and not the right one first.
  function sorted(choices) {
    return [...choices].sort((one, other) => one.localeCompare(other, "en", { numeric: true }));
  }

  // A time that was not recorded, written as those are that were.
  const UNITS = [
    [3600e9, "h"],
    [60e9, "min"],
    [1e9, "s", 3],
    [1e6, "ms", 1],
    [1e3, "µs", 0],
    [1, "ns", 0],
  ];

  function inUnits(time) {
    const [unit, called, digits] = UNITS.find(([unit]) => time >= unit) ?? UNITS.at(-1);
    if (digits !== undefined) return `${Number((time / unit).toFixed(digits))} ${called}`;
    const rest = time % unit;
    const whole = `${(time - rest) / unit} ${called}`;
    return rest < 1e6 ? whole : `${whole} ${inUnits(rest)}`;
  }

  // The right time among wrong ones, in order. All are still to come: one that is past would not be
  // taken for the right one. Up to two are earlier than it, where nothing runs, and how many is
  // another number from moment to moment: so its place among them does not tell it either.
  function timesToChoose(right) {
    const { instants, moments } = run();
    const begin = instants[moments[moment].instant][0];
    const [end, text] = instants[right];
    const times = [text];
    for (let nth = 0; nth < moment % 3; nth += 1) {
      times.unshift(inUnits(begin + (end - begin) / 2 ** (nth + 1)));
    }
    const later = instants.slice(right + 1, right + 4).map(([, text]) => text);
    if (later.length === 0) later.push(inUnits(2 * end - begin));
    return [...new Set([...times, ...later])];
  }

  // Before a step: which lane runs next? Or, if time passes before it, when does one?
  function ask() {
    const { instants, moments } = run();
    const next = moments[moment + 1];
    const passes = next.instant !== moments[moment].instant;
    // Rust is asked for, or Python where only Python has a step.
    const track = tracks().find(({ index }) => next.steps[index] !== null);
    const lane = track.steps[next.steps[track.index]].lane;
    const right = passes ? instants[next.instant][1] : name(lane);
    let choices;
    if (passes) {
      choices = timesToChoose(next.instant);
    } else {
      const states = track.shown(moment)?.states ?? "";
      const rows = [...run().lanes.keys()].slice(0, track.index === 0 ? run().rows : undefined);
      const others = rows.filter((lane) => !"fcpu".includes(states[lane] ?? ".")).map(name);
      choices = sorted(new Set([right, ...others]));
    }
    const where = tracks().length > 1 && next.steps.includes(null) ? ` in ${track.language}` : "";
    byId("question").textContent = passes
      ? "When does something run next?"
      : `Which lane runs next${where}?`;
    const answers = choices.map((choice) => {
      const button = make("button", { type: "button" }, choice);
      button.addEventListener("click", () => answer(choice, right, track));
      return button;
    });
    const asks = byId("asks");
    asks.querySelector(".answers").replaceChildren(...answers);
    asks.hidden = false;
    game.open = true;
    answers[0].focus();
  }

  function closeQuestion() {
    game.open = false;
    byId("asks").hidden = true;
  }

  function answer(choice, right, track) {
    if (!game.open) return;
    closeQuestion();
    game.asked += 1;
    if (choice === right) game.right += 1;
    show(scene, moment + 1);
    const { lane, sentence } = track.shown(moment);
    const verdict = choice === right ? "Right" : `Not ${choice}, but ${right}`;
    byId("missed").textContent =
      `${verdict}: ${name(lane)} ${sentence} ${game.right} of ${game.asked} right.`;
  }

  function play(on) {
    game.on = on;
    closeQuestion();
    byId("missed").textContent = on ? "Predict each step. Q ends it." : "";
    document.querySelector("[data-do=predict]").setAttribute("aria-pressed", on);
    show(scene, moment);
  }

  // ---- Showing ----

  function show(newScene, newMoment, keep = true) {
    const another = newScene !== scene || drawn === null;
    if (newScene !== scene) alone = null;
    scene = newScene;
    const all = tracks();
    const last = run().moments.length - 1;
    moment = Math.max(Math.min(newMoment, last), 0);
    if (another) {
      showWhatIf(); // first, since it takes room from the timeline
      drawChart();
      listOutput();
      document
        .querySelectorAll("#scenes button")
        .forEach((tab, nth) => tab.setAttribute("aria-selected", nth === scene));
    }
    panes.forEach((pane, nth) => {
      const columns = Math.min(all[nth]?.columns.size ?? 0, 9);
      pane.pane.style.setProperty("--gutter", `${2.2 + Math.max(columns, 1) * 1.1}rem`);
      if (nth < all.length) return;
      clear(pane);
      const strip = byId("strip").children[nth];
      strip.classList.remove("idle");
      strip.textContent = "This scene was recorded in Rust only.";
    });
    for (const track of all) showStrip(byId("strip").children[track.index], track);
    showParting();
    showWhatIf();
    // Only now: what is said below takes room from the sources, which scroll to what is lit.
    for (const track of all) if (panes[track.index]) showSource(panes[track.index], track);
    showChart();
    showOutput();
    byId("count").textContent = `${moment + 1} / ${last + 1}`;
    byId("tells").textContent = heard(all);
    if (keep) history.replaceState(null, "", `#${scene + 1}.${moment + 1}`);
  }

  // What a screen reader says of a moment: one sentence if both languages do the same.
  function heard(all) {
    const told = [];
    for (const track of all) {
      if (track.isIdle(moment)) continue;
      const tells = byId("strip").children[track.index].querySelector(".tells").textContent;
      told.push([track.language, tells]);
    }
    const [first] = told;
    const parting = byId("parts").textContent;
    if (all.length === 1) return first?.[1] ?? "";
    const alike = told.length === 2 && told[0][1] === told[1][1];
    const sentences = alike
      ? [`Both: ${first[1]}`]
      : told.map(([language, tells]) => `${language}: ${tells}`);
    return [...sentences, parting].join(" ").trim();
  }

  // ---- The keys, and the pointer ----

  const next = () => {
    if (moment + 1 >= run().moments.length || game.open) return;
    if (game.on) ask();
    else show(scene, moment + 1);
  };
  const actions = {
    next,
    back: () => !game.open && show(scene, moment - 1),
    first: () => !game.open && show(scene, 0),
    last: () => !game.on && show(scene, Infinity),
    cause: () => {
      const from = tracks()
        .map(wokenAt)
        .find((from) => from !== null);
      if (from !== undefined && !game.open) show(scene, from);
    },
    future: () => {
      future = !future;
      document.querySelector("[data-do=future]").setAttribute("aria-pressed", !future);
      show(scene, moment);
    },
    predict: () => play(!game.on),
    theme: () => {
      const root = document.documentElement;
      const prefersDark = matchMedia("(prefers-color-scheme: dark)").matches;
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : prefersDark;
      root.dataset.theme = dark ? "light" : "dark";
    },
  };
  const KEYS = {
    ArrowRight: "next",
    " ": "next",
    PageDown: "next",
    ArrowLeft: "back",
    Backspace: "back",
    PageUp: "back",
    Home: "first",
    End: "last",
    f: "future",
    q: "predict",
    t: "theme",
    w: "cause",
  };

  // From one variant to another the time stays the same, so that the two can be compared.
  function choose(number) {
    if (number >= data.scenes.length || game.open) return;
    const current = run().moments[moment];
    if (!variant()?.among.includes(number) || game.on || moment === 0 || !current) {
      show(number, 0);
      return;
    }
    const later = data.scenes[number].moments.findIndex(({ instant }) => instant > current.instant);
    show(number, later < 0 ? Infinity : Math.max(later - 1, 0));
  }

  function onlyLane(lane) {
    alone = alone === lane ? null : lane;
    show(scene, moment);
  }

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const lane = event.target.closest?.("[data-lane]");
    if (lane && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      onlyLane(Number(lane.dataset.lane));
      return;
    }
    if (event.target.closest?.("button") && (event.key === " " || event.key === "Enter")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const action = KEYS[event.key === " " && event.shiftKey ? "Backspace" : key];
    if (action) actions[action]();
    else if (/^[1-9]$/.test(key)) choose(Number(key) - 1);
    else return;
    event.preventDefault();
  });
  for (const button of document.querySelectorAll("[data-do]")) {
    button.addEventListener("click", () => actions[button.dataset.do]());
  }
  const chart = byId("chart");
  let dragging = false;
  chart.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const lane = event.target.closest("[data-lane]");
    if (lane) {
      onlyLane(Number(lane.dataset.lane));
      return;
    }
    const arrow = event.target.closest(".wake-target");
    if (arrow) {
      if (!game.open) show(scene, Number(arrow.dataset.from));
      return;
    }
    if (game.on) return; // dragging would show what is asked
    dragging = true;
    chart.setPointerCapture(event.pointerId);
    show(scene, momentAt(event.clientX));
  });
  chart.addEventListener(
    "pointermove",
    (event) => dragging && show(scene, momentAt(event.clientX)),
  );
  chart.addEventListener("pointerup", () => (dragging = false));
  chart.addEventListener("pointercancel", () => (dragging = false));

  // Variants stand together in a frame.
  const frames = new Map();
  data.scenes.forEach(({ title, variant }, nth) => {
    const tab = make("button", { type: "button", role: "tab", "aria-selected": "false" }, title);
    tab.addEventListener("click", () => choose(nth));
    if (variant && !frames.has(variant.among[0])) {
      const frame = make("span", {
        class: "variants",
        role: "presentation",
        title: "Variants, on one time axis",
      });
      frames.set(variant.among[0], frame);
      byId("scenes").append(frame);
    }
    (variant ? frames.get(variant.among[0]) : byId("scenes")).append(tab);
  });
  byId("scenes").hidden = data.scenes.length < 2;
  for (const { source } of panes) {
    const section = make("section", { "aria-label": `State in ${source.name}` });
    section.style.order = source.language === "python" ? 0 : 1;
    byId("strip").append(section);
  }
  if (panes.length === 0) byId("strip").append(make("section"));

  function showWhatTheAddressSays() {
    const [, wantedScene, wantedMoment] = /^#(\d+)(?:\.(\d+))?$/.exec(location.hash) ?? [];
    const number = Math.min(Math.max(Number(wantedScene ?? 1), 1), data.scenes.length) - 1;
    closeQuestion(); // it was about another step
    show(number, Number(wantedMoment ?? 1) - 1, wantedScene !== undefined);
  }
  addEventListener("hashchange", showWhatTheAddressSays);
  addEventListener("resize", () => {
    drawn = null; // the timeline is drawn for a width
    show(scene, moment);
  });
  showWhatTheAddressSays();
})();
