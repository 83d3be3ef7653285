// Shows a moment: the one place from which all parts are called, in the order in which they take
// room from each other.

// `keep` writes the moment into the address: not while an address is followed that names none.
function show(newScene, newMoment, keep = true) {
  const another = newScene !== scene || drawn === null;
  if (newScene !== scene) alone = null;
  scene = newScene;
  const all = tracks();
  const last = run().moments.length - 1;
  moment = Math.max(Math.min(newMoment, last), 0);
  if (another) showScene(all);
  for (const track of all) showStrip(byId("strip").children[track.index], track, moment);
  showParting(moment);
  showWhatIf();
  // Only now: what is said below takes room from the sources, which scroll to what is lit.
  for (const track of all) if (panes[track.index]) showSource(panes[track.index], track);
  showChart();
  showOutput();
  byId("count").textContent = `${moment + 1} / ${last + 1}`;
  byId("tells").textContent = heard(all);
  if (keep) history.replaceState(null, "", `#${scene + 1}.${moment + 1}`);
}

// Shows what stays the same in all moments of a scene.
function showScene(all) {
  showWhatIf(); // first, since it takes room from the timeline
  reserve();
  drawChart();
  listOutput();
  panes.forEach((pane, nth) => {
    fold(pane, all[nth]);
    const columns = Math.min(all[nth]?.width ?? 1, 9);
    pane.pane.style.setProperty("--gutter", `${2.2 + columns * 1.1}rem`);
    if (nth < all.length) return;
    clear(pane);
    const strip = byId("strip").children[nth];
    strip.classList.remove("idle");
    strip.textContent = "This scene was recorded in Rust only.";
  });
  document
    .querySelectorAll("#scenes button")
    .forEach((tab, nth) => tab.setAttribute("aria-selected", nth === scene));
}

// What a screen reader says of a moment: one sentence if both languages do the same.
function heard(all) {
  const told = [];
  for (const track of all) {
    if (track.isIdle(moment)) continue;
    const tells = byId("strip").children[track.index].querySelector(".tells").textContent;
    told.push([track.language, tells]);
  }
  const [first] = told;
  const parting = byId("parts").textContent;
  if (all.length === 1) return first?.[1] ?? "";
  const alike = told.length === 2 && told[0][1] === told[1][1];
  const sentences = alike
    ? [`Both: ${first[1]}`]
    : told.map(([language, tells]) => `${language}: ${tells}`);
  return [...sentences, parting].join(" ").trim();
}
