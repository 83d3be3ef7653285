//! The header of an example, as data: its source begins with what a reader has to know, and a run
//! says the same.
//!
//! ```text
//!   //! Gather: start several coroutines together and …      the title, up to the empty line
//!   //!
//!   //!     cargo run --example gather                       the command, and so the name
//!   //!
//!   //! Look for: Six seconds of sleeping take three, …      what to look for
//! ```
use console::measure_text_width;
use std::fmt::Write;

/// The table of contents: which example comes after which. It is compiled in, so that it is there
/// wherever the example is run.
const MANIFEST: &str = include_str!("../../Cargo.toml");

/// What the header of an example's source says.
#[derive(Clone, Debug)]
pub(super) struct Header {
    /// The whole source. The header is its lines that begin with `//!`.
    pub(super) source: &'static str,
    /// What stands after `--example` in its command.
    pub(super) name: &'static str,
    /// Given by the example itself if it belongs to another package: this package's manifest does
    /// not list it.
    elsewhere: Option<Listing>,
}

/// What a table of contents says of an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listing {
    /// Where its source is.
    pub(super) path: &'static str,
    /// What to type after `cargo run` for the example after it.
    pub(super) next: Option<String>,
}

impl Header {
    /// Reads the header of a source.
    ///
    /// # Panics
    /// If it does not say how to run the example. A test looks at every header.
    pub(super) fn of(source: &'static str) -> Header {
        // Indented, since it is a code block in the documentation. Other commands may follow.
        let (_, command) = source.split_once("//!     cargo run ").expect("the command to type");
        let (command, _) = command.split_once('\n').expect("the end of its line");
        let (_, name) = command.split_once("--example ").expect("the name of the example");
        Header { source, name, elsewhere: None }
    }

    /// A paragraph of the header, as one line: from the first line that begins with `start` up to
    /// the next empty line. With an empty `start` it is the first paragraph.
    fn paragraph(&self, start: &str) -> String {
        let mut text = String::new();
        for line in self.source.lines() {
            let line = line.trim_start_matches("//!").trim();
            // A paragraph ends at an empty line, and not at the end of a line.
            if !text.is_empty() && line.is_empty() {
                break;
            }
            if !text.is_empty() || line.starts_with(start) {
                let space = if text.is_empty() { "" } else { " " };
                write!(text, "{space}{line}").expect("a string takes all");
            }
        }
        text
    }

    /// What the example is about.
    pub(super) fn title(&self) -> String {
        self.paragraph("")
    }

    /// What to look for in its run.
    pub(super) fn look_for(&self) -> String {
        self.paragraph("Look for: ")
    }

    /// The same header, of an example that is listed elsewhere.
    pub(super) fn with_listing(self, listing: Listing) -> Header {
        Header { elsewhere: Some(listing), ..self }
    }

    /// What the table of contents says of the example; `None` if it does not list it.
    pub(super) fn listing(&self) -> Option<Listing> {
        if let Some(listing) = &self.elsewhere {
            return Some(listing.clone());
        }
        // By its text and not by a parser of TOML, which would be one more crate for two names.
        let (_, rest) = MANIFEST.split_once(&format!("[[example]]\nname = \"{}\"\n", self.name))?;
        let path = quoted(rest)?;
        let next = match rest.split_once("[[example]]\n") {
            Some((_, next)) => Some(format!("--example {}", quoted(next)?)),
            None => None,
        };
        Some(Listing { path, next })
    }
}

/// What stands between the first two quotation marks.
fn quoted(text: &'static str) -> Option<&'static str> {
    text.split('"').nth(1)
}

/// Cuts a text into lines of at most `width` columns, between words. A word that is longer than
/// that has a line of its own, and is not cut.
pub(super) fn wrap(text: &str, width: usize) -> String {
    let mut wrapped = String::new();
    let mut column = 0;
    for word in text.split_whitespace() {
        let length = measure_text_width(word);
        if column > 0 && column + 1 + length > width {
            wrapped.push('\n');
            column = 0;
        } else if column > 0 {
            wrapped.push(' ');
            column += 1;
        }
        wrapped += word;
        column += length;
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    const GATHER: &str = include_str!("../../examples/gather/gather.rs");

    #[test]
    fn a_header_is_read_from_the_source() {
        let header = Header::of(GATHER);
        assert_eq!(header.name, "gather");
        assert!(header.title().starts_with("Gather: start several"), "{}", header.title());
        assert!(header.look_for().starts_with("Look for: Six seconds"), "{}", header.look_for());
        assert!(header.look_for().ends_with("see `gather_tasks`."), "{}", header.look_for());
    }

    #[test]
    fn the_manifest_says_which_example_comes_next() {
        let listing = Header::of(GATHER).listing().expect("it is listed");
        assert_eq!(listing.path, "examples/gather/gather.rs");
        assert_eq!(listing.next.as_deref(), Some("--example gather_tasks"));
        let unknown = Header::of("//! Unknown.\n//!\n//!     cargo run --example unknown\n");
        assert_eq!(unknown.listing(), None);
        let there = Listing { path: "there.rs", next: None };
        assert_eq!(unknown.with_listing(there.clone()).listing(), Some(there));
    }

    #[test]
    fn lines_are_cut_between_words_by_their_columns() {
        assert_eq!(wrap("one two  three four", 9), "one two\nthree\nfour");
        assert_eq!(wrap("longer than that", 3), "longer\nthan\nthat");
        // Two columns for each sign.
        assert_eq!(wrap("日本 語", 6), "日本\n語");
    }
}
