// Shows a moment: the one place that calls all parts that draw it. A part that takes room from
// another one is called before it.

// Shows a moment of a scene. The address then names the moment, unless `intoAddress` is false: an
// address that names no scene stays as the reader gave it.
function show(newScene, newMoment, intoAddress = true) {
  const another = newScene !== scene || drawn === null;
  if (newScene !== scene) alone = null;
  scene = newScene;
  const all = tracks();
  const last = run().moments.length - 1;
  moment = Math.max(Math.min(newMoment, last), 0);
  if (another) showScene(all);
  for (const track of all) showStrip(strips[track.index], track, moment);
  showParting(moment);
  showWhatIf();
  for (const track of all) if (panes[track.index]) showSource(panes[track.index], track);
  showChart();
  showOutput();
  showAlone();
  byId("count").textContent = `${moment + 1} / ${last + 1}`;
  byId("tells").textContent = heard(all);
  // Only now anything is measured: the sentences below the sources take room from them, and for
  // each size that is read after a change the browser lays out the page.
  scrollToRows();
  scrollToLast();
  settleSources(all);
  if (intoAddress) keepAddress();
}

// The position stands in the address, so that it can be sent. A browser needs longer to write an
// address than to show a step, and of too many in a short time it forgets some, or throws. So while
// a key is held the address is written only from time to time, and once more after the last step.
const WRITTEN_EVERY = 150; // milliseconds
let written = -Infinity; // when it was written last
let delayed = null; // the timer that is going to write it

function keepAddress() {
  clearTimeout(delayed);
  const wait = written + WRITTEN_EVERY - performance.now();
  if (wait <= 0) writeAddress();
  else delayed = setTimeout(writeAddress, wait);
}

// The address as it was read or written last.
let knownAddress = location.hash;

// Writes the address, if it is still the one that is known. Otherwise a link has been followed
// meanwhile, and what it says comes first, also where the browser has not told the page yet.
function writeAddress() {
  if (location.hash !== knownAddress) return;
  const address = `#${scene + 1}.${moment + 1}`;
  if (location.hash !== address) history.replaceState(null, "", address);
  knownAddress = address;
  written = performance.now();
}

// Shows what stays the same in all moments of a scene.
function showScene(all) {
  showWhatIf(); // first, since it takes room from the timeline
  reserve();
  drawChart();
  listOutput();
  panes.forEach((pane, nth) => {
    fold(pane, all[nth]);
    tellSame(pane, all[nth]);
    pane.box.scrollTop = 0; // where another scene has left it says nothing of this one
    pane.box.style.setProperty("--columns", Math.min(all[nth]?.width ?? 1, sharedColumn() + 2));
    if (nth < all.length) return;
    clear(pane);
    pane.box.classList.add("idle");
    strips[nth].classList.remove("idle");
    strips[nth].textContent = "This scene was recorded in Rust only.";
  });
  widenOutput(); // last, since what is left out makes the sources shorter
  document
    .querySelectorAll("#scenes button")
    .forEach((tab, nth) => tab.setAttribute("aria-selected", nth === scene));
}

// What a screen reader says of a moment: one sentence if both languages do the same.
function heard(all) {
  const told = [];
  for (const track of all) {
    if (track.isIdle(moment)) continue;
    const tells = strips[track.index].querySelector(".tells").textContent;
    told.push([track.language, tells]);
  }
  const [first] = told;
  // What the header says of Python is heard once, and not in each step in which it is shown.
  const isNew = !byId("parting").matches(".quiet") || moment === firstParting();
  const parting = isNew ? byId("parting").textContent : "";
  if (all.length === 1) return first?.[1] ?? "";
  const alike = told.length === 2 && told[0][1] === told[1][1];
  const sentences = alike
    ? [`Both: ${first[1]}`]
    : told.map(([language, tells]) => `${language}: ${tells}`);
  return [...sentences, parting].join(" ").trim();
}
