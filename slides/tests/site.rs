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
    let examples = examples_of(&readme);
    let index = read("index.html");
    let mut links = vec![];
    for rest in index.split("href=\"examples/").skip(1) {
        let (name, _) = rest.split_once(".html\"").expect("it leads to a page");
        links.push(name);
    }
    let names: Vec<&str> = examples.iter().map(|path| name_of(path)).collect();
    assert_eq!(links, names, "all examples of the README, in its order");
    let mut unrecorded = vec![];
    for path in examples {
        let name = name_of(path);
        let page = read(&format!("examples/{name}.html"));
        assert!(page.contains("What the tests hold") && page.contains(path), "{name}");
        if let Some((topic, _)) = path.strip_prefix("examples/").and_then(|it| it.split_once('/')) {
            assert!(page.contains(&format!("tests/examples/{topic}.rs")), "{name}");
        }
        // Where `NAME.py` would hide a module of Python's, the twin has another name.
        let twins = [format!("{name}.py"), format!("{name}_twin.py")];
        let is_there = |twin: &String| root().join(path).with_file_name(twin).is_file();
        let has_twin = twins.iter().any(is_there);
        assert_eq!(has_twin, !page.contains("It has no twin"), "{name}");
        if page.contains("It has no recording") {
            unrecorded.push(name);
            continue;
        }
        assert!(page.contains("Step through it") && page.contains("What it prints"), "{name}");
        assert!(read(&format!("examples/{name}.explorer.html")).contains("id=\"run\""), "{name}");
    }
    assert_eq!(unrecorded, ["sleepers", "take_home", "submit"], "these are plain programs");
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
    assert!(!read("examples/future.html").contains("mail"), "`std::future::` is no example");
}

/// The sources of the examples in the tables of the README, in their order.
fn examples_of(readme: &str) -> Vec<&str> {
    let (_, tables) = readme.split_once("## What there is").expect("the table of contents");
    let mut examples = vec![];
    for line in tables.lines().filter(|line| line.starts_with("| ")) {
        for rest in line.split("](").skip(1) {
            let (path, _) = rest.split_once(')').expect("a link ends");
            if path.ends_with(".rs") && path.contains("examples/") && !path.starts_with("tests/") {
                examples.push(path);
            }
        }
    }
    examples
}

/// The name of an example, from the path of its source.
fn name_of(path: &str) -> &str {
    Path::new(path).file_stem().and_then(|name| name.to_str()).expect("it has a name")
}

/// At once, before anything is built.
#[test]
fn a_folder_that_has_another_file_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("notes.html"), "my own").expect("it can be written");
    let why = site::write(&root(), folder.path(), &Recordings::default()).expect_err("a refusal");
    assert_eq!(
        why,
        format!(
            "{} has notes.html, which `site` did not write, so nothing is written: name an empty \
             folder, or a new one",
            folder.path().display()
        )
    );
    let left = fs::read_dir(folder.path()).expect("it is there").count();
    assert_eq!(left, 1, "nothing was written");
}
