// “Predict”: asks before each step which lane runs next, or when something does, and keeps score.
//
// Knows what comes next, which is the answer. While it is on, the other parts hide the future: they
// ask `showsFuture`.

// Sorts by a fixed rule, so that a page shows the same order each time, and not the right one
// first.
function sorted(choices) {
  return [...choices].sort((one, other) => one.localeCompare(other, "en", { numeric: true }));
}

// A time that was not recorded, written as recorded times are (`human` in Rust): so that its form
// does not give a wrong answer away.
function inWords(time) {
  const ms = Math.floor(time / 1e6);
  if (ms === 0) return time < 1000 ? `${time} ns` : `${Math.floor(time / 1000)} µs`;
  const tenths = Math.floor((time % 1e6) / 1e5);
  if (ms < 100 && tenths > 0) return `${ms}.${tenths} ms`;
  if (ms < 1000) return `${ms} ms`;
  if (ms < 60000) return `${ms / 1000} s`;
  const [unit, called] = ms < 3600000 ? [60000, "min"] : [3600000, "h"];
  const whole = `${Math.floor(ms / unit)} ${called}`;
  return ms % unit === 0 ? whole : `${whole} ${inWords((ms % unit) * 1e6)}`;
}

// The right time among wrong ones, in order. All of them are still to come: a reader would see that
// a past time is wrong. How many wrong times come before the right one changes from moment to
// moment, so that its place does not give it away.
function timesToChoose(right) {
  const { instants, moments } = run();
  const begin = instants[moments[moment].instant][0];
  const [end, text] = instants[right];
  const times = [text];
  for (let nth = 0; nth < moment % 3; nth += 1) {
    times.unshift(inWords(Math.floor(begin + (end - begin) / 2 ** (nth + 1))));
  }
  const later = instants.slice(right + 1, right + 4).map(([, text]) => text);
  if (later.length === 0) later.push(inWords(2 * end - begin));
  return [...new Set([...times, ...later])];
}

// Asks before a step which lane runs next or, if time passes first, when a lane runs next.
function ask() {
  const { instants, moments } = run();
  const next = moments[moment + 1];
  const passes = next.instant !== moments[moment].instant;
  // The question is about Rust, or about Python where only Python has a step.
  const track = tracks().find(({ index }) => next.steps[index] !== null);
  const lane = track.steps[next.steps[track.index]].lane;
  const right = passes ? instants[next.instant][1] : name(lane);
  let choices;
  if (passes) {
    choices = timesToChoose(next.instant);
  } else {
    // A lane that is not there yet may come next, but not one that has ended.
    const states = track.shown(moment)?.states ?? "";
    const lanes = [...run().lanes.keys()];
    const own = track.index === 0 ? lanes.slice(0, run().lanes_in_rust) : lanes;
    const others = own.filter((lane) => !ENDED.includes(states[lane] ?? ".")).map(name);
    choices = sorted(new Set([right, ...others]));
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

function closeQuestion() {
  game.open = false;
  byId("asks").hidden = true;
}

function answer(choice, right, track) {
  if (!game.open) return;
  closeQuestion();
  game.asked += 1;
  if (choice === right) game.right += 1;
  show(scene, moment + 1);
  const { lane, sentence } = track.shown(moment);
  const verdict = choice === right ? "Right" : `Not ${choice}, but ${right}`;
  byId("score").textContent =
    `${verdict}: ${name(lane)} ${sentence} ${game.right} of ${game.asked} right.`;
}

function predict(on) {
  game.on = on;
  closeQuestion();
  byId("score").textContent = on ? "Predict each step. Q ends it." : "";
  document.querySelector("[data-do=predict]").setAttribute("aria-pressed", on);
  show(scene, moment);
}
