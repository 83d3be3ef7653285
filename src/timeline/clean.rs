//! Text from outside, cleaned once, where it comes in.
//!
//! A control character makes an SVG that no browser shows, and on a terminal it acts as a command;
//! a line break in a name breaks a row; and an override of the direction of writing turns round the
//! text beside it. So all text of a program (the names of lanes, what they say, the message of a
//! panic) is cleaned before it is kept, and no renderer has to care. A recording that is read from
//! a file is text from outside, too.

/// A text that may have several lines.
pub(crate) fn text(text: &str) -> String {
    clean(text, LineBreaks::Stay)
}

/// A text on one line, such as a name.
pub(crate) fn name(text: &str) -> String {
    clean(text, LineBreaks::BecomeSpaces)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum LineBreaks {
    Stay,
    BecomeSpaces,
}

fn clean(text: &str, line_breaks: LineBreaks) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            // A colour, or another command of a terminal: `ESC [`, numbers, and one letter. All of
            // it goes: without its first character the rest would be shown as text.
            '\u{1b}' if rest.peek() == Some(&'[') => {
                rest.next();
                for parameter in rest.by_ref() {
                    if ('@'..='~').contains(&parameter) {
                        break;
                    }
                }
            }
            // Of the two characters that end a line on Windows the second is enough.
            '\r' if rest.peek() == Some(&'\n') => {}
            '\n' if line_breaks == LineBreaks::Stay => cleaned.push('\n'),
            '\n' | '\r' | '\t' => cleaned.push(' '),
            _ if character.is_control() || harms_its_row(character) => {
                cleaned.push(char::REPLACEMENT_CHARACTER);
            }
            // These two are no control characters, but XML forbids them as well.
            '\u{fffe}' | '\u{ffff}' => cleaned.push(char::REPLACEMENT_CHARACTER),
            _ => cleaned.push(character),
        }
    }
    cleaned
}

/// Whether a character harms the row that it stands in, although it is no control character. There
/// are two kinds. An embedding, an override, an isolate or a mark of Unicode's bidirectional
/// algorithm changes the direction in which the text beside it is written. And U+2028 and U+2029
/// separate lines and paragraphs, so they break a row as a line break does.
fn harms_its_row(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_removed_and_control_characters_and_overrides_are_replaced() {
        assert_eq!(text("\u{1b}[32mok\u{1b}[0m"), "ok");
        assert_eq!(text("a\u{1b}b\u{0}c\u{7f}"), "a\u{fffd}b\u{fffd}c\u{fffd}");
        assert_eq!(text("\u{202e}evil\u{2069}"), "\u{fffd}evil\u{fffd}");
        assert_eq!(text("\u{1b}[31"), "", "a colour that does not end");
        assert_eq!(text("\u{ffff}"), "\u{fffd}");
    }

    #[test]
    fn a_text_keeps_its_lines_and_a_name_has_one() {
        assert_eq!(text("one\r\ntwo\nthree\tfour"), "one\ntwo\nthree four");
        assert_eq!(name("one\r\ntwo"), "one two");
        assert_eq!(name("Zoë 😀"), "Zoë 😀");
    }
}
