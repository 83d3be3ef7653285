// A recorded timeline that is played poll by poll: how much of it is to be seen, which of its lines belong to that, what
// stands in the queue, and which lines of the slide's code are lit.

// How far `at` may be from the place in the picture: the page has it in tenths of a pixel.
const ROUNDED = 0.06;

class Timeline {
  constructor(figure, section) {
    this.figure = figure;
    this.svg = figure.querySelector("svg");
    this.scrub = figure.querySelector(".scrub");
    this.strip = figure.querySelector(".strip");
    this.lines = [...figure.querySelectorAll(".said [data-step]")];
    this.verdict = figure.querySelector(".verdict"); // why it did not end by itself
    this.run = JSON.parse(figure.querySelector("script").textContent);
    const codes = [...section.querySelectorAll(".code")];
    this.first = 1; // polls that are shown from the beginning: names of lanes alone say nothing
    this.steps = this.run.steps.length - this.first;
    this.code = new Map();
    for (const code of codes) {
      for (const line of code.querySelectorAll("[data-line]")) this.code.set(`${code.dataset.file}:${line.dataset.line}`, line);
    }
    // What is shown whole or not at all, and what is shown up to a place. In a copy for the console the widths have been cut
    // already: `data-to` keeps where each element really ends.
    this.whole = [...this.svg.querySelectorAll("[data-at]")].map((element) => [element, Number(element.dataset.at)]);
    this.cut = [...this.svg.querySelectorAll("rect, line:not(.cursor)")].filter((element) => !element.closest("g[data-at]")).map((element) => {
      const rect = element.localName === "rect";
      const [from, to] = rect ? ["x", "width"] : ["x1", "x2"];
      element.dataset.to ??= Number(element.getAttribute(to)) + (rect ? Number(element.getAttribute(from)) : 0);
      return { element, rect, from: Number(element.getAttribute(from)), to: Number(element.dataset.to) };
    });
    // Before the first poll only the names of the lanes are there.
    this.begin = this.cut.reduce((least, { from }) => Math.min(least, from), Infinity);
    this.cursor = this.svg.querySelector(".cursor") ?? this.drawCursor();
    // What the whole run was, which a screen reader is told when it has been seen. Until then it is called as the slide is:
    // the name of its scene could tell the answer.
    this.title = `Timeline: ${section.querySelector("h1, h2").textContent}`;
    this.description = this.svg.dataset.described ??= this.svg.getAttribute("aria-label");
    this.scrub.max = this.steps;
    this.show(this.steps);
  }

  drawCursor() {
    const cursor = document.createElementNS("http://www.w3.org/2000/svg", "line");
    cursor.setAttribute("class", "cursor");
    // It begins below the times, since a line through a word could not be read.
    const tops = [...this.svg.querySelectorAll("rect")].map((rect) => Number(rect.getAttribute("y")));
    cursor.setAttribute("y1", Math.min(...tops));
    cursor.setAttribute("y2", this.svg.viewBox.baseVal.height - 2);
    this.svg.append(cursor);
    return cursor;
  }

  // Shows this many steps, after the polls that are always shown (`first`).
  show(step) {
    const polls = step + this.first;
    const now = polls === 0 ? null : this.run.steps[polls - 1];
    const at = now ? now.at : this.begin;
    for (const [element, from] of this.whole) element.classList.toggle("later", from > at + ROUNDED);
    for (const { element, rect, from, to } of this.cut) {
      element.classList.toggle("later", from >= at);
      const end = Math.min(to, Math.max(at, from));
      if (rect) element.setAttribute("width", end - from);
      else element.setAttribute("x2", end);
    }
    for (const end of ["x1", "x2"]) this.cursor.setAttribute(end, at);
    this.cursor.classList.toggle("later", step === this.steps);
    for (const line of this.lines) line.hidden = Number(line.dataset.step) !== polls - 1;
    if (this.verdict) this.verdict.hidden = step < this.steps;
    this.svg.setAttribute("aria-label", step === this.steps ? this.description : this.title);
    this.showStrip(now);
    this.lightLines(now, polls);
    this.said = now ? [`At ${now.time}: ${this.run.lanes[now.lane][0]} ${now.sentence}`] : [];
    this.scrub.value = step;
    this.scrub.setAttribute("aria-valuetext", `${step} of ${this.steps}. ${this.said.join("")}`);
  }

  tile(lane, kind = "") {
    const [name, hue] = this.run.lanes[lane];
    const tile = document.createElement("span");
    tile.className = `tile c${hue} ${kind}`;
    tile.textContent = name;
    return tile;
  }

  // When a timer is due: how long a wait will be is what many slides ask.
  due({ words }) {
    const due = document.createElement("span");
    due.className = "due";
    due.textContent = words;
    return due;
  }

  showStrip(now) {
    this.strip.replaceChildren();
    if (!now) return;
    const cell = (name, title, ...content) => {
      const element = document.createElement("span");
      element.className = `cell ${name}`;
      element.append(title, " ", ...(content.length ? content : ["–"]));
      this.strip.append(element);
    };
    const tiles = (lanes, kind) => lanes.map((lane) => this.tile(lane, kind));
    cell("ran", "ran", this.tile(now.lane, "full"));
    const [ready, unpolled] = this.run.words;
    cell("ready", ready, ...tiles(now.ready, "dashed"));
    if (now.unpolled.length) cell("unpolled", unpolled, ...tiles(now.unpolled, "dashed"));
    cell("timers", "timers", ...now.timers.flatMap(([lane, due]) => [this.tile(lane), this.due(due), " "]));
    const chains = now.waits.map((chain) => chain.flatMap((lanes, nth) => (nth > 0 ? [" → ", ...tiles(lanes)] : tiles(lanes))));
    const { without } = this.figure.dataset; // a picture says what it does not show
    if (without) cell("without", "not drawn:", without);
    if (chains.length) cell("waits", "waits for", ...chains.flatMap((chain, nth) => (nth > 0 ? ["  ", ...chain] : chain)));
  }

  lightLines(now, polls) {
    const classes = ["lit", "stop", "ran", "c0", "c1", "c2", "c3", "c4", "c5"];
    for (const line of this.code.values()) line.classList.remove(...classes);
    const lineOf = (file, number) => this.code.get(`${file}:${number}`);
    // What a line prints is no secret any more once it has been executed.
    for (const { lit } of this.run.steps.slice(0, polls)) {
      for (const [file, number] of lit) lineOf(file, number).classList.add("ran");
    }
    for (const [file, number, waits, hue] of now?.lit ?? []) {
      lineOf(file, number).classList.add(waits ? "stop" : "lit", `c${hue}`);
    }
  }

  // The step whose part of the picture is at this place of the window.
  stepAt(clientX) {
    const box = this.svg.getBoundingClientRect();
    const x = ((clientX - box.left) / box.width) * this.svg.viewBox.baseVal.width;
    if (x <= this.begin) return 0;
    const nth = this.run.steps.findIndex(({ at }) => x <= at);
    return nth < 0 ? this.steps : Math.max(nth + 1 - this.first, 0);
  }
}

// A picture whose rows are shown one after the other.
class Picture {
  constructor(element) {
    this.element = element;
    this.rows = [...element.querySelectorAll(".row")];
    this.steps = this.rows.length;
    this.show(this.steps);
  }

  show(step) {
    for (const [nth, row] of this.rows.entries()) row.classList.toggle("later", nth >= step);
    this.said = step === 0 ? [] : [this.rows[step - 1].querySelector("title").textContent];
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
