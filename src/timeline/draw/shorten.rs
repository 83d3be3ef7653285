//! How a text is shortened: between what a reader sees as two signs, and never within one.
//!
//! A sign may be several characters: a letter and its accent, an emoji of a person and a laptop, a
//! flag of two letters. Most of them are recognised by their widths: a character that belongs to
//! the sign before it has no width, or the two together are narrower than the sum of both. The
//! table of widths is there already; a library that knows all of Unicode's rules would be one more
//! dependency for each project that draws.
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Joins the character before it with the one behind it, as in the emoji of a family.
const JOINER: char = '\u{200D}';

/// The text, or as much of it as fits into `width` columns with an ellipsis.
pub(super) fn shorten(text: &str, width: usize) -> String {
    match beginning(text, width) {
        None => text.to_owned(),
        Some(_) if width == 0 => String::new(),
        Some(beginning) => format!("{beginning}…"),
    }
}

/// As much of a text as fits into `width` columns together with an ellipsis. None if all of it fits
/// without one.
pub(crate) fn beginning(text: &str, width: usize) -> Option<&str> {
    if text.width() <= width {
        return None;
    }
    let room = width.saturating_sub(1);
    let mut taken = 0;
    let mut end = 0;
    while let Some(sign) = first_sign(&text[end..]) {
        taken += sign.width();
        if taken > room {
            break;
        }
        end += sign.len();
    }
    Some(&text[..end])
}

/// What a reader sees as the first sign of a text. None if the text is empty.
fn first_sign(text: &str) -> Option<&str> {
    let first = text.chars().next()?;
    let mut end = first.len_utf8();
    for next in text[end..].chars() {
        let with_next = &text[..end + next.len_utf8()];
        if !is_one_sign(&text[..end], next, with_next) {
            break;
        }
        end = with_next.len();
    }
    Some(&text[..end])
}

/// Whether a sign goes on with the character `next`; `with_next` is both together.
fn is_one_sign(sign: &str, next: char, with_next: &str) -> bool {
    let alone = next.width().unwrap_or(0);
    let is_half_a_flag = |text: &str| text.chars().count() == 1 && text.chars().all(is_flag_letter);
    alone == 0
        || sign.ends_with(JOINER)
        || with_next.width() < sign.width() + alone
        || (is_half_a_flag(sign) && is_flag_letter(next))
}

/// Two of these letters are the flag of a country.
fn is_flag_letter(character: char) -> bool {
    ('\u{1F1E6}'..='\u{1F1FF}').contains(&character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_where_it_no_longer_fits_with_an_ellipsis() {
        assert_eq!(shorten("fetch", 5), "fetch");
        assert_eq!(shorten("fetch", 4), "fet…");
        assert_eq!(shorten("fetch", 1), "…");
        assert_eq!(shorten("fetch", 0), "");
        // Each of these takes two columns.
        assert_eq!(shorten("日本語", 5), "日本…");
        assert_eq!(shorten("日本語", 4), "日…");
    }

    #[test]
    fn nothing_is_cut_in_the_middle_of_a_sign() {
        let accent = "ne\u{301}e";
        let coder = "\u{1F469}\u{200D}\u{1F4BB}"; // a woman, a joiner, a laptop
        let thumb = "\u{1F44D}\u{1F3FD}"; // a thumb, and the colour of its skin
        let heart = "\u{2764}\u{FE0F}"; // a heart, and that it is drawn as an emoji
        let flag = "\u{1F1E9}\u{1F1EA}"; // D, E
        for sign in [&accent[1..4], coder, thumb, heart, flag] {
            let text = format!("a{sign}b{sign}c");
            let mut whole = vec![String::new()];
            for part in ["a", sign, "b", sign, "c"] {
                whole.push(format!("{}{part}", whole[whole.len() - 1]));
            }
            for width in 1..text.width() {
                let shown = shorten(&text, width);
                let shown = shown.strip_suffix('…').expect("it does not fit");
                assert!(whole.contains(&shown.to_owned()), "{shown:?} of {text:?}");
                assert!(shown.width() < width, "{shown:?} is wider than {width}");
            }
        }
    }
}
