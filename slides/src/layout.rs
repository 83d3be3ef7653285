//! How large things are on a slide, and so what fits.
//!
//! A slide is laid out on paper of 1280 by 720 pixels, which the browser then scales to its window.
//! All numbers here are pixels of that paper. The style sheet gets them from here ([`css`]), so
//! what is checked is what is shown. A test in a real browser compares the two.
//!
//! Read it after `compose`, which asks whether something fits; next is `place`, which asks how
//! large it can be. Widths of letters are averages, so heights of text are estimates.
use crate::{colour::HANG, source::indent_of};
use unicode_width::UnicodeWidthStr;

/// How wide the paper is.
pub const WIDTH: f64 = 1280.0;
/// How high the paper is.
pub const HEIGHT: f64 = 720.0;
/// Kept free on the left and on the right.
const SIDE: f64 = 52.0;
/// Kept free above; and below, where the footer is.
const ABOVE: f64 = 18.0;
const BELOW: f64 = 46.0;
/// The distance between two blocks.
const GAP: f64 = 9.0;
/// The size of a title, and its line in parts of that.
const TITLE: f64 = 38.0;
const TITLE_LINE: f64 = 1.25;
/// The size of text, of questions and of answers.
const PROSE: f64 = 25.0;
/// The size of the lines below a timeline that belong to the instant that is shown.
const SAID: f64 = 19.0;
const SAID_LINE: f64 = SAID * LINE_HEIGHT;
/// What stands between two of these lines, and around their number, in letters.
const AROUND_SAID: usize = 6;
/// How many of these lines are shown at most.
pub const SAID_LINES: usize = 3;
/// The size of printed lines; and how many stand in one column, also if they are short.
const OUTPUT: f64 = 1.1 * SAID;
const ONE_COLUMN: usize = 12;
/// What ran, what is ready and what is waited for: a line of its own below a timeline.
const STRIP: f64 = 16.0;
const STRIP_LINE: f64 = 27.0;
/// An agenda has its topics in two columns.
const AGENDA: f64 = 24.0;
/// Left and right of code; and above and below it.
const CODE_SIDE: f64 = 18.0;
const CODE_ABOVE: f64 = 9.0;
/// The line above code that names its file.
const CODE_NAME: f64 = 16.0;
const NAME_LINE: f64 = 1.2;
/// How wide a column of marks beside code is, and how many there are at most.
const MARK: f64 = 24.0;
const MOST_MARKS: usize = 4;
/// Between two pieces of code side by side.
const BETWEEN_CODES: f64 = 18.0;
/// The height of a line of text or of code, in parts of the size of its letters.
const LINE_HEIGHT: f64 = 1.32;
/// How wide letters are, in parts of their size: of a fixed pitch, and on the average.
const FIXED: f64 = 0.603;
const LETTER: f64 = 0.53;
const BOLD_LETTER: f64 = 0.59;

/// Code has one of these sizes. The smallest is 30 pixels on a projector with 1080 lines.
pub const CODE_SIZES: [f64; 4] = [28.0, 25.0, 22.0, 20.0];
/// How many lines of code are shown at most.
pub const CODE_LINES: usize = 15;
/// By this factor letters are larger on a slide with nothing but text.
pub const LARGE_TEXT: f64 = 1.3;
/// By this factor a question is smaller on paper, where it stands above its answer.
pub const ASKED: f64 = 0.8;
/// Letters that are any smaller cannot be read from the last row. They are 24 pixels on a projector
/// with 1080 lines.
pub const SMALLEST_LETTERS: f64 = 16.0;
/// The letters of a timeline have 12 pixels at least, so it must be enlarged by this factor.
pub const SMALLEST_SCALE: f64 = SMALLEST_LETTERS / 12.0;
/// A picture is drawn no narrower than this.
pub const NARROWEST_PICTURE: f64 = 640.0;
/// How two pieces of code side by side may share the width, in percent for the left one. Shares
/// that are more even come first, because the first of several that are as good is taken.
fn splits() -> impl Iterator<Item = usize> {
    (0..=25).flat_map(|uneven| [50 - uneven, 50 + uneven])
}

/// How wide the content of a slide can be.
pub const fn content_width() -> f64 {
    WIDTH - 2.0 * SIDE
}

