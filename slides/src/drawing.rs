//! Pictures that are shown row by row: those that were drawn before, and those of this crate.
//!
//! What a slide has to know of a picture is data beside its SVG: how large it is, and how many rows
//! it has. So no program reads numbers out of an SVG, which is only put into the page.
//!
//! Read it after `examples`; `queue` and `bars` draw two such pictures, and then comes `piece`.
use serde::Deserialize;
use std::{fs, path::Path};

/// A picture in SVG.
///
/// Each of its rows is a group of the class `row`, and has a `title` that says what it shows. The
/// player shows one after the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// The document.
    pub svg: String,
    /// What is known of it.
    pub size: Size,
}

/// What a slide has to know of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct Size {
    /// The width in pixels of its natural size.
    pub width: f64,
    /// The height in the same pixels.
    pub height: f64,
    /// How high its smallest letters are, in the same pixels: they limit how small the picture may
    /// be shown.
    pub letters: f64,
    /// How many rows it has. The player takes a step for each.
    pub rows: usize,
}

impl Drawing {
    /// A picture that stands in a file of the repository at `root`. Beside `NAME.svg` stands
    /// `NAME.json`, with its size.
    ///
    /// # Errors
    /// A sentence, if one of the two cannot be read.
    pub fn read(root: &Path, file: &str) -> Result<Drawing, String> {
        let svg = read(&root.join(file), file)?;
        let data = Path::new(file).with_extension("json");
        let name = data.to_string_lossy();
        let size = serde_json::from_str(&read(&root.join(&data), &name)?)
            .map_err(|error| format!("{name} does not say how large the picture is: {error}"))?;
        Ok(Drawing { svg, size })
    }
}

/// Reads a file; an error names it as the deck does.
fn read(path: &Path, name: &str) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("cannot read {name}: {error}"))
}
