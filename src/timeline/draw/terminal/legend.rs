//! The legend below a picture: what the signs mean that occur in it.
use super::{NARROWEST, TerminalOptions, cells::wrap, grey, paint};
use crate::timeline::draw::marks::{GLOSSARY, Mark};
use unicode_width::UnicodeWidthStr;

/// The last cell of a poll that another poll follows at once: the gap in it keeps the two apart. It
/// is no state, so there is no mark for it.
pub(super) const NARROW_BAR: char = '▉';

/// What the signs in the lines that are `drawn` mean.
pub(in crate::timeline::draw) fn legend(
    marks: &[Mark],
    drawn: &[String],
    options: TerminalOptions,
) -> Vec<String> {
    let width = options.width.max(NARROWEST);
    let mut lines: Vec<String> = vec![];
    for entry in entries(marks, drawn) {
        // An entry is not broken, unless it is wider than a whole line.
        match lines.last_mut() {
            Some(last) if last.width() + 3 + entry.width() <= width => {
                *last += &format!("   {entry}");
            }
            _ => lines.extend(wrap(&entry, width)),
        }
    }
    lines.iter().map(|line| paint(line, &grey(), options)).collect()
}

fn entries(marks: &[Mark], drawn: &[String]) -> Vec<String> {
    let mut entries = vec![];
    let mut explained: Vec<char> = vec![];
    for mark in marks {
        let Some(sign) = mark.sign() else { continue };
        if explained.contains(&sign) {
            continue;
        }
        explained.push(sign);
        entries.push(format!("{sign} {}", label(*mark)));
        let has_narrow_bars = drawn.iter().any(|line| line.contains(NARROW_BAR));
        if *mark == Mark::Running && has_narrow_bars {
            entries.push(format!("{NARROW_BAR}{sign} two polls"));
        }
    }
    entries.push(GLOSSARY.into());
    entries
}

/// Running, blocking and a moved clock have one sign, so the legend has one entry for all: the text
/// in the bar says which of them blocks the thread or moves the clock.
fn label(mark: Mark) -> &'static str {
    match mark {
        Mark::Blocking | Mark::MovedClock => Mark::Running.label(),
        _ => mark.label(),
    }
}
