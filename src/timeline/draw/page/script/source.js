// Reads code: what has a colour in it, and to which function each line belongs.
//
// Knows lines of text and nothing else: no lane, no step and no element of the page.

// Makes the expression that finds what has a colour in a line. The name of each group in it is the
// class that the style sheet colours.
function lexer(comment, string, words) {
  const keyword = new RegExp(`(?<kw>\\b(?:${words.replaceAll(" ", "|")})\\b)`);
  const others = [/(?<ma>\b\w+!)/, /(?<ty>\b[A-Z]\w*[a-z]\w*\b)/, /(?<no>(?<![\w.])\d[\w.]*\b)/];
  const parts = [comment, string, keyword, ...others];
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
    /(?<co>#.*|^""".*)/, // a docstring is a comment, too
    /(?<tx>[fbr]?"(?:[^"\\]|\\.)*"|[fbr]?'(?:[^'\\]|\\.)*')/,
    "and as assert async await break class continue def del elif else except False finally for " +
      "from global if import in is lambda None nonlocal not or pass raise return True try while " +
      "with yield",
  ),
};

// The delimiters of a string that may have several lines.
const LONG_STRINGS = { rust: ['r#"', '"#'], python: ['"""', '"""'] };

// Colours the lines of a source, of which some may be left out: each as its number, its indent, its
// length without that, and what it consists of.
function colouredLines({ language, lines }) {
  const [open, close] = LONG_STRINGS[language];
  let isInside = false; // of a string that began in a line before
  return lines.map(([number, text]) => {
    const code = text.trimStart();
    const wasInside = isInside;
    const begin = isInside ? 0 : code.indexOf(open);
    const rest = isInside ? code : code.slice(begin + open.length);
    isInside = begin >= 0 && !rest.includes(close);
    const end = wasInside && !isInside ? code.indexOf(close) + close.length : code.length;
    // Of a line with the beginning of such a string, what stands before it is code.
    const from = wasInside ? 0 : isInside ? begin : code.length;
    const parts = coloured(language, code.slice(0, from));
    const to = wasInside ? end : code.length;
    if (from < to) parts.push(make("span", { class: "tx" }, ...breakable(code.slice(from, to))));
    if (to < code.length) parts.push(...coloured(language, code.slice(to)));
    return { number, indent: text.length - code.length, long: code.length, parts };
  });
}

function coloured(language, text) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(LEXERS[language])) {
    if (found.index > end) parts.push(...breakable(text.slice(end, found.index)));
    const [kind] = Object.entries(found.groups).find(([, value]) => value !== undefined);
    const span = make("span", { class: kind });
    span.textContent = found[0];
    if (text[found.index - 1] === "(") parts.push(make("wbr"));
    parts.push(span);
    end = found.index + found[0].length;
    if (/^\.\w/.test(text.slice(end))) parts.push(make("wbr"));
  }
  parts.push(...breakable(text.slice(end)));
  return parts;
}

// Adds to code the places at which a long line may be wrapped. Otherwise a phone would break it
// inside a word.
function breakable(text) {
  const pieces = text.split(/(?<=[\w)\]])(?=\.\w)|(?<=::)(?=\w)|(?<=\()(?=\w)/);
  return pieces.flatMap((piece, nth) => (nth > 0 ? [make("wbr"), piece] : [piece]));
}

// For each number of a line the innermost function in which the line is. A function that is inside
// another one comes after it in the list, so it is the one that is kept.
function ownersOf({ functions }) {
  const owners = new Map();
  functions.forEach(([begin, end], owner) => {
    for (let number = begin; number <= end; number += 1) owners.set(number, owner);
  });
  return owners;
}
