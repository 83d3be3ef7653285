//! Finds what the deck names: files, the code between anchors, and which examples have to run.
//!
//! Read it after `compose`; next is `slides`. Nothing is built or run here, so mistakes are found
//! within milliseconds.
use crate::{
    bars,
    deck::{CodeFrom, DECK, Deck, DeckError, FileFrom, Kind, Language, RowsFrom},
    drawing::Drawing,
    examples::{Examples, twin},
    layout,
    piece::Listing,
    queue,
    source::{Fragment, between_anchors},
};
use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::{Path, PathBuf},
};

/// The deck itself, and the files whose tables and pictures it shows.
pub(super) fn files(root: &Path, deck: &Deck) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::from([root.join(DECK)]);
    for block in deck.blocks() {
        match &block.kind {
            Kind::Table(FileFrom { file, .. })
            | Kind::Rows(RowsFrom { file, .. })
            | Kind::Bars(FileFrom { file, .. })
            | Kind::Picture(file) => {
                files.insert(root.join(file));
            }
            _ => {}
        }
    }
    files
}

/// Code by the line of `deck.md` that asks for it.
pub(super) type Sources = HashMap<usize, Listing>;

/// Finds what the deck asks for.
pub(super) struct Finder<'a> {
    /// The root of the repository: the deck names files from there.
    pub(super) root: &'a Path,
    /// All examples that cargo knows.
    pub(super) examples: &'a Examples,
}

