//! A place in the source, as sentences and pictures have it.
use std::{fmt, panic::Location, path::Path};

/// A place in the source.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "draw", derive(serde::Serialize, serde::Deserialize))]
pub struct Place {
    /// The path of the file from the top folder of its workspace; the whole path where that folder
    /// is not known.
    pub file: String,
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted from 1; of an `.await` that of the word `await`.
    pub column: u32,
}

impl Place {
    /// `file:line`, for a sentence.
    pub fn file_and_line(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }
}

/// `file:line:column`, which terminals and editors open.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl From<&Location<'_>> for Place {
    fn from(location: &Location<'_>) -> Place {
        let file = without_detours(location.file());
        Place { file, line: location.line(), column: location.column() }
    }
}

/// The path without detours: for `tests/../src/a.rs` that is `src/a.rs`. A path has detours if the
/// file was included from another folder. Each `\` becomes `/`.
fn without_detours(path: &str) -> String {
    let mut parts: Vec<&str> = vec![];
    for part in path.split(['/', '\\']) {
        match parts.last() {
            // A `.` leads nowhere. At the beginning of a path it stays, as the compiler has it.
            Some(_) if part == "." => {}
            Some(&last) if part == ".." && last != ".." && last != "." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// The path from the top folder of the file's workspace, which is where the `Cargo.lock` is; the
/// whole path if there is none, or if the sources are not on this machine.
pub(super) fn from_the_workspace(file: &str) -> String {
    let file = without_detours(file);
    let path = Path::new(&file);
    for folder in path.ancestors().skip(1) {
        if folder.join("Cargo.lock").is_file()
            && let Ok(inside) = path.strip_prefix(folder)
        {
            return inside.to_string_lossy().replace('\\', "/");
        }
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_no_detours() {
        assert_eq!(without_detours("src/a.rs"), "src/a.rs");
        assert_eq!(without_detours("tests/../src/a.rs"), "src/a.rs");
        assert_eq!(without_detours("tests/./../src/./a.rs"), "src/a.rs");
        assert_eq!(without_detours(r"tests\deep\..\..\src\a.rs"), "src/a.rs");
        assert_eq!(without_detours("../../src/a.rs"), "../../src/a.rs");
        assert_eq!(without_detours("./../src/a.rs"), "./../src/a.rs");
        assert_eq!(without_detours("/src/a.rs"), "/src/a.rs");
    }
}
