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
  for (const [number, text] of source.lines) {
    const indent = text.length - text.trimStart().length;
    const line = make(
      "div",
      { class: text === "" ? "line blank" : "line" },
      make("span", { class: "n" }, String(number)),
      ...coloured(source.language, text.trimStart()),
    );
    line.style.setProperty("--indent", indent);
    line.style.setProperty("--long", text.length - indent);
    lines.set(number, line);
    box.append(line);
  }
  const marks = make("div", { class: "marks" });
  box.append(marks);
  const file = make("span", { class: "mono" }, source.file);
  const section = make("section", { class: "source" }, make("h2", {}, source.name, file), box);
  place(byId("sources"), section, source.language);
  const pane = { source, box, lines, marks, owners: ownersOf(source) };
  // And what is shown now: the numbers of the lines that are lit or have a note, the marks with
  // their lines, and the signs of what is left out.
  Object.assign(pane, { changed: new Set(), placed: [], folds: [] });
  box.addEventListener("scroll", () => placeMarks(pane));
  return pane;
});
if (data.missing !== null) {
  const missing = make("p", { class: "missing" }, ...prose(data.missing));
  if (panes.length === 0) byId("sources").append(missing);
  else panes[0].box.before(missing);
}
byId("sources").classList.toggle("two", panes.length > 1);

// Leaves out what this scene does not run, so that the rest is seen at once. A sign stands for it,
// and shows it when it is clicked.
function fold(pane, track) {
  for (const sign of pane.folds) sign.remove();
  pane.folds = [];
  for (const line of pane.lines.values()) line.hidden = false;
  for (const [begin, end] of track?.leftOut ?? []) {
    const inside = ([number]) => begin <= number && number <= end;
    const hidden = [...pane.lines].filter(inside).map(([, line]) => line);
    for (const line of hidden) line.hidden = true;
    const sign = make("button", { type: "button", class: "fold" }, `⋯ ${begin}–${end}`);
    sign.title = "This scene does not run it. Show it";
    sign.addEventListener("click", () => {
      for (const line of hidden) line.hidden = false;
      sign.remove();
      show(scene, moment);
    });
    hidden[0].before(sign);
    pane.folds.push(sign);
  }
}
