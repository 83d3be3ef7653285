// A recorded timeline that is played poll by poll: how much of its picture is to be seen, which of
// its lines belong to that, the lists of the loop below it, and which lines of the slide's code are
// lit. Lists, lights and marks are made by the parts that the library gives to its players; here is
// what only a slide has.

// How far `at` may be from the place in the picture: the page has it in tenths of a pixel.
const ROUNDED = 0.06;

class Timeline {
  constructor(figure, section) {
    this.figure = figure;
    this.svg = figure.querySelector("svg");
    this.scrub = figure.querySelector(".scrub");
    this.strip = figure.querySelector(".strip");
    this.asks = section.querySelector(".question") !== null;
    this.lines = [...figure.querySelectorAll(".said [data-step]")];
    this.verdict = figure.querySelector(".verdict"); // why it did not end by itself
    this.run = JSON.parse(figure.querySelector("script").textContent);
    this.first = 1; // polls that are shown from the beginning: names of lanes alone say nothing
    this.steps = this.run.moments.length - this.first;
    this.codes = this.run.tracks.map((track) => new PlayedCode(track, this.run, section));
    // What is shown whole or not at all, and what is shown up to a place. In a copy for the console
    // the widths have been cut already: `data-to` keeps where each element really ends.
    this.whole = [...this.svg.querySelectorAll("[data-at]")].map((element) => [
      element,
      Number(element.dataset.at),
    ]);
    this.cut = [...this.svg.querySelectorAll("rect, line:not(.cursor)")]
      .filter((element) => !element.closest("g[data-at]"))
      .map((element) => {
        const rect = element.localName === "rect";
        const [from, to] = rect ? ["x", "width"] : ["x1", "x2"];
        element.dataset.to ??=
          Number(element.getAttribute(to)) + (rect ? Number(element.getAttribute(from)) : 0);
        return {
          element,
          rect,
          from: Number(element.getAttribute(from)),
          to: Number(element.dataset.to),
        };
      });
    // Before the first poll nothing is drawn.
    this.begin = this.cut.reduce((least, { from }) => Math.min(least, from), Infinity);
    // The last one is that of the thread.
    this.names = [...this.svg.querySelectorAll(".name:not(.faint)")];
    this.cursor = this.svg.querySelector(".cursor") ?? this.drawCursor();
    this.paths = new PlayedPaths(this.svg, this.run);
    // What the whole run was, which a screen reader is told when it has been seen. Until then it is
    // called as the slide is: the name of its scene could tell the answer.
    this.title = `Timeline: ${section.querySelector("h1, h2").textContent}`;
    this.description = this.svg.dataset.described ??= this.svg.getAttribute("aria-label");
    this.scrub.max = this.steps;
    this.show(this.steps);
  }

  drawCursor() {
    const cursor = document.createElementNS("http://www.w3.org/2000/svg", "line");
    cursor.setAttribute("class", "cursor");
    // It begins below the times, since a line through a word could not be read.
    const tops = [...this.svg.querySelectorAll("rect")].map((rect) =>
      Number(rect.getAttribute("y")),
    );
    cursor.setAttribute("y1", Math.min(...tops));
    cursor.setAttribute("y2", this.svg.viewBox.baseVal.height - 2);
    this.svg.append(cursor);
    return cursor;
  }

  // Shows this many steps, after the polls that are always shown (`first`).
  show(step) {
    const polls = step + this.first;
    const moment = this.run.moments[polls - 1];
    const now = this.run.tracks[0].steps[polls - 1];
    const { at } = moment;
    for (const [element, from] of this.whole)
      element.classList.toggle("later", from > at + ROUNDED);
    for (const { element, rect, from, to } of this.cut) {
      element.classList.toggle("later", from >= at);
      const end = Math.min(to, Math.max(at, from));
      if (rect) element.setAttribute("width", end - from);
      else element.setAttribute("x2", end);
    }
    this.showNames(now);
    for (const end of ["x1", "x2"]) this.cursor.setAttribute(end, at);
    this.cursor.classList.toggle("later", step === this.steps);
    this.paths.show(polls);
    for (const line of this.lines) line.hidden = Number(line.dataset.step) !== polls - 1;
    if (this.verdict) this.verdict.hidden = step < this.steps;
    this.svg.setAttribute("aria-label", step === this.steps ? this.description : this.title);
    this.showStrip(now);
    this.codes.forEach((code, track) => code.show(moment.steps[track]));
    this.said = [`At ${moment.time}: ${this.run.lanes[now.lane].name} ${now.sentence}`];
    this.scrub.value = step;
    this.scrub.setAttribute("aria-valuetext", `${step} of ${this.steps}. ${this.said.join("")}`);
  }

