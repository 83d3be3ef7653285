// The keys, in one table for the deck and for its presenter console, so that they mean the same in
// both windows.
const ACTIONS = {
  " ": "play",
  Backspace: "back",
  ArrowRight: "next",
  ArrowDown: "next",
  PageDown: "pageDown",
  ArrowLeft: "previous",
  ArrowUp: "previous",
  PageUp: "pageUp",
  Home: "first",
  End: "last",
  Escape: "close",
  w: "follow",
  p: "console",
  r: "run",
  o: "overview",
  b: "black",
  ".": "black", // presenters' remotes send this or B
  l: "pointer",
  z: "zoom",
  f: "fullScreen",
  t: "theme",
  h: "help",
};

// What a key does again and again while it is held. Any other action, such as that of B, would be
// undone by its next repetition, so its effect would depend on how long the key is held.
const REPEATED = new Set(["play", "back", "next", "previous", "pageDown", "pageUp"]);

// A key as it is called in the table; nothing for the browser's own shortcuts.
function keyOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if (event.key === " " && event.shiftKey) return "Backspace";
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}

// A button has its own use for Space, and text that scrolls for arrows. The slider of a timeline
// has none: its timeline is played by Space, and the other keys stay those of the talk.
function belongsToItsTarget(event) {
  const target = event.target;
  if (!(target instanceof Element) || !target.matches(":focus-visible")) return false;
  // What had the focus in a dialog keeps it until the page is drawn without the dialog.
  if (target.closest("dialog:not([open])")) return false;
  if (target.matches("button, summary, a, input[type=checkbox]"))
    return event.key === " " || event.key === "Enter";
  if (target.matches("#run-output")) return /^(Arrow|Page|Home|End)/.test(event.key);
  // A remote drives the talk also while its speaker scrolls the notes.
  if (target.matches(".notes-pane")) return event.key === "ArrowUp" || event.key === "ArrowDown";
  return false;
}

// What was clicked with a pointer loses the focus: otherwise Space would press it once more instead
// of going on. This comes before the button does its work, since a dialog gives the focus back to
// what had it.
function letGoOfWhatIsClicked() {
  const letGo = (event) => {
    const isControl = document.activeElement?.matches("button, summary, a, input");
    if (event.detail > 0 && isControl) document.activeElement.blur();
  };
  addEventListener("click", letGo, { capture: true });
}

// They only change what another key means, so none of them is a key that is pressed.
const MODIFIERS = new Set([
  "Shift",
  "Control",
  "Alt",
  "AltGraph",
  "Meta",
  "CapsLock",
  "NumLock",
  "Fn",
]);

// Calls `act` with the name of an action for each key. While a dialog is open, only what closes it
// is an action. A key that has none goes to `other`, which returns whether it was of use there; if
// not, it is left to the browser.
function listenToKeys({ dialogs, act, typed, other = () => false }) {
  letGoOfWhatIsClicked();
  let digits = ""; // of the number of a slide, until Enter
  addEventListener("keydown", (event) => {
    const key = keyOf(event);
    if (key === null || belongsToItsTarget(event)) return;
    if (event.repeat && !REPEATED.has(ACTIONS[key])) {
      event.preventDefault();
      return;
    }
    const open = Object.keys(dialogs).find((name) => dialogs[name].open);
    if (open) {
      if (key !== "Escape" && ACTIONS[key] !== open) return;
      event.preventDefault();
      dialogs[open].close();
      return;
    }
    if (/^[0-9]$/.test(key)) {
      digits = (digits + key).slice(-4);
      typed(digits);
      event.preventDefault();
      return;
    }
    if (digits && event.key === "Backspace") {
      digits = digits.slice(0, -1);
      typed(digits);
      event.preventDefault();
      return;
    }
    const number = digits;
    digits = "";
    if (number) typed("");
    if (key === "Enter" && number) act("go", Number(number));
    else if (Object.hasOwn(ACTIONS, key)) {
      // After a number Escape only takes the number back.
      if (!number || key !== "Escape") act(ACTIONS[key]);
    } else if (MODIFIERS.has(key) || !other()) return;
    event.preventDefault();
  });
}

function goFullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.().catch(() => {});
}

// The help, from its beginning: it opens with its last button focused, to which a small window
// would scroll.
function openHelp(dialog) {
  dialog.showModal();
  dialog.scrollTop = 0;
}

// The overview. It marks the slide that is shown; a second half has no entry, so the slide before
// it is marked.
function openOverview(dialog, at) {
  let current = null;
  for (const link of dialog.querySelectorAll("li a")) {
    link.removeAttribute("aria-current");
    if (Number(link.hash.slice(1)) <= at + 1) current = link;
  }
  dialog.showModal();
  current?.setAttribute("aria-current", "page");
  current?.focus();
}

// Links to slides: in the overview. Others are left to the browser.
function followLinks(dialog, go) {
  dialog.addEventListener("click", (event) => {
    const link = event.target.closest("li a");
    if (!link) return;
    event.preventDefault();
    dialog.close();
    go(Number(link.hash.slice(1)));
  });
}
