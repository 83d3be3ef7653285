// The deck: which slide is shown and how much of it, and what the actions do. The other scripts
// come before this one, which chooses the slides at its end and starts the deck, or its presenter
// console.

// The talk that is given, from the address: the long one, the short one, or all slides there are.
const parameters = new URLSearchParams(location.search);
const cut = ["short", "all"].find((cut) => parameters.has(cut)) ?? "long";

class Deck {
  constructor(slides, dialogs) {
    this.slides = slides;
    this.dialogs = dialogs;
    this.at = 0; // the slide that is shown, and how many of its steps
    this.step = 0;
    const byId = (id) => document.getElementById(id);
    this.notice = byId("notice");
    this.announcement = byId("announcement");
    this.black = byId("black");
    this.progress = byId("progress");
    this.stage = byId("stage");
    // Windows that follow us: usually one, more if several pages have each opened one.
    this.consoles = new Set();
    this.runner = new Runner(() => this.tellConsoles());
    this.pointer = new Pointer(byId("pointer"), this.stage);
    this.later = null; // when the address is written again
    this.takeWhatWasKept();
    this.nameActions();
    this.listen();
    this.showWhatTheAddressSays();
    if ("site" in document.documentElement.dataset && this.at === 0) {
      this.tell("Space or a tap goes on, O lists the slides, H the keys.");
    }
  }

  // What survives a reload, which is how a speaker shows an example that was edited: when the talk
  // began, and when its clock was paused; light or dark, if T has chosen; and whether Page Down
  // plays, as a presenter's remote wants it.
  takeWhatWasKept() {
    const kept = history.state ?? {};
    this.startedAt = kept.startedAt ?? null;
    this.pausedAt = kept.pausedAt ?? null;
    this.theme = kept.theme ?? "";
    this.remote = kept.remote ?? parameters.has("remote");
    if (this.theme) document.documentElement.dataset.theme = this.theme;
  }

  // What an action does. The keys have their names from the same table for the deck and its
  // console.
  nameActions() {
    this.moves = {
      play: () => this.play(),
      back: () => this.back(),
      next: () => this.next(),
      previous: () => this.previous(),
      follow: () => this.follow(),
      pageDown: () => (this.remote ? this.play() : this.next()),
      pageUp: () => (this.remote ? this.back() : this.previous()),
      first: () => this.show(0, 0),
      last: () => this.show(this.slides.length - 1, 0),
      go: (number) => this.show(number - 1, 0),
    };
    this.actions = {
      ...this.moves,
      close: () => this.uncover(),
      console: () => this.openConsole(),
      run: () => this.run(),
      overview: () => openOverview(this.dialogs.overview, this.at),
      black: () => this.changeBlack(),
      pointer: () => this.pointer.change(),
      zoom: () => this.pointer.zoom(),
      fullScreen: goFullScreen,
      theme: () => this.changeTheme(),
      help: () => openHelp(this.dialogs.help),
      step: (steps) => this.show(this.at, steps),
      remote: (wanted) => this.changeRemote(wanted),
      pauseClock: () => this.pauseClock(),
      restartClock: () => this.restartClock(),
    };
    this.keyed = new Set([...Object.values(ACTIONS), "go"]);
  }

  // Keys, buttons, fingers, the address, the windows of consoles, paper.
  listen() {
    listenToKeys({
      dialogs: this.dialogs,
      act: (name, argument) => this.act(name, argument),
      typed: (digits) => this.typed(digits),
      other: () => !this.black.hidden && this.uncover(),
    });
    this.black.addEventListener("click", () => this.uncover()); // a finger has no keys
    followLinks(this.dialogs.overview, this.actions.go);
    followFingers(this.stage, this.moves);
    this.listenToButtons();
    addEventListener("hashchange", () => this.showWhatTheAddressSays());
    addEventListener("message", (event) => this.answer(event));
    // Paper shows all of it, whatever is on the screen.
    addEventListener("beforeprint", () => this.slides.forEach((slide) => slide.show(slide.steps)));
    addEventListener("afterprint", () => this.show(this.at, this.step, false));
  }

  listenToButtons() {
    for (const button of document.querySelectorAll("#controls button")) {
      button.addEventListener("click", () => {
        const open = this.dialogs[button.dataset.act]?.open;
        if (!open) this.act(button.dataset.act);
      });
    }
    for (const button of document.querySelectorAll("[data-run]")) {
      button.addEventListener("click", () => this.run());
    }
    for (const slide of this.slides) makeScrubbable(slide, (step) => this.show(this.at, step));
  }

