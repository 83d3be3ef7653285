// The layers of the timeline, which lie upon each other.
//
// A browser paints each layer for itself. Where a step changes nothing it keeps what it has
// painted, and a layer that moves with the axis is moved as a whole. Knows the sizes of the
// timeline, and of what is drawn only in which layer it belongs.

// Puts together the layers: the run, what a step changes over it, the names of the lanes, and the
// times. The result has their element, those that move, and the fades at the edges.
function layersOf({ axis, scale, width, tall, namesWidth }, { run, now, times, names }) {
  const layer = (...children) => {
    const place = { viewBox: `0 0 ${width} ${tall}`, preserveAspectRatio: "xMinYMin meet" };
    return make("svg", place, ...children);
  };
  const paper = (place) => make("rect", { class: "paper", y: 0, ...place });
  const head = paper({ x: -BEFORE, width: axis.width + BEFORE + AFTER, height: HEAD });
  const corner = paper({ x: 0, width: namesWidth - BEFORE, height: TOP });
  const fades = [tall, HEAD].map((height) => drawFades(namesWidth, width, height));
  const moving = [layer(...run), layer(...now), layer(head, ...times)];
  const still = layer(drawGradients(), ...fades[0], names);
  // The times stay in sight while rows are scrolled below them, and so does the corner beside them,
  // which covers the names.
  const top = make("div", { class: "top" }, moving[2], layer(...fades[1], corner));
  const labels = { role: "group", "aria-label": "Timeline" };
  const element = make("div", labels, moving[0], moving[1], still, top);
  element.style.height = `${tall * scale}px`;
  element.style.setProperty("--tall", `${tall * scale}px`);
  return { element, moving, fades };
}

const HEAD = 16; // how high the ground of the times is

// A timeline that is wider than its place fades at the edges behind which it goes on.
const FADE = 28; // how wide such an edge is

function drawFades(namesWidth, width, height) {
  const fade = (id, x) =>
    make("rect", { class: "fade", x, y: 0, width: FADE, height, fill: `url(#${id})` });
  return [fade("fade-left", namesWidth - BEFORE), fade("fade-right", width - FADE)];
}

function drawGradients() {
  const gradient = (id, from, to) => {
    const stop = (offset, opacity) =>
      make("stop", { offset, "stop-color": "var(--paper)", "stop-opacity": opacity });
    return make("linearGradient", { id }, stop(0, from), stop(1, to));
  };
  return make("defs", {}, gradient("fade-left", 1, 0), gradient("fade-right", 0, 1));
}