/// The sizes as custom properties of CSS, in pixels of the paper.
pub fn css() -> String {
    let sizes = [
        ("width", WIDTH),
        ("height", HEIGHT),
        ("side", SIDE),
        ("above", ABOVE),
        ("below", BELOW),
        ("gap", GAP),
        ("title", TITLE),
        ("prose", PROSE),
        ("said", SAID),
        ("output", OUTPUT),
        ("strip", STRIP),
        ("strip-line", STRIP_LINE),
        ("agenda", AGENDA),
        ("code-side", CODE_SIDE),
        ("code-above", CODE_ABOVE),
        ("code-name", CODE_NAME),
        ("between-codes", BETWEEN_CODES),
        ("mark", MARK),
    ];
    let mut css: String =
        sizes.iter().map(|(name, size)| format!("--{name}:calc({size}*var(--px));")).collect();
    css += &format!("--large-text:{LARGE_TEXT};--asked:{ASKED}em;");
    css = format!(
        ":root{{--line-height:{LINE_HEIGHT};--agenda-line:{AGENDA_LINE};--title-line:{TITLE_LINE};\
         --name-line:{NAME_LINE}}}\n.stage{{{css}}}\n"
    );
    for (nth, size) in CODE_SIZES.iter().enumerate() {
        css += &format!(".code-{nth}{{--code:calc({size}*var(--px))}}\n");
    }
    for lines in 1..=SAID_LINES {
        css += &format!(".said-{lines}{{height:calc({}*var(--px))}}\n", lines as f64 * SAID_LINE);
    }
    for left in splits().skip(1) {
        css += &format!(".split-{left}{{grid-template-columns:{left}fr {}fr}}\n", 100 - left);
    }
    for columns in 1..=MOST_MARKS {
        // The first column is the one that is farthest from the code.
        let (left, right) = (columns, columns - 1);
        css += &format!(
            ".gutter-{columns}{{--gutter:calc({left}*var(--mark))}}\n\
             .column-{right}{{--column:calc({right}*var(--mark))}}\n"
        );
    }
    css + &hanging_lines()
}

/// The rules by which a line of code that is too long goes on below, indented. They have a class
/// for each indentation, because the policy of the page forbids `style` attributes.
pub fn hanging_lines() -> String {
    let mut css = String::new();
    for indent in 0..=40 {
        let hang = indent + HANG;
        css += &format!(".i{indent}{{padding-left:{hang}ch;text-indent:-{hang}ch}}\n");
    }
    css
}

/// How code is set: at which of the sizes, and if two pieces stand side by side, how they share the
/// width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Which of [`CODE_SIZES`].
    pub size: usize,
    /// Percent for the left one.
    pub split: usize,
    /// Whether two pieces stand above each other instead.
    pub stacked: bool,
    /// How many lines that makes: those of the longer piece, or of both if they stand above each
    /// other.
    pub lines: usize,
    /// How many lines exist only because others were too long, in both pieces.
    pub wraps: usize,
    /// How many words are broken, since they are wider than their place.
    pub broken: usize,
}

/// The columns that fit into a share of the width.
fn columns(width: f64, size: f64) -> usize {
    ((width - 2.0 * CODE_SIDE) / (size * FIXED)) as usize
}

/// How many lines a piece of code has when its long lines go on below.
pub fn wrapped(code: &str, columns: usize) -> usize {
    wrapped_lines(&measured(code), columns)
}

/// A line of code, as far as it matters where it breaks. All settings of a slide are compared by
/// these, since to count the letters of each word takes longer than all the rest.
struct Measured {
    /// How many spaces it begins with.
    indent: usize,
    /// The widths of its words.
    words: Vec<usize>,
}

fn measured(code: &str) -> Vec<Measured> {
    let mut lines = vec![];
    for line in code.lines() {
        let words = line.trim_start().split(' ').map(|word| word.width()).collect();
        lines.push(Measured { indent: indent_of(line), words });
    }
    lines
}

fn wrapped_lines(code: &[Measured], columns: usize) -> usize {
    code.iter().map(|line| wrapped_line(line, columns)).sum()
}

/// Counts as the browser breaks lines: between words, and inside a word only if that is wider than
/// a line.
fn wrapped_line(line: &Measured, columns: usize) -> usize {
    let hang = line.indent + HANG;
    let mut lines = 1;
    let mut used = line.indent;
    for (nth, wide) in line.words.iter().enumerate() {
        let needed = if nth == 0 { *wide } else { wide + 1 };
        if used + needed > columns && used > hang {
            lines += 1;
            used = hang + wide;
        } else {
            used += needed;
        }
        // A word that is wider than the line is broken.
        while used > columns && columns > hang {
            lines += 1;
            used -= columns - hang;
        }
    }
    lines
}

