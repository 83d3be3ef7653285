// The deck: which slide is shown and how much of it, and what the actions do. The other scripts
// come before this one, which chooses the slides at its end and starts the deck, or its presenter
// console.

// The talk that is given, from the address: the long one, the short one, or all slides there are.
const parameters = new URLSearchParams(location.search);
const cut = ["short", "all"].find((cut) => parameters.has(cut)) ?? "long";

function startDeck(slides, dialogs) {
  const byId = (id) => document.getElementById(id);
  const notice = byId("notice");
  const announcement = byId("announcement");
  const black = byId("black");
  const progress = byId("progress");
  // Windows that follow us: usually one, more if several pages have each opened one.
  const consoles = new Set();
  let at = 0;
  let step = 0;
  // What survives a reload, which is how a speaker shows an example that was edited: when the talk
  // began, and when its clock was paused; light or dark, if T has chosen; and whether Page Down
  // plays, as a presenter's remote wants it.
  let {
    startedAt = null,
    pausedAt = null,
    theme = "",
    remote = parameters.has("remote"),
  } = history.state ?? {};
  if (theme) document.documentElement.dataset.theme = theme;
  const runner = new Runner(() => tellConsoles());

  const state = () => ({
    slide: at,
    step,
    theme,
    startedAt,
    pausedAt,
    remote,
    black: !black.hidden,
    running: runner.running,
  });
  // To any origin, since a page from a file has none. What is sent is no secret: where the talk is.
  const tellConsoles = () =>
    consoles.forEach((other) => other.postMessage({ state: state() }, "*"));
  const tell = (text) => {
    notice.textContent = text;
    notice.hidden = text === "";
  };

  // Shows slide number `nth`, counted from 0, after `steps` of its steps. A slide that is left
  // stays in the history, so that the browser's Back leads to it; a step does not. Without `record`
  // no slide does: where Back itself has led here.
  function show(nth, steps, record = true) {
    const before = at;
    at = Math.min(Math.max(nth, 0), slides.length - 1);
    step = Math.min(Math.max(steps, 0), slides[at].steps);
    const moved = at !== before;
    if (moved) {
      runner.close();
      startedAt ??= Date.now(); // the talk begins when its first slide is left
    }
    black.hidden = true;
    slides.forEach((slide, other) => (slide.section.hidden = other !== at));
    const said = slides[at].show(step);
    const where = `Slide ${at + 1} of ${slides.length}: ${slides[at].title}`;
    announcement.textContent = step === 0 || moved ? where : said.join(". ");
    document.title = `${at + 1}. ${slides[at].title}`;
    progress.style.width = `${(100 * (at + 1)) / slides.length}%`;
    tell("");
    keepAddress(moved && record);
    tellConsoles();
  }

  // A browser allows a limited number of changes of its history within some seconds, and a held key
  // makes more. It drops the others, or throws an error. So the address is written again later.
  let later = null;
  function keepAddress(anew) {
    const address = `#${at + 1}${step > 0 ? `.${step}` : ""}`;
    const kept = { startedAt, pausedAt, theme, remote };
    clearTimeout(later);
    // While a timeline is dragged, most movements change nothing.
    if (
      !anew &&
      location.hash === address &&
      JSON.stringify(history.state) === JSON.stringify(kept)
    )
      return;
    try {
      if (anew) history.pushState(kept, "", address);
      else history.replaceState(kept, "", address);
    } catch (error) {
      if (error.name !== "SecurityError") throw error;
    }
    if (location.hash !== address) later = setTimeout(() => keepAddress(anew), 1000);
  }

  // #12, #12.3, or the words of a title: #three-at-once
  function showWhatTheAddressSays() {
    const name = wordsOf(location.hash.slice(1));
    const [, number, steps] = /^(\d+)(?:\.(\d+))?$/.exec(name) ?? [];
    const titled = slides.findIndex((slide) => slide.section.dataset.name === name);
    if (number) show(Number(number) - 1, Number(steps ?? 0), false);
    else show(Math.max(titled, 0), 0, false);
  }

  // An address may have been typed, and badly.
  function wordsOf(hash) {
    try {
      return decodeURIComponent(hash);
    } catch {
      return hash;
    }
  }

  // What lies above the slide is put away first, so that no step is taken unseen.
  function uncover() {
    const covered = runner.open || !black.hidden;
    runner.close();
    black.hidden = true;
    if (covered) tellConsoles();
    return covered;
  }

  const play = () => {
    if (step < slides[at].steps) show(at, step + 1);
    else if (at + 1 < slides.length) show(at + 1, 0);
  };
  // If you go backwards, you have seen all of the slide before.
  const previous = () => at > 0 && show(at - 1, slides[at - 1].steps);
  const back = () => {
    if (step > 0) show(at, step - 1);
    else previous();
  };
  const next = () => at + 1 < slides.length && show(at + 1, 0);
  const follow = () => {
    const cause = slides[at].causeOf(step);
    if (cause === null) tell("No other lane is seen here to have woken the one that ran.");
    else show(at, cause);
  };

  function openConsole() {
    const address = new URL(location.href);
    address.search = cut === "long" ? "?console" : `?console&${cut}`;
    const other = window.open(address, "presenter", "width=1200,height=760");
    if (other) consoles.add(other);
    else tell("The browser did not open the presenter console: allow this page to open windows.");
  }

  // R and the button do the same.
  function run() {
    const button = slides[at].section.querySelector("[data-run]");
    if (runner.running) runner.stop();
    else if (button) runner.start(button);
    else tell("This slide has no example to run.");
  }

  function changeTheme() {
    const dark = theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    theme = dark ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    keepAddress(false);
    tellConsoles();
  }

  function pauseClock() {
    if (startedAt === null) return;
    if (pausedAt === null) pausedAt = Date.now();
    else {
      startedAt += Date.now() - pausedAt;
      pausedAt = null;
    }
    keepAddress(false);
  }

  function restartClock() {
    startedAt = Date.now();
    pausedAt = null;
    keepAddress(false);
  }

  const moves = {
    play,
    back,
    next,
    previous,
    follow,
    pageDown: () => (remote ? play() : next()),
    pageUp: () => (remote ? back() : previous()),
    first: () => show(0, 0),
    last: () => show(slides.length - 1, 0),
    go: (number) => show(number - 1, 0),
  };
  const actions = {
    ...moves,
    close: uncover,
    console: openConsole,
    run,
    overview: () => openOverview(dialogs.overview, at),
    black: () => {
      black.hidden = !black.hidden;
      tellConsoles();
    },
    fullScreen: goFullScreen,
    theme: changeTheme,
    help: () => openHelp(dialogs.help),
    step: (steps) => show(at, steps),
    remote: (wanted) => {
      remote = wanted;
      keepAddress(false);
    },
    pauseClock,
    restartClock,
  };

  // What a key or a button does, here or in a console. On a black screen each key only shows the
  // slide again, but for the clock and the switch of a console, which are not on the screen. Below
  // an output no slide is left unseen.
  const keyed = new Set([...Object.values(ACTIONS), "go"]);
  function act(name, argument) {
    const lightsOnly = !black.hidden && keyed.has(name) && name !== "black";
    const closesOnly = runner.open && Object.hasOwn(moves, name);
    if (lightsOnly || closesOnly) uncover();
    else actions[name](argument);
  }

  listenToKeys({
    dialogs,
    act,
    typed: (digits) => {
      if (!black.hidden) uncover();
      tell(digits && `Slide ${digits} …, Enter`);
    },
    other: () => !black.hidden && uncover(),
  });
  black.addEventListener("click", uncover); // a finger has no keys
  followLinks(dialogs.overview, actions.go);
  addEventListener("hashchange", showWhatTheAddressSays);
  addEventListener("message", (event) => {
    const { source, data } = event;
    // Only a window that this tab has opened may drive us: it was opened by this page, or by the
    // one before a reload.
    if (!consoles.has(source)) {
      if (!data?.hello || source?.opener !== window) return;
      consoles.add(source);
    }
    if (Object.hasOwn(actions, data.act)) act(data.act, data.argument);
    source.postMessage({ state: state() }, "*");
  });

  for (const button of document.querySelectorAll("#controls button")) {
    button.addEventListener("click", () => {
      const open = dialogs[button.dataset.act]?.open;
      if (!open) act(button.dataset.act);
    });
  }
  for (const button of document.querySelectorAll("[data-run]"))
    button.addEventListener("click", run);
  slides.forEach((slide) => makeScrubbable(slide, (step) => show(at, step)));
  followFingers(byId("stage"), { next, previous, play });
  // Paper shows all of it, whatever is on the screen.
  addEventListener("beforeprint", () => slides.forEach((slide) => slide.show(slide.steps)));
  addEventListener("afterprint", () => show(at, step, false));
  showWhatTheAddressSays();
  if ("site" in document.documentElement.dataset && at === 0)
    tell("Space or a tap goes on, O lists the slides, H the keys.");
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
if (parameters.has("console")) startConsole(slides, dialogs);
else startDeck(slides, dialogs);
