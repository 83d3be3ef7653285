// What a step lights in the code, and which lane stands at which line.
//
// `lines` has the element of each line that is shown, by its number. A line that is not shown
// cannot be lit.

// Lights the lines of a step: in which awaits the lane is (`chain`), where it went on (`resumed`),
// where something was printed (`said`), and where the lane waits (`stop`). Adds the numbers of
// these lines to `changed`.
function lightStep(lines, step, lanes, changed) {
  const light = (number, kind, lane) => {
    if (!lines.has(number)) return;
    lines.get(number).classList.add(kind, classOfHue(lanes[lane].hue));
    changed.add(number);
  };
  for (const number of step.chain) light(number, "chain", step.lane);
  light(step.resumed, "resumed", step.lane);
  for (const [lane, , number] of step.says) light(number, "said", lane);
  light(step.stop, "stop", step.lane);
}

// The kind of mark for each letter of a state. A lane in any other state has a mark only in a step
// in which it runs or polls another lane. A lane that keeps its thread has the mark of a lane that
// ran just now.
const KINDS = { w: "waits", d: "ready", x: "unpolled", r: "polls", b: "ran", t: "ran" };

// The lanes that stand on one of the lines: on which, the kind of mark, and what each does.
// `places` has for each lane the number of the line at which it stands, or null. `ran` says whether
// the step is that of the moment, and `words` what each state is called. What has run inside a lane
// without a name stands at the line of the step, and its lane where that was before.
function standingAt(lines, step, lanes, { places, ran, words }) {
  const standing = [];
  places.forEach((number, lane) => {
    if (number === null || !lines.has(number)) return;
    const state = step.states[lane];
    let kind = KINDS[state];
    let does = words[state];
    const nth = ran ? step.around.indexOf(lane) : -1;
    if (nth >= 0) {
      kind = "polls";
      does = `polls ${lanes[step.around[nth + 1] ?? step.lane].name}`;
    }
    if (ran && lane === step.lane && step.ran_inside === null) {
      kind = "ran";
      does = `ran just now; ${does}`;
    }
    if (kind) standing.push({ lane, number, kind, does: `${lanes[lane].name}: ${does}` });
  });
  if (ran && step.ran_inside !== null && lines.has(step.stop)) {
    const { lane, stop: number } = step;
    const does = `${lanes[lane].name}: ${step.ran_inside} it ran just now`;
    standing.push({ lane, number, kind: "ran", does });
  }
  return standing;
}

// The marks for lanes that stand at lines: their line, column, kind, short text, and what to say of
// them. `columnOf` tells the column of one that stands. Those that would cover each other share a
// mark, which says how many they are.
function marksOf(standing, lanes, columnOf) {
  const together = new Map();
  for (const one of standing) {
    const key = `${one.number} ${columnOf(one)}`;
    together.set(key, [...(together.get(key) ?? []), one]);
  }
  return [...together.values()].map((all) => {
    const { lane, number, kind } = all.find((one) => one.kind === "ran") ?? all[0];
    const title = all.map(({ does }) => does).join(", ");
    const listed = [...new Set(all.map(({ lane }) => lane))];
    const text = listed.length === 1 ? shortName(lanes, lane) : String(listed.length);
    return { lane, number, kind, column: columnOf(all[0]), text, title, listed };
  });
}