/// How many words of a piece of code are wider than the line that they begin.
fn broken_words(code: &[Measured], columns: usize) -> usize {
    let mut broken = 0;
    for line in code {
        for wide in &line.words {
            if line.indent + HANG + wide > columns {
                broken += 1;
            }
        }
    }
    broken
}

/// How many letters the longest line has.
pub fn widest_line(code: &str) -> usize {
    let mut widest = 0;
    for line in code.lines() {
        widest = widest.max(line.width());
    }
    widest
}

/// How many columns each piece of code has. There are one or two `pieces`.
pub fn columns_of(setting: Setting, pieces: usize) -> Vec<usize> {
    let pixels = CODE_SIZES[setting.size];
    if pieces == 2 && !setting.stacked {
        let room = content_width() - BETWEEN_CODES;
        let left = room * setting.split as f64 / 100.0;
        return vec![columns(left, pixels), columns(room - left, pixels)];
    }
    vec![columns(content_width(), pixels); pieces]
}

/// Whether two pieces of code can stand side by side without a line that goes on below.
pub fn fit_side_by_side(left: &str, right: &str) -> bool {
    set(&[left, right], CODE_SIZES.len() - 1, false).wraps == 0
}

/// Sets one or two pieces of code at one of the sizes, beside or above each other.
pub fn set(codes: &[&str], size: usize, stacked: bool) -> Setting {
    let mut pieces = vec![];
    for code in codes {
        pieces.push(measured(code));
    }
    let mut best: Option<Setting> = None;
    for split in splits() {
        let mut setting = Setting { size, split, stacked, lines: 0, wraps: 0, broken: 0 };
        for (code, columns) in pieces.iter().zip(columns_of(setting, codes.len())) {
            let lines = wrapped_lines(code, columns);
            setting.wraps += lines - code.len();
            setting.broken += broken_words(code, columns);
            setting.lines = if stacked { setting.lines + lines } else { setting.lines.max(lines) };
        }
        // Of equally good settings the first is kept: the one with the most even shares.
        if best.is_none_or(|best| setting.badness() < best.badness()) {
            best = Some(setting);
        }
    }
    best.expect("there are splits")
}

impl Setting {
    /// The lower, the better. A broken word weighs most, since it cannot be read; then every line
    /// that is needed counts.
    fn badness(&self) -> (usize, usize) {
        (self.lines + self.wraps + 4 * self.broken, self.wraps)
    }
}

/// For how many columns of marks there is room beside a piece of code that has this many columns of
/// letters: they take only what the code leaves free.
pub fn gutter(code: &str, columns: usize, setting: Setting) -> usize {
    let free = columns.saturating_sub(widest_line(code)) as f64 * CODE_SIZES[setting.size] * FIXED;
    ((free / MARK) as usize).min(MOST_MARKS)
}

/// How high code is, with what is around it.
pub fn code_height(setting: Setting) -> f64 {
    let around = 2.0 * CODE_ABOVE + CODE_NAME * NAME_LINE;
    let code = setting.lines as f64 * CODE_SIZES[setting.size] * LINE_HEIGHT;
    if setting.stacked { code + 2.0 * around + GAP } else { code + around }
}

/// How high a list of `topics` topics is.
pub fn agenda_height(topics: usize) -> f64 {
    topics.div_ceil(2) as f64 * AGENDA * AGENDA_LINE
}

/// The distance of two topics, in parts of their size.
const AGENDA_LINE: f64 = 1.75;

/// About how high a text is that is `size` times as large as usual. Each of its lines is a
/// paragraph or an item.
pub fn text_height(text: &str, size: f64) -> f64 {
    height_in(text, size, LETTER)
}

/// The same for a question or an answer, which is bold.
pub fn bold_text_height(text: &str, size: f64) -> f64 {
    height_in(&format!("? {text}"), size, BOLD_LETTER)
}

/// The height of text whose letters have this width. Each line of the source is a block of its own,
/// with four pixels around it.
fn height_in(text: &str, size: f64, letter: f64) -> f64 {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| size * (lines_of_text(line, size * PROSE * letter) * PROSE * LINE_HEIGHT + 4.0))
        .sum()
}

