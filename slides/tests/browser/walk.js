// Goes through all scenes of an explorer by its keys, to the end and back. The result has a
// sentence for each moment that looks different on the way back, for each mark that does not stand
// where the recording says, for each line that is lit and neither in sight nor pointed to, and for
// each moment in which the page is wider than its window.
(() => {
  const data = JSON.parse(document.getElementById("run").textContent);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const text = (selector) =>
    all(selector)
      .map((found) => found.textContent)
      .join("|");
  const press = (key) => {
    document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  };
  // A mark whose line is out of sight is drawn at the edge, and what is in sight depends on the
  // steps before: so its line counts.
  const isBeyond = (mark) => mark.classList.contains("beyond");
  const kind = (mark) => mark.className.replace(" beyond", "").replace(" above", "");
  const seen = () => {
    const marks = all(".mark")
      .map((mark) => kind(mark) + mark.dataset.line)
      .join("|");
    const count = document.getElementById("count").textContent;
    const lines = text("#lines li:not([hidden])");
    const parting = document.getElementById("parting").textContent;
    return [text(".tells"), text(".cell"), lines, count, marks, parting].join("#");
  };
  // The sources on the page, in the order of the tracks.
  const sources = data.sources.map(({ name }) =>
    all(".source").find((source) => source.querySelector("h2").textContent.startsWith(name)),
  );

  const wrong = [];
  for (const [scene, { tracks, lanes, moments }] of data.scenes.entries()) {
    if (data.scenes.length > 1) document.querySelectorAll("#scenes button")[scene].click();
    press("Home");
    const forwards = [];
    const stands = tracks.map(() => lanes.map(() => null));
    const last = tracks.map(() => null);
    for (const [nth, moment] of moments.entries()) {
      if (nth > 0) press("ArrowRight");
      forwards.push(seen());
      const beyond = document.documentElement.scrollWidth - innerWidth;
      if (beyond > 0)
        wrong.push(`scene ${scene}, moment ${nth}: the page is ${beyond} px too wide`);
      for (const [index, { steps }] of tracks.entries()) {
        const idle = moment.steps[index] === null;
        last[index] = moment.steps[index] ?? last[index];
        const step = steps[last[index]];
        if (!step || !sources[index]) continue;
        if (!idle) for (const [lane, line] of step.stands) stands[index][lane] = line;
        // Each lane that stands on a line that is shown has a mark, and on that line. Where there
        // are many lanes, several have one mark.
        const places = new Map();
        for (const line of sources[index].querySelectorAll(".line")) {
          places.set(Number(line.querySelector(".n").textContent), line.offsetTop);
        }
        const wanted = [];
        for (const [lane, line] of stands[index].entries()) {
          const ran = !idle && lane === step.lane && step.ran_inside === null;
          const there = ran || "wdxrbt".includes(step.states[lane] ?? ".");
          if (line !== null && places.has(line) && there) wanted.push(`${lane} at ${line}`);
        }
        // What has run inside a lane without a name stands at the line of the step.
        if (!idle && step.ran_inside !== null && places.has(step.stop)) {
          const inside = `${step.lane} at ${step.stop}`;
          if (!wanted.includes(inside)) wanted.push(inside);
        }
        const marks = [...sources[index].querySelectorAll(".mark")];
        const marked = marks.flatMap(({ dataset: { lanes, line } }) =>
          lanes.split(" ").map((lane) => `${lane} at ${line}`),
        );
        const where = `scene ${scene}, moment ${nth}, ${data.sources[index].name}`;
        if (marked.sort().join() !== wanted.sort().join()) {
          wrong.push(`${where}: marks of lanes ${marked}, not ${wanted}`);
        }
        for (const mark of marks.filter((mark) => !isBeyond(mark))) {
          const line = Number(mark.dataset.line);
          const apart = Math.abs(parseFloat(mark.style.top) - places.get(line));
          if (apart > 12) wrong.push(`${where}: a mark stands ${apart} px from its line`);
        }
        const pane = sources[index].querySelector(".pane");
        // What is lit is in sight, or an arrow says of it where it is.
        const arrows = [...sources[index].querySelectorAll(".beyond:not([hidden])")];
        for (const lit of sources[index].querySelectorAll(".line:is(.resumed, .said)")) {
          const from = lit.offsetTop - pane.scrollTop;
          if (from > -12 && from + 12 < pane.clientHeight) continue;
          const number = Number(lit.querySelector(".n").textContent);
          const isOfLine = (pin) => Number(pin.dataset.line) === number;
          const pins = [...sources[index].querySelectorAll(".pin")].filter(isOfLine);
          const isTold = ({ title }) => arrows.some((arrow) => arrow.title.includes(title));
          if (pins.length === 0 || !pins.every(isTold)) {
            wrong.push(`${where}: nothing says that line ${number} is lit out of sight`);
          }
        }
        // A printed text has several lines only if it has the width of its note for itself.
        for (const { children } of sources[index].querySelectorAll(".note")) {
          const texts = [...children].filter((part) => part.matches(".says"));
          const isBeside = ({ offsetTop }, nth) => offsetTop === texts[nth - 1]?.offsetTop;
          if (texts.some(isBeside) && texts.some(({ offsetHeight }) => offsetHeight > 34)) {
            wrong.push(`${where}: “${texts[0].textContent}” is broken beside another text`);
          }
        }
        const stop = sources[index].querySelector(".line.stop");
        const begin = stop ? stop.offsetTop - pane.scrollTop : 0;
        if (begin < -1 || begin + 12 > pane.clientHeight) {
          wrong.push(`${where}: the line at which the lane waits is out of sight`);
        }
      }
    }
    for (let nth = moments.length - 1; nth >= 0; nth -= 1) {
      if (seen() !== forwards[nth]) {
        wrong.push(`scene ${scene}, moment ${nth} is another one on the way back`);
      }
      press("ArrowLeft");
    }
  }
  return wrong;
})()
