//! The folder of a site: what was written into it before, and what is there that was not.
//!
//! Read it after `documents`; next is `links`. A site may be written again into its folder: what it
//! has no more is removed then, such as the page of an example with a new name. So the folder has
//! to be the site's own, and a list in it says which files are.
use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

/// The list of all files that were written, one a line, in the folder itself.
const LIST: &str = ".written-by-slides";

/// What is in a file of the site.
pub(super) enum Content {
    /// A page.
    Page(String),
    /// The same as in this file.
    CopyOf(PathBuf),
}

/// The files of a site by their paths from its folder, with `/` in them.
pub(super) type Files = BTreeMap<String, Content>;

/// Refuses a folder that has a file in it which no earlier site has written. One that does not
/// exist is as good as an empty one.
pub(super) fn is_our_own(folder: &Path) -> Result<(), String> {
    let written = written_before(folder)?;
    for file in files_below(folder)? {
        if !written.contains(&file) {
            return Err(format!(
                "{} has {file}, which `site` did not write, so nothing is written: name an empty \
                 folder, or a new one",
                folder.display()
            ));
        }
    }
    Ok(())
}

/// Writes the files into the folder, and removes what an earlier site wrote and this one has not.
/// A folder that has other files, too, is refused before anything is written.
pub(super) fn write(folder: &Path, files: &Files) -> Result<(), String> {
    is_our_own(folder)?;
    let before = files_below(folder)?;
    // While it is written the list has old and new files: if this ends half-way, what is left is
    // known to be the site's, and it can be written again.
    let mut all = before.clone();
    all.extend(files.keys().cloned());
    write_list(folder, all.iter())?;
    for (name, content) in files {
        let path = folder.join(name);
        let failed = |error| format!("cannot write {}: {error}", path.display());
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        match content {
            Content::Page(text) => fs::write(&path, text).map_err(failed)?,
            Content::CopyOf(from) => {
                fs::copy(from, &path).map_err(failed)?;
            }
        }
    }
    for name in before {
        if !files.contains_key(&name) {
            let path = folder.join(name);
            fs::remove_file(&path)
                .map_err(|error| format!("cannot remove {}: {error}", path.display()))?;
        }
    }
    write_list(folder, files.keys())
}

/// Writes the list, and makes the folder if there is none.
fn write_list<'a>(folder: &Path, names: impl Iterator<Item = &'a String>) -> Result<(), String> {
    let mut list = String::new();
    for name in names {
        list += name;
        list.push('\n');
    }
    let path = folder.join(LIST);
    let failed = |error| format!("cannot write {}: {error}", path.display());
    fs::create_dir_all(folder).map_err(failed)?;
    fs::write(&path, list).map_err(failed)
}

/// The files that the list has, and the list itself. Without a list nothing was written.
fn written_before(folder: &Path) -> Result<BTreeSet<String>, String> {
    let path = folder.join(LIST);
    let list = match fs::read_to_string(&path) {
        Ok(list) => list,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(format!("cannot read {}: {error}", path.display())),
    };
    Ok(list.lines().map(str::to_owned).collect())
}

/// The files in a folder and below it, by their paths from there, without the list. A link is a
/// file here: what it leads to is not the site's.
pub(super) fn files_below(folder: &Path) -> Result<BTreeSet<String>, String> {
    let mut files = BTreeSet::new();
    let mut left = vec![String::new()];
    while let Some(inside) = left.pop() {
        let failed = |error| format!("cannot read {}: {error}", folder.join(&inside).display());
        let entries = match fs::read_dir(folder.join(&inside)) {
            Ok(entries) => entries,
            Err(error) if inside.is_empty() && error.kind() == io::ErrorKind::NotFound => break,
            Err(error) => return Err(failed(error)),
        };
        for entry in entries {
            let entry = entry.map_err(failed)?;
            let name = format!("{inside}{}", entry.file_name().to_string_lossy());
            if entry.file_type().map_err(failed)?.is_dir() {
                left.push(name + "/");
            } else if name != LIST {
                files.insert(name);
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(names: &[&str]) -> Files {
        let mut files = Files::new();
        for name in names {
            files.insert((*name).to_owned(), Content::Page(format!("this is {name}")));
        }
        files
    }

    fn below(folder: &Path) -> Vec<String> {
        files_below(folder).expect("it can be read").into_iter().collect()
    }

    #[test]
    fn a_site_that_is_written_again_has_only_what_is_new() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path().join("made/on the way");
        write(&folder, &site(&["index.html", "examples/old.html"])).expect("it is new");
        assert_eq!(below(&folder), ["examples/old.html", "index.html"]);
        let original = folder.join("index.html");
        let mut files = site(&["index.html", "examples/new.html"]);
        files.insert("doc/copy.html".into(), Content::CopyOf(original.clone()));
        write(&folder, &files).expect("it is our own");
        assert_eq!(below(&folder), ["doc/copy.html", "examples/new.html", "index.html"]);
        let copy = fs::read_to_string(folder.join("doc/copy.html")).expect("a copy");
        assert_eq!(copy, "this is index.html");
        fs::remove_file(original).expect("a reader may remove a page");
        write(&folder, &site(&["index.html"])).expect("it is still our own");
        assert_eq!(below(&folder), ["index.html"]);
    }

    #[test]
    fn a_folder_with_a_file_of_someone_else_is_refused_and_stays_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        let refusal = |name: &str| {
            format!(
                "{} has {name}, which `site` did not write, so nothing is written: name an empty \
                 folder, or a new one",
                folder.display()
            )
        };
        let own = folder.join("index.html");
        fs::write(&own, "my own").expect("it can be written");
        let index = site(&["index.html"]);
        assert_eq!(write(folder, &index), Err(refusal("index.html")));
        assert_eq!(below(folder), ["index.html"]);
        assert_eq!(fs::read_to_string(&own).expect("it is there"), "my own");
        fs::remove_file(own).expect("it can be removed");
        write(folder, &index).expect("now it is empty");
        fs::create_dir(folder.join("sub")).expect("a folder");
        fs::write(folder.join("sub/notes.txt"), "my own").expect("it can be written");
        assert_eq!(write(folder, &site(&["other.html"])), Err(refusal("sub/notes.txt")));
        assert_eq!(below(folder), ["index.html", "sub/notes.txt"]);
    }

    #[test]
    fn a_site_that_was_written_half_way_can_be_written_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        let mut files = site(&["a.html"]);
        files.insert("b.html".into(), Content::CopyOf(folder.join("there is no such file")));
        write(folder, &files).expect_err("the second file cannot be copied");
        assert_eq!(below(folder), ["a.html"]);
        write(folder, &site(&["c.html"])).expect("what is there is our own");
        assert_eq!(below(folder), ["c.html"]);
    }
}
