// What a person sees of a step of the explorer, as text to compare.
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const text = (selector) => all(selector).map((element) => element.textContent);
  const marks = all(".mark").map((mark) => mark.className + mark.textContent + mark.style.top);
  const lit = all(".line")
    .filter((line) => line.className !== "line")
    .map((line) => line.className + line.textContent);
  const output = text("#lines li:not([hidden])");
  const cursor = document.querySelector(".cursor").getAttribute("x");
  return JSON.stringify([text(".tells"), text(".cell"), marks, lit, output, cursor]);
})()
