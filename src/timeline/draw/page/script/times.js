// The times among which “Predict” lets choose.
//
// Knows the recording, and the source in Rust. Of what comes later it uses the right time alone: a
// wrong one that was taken from there would give another answer away.

// A time that was not recorded, written as recorded times are (`human` in Rust).
function inWords(time) {
  const ms = Math.floor(time / 1e6);
  if (ms === 0) return time < 1000 ? `${time} ns` : `${Math.floor(time / 1000)} µs`;
  const tenths = Math.floor((time % 1e6) / 1e5);
  if (ms < 100 && tenths > 0) return `${ms}.${tenths} ms`;
  if (ms < 1000) return `${ms} ms`;
  if (ms < 60000) return `${ms / 1000} s`;
  const [unit, called] = ms < 3600000 ? [60000, "min"] : [3600000, "h"];
  const whole = `${Math.floor(ms / unit)} ${called}`;
  return ms % unit === 0 ? whole : `${whole} ${inWords((ms % unit) * 1e6)}`;
}

// How a time is rounded: its unit, and how many digits it has without zeros at the end. A wrong
// time that is rounded in another way than the right one would be known as wrong.
function roundingOf(text) {
  const digits = text.replace(/\D/g, "").replace(/0+$/, "");
  return `${digits.length}${text.replace(/[\d.]/g, "")}`;
}

// A number for a text that looks like chance, and is the same each time: FNV-1a, and then the end
// of MurmurHash3, by which the last letters change all bits.
function hash(text) {
  let number = 0x811c9dc5;
  for (const letter of text) number = Math.imul(number ^ letter.codePointAt(0), 0x01000193);
  number = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  number = Math.imul(number ^ (number >>> 13), 0xc2b2ae35);
  return (number ^ (number >>> 16)) >>> 0;
}

// The same texts in an order that looks like chance: another one for each page, scene and step, and
// for each purpose.
function shuffled(texts, purpose) {
  const place = (text) => hash(`${document.title} ${scene}.${moment} ${purpose} ${text}`);
  return [...texts].sort((one, other) => place(one) - place(other));
}

// The durations in the code that the scene runs, in nanoseconds.
function durationsInCode() {
  const nth = data.sources.findIndex(({ language }) => language === "rust");
  if (nth < 0) return [];
  const units = { ms: 1e6, from_micros: 1e3, from_millis: 1e6, from_secs: 1e9, SECOND: 1e9 };
  const written =
    /\b(ms|from_micros|from_millis|from_secs)\(([\d_]+)\)|(?:(\d+) \* )?\b(SECOND)\b/g;
  const leftOut = tracks()[nth].leftOut;
  const found = new Set();
  for (const [number, text] of data.sources[nth].lines) {
    if (leftOut.some(([begin, end]) => begin <= number && number <= end)) continue;
    for (const [, call, argument, factor, second] of text.matchAll(written))
      found.add(Number((argument ?? factor ?? "1").replaceAll("_", "")) * units[call ?? second]);
  }
  return [...found];
}

// More instants and durations than these would only make a question slow.
const MOST_SEEN = 12;

// Times that a reader may think of: a time that is past, and after it what the code says or what it
// took before. They are later than now.
function likely() {
  const { instants, moments } = run();
  const now = moments[moment].instant;
  const past = instants.slice(Math.max(now + 1 - MOST_SEEN, 0), now + 1).map(([at]) => at);
  const inCode = durationsInCode().slice(0, MOST_SEEN);
  const seen = past.slice(1).map((at, nth) => at - past[nth]);
  const durations = [...inCode, ...seen];
  for (const one of inCode) durations.push(...inCode.map((other) => one + other));
  const times = past.flatMap((begin) => durations.map((duration) => begin + duration));
  return times.filter((time) => time > past.at(-1));
}

// Round times around the right one, for where too few times are likely.
function round(right) {
  const { instants, moments } = run();
  const now = instants[moments[moment].instant][0];
  const [end, text] = instants[right];
  let step = 1;
  while (inWords(Math.floor(end / step / 10) * step * 10) === text) step *= 10;
  const later = new Set(instants.map(([, text]) => text));
  const times = [];
  for (let nth = -9; nth <= 9; nth += 1) {
    const time = Math.floor(end / step) * step + nth * step;
    if (time > now && !later.has(inWords(time))) times.push(time);
  }
  return times;
}

// How many times a question offers.
const OFFERED = 4;

// The right time among wrong ones. How many of these are earlier looks like chance, as far as there
// are such times.
function timesToChoose(right) {
  const [end, text] = run().instants[right];
  const fits = (time) => inWords(time) !== text && roundingOf(inWords(time)) === roundingOf(text);
  const texts = (times, isEarlier) =>
    new Set(times.filter((time) => fits(time) && time < end === isEarlier).map(inWords));
  const wrong = (isEarlier) => [
    ...new Set([
      ...shuffled(texts(likely(), isEarlier), "picked"),
      ...shuffled(texts(round(right), isEarlier), "picked"),
    ]),
  ];
  const [earlier, later] = [wrong(true), wrong(false)];
  const before = earlier.slice(0, hash(`${document.title} ${scene}.${moment}`) % OFFERED);
  const after = later.slice(0, OFFERED - 1 - before.length);
  // Not in the order in which wrong times were picked: the right one would often be the last.
  return shuffled([...before, text, ...after], "shown");
}
