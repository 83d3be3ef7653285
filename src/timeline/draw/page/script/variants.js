// What is told of variants, which are several ways to write one program: where each differs from
// the first, and when the others are over.
//
// Knows the axis, and of a moment only whether it is the last: the end of a run is no secret then.

// When the other variants are over, if that is not when this one is. For each such end: `x`, where
// a dashed line stands; the text that names these variants, which begins at `from`; and `line`, in
// which line of text below the rows there is room for it.
function endsOfOthers(common, axis) {
  const ends = new Map(); // several variants may end at once and in the same way
  const own = common.among.indexOf(scene);
  const endsAlike = (nth) =>
    common.ends[nth] === common.ends[own] && common.stopped[nth] === common.stopped[own];
  common.among.forEach((other, nth) => {
    if (other === scene || endsAlike(nth)) return;
    const { title } = data.scenes[other];
    const verb = common.stopped[nth] ? ["is stopped", "are stopped"] : ["ends", "end"];
    const key = `${common.ends[nth]} ${verb[0]}`;
    const titles = [...(ends.get(key)?.titles ?? []), `“${title}”`];
    ends.set(key, { end: common.ends[nth], verb: verb[titles.length > 1 ? 1 : 0], titles });
  });
  const free = []; // for each line of text where it is free again
  return [...ends.values()]
    .sort((one, other) => one.end - other.end)
    .map(({ end, verb, titles }) => {
      const x = axis.bands[end][1] + 1;
      const text = `${titles.join(", ")} ${verb}`;
      const long = wide(text, "10.5px") + 10;
      // The text stands before the dashed line, or behind it if there is no room before it.
      const from = x - long >= 0 ? x - long : x;
      let line = free.findIndex((until) => until <= from);
      if (line < 0) line = free.length;
      free[line] = from + long;
      return { x, from, text, line };
    });
}

// Marks where a lane does something else than in the first variant, and when the others are over.
function markWhatDiffers(bars, texts, { rows, middle }, others, axis, rowHeight, bottom) {
  const edge = ([instant, after]) => axis.bands[instant][after ? 1 : 0];
  rows.forEach(({ differs }, row) => {
    for (const [from, to] of differs) {
      const x = edge(from);
      bars.append(
        make("rect", {
          class: "unlike-area",
          x,
          y: middle(row) - rowHeight / 2 + 1,
          width: Math.max(edge(to) - x, 2),
          height: rowHeight - 2,
          rx: 3,
        }),
      );
    }
  });
  for (const { x, from, text, line } of others) {
    bars.append(
      make("line", {
        class: "other-end",
        x1: x,
        x2: x,
        y1: 18,
        y2: bottom + 10 + line * 12, // down to its text, and not into one below it
      }),
    );
    const place = { x: from + 4, y: bottom + 10 + line * 12 };
    texts.push({ element: make("text", { class: "other", ...place }, text), from: x });
  }
}

// Shows the sentence that says how long the variants take and what differs. That is a part of the
// future, so it is shown only at the end if the future is hidden.
function showWhatIf() {
  const element = byId("what-if");
  element.hidden = !variant();
  if (!variant()) return;
  const isFirst = data.scenes[variant().among[0]] === run();
  const what = isFirst ? "How long the variants take" : `What differs from ${firstTitle()}`;
  const { sentence } = variant();
  const isTold = showsFuture() || isAtEnd() || sentence === "";
  const told = isTold ? sentence : `${what} is said at the end.`;
  // The signs are shown with the future only.
  const legend = ` ≠ marks rows unlike those in ${firstTitle()}.`;
  const sign = showsFuture() && hasSigns() ? legend : "";
  element.replaceChildren(...prose(told + sign));
  element.hidden = told + sign === "";
}

// The title of the scene with which the others are compared, in quotes: beside a timeline of Python
// a sign of what differs would seem to compare the languages.
const firstTitle = () => `“${data.scenes[variant().among[0]].title}”`;

// Whether a row of this variant has a sign: it differs, or the first has no such lane.
function hasSigns() {
  const first = data.scenes[variant().among[0]].variant;
  return variant().rows.some(
    ({ lane, differs }, nth) =>
      differs.length > 0 || (lane !== null && first.rows[nth].lane === null),
  );
}
