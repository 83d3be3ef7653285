//! What a source consists of: its items and its functions. What each of them names is in `names`.
//!
//! This is no parser. An example is formatted, so its indents tell where a part of it ends, and a
//! few beginnings of lines tell what it is.
use super::literals::inside_literals;

/// The lines of a source, with what they are made of. All positions are indices into these lines:
/// a page leaves some lines of the file out, so an index is not the number of a line.
pub(super) struct Parts<'t> {
    /// Decides how a line is read.
    pub(super) language: Language,
    /// Each line without its indent.
    pub(super) lines: Vec<&'t str>,
    /// The indent of each line, in bytes.
    pub(super) indents: Vec<usize>,
    /// For each line whether it has code: it is not empty, and no comment, attribute or decorator;
    /// nor is it inside a literal of several lines.
    pub(super) has_code: Vec<bool>,
    /// What begins at the left edge.
    pub(super) items: Vec<Item<'t>>,
    /// All functions, also those in an item or in another function, in the order of their lines.
    pub(super) functions: Vec<Function<'t>>,
    /// The bodies of `async` blocks and of closures: they run at another time than the function
    /// around them. A body begins with the line after its head.
    pub(super) blocks: Vec<Extent>,
}

/// From the first line of a part to its last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    /// Its first line.
    pub(super) begin: usize,
    /// Its last line, which is inside it.
    pub(super) end: usize,
}

impl Extent {
    pub(super) fn contains(self, other: Extent) -> bool {
        self.begin <= other.begin && other.end <= self.end
    }
}

/// What begins at the left edge, such as a function, a type or a constant.
pub(super) struct Item<'t> {
    /// Where it is, without the comments before it.
    pub(super) extent: Extent,
    /// The name of the type, trait, constant or static that it defines. A function has its name in
    /// [`Function`].
    pub(super) name: Option<&'t str>,
    /// The type whose methods are in this item; none if it is neither an `impl` nor a class.
    pub(super) methods_of: Option<&'t str>,
    /// The trait of an `impl`, or the class that a class extends.
    pub(super) of_trait: Option<&'t str>,
}

/// A function of the program, or a method.
pub(super) struct Function<'t> {
    /// Where it is, with its head.
    pub(super) extent: Extent,
    /// Its name. A function that has this name in it is taken to call it: see `reached`.
    pub(super) name: &'t str,
}

/// The language of a source: the two begin and end their parts differently.
#[derive(Clone, Copy)]
pub(super) struct Language {
    /// Whether it is Python; it is Rust otherwise.
    pub(super) python: bool,
}

impl<'t> Parts<'t> {
    /// `lines` are those of a source in Rust or in Python, with their indents.
    pub(super) fn of(lines: impl Iterator<Item = &'t str>, python: bool) -> Parts<'t> {
        let language = Language { python };
        let mut parts = Parts {
            language,
            lines: vec![],
            indents: vec![],
            has_code: vec![],
            items: vec![],
            functions: vec![],
            blocks: vec![],
        };
        for line in lines {
            let text = line.trim();
            parts.indents.push(line.len() - line.trim_start().len());
            parts.lines.push(text);
            parts.has_code.push(!text.is_empty() && !language.is_comment_or_attribute(text));
        }
        let inside = inside_literals(&parts.lines, python, language.comment());
        for (nth, is_inside) in inside.iter().enumerate() {
            parts.has_code[nth] &= !is_inside;
        }
        for begin in 0..parts.lines.len() {
            if !parts.has_code[begin] {
                continue;
            }
            let end = if language.python {
                parts.end_in_python(begin, &inside)
            } else {
                parts.end_in_rust(begin, &inside)
            };
            let extent = Extent { begin, end };
            let text = parts.lines[begin];
            if let Some(name) = language.function(text) {
                parts.functions.push(Function { extent, name });
            } else if language.begins_a_block(text) && begin < extent.end {
                parts.blocks.push(Extent { begin: begin + 1, end: extent.end });
            }
            if parts.indents[begin] == 0 && !closes(text) {
                parts.items.push(language.item(text, extent));
            }
        }
        parts
    }

    /// The last line of the part of Python that begins in the line `begin`: the last one with text
    /// before the next part with the same indent or less. A line that is `inside` a literal ends no
    /// part.
    fn end_in_python(&self, begin: usize, inside: &[bool]) -> usize {
        let mut end = begin;
        for (nth, is_inside) in inside.iter().enumerate().skip(begin + 1) {
            let text = self.lines[nth];
            if text.is_empty() && !is_inside {
                continue;
            }
            // The mark that closes a literal or a list of parameters belongs to this part.
            if self.indents[nth] <= self.indents[begin] && !is_inside && !closes(text) {
                return end;
            }
            end = nth;
        }
        end
    }

    /// The last line of the part of Rust that begins in the line `begin`: the one that closes what
    /// the first line has opened. A line that is `inside` a literal ends no part.
    fn end_in_rust(&self, begin: usize, inside: &[bool]) -> usize {
        if without_comment(self.lines[begin]).ends_with([';', '}']) {
            return begin;
        }
        let mut end = begin;
        for (nth, is_inside) in inside.iter().enumerate().skip(begin + 1) {
            let text = self.lines[nth];
            if text.is_empty() && !is_inside {
                continue;
            }
            if self.indents[nth] <= self.indents[begin] && !is_inside {
                if text.starts_with('}') || without_comment(text).ends_with(';') {
                    return nth;
                }
                // `where` belongs to the head of this part. Any other word begins the next part.
                if text.starts_with(is_of_a_word) && text != "where" {
                    return end;
                }
            }
            end = nth;
        }
        end
    }
}

impl Language {
    pub(super) fn comment(self) -> &'static str {
        if self.python { "#" } else { "//" }
    }

