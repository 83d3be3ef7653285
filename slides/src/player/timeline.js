// A recorded timeline that is played: how much of it is to be seen, and which of its lines belong to that.
class Timeline {
  constructor(figure) {
    this.svg = figure.querySelector("svg");
    this.scrub = figure.querySelector(".scrub");
    this.lines = [...figure.querySelectorAll(".said [data-instant]")];
    this.verdict = figure.querySelector(".verdict"); // why it did not end by itself
    // For each stop, how far the picture is to be seen, in percent, and the number of its instant.
    this.stops = this.svg.dataset.stops.split(" ").map(Number);
    this.instants = this.svg.dataset.instants.split(" ").map(Number);
    // Before the first stop only the names of the lanes are there.
    const band = this.svg.querySelector(".band");
    this.names = band ? (100 * band.x.baseVal.value) / this.svg.viewBox.baseVal.width : 0;
    this.steps = this.stops.length;
    // What the whole run was, which a screen reader is told when it has been seen.
    this.title = `Timeline: ${figure.dataset.title}`;
    this.description = this.svg.getAttribute("aria-label");
    this.scrub.max = this.steps;
    this.show(this.steps);
  }

  show(step) {
    const seen = step === 0 ? this.names : step === this.steps ? 100 : Math.min(this.stops[step - 1], 100);
    this.svg.style.clipPath = `inset(0 ${(100 - seen).toFixed(1)}% 0 0)`;
    const after = step < 2 ? -1 : this.instants[step - 2];
    const upTo = step === 0 ? -1 : step === this.steps ? Infinity : this.instants[step - 1];
    const now = this.lines.filter((line) => {
      const instant = Number(line.dataset.instant);
      line.hidden = !(after < instant && instant <= upTo);
      return !line.hidden;
    });
    if (this.verdict) this.verdict.hidden = step < this.steps;
    this.scrub.value = step;
    this.svg.setAttribute("aria-label", step === this.steps ? this.description : this.title);
    this.said = now.map((line) => line.querySelector(".who").textContent + ": " + line.lastChild.textContent.trim());
    const time = now.length ? `${now[0].dataset.time} seconds. ` : "";
    this.scrub.setAttribute("aria-valuetext", `${step} of ${this.steps}. ${time}${this.said.join(". ")}`);
  }

  // The step whose part of the picture is at this place of the window.
  stepAt(clientX) {
    const box = this.svg.getBoundingClientRect();
    const percent = (100 * (clientX - box.left)) / box.width;
    const beyond = this.stops.findIndex((stop) => percent <= stop);
    return percent <= this.names ? 0 : beyond < 0 ? this.steps : beyond + 1;
  }
}

// What is shown all at once: an answer, or an output.
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