  // What a key or a button does, here or in a console. On a black screen each key only shows the
  // slide again, but for the clock and the switch of a console, which are not on the screen. Below
  // an output no slide is left unseen.
  act(name, argument) {
    const lightsOnly = !this.black.hidden && this.keyed.has(name) && name !== "black";
    const closesOnly = this.runner.open && Object.hasOwn(this.moves, name);
    if (lightsOnly || closesOnly) this.uncover();
    else this.actions[name](argument);
  }

  // The digits of a number so far: Enter goes to the slide.
  typed(digits) {
    if (!this.black.hidden) this.uncover();
    this.tell(digits && `Slide ${digits} …, Enter`);
  }

  tell(text) {
    this.notice.textContent = text;
    this.notice.hidden = text === "";
  }

  // Shows slide number `nth`, counted from 0, after `steps` of its steps. A slide that is left
  // stays in the history, so that the browser's Back leads to it; a step does not. Without `record`
  // no slide does: where Back itself has led here.
  show(nth, steps, record = true) {
    const before = this.at;
    this.at = Math.min(Math.max(nth, 0), this.slides.length - 1);
    const slide = this.slides[this.at];
    this.step = Math.min(Math.max(steps, 0), slide.steps);
    const moved = this.at !== before;
    if (moved) {
      this.runner.close();
      this.pointer.showAll();
      this.startedAt ??= Date.now(); // the talk begins when its first slide is left
    }
    this.black.hidden = true;
    this.slides.forEach((other, nth) => (other.section.hidden = nth !== this.at));
    const said = slide.show(this.step);
    const where = `Slide ${this.at + 1} of ${this.slides.length}: ${slide.title}`;
    this.announcement.textContent = this.step === 0 || moved ? where : said.join(". ");
    document.title = `${this.at + 1}. ${slide.title}`;
    this.progress.style.width = `${(100 * (this.at + 1)) / this.slides.length}%`;
    this.tell("");
    this.keepAddress(moved && record);
    this.tellConsoles();
  }

  // A browser allows a limited number of changes of its history within some seconds, and a held key
  // makes more. It drops the others, or throws an error. So the address is written again later.
  keepAddress(anew) {
    const address = `#${this.at + 1}${this.step > 0 ? `.${this.step}` : ""}`;
    const { startedAt, pausedAt, theme, remote } = this;
    const kept = { startedAt, pausedAt, theme, remote };
    clearTimeout(this.later);
    const isKept = JSON.stringify(history.state) === JSON.stringify(kept);
    // While a timeline is dragged, most movements change nothing.
    if (!anew && location.hash === address && isKept) return;
    try {
      if (anew) history.pushState(kept, "", address);
      else history.replaceState(kept, "", address);
    } catch (error) {
      if (error.name !== "SecurityError") throw error;
    }
    if (location.hash !== address) this.later = setTimeout(() => this.keepAddress(anew), 1000);
  }

  // #12, #12.3, or the words of a title: #three-at-once
  showWhatTheAddressSays() {
    const name = wordsOf(location.hash.slice(1));
    const [, number, steps] = /^(\d+)(?:\.(\d+))?$/.exec(name) ?? [];
    const titled = this.slides.findIndex((slide) => slide.section.dataset.name === name);
    if (number) this.show(Number(number) - 1, Number(steps ?? 0), false);
    else this.show(Math.max(titled, 0), 0, false);
  }

  play() {
    if (this.step < this.slides[this.at].steps) this.show(this.at, this.step + 1);
    else this.next();
  }

  back() {
    if (this.step > 0) this.show(this.at, this.step - 1);
    else this.previous();
  }

  next() {
    if (this.at + 1 < this.slides.length) this.show(this.at + 1, 0);
  }

  // If you go backwards, you have seen all of the slide before.
  previous() {
    if (this.at > 0) this.show(this.at - 1, this.slides[this.at - 1].steps);
  }

  follow() {
    const cause = this.slides[this.at].causeOf(this.step);
    if (cause === null) this.tell("No other lane is seen here to have woken the one that ran.");
    else this.show(this.at, cause);
  }

  // What lies above the slide is put away first, so that no step is taken unseen.
  uncover() {
    const covered = this.runner.open || !this.black.hidden;
    this.runner.close();
    this.black.hidden = true;
    if (covered) this.tellConsoles();
    return covered;
  }

