// Keys, buttons, tabs, the pointer and the address: what leads to another moment.
//
// Knows the actions and nothing of how a moment is drawn. It comes last, and its last line shows
// the moment that the address names, or the first one.

const next = () => {
  if (moment + 1 >= run().moments.length || game.open) return;
  if (game.on) ask();
  else show(scene, moment + 1);
};
// Shows the poll that woke the lane that runs now, in the first of these languages in which another
// lane did.
function followWake(languages) {
  const from = languages.map(wokenAt).find((from) => from !== null);
  if (from !== undefined && !game.open) show(scene, from);
}
const actions = {
  next,
  back: () => !game.open && show(scene, moment - 1),
  first: () => !game.open && show(scene, 0),
  last: () => !game.on && show(scene, Infinity), // it would show what is asked later
  cause: () => followWake(tracks()),
  causeInPython: () => followWake(tracks().toReversed()),
  future: () => {
    future = !future;
    document.querySelector("[data-do=future]").setAttribute("aria-pressed", !future);
    show(scene, moment);
  },
  predict: () => predict(!game.on),
  theme: () => {
    const root = document.documentElement;
    const prefersDark = matchMedia("(prefers-color-scheme: dark)").matches;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : prefersDark;
    root.dataset.theme = dark ? "light" : "dark";
  },
};
const KEYS = {
  ArrowRight: "next",
  " ": "next",
  PageDown: "next",
  ArrowLeft: "back",
  Backspace: "back",
  PageUp: "back",
  Home: "first",
  End: "last",
  f: "future",
  q: "predict",
  t: "theme",
  w: "cause",
};

// Space with Shift goes back, as a browser scrolls back.
const WITH_SHIFT = { " ": "back", w: "causeInPython" };

// Shows another scene. From one variant to another the time stays the same, so that the two can be
// compared. But if this one is at its first moment, or the reader predicts, the other one is shown
// from its first moment.
function choose(number) {
  if (number >= data.scenes.length || game.open) return;
  const current = run().moments[moment];
  if (!variant()?.among.includes(number) || game.on || moment === 0 || !current) {
    show(number, 0);
    return;
  }
  const later = data.scenes[number].moments.findIndex(({ instant }) => instant > current.instant);
  show(number, later < 0 ? Infinity : Math.max(later - 1, 0));
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const row = event.target.closest?.("[data-lane]");
  if (row && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    toggleAlone(row);
    return;
  }
  if (event.target.closest?.("button") && (event.key === " " || event.key === "Enter")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key === "Escape" && game.open) {
    event.preventDefault();
    skip();
    return;
  }
  if (key === "Escape" && alone !== null) {
    event.preventDefault();
    alone = null;
    show(scene, moment);
    return;
  }
  const action = (event.shiftKey && WITH_SHIFT[key]) || KEYS[key];
  if (action) actions[action]();
  else if (/^[1-9]$/.test(key)) choose(Number(key) - 1);
  else return;
  event.preventDefault();
});
// A button that was clicked with a pointer loses the focus: otherwise Space would press it once
// more instead of leading to the next step. A button that was pressed with a key keeps the focus.
addEventListener("click", (event) => {
  if (event.detail > 0) event.target.closest?.("button")?.blur();
});
for (const button of document.querySelectorAll("[data-do]")) {
  button.addEventListener("click", () => actions[button.dataset.do]());
}
let dragging = false;
chart.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  const row = event.target.closest("[data-lane]");
  if (row) {
    toggleAlone(row);
    return;
  }
  const arrow = event.target.closest(".wake-target");
  if (arrow) {
    if (!game.open) show(scene, Number(arrow.dataset.from));
    return;
  }
  if (game.on) return; // dragging would show what is asked
  dragging = true;
  chart.setPointerCapture(event.pointerId);
  show(scene, momentAt(event.clientX));
});
chart.addEventListener(
  "pointermove",
  (event) => dragging && show(scene, momentAt(event.clientX)),
);
chart.addEventListener("pointerup", () => (dragging = false));
chart.addEventListener("pointercancel", () => (dragging = false));

// Adds a tab for each scene. The tabs of variants stand together in a frame.
const frames = new Map();
data.scenes.forEach(({ title, variant: group }, nth) => {
  const tab = make("button", { type: "button", role: "tab", "aria-selected": "false" }, title);
  tab.addEventListener("click", () => choose(nth));
  if (group && !frames.has(group.among[0])) {
    const frame = make("span", {
      class: "variants",
      role: "presentation",
      title: "Variants, on one time axis",
    });
    frames.set(group.among[0], frame);
    byId("scenes").append(frame);
  }
  (group ? frames.get(group.among[0]) : byId("scenes")).append(tab);
});
byId("scenes").hidden = data.scenes.length < 2;
byId("keys").querySelector(".scenes").hidden = data.scenes.length < 2;
byId("keys").querySelector(".twin").hidden = data.sources.length < 2;
const about = document.querySelector("#about p");
about?.replaceChildren(...prose(about.textContent));

function showWhatTheAddressSays() {
  knownAddress = location.hash;
  const [, wantedScene, wantedMoment] = /^#(\d+)(?:\.(\d+))?$/.exec(location.hash) ?? [];
  const number = Math.min(Math.max(Number(wantedScene ?? 1), 1), data.scenes.length) - 1;
  closeQuestion(); // it was about another step
  show(number, Number(wantedMoment ?? 1) - 1, wantedScene !== undefined);
}
addEventListener("hashchange", showWhatTheAddressSays);
addEventListener("resize", () => {
  drawn = null; // the timeline is drawn for a width
  show(scene, moment);
});
showWhatTheAddressSays();
