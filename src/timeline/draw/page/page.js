"use strict";
// The explorer: steps through recorded runs, poll by poll. All that it knows was recorded; it computes no state.
(() => {
  const data = JSON.parse(document.getElementById("run").textContent);
  const byId = (id) => document.getElementById(id);
  const SVG = "http://www.w3.org/2000/svg";

  function make(tag, attributes = {}, ...children) {
    const svg = ["svg", "g", "rect", "line", "path", "text", "use", "clipPath", "defs", "title"].includes(tag);
    const element = svg ? document.createElementNS(SVG, tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  let scene = 0;
  let step = 0;
  let alone = null; // the lane that is seen alone
  let future = true; // whether what comes later is shown
  const game = { on: false, asked: 0, right: 0, open: false };

  const now = () => data.scenes[scene];
  const hue = (lane) => `h${now().lanes[lane].hue % 6}`;
  const rows = () => now().lanes.slice(0, now().rows); // the lanes that Rust has, too
  const name = (lane) => now().lanes[lane].name;
  const short = (lane) => (name(lane).length <= 2 ? name(lane) : name(lane)[0]);
  const showsFuture = () => future && !game.on;
  const variant = () => now().variant;

  // ---- Sources ----

  const WORDS = {
    rust: /\b(?:as|async|await|break|const|continue|else|enum|fn|for|if|impl|in|let|loop|match|mod|move|mut|pub|ref|return|self|Self|static|struct|trait|type|unsafe|use|where|while|dyn|true|false)\b/,
    python: /\b(?:and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield|None|True|False)\b/,
  };
  const LEXERS = Object.fromEntries(
    Object.entries(WORDS).map(([language, words]) => [
      language,
      new RegExp(
        [
          language === "rust" ? /(?<co>\/\/.*)/ : /(?<co>#.*)/,
          language === "rust" ? /(?<tx>b?r?"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)')/ : /(?<tx>[fbr]?"(?:[^"\\]|\\.)*"|[fbr]?'(?:[^'\\]|\\.)*')/,
          new RegExp(`(?<kw>${words.source})`),
          /(?<ma>\b\w+!)/,
          /(?<ty>\b[A-Z]\w*[a-z]\w*\b)/,
          /(?<no>\b\d[\w.]*\b)/,
        ]
          .map((part) => part.source)
          .join("|"),
        "g",
      ),
    ]),
  );

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
    const pane = make("div", { class: "pane", tabindex: "0", role: "region", "aria-label": `${source.name} source` });
    const lines = new Map();
    for (const [number, text] of source.lines) {
      const indent = text.length - text.trimStart().length;
      const line = make("div", { class: "line" }, make("span", { class: "n" }, String(number)), ...coloured(source.language, text.trimStart()));
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

  const states = { ran: "runs", ready: "is ready", unpolled: "is woken, but not polled", waits: "waits" };

  // Where each lane stands, and what is lit.
  function showSource(pane, track, at) {
    const { lines, marks } = pane;
    for (const line of lines.values()) {
      line.className = "line";
      line.querySelector(".note")?.remove();
    }
    marks.replaceChildren();
    const current = at < 0 ? null : track.steps[at];
    if (!current) return;
    const notes = new Map();
    const note = (number, element) => {
      if (!lines.has(number)) return;
      if (!notes.has(number)) notes.set(number, make("span", { class: "note" }));
      notes.get(number).append(element);
    };
    const light = (number, kind, lane) => {
      lines.get(number)?.classList.add(kind, hue(lane));
    };
    const seen = alone === null || alone === current.lane;
    if (seen) {
      for (const number of current.chain) light(number, "chain", current.lane);
      if (current.resumed !== null) light(current.resumed, "resumed", current.lane);
      for (const [lane, text, number] of current.says) {
        if (number === null) continue;
        light(number, "said", lane);
        note(number, make("span", { class: `says ${hue(lane)}` }, text));
      }
      if (current.stop !== null) light(current.stop, "stop", current.lane);
    }
    const where = track.where(at);
    const placed = [];
    where.forEach((number, lane) => {
      if (number === null || !lines.has(number)) return;
      const state = current.states[lane];
      let kind = { w: "waits", d: "ready", x: "unpolled", r: "waits", b: "ran", t: "ran" }[state];
      if (lane === current.lane) kind = "ran";
      if (!kind) return;
      const mark = make("span", { class: `mark ${kind} ${hue(lane)}${alone !== null && alone !== lane ? " dim" : ""}` }, short(lane));
      mark.title = `${name(lane)} ${states[kind]}`;
      mark.style.setProperty("--k", Math.min(lane, 8));
      placed.push([mark, number]);
      marks.append(mark);
      if (kind === "waits" || kind === "unpolled") note(number, make("span", { class: `tile ${kind === "unpolled" ? "unpolled " : ""}${hue(lane)}` }, short(lane)));
    });
    if (current.on !== null && current.stop !== null && seen) note(current.stop, make("span", { class: "waits" }, current.on));
    for (const [number, element] of notes) lines.get(number).querySelector(".n").after(element);
    // A note may have made its line longer, so only now the lines stand where they stay.
    for (const [mark, number] of placed) mark.style.top = `${lines.get(number).offsetTop}px`;
    if (seen) drawPath(pane, current);
    scrollTo(pane, current, where);
  }

  // The bar: what it ran through. The thin line: the chain of awaits.
  function drawPath({ lines, marks }, current) {
    const places = [current.resumed, current.stop, ...current.says.map(([, , number]) => number)];
    const tops = places.filter((number) => lines.has(number)).map((number) => lines.get(number).offsetTop);
    const line = (kind, from, to) => {
      if (to <= from) return;
      const element = make("span", { class: `${kind} ${hue(current.lane)}` });
      element.style.setProperty("--k", Math.min(current.lane, 8));
      element.style.top = `${from + 8}px`;
      element.style.height = `${to - from}px`;
      marks.prepend(element);
    };
    if (tops.length) line("bar", Math.min(...tops), Math.max(...tops));
    const chain = [...current.chain, current.stop].filter((number) => lines.has(number)).map((number) => lines.get(number).offsetTop);
    if (chain.length > 1) line("stem", Math.min(...chain), Math.max(...chain));
  }

  function scrollTo({ pane, lines }, current, where) {
    const wanted = [current.stop, current.resumed, ...current.says.map(([, , number]) => number), where[current.lane]];
    const number = wanted.find((number) => lines.has(number));
    if (number === undefined) return;
    const line = lines.get(number);
    const above = line.offsetTop - pane.scrollTop;
    if (above > 30 && above < pane.clientHeight - 60) return;
    pane.scrollTop = line.offsetTop - pane.clientHeight / 2;
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

  // Lanes that are polled by another one stand inside it.
  // In Python each of them is a task of its own.
  function around(track, lane) {
    return track.aligned ? null : now().lanes[lane].inside;
  }

  function readyGroups(track, ready) {
    const groups = [];
    for (const lane of ready) {
      const inside = around(track, lane);
      const last = groups.at(-1);
      if (last && last.inside === inside && inside !== null) last.lanes.push(lane);
      else groups.push({ inside, lanes: [lane] });
    }
    return groups.map(({ inside, lanes }) => {
      const tiles = lanes.map((lane) => tile(lane, "ready"));
      return make("span", { class: "group" }, ...(inside === null ? tiles : [name(inside), " ▸ ", ...tiles]));
    });
  }

  function showStrip(element, track, at) {
    const current = at < 0 ? null : track.steps[at];
    const tells = make("p", { class: "tells" });
    if (!current) {
      tells.append("Nothing has run yet.");
      element.replaceChildren(tells, make("div", { class: "cells" }));
      return;
    }
    tells.append(make("b", { class: hue(current.lane) }, name(current.lane)), ` ${current.sentence}`);
    if (current.later !== null && showsFuture()) tells.append(make("span", { class: "later" }, ` It waits ${current.later}.`));
    const outer = around(track, current.lane);
    const running = outer === null ? [tile(current.lane, "full")] : [`${name(outer)} ▸`, tile(current.lane, "full")];
    const unpolled = [...current.states].flatMap((state, lane) => (state === "x" ? [tile(lane, "unpolled")] : []));
    const cells = [
      cell("Ran", ...running),
      cell("Ready, in order", ...readyGroups(track, current.ready)),
    ];
    if (unpolled.length) cells.push(cell("Woken, not polled", ...unpolled));
    if (showsFuture()) {
      const timers = current.timers.map(([lane, due]) => make("span", { class: "group" }, due, tile(lane)));
      const waits = current.waits.map((chain) => {
        const last = chain.at(-1);
        const circle = last.length === 1 && chain.slice(0, -1).some(([lane]) => lane === last[0]);
        const links = chain.map((lanes) => make("span", {}, ...between(lanes.map((lane) => tile(lane)), " ")));
        return make("span", { class: `group${circle ? " circle" : ""}` }, ...between(links, " → "));
      });
      cells.push(cell("Timers", ...timers), cell("Waits for", ...waits));
    }
    element.replaceChildren(tells, make("div", { class: "cells" }, ...cells));
    if (track.differs.includes(step)) {
      element.append(make("p", { class: "differs" }, "Here the two languages part: they print in another order, or not the same."));
    }
  }

  // ---- The timeline ----

  const NAMES = 84;
  let drawn = null; // what was drawn of this scene: the places of its steps, and what moves

  // Time by its square root, so that a millisecond is seen beside an hour; and a column for each poll.
  // Variants have the same instants, and `columns` says how many polls there is room for at each: so equal times
  // are at equal places, whichever of them is shown.
  function places(steps, instants, columns, width) {
    const gaps = instants.map(([at], nth) => (nth === 0 ? 0 : Math.sqrt(at - instants[nth - 1][0])));
    const sum = gaps.reduce((all, gap) => all + gap, 0) || 1;
    const count = columns ? columns.reduce((all, some) => all + some, 0) : steps.length;
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
      while (nth < steps.length && steps[nth].instant === instant) {
        at.push(x);
        x += column;
        nth += 1;
      }
      if (columns) x = from + columns[instant] * column;
      bands.push([from, Math.max(x, from + 2)]);
    });
    return { at, bands, column, width: x };
  }

  function drawChart() {
    const chart = byId("chart");
    const { instants } = now();
    const common = variant();
    // A row for each lane; of variants, a row for each lane that one of them has.
    const drawnRows = common?.rows ?? rows().map(({ name, hue }, lane) => ({ name, hue, lane, differs: [] }));
    const rowOf = new Map(drawnRows.map(({ lane }, row) => [lane, row]));
    const [{ steps }] = tracks();
    const width = Math.max(chart.clientWidth, 300);
    const axis = places(steps, instants, common?.columns, width - NAMES - 30);
    const others = common ? endsOfOthers(common, axis) : [];
    const foot = others.reduce((most, { line }) => Math.max(most, 4 + (line + 1) * 12), 0);
    const ROW = Math.max(22, Math.min(34, (chart.clientHeight - 30 - foot) / drawnRows.length));
    const height = 20 + drawnRows.length * ROW;
    const middle = (row) => 20 + row * ROW + ROW / 2;
    const y = (lane) => middle(rowOf.get(lane));
    const ended = common ? axis.bands[common.ends[common.among.indexOf(scene)]][1] : axis.width;
    const polledAt = new Set(steps.map((step) => step.instant));
    const past = make("g", { id: "past" });
    let label = -100;
    axis.bands.forEach(([from, to], instant) => {
      // At some instants only other variants poll.
      const kind = common && !polledAt.has(instant) ? "band empty" : "band";
      past.append(make("rect", { class: kind, x: from, y: 18, width: to - from, height: height - 18 }));
      if (from - label > 46) {
        const text = make("text", { x: from + 2, y: 12 });
        text.textContent = instants[instant][1];
        past.append(text);
        label = from;
      }
    });
    if (common) markWhatDiffers(past, drawnRows, others, axis, middle, ROW, height);
    const thread = [];
    steps.forEach((step, nth) => {
      const from = axis.at[nth];
      const to = nth + 1 < steps.length ? axis.at[nth + 1] : Math.max(ended, from + axis.column);
      const end = from + axis.column;
      [...step.states].forEach((state, lane) => {
        const row = y(lane);
        const kind = hue(lane);
        const ran = lane === step.lane;
        if (ran) past.append(make("rect", { class: `block ${kind}`, x: from + 1, y: row - 9, width: axis.column - 2, height: 18, rx: 3 }));
        else if (state === "r") past.append(make("rect", { class: `outer ${kind}`, x: from + 1, y: row - 9, width: axis.column - 2, height: 18, rx: 3 }));
        if (state === "b") past.append(make("rect", { class: `outer ${kind}`, x: end - 1, y: row - 9, width: Math.max(to - end, 0), height: 18 }));
        const begin = ran || state === "r" ? end : from;
        if (state === "w" && to > begin) past.append(make("line", { class: `wait ${kind}`, x1: begin, x2: to, y1: row, y2: row }));
        if (state === "i" && to > begin) past.append(make("line", { class: `between ${kind}`, x1: begin, x2: to, y1: row, y2: row }));
        if (state === "l") past.append(make("line", { class: `lazy ${kind}`, x1: from, x2: to, y1: row, y2: row }));
        if ((state === "d" || state === "x") && to > begin) {
          past.append(make("rect", { class: `${state === "d" ? "ready" : "unpolled"} ${kind}`, x: begin + 1, y: row - 6, width: Math.max(to - begin - 2, 2), height: 12, rx: 2 }));
        }
        const before = nth > 0 ? steps[nth - 1].states[lane] : ".";
        const mark = { f: "✓", c: "×", p: "‼" }[state];
        if (mark && before !== state) {
          const text = make("text", { class: `end ${kind}`, x: end + 3, y: row + 4 });
          text.textContent = mark;
          past.append(text);
        }
      });
      thread.push(`${nth === 0 ? "M" : "L"}${from + axis.column / 2} ${y(step.lane)}`);
    });
    past.append(make("path", { class: "thread", d: thread.join(" ") }));
    const clip = make("rect", { x: -2, y: 0, width: 0, height: height + foot });
    const defs = make("defs", {}, make("clipPath", { id: "until" }, clip));
    const later = make("use", { href: "#past", class: "future" });
    const seen = make("g", { "clip-path": "url(#until)" }, past);
    const wake = make("path", { class: "wake" });
    const cursor = make("rect", { class: "cursor", y: 16, height: height - 12, width: axis.column + 2, rx: 3 });
    const moving = make("g", {}, later, seen, wake, cursor);
    const nameGroup = make("g");
    nameGroup.append(make("rect", { x: 0, y: 0, width: NAMES - 8, height, fill: "var(--paper)" }));
    drawnRows.forEach(({ name, hue, lane, differs }, row) => {
      const place = { x: NAMES - 14, y: middle(row) + 4, "text-anchor": "end" };
      const button = { "data-lane": lane, tabindex: "0", role: "button", "aria-label": `${name}: show it alone` };
      const text = make("text", { class: `name h${hue % 6}${lane === null ? " absent" : ""}`, ...place, ...(lane === null ? {} : button) });
      text.textContent = name.length > 11 ? `${name.slice(0, 10)}…` : name;
      nameGroup.append(text);
      const only = lane !== null && common && data.scenes[common.among[0]].variant.rows[row].lane === null;
      if (differs.length > 0 || only) {
        const sign = make("text", { class: "unlike", x: 1, y: middle(row) + 4 }, make("title", {}, "differs from the first"));
        sign.append("≠");
        nameGroup.append(sign);
      }
    });
    const shown = Math.max(height + foot + 6, 120);
    const svg = make("svg", { viewBox: `0 0 ${width} ${shown}`, preserveAspectRatio: "xMinYMin meet", role: "group", "aria-label": "Timeline" }, defs, moving, nameGroup);
    svg.style.height = `${shown}px`;
    chart.replaceChildren(svg);
    drawn = { axis, clip, wake, cursor, moving, y, width };
  }

  // When the other variants are over: where the line stands that says so, and on which line below the rows its text.
  function endsOfOthers(common, axis) {
    const ends = new Map(); // several may end at once
    common.among.forEach((other, nth) => {
      if (other === scene) return;
      const end = common.ends[nth];
      ends.set(end, [...(ends.get(end) ?? []), `“${data.scenes[other].title}”`]);
    });
    const free = []; // for each line of text where it is free again
    return [...ends].sort(([one], [other]) => one - other).map(([end, titles]) => {
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

  // Where a lane does something else than in the first of the variants, and when the others are over.
  function markWhatDiffers(past, drawnRows, others, axis, middle, rowHeight, height) {
    const edge = ([instant, after]) => axis.bands[instant][after ? 1 : 0];
    drawnRows.forEach(({ differs }, row) => {
      for (const [from, to] of differs) {
        const x = edge(from);
        past.append(make("rect", { class: "unlike-area", x, y: middle(row) - rowHeight / 2 + 1, width: Math.max(edge(to) - x, 2), height: rowHeight - 2, rx: 3 }));
      }
    });
    for (const { x, from, text, line } of others) {
      past.append(make("line", { class: "other-end", x1: x, x2: x, y1: 18, y2: height + 2 + (line + 1) * 12 }));
      const label = make("text", { class: "other", x: from + 2, y: height + 10 + line * 12 });
      label.textContent = text;
      past.append(label);
    }
  }

  function showChart() {
    const { axis, clip, wake, cursor, moving, y, width } = drawn;
    const [track] = tracks();
    const current = track.steps[step];
    const x = axis.at[step] ?? 0;
    const room = width - NAMES - 10;
    // A run that is wider than its place is moved below the cursor.
    const shift = axis.width <= room ? 0 : Math.min(Math.max(x - room / 2, 0), axis.width - room);
    moving.setAttribute("transform", `translate(${NAMES - shift} 0)`);
    const whole = step === track.steps.length - 1;
    clip.setAttribute("width", whole ? axis.width + 30 : x + axis.column + 2);
    const tells = byId("what-if");
    tells.hidden = !variant();
    // How long the variants take, and what differs, is what comes later.
    if (variant()) tells.textContent = showsFuture() || whole ? variant().sentence : "What differs from the first is said at the end.";
    cursor.setAttribute("x", x - 1);
    byId("chart").classList.toggle("without-future", !showsFuture());
    const from = current?.woken_in;
    if (current && from !== null && from !== undefined) {
      const begin = [axis.at[from] + axis.column / 2, y(track.steps[from].lane)];
      const end = [x + axis.column / 2, y(current.lane)];
      wake.setAttribute("d", `M${begin} C${begin[0]} ${(begin[1] + end[1]) / 2} ${end[0]} ${(begin[1] + end[1]) / 2} ${end}`);
      wake.setAttribute("class", `wake ${hue(current.lane)}`);
    } else wake.setAttribute("d", "");
  }

  function stepAt(clientX) {
    const box = byId("chart").getBoundingClientRect();
    const transform = /translate\((-?[\d.]+)/.exec(drawn.moving.getAttribute("transform"));
    const x = clientX - box.left - Number(transform[1]);
    const places = drawn.axis.at;
    let low = 0;
    while (low + 1 < places.length && places[low + 1] <= x) low += 1;
    return low;
  }

  // ---- Output ----

  let printed = []; // each printed line, and the step that printed it

  function listOutput() {
    const list = byId("lines");
    const [track] = tracks();
    list.replaceChildren();
    printed = [];
    track.steps.forEach((step, nth) => {
      for (const [lane, text] of step.says) {
        const time = (now().instants[step.instant][0] / 1e9).toFixed(3);
        const line = make("li", { class: hue(lane), hidden: "" }, make("time", {}, time), tile(lane), make("span", {}, text));
        const before = variant()?.lines[printed.length] ?? "same";
        if (before !== "same") {
          line.classList.add(before.replaceAll("_", "-"));
          line.append(make("span", { class: "unlike" }, before === "only_here" ? "only here" : "at another time"));
        }
        list.append(line);
        printed.push([nth, line]);
      }
    });
    if (now().verdict !== null) {
      const line = make("li", { hidden: "" }, make("span", { class: "verdict" }, `ended: ${now().verdict}`));
      list.append(line);
      printed.push([track.steps.length - 1, line]);
    }
  }

  function showOutput() {
    let last = null;
    for (const [nth, line] of printed) {
      line.hidden = nth > step;
      line.classList.toggle("now", nth === step);
      if (!line.hidden) last = line;
    }
    // Only the list is scrolled, and never the page: on a phone the source would go out of sight.
    const list = byId("lines");
    if (last) list.scrollTop = Math.max(last.offsetTop + last.offsetHeight - list.clientHeight, 0);
    const current = tracks()[0].steps[step];
    byId("at").textContent = current ? `at ${now().instants[current.instant][1]}` : "";
  }

  // ---- Tracks ----

  // Of each language: its steps, and where its lanes stand after each of them.
  const known = new Map();

  function tracks() {
    if (known.has(scene)) return known.get(scene);
    const built = now().tracks.map((track) => {
      const places = [];
      let place = now().lanes.map(() => null);
      for (const step of track.steps) {
        place = [...place];
        for (const [lane, line] of step.stands) place[lane] = line;
        places.push(place);
      }
      return { ...track, where: (at) => places[at] ?? [] };
    });
    known.set(scene, built);
    return built;
  }

  // ---- Predict ----

  function shuffled(list) {
    // By a fixed rule, so that a page shows the same order each time.
    return [...list].sort((one, other) => String(one).localeCompare(String(other), "en", { numeric: true }));
  }

  // Before a step: which lane runs next? Or, if time passes before it, when?
  function ask() {
    const [{ steps }] = tracks();
    const current = steps[step];
    const next = steps[step + 1];
    const later = next.instant !== current.instant;
    const asks = byId("asks");
    const right = later ? now().instants[next.instant][1] : name(next.lane);
    let choices;
    if (later) {
      const others = now().instants.map(([, text]) => text).filter((text) => text !== now().instants[current.instant][1]);
      choices = shuffled(new Set([right, ...others].slice(0, 6)));
    } else {
      const alive = rows().filter((_, lane) => !"fcpu".includes(current.states[lane]));
      choices = shuffled(new Set([right, ...alive.map((lane) => lane.name)]));
    }
    byId("question").textContent = later ? "When does something run next?" : "Which lane runs next?";
    byId("verdict").textContent = "";
    const answers = choices.map((choice) => {
      const button = make("button", { type: "button" }, choice);
      button.addEventListener("click", () => answer(choice, right, next));
      return button;
    });
    asks.querySelector(".answers").replaceChildren(...answers);
    asks.hidden = false;
    game.open = true;
    answers[0].focus();
  }

  function answer(choice, right, next) {
    if (!game.open) return;
    game.open = false;
    game.asked += 1;
    const hit = choice === right;
    if (hit) game.right += 1;
    byId("asks").hidden = true;
    show(scene, step + 1);
    const what = hit ? "Right" : `Not ${choice}, but ${right}`;
    byId("missed").textContent = `${what}: ${name(next.lane)} ${next.sentence} ${game.right} of ${game.asked} right.`;
  }

  function play(on) {
    game.on = on;
    game.open = false;
    byId("asks").hidden = true;
    byId("missed").textContent = on ? "Predict each step. Q ends it." : "";
    document.querySelector("[data-do=predict]").setAttribute("aria-pressed", on);
    show(scene, step);
  }

  // ---- Showing, and the keys ----

  function show(newScene, newStep, keep = true) {
    const another = newScene !== scene || drawn === null;
    scene = newScene;
    if (another) alone = null;
    const all = tracks();
    step = Math.min(Math.max(newStep, 0), Math.max(all[0].steps.length - 1, 0));
    if (another) {
      drawChart();
      listOutput();
      document.querySelectorAll("#scenes button").forEach((tab, nth) => tab.setAttribute("aria-selected", nth === scene));
    }
    for (const { pane } of panes) {
      pane.style.setProperty("--gutter", `${2.2 + Math.min(now().lanes.length, 8) * 1.1}rem`);
    }
    panes.slice(all.length).forEach(({ marks, lines }, nth) => {
      // A scene that was recorded in one language only.
      for (const line of lines.values()) {
        line.className = "line";
        line.querySelector(".note")?.remove();
      }
      marks.replaceChildren();
      byId("strip").children[all.length + nth].textContent = "This scene was recorded in one language only.";
    });
    all.forEach((track, nth) => {
      const at = track.aligned ? (track.aligned[step] ?? -1) : step;
      if (panes[nth]) showSource(panes[nth], track, at);
      showStrip(byId("strip").children[nth], track, at);
    });
    showChart();
    showOutput();
    byId("count").textContent = `${step + 1} / ${all[0].steps.length}`;
    byId("tells").textContent = [...document.querySelectorAll(".tells")].map((tells) => tells.textContent).join(" ");
    if (keep) history.replaceState(null, "", `#${scene + 1}.${step + 1}`);
  }

  const next = () => {
    if (step + 1 >= tracks()[0].steps.length || game.open) return;
    byId("missed").textContent = game.on ? byId("missed").textContent : "";
    if (game.on) ask();
    else show(scene, step + 1);
  };
  const actions = {
    next,
    back: () => !game.open && show(scene, step - 1),
    first: () => !game.open && show(scene, 0),
    last: () => !game.on && show(scene, Infinity),
    future: () => {
      future = !future;
      document.querySelector("[data-do=future]").setAttribute("aria-pressed", !future);
      show(scene, step);
    },
    predict: () => play(!game.on),
    theme: () => {
      const root = document.documentElement;
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
    },
  };
  const KEYS = { ArrowRight: "next", " ": "next", PageDown: "next", ArrowLeft: "back", Backspace: "back", PageUp: "back", Home: "first", End: "last", f: "future", q: "predict", t: "theme" };

  // From one variant to another one stays at the same time, so that the two can be compared.
  function choose(number) {
    if (number >= data.scenes.length || game.open) return;
    const current = tracks()[0].steps[step];
    if (!variant()?.among.includes(number) || game.on || step === 0 || !current) {
      show(number, 0);
      return;
    }
    const { steps } = data.scenes[number].tracks[0];
    const later = steps.findIndex(({ instant }) => instant > current.instant);
    show(number, later < 0 ? Infinity : Math.max(later - 1, 0));
  }

  function onlyLane(lane) {
    alone = alone === lane ? null : lane;
    show(scene, step);
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
    const lane = event.target.closest("[data-lane]");
    if (lane) {
      onlyLane(Number(lane.dataset.lane));
      return;
    }
    if (game.on) return; // dragging would show what is asked
    dragging = true;
    chart.setPointerCapture(event.pointerId);
    show(scene, stepAt(event.clientX));
  });
  chart.addEventListener("pointermove", (event) => dragging && show(scene, stepAt(event.clientX)));
  chart.addEventListener("pointerup", () => (dragging = false));
  chart.addEventListener("pointercancel", () => (dragging = false));

  // Variants stand together in a frame.
  const frames = new Map();
  data.scenes.forEach(({ title, variant }, nth) => {
    const tab = make("button", { type: "button", role: "tab", "aria-selected": "false" }, title);
    tab.addEventListener("click", () => choose(nth));
    if (variant && !frames.has(variant.among[0])) {
      const frame = make("span", { class: "variants", role: "presentation", title: "Variants, on one time axis" });
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
    const [, wantedScene, wantedStep] = /^#(\d+)(?:\.(\d+))?$/.exec(location.hash) ?? [];
    const number = Math.min(Math.max(Number(wantedScene ?? 1), 1), data.scenes.length) - 1;
    show(number, Number(wantedStep ?? 1) - 1, wantedScene !== undefined);
  }
  addEventListener("hashchange", showWhatTheAddressSays);
  addEventListener("resize", () => {
    drawn = null;
    show(scene, step);
  });
  showWhatTheAddressSays();
})();
