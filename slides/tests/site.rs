//! The site: a page for each example, links that lead somewhere, and not too much of it.
use slides::{examples::Recordings, root, site};
use std::{fs, path::Path};

#[test]
fn each_example_of_the_readme_has_a_page_with_its_sources_its_explorer_and_its_tests() {
    let folder = tempfile::tempdir().expect("a folder");
    // It fails if a link leads nowhere.
    let site = site::write(&root(), folder.path(), &Recordings::default())
        .unwrap_or_else(|why| panic!("{why}"));
    assert!(site.bytes < 25_000_000, "{} bytes", site.bytes);
    let read = |name: &str| {
        let path = folder.path().join(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let readme = fs::read_to_string(root().join("README.md")).expect("the README");
    let (_, table) = readme.split_once("## What there is").expect("the table of contents");
    let index = read("index.html");
    let mut examples = 0;
    let mut last = 0;
    for path in table.split("](").filter_map(|rest| rest.split(')').next()) {
        if !path.ends_with(".rs") || !path.contains("examples/") || path.starts_with("tests/") {
            continue;
        }
        let Some(name) = Path::new(path).file_stem().and_then(|name| name.to_str()) else {
            continue;
        };
        let link = format!("href=\"examples/{name}.html\"");
        let Some(at) = index.find(&link) else { continue };
        if at > last {
            examples += 1; // its first place in the README is its place on the front page
            last = at;
        }
        let page = read(&format!("examples/{name}.html"));
        assert!(page.contains("What the tests hold") && page.contains(path), "{name}");
        // Where `NAME.py` would hide a module of Python's, the twin has another name.
        let names = [format!("{name}.py"), format!("{name}_twin.py")];
        let is_there = |twin: &String| root().join(path).with_file_name(twin).is_file();
        let has_twin = names.iter().any(is_there);
        assert_eq!(has_twin, !page.contains("It has no twin"), "{name}");
        if page.contains("It has no recording") {
            continue;
        }
        assert!(page.contains("Step through it") && page.contains("What it prints"), "{name}");
        assert!(read(&format!("examples/{name}.explorer.html")).contains("id=\"run\""), "{name}");
    }
    assert!(examples > 60, "{examples} examples in the order of the README");
    assert!(read("examples/gather.html").contains("gather takes as long as its slowest part"));
    assert!(read("examples/logging.html").contains("examples/debugging/logging_twin.py"));
    assert!(read("verdicts.html").contains("id=\"woken-not-polled\""));
    let article = read("article.html");
    for slide in ["Start three, wait for all", "Backpressure"] {
        assert!(article.contains(slide), "{slide}");
    }
    // A slide that became two has half of its code on each; the article has all of it, once.
    let (_, section) = article.split_once(">A function<").expect("its heading");
    let (section, _) = section.split_once("</section>").expect("its end");
    for code in ["Python, examples/coroutines/function.py", "Rust, examples/coroutines/function.rs"]
    {
        assert_eq!(section.matches(code).count(), 1, "{code}");
    }
    assert_eq!(section.matches("class=\"question\"").count(), 1);
    // Where a slide is too full, it leaves lines out, and an ellipsis says so.
    assert!(!article.contains("data-line=\"0\""), "an article has room for all lines");
    assert_eq!(article.matches(">Where to go next</h").count(), 1, "one heading, not two");
    let example = read("examples/submit.html");
    assert!(example.contains("It has no recording"), "it needs features, and is not built here");
}
