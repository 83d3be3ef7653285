//! Text in a picture: about how much room it takes.
//!
//! It is measured by a rule of thumb (see [`LETTER`]), since no font is known here.
use crate::timeline::draw::shorten;
use unicode_width::UnicodeWidthStr;

/// Sizes of text, in pixels.
pub(super) const FONT: f64 = 14.0;
pub(super) const SMALL: f64 = 12.0;
/// By this factor bold text is wider.
pub(super) const BOLD: f64 = 1.1;
/// A letter is a little more than half as wide as it is high.
pub(super) const LETTER: f64 = 0.58;

/// About how wide a text is.
/// By columns of a terminal, so that a wide letter counts twice. The reader's font may be wider: a
/// caller adds some pixels where a text must not touch what stands beside it.
pub(super) fn width_of(text: &str, size: f64) -> f64 {
    text.width() as f64 * size * LETTER
}

/// The text, or as much of it as fits into `width` pixels with an ellipsis.
pub(super) fn shorten(text: &str, width: f64, size: f64) -> String {
    let columns = (width.max(0.0) / (size * LETTER)) as usize;
    shorten::shorten(text, columns)
}

/// A number of pixels as text, with at most one decimal.
pub(super) fn px(value: f64) -> String {
    // A tenth of a pixel cannot be seen, and without more digits pictures are short and comparable.
    let text = format!("{value:.1}");
    match text.strip_suffix(".0") {
        Some(whole) => whole.to_owned(),
        None => text,
    }
}
