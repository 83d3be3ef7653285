//! Looking at a file before it is touched.
//!
//! To open a FIFO waits for its other end, to open for writing may empty what the same command is
//! about to read, and to replace a device by a plain file harms the whole system. So first it is
//! asked what kind of file a name leads to, and whether two names lead to one file; only then is it
//! opened, emptied, or replaced.
use std::{
    fs::{self, File, Metadata, OpenOptions},
    io::{self, Read},
    path::{Path, PathBuf},
};

/// What a name leads to: nothing (`None`), or a plain file. Symbolic links are followed.
///
/// # Errors
/// If it is a directory, a FIFO, a socket or a device; or if it cannot be looked at.
pub fn plain_file(path: &Path) -> io::Result<Option<Metadata>> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(Some(metadata)),
        Ok(metadata) => Err(not_plain(&metadata)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Opens a plain file, and nothing else.
///
/// # Errors
/// As for [`plain_file`], and if it cannot be opened.
pub fn open_plain_file(path: &Path, options: &OpenOptions) -> io::Result<File> {
    plain_file(path)?;
    // Another process may have put something else there meanwhile. If that is a pipe, to open it
    // must not wait.
    let file = without_waiting(options).open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_file() { Ok(file) } else { Err(not_plain(&metadata)) }
}

/// Reads the text of a plain file.
///
/// # Errors
/// As for [`plain_file`], and if it cannot be read, or is not UTF-8.
pub fn read_plain_file(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    open_plain_file(path, OpenOptions::new().read(true))?.read_to_string(&mut text)?;
    Ok(text)
}

/// Plain files are never waited for, so this changes nothing for them.
#[cfg(unix)]
fn without_waiting(options: &OpenOptions) -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = options.clone();
    options.custom_flags(libc::O_NONBLOCK);
    options
}

#[cfg(not(unix))]
fn without_waiting(options: &OpenOptions) -> OpenOptions {
    options.clone()
}

/// Whether two names lead to the same file: by device and inode where it exists, and by its folder
/// and name where it does not exist yet.
///
/// # Errors
/// If one of them cannot be looked at.
pub fn is_same_file(one: &Path, other: &Path) -> io::Result<bool> {
    Ok(identity(one)? == identity(other)?)
}

/// What a file is, apart from what it is called.
#[derive(PartialEq, Eq)]
enum Identity {
    /// One that exists: its device and its inode.
    #[cfg(unix)]
    Inode(u64, u64),
    /// One that does not exist yet; or, where there are no inodes, any one.
    Path(PathBuf),
}

fn identity(path: &Path) -> io::Result<Identity> {
    match fs::metadata(path) {
        #[cfg(unix)]
        Ok(metadata) => {
            use std::os::unix::fs::MetadataExt;
            Ok(Identity::Inode(metadata.dev(), metadata.ino()))
        }
        #[cfg(not(unix))]
        Ok(_) => Ok(Identity::Path(fs::canonicalize(path)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let name = path.file_name().ok_or(error)?;
            Ok(Identity::Path(fs::canonicalize(folder_of(path))?.join(name)))
        }
        Err(error) => Err(error),
    }
}

/// The folder that a file stands in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn not_plain(metadata: &Metadata) -> io::Error {
    let kind = metadata.file_type();
    let what = if kind.is_dir() { "a directory" } else { special_file(&kind) };
    io::Error::new(io::ErrorKind::InvalidInput, format!("it is {what}, not a plain file"))
}

#[cfg(unix)]
fn special_file(kind: &fs::FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match kind {
        kind if kind.is_fifo() => "a pipe",
        kind if kind.is_socket() => "a socket",
        kind if kind.is_char_device() || kind.is_block_device() => "a device",
        _ => "something special",
    }
}

#[cfg(not(unix))]
fn special_file(_: &fs::FileType) -> &'static str {
    "something special"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_and_a_device_are_not_plain_files() {
        let refused = |path: &str| plain_file(Path::new(path)).unwrap_err().to_string();
        assert_eq!(refused("."), "it is a directory, not a plain file");
        #[cfg(unix)]
        assert_eq!(refused("/dev/null"), "it is a device, not a plain file");
        assert!(plain_file(Path::new("no such file")).unwrap().is_none());
    }

    #[test]
    #[cfg(unix)]
    fn a_pipe_is_refused_without_waiting_for_its_other_end() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        for options in [OpenOptions::new().read(true), OpenOptions::new().append(true)] {
            let error = open_plain_file(&pipe, options).unwrap_err();
            assert_eq!(error.to_string(), "it is a pipe, not a plain file");
        }
        assert!(read_plain_file(&pipe).is_err());
    }

    #[test]
    #[cfg(unix)]
    fn a_pipe_that_was_put_there_at_the_last_moment_is_not_waited_for_either() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        let (opened, result) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            opened.send(without_waiting(OpenOptions::new().read(true)).open(pipe).is_ok())
        });
        let opened = result.recv_timeout(std::time::Duration::from_secs(60));
        assert!(opened.is_ok(), "it waits for the other end of the pipe");
    }

    #[test]
    #[cfg(unix)]
    fn two_names_of_one_file_are_the_same_file_also_before_it_exists() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("list"), "").unwrap();
        fs::hard_link(path("list"), path("hard")).unwrap();
        std::os::unix::fs::symlink(path("list"), path("soft")).unwrap();
        fs::create_dir(path("folder")).unwrap();
        for (one, other, same) in [
            ("list", "list", true),
            ("list", "hard", true),
            ("list", "soft", true),
            ("list", "folder/../list", true),
            ("list", "new", false),
            ("new", "new", true),
            ("new", "folder/../new", true),
            ("new", "other", false),
        ] {
            let is_same = is_same_file(&path(one), &path(other)).unwrap();
            assert_eq!(is_same, same, "{one} and {other}");
        }
    }
}
