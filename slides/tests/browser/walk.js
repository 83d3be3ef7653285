// Goes through all scenes of an explorer by its keys, to the end and back. The result has a sentence
// for each step that looks different on the way back, and for each mark that does not stand where
// the recording says.
(() => {
  const data = JSON.parse(document.getElementById("run").textContent);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const text = (selector) => all(selector).map((found) => found.textContent).join("|");
  const press = (key) => {
    document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  };
  const seen = () => {
    const marks = all(".mark").map((mark) => mark.className + mark.style.top).join("|");
    const count = document.getElementById("count").textContent;
    const lines = text("#lines li:not([hidden])");
    return [text(".tells"), text(".cell"), lines, count, marks].join("#");
  };

  const wrong = [];
  for (const [scene, { tracks, lanes }] of data.scenes.entries()) {
    if (data.scenes.length > 1) document.querySelectorAll("#scenes button")[scene].click();
    press("Home");
    const { steps } = tracks[0];
    const forwards = [];
    const stands = lanes.map(() => null);
    const titled = (source) => source.querySelector("h2").textContent.startsWith("Rust");
    const pane = all(".source").find(titled);
    for (const [nth, step] of steps.entries()) {
      if (nth > 0) press("ArrowRight");
      forwards.push(seen());
      for (const [lane, line] of step.stands) stands[lane] = line;
      if (!pane) continue;
      // A mark for each lane that stands on a line that is shown, and on that line.
      const places = new Map();
      for (const line of pane.querySelectorAll(".line")) {
        places.set(Number(line.querySelector(".n").textContent), line.offsetTop);
      }
      const wanted = [];
      for (const [lane, line] of stands.entries()) {
        const there = lane === step.lane || "wdxrbt".includes(step.states[lane]);
        if (line !== null && places.has(line) && there) wanted.push(`${places.get(line)}px`);
      }
      const marked = [...pane.querySelectorAll(".mark")].map((mark) => mark.style.top);
      if (marked.sort().join() !== wanted.sort().join()) {
        wrong.push(`scene ${scene}, step ${nth}: marks at ${marked}, not ${wanted}`);
      }
    }
    for (let nth = steps.length - 1; nth >= 0; nth -= 1) {
      if (seen() !== forwards[nth]) {
        wrong.push(`scene ${scene}, step ${nth} is another one on the way back`);
      }
      press("ArrowLeft");
    }
  }
  return wrong;
})()
