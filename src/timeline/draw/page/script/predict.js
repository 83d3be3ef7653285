// “Predict”: asks before each step which lane runs next, or when something does, and keeps score.
//
// Knows what comes next, which is the answer. While it is on, the other parts hide the future: they
// ask `showsFuture`; and the style sheet hides comments and the sentence below the heading, which
// may tell what is asked.

// Sorts by a fixed rule, so that a page shows the same order each time, and not the right one
// first.
function sorted(choices) {
  return [...choices].sort((one, other) => one.localeCompare(other, "en", { numeric: true }));
}

// The lanes that may run next. A lane that is not there yet may, but not one that has ended.
function lanesToChoose(track, right) {
  const states = track.shown(moment)?.states ?? "";
  const lanes = [...run().lanes.keys()];
  const own = track.index === 0 ? lanes.slice(0, run().lanes_in_rust) : lanes;
  const others = own.filter((lane) => !ENDED.includes(states[lane] ?? ".")).map(name);
  return sorted(new Set([right, ...others]));
}

// Asks before a step which lane runs next or, if time passes first, when a lane runs next. Where
// only one lane can run, there is nothing to ask, and the step is shown.
function ask() {
  const { instants, moments } = run();
  const next = moments[moment + 1];
  const passes = next.instant !== moments[moment].instant;
  // The question is about Rust, or about Python where only Python has a step.
  const track = tracks().find(({ index }) => next.steps[index] !== null);
  const lane = track.steps[next.steps[track.index]].lane;
  const right = passes ? instants[next.instant][1] : name(lane);
  const choices = passes ? timesToChoose(next.instant) : lanesToChoose(track, right);
  if (choices.length < 2) {
    goOn("");
    return;
  }
  const where = tracks().length > 1 && next.steps.includes(null) ? ` in ${track.language}` : "";
  byId("question").textContent = passes
    ? "When does something run next?"
    : `Which lane runs next${where}?`;
  const answers = choices.map((choice) => {
    const button = make("button", { type: "button" }, choice);
    button.addEventListener("click", () => answer(choice, right, track));
    return button;
  });
  const asks = byId("asks");
  asks.querySelector(".answers").replaceChildren(...answers);
  asks.hidden = false;
  game.open = true;
  answers[0].focus();
}

// Closes the question. If the focus is in it, it goes to the button of the next step.
function closeQuestion() {
  game.open = false;
  const asks = byId("asks");
  if (asks.contains(document.activeElement)) document.querySelector("[data-do=next]").focus();
  asks.hidden = true;
}

// Notes that the step that comes next is known, since it was asked for or skipped. Returns whether
// it was known before: then it does not count again.
function markKnown() {
  const step = `${scene}.${moment + 1}`;
  const known = game.known.has(step);
  game.known.add(step);
  return known;
}

// Shows the next step, and the score after what is said of the step.
function goOn(told) {
  show(scene, moment + 1);
  byId("score").textContent = `${told} ${game.right} of ${game.asked} right.`.trim();
}

function answer(choice, right, track) {
  if (!game.open) return;
  closeQuestion();
  if (!markKnown()) {
    game.asked += 1;
    if (choice === right) game.right += 1;
  }
  const { lane, sentence } = track.shown(moment + 1);
  const verdict = choice === right ? "Right" : `Not ${choice}, but ${right}`;
  goOn(`${verdict}: ${name(lane)} ${sentence}`);
}

// Shows the step without an answer.
function skip() {
  closeQuestion();
  markKnown();
  goOn("Skipped.");
}

function predict(on) {
  game.on = on;
  closeQuestion();
  document.body.classList.toggle("predicts", on);
  byId("score").textContent = on ? "Predict each step. Escape skips a question, Q ends it." : "";
  document.querySelector("[data-do=predict]").setAttribute("aria-pressed", on);
  show(scene, moment);
}