  // Which lanes there will be could answer the question of the slide. Several lanes may share a
  // row.
  showNames(now) {
    const lanes = this.run.lanes.filter((_, lane) => now.states[lane] !== ".");
    const names = new Set(lanes.map(({ name }) => name));
    for (const name of this.names) name.classList.toggle("later", !names.has(name.textContent));
  }

  showStrip(now) {
    const { lanes, tracks, words } = this.run;
    const isOfALoop = !tracks[0].timers_as_seen;
    const options = { ran: true, future: true, isOfALoop, unpolled: words.x, isNarrow: true };
    this.strip.replaceChildren(...listsAfter(this.withoutOrder(now), lanes, options));
    const { without } = this.figure.dataset; // a picture says what it does not show
    if (without) this.strip.append(cell("without", "Not drawn", without));
  }

  // On a slide that asks, the times of timers are hidden. Their order would tell them, so they
  // stand in that of the lanes.
  withoutOrder(now) {
    if (!this.asks) return now;
    return { ...now, timers: now.timers.toSorted(([one], [other]) => one - other) };
  }

  // The step of the poll that woke the lane of the poll that `step` shows; null if no other poll
  // did.
  causeOf(step) {
    const cause = this.run.tracks[0].steps[step + this.first - 1].woken_in;
    return cause === null ? null : Math.max(cause + 1 - this.first, 0);
  }

  // The step whose part of the picture is at this place of the window.
  stepAt(clientX) {
    const box = this.svg.getBoundingClientRect();
    const x = ((clientX - box.left) / box.width) * this.svg.viewBox.baseVal.width;
    if (x <= this.begin) return 0;
    const nth = this.run.moments.findIndex(({ at }) => x <= at);
    return nth < 0 ? this.steps : Math.max(nth + 1 - this.first, 0);
  }
}

// The lines between the polls of a picture: the way of the thread, and the arrow of the wake that
// led to the last poll. They are made here, since paper has no step whose cause could be shown.
class PlayedPaths {
  constructor(svg, { lanes, moments, tracks: [{ steps }], bar_height }) {
    this.lanes = lanes;
    this.steps = steps;
    this.places = moments.map(({ place }) => place);
    this.half = bar_height / 2;
    // A copy for the console has them already.
    svg.querySelectorAll(".thread, .wake").forEach((path) => path.remove());
    const chart = svg.querySelector("g");
    // The thread goes behind the bars, so that it covers no number in them.
    this.thread = make("path", { class: "thread" });
    chart.querySelector(".name").before(this.thread);
    this.arrow = { line: make("path"), head: make("path") };
    chart.append(this.arrow.line, this.arrow.head);
    // The arrows of the picture: each goes straight from row to row, at the time of its wake.
    this.straight = [...svg.querySelectorAll(".arrow")].map((path) => {
      const [x, y] = path
        .getAttribute("d")
        .match(/[\d.]+/g)
        .map(Number);
      return { group: path.parentElement, x, y };
    });
  }

  // Shows them after this many polls.
  show(polls) {
    const path = threadLines(this.onThread(polls)).map(({ path }) => path);
    this.thread.setAttribute("d", path.join(" "));
    const paths = this.pathsOfWake(this.steps[polls - 1], this.places[polls - 1]);
    const hue = classOfHue(this.lanes[this.steps[polls - 1].lane].hue);
    for (const part of ["line", "head"]) {
      this.arrow[part].setAttribute("class", `wake ${part} ${hue}`);
      this.arrow[part].setAttribute("d", paths[part]);
    }
    this.hideWhatIsDrawnTwice(this.steps[polls - 1], this.places[polls - 1]);
  }

  // The arrow of the picture for the same wake would cross the one that is shown. It begins at the
  // bar of the waker.
  hideWhatIsDrawnTwice({ woken_in }, to) {
    const from = woken_in === null ? null : this.places[woken_in];
    for (const { group, x, y } of this.straight) {
      const isSame =
        from &&
        to &&
        from.begin <= x &&
        x <= to.middle &&
        Math.abs(Math.abs(y - from.y) - this.half) < 1;
      const leads = isSame && Math.sign(y - from.y) === Math.sign(to.y - from.y);
      group.classList.toggle("replaced", leads);
    }
  }

