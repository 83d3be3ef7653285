// The deck: which slide is shown and how much of it, and what the keys do.

// The keys that mean something, by the name under which the rest knows them.
function keyOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if (event.key === " " && event.shiftKey) return "Backspace";
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const known = [" ", "Backspace", "ArrowRight", "ArrowDown", "PageDown", "ArrowLeft", "ArrowUp", "PageUp", "Home", "End"];
  return known.concat("Escape", "p", "r", "f", "t", "h").includes(key) ? key : null;
}

// A slider has its own use for arrows, a button for Space, and text that scrolls for both: if they have the focus from
// the keyboard, and not only because somebody clicked.
function belongsToItsTarget(event) {
  const target = event.target;
  if (!(target instanceof Element) || !target.matches(":focus-visible")) return false;
  if (target.matches("button, summary, a")) return event.key === " " || event.key === "Enter";
  if (target.matches("input, #run-output, .notes-pane")) return !/^([a-z]|Escape| |Backspace)$/i.test(event.key);
  return false;
}

function goFullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.().catch(() => {});
}

function startDeck(slides, help) {
  const notice = document.getElementById("notice");
  const announcement = document.getElementById("announcement");
  const consoles = new Set(); // windows that follow us; there is one, unless it was opened by several pages
  let at = 0;
  let step = 0;
  let theme = "";
  let startedAt = history.state?.startedAt ?? null; // survives a reload
  const runner = new Runner(() => tellConsoles());

  const state = () => ({ slide: at, step, theme, startedAt, running: runner.running });
  const tellConsoles = () => consoles.forEach((other) => other.postMessage({ state: state() }, "*"));

  function show(slide, steps) {
    const before = at;
    at = Math.min(Math.max(slide, 0), slides.length - 1);
    step = Math.min(Math.max(steps, 0), slides[at].steps);
    const moved = at !== before;
    if (moved) {
      runner.close();
      startedAt ??= Date.now(); // the talk begins when one leaves its first slide
    }
    slides.forEach((slide, nth) => (slide.section.hidden = nth !== at));
    const said = slides[at].show(step);
    const where = `Slide ${at + 1} of ${slides.length}: ${slides[at].title}`;
    announcement.textContent = step === 0 || moved ? where : said.join(". ");
    document.title = `${at + 1}. ${slides[at].title}`;
    notice.hidden = true;
    history.replaceState({ startedAt }, "", `#${at + 1}${step > 0 ? `.${step}` : ""}`);
    tellConsoles();
  }

  // #12, #12.3, or the words of a title: #three-at-once
  function showWhatTheAddressSays() {
    const name = decodeURIComponent(location.hash.slice(1));
    const [, slide, steps] = /^(\d+)(?:\.(\d+))?$/.exec(name) ?? [];
    const titled = slides.findIndex((slide) => slide.section.dataset.name === name);
    if (slide) show(Number(slide) - 1, Number(steps ?? 0));
    else show(Math.max(titled, 0), 0);
  }

  const forward = () => (step < slides[at].steps ? show(at, step + 1) : at + 1 < slides.length && show(at + 1, 0));
  // Whoever comes from behind has seen it all.
  const previous = () => at > 0 && show(at - 1, slides[at - 1].steps);
  const back = () => (step > 0 ? show(at, step - 1) : previous());
  const next = () => at + 1 < slides.length && show(at + 1, 0);

  function openConsole() {
    const address = new URL(location.href);
    address.search = "?console";
    const other = window.open(address, "presenter", "width=1200,height=760");
    if (other) return consoles.add(other);
    notice.textContent = "The browser did not open the presenter console: allow this page to open windows.";
    notice.hidden = false;
  }

  function run() {
    const button = slides[at].section.querySelector("[data-run]");
    if (runner.running) runner.stop();
    else if (button) runner.start(button);
  }

  function escape() {
    if (help.open) help.close();
    else runner.close();
  }

  function changeTheme() {
    const dark = theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    theme = dark ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    tellConsoles();
  }

  const keys = {
    " ": forward,
    Backspace: back,
    ArrowRight: next,
    ArrowDown: next,
    PageDown: next,
    ArrowLeft: previous,
    ArrowUp: previous,
    PageUp: previous,
    Home: () => show(0, 0),
    End: () => show(slides.length - 1, 0),
    Escape: escape,
    p: openConsole,
    r: run,
    f: goFullScreen,
    t: changeTheme,
    h: () => (help.open ? help.close() : help.showModal()),
  };

  addEventListener("keydown", (event) => {
    const key = keyOf(event);
    if (!key || belongsToItsTarget(event)) return;
    if (help.open && key !== "h" && key !== "Escape") return;
    event.preventDefault();
    keys[key]();
  });
  addEventListener("hashchange", showWhatTheAddressSays);
  addEventListener("message", (event) => {
    const { source, data } = event;
    // Only a window that we opened may drive us, whichever page it was that opened it: this one, or one before a reload.
    if (!consoles.has(source)) {
      if (!data.hello || source?.opener !== window) return;
      consoles.add(source);
    }
    if (data.press in keys) keys[data.press]();
    if (Number.isInteger(data.step)) show(at, data.step);
    if (data.restart) {
      startedAt = Date.now();
      show(at, step);
    }
    source.postMessage({ state: state() }, "*");
  });

  for (const button of document.querySelectorAll("#controls button")) {
    button.addEventListener("click", () => keys[button.dataset.press]());
  }
  for (const button of document.querySelectorAll("[data-run]")) {
    button.addEventListener("click", () => runner.start(button));
  }
  slides.forEach((slide) => makeScrubbable(slide, (step) => show(at, step)));
  followFingers(document.getElementById("stage"), { next, previous, forward });
  showWhatTheAddressSays();
}

// A swipe goes to the next slide or back, a tap plays. What can be dragged or pressed itself is left alone.
function followFingers(stage, { next, previous, forward }) {
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
    else if (Math.abs(x) < 10 && Math.abs(y) < 10) forward();
  });
}

document.documentElement.classList.add("played");
const slides = [...document.querySelectorAll("#stage > .slide")].map((section) => new Slide(section));
const help = document.getElementById("help");
if (location.search === "?console") startConsole(slides, help);
else startDeck(slides, help);