/// How many lines a text has. `letter` is the width of its letters, in pixels.
fn lines_of_text(text: &str, letter: f64) -> f64 {
    let columns = content_width() / letter;
    (text.width() as f64 / columns).ceil().max(1.0)
}

/// The height that these blocks, one below the other, leave free: a picture gets it. Negative if
/// the blocks do not fit.
pub fn room_for_picture(heights: &[f64]) -> f64 {
    let title = TITLE * TITLE_LINE;
    HEIGHT - ABOVE - BELOW - title - heights.iter().map(|height| height + GAP).sum::<f64>()
}

/// The height that a timeline needs besides its picture, for the strip and for `said_lines` lines.
pub fn around_picture(said_lines: usize) -> f64 {
    STRIP_LINE + said_lines as f64 * SAID_LINE
}

/// How many lines it takes to show these texts, one after the other.
pub fn said_lines(texts: &[String]) -> usize {
    let columns = (content_width() / (SAID * LETTER)) as usize;
    let mut lines = 1;
    let mut used = 0;
    for text in texts {
        let wide = text.width() + AROUND_SAID;
        if used + wide > columns && used > 0 {
            lines += 1;
            used = 0;
        }
        used += wide;
        // A text that is wider than a line, such as a verdict, goes on below.
        while used > columns {
            lines += 1;
            used -= columns;
        }
    }
    lines
}

/// Whether a title fits into one line.
pub fn title_fits(title: &str) -> bool {
    lines_of_text(title, TITLE * BOLD_LETTER) <= 1.0
}

/// Whether printed lines stand in two columns, in which letters are a bit smaller. `widths` has the
/// letters of each line.
pub fn in_two_columns(widths: &[usize]) -> bool {
    // The room between the columns is as wide as that on either side.
    let letters = columns((content_width() + CODE_SIDE) / 2.0, SAID);
    widths.len() > ONE_COLUMN && widths.iter().all(|wide| *wide <= letters)
}

/// How high a list of printed lines is. `lines` of them stand one below the other.
pub fn output_height(lines: usize, in_two_columns: bool) -> f64 {
    let size = if in_two_columns { SAID } else { OUTPUT };
    lines as f64 * size * LINE_HEIGHT + 2.0 * CODE_ABOVE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_too_long_goes_on_below() {
        assert_eq!(wrapped("let a = 1;\n", 10), 1);
        assert_eq!(wrapped("let a = 12;\n", 10), 2);
        assert_eq!(wrapped("    let a = 1;\n", 13), 2, "its indentation counts");
        assert_eq!(
            wrapped("abcdefghijklmnopqrstuvw\n", 10),
            4,
            "a word is broken: 10, 6, 6 and 1 letters"
        );
        assert_eq!(wrapped("a\n\nb\n", 10), 3, "an empty line is a line");
    }

    #[test]
    fn a_setting_that_breaks_no_word_is_better() {
        assert_eq!(broken_words(&measured("abcdefgh i\n"), 10), usize::from(8 + HANG > 10));
        let broken = "short()\n".repeat(3);
        let whole = format!("let x = {}();\n", "x".repeat(40));
        let setting = set(&[&broken, &whole], 1, false);
        assert_eq!(setting.broken, 0, "{setting:?}");
    }

    #[test]
    fn the_wider_of_two_codes_gets_more_of_the_width() {
        let narrow = "short()\n";
        let wide = format!("wide({})\n", "argument, ".repeat(4));
        let setting = set(&[narrow, &wide], 1, false);
        assert!(setting.split < 50, "{setting:?}");
        assert_eq!(set(&[narrow, narrow], 1, false).split, 50);
    }

    #[test]
    fn what_is_said_at_once_goes_on_in_the_next_line() {
        let said = |letters, count| said_lines(&vec!["x".repeat(letters); count]);
        assert_eq!((said(0, 0), said(20, 4), said(20, 5), said(60, 3)), (1, 1, 2, 3));
    }

    #[test]
    fn many_short_lines_stand_in_two_columns() {
        assert!(in_two_columns(&[30; 18]));
        assert!(!in_two_columns(&[30; 12]), "few lines");
        assert!(!in_two_columns(&[[30; 17].as_slice(), &[60]].concat()), "a long line");
    }

    #[test]
    fn larger_letters_need_more_lines() {
        let code = format!("f({})\n", "argument, ".repeat(20));
        assert!(set(&[&code], 0, false).lines > set(&[&code], 3, false).lines);
    }
}