impl Finder<'_> {
    /// The examples that have to be run.
    pub(super) fn wanted<'d>(
        &self,
        deck: &'d Deck,
        errors: &mut Vec<DeckError>,
    ) -> BTreeSet<&'d str> {
        let mut wanted = BTreeSet::new();
        for block in deck.blocks() {
            for name in examples_of(&block.kind) {
                let what = match self.examples.get(name) {
                    Some(example) if example.features.is_empty() => {
                        wanted.insert(name);
                        continue;
                    }
                    Some(example) => {
                        let features = example.features.join(", ");
                        format!("`{name}` needs features ({features}), so it is not run here")
                    }
                    None => format!("there is no example `{name}`"),
                };
                errors.push(DeckError { line: block.line, what });
            }
        }
        wanted
    }

    /// The code that is shown.
    pub(super) fn sources(&self, deck: &Deck, errors: &mut Vec<DeckError>) -> Sources {
        let mut sources = Sources::new();
        for block in deck.blocks() {
            let Kind::Code(from) = &block.kind else { continue };
            match self.source(from) {
                Ok(code) => {
                    sources.insert(block.line, code);
                }
                Err(what) => errors.push(DeckError { line: block.line, what }),
            }
        }
        sources
    }

    /// The code between two anchors of a file; without a `/` it is the name of an example.
    fn source(&self, from: &CodeFrom) -> Result<Listing, String> {
        let CodeFrom { language, file, anchor, with, texts, on } = from;
        let path = if file.contains('/') {
            PathBuf::from(file)
        } else {
            let Some(example) = self.examples.get(file) else {
                return Err(format!("there is no example `{file}`"));
            };
            let path = example.source.strip_prefix(self.root).unwrap_or(&example.source).to_owned();
            match language {
                Language::Rust => path,
                Language::Python => twin(self.root, &path),
            }
        };
        let name = path.to_string_lossy().replace('\\', "/");
        let fragment = self.between_anchors(&name, anchor)?;
        let lines = fragment.numbers.len();
        if lines > layout::CODE_LINES {
            let most = layout::CODE_LINES;
            return Err(format!(
                "`{anchor}` of {name} has {lines} lines, and a slide shows {most} at most"
            ));
        }
        let mut stay = BTreeSet::new();
        for text in with {
            let lines = fragment.text.lines().zip(&fragment.numbers);
            let found: Vec<usize> =
                lines.filter(|(line, _)| line.contains(text)).map(|(_, number)| *number).collect();
            if found.is_empty() {
                return Err(format!("no line of `{anchor}` of {name} has `{text}`"));
            }
            stay.extend(found);
        }
        Ok(Listing {
            language: *language,
            file: name,
            fragment,
            stay,
            texts: *texts,
            on: *on,
            goes_on: false,
        })
    }

    /// Reads a file of the repository.
    fn read(&self, file: &str) -> Result<String, String> {
        fs::read_to_string(self.root.join(file))
            .map_err(|error| format!("cannot read {file}: {error}"))
    }

    /// What stands between two anchors of a file.
    fn between_anchors(&self, file: &str, anchor: &str) -> Result<Fragment, String> {
        let text = self.read(file)?;
        let Some(fragment) = between_anchors(&text, anchor) else {
            return Err(format!("{file} has no anchor `{anchor}`, or none that is closed"));
        };
        if fragment.text.is_empty() {
            return Err(format!("there is nothing between the anchors `{anchor}` of {file}"));
        }
        Ok(fragment)
    }

    /// A table of a file, drawn as bars.
    fn bars(&self, file: &str, anchor: &str) -> Result<Drawing, String> {
        let table = self.between_anchors(file, anchor)?;
        bars::draw(&table.text).map_err(|why| format!("`{anchor}` of {file}: {why}"))
    }

    /// From the first table of a file: its head, and the rows whose first cell is `name`.
    fn rows(&self, from: &RowsFrom) -> Result<String, String> {
        let RowsFrom { file, name, without } = from;
        let text = self.read(file)?;
        let start = format!("| `{name}` |");
        let mut head = vec![];
        let mut rows = vec![];
        for line in text.lines() {
            if line.starts_with('|') && head.len() < 2 {
                head.push(line);
            } else if line.starts_with(&start) {
                rows.push(line);
            } else if !head.is_empty() && !line.starts_with('|') {
                break; // what follows is another table
            }
        }
        if rows.is_empty() {
            return Err(format!("{file} has no row of `{name}`"));
        }
        head.extend(rows);
        let Some(without) = without else { return Ok(head.join("\n") + "\n") };
        let Some(column) = cells(head[0]).iter().position(|cell| cell == without) else {
            return Err(format!("{file} has no column `{without}`"));
        };
        let mut table = String::new();
        for row in head {
            let mut cells = cells(row);
            cells.remove(column);
            table += &format!("| {} |\n", cells.join(" | "));
        }
        Ok(table)
    }

    /// Replaces blocks that name a file by what is in the file. Afterwards a table is text, as if
    /// it stood in `deck.md`, and pictures, bars and the queue are drawings. So later steps need
    /// not know of files.
    pub(super) fn insert_files(&self, deck: &mut Deck, errors: &mut Vec<DeckError>) {
        for block in deck.blocks_mut() {
            let inserted = match &block.kind {
                Kind::Table(FileFrom { file, anchor }) => {
                    self.between_anchors(file, anchor).map(|table| Kind::Prose(table.text))
                }
                Kind::Rows(rows) => self.rows(rows).map(Kind::Prose),
                Kind::Picture(file) => Drawing::read(self.root, file).map(Kind::Drawn),
                Kind::Bars(FileFrom { file, anchor }) => self.bars(file, anchor).map(Kind::Drawn),
                Kind::Queue => Ok(Kind::Drawn(queue::draw())),
                _ => continue,
            };
            match inserted {
                Ok(kind) => block.kind = kind,
                Err(what) => errors.push(DeckError { line: block.line, what }),
            }
        }
    }
}

/// The cells of a row of a table of Markdown. In our tables no cell has a `|` in it.
fn cells(row: &str) -> Vec<&str> {
    row.trim().trim_matches('|').split('|').map(str::trim).collect()
}

/// The examples whose recording a block needs.
fn examples_of(kind: &Kind) -> Vec<&str> {
    match kind {
        Kind::Timeline(scene, _) | Kind::Output(scene, _) => vec![&scene.example],
        Kind::Run(example, _) => vec![example],
        Kind::Prose(text) | Kind::Question(text) | Kind::Answer(text) => {
            let mut names = vec![];
            for (_, scene) in took(text) {
                names.push(scene.split('/').next().unwrap_or(scene));
            }
            names
        }
        Kind::Code(_)
        | Kind::Table(_)
        | Kind::Rows(..)
        | Kind::Bars(_)
        | Kind::Picture(_)
        | Kind::Queue
        | Kind::Drawn(_)
        | Kind::Agenda => vec![],
    }
}

/// Each `{{took SCENE}}` in a text: the whole of it, and the scene.
pub(super) fn took(text: &str) -> Vec<(&str, &str)> {
    let mut found = vec![];
    for (at, start) in text.match_indices("{{took ") {
        if let Some(end) = text[at..].find("}}") {
            let scene = text[at + start.len()..at + end].trim();
            found.push((&text[at..at + end + 2], scene));
        }
    }
    found
}
