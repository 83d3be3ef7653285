// What does not fit on the slide that is shown, as sentences.
(() => {
  const slide = document.querySelector("#stage > .slide:not([hidden])");
  const paper = slide.getBoundingClientRect();
  const scale = paper.width / 1280; // sizes are judged on the slide's own paper
  const misfits = [];
  const name = (element) => {
    const kind = `${element.tagName.toLowerCase()}.${element.getAttribute("class")}`;
    return `${kind} "${element.textContent.trim().slice(0, 30)}"`;
  };
  const inside = (element, box, what) => {
    const own = element.getBoundingClientRect();
    if (own.width === 0) return;
    const beside = Math.max(box.left - own.left, own.right - box.right);
    const beyond = Math.max(beside, box.top - own.top, own.bottom - box.bottom);
    if (beyond > 1) misfits.push(`${name(element)} is ${beyond.toFixed(0)} px outside of ${what}`);
  };

  const readable = (element, enlarged, least = 16) => {
    const size = parseFloat(getComputedStyle(element).fontSize) * enlarged;
    if (size < least - 0.05) misfits.push(`${name(element)} has letters of ${size.toFixed(1)} px`);
  };

  const footer = slide.querySelector("footer");
  const left = paper.x + 40 * scale;
  const height = footer.getBoundingClientRect().top - paper.top;
  const content = new DOMRect(left, paper.y, paper.width - 80 * scale, height);
  for (const block of slide.children) {
    if (block.matches("footer, aside")) continue;
    inside(block, content, "its slide");
    for (const part of block.querySelectorAll("p, li, pre, svg, figcaption, td, th")) {
      inside(part, content, "its slide");
    }
  }
  for (const part of footer.children) inside(part, paper, "the footer");
  const ends = [...slide.querySelectorAll("footer > :not(pre)")].map((part) =>
    part.getBoundingClientRect(),
  );
  if (ends.some((box, nth) => nth > 0 && box.left < ends[nth - 1].right)) {
    misfits.push("the footer overlaps");
  }
  for (const line of slide.querySelectorAll("ol.said > :not([hidden])")) {
    inside(line, line.parentElement.getBoundingClientRect(), "the lines of its instant");
  }
  for (const strip of slide.querySelectorAll(".strip")) {
    const beyond = strip.scrollWidth - strip.clientWidth;
    if (beyond > 1) misfits.push(`the strip is ${beyond} px too wide: ${strip.textContent}`);
  }
  for (const code of slide.querySelectorAll(".code")) {
    const box = code.getBoundingClientRect();
    for (const line of code.querySelectorAll(".line")) inside(line, box, "its box");
  }
  const title = slide.querySelector("h2");
  if (title && title.scrollWidth > title.clientWidth + 1) misfits.push("the title is too long");
  for (const svg of slide.querySelectorAll("svg")) {
    const box = svg.getBoundingClientRect();
    const { width, height } = svg.viewBox.baseVal;
    const enlarged = Math.min(box.width / width, box.height / height) / scale;
    for (const text of svg.querySelectorAll("text")) {
      readable(text, enlarged);
      if (text.textContent.endsWith("…")) misfits.push(`${name(text)} is shortened`);
    }
    // A text in a bar that is still growing must not stand beside it.
    const cursor = svg.querySelector(".cursor:not(.later)");
    const end = cursor ? cursor.getBoundingClientRect().right : box.right;
    for (const text of svg.querySelectorAll("text.in-bar")) {
      const beyond = text.getBoundingClientRect().right - end;
      const seen = text.checkVisibility({ visibilityProperty: true });
      if (seen && beyond > 2 * scale)
        misfits.push(`${name(text)} is ${beyond.toFixed(0)} px beyond the cursor`);
    }
  }
  // All that is written on the slide: elements that have text of their own.
  for (const element of slide.querySelectorAll("*")) {
    const written = [...element.childNodes].some(
      (node) => node.nodeType === 3 && /\S/.test(node.data),
    );
    const shown = element.checkVisibility() && !element.closest("svg, aside, .only-heard");
    if (written && shown) readable(element, 1 / scale);
  }
  // On a projector with 1080 lines 16 pixels of the paper are 24, and 20 are 30.
  for (const line of slide.querySelectorAll(".code .line")) readable(line, 1 / scale, 20);
  return misfits;
})()
