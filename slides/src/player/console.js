// The presenter console: a window that shows what the deck shows, what comes next, the notes and
// the time. It sends its keys to the deck, which opened it, and shows what the deck says of itself.
function startConsole(slides, dialogs) {
  const deck = window.opener;
  document.title = "Presenter console";
  for (const id of ["controls", "run-panel", "stage", "progress", "black"])
    document.getElementById(id).remove();

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
  const heading = make("h1", "only-heard");
  heading.textContent = "Presenter console";
  const now = make("div", "stage pane now", "Current slide");
  const next = make("div", "stage pane next", "Next step");
  for (const pane of [now, next]) pane.setAttribute("role", "group"); // a name needs a role
  const notes = make("section", "notes-pane", "Notes");
  const clocks = make("section", "clocks", "Time");
  const elapsed = make("p", "elapsed");
  const planned = make("p", "planned");
  const place = make("p", "place");
  const state = make("p", "state");
  state.setAttribute("role", "status");
  const ask = (act, argument) => deck?.postMessage({ act, argument }, "*");
  const buttons = make("p", "buttons");
  const pause = button("Pause the clock", () => ask("pauseClock"));
  buttons.append(
    button("‹ Previous", () => ask("previous")),
    button("Play ▸", () => ask("play")),
    button("Next ›", () => ask("next")),
    pause,
    button("Restart the clock", () => ask("restartClock")),
  );
  // A remote sends Page Down and Page Up, and nothing else.
  const remote = make("input", "");
  remote.type = "checkbox";
  remote.id = "remote";
  remote.addEventListener("change", () => ask("remote", remote.checked));
  const remoteLabel = make("label", "");
  remoteLabel.append(remote, " Page Down plays (for a presenter's remote)");
  notes.tabIndex = 0;
  clocks.append(elapsed, planned, place, state, buttons, remoteLabel);
  main.append(heading, now, next, notes, clocks);
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
      state.textContent = deck
        ? "The deck has been closed."
        : "This window is opened by the deck: press P there.";
      return;
    }
    if (!shown) return;
    const { dataset } = slides[shown.slide].section;
    const begin = slides
      .slice(0, shown.slide)
      .reduce((sum, slide) => sum + Number(slide.section.dataset.seconds), 0);
    const until = shown.pausedAt ?? Date.now();
    const seconds = shown.startedAt ? (until - shown.startedAt) / 1000 : 0;
    pause.textContent = shown.pausedAt === null ? "Pause the clock" : "Go on with the clock";
    elapsed.textContent = inMinutes(seconds);
    const late = seconds - begin - Number(dataset.seconds);
    const early = begin - seconds;
    let word = ", on time";
    if (late > 0) word = `, ${inMinutes(late)} behind`;
    else if (early > 0) word = `, ${inMinutes(early)} ahead`;
    const end = inMinutes(begin + Number(dataset.seconds));
    planned.textContent = `planned ${inMinutes(begin)} to ${end} of ${inMinutes(total)}${word}`;
    planned.classList.toggle("late", late > 0);
  };

  // What the next press of Space shows: more of this slide, or the next one.
  const showNext = (slide, said) => {
    const more = said.step < slide.steps;
    const following = more ? slide : slides[said.slide + 1];
    next.replaceChildren();
    if (!following) return;
    const preview = following.copy();
    preview.show(more ? said.step + 1 : 0);
    // It is there to be looked at: its slider and its button would take the focus, unseen.
    preview.section.inert = true;
    preview.section.setAttribute("aria-label", `Next: ${following.title}`);
    next.append(preview.section);
  };

  const show = (said) => {
    const moved = shown?.slide !== said.slide;
    shown = said;
    document.documentElement.dataset.theme = said.theme;
    const slide = slides[said.slide];
    if (moved) {
      copy = slide.copy();
      copy.show(said.step); // before it is in the page: nothing may be seen too soon
      makeScrubbable(copy, (step) => ask("step", step));
      now.replaceChildren(copy.section);
      notes.replaceChildren(...slide.section.querySelector(".notes").cloneNode(true).childNodes);
      notes.scrollTop = 0;
      for (const run of main.querySelectorAll(".pane button"))
        run.addEventListener("click", () => ask("run"));
    }
    copy.show(said.step);
    showNext(slide, said);
    remote.checked = said.remote;
    const steps = slide.steps ? `, step ${said.step} of ${slide.steps}` : "";
    place.textContent = `slide ${said.slide + 1} of ${slides.length}${steps}`;
    state.textContent = said.running
      ? "The example is running: R stops it."
      : said.black
        ? "The deck is black: B shows it."
        : "";
    tick();
  };

  addEventListener("message", (event) => {
    if (event.source === deck && event.data.state) show(event.data.state);
  });
  const ours = {
    help: () => openHelp(dialogs.help),
    overview: () => openOverview(dialogs.overview, shown?.slide ?? 0),
    fullScreen: goFullScreen,
    console: () => {}, // it is open
  };
  listenToKeys({
    dialogs,
    act: (name, argument) => (Object.hasOwn(ours, name) ? ours[name]() : ask(name, argument)),
    typed: (digits) => (state.textContent = digits && `Slide ${digits} …, Enter`),
  });
  followLinks(dialogs.overview, (number) => ask("go", number));
  // A deck that was loaded anew does not know of us, so we tell it again and again.
  const greet = () => deck?.postMessage({ hello: true }, "*");
  setInterval(() => {
    greet();
    tick();
  }, 500);
  greet();
  tick();
}
