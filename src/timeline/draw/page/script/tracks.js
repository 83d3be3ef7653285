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
  const places = placesAfter(steps, run().lanes);
  // For each moment its step, or the last step before it; null if there is none.
  const stepAt = [];
  // For each step its moment.
  const momentOf = [];
  for (const [nth, moment] of run().moments.entries()) {
    const step = moment.steps[index];
    if (step !== null) momentOf[step] = nth;
    stepAt.push(step ?? stepAt.at(-1) ?? null);
  }
  const columns = columnsOf(steps, run().lanes, places);
  const isIdle = (moment) => run().moments[moment]?.steps[index] === null;
  const numbers = new Set(data.sources[index]?.lines.map(([number]) => number));
  const isOnPage = (number) => numbers.has(number);
  // Whether a moment has a line that is lit, or at which a lane stands.
  const hasLines = (moment) => {
    const step = steps[stepAt[moment]];
    if (!step) return false;
    const said = step.says.map(([, , number]) => number);
    const lit = isIdle(moment) ? [] : [step.stop, step.resumed, ...step.chain, ...said];
    return lit.some(isOnPage) || places[stepAt[moment]].some(isOnPage);
  };
  const withLines = [...run().moments.keys()].filter(hasLines);
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
    isIdle,
    // The last moment until this one that has such a line, or else the first one after it, or null.
    momentWithLines: (moment) => {
      const later = firstIndex(withLines.length, (nth) => withLines[nth] > moment);
      return withLines[later - 1] ?? withLines[later] ?? null;
    },
  };
}
