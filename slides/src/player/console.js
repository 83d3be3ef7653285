// The presenter console: a window that shows what the deck shows, what comes next, the notes and the time. It sends its
// keys to the deck, which opened it, and shows what the deck says of itself.
function startConsole(slides, help) {
  const deck = window.opener;
  document.title = "Presenter console";
  document.getElementById("controls").remove();
  document.getElementById("run-panel").remove();
  document.getElementById("stage").remove();

  const make = (tag, className, label) => {
    const element = document.createElement(tag);
    element.className = className;
    if (label) element.setAttribute("aria-label", label);
    return element;
  };
  const button = (text, act) => {
    const element = make("button", "");
    element.type = "button";
    element.textContent = text;
    element.addEventListener("click", act);
    return element;
  };
  const main = make("main", "console");
  const now = make("div", "stage pane now", "Current slide");
  const next = make("div", "stage pane next", "Next slide");
  const notes = make("section", "notes-pane", "Notes");
  const clocks = make("section", "clocks", "Time");
  const elapsed = make("p", "elapsed");
  const planned = make("p", "planned");
  const place = make("p", "place");
  const state = make("p", "state");
  state.setAttribute("role", "status");
  const press = (key) => deck?.postMessage({ press: key }, "*");
  const buttons = make("p", "buttons");
  buttons.append(
    button("‹ Previous", () => press("ArrowLeft")),
    button("Play ▸", () => press(" ")),
    button("Next ›", () => press("ArrowRight")),
    button("Restart the clock", () => deck?.postMessage({ restart: true }, "*")),
  );
  notes.tabIndex = 0;
  clocks.append(elapsed, planned, place, state, buttons);
  main.append(now, next, notes, clocks);
  document.body.prepend(main);

  let shown = null; // what the deck said last
  let copy = null; // of the current slide
  const total = slides.reduce((sum, slide) => sum + Number(slide.section.dataset.seconds), 0);
  const inMinutes = (seconds) => {
    const whole = Math.floor(Math.abs(seconds));
    return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  };

  const tick = () => {
    if (!deck || deck.closed) {
      state.textContent = deck ? "The deck has been closed." : "This window is opened by the deck: press P there.";
      return;
    }
    if (!shown) return;
    const { dataset } = slides[shown.slide].section;
    const begin = Number(dataset.planned);
    const seconds = shown.startedAt ? (Date.now() - shown.startedAt) / 1000 : 0;
    elapsed.textContent = inMinutes(seconds);
    const late = seconds - begin - Number(dataset.seconds);
    const early = begin - seconds;
    const word = late > 0 ? `, ${inMinutes(late)} behind` : early > 0 ? `, ${inMinutes(early)} ahead` : "";
    planned.textContent = `planned ${inMinutes(begin)} to ${inMinutes(begin + Number(dataset.seconds))} of ${inMinutes(total)}${word}`;
    planned.classList.toggle("late", late > 0);
  };

  const show = (said) => {
    const moved = shown?.slide !== said.slide;
    shown = said;
    document.documentElement.dataset.theme = said.theme;
    const slide = slides[said.slide];
    if (moved) {
      copy = slide.copy();
      copy.show(said.step); // before it is in the page: nothing of the timeline may be seen too soon
      makeScrubbable(copy, (step) => deck?.postMessage({ step }, "*"));
      now.replaceChildren(copy.section);
      next.replaceChildren(...slides.slice(said.slide + 1, said.slide + 2).map((slide) => slide.copy().section));
      notes.replaceChildren(...slide.section.querySelector(".notes").cloneNode(true).childNodes);
      notes.scrollTop = 0;
      for (const run of main.querySelectorAll(".pane button")) run.addEventListener("click", () => press("r"));
    }
    copy.show(said.step);
    const steps = slide.steps ? `, step ${said.step} of ${slide.steps}` : "";
    place.textContent = `slide ${said.slide + 1} of ${slides.length}${steps}`;
    state.textContent = said.running ? "The example is running: R stops it." : "";
    tick();
  };

  addEventListener("message", (event) => {
    if (event.source === deck && event.data.state) show(event.data.state);
  });
  addEventListener("keydown", (event) => {
    const key = keyOf(event);
    if (!key || belongsToItsTarget(event)) return;
    event.preventDefault();
    if (key === "h") help.open ? help.close() : help.showModal();
    else if (help.open) return;
    else if (key === "f") goFullScreen();
    else if (key !== "p") press(key);
  });
  // A deck that was loaded anew does not know of us, so we tell it again and again.
  const greet = () => deck?.postMessage({ hello: true }, "*");
  setInterval(() => {
    greet();
    tick();
  }, 500);
  greet();
  tick();
}
