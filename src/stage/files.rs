//! The files that the command line asks for: pictures, a trace, a recording.
use super::{SceneResult, options::Options, recorded};
use crate::timeline::{Chart, Clock, SvgOptions, to_perfetto, to_svg};
use std::{
    fmt::{self, Display},
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The files that were asked for. They are created before the run and written after it.
pub(super) struct Files {
    svg: Option<Wanted>,
    perfetto: Option<Wanted>,
    json: Option<Wanted>,
}

/// A file that has been created, and is still empty.
struct Wanted {
    /// For the message if it cannot be written.
    path: PathBuf,
    file: File,
}

/// A file that cannot be created or written.
#[derive(Debug)]
pub(super) struct FileError {
    path: PathBuf,
    error: io::Error,
}

impl Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot write {}: {}", self.path.display(), self.error)
    }
}

impl Files {
    pub(super) fn create(options: &Options) -> Result<Files, FileError> {
        Ok(Files {
            svg: create(options.svg.as_deref())?,
            perfetto: create(options.perfetto.as_deref())?,
            json: create(options.json.as_deref())?,
        })
    }

    /// Whether there is a file to write, so that everything has to be recorded.
    pub(super) fn wanted(&self) -> bool {
        self.svg.is_some() || self.perfetto.is_some() || self.json.is_some()
    }

    pub(super) fn write(
        self,
        clock: Clock,
        recorded: &[(SceneResult, Chart)],
        width: f64,
    ) -> Result<(), FileError> {
        let charts: Vec<Chart> = recorded.iter().map(|(_, chart)| chart.clone()).collect();
        if let Some(svg) = self.svg {
            svg.write(&to_svg(&charts, SvgOptions { width, ..SvgOptions::default() }))?;
        }
        if let Some(perfetto) = self.perfetto {
            perfetto.write(&to_perfetto(&charts))?;
        }
        if let Some(json) = self.json {
            json.write(&recorded::to_json(clock, recorded, width))?;
        }
        Ok(())
    }
}

fn create(path: Option<&Path>) -> Result<Option<Wanted>, FileError> {
    let Some(path) = path else { return Ok(None) };
    match File::create(path) {
        Ok(file) => Ok(Some(Wanted { path: path.to_owned(), file })),
        Err(error) => Err(FileError { path: path.to_owned(), error }),
    }
}

impl Wanted {
    fn write(mut self, text: &str) -> Result<(), FileError> {
        let written = self.file.write_all(text.as_bytes());
        written.map_err(|error| FileError { path: self.path, error })
    }
}
