// A slide, and the steps in which it is shown: those of its timeline, its output, its answer.
class Slide {
  constructor(section) {
    this.section = section;
    this.title = section.querySelector("h1, h2").textContent;
    const kinds = { timeline: Timeline, picture: Picture, output: Part, answer: Part };
    this.parts = [...section.querySelectorAll("[data-reveal]")].map(
      (element) => new kinds[element.dataset.reveal](element, section),
    );
    this.asks = section.querySelector(".question") !== null;
    // An answer stands where its question is, and comes last.
    const last = (part) => Number(part.element?.dataset.reveal === "answer");
    this.parts.sort((one, other) => last(one) - last(other));
    this.steps = this.parts.reduce((sum, part) => sum + part.steps, 0);
  }

  // Shows the first `step` steps. Returns what the last of them says, for a screen reader.
  show(step) {
    let left = step;
    let said = [];
    for (const part of this.parts) {
      const shown = Math.min(left, part.steps);
      part.show(shown);
      left -= shown;
      if (shown > 0) said = part.said;
    }
    // A slide without steps leaves its question to the next one.
    this.section.classList.toggle("asking", this.asks && (step < this.steps || this.steps === 0));
    return said;
  }

  // How many steps of the slide are shown when its timeline shows `step` of its own.
  stepOf(timeline, step) {
    const before = this.parts.slice(0, this.parts.indexOf(timeline));
    return before.reduce((sum, part) => sum + part.steps, 0) + step;
  }

  // The step that shows the poll whose wake led to the poll of `step`; null if no other poll did.
  causeOf(step) {
    for (const part of this.parts) {
      if (!(part instanceof Timeline)) continue;
      const before = this.stepOf(part, 0);
      if (step < before) continue;
      const cause = part.causeOf(Math.min(step - before, part.steps));
      return cause === null ? null : before + cause;
    }
    return null;
  }

  // A copy, for the console: it shows the same slide in another step.
  copy() {
    const section = this.section.cloneNode(true);
    section.hidden = false;
    section.removeAttribute("id");
    section.querySelectorAll("[id]").forEach((element) => element.removeAttribute("id"));
    section.removeAttribute("aria-labelledby");
    section.setAttribute("aria-label", this.title);
    return new Slide(section);
  }
}

// Dragging across a timeline, or moving its slider, shows so much of it.
function makeScrubbable(slide, go) {
  for (const timeline of slide.parts.filter((part) => part instanceof Timeline)) {
    const picture = timeline.svg.parentElement;
    const follow = (event) => go(slide.stepOf(timeline, timeline.stepAt(event.clientX)));
    picture.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      picture.setPointerCapture(event.pointerId);
      follow(event);
    });
    picture.addEventListener("pointermove", (event) => {
      if (picture.hasPointerCapture(event.pointerId)) follow(event);
    });
    timeline.scrub.addEventListener("input", () =>
      go(slide.stepOf(timeline, Number(timeline.scrub.value))),
    );
    // After dragging, the arrow keys belong to the slides again.
    timeline.scrub.addEventListener("pointerup", () => timeline.scrub.blur());
  }
}
