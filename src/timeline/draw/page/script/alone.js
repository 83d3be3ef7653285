// The lanes of one row, seen alone: on the timeline and in the output all else is pale. The source
// does that for itself, step by step, see `marks`.
//
// Knows that what belongs to a lane has its number in `data-of`. What lies between lanes, as the
// line of the thread does, has none.

// Makes pale what is not of the lanes that are seen alone, and marks the name of their row as a
// button that is pressed. It is called in each step, and most of them change nothing of this.
function showAlone() {
  if (drawn.alone === alone) return;
  drawn.alone = alone;
  for (const button of drawn.buttons)
    button.setAttribute("aria-pressed", button.dataset.lane === alone?.join(" "));
  for (const element of document.querySelectorAll("[data-of]"))
    element.classList.toggle("dim", !isSeen(Number(element.dataset.of)));
  chart.classList.toggle("alone", alone !== null);
}

// Shows the lanes of a row alone. If they are seen alone already, shows all lanes.
function toggleAlone(button) {
  const lanes = button.dataset.lane.split(" ").map(Number);
  alone = alone?.join() === lanes.join() ? null : lanes;
  show(scene, moment);
}
