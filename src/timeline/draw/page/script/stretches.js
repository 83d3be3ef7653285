// The stretches of the timeline: of a long one only that part is drawn of which something is in
// sight.
//
// Knows elements and their places on the axis. What they mean is in `timeline`.

// What begins in one stretch of the axis is drawn only while something of it is in sight: a run may
// have thousands of shapes, of instants and of times, and each step moves them. It stands in
// groups, since all bands lie under all shapes, and the threads, the texts and the times over them.
const STRETCH = 300;

function stretchesOf(axis) {
  const count = Math.floor(axis.width / STRETCH) + 1;
  return Array.from({ length: count }, () => ({
    bands: make("g"),
    shapes: make("g"),
    threads: make("g"),
    written: make("g"),
    times: make("g"),
    end: 0,
  }));
}

function addTo(stretches, group, element, from, to) {
  const stretch = stretches[Math.floor(from / STRETCH)];
  stretch[group].append(element);
  stretch.end = Math.max(stretch.end, to);
}

// A text may stand to the left of its place, to the right of it, or on both sides.
function addText(stretches, element) {
  const text = element.querySelector("text") ?? element;
  const x = Number(text.getAttribute("x"));
  const long = wide(text.textContent, "700 12px");
  addTo(stretches, "written", element, Math.max(x - long, 0), x + long);
}

// Shows the stretches of which something is in sight.
function showStretches({ stretches }, from, to) {
  stretches.forEach(({ end, ...groups }, nth) => {
    const isOut = end < from || nth * STRETCH > to;
    for (const group of Object.values(groups)) group.classList.toggle("left-out", isOut);
  });
}