  // The first polls, as far as they are on the runtime's thread, each with its place. What has no
  // row is not drawn.
  onThread(polls) {
    const placed = [];
    for (const [nth, { instant, states, on_thread }] of this.steps.slice(0, polls).entries()) {
      if (on_thread) continue;
      const place = this.places[nth];
      placed.push(place && { ...place, instant, blocks: states.includes("b") });
    }
    return placed;
  }

  // It leads from the edge of one bar to the edge of the other.
  pathsOfWake({ woken_in }, to) {
    const from = woken_in === null ? null : this.places[woken_in];
    // Within a row it would cover the number in the bar.
    if (!from || !to || from.y === to.y) return { line: "", head: "" };
    const half = Math.sign(to.y - from.y) * this.half;
    return wakeArrow({ x: from.middle, y: from.y + half }, { x: to.middle, y: to.y - half });
  }
}

// The code of one language on a slide: which of its lines are lit, and the marks of the lanes that
// stand there.
class PlayedCode {
  constructor({ file, steps }, { lanes, words }, section) {
    this.steps = steps;
    this.lanes = lanes;
    this.words = words;
    this.lines = new Map();
    this.gutters = new Map(); // how many columns of marks there is room for beside each line
    for (const code of section.querySelectorAll(".code")) {
      if (code.dataset.file !== file) continue;
      for (const line of code.querySelectorAll("[data-line]")) {
        this.lines.set(Number(line.dataset.line), line);
        this.gutters.set(Number(line.dataset.line), Number(code.dataset.gutter));
      }
    }
    this.places = placesAfter(steps, lanes);
    this.columns = columnsOf(steps, lanes, this.places);
    // A copy for the console may have been made while something was lit.
    for (const line of this.lines.values())
      line.querySelectorAll(".mark").forEach((mark) => mark.remove());
    this.changed = new Set(this.lines.keys());
  }

  // Lights the lines of some steps; those of one moment in this language. It may have none then.
  show({ start, end }) {
    const all = [
      "chain",
      "resumed",
      "said",
      "stop",
      ...this.lanes.map(({ hue }) => classOfHue(hue)),
    ];
    for (const number of this.changed) {
      this.lines.get(number).classList.remove(...all);
      this.lines
        .get(number)
        .querySelectorAll(".mark")
        .forEach((mark) => mark.remove());
    }
    this.changed.clear();
    for (const line of this.lines.values()) line.classList.remove("ran");
    // What a line prints is no secret any more once it has been executed.
    for (const { says, resumed, stop } of this.steps.slice(0, end)) {
      for (const number of [...says.map(([, , number]) => number), resumed, stop])
        this.lines.get(number)?.classList.add("ran");
    }
    for (const step of this.steps.slice(start, end))
      lightStep(this.lines, step, this.lanes, this.changed);
    if (end > 0) this.mark(end - 1, end > start);
  }

  // Marks the lanes after a step. `ran` says whether it is one of the steps of the moment.
  mark(nth, ran) {
    const options = { places: this.places[nth], ran, words: this.words };
    const standing = standingAt(this.lines, this.steps[nth], this.lanes, options);
    const columnOf = ({ lane, number }) =>
      Math.min(this.columns.get(lane) ?? 0, this.gutters.get(number) - 1);
    for (const { number, column, kind, lane, text, title } of marksOf(
      standing,
      this.lanes,
      columnOf,
    )) {
      if (column < 0) continue; // the code needs all of its place
      const size = text.length > 1 ? "two" : "";
      const hue = classOfHue(this.lanes[lane].hue);
      const mark = make("span", { class: `mark ${kind} ${size} ${hue} column-${column}`, title });
      // Not as text: the text of a line is its code.
      mark.dataset.short = text;
      this.lines.get(number).append(mark);
      this.changed.add(number);
    }
  }
}

// A picture whose rows are shown one after the other.
class Picture {
  constructor(element) {
    this.element = element;
    this.rows = [...element.querySelectorAll(".row")];
    this.first = 1; // rows that are shown from the beginning: an empty picture says nothing
    this.steps = this.rows.length - this.first;
    this.show(this.steps);
  }

  show(step) {
    const shown = step + this.first;
    for (const [nth, row] of this.rows.entries()) row.classList.toggle("later", nth >= shown);
    this.said = [this.rows[shown - 1].querySelector("title").textContent];
  }
}

// What is shown all at once: an answer, an output.
class Part {
  constructor(element) {
    this.element = element;
    this.steps = 1;
  }

  show(step) {
    this.element.classList.toggle("not-yet", step === 0);
    this.said = step === 0 ? [] : [this.element.textContent];
  }
}