    /// Whether a line is a comment or an attribute; in Python an attribute is a decorator.
    fn is_comment_or_attribute(self, line: &str) -> bool {
        let marks: &[&str] = if self.python { &["#", "@"] } else { &["//", "#[", "#!["] };
        marks.iter().any(|mark| line.starts_with(mark))
    }

    /// The name of the function that begins in this line.
    pub(super) fn function(self, code: &str) -> Option<&str> {
        let keyword = if self.python { "def" } else { "fn" };
        let mut words = code.split(' ');
        loop {
            match words.next()? {
                word if word == keyword => break,
                "pub" | "const" | "async" | "unsafe" | "extern" => {}
                word if word.starts_with("pub(") || word.starts_with('"') => {}
                _ => return None,
            }
        }
        words_of(words.next()?).next()
    }

    /// Whether the body of an `async` block or of a closure begins after this line. Python has
    /// none.
    fn begins_a_block(self, code: &str) -> bool {
        let Some(head) = code.strip_suffix('{') else { return false };
        if self.python {
            return false;
        }
        if words_of(head).any(|word| word == "async") {
            return true;
        }
        // A closure: `|…| {`, or `|…| -> Type {`.
        let Some((parameters, result)) = head.rsplit_once('|') else { return false };
        let result = result.trim();
        parameters.contains('|') && (result.is_empty() || result.starts_with("-> "))
    }

    fn item(self, code: &str, extent: Extent) -> Item<'_> {
        let mut words = words_of(code).filter(|word| !["pub", "crate", "async"].contains(word));
        let keyword = words.next();
        let mut item = Item { extent, name: None, methods_of: None, of_trait: None };
        match keyword {
            Some("impl") => {
                let head = without_generics(code.strip_prefix("impl").unwrap_or(code));
                match head.split_once(" for ") {
                    Some((of_trait, of_type)) => {
                        item.of_trait = last_of_path(of_trait);
                        item.methods_of = last_of_path(of_type);
                    }
                    None => item.methods_of = last_of_path(head),
                }
            }
            Some("class") => {
                item.name = words.next();
                item.methods_of = item.name;
                // The last of `(module.Class)`.
                item.of_trait = words.last();
            }
            // `NAME = …`
            Some(name) if self.python && code[name.len()..].starts_with(" = ") => {
                item.name = Some(name);
            }
            Some("struct" | "enum" | "union" | "type" | "const" | "static" | "trait") => {
                item.name = words.next();
            }
            _ => {}
        }
        item
    }
}

/// Whether a line begins with what closes a part or a literal.
fn closes(line: &str) -> bool {
    line.starts_with([')', ']', '}', '"'])
}

/// A line of Rust without the comment at its end. Two slashes in a literal, as in an address of the
/// web, begin no comment.
fn without_comment(line: &str) -> &str {
    for (at, _) in line.match_indices("//") {
        let is_in_a_literal = line[..at].matches('"').count() % 2 == 1;
        if !is_in_a_literal {
            return line[..at].trim_end();
        }
    }
    line
}

/// What stands behind the `<…>` at the beginning of a text; the text if it begins with none.
fn without_generics(text: &str) -> &str {
    if !text.starts_with('<') {
        return text;
    }
    let mut depth = 0;
    for (at, letter) in text.char_indices() {
        match letter {
            '<' => depth += 1,
            '>' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[at + 1..];
        }
    }
    text
}

/// `Name` of `path::to::Name<T>`.
fn last_of_path(text: &str) -> Option<&str> {
    let path = text.split(['<', '{', '(']).next()?;
    words_of(path).last()
}

fn is_of_a_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The words of a text, in order. A word is made of letters, digits and underscores.
pub(super) fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter| !is_of_a_word(letter)).filter(|word| !word.is_empty())
}
