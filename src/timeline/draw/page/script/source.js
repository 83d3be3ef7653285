// Reads code: what has a colour in it, where its functions are, and which of them a scene does not
// use.
//
// Knows lines of text and nothing else: no lane, no step and no element of the page. It is no
// compiler: an example is formatted, so its indents tell where a part of it ends.

// Finds what has a colour in a line. The name of a group is its class in the style sheet.
function lexer(comment, string, words) {
  const keyword = new RegExp(`(?<kw>\\b(?:${words.replaceAll(" ", "|")})\\b)`);
  const name = [/(?<ma>\b\w+!)/, /(?<ty>\b[A-Z]\w*[a-z]\w*\b)/, /(?<no>(?<![\w.])\d[\w.]*\b)/];
  const parts = [comment, string, keyword, ...name];
  return new RegExp(parts.map((part) => part.source).join("|"), "g");
}

const LEXERS = {
  rust: lexer(
    /(?<co>\/\/.*)/,
    /(?<tx>b?r?"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)')/,
    "as async await break const continue dyn else enum false fn for if impl in let loop match " +
      "mod move mut pub ref return self Self static struct trait true type unsafe use where while",
  ),
  python: lexer(
    /(?<co>#.*)/,
    /(?<tx>[fbr]?"(?:[^"\\]|\\.)*"|[fbr]?'(?:[^'\\]|\\.)*')/,
    "and as assert async await break class continue def del elif else except False finally for " +
      "from global if import in is lambda None nonlocal not or pass raise return True try while " +
      "with yield",
  ),
};

function coloured(language, text) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(LEXERS[language])) {
    if (found.index > end) parts.push(...breakable(text.slice(end, found.index)));
    const [kind] = Object.entries(found.groups).find(([, value]) => value !== undefined);
    const span = make("span", { class: kind });
    span.textContent = found[0];
    parts.push(span);
    end = found.index + found[0].length;
  }
  parts.push(...breakable(text.slice(end)));
  return parts;
}

// Code with the places at which a line that is too long may go on below: on a phone it would be cut
// inside a word otherwise.
function breakable(text) {
  const pieces = text.split(/(?<=[\w)\]])(?=\.\w)|(?<=::)(?=\w)|(?<=\()(?=\w)/);
  return pieces.flatMap((piece, nth) => (nth > 0 ? [make("wbr"), piece] : [piece]));
}

// How a function begins, and what else runs by itself: a block that a runtime or a closure runs.
const BEGINS = {
  rust: {
    function: /^(?:pub(?:\([^)]*\))? )?(?:const |async |unsafe |extern "[^"]*" )*fn /,
    block: /(?:\basync\b.*|\|[^|]*\| *(?:-> .*)?)\{$/,
    before: /^(?:\/\/|#!?\[)/, // comments and attributes
  },
  // In Python nothing is a block of its own: that pattern matches nothing.
  python: { function: /^(?:async )?def /, block: /(?!)/, before: /^[#@]/ },
};

// What a source consists of, by its indents: an example is formatted. An item is what begins at
// the left edge; a function may be in an item or in another function. Each begins and ends with
// an index into `lines`.
function parts({ language, lines }) {
  const code = lines.map(([, text]) => text.trim());
  const indents = lines.map(([, text]) => text.length - text.trimStart().length);
  const begins = BEGINS[language];
  const isQuiet = (nth) => code[nth] === "" || begins.before.test(code[nth]);
  // In Rust the last line closes what the first one has opened. In Python it is the line before the
  // next one with the same indent or less.
  const endOf = (begin) => {
    if (language === "rust" && /[;}]$/.test(code[begin])) return begin;
    let end = begin;
    for (let nth = begin + 1; nth < code.length; nth += 1) {
      if (code[nth] === "") continue;
      if (indents[nth] <= indents[begin]) {
        const closes = /^[)\]}]/.test(code[nth]);
        if (language === "rust" && /^\}|;$/.test(code[nth])) return nth;
        if (!closes && language !== "rust") return end;
        if (!closes && /^\w/.test(code[nth]) && code[nth] !== "where") return end;
      }
      end = nth;
    }
    return end;
  };
  const found = { items: [], functions: [], quiet: code.map((_, nth) => isQuiet(nth)) };
  for (let nth = 0; nth < code.length; nth += 1) {
    if (isQuiet(nth)) continue;
    const part = { begin: nth, end: endOf(nth) };
    if (begins.function.test(code[nth])) found.functions.push(part);
    // The line with which a block begins is one of the function around it.
    else if (begins.block.test(code[nth])) found.functions.push({ ...part, isBlock: true });
    if (indents[nth] === 0 && !/^[)\]}]/.test(code[nth])) found.items.push(part);
  }
  return found;
}

// For each number of a line the innermost function in which it is.
function ownersOf({ lines }, { functions }) {
  const owners = new Map();
  functions.forEach(({ begin, end, isBlock }, owner) => {
    for (let nth = isBlock ? begin + 1 : begin; nth <= end; nth += 1)
      owners.set(lines[nth][0], owner);
  });
  return owners;
}

// The stretches of a source in which no lane of a scene waits or prints: whole functions and
// items, with the comments before them. A stretch that is not longer than two lines stays.
function unused({ lines }, { items, functions, quiet }, used) {
  const isUsed = ({ begin, end }) =>
    lines.slice(begin, end + 1).some(([number]) => used.has(number));
  if (used.size === 0) return [];
  const out = lines.map(() => false);
  for (const part of [...items, ...functions]) {
    if (part.isBlock || isUsed(part) || part.begin === part.end) continue;
    out.fill(true, part.begin, part.end + 1);
    for (let nth = part.begin - 1; quiet[nth] && lines[nth][1].trim(); nth -= 1)
      out[nth] = true;
  }
  // What is empty between two of them, or after the last one, is left out with them.
  const stretches = [];
  for (let nth = 0; nth < out.length; nth += 1) {
    if (!out[nth]) continue;
    let end = nth;
    for (let next = nth; next < out.length && (out[next] || quiet[next]); next += 1)
      if (out[next]) end = next;
    const last = end;
    if (end - nth > 1) {
      // The sign stands for the empty lines around it as well.
      let begin = nth;
      while (begin > 0 && lines[begin - 1][1].trim() === "") begin -= 1;
      while (end + 1 < lines.length && lines[end + 1][1].trim() === "") end += 1;
      stretches.push({ begin, end, range: `${lines[nth][0]}–${lines[last][0]}` });
    }
    nth = end;
  }
  return stretches;
}
