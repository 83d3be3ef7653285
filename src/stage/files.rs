//! The files that the command line asks for: pictures, a trace, a recording.
//!
//! A file is written beside its final place, under another name, and renamed when it is whole. So
//! if a run is interrupted, a file that an earlier run has written stays as it was. The file is
//! created before the run: if that fails, nothing is run.
use super::options::{Explore, Options};
use crate::timeline::{Chart, SvgOptions, to_json, to_page, to_perfetto, to_svg};
use std::{
    fmt::{self, Display},
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// The files that were asked for. They are created before the run and written after it.
pub(super) struct Files {
    /// The picture. Each of these is `None` unless its option was given.
    svg: Option<Wanted>,
    /// For <https://ui.perfetto.dev>.
    perfetto: Option<Wanted>,
    /// For a program to read.
    json: Option<Wanted>,
    /// The page that steps through the run.
    explorer: Option<Wanted>,
    /// Whether the explorer is shown in the browser when it is written.
    open: bool,
}

/// A file that is to be written.
struct Wanted {
    /// Where it is to be in the end.
    path: PathBuf,
    /// Where it is written until it is whole; `None` if it is written in place, as a pipe is. If it
    /// is not written, this file is removed on drop; a process that is killed leaves it behind.
    beside: Option<PathBuf>,
    /// Open, and empty.
    file: File,
}

/// A file that cannot be created or written.
#[derive(Debug)]
pub(super) enum FileError {
    /// What the system says of it.
    Io { path: PathBuf, error: io::Error },
    /// Two options want it.
    Twice { options: [&'static str; 2], path: PathBuf },
    /// The option has an empty name, as in `--svg=`.
    Unnamed { option: &'static str },
}

impl Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileError::Io { path, error } => write!(f, "cannot write {}: {error}", path.display()),
            FileError::Twice { options: [one, other], path } => {
                write!(f, "{one} and {other} both write {}", path.display())
            }
            FileError::Unnamed { option } => write!(f, "{option} names no file"),
        }
    }
}

impl Files {
    /// Creates each file that the command line asks for, before the run.
    ///
    /// # Errors
    /// If one has no name or cannot be created, or two options name the same ordinary file.
    pub(super) fn create(options: &Options) -> Result<Files, FileError> {
        let explorer = options.explore.as_ref().map(Explore::path);
        let wanted = [
            ("--svg", options.svg.as_deref()),
            ("--perfetto", options.perfetto.as_deref()),
            ("--json", options.json.as_deref()),
            ("--explore", explorer.as_deref()),
        ];
        // First whether each has a name, and whether two options want one file: the second would
        // overwrite the first without a word.
        let mut targets: Vec<(&'static str, PathBuf)> = vec![];
        for (option, path) in wanted {
            let Some(path) = path else { continue };
            if path.as_os_str().is_empty() {
                return Err(FileError::Unnamed { option });
            }
            let target = target(path);
            let taken = targets.iter().find(|(_, other)| *other == target);
            if is_ordinary(&target)
                && let Some((other, _)) = taken
            {
                return Err(FileError::Twice { options: [other, option], path: path.to_owned() });
            }
            targets.push((option, target));
        }
        Ok(Files {
            // Now, before the run: a folder that is not there is noticed while nothing is lost.
            svg: create(options.svg.as_deref())?,
            perfetto: create(options.perfetto.as_deref())?,
            json: create(options.json.as_deref())?,
            explorer: create(explorer.as_deref())?,
            open: options.explore == Some(Explore::Open),
        })
    }

    /// Whether there is a file to write, so that everything has to be recorded.
    pub(super) fn are_wanted(&self) -> bool {
        self.svg.is_some()
            || self.perfetto.is_some()
            || self.json.is_some()
            || self.explorer.is_some()
    }

    /// Writes all of them. `for_page` has the charts that the explorer shows: `charts`, and the
    /// variants that only the explorer shows. `svg` is the picture that `--beside` has drawn; with
    /// `None` the picture shows each of `charts`.
    pub(super) fn write(
        self,
        name: &str,
        charts: &[Chart],
        for_page: &[Chart],
        width: f64,
        svg: Option<String>,
    ) -> Result<(), FileError> {
        if let Some(file) = self.svg {
            let options = SvgOptions { width, ..SvgOptions::default() };
            file.write(&svg.unwrap_or_else(|| to_svg(charts, options)))?;
        }
        if let Some(file) = self.perfetto {
            file.write(&to_perfetto(charts))?;
        }
        if let Some(file) = self.json {
            file.write(&to_json(charts))?;
        }
        if let Some(file) = self.explorer {
            // Writing takes the file, and the browser wants its path.
            let path = file.path.clone();
            file.write(&to_page(name, for_page))?;
            if self.open {
                open(&path);
            }
        }
        Ok(())
    }
}

/// Shows a page in the browser, and says where it is; and why, if it could not be shown.
fn open(path: &Path) {
    // What each system has for “open this as a person would”.
    let mut command = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        let mut command = Command::new("cmd");
        command.args(["/c", "start", ""]); // the first argument of `start` would be a title
        command
    } else {
        Command::new("xdg-open")
    };
    // Silent: what a browser prints is no part of the run.
    command.arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let path = path.display();
    match hand_over(command) {
        Ok(()) => eprintln!("the explorer is {path}"),
        Err(why) => eprintln!("the explorer is {path}: open it in a browser yourself, since {why}"),
    }
}

/// How long a command may take that hands a page over to the browser.
const HANDING_OVER: Duration = Duration::from_secs(5);

/// Runs a command that hands a page over to the browser.
///
/// # Errors
/// If the page is not open: the reason, as the end of a sentence.
fn hand_over(mut command: Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return Err(format!("`{name}` cannot be run ({error})")),
    };
    // The command usually ends at once. Without a desktop it may be the browser itself, which runs
    // until the person closes it: then it is not waited for.
    let begun = Instant::now();
    while begun.elapsed() < HANDING_OVER {
        match child.try_wait() {
            Ok(None) => thread::sleep(Duration::from_millis(20)),
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("`{name}` could not ({status})")),
            Err(error) => return Err(format!("`{name}` cannot be waited for ({error})")),
        }
    }
    Ok(())
}

