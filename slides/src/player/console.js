// The presenter console: a window that shows what the deck shows, what comes next, the notes and
// the time. It sends its keys to the deck, which opened it, and shows what the deck says of itself.
class Console {
  constructor(slides, dialogs) {
    this.slides = slides;
    this.dialogs = dialogs;
    this.deck = window.opener;
    this.shown = null; // what the deck said last
    this.copy = null; // of the current slide
    document.title = "Presenter console";
    for (const id of ["controls", "run-panel", "stage", "progress", "black", "pointer"]) {
      document.getElementById(id).remove();
    }
    this.lay();
    this.listen();
    this.greet();
    this.tick();
  }

  // The page: the slide, what comes next, the notes, the time and the buttons.
  lay() {
    const heading = make("h1", { class: "only-heard" }, "Presenter console");
    this.now = pane("stage pane now", "Current slide");
    this.next = pane("stage pane next", "Next step");
    // A name needs a role.
    for (const stage of [this.now, this.next]) stage.setAttribute("role", "group");
    this.notes = pane("notes-pane", "Notes", "section");
    this.notes.tabIndex = 0;
    this.clocks = pane("clocks", "Time", "section");
    this.elapsed = make("p", { class: "elapsed" });
    this.planned = make("p", { class: "planned" });
    this.place = make("p", { class: "place" });
    this.state = make("p", { class: "state", role: "status" });
    this.clocks.append(this.elapsed, this.planned, this.place, this.state, this.buttons());
    this.clocks.append(this.remoteSwitch());
    this.main = make("main", { class: "console" });
    this.main.append(heading, this.now, this.next, this.notes, this.clocks);
    document.body.prepend(this.main);
  }

  buttons() {
    this.pause = button("Pause the clock", () => this.ask("pauseClock"));
    const buttons = make("p", { class: "buttons" });
    buttons.append(
      button("‹ Previous", () => this.ask("previous")),
      button("Play ▸", () => this.ask("play")),
      button("Next ›", () => this.ask("next")),
      this.pause,
      button("Restart the clock", () => this.ask("restartClock")),
    );
    return buttons;
  }

  // A remote sends Page Down and Page Up, and nothing else.
  remoteSwitch() {
    this.remote = make("input", { type: "checkbox", id: "remote" });
    this.remote.addEventListener("change", () => this.ask("remote", this.remote.checked));
    const label = make("label");
    label.append(this.remote, " Page Down plays (for a presenter's remote)");
    return label;
  }

  listen() {
    addEventListener("message", (event) => {
      if (event.source === this.deck && event.data.state) this.show(event.data.state);
    });
    // What belongs to this window; the deck does the rest.
    const ours = {
      help: () => openHelp(this.dialogs.help),
      overview: () => openOverview(this.dialogs.overview, this.shown?.slide ?? 0),
      fullScreen: goFullScreen,
      console: () => {}, // it is open
    };
    listenToKeys({
      dialogs: this.dialogs,
      act: (name, argument) =>
        Object.hasOwn(ours, name) ? ours[name]() : this.ask(name, argument),
      typed: (digits) => (this.state.textContent = digits && `Slide ${digits} …, Enter`),
    });
    followLinks(this.dialogs.overview, (number) => this.ask("go", number));
    setInterval(() => {
      this.greet();
      this.tick();
    }, 500);
  }

  ask(act, argument) {
    this.deck?.postMessage({ act, argument }, "*");
  }

  // A deck that was loaded anew does not know of us, so we tell it again and again.
  greet() {
    this.deck?.postMessage({ hello: true }, "*");
  }

  // What the deck says of itself.
  show(said) {
    const moved = this.shown?.slide !== said.slide;
    this.shown = said;
    document.documentElement.dataset.theme = said.theme;
    const slide = this.slides[said.slide];
    if (moved) this.showSlide(slide, said);
    this.copy.show(said.step);
    this.showNext(slide, said);
    this.remote.checked = said.remote;
    const steps = slide.steps ? `, step ${said.step} of ${slide.steps}` : "";
    this.place.textContent = `slide ${said.slide + 1} of ${this.slides.length}${steps}`;
    this.state.textContent = "";
    if (said.running) this.state.textContent = "The example is running: R stops it.";
    else if (said.black) this.state.textContent = "The deck is black: B shows it.";
    this.tick();
  }

  showSlide(slide, said) {
    this.copy = slide.copy();
    this.copy.show(said.step); // before it is in the page: nothing may be seen too soon
    makeScrubbable(this.copy, (step) => this.ask("step", step));
    this.now.replaceChildren(this.copy.section);
    const notes = slide.section.querySelector(".notes").cloneNode(true);
    this.notes.replaceChildren(...notes.childNodes);
    this.notes.scrollTop = 0;
    for (const run of this.main.querySelectorAll(".pane button")) {
      run.addEventListener("click", () => this.ask("run"));
    }
  }

  // What the next press of Space shows: more of this slide, or the next one.
  showNext(slide, said) {
    const more = said.step < slide.steps;
    const following = more ? slide : this.slides[said.slide + 1];
    this.next.replaceChildren();
    if (!following) return;
    const preview = following.copy();
    preview.show(more ? said.step + 1 : 0);
    // It is there to be looked at: its slider and its button would take the focus, unseen.
    preview.section.inert = true;
    preview.section.setAttribute("aria-label", `Next: ${following.title}`);
    this.next.append(preview.section);
  }

  // The time since the talk began, and what the plan says of this slide.
  tick() {
    const { deck, shown } = this;
    if (!deck) this.state.textContent = "This window is opened by the deck: press P there.";
    else if (deck.closed) this.state.textContent = "The deck has been closed.";
    if (!shown || deck.closed) return;
    const begin = secondsOf(this.slides.slice(0, shown.slide));
    const end = begin + secondsOf([this.slides[shown.slide]]);
    const until = shown.pausedAt ?? Date.now();
    const seconds = shown.startedAt ? (until - shown.startedAt) / 1000 : 0;
    this.pause.textContent = shown.pausedAt === null ? "Pause the clock" : "Go on with the clock";
    this.elapsed.textContent = inMinutes(seconds);
    let word = ", on time";
    if (seconds > end) word = `, ${inMinutes(seconds - end)} behind`;
    else if (seconds < begin) word = `, ${inMinutes(begin - seconds)} ahead`;
    const total = inMinutes(secondsOf(this.slides));
    const planned = `planned ${inMinutes(begin)} to ${inMinutes(end)} of ${total}`;
    this.planned.textContent = planned + word;
    this.planned.classList.toggle("late", seconds > end);
  }
}

// A part of the page that a screen reader can name.
function pane(className, label, tag = "div") {
  return make(tag, { class: className, "aria-label": label });
}

function button(text, act) {
  const element = make("button", { type: "button" }, text);
  element.addEventListener("click", act);
  return element;
}

// How long some slides take, as planned.
function secondsOf(slides) {
  return slides.reduce((sum, { section }) => sum + Number(section.dataset.seconds), 0);
}

function inMinutes(seconds) {
  const whole = Math.floor(Math.abs(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
