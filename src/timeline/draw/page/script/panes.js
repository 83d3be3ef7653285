// The panes: the source in each language, and what is left out of it.
//
// Knows the sources and the tracks. What is lit, and where the marks stand, is in `marks`.

// One pane for each language: its lines, and the marks of the lanes beside them.
const panes = data.sources.map((source) => {
  const box = make("div", {
    class: "pane",
    tabindex: "0",
    role: "region",
    "aria-label": `${source.name} source`,
  });
  const lines = new Map();
  for (const { number, indent, long, parts } of colouredLines(source)) {
    const line = make(
      "div",
      { class: long === 0 ? "line blank" : "line" },
      make("span", { class: "n" }, String(number)),
      ...parts,
    );
    line.style.setProperty("--indent", indent);
    line.style.setProperty("--long", long);
    lines.set(number, line);
    box.append(line);
  }
  const marks = make("div", { class: "marks" });
  box.append(marks);
  const file = make("span", { class: "mono" }, source.file);
  const same = make("span", { class: "same" });
  const heading = make("h2", {}, source.name, file, same);
  const section = make("section", { class: "source" }, heading, box);
  place(byId("sources"), section, source.language);
  const pane = { source, box, lines, marks, same, owners: ownersOf(source) };
  // What is shown now is kept, too: the numbers of the lines that are lit or have a note, the marks
  // with their lines, those of the step before that may be used again, the path of the lane that
  // ran, and the buttons that stand for lines that are left out.
  Object.assign(pane, { changed: new Set(), placed: [], unused: [], path: [], folds: [] });
  // After a step has scrolled it, the marks stand at their places already.
  box.addEventListener("scroll", () => box.scrollTop !== pane.placedAt && placeMarks(pane));
  return pane;
});
if (data.missing !== null) {
  const missing = make("p", { class: "missing" }, ...prose(data.missing));
  if (panes.length === 0) byId("sources").append(missing);
  else panes[0].box.before(missing);
}
byId("sources").classList.toggle("two", panes.length > 1);

// Says that a language does just the same in another scene: beside tokio, asyncio has its one loop.
function tellSame(pane, track) {
  const title = track?.sameAs ?? null;
  pane.same.textContent = title === null ? "" : `the same run as in “${title}”`;
}

// Leaves out what this scene does not run, so that the rest is seen at once. A button stands for
// each stretch that is left out. A click on it shows the stretch.
function fold(pane, track) {
  for (const button of pane.folds) button.remove();
  pane.folds = [];
  for (const line of pane.lines.values()) line.hidden = false;
  for (const [begin, end] of track?.leftOut ?? []) {
    const inside = ([number]) => begin <= number && number <= end;
    const hidden = [...pane.lines].filter(inside).map(([, line]) => line);
    for (const line of hidden) line.hidden = true;
    const button = make("button", { type: "button", class: "fold" }, `⋯ ${begin}–${end}`);
    button.title = "This scene does not run it. Show it";
    button.addEventListener("click", () => {
      for (const line of hidden) line.hidden = false;
      button.remove();
      show(scene, moment);
    });
    hidden[0].before(button);
    pane.folds.push(button);
  }
}
