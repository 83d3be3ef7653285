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
    if (found.index > end) parts.push(text.slice(end, found.index));
    const [kind] = Object.entries(found.groups).find(([, value]) => value !== undefined);
    const span = make("span", { class: kind });
    span.textContent = found[0];
    parts.push(span);
    end = found.index + found[0].length;
  }
  parts.push(text.slice(end));
  return parts;
}

// How a function begins, and what else runs by itself: a block that a runtime or a closure runs.
const BEGINS = {
  rust: {
    function: /^(?:pub(?:\([^)]*\))? )?(?:const |async |unsafe |extern "[^"]*" )*fn /,
    block: /(?:\basync\b.*|\|[^|]*\| *(?:-> .*)?)\{$/,
    comment: /^(?:\/\/|#!?\[)/,
  },
  python: { function: /^(?:async )?def /, block: /(?!)/, comment: /^[#@]/ },
};

// What a source consists of, by its indents: an example is formatted. An item is what begins at
// the left edge; a function may be in an item or in another function. Each begins and ends with
// an index into `lines`.
function parts({ language, lines }) {
  const code = lines.map(([, text]) => text.trim());
  const indents = lines.map(([, text]) => text.length - text.trimStart().length);
  const begins = BEGINS[language];
  const isEmpty = (nth) => code[nth] === "" || begins.comment.test(code[nth]);
  // In Rust the last line closes what the first one has opened; in Python the last line is the
  // one before the next that is not further in.
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
  const found = { items: [], functions: [], comments: code.map((_, nth) => isEmpty(nth)) };
  for (let nth = 0; nth < code.length; nth += 1) {
    if (isEmpty(nth)) continue;
    const begin = { begin: nth, end: endOf(nth) };
    if (begins.function.test(code[nth])) found.functions.push(begin);
    // The line with which a block begins is one of the function around it.
    else if (begins.block.test(code[nth])) found.functions.push({ ...begin, isBlock: true });
    if (indents[nth] === 0 && !/^[)\]}]/.test(code[nth])) found.items.push(begin);
  }
  return found;
}

// For each number of a line the innermost function in which it is.
function owners({ lines }, { functions }) {
  const owners = new Map();
  functions.forEach(({ begin, end, isBlock }, owner) => {
    for (let nth = isBlock ? begin + 1 : begin; nth <= end; nth += 1)
      owners.set(lines[nth][0], owner);
  });
  return owners;
}

// The stretches of a source in which no lane of a scene waits or prints: whole functions and
// items, with the comments before them. A stretch that is not longer than two lines stays.
function unused({ lines }, { items, functions, comments }, used) {
  const isUsed = ({ begin, end }) =>
    lines.slice(begin, end + 1).some(([number]) => used.has(number));
  if (used.size === 0) return [];
  const left = lines.map(() => false);
  for (const part of [...items, ...functions]) {
    if (part.isBlock || isUsed(part) || part.begin === part.end) continue;
    left.fill(true, part.begin, part.end + 1);
    for (let nth = part.begin - 1; comments[nth] && lines[nth][1].trim(); nth -= 1)
      left[nth] = true;
  }
  // What is empty between two of them, or after the last one, is left out with them.
  const stretches = [];
  for (let nth = 0; nth < left.length; nth += 1) {
    if (!left[nth]) continue;
    let end = nth;
    for (let next = nth; next < left.length && (left[next] || comments[next]); next += 1)
      if (left[next]) end = next;
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
