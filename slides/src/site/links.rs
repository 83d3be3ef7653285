//! Follows the links of a site: each has to lead somewhere, and each page has to be reached.
//!
//! Read it last of the modules of `site`. It looks at the files that were written, as a browser
//! would, and knows nothing of how they were made.
use super::folder::files_below;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// A page: the places that can be linked to, and its links.
#[derive(Default)]
struct Page {
    /// The `id`s of its elements, to which a link can lead after `#`.
    places: BTreeSet<String>,
    /// Where its links lead, as written.
    links: Vec<String>,
}

/// Each link of the pages below a folder that leads to no file or to no place in it, or that is not
/// relative; and each page that cannot be reached from `index.html`. Pages below `doc` are not
/// ours: they are linked to, and not read.
///
/// # Errors
/// If a page cannot be read.
pub fn broken_links(folder: &Path) -> Result<Vec<String>, String> {
    let pages = pages_below(folder)?;
    let mut broken = vec![];
    for (file, page) in &pages {
        for link in &page.links {
            if let Some(why) = why_broken(folder, &pages, file, link) {
                broken.push(format!("{}: {link} {why}", file.display()));
            }
        }
    }
    let reached = reached(&pages);
    for file in pages.keys() {
        if !reached.contains(file) {
            broken.push(format!("{}: no way leads to it from index.html", file.display()));
        }
    }
    Ok(broken)
}

/// The pages to which a reader who begins on the first one can come by links.
fn reached(pages: &BTreeMap<PathBuf, Page>) -> BTreeSet<PathBuf> {
    let mut reached = BTreeSet::new();
    let mut left = vec![PathBuf::from("index.html")];
    while let Some(file) = left.pop() {
        let Some(page) = pages.get(&file) else { continue };
        if !reached.insert(file.clone()) {
            continue;
        }
        for link in &page.links {
            let (target, _) = link.split_once('#').unwrap_or((link, ""));
            left.push(resolve(&file, target));
        }
    }
    reached
}

/// Reads the pages in a folder and below it, by their paths from there.
fn pages_below(folder: &Path) -> Result<BTreeMap<PathBuf, Page>, String> {
    let mut pages = BTreeMap::new();
    for name in files_below(folder)? {
        if name.starts_with("doc/") || !name.ends_with(".html") {
            continue;
        }
        let path = folder.join(&name);
        let text = fs::read_to_string(&path)
            .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        pages.insert(name.into(), page(&text));
    }
    Ok(pages)
}

/// The places and links of a page. We write these pages ourselves, so a search for attributes is
/// enough, and no parser of HTML is needed.
fn page(text: &str) -> Page {
    // What stands in a script is no element of the page, so it is skipped.
    let mut html = String::new();
    let mut rest = text;
    while let Some((before, script)) = rest.split_once("<script") {
        html += before;
        rest = script.split_once("</script>").map_or("", |(_, after)| after);
    }
    html += rest;
    let mut page = Page::default();
    for id in attributes(&html, " id=\"") {
        page.places.insert(id);
    }
    for name in [" href=\"", " src=\""] {
        page.links.extend(attributes(&html, name));
    }
    page
}

/// The values of an attribute.
fn attributes(html: &str, start: &str) -> Vec<String> {
    let mut values = vec![];
    for (at, _) in html.match_indices(start) {
        let rest = &html[at + start.len()..];
        let value = rest.split('"').next().unwrap_or_default();
        values.push(value.replace("&amp;", "&"));
    }
    values
}

/// Why a link leads nowhere. `None` if it leads somewhere.
fn why_broken(
    folder: &Path,
    pages: &BTreeMap<PathBuf, Page>,
    from: &Path,
    link: &str,
) -> Option<&'static str> {
    if link.starts_with("data:") {
        return None;
    }
    // The site can be put into any folder of any server, so only relative links are right.
    if link.contains(':') || link.starts_with('/') {
        return Some("is not relative");
    }
    let (file, place) = link.split_once('#').unwrap_or((link, ""));
    let target = if file.is_empty() { from.to_owned() } else { resolve(from, file) };
    match pages.get(&target) {
        // The deck's player understands `#12`, so no element has that `id`.
        Some(_) if place.is_empty() || place.parse::<usize>().is_ok() => None,
        Some(page) if page.places.contains(place) => None,
        Some(_) => Some("leads to no place of that page"),
        None if folder.join(&target).is_file() => None,
        None => Some("leads to no page"),
    }
}

/// Where a link leads, from the folder of the site.
fn resolve(from: &Path, link: &str) -> PathBuf {
    let mut target = from.parent().unwrap_or(Path::new("")).to_owned();
    for part in link.split('/') {
        match part {
            ".." => {
                target.pop();
            }
            "." | "" => {}
            part => target.push(part),
        }
    }
    target
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_leads_nowhere_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("a")).expect("a folder");
        let write = |file: &str, text: &str| {
            fs::write(folder.path().join(file), text).expect("it can be written");
        };
        write("index.html", r##"<a href="a/b.html#there">x</a><p id="here"><a href="#here">"##);
        write("a/b.html", r#"<h1 id="there"></h1><a href="../index.html#here">x</a>"#);
        assert_eq!(broken_links(folder.path()).expect("pages"), [""; 0]);
        write(
            "a/c.html",
            r#"<a href="d.html"></a><a href="b.html#no"></a><a href="https://x"></a><a href="/y">
               <script>a href="nothing"</script>"#,
        );
        assert_eq!(
            broken_links(folder.path()).expect("pages"),
            [
                "a/c.html: d.html leads to no page",
                "a/c.html: b.html#no leads to no place of that page",
                "a/c.html: https://x is not relative",
                "a/c.html: /y is not relative",
                "a/c.html: no way leads to it from index.html",
            ]
        );
        fs::write(folder.path().join("a/d.html"), [0xff]).expect("it can be written");
        let why = broken_links(folder.path()).expect_err("it is no UTF-8");
        let file = folder.path().join("a/d.html");
        assert!(why.starts_with(&format!("cannot read {}: ", file.display())), "{why}");
    }
}
