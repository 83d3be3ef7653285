// What points at a slide, for a room that cannot see the speaker's hand: a red dot where the mouse
// is, and the slide twice as large around that place.
class Pointer {
  constructor(dot, stage) {
    this.dot = dot;
    this.stage = stage;
    this.x = innerWidth / 2; // until the mouse is moved
    this.y = innerHeight / 2;
    addEventListener("pointermove", (event) => {
      this.x = event.clientX;
      this.y = event.clientY;
      this.place();
    });
  }

  place() {
    this.dot.style.translate = `${this.x}px ${this.y}px`;
  }

  // Shows the dot, or hides it.
  change() {
    this.place();
    this.dot.hidden = !this.dot.hidden;
  }

  // Enlarges the slide, or shows all of it again.
  zoom() {
    const isLarge = this.stage.classList.toggle("large");
    if (isLarge) this.stage.style.transformOrigin = `${this.x}px ${this.y}px`;
  }

  showAll() {
    this.stage.classList.remove("large");
  }
}