/// A path leads through at most this many links: links can lead to each other in a circle.
const MOST_LINKS: usize = 40;

/// Where a path leads in the end. If it is a link, the file behind it is written, and the link
/// stays.
fn target(path: &Path) -> PathBuf {
    if let Ok(real) = fs::canonicalize(path) {
        return real;
    }
    // There is no file yet. The path may still be a link, or the first of several links, that leads
    // to the file that is to be made.
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(behind) = fs::read_link(&path) else { break };
        // A relative link counts from the folder that it is in.
        path = path.with_file_name("").join(behind);
    }
    // The file is still to be made, but its folder has to be there. The path of the folder can be
    // made canonical, so that two spellings of one path become equal.
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    match (fs::canonicalize(folder), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path,
    }
}

/// Whether it is a file or nothing yet. A terminal, a pipe or `/dev/null` is written to directly,
/// and by any number of options.
fn is_ordinary(path: &Path) -> bool {
    match fs::metadata(path) {
        Ok(metadata) => metadata.is_file(),
        Err(_) => true,
    }
}

/// Creates the file that an option names; `None` if the option was not given. An ordinary file is
/// created beside its place, anything else is opened where it is.
fn create(path: Option<&Path>) -> Result<Option<Wanted>, FileError> {
    let Some(path) = path else { return Ok(None) };
    let failed = |error| FileError::Io { path: path.to_owned(), error };
    let target = target(path);
    // A rename would put a file in the place of the pipe or the device. It has no old content that
    // could be lost.
    if !is_ordinary(&target) {
        let file = File::options().write(true).open(&target).map_err(failed)?;
        return Ok(Some(Wanted { path: path.to_owned(), beside: None, file }));
    }
    // In the same folder, since a file can be renamed only within one file system.
    let mut name = target.file_name().unwrap_or_default().to_owned();
    // The process is in the name, so that two runs at once do not write into one file.
    name.push(format!(".{}.part", std::process::id()));
    let beside = target.with_file_name(name);
    let file = File::create(&beside).map_err(failed)?;
    Ok(Some(Wanted { path: target, beside: Some(beside), file }))
}

impl Wanted {
    /// Writes it, and moves it to its place when it is whole.
    fn write(mut self, text: &str) -> Result<(), FileError> {
        let mut written = self.file.write_all(text.as_bytes());
        // Renamed only when all of it is written.
        if written.is_ok()
            && let Some(beside) = &self.beside
        {
            written = fs::rename(beside, &self.path);
        }
        match written {
            Ok(()) => {
                // There is nothing left to remove: it has the final name now.
                self.beside = None;
                Ok(())
            }
            Err(error) => Err(FileError::Io { path: self.path.clone(), error }),
        }
    }
}

impl Drop for Wanted {
    fn drop(&mut self) {
        if let Some(beside) = &self.beside {
            // If it is gone already, there is nothing to remove.
            let _ = fs::remove_file(beside);
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_link_stays_and_the_file_behind_it_is_written_also_if_it_is_new() {
        let folder = std::env::temp_dir().join(format!("links-{}", std::process::id()));
        fs::create_dir_all(folder.join("deep")).expect("a folder");
        let link = folder.join("link");
        symlink("deep/second", &link).expect("a link");
        symlink("file", folder.join("deep/second")).expect("a link behind it");
        for text in ["new", "written again"] {
            let file = create(Some(&link)).expect("it can be created").expect("it is wanted");
            file.write(text).expect("it can be written");
            assert_eq!(fs::read_to_string(folder.join("deep/file")).expect("the file"), text);
            assert!(link.is_symlink() && folder.join("deep/second").is_symlink());
        }
        symlink("circle", folder.join("circle")).expect("a link to itself");
        assert_eq!(target(&folder.join("circle")).file_name(), Some("circle".as_ref()));
        fs::remove_dir_all(folder).expect("it can be removed");
    }
}