  changeBlack() {
    this.black.hidden = !this.black.hidden;
    this.tellConsoles();
  }

  // R and the button do the same.
  run() {
    const button = this.slides[this.at].section.querySelector("[data-run]");
    if (this.runner.running) this.runner.stop();
    else if (button) this.runner.start(button);
    else this.tell("This slide has no example to run.");
  }

  changeTheme() {
    const { theme } = this;
    const dark = theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    this.theme = dark ? "light" : "dark";
    document.documentElement.dataset.theme = this.theme;
    this.keepAddress(false);
    this.tellConsoles();
  }

  changeRemote(wanted) {
    this.remote = wanted;
    this.keepAddress(false);
  }

  pauseClock() {
    if (this.startedAt === null) return;
    if (this.pausedAt === null) this.pausedAt = Date.now();
    else {
      this.startedAt += Date.now() - this.pausedAt;
      this.pausedAt = null;
    }
    this.keepAddress(false);
  }

  restartClock() {
    this.startedAt = Date.now();
    this.pausedAt = null;
    this.keepAddress(false);
  }

  openConsole() {
    const address = new URL(location.href);
    address.search = cut === "long" ? "?console" : `?console&${cut}`;
    const other = window.open(address, "presenter", "width=1200,height=760");
    if (other) this.consoles.add(other);
    else {
      this.tell("The browser did not open the presenter console: allow this page to open windows.");
    }
  }

  // What a console shows.
  state() {
    const { at, step, theme, startedAt, pausedAt, remote, black, runner } = this;
    const { running } = runner;
    return { slide: at, step, theme, startedAt, pausedAt, remote, black: !black.hidden, running };
  }

  // To any origin, since a page from a file has none. What is sent is no secret: where the talk is.
  tellConsoles() {
    for (const other of this.consoles) other.postMessage({ state: this.state() }, "*");
  }

  // Does what a console asks for. Only a window that this tab has opened may drive us: it was
  // opened by this page, or by the one before a reload.
  answer({ source, data }) {
    if (!this.consoles.has(source)) {
      if (!data?.hello || source?.opener !== window) return;
      this.consoles.add(source);
    }
    if (Object.hasOwn(this.actions, data.act)) this.act(data.act, data.argument);
    source.postMessage({ state: this.state() }, "*");
  }
}

// An address may have been typed, and badly.
function wordsOf(hash) {
  try {
    return decodeURIComponent(hash);
  } catch {
    return hash;
  }
}

// A swipe goes to the next slide or back, a tap plays. What can be dragged or pressed itself is
// left alone.
function followFingers(stage, { next, previous, play }) {
  let begun = null;
  stage.addEventListener("pointerdown", (event) => {
    const taken = event.target.closest("button, input, a, .picture");
    begun = event.pointerType === "touch" && event.isPrimary && !taken ? event : null;
  });
  stage.addEventListener("pointercancel", () => (begun = null));
  stage.addEventListener("pointerup", (event) => {
    if (!begun) return;
    const [x, y] = [event.clientX - begun.clientX, event.clientY - begun.clientY];
    begun = null;
    if (Math.abs(x) > 50 && Math.abs(x) > 2 * Math.abs(y)) x < 0 ? next() : previous();
    else if (Math.abs(x) < 10 && Math.abs(y) < 10) play();
  });
}

document.documentElement.classList.add("played");

// Takes away the slides that are not in this talk, and counts those that are left.
function chooseSlides() {
  const leftOut = { long: ["spare"], short: ["spare", "long"], all: [] }[cut];
  const sections = [...document.querySelectorAll("#stage > .slide")];
  const left = sections.filter((section) => !leftOut.includes(section.dataset.cut));
  for (const section of sections) {
    const entry = document.querySelector(
      `#overview [data-slide="${section.id.replace("slide-", "")}"]`,
    );
    const number = left.indexOf(section) + 1;
    if (number === 0) {
      section.remove();
      entry?.remove();
      continue;
    }
    section.querySelector(".number").textContent = `${number} / ${left.length}`;
    if (!entry) continue;
    entry.querySelector("a").hash = `#${number}`;
    entry.querySelector(".nth").textContent = number;
  }
  return left.map((section) => new Slide(section));
}

const slides = chooseSlides();
const dialogs = {
  help: document.getElementById("help"),
  overview: document.getElementById("overview"),
};
if (parameters.has("console")) new Console(slides, dialogs);
else new Deck(slides, dialogs);
