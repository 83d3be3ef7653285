// What a person sees of a step of the explorer, as text to compare.
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const text = (selector) => all(selector).map((element) => element.textContent);
  // Where a mark stands is its line: one whose line is out of sight is drawn at the edge, and what
  // is in sight depends on the steps before.
  const kind = (mark) => mark.className.replace(" beyond", "").replace(" above", "");
  const marks = all(".mark").map((mark) => kind(mark) + mark.textContent + mark.dataset.line);
  const lit = all(".line")
    .filter((line) => !["line", "line blank"].includes(line.className))
    .map((line) => line.className + line.textContent);
  const output = text("#lines li:not([hidden])");
  const cursor = document.querySelector(".cursor").getAttribute("x");
  return JSON.stringify([text(".tells"), text(".cell"), marks, lit, output, cursor]);
})()
