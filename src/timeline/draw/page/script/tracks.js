// A track is what one language does in a scene: its steps, and where its lanes stand after each.
//
// Knows the data, and which scene is shown. Knows no element of the page, and not which moment is
// shown: every question to a track names the moment.

// For each scene its tracks, with what the page needs of them at each moment.
const known = new Map();

function tracks() {
  if (!known.has(scene)) known.set(scene, run().tracks.map(track));
  return known.get(scene);
}

function track({ steps, left_out, timers_as_seen, same_as }, index) {
  // A step names the lanes that have moved; a page may be opened at any step.
  const places = [];
  let place = run().lanes.map(() => null);
  for (const step of steps) {
    place = [...place];
    for (const [lane, line] of step.stands) place[lane] = line;
    places.push(place);
  }
  // For each moment its step, or the last step before it; null if there is none.
  const stepAt = [];
  // For each step its moment.
  const momentOf = [];
  for (const [nth, moment] of run().moments.entries()) {
    const step = moment.steps[index];
    if (step !== null) momentOf[step] = nth;
    stepAt.push(step ?? stepAt.at(-1) ?? null);
  }
  const columns = columnsOf(steps, places);
  const language = data.sources[index]?.name ?? "Rust";
  return {
    index,
    language,
    steps,
    columns,
    width: Math.max(...columns.values(), 0) + 1, // how many columns there are
    isOfALoop: !timers_as_seen, // whether an event loop has told of its queue and its timers
    sameAs: same_as, // the title of a scene in which this language does just the same, or null
    leftOut: left_out, // what a scene does not run, from one line to another
    momentOf,
    // The step that is shown at a moment; none before the first one.
    shown: (moment) => steps[stepAt[moment]] ?? null,
    // For each lane the line at which it stands then, or null.
    places: (moment) => places[stepAt[moment]] ?? [],
    // Whether only the other language has a step at a moment. This one may still be in the middle
    // of a poll.
    isIdle: (moment) => run().moments[moment]?.steps[index] === null,
  };
}

// Each lane that stands or runs anywhere in the source has a column beside it. Lanes of one name
// that a loop makes one after the other have one column, since they never stand at one time.
function columnsOf(steps, places) {
  const first = new Map();
  const last = new Map();
  const noteStep = (lane, nth) => {
    if (!first.has(lane)) first.set(lane, nth);
    last.set(lane, nth);
  };
  steps.forEach(({ lane, resumed, says }, nth) => {
    places[nth].forEach((line, lane) => line !== null && noteStep(lane, nth));
    const isSaid = says.some(([by, , line]) => by === lane && line !== null);
    if (resumed !== null || isSaid) noteStep(lane, nth);
  });
  const columns = new Map();
  const taken = []; // for each column the name of its lanes, and the last step of the last one
  for (const lane of [...first.keys()].sort((one, other) => one - other)) {
    const isFree = (column) => column.name === name(lane) && column.until < first.get(lane);
    let column = taken.findIndex(isFree);
    if (column < 0) column = taken.push({ name: name(lane) }) - 1;
    taken[column].until = last.get(lane);
    columns.set(lane, column);
  }
  return columns;
}
