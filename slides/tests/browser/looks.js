// Goes to each moment of each scene of the explorer. The result has a sentence for each fault of
// what is drawn: a text, a line, a name or its frame that is cut, a bar that runs from one function
// into another, and a lane that runs or a line that it prints out of sight.
(() => {
  const data = JSON.parse(document.getElementById("run").textContent);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const box = (element) => element.getBoundingClientRect();
  const isSeen = (element) => element.checkVisibility();
  // The sources on the page, in the order of the tracks.
  const sources = data.sources.map(({ name }) =>
    all(".source").find((source) => source.querySelector("h2").textContent.startsWith(name)),
  );
  const isFunction = /^\s*(?:pub )?(?:async )?(?:fn|def) /;
  const faults = [];
  const press = (key) =>
    document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  for (const [scene, { moments, tracks }] of data.scenes.entries()) {
    press("Home");
    press(String(scene + 1));
    press("Home");
    for (let nth = 0; nth < moments.length; nth += 1) {
      if (nth > 0) press("ArrowRight");
      const found = (fault) => faults.push(`${scene + 1}.${nth + 1}: ${fault}`);
      const chart = box(document.getElementById("chart"));
      if (box(document.querySelector(".cursor")).bottom > chart.bottom)
        found("the cursor has no lower edge");
      if (all("#bars text").length > 0) found("a text is cut where the future begins");
      for (const text of all("#chart text").filter(isSeen)) {
        const { left, right } = box(text);
        const isOnEdge = (edge) => left < edge - 1 && right > edge + 1;
        // At an edge that fades, the timeline goes on.
        const fades = text.closest("#written") && all(".fade").some(isSeen);
        if (!fades && (isOnEdge(chart.left) || isOnEdge(chart.right)))
          found(`“${text.textContent}” is cut`);
      }
      for (const frame of all("#chart .frame"))
        if (box(frame).left < chart.left) found("the frame around a name is cut");
      for (const tile of all(".tile").filter(isSeen)) {
        const isWide = tile.scrollWidth > tile.clientWidth + 1;
        if (isWide || tile.scrollHeight > tile.clientHeight + 1)
          found(`${tile.textContent} is squeezed`);
      }
      const beyond = document.documentElement.scrollWidth - innerWidth;
      if (beyond > 0) found(`the page is ${beyond} pixels too wide`);
      for (const cell of all(".cell"))
        if (box(cell).right > box(cell.closest("section")).right + 1)
          found(`the list “${cell.textContent}” leaves its section`);
      for (const mark of all(".mark"))
        if (mark.scrollWidth > mark.clientWidth) found(`“${mark.textContent}” leaves its ring`);
      for (const note of all("#lines .unlike").filter(isSeen)) {
        const text = note.nextElementSibling;
        const isBeside = box(note).top < box(text).bottom - 2;
        if (isBeside && text.getClientRects().length + box(text).height / 24 > 2)
          found(`“${text.textContent}” is broken beside “${note.textContent}”`);
      }
      const own = all("#lines li.now")[0];
      if (own) {
        const list = box(document.getElementById("lines"));
        const free = list.bottom - box(all("#lines li").filter(isSeen).at(-1)).bottom;
        const { top, bottom, height } = box(own);
        const row = parseFloat(getComputedStyle(own).lineHeight);
        if (bottom < list.top + 2 && Math.min(height, row) < free)
          found(`there is room for “${own.textContent}”, and it is out of sight`);
        const above = bottom < list.top + 2 ? 0 : (list.top - top) % row;
        if (above > row / 2 && above < row - 2) found(`“${own.textContent}” is cut`);
      }
      for (const pane of all(".pane").filter(({ scrollTop }) => scrollTop > 0)) {
        const { top } = box(pane);
        const isCut = (line) => box(line).top < top - 2 && box(line).bottom > top + 2;
        const lines = [...pane.querySelectorAll(".line, .fold")].filter(isSeen);
        for (const line of lines)
          if (isCut(line)) found(`the first line is cut: ${line.textContent}`);
        const empty = box(pane).bottom - box(lines.at(-1)).bottom;
        if (empty > 45) found(`${empty} pixels are empty behind the last line`);
      }
      const fade = all(".fade")[0];
      const begins = box(document.querySelector("#bars .band")).left - box(fade).left;
      if (isSeen(fade) && begins > 11.5) found("the timeline fades at its beginning");
      for (const prose of all("#about, #parting, #what-if, .verdict").filter(isSeen))
        if (prose.textContent.includes("`")) found(`backticks: ${prose.textContent}`);
      for (const bar of all(".bar")) {
        const { top, bottom } = box(bar);
        const lines = [...bar.closest(".pane").querySelectorAll(".line")].filter(isSeen);
        const through = lines.filter((line) => box(line).top > top && box(line).bottom < bottom);
        for (const line of through) {
          const code = line.textContent.replace(/^\d+/, "");
          if (isFunction.test(code)) found(`a bar runs into ${code}`);
        }
      }
      // What has a thread of its own has the same mark in steps of other lanes, and may be out of
      // sight there.
      for (const [index, source] of sources.entries()) {
        const step = tracks[index]?.steps[moments[nth].steps[index]];
        if (!source || !step) continue;
        const { top, bottom } = box(source.querySelector(".pane"));
        for (const mark of source.querySelectorAll(".mark.ran")) {
          if (!mark.dataset.lanes.split(" ").includes(String(step.lane))) continue;
          const isCut = box(mark).top < top - 1 || box(mark).bottom > bottom + 1;
          if (mark.classList.contains("beyond") || isCut)
            found("the lane that runs is out of sight");
        }
      }
    }
  }
  return faults;
})()
