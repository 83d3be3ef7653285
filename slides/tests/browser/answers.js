// Plays all slides to the end by Space, and goes back again by Shift and Space. The result is a
// function that goes on for a second: the whole way would take longer than one request may on a
// busy machine. It returns null while there is more to see. Then its list has a sentence for each
// thing on a slide that tells its answer too soon, for each timeline whose slider is not where its
// picture ends, and for each step that looks different on the way back.
(() => {
  const press = (shiftKey) =>
    document.dispatchEvent(new KeyboardEvent("keydown", { key: " ", shiftKey, bubbles: true }));
  const slide = () => document.querySelector("#stage > .slide:not([hidden])");
  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true });
  const texts = (selector) =>
    [...slide().querySelectorAll(selector)].filter(isSeen).map((found) => found.textContent);
  const step = () => document.getElementById("announcement").textContent;
  const faults = [];

  const told = (where) => {
    const question = slide().querySelector(".question");
    const answer = slide().querySelector(".answer");
    const isAnswered = answer ? isSeen(answer) : !slide().classList.contains("asking");
    if (!question || isAnswered) return;
    const found = (what, text) => faults.push(`${where}: ${what} “${text}”`);
    for (const text of texts(".co")) found("the comment", text);
    for (const text of texts(".file, .run code")) found("the name", text);
    for (const text of texts(".due")) found("the time", text);
    for (const text of texts("[data-in-part] .group")) found("the wait", text);
    for (const text of texts(".code:not(.texts) .line:not(.ran) .sentence"))
      found("the text", text);
    const title = slide().querySelector("h2").textContent;
    for (const svg of slide().querySelectorAll("svg.timeline")) {
      const label = svg.getAttribute("aria-label");
      if (svg.querySelector(".later:not(.cursor)") && label !== `Timeline: ${title}`)
        found("the label", label);
    }
  };

  // A picture begins with its first poll or row, the slider is where the picture ends, and no lane
  // has a name before it is made.
  const drawn = (where) => {
    for (const picture of slide().querySelectorAll("[data-reveal=picture]"))
      if (!picture.querySelector(".row:not(.later)")) faults.push(`${where}: no row is drawn`);
    for (const figure of slide().querySelectorAll(".run-of")) {
      const bars = [...figure.querySelectorAll("svg.timeline rect:not(.later)")];
      if (!bars.some((bar) => Number(bar.getAttribute("width")) > 0))
        faults.push(`${where}: no poll is drawn`);
      const { lanes, moments, tracks } = JSON.parse(figure.querySelector("script").textContent);
      const end = Number(figure.querySelector(".cursor").getAttribute("x1"));
      const value = Number(figure.querySelector(".scrub").value);
      const { states } = tracks[0].steps[value];
      for (const { textContent: name } of [
        ...figure.querySelectorAll(".name:not(.later, .faint)"),
      ]) {
        const isThere = lanes.some((lane, nth) => lane.name === name && states[nth] !== ".");
        if (!isThere) faults.push(`${where}: ${name} is named before it is there`);
      }
      const placeOf = (nth) => moments[nth]?.place;
      const numbersOf = (path) =>
        figure
          .querySelector(path)
          .getAttribute("d")
          .match(/[\d.]+/g)
          ?.map(Number) ?? [];
      // The thread is drawn up to this poll, and the arrow from the poll that woke the lane.
      const drawnTo = moments.findLastIndex(
        ({ place }, nth) => nth <= value && place && !tracks[0].steps[nth].on_thread,
      );
      if (placeOf(drawnTo)?.y !== numbersOf(".thread").at(-1))
        faults.push(`${where}: the thread is not where its last poll is`);
      const { middle } = placeOf(value) ?? {};
      // Within a row no arrow is drawn.
      const cause = placeOf(tracks[0].steps[value].woken_in);
      const from = cause?.y === placeOf(value)?.y ? undefined : cause?.middle;
      const [begins] = numbersOf(".wake.line");
      const [ends] = numbersOf(".wake.head");
      if (begins !== from || ends !== (from && middle))
        faults.push(`${where}: a wake goes from ${begins} to ${ends}`);
      if (moments[value].at !== end)
        faults.push(`${where}: the picture ends at ${end}, and the slider says ${value}`);
    }
  };

  const looks = () => {
    const later = slide().querySelectorAll(".later, .not-yet").length;
    const lit = [
      ...slide().querySelectorAll(":is(.chain, .resumed, .said, .stop, .ran)[data-line], .mark"),
    ];
    const lines = lit.map(({ className, dataset, title }) =>
      [dataset.line, title, ...className.split(" ").sort()].join(" "),
    );
    const said = [...slide().querySelectorAll(".strip, ol.said > :not([hidden])")];
    const asks = slide().classList.contains("asking");
    const cursor = slide().querySelector(".cursor")?.getAttribute("x1");
    const paths = [...slide().querySelectorAll(".thread, .wake")].map((path) =>
      path.getAttribute("d"),
    );
    return [
      slide().id,
      asks,
      later,
      cursor,
      ...paths,
      ...lines,
      ...said.map((text) => text.textContent),
    ].join("|");
  };

  const forwards = [];
  const goOn = () => {
    const now = looks();
    if (now === forwards.at(-1)) return false;
    forwards.push(now);
    const where = `${slide().id}, ${step()}`;
    told(where);
    drawn(where);
    press(false);
    return true;
  };
  const goBack = () => {
    const now = looks();
    if (forwards.pop() !== now) faults.push(`${slide().id}: another one on the way back`);
    press(true);
  };
  let isAtEnd = false;
  return () => {
    const pause = performance.now() + 1000;
    while (performance.now() < pause) {
      if (!isAtEnd) {
        isAtEnd = !goOn();
        if (!isAtEnd) continue;
        const last = document.querySelector("#stage > .slide:last-child").id;
        if (slide().id !== last) faults.push(`Space goes no further than ${slide().id}`);
      }
      if (forwards.length === 0) return faults;
      goBack();
    }
    return null;
  };
})()
