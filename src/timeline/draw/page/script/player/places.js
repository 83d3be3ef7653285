// At which lines the lanes of a run stand.

// For each step the line at which each lane stands after it, or null. A step names only the lanes
// that have moved; a page may be opened at any step.
function placesAfter(steps, lanes) {
  const places = [];
  let place = lanes.map(() => null);
  for (const step of steps) {
    place = [...place];
    for (const [lane, line] of step.stands) place[lane] = line;
    places.push(place);
  }
  return places;
}

// Each lane that stands or runs anywhere in the source has a column beside it. Lanes of one name
// that a loop makes one after the other have one column, since they never stand at one time.
function columnsOf(steps, lanes, places) {
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
    const isFree = (column) => column.name === lanes[lane].name && column.until < first.get(lane);
    let column = taken.findIndex(isFree);
    if (column < 0) column = taken.push({ name: lanes[lane].name }) - 1;
    taken[column].until = last.get(lane);
    columns.set(lane, column);
  }
  return columns;
}
