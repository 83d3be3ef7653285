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
      "linearGradient",
      "stop",
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
  let alone = null; // the lane whose row is seen alone
  let future = true; // whether what comes later is shown
  // Predicting: whether it is on, how many questions were answered and how many of the answers were
  // right, and whether a question is open.
  const game = { on: false, asked: 0, right: 0, open: false };

  const run = () => data.scenes[scene];
  const variant = () => run().variant;
  const showsFuture = () => future && !game.on;
  // The grey of `main` is taken once: of more lanes than colours some share another one.
  const colour = (hue) => `h${hue === 0 ? 0 : ((hue - 1) % 7) + 1}`;
  const hue = (lane) => colour(run().lanes[lane].hue);
  const name = (lane) => run().lanes[lane].name;
  // Lanes that share a row are seen alone together. A lane of Python alone has a row of its own.
  const rowOf = (lane) => run().drawn.find(({ lanes }) => lanes.includes(lane)) ?? lane;
  const isSeen = (lane) => alone === null || alone === lane || rowOf(alone) === rowOf(lane);

  // What fits into a mark beside the code: the first letter of a name, and one more where several
  // names begin with that letter.
  function short(lane) {
    const own = name(lane);
    const isAlike = (other) => other.name !== own && other.name[0] === own[0];
    if (own.length <= 2 || !run().lanes.some(isAlike)) return own.slice(0, own.length <= 2 ? 2 : 1);
    const word = own.split(" ").at(-1);
    return own[0] + (word !== own && word.length <= 2 ? word[0] : own[1]);
  }

  // Text as the header of a file and a verdict have it: what stands in backticks is code.
  function prose(text) {
    return text
      .split(/`([^`]+)`/)
      .map((part, nth) => (nth % 2 === 1 ? make("code", {}, part) : part));
  }

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
    const columns = columnsOf(steps, places);
    const language = data.sources[index]?.name ?? "Rust";
    // A lane that is polled by another one is inside it. In Python each lane is a task of its own.
    const inside = (lane) => (aligned ? null : run().lanes[lane].inside);
    return {
      index,
      language,
      steps,
      columns,
      width: Math.max(...columns.values(), 0) + 1, // how many columns there are
      used: linesOf(steps),
      inside,
      momentOf,
      // The step that is shown at a moment; none before the first one.
      shown: (moment) => (at[moment] < 0 ? null : steps[at[moment]]),
      places: (moment) => places[at[moment]] ?? [],
      // Whether this language does nothing at a moment, and only the other one does.
      isIdle: (moment) => run().moments[moment]?.steps[index] === null,
    };
  }

  // Each lane that stands or runs anywhere in the source has a column beside it. Lanes of one name
  // that a loop makes one after the other have one column, since they never stand at one time.
  function columnsOf(steps, places) {
    const first = new Map();
    const last = new Map();
    const stands = (lane, nth) => {
      if (!first.has(lane)) first.set(lane, nth);
      last.set(lane, nth);
    };
    steps.forEach(({ lane, resumed, says }, nth) => {
      places[nth].forEach((line, lane) => line !== null && stands(lane, nth));
      const isSaid = says.some(([by, , line]) => by === lane && line !== null);
      if (resumed !== null || isSaid) stands(lane, nth);
    });
    const columns = new Map();
    const taken = []; // for each column the name of its lanes, and the last step of the last one
    for (const lane of [...first.keys()].sort((one, other) => one - other)) {
      const isFree = (column) => column.name === name(lane) && column.until < first.get(lane);
      let column = taken.findIndex(isFree);
      if (column < 0) column = taken.push({ name: name(lane) }) - 1;
      taken[column].until = last.get(lane);
      columns.set(lane, column);
    }
    return columns;
  }

  // All lines at which a lane of these steps waits or prints.
  function linesOf(steps) {
    const used = new Set();
    for (const { resumed, stop, chain, says, stands } of steps) {
      const said = says.map(([, , line]) => line);
      const stood = stands.map(([, line]) => line);
      for (const line of [resumed, stop, ...chain, ...said, ...stood]) used.add(line);
    }
    used.delete(null);
    return used;
  }

  // ---- Sources ----

  // Finds what has a colour in a line. The name of a group is its class in the style sheet.
  function lexer(comment, string, words) {
    const keyword = new RegExp(`(?<kw>\\b(?:${words.replaceAll(" ", "|")})\\b)`);
    const name = [/(?<ma>\b\w+!)/, /(?<ty>\b[A-Z]\w*[a-z]\w*\b)/, /(?<no>(?<![\w.])\d[\w.]*\b)/];
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

  // How a function begins, and what else runs by itself: a block that a runtime or a closure runs.
  const BEGINS = {
    rust: {
      function: /^(?:pub(?:\([^)]*\))? )?(?:const |async |unsafe |extern "[^"]*" )*fn /,
      block: /(?:\basync\b.*|\|[^|]*\| *(?:-> .*)?)\{$/,
      comment: /^(?:\/\/|#!?\[)/,
    },
    python: { function: /^(?:async )?def /, block: /(?!)/, comment: /^[#@]/ },
  };

  // What a source consists of, by its indents: an example is formatted. An item is what begins at
  // the left edge; a function may be in an item or in another function. Each begins and ends with
  // an index into `lines`.
  function parts({ language, lines }) {
    const code = lines.map(([, text]) => text.trim());
    const indents = lines.map(([, text]) => text.length - text.trimStart().length);
    const begins = BEGINS[language];
    const isEmpty = (nth) => code[nth] === "" || begins.comment.test(code[nth]);
    // In Rust the last line closes what the first one has opened; in Python the last line is the
    // one before the next that is not further in.
    const endOf = (begin) => {
      if (language === "rust" && /[;}]$/.test(code[begin])) return begin;
      let end = begin;
      for (let nth = begin + 1; nth < code.length; nth += 1) {
        if (code[nth] === "") continue;
        if (indents[nth] <= indents[begin]) {
          const closes = /^[)\]}]/.test(code[nth]);
          if (language === "rust" && /^\}|;$/.test(code[nth])) return nth;
          if (!closes && language !== "rust") return end;
          if (!closes && /^\w/.test(code[nth]) && code[nth] !== "where") return end;
        }
        end = nth;
      }
      return end;
    };
    const found = { items: [], functions: [], comments: code.map((_, nth) => isEmpty(nth)) };
    for (let nth = 0; nth < code.length; nth += 1) {
      if (isEmpty(nth)) continue;
      const begin = { begin: nth, end: endOf(nth) };
      if (begins.function.test(code[nth])) found.functions.push(begin);
      // The line with which a block begins is one of the function around it.
      else if (begins.block.test(code[nth])) found.functions.push({ ...begin, isBlock: true });
      if (indents[nth] === 0 && !/^[)\]}]/.test(code[nth])) found.items.push(begin);
    }
    return found;
  }

  // For each number of a line the innermost function in which it is.
  function owners({ lines }, { functions }) {
    const owners = new Map();
    functions.forEach(({ begin, end, isBlock }, owner) => {
      for (let nth = isBlock ? begin + 1 : begin; nth <= end; nth += 1)
        owners.set(lines[nth][0], owner);
    });
    return owners;
  }

  // The stretches of a source in which no lane of a scene waits or prints: whole functions and
  // items, with the comments before them. A stretch that is not longer than two lines stays.
  function unused({ lines }, { items, functions, comments }, used) {
    const isUsed = ({ begin, end }) =>
      lines.slice(begin, end + 1).some(([number]) => used.has(number));
    if (used.size === 0) return [];
    const left = lines.map(() => false);
    for (const part of [...items, ...functions]) {
      if (part.isBlock || isUsed(part) || part.begin === part.end) continue;
      left.fill(true, part.begin, part.end + 1);
      for (let nth = part.begin - 1; comments[nth] && lines[nth][1].trim(); nth -= 1)
        left[nth] = true;
    }
    // What is empty between two of them, or after the last one, is left out with them.
    const stretches = [];
    for (let nth = 0; nth < left.length; nth += 1) {
      if (!left[nth]) continue;
      let end = nth;
      for (let next = nth; next < left.length && (left[next] || comments[next]); next += 1)
        if (left[next]) end = next;
      const last = end;
      if (end - nth > 1) {
        // The sign stands for the empty lines around it as well.
        let begin = nth;
        while (begin > 0 && lines[begin - 1][1].trim() === "") begin -= 1;
        while (end + 1 < lines.length && lines[end + 1][1].trim() === "") end += 1;
        stretches.push({ begin, end, range: `${lines[nth][0]}–${lines[last][0]}` });
      }
      nth = end;
    }
    return stretches;
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
    const found = parts(source);
    const all = { source, pane, lines, marks, parts: found, owners: owners(source, found) };
    // And what is shown now: the marks with their lines, and the signs of what is left out.
    Object.assign(all, { placed: [], folds: [] });
    pane.addEventListener("scroll", () => placeMarks(all));
    return all;
  });
  if (data.missing !== null) {
    const missing = make("p", { class: "missing" }, ...prose(data.missing));
    if (panes.length === 0) byId("sources").append(missing);
    else panes[0].pane.before(missing);
  }
  byId("sources").classList.toggle("two", panes.length > 1);
  byId("strip").classList.toggle("two", panes.length > 1);

  const states = {
    ran: "ran just now",
    ready: "is ready",
    unpolled: "is woken, but not polled",
    waits: "waits",
    polls: "polls the lane inside it",
  };
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

  // Leaves out what no lane of this scene runs, so that what they do run is seen at once.
  function fold(pane, track) {
    for (const sign of pane.folds) sign.remove();
    pane.folds = [];
    for (const line of pane.lines.values()) line.hidden = false;
    if (!track) return;
    const { source, lines } = pane;
    for (const { begin, end, range } of unused(source, pane.parts, track.used)) {
      const numbers = source.lines.slice(begin, end + 1).map(([number]) => number);
      for (const number of numbers) lines.get(number).hidden = true;
      const sign = make("button", { type: "button", class: "fold" }, `⋯ ${range}`);
      sign.title = "No lane waits or prints here in this scene. Show it";
      sign.addEventListener("click", () => {
        for (const number of numbers) lines.get(number).hidden = false;
        sign.remove();
        show(scene, moment);
      });
      lines.get(numbers[0]).before(sign);
      pane.folds.push(sign);
    }
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
    const lit = !idle && isSeen(current.lane);
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
      const dim = isSeen(lane) ? "" : " dim";
      const mark = make("span", { class: `mark ${kind} ${hue(lane)}${dim}` }, short(lane));
      const polled = isAround ? (outer[outer.indexOf(lane) + 1] ?? current.lane) : null;
      const does = polled === null ? states[kind] : `polls ${name(polled)}`;
      mark.title = `${name(lane)} ${does}`;
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

  // The timers that are due at one time stand together; last come those of which it is not known.
  function byTime(timers) {
    const times = new Map();
    for (const [lane, due] of timers) times.set(due, [...(times.get(due) ?? []), lane]);
    return [...times].sort(([one], [other]) => (one === "?") - (other === "?"));
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
      tells.append("Nothing runs here now.");
    } else {
      tells.append(
        make("b", { class: hue(current.lane) }, name(current.lane)),
        ` ${current.sentence}`,
      );
      if (current.later !== null && showsFuture()) {
        tells.append(make("span", { class: "later" }, ` It waits ${current.later}.`));
      }
      for (const lane of current.around) ran.push(`${name(lane)} ▸`);
      ran.push(tile(current.lane, "full"));
    }
    const unpolled = [...current.states].flatMap((state, lane) =>
      state === "x" ? [tile(lane, "unpolled")] : [],
    );
    const cells = [
      cell("Ran", ...ran),
      // tokio polls the future of `block_on` when it comes to it, and no queue says when.
      cell(
        track.index === 0 ? "Ready, in the order of their wakes" : "Ready, in order",
        ...readyGroups(track, current.ready),
      ),
    ];
    if (unpolled.length > 0) cells.push(cell("Woken, not polled", ...unpolled));
    if (showsFuture()) {
      const timers = byTime(current.timers).map(([due, lanes]) => {
        const title = due === "?" ? "no wake has proved when" : null;
        return make("span", { class: "group", title }, due, ...lanes.map((lane) => tile(lane)));
      });
      cells.push(cell("Timers", ...timers), cell("Waits for", ...waitingChains(current.waits)));
    }
    element.replaceChildren(tells, make("div", { class: "cells" }, ...cells));
  }

  // Where the two languages part: what only one of them prints, and what the header of the example
  // says of Python.
  function showParting() {
    const element = byId("parts");
    element.hidden = run().moments.every(({ parts }) => parts === null);
    const { parts } = run().moments[moment] ?? { parts: null };
    const reason = run().of_python === null ? [] : prose(` ${run().of_python}`);
    element.replaceChildren(...(parts === null ? [] : [make("b", {}, parts), ...reason]));
  }

  // Keeps the room that the fullest steps of a scene need in the strip, so that the sources do not
  // jump from step to step. Of the steps only some are measured: those with the most text.
  function reserve() {
    const strip = byId("strip");
    const { style } = byId("state");
    for (const part of ["--tells", "--cells", "--parts"]) style.setProperty(part, "0px");
    if (innerWidth <= 800) return; // there the page scrolls
    const shown = moment;
    const longest = (of, some) =>
      run()
        .moments.map((_, nth) => [of(nth), nth])
        .sort(([one], [other]) => other - one)
        .slice(0, some)
        .map(([, nth]) => nth);
    const steps = (nth) => tracks().map((track) => track.shown(nth)).filter((step) => step);
    const letters = (lanes) => lanes.reduce((sum, lane) => sum + name(lane).length + 3, 0);
    const most = (nth, of) => Math.max(0, ...steps(nth).map(of));
    const told = ({ sentence, later }) => sentence.length + (later?.length ?? 0);
    const listed = ({ ready, timers, waits }) =>
      letters([...ready, ...timers.map(([lane]) => lane), ...waits.flat(2)]) + 6 * timers.length;
    const heights = { "--tells": 0, "--cells": 0, "--parts": 0 };
    const measured = [
      ...longest((nth) => most(nth, told), 2),
      ...longest((nth) => most(nth, listed), 3),
      ...longest((nth) => run().moments[nth].parts?.length ?? 0, 1),
    ];
    for (const nth of new Set(measured)) {
      moment = nth;
      for (const track of tracks()) showStrip(strip.children[track.index], track);
      showParting();
      for (const kind of ["tells", "cells"]) {
        for (const element of strip.querySelectorAll(`.${kind}`))
          heights[`--${kind}`] = Math.max(heights[`--${kind}`], element.offsetHeight);
      }
      heights["--parts"] = Math.max(heights["--parts"], byId("parts").offsetHeight);
    }
    moment = shown;
    for (const [part, height] of Object.entries(heights)) style.setProperty(part, `${height}px`);
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
    // Where no time passes, the columns have all the room.
    const widest = gaps.some((gap) => gap > 0) ? 26 : 48;
    const column = Math.max(6, Math.min(widest, (width * 0.62) / Math.max(count, 1)));
    const rest = Math.max(width - column * count - 10 * (instants.length - 1), 120);
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

  // The rows of each track, those of Python first, since its source is on the left. In Python each
  // lane has a row that is ever there.
  function groups() {
    const all = tracks().map((track) => {
      if (track.index === 0) return { track, rows: run().drawn };
      // A callback of asyncio is no task, so it has a step and no state.
      const isThere = ({ lane, states }, wanted) =>
        lane === wanted || (states[wanted] ?? ".") !== ".";
      const lanes = [...run().lanes.keys()];
      const own = lanes.filter((lane) => track.steps.some((step) => isThere(step, lane)));
      const row = (lane) => ({
        name: name(lane),
        hue: run().lanes[lane].hue,
        lanes: [lane],
        differs: [],
      });
      return { track, rows: own.map(row) };
    });
    return all.reverse();
  }

  const TOP = 20; // above the rows are the times
  const BEFORE = 12; // what is seen of the axis before its beginning
  const AFTER = 34; // and after its end, where the time of the last instant may stand

  // How wide a text of the timeline is.
  const measure = make("canvas").getContext("2d");
  function wide(text, font = "12px") {
    measure.font = `${font} Inter, ui-sans-serif, system-ui, "DejaVu Sans", sans-serif`;
    return measure.measureText(text).width;
  }

  // The name of a lane, as long as there is room for it.
  function fitting(name) {
    const most = innerWidth > 800 ? 130 : 76;
    let text = name;
    while (wide(text, "600 12px") > most) text = `${text.slice(0, text === name ? -1 : -2)}…`;
    return text;
  }

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
    const signs = moments.some(({ parts }) => parts !== null) ? 14 : 6; // where the two part
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

  // How high the timeline may be: more of it scrolls.
  function mostHeight() {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    return 16 * rem - aroundChart();
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
      const nths = new Map(group.rows.flatMap(({ lanes }, nth) => lanes.map((lane) => [lane, nth])));
      group.y = (lane) => group.middle(nths.get(lane));
      height += group.rows.length * row;
    }
    return { row, height };
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

  // Shows the time at which the cursor stands, and the others beside which there is room for it.
  // Only what changes is touched: there may be thousands of times.
  function showTimes(drawn) {
    const { times } = drawn;
    const now = run().moments[moment]?.instant ?? 0;
    const { element, begin, end } = times[now];
    for (const { element, isRoom } of drawn.around) {
      element.classList.remove("now");
      element.classList.toggle("left-out", !isRoom);
    }
    drawn.around = [times[now]];
    element.classList.add("now");
    element.classList.remove("left-out");
    const covers = (other) => other.end + 8 > begin && other.begin < end + 8;
    for (const step of [-1, 1]) {
      for (let nth = now + step; times[nth] && (covers(times[nth]) || !times[nth].isRoom); ) {
        times[nth].element.classList.add("left-out");
        drawn.around.push(times[nth]);
        nth += step;
      }
    }
  }

  // Makes each text a text of the past or of the future, as a whole. Those up to `drawn.past` are
  // of the past.
  function showTexts(drawn, edge) {
    const { texts } = drawn;
    while (texts[drawn.past]?.from <= edge) {
      texts[drawn.past].element.classList.remove("later");
      drawn.past += 1;
    }
    while (texts[drawn.past - 1]?.from > edge) {
      drawn.past -= 1;
      texts[drawn.past].element.classList.add("later");
    }
  }

  // What each lane of a language does at each moment, and the thread, as a line from lane to lane.
  function drawTrack(past, texts, { track, rows, y }, axis, ended, high) {
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
      for (const { lanes } of rows) {
        // Many lanes may share a row: what several of them do is drawn once.
        const drawn = new Set();
        for (const lane of lanes) {
          const state = step.states[lane] ?? ".";
          const place = { from, end, to, middle: y(lane), high };
          const ran = !idle && lane === step.lane;
          const polls = state === "r" || (!idle && around(step).includes(lane));
          const kind = ran ? "ran" : polls ? "polls" : state;
          if (!drawn.has(kind)) drawState(past, lane, state, { ran, polls }, place);
          drawn.add(kind);
          if (state !== (before[lane] ?? ".")) drawEnd(texts, lane, state, place);
        }
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
  function drawNames(shown, names, height) {
    const group = make("g");
    const place = { x: 0, y: 0, width: names - BEFORE, height: height + 99 };
    group.append(make("rect", { ...place, fill: "var(--paper)" }));
    const common = variant();
    for (const { track, rows, middle } of shown) {
      if (shown.length > 1)
        group.append(make("text", { class: "language", x: 0, y: middle(0) + 4 }, track.language));
      rows.forEach(({ name, hue, lanes, differs }, nth) => {
        const lane = lanes[0] ?? null;
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
          common && track.index === 0 ? data.scenes[common.among[0]].drawn[nth] : null;
        if (differs.length > 0 || (lane !== null && first?.lanes.length === 0)) {
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

  // When the other variants are over: where the line is that says so, and in which line below the
  // rows its text is.
  function endsOfOthers(common, axis) {
    const ends = new Map(); // several may end at once, in one way
    common.among.forEach((other, nth) => {
      if (other === scene) return;
      const { title, verdict } = data.scenes[other];
      // A run with a verdict does not end by itself.
      const verb = verdict === null ? ["ends", "end"] : ["is stopped", "are stopped"];
      const key = `${common.ends[nth]} ${verb[0]}`;
      const titles = [...(ends.get(key)?.titles ?? []), `“${title}”`];
      ends.set(key, { end: common.ends[nth], verb: verb[titles.length > 1 ? 1 : 0], titles });
    });
    const free = []; // for each line of text where it is free again
    return [...ends.values()]
      .sort((one, other) => one.end - other.end)
      .map(({ end, verb, titles }) => {
        const x = axis.bands[end][1] + 1;
        const text = `${titles.join(", ")} ${verb}`;
        const long = wide(text, "10.5px") + 10;
        // It stands before its line, or, if there is no room for it, behind it.
        const from = x - long >= 0 ? x - long : x;
        let line = free.findIndex((until) => until <= from);
        if (line < 0) line = free.length;
        free[line] = from + long;
        return { x, from, text, line };
      });
  }

  // Where a lane does something else than in the first variant, and when the others are over.
  function markWhatDiffers(past, texts, { rows, middle }, others, axis, rowHeight, height) {
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
      const place = { x: from + 4, y: height + 10 + line * 12 };
      texts.push({ element: make("text", { class: "other", ...place }, text), from: x });
    }
  }

  const isAtEnd = () => moment === run().moments.length - 1;

  // How long the variants take, and what differs, is what comes later.
  function showWhatIf() {
    const element = byId("what-if");
    element.hidden = !variant();
    if (!variant()) return;
    const hidden = "What differs from the first is said at the end.";
    const told = showsFuture() || isAtEnd() ? variant().sentence : hidden;
    element.replaceChildren(...prose(told));
    element.hidden = told === "";
  }

  function showChart() {
    const { axis, clip, wakes, cursor, moving, room, names, fades } = drawn;
    const x = axis.at[moment] ?? 0;
    // A run that is wider than its place is moved below the cursor.
    const most = Math.max(axis.width - room, 0);
    const shift = Math.min(Math.max(x - room / 2, 0), most);
    moving.setAttribute("transform", `translate(${names - shift} 0)`);
    fades[0].classList.toggle("left-out", shift === 0);
    fades[1].classList.toggle("left-out", shift === most);
    const edge = isAtEnd() ? axis.width + AFTER : x + axis.column + 2;
    // Not a pixel more than the column: there the line of the thread turns to the lane that is next.
    clip.setAttribute("width", (isAtEnd() ? edge : x + axis.column) + BEFORE);
    cursor.setAttribute("x", x - 1);
    showTimes(drawn);
    showTexts(drawn, edge);
    byId("chart").classList.toggle("without-future", !showsFuture());
    for (const wake of wakes) showWake(wake, axis);
    for (const button of byId("chart").querySelectorAll("[data-lane]"))
      button.setAttribute(
        "aria-pressed",
        alone !== null && isSeen(Number(button.dataset.lane)),
      );
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

  // What a line says of the other language, which does not print it here.
  const UNLIKE = {
    only: (language) => `only ${language}`,
    in_another_order: (language) => `here in ${language}`,
    at_another_time: (language) => `at this time in ${language}`,
  };

  function listOutput() {
    const list = byId("lines");
    list.replaceChildren();
    printed = [];
    let inRust = 0; // how many of the lines Rust prints
    for (const { moment, track, step: nth, line: number, unlike } of run().output) {
      const { language, steps } = tracks()[track];
      const step = steps[nth];
      const [lane, text] = step.says[number];
      const time = (step.said_at[number] / 1e9).toFixed(3);
      const said = make("div", {}, make("span", {}, text));
      const parts = [make("time", {}, time), tile(lane), said];
      const line = make("li", { class: hue(lane), hidden: "" }, ...parts);
      const before = track === 0 ? (variant()?.lines[inRust] ?? "same") : "same";
      if (track === 0) inRust += 1;
      const notes = [];
      if (before === "only_here") notes.push(`not in “${data.scenes[variant().among[0]].title}”`);
      if (before === "at_another_time") notes.push("at another time");
      if (unlike !== null) notes.push(UNLIKE[unlike](language));
      if (before !== "same") line.classList.add(before.replaceAll("_", "-"));
      if (notes.length > 0) said.prepend(make("span", { class: "unlike" }, notes.join(", ")));
      printed.push([moment, line]);
    }
    list.append(...printed.map(([, line]) => line));
    if (run().verdict !== null) {
      const line = make(
        "li",
        { hidden: "" },
        make("span", { class: "verdict" }, ...prose(`ended: ${run().verdict}`)),
      );
      list.append(line);
      printed.push([run().moments.length - 1, line]);
    }
  }

  // The list begins with a whole line.
  function scrollToLast(list, last) {
    const hidden = last.offsetTop + last.offsetHeight - list.clientHeight;
    const first = printed.find(([, line]) => !line.hidden && line.offsetTop >= hidden);
    list.scrollTop = hidden <= 0 || !first ? 0 : first[1].offsetTop;
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
    if (last) scrollToLast(list, last);
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
      reserve();
      drawChart();
      panes.forEach((pane, nth) => fold(pane, all[nth]));
      listOutput();
      document
        .querySelectorAll("#scenes button")
        .forEach((tab, nth) => tab.setAttribute("aria-selected", nth === scene));
    }
    panes.forEach((pane, nth) => {
      const columns = Math.min(all[nth]?.width ?? 1, 9);
      pane.pane.style.setProperty("--gutter", `${2.2 + columns * 1.1}rem`);
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
    alone = alone !== null && isSeen(lane) ? null : lane;
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
  byId("keys").querySelector(".scenes").hidden = data.scenes.length < 2;
  const about = document.querySelector("#about p");
  about?.replaceChildren(...prose(about.textContent));
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
