// Goes to the first step of an explorer, to the last one, and at last to one in the middle of the
// scene with most lanes. The result has a sentence for each thing that has no room in the window.
(() => {
  const { scenes } = JSON.parse(document.getElementById("run").textContent);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const box = (element) => element.getBoundingClientRect();
  const press = (key) => {
    document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  };
  const choose = (scene) => {
    if (scenes.length > 1) all("#scenes button")[scene].click();
  };
  // The words of an element that have several lines.
  const brokenWords = (element) => {
    const broken = [];
    const range = document.createRange();
    for (const node of element.childNodes) {
      for (const { 0: word, index } of (node.data ?? "").matchAll(/\w+/g)) {
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        if (range.getClientRects().length > 1) broken.push(word);
      }
    }
    return broken;
  };
  const wrong = [];
  const look = () => {
    const step = document.getElementById("count").textContent;
    const found = (what) => wrong.push(`step ${step}: ${what}`);
    const page = document.documentElement;
    const wide = page.scrollWidth - innerWidth;
    if (wide > 0) found(`the page is ${wide} px too wide`);
    const high = page.scrollHeight - innerHeight;
    if (innerWidth > 800 && high > 0) found(`the page is ${high} px too high`);
    for (const pane of all(".pane")) {
      const beyond = pane.scrollWidth - pane.clientWidth;
      if (beyond > 0) found(`${pane.getAttribute("aria-label")}: ${beyond} px too wide`);
      const { left, right } = box(pane);
      for (const part of pane.querySelectorAll(".note > *")) {
        const own = box(part);
        if (own.left < left || own.right > right + 1) {
          found(`the note “${part.textContent}” leaves its pane`);
        }
      }
      for (const waits of pane.querySelectorAll(".waits")) {
        for (const word of brokenWords(waits)) found(`“${word}” is broken in a note`);
      }
      // Of a phone the code has most of the width.
      for (const mark of pane.querySelectorAll(".mark")) {
        if (box(mark).right - left > (right - left) / 3) {
          found(`the mark “${mark.textContent}” stands where the code should be`);
        }
      }
    }
    for (const cell of all(".cell")) {
      if (box(cell).right > box(cell.closest("section")).right + 1) {
        found(`the list “${cell.textContent}” leaves its section`);
      }
    }
  };
  choose(0);
  press("Home");
  look();
  choose(scenes.length - 1);
  press("End");
  look();
  const lanes = scenes.map((scene) => scene.lanes.length);
  const most = lanes.indexOf(Math.max(...lanes));
  choose(most);
  press("Home");
  for (let nth = 0; nth < scenes[most].moments.length / 2; nth += 1) press("ArrowRight");
  look();
  return wrong;
})()
