//! The page "In your own tests", followed word for word in a fresh package.
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

const PAGE: &str = include_str!("../../docs/in_your_own_tests.md");

/// The blocks of the page that are in this language, in order.
fn blocks(language: &str) -> Vec<String> {
    let mut blocks = vec![];
    let mut rest = PAGE;
    while let Some((_, after)) = rest.split_once("```") {
        let (block, behind) = after.split_once("```").expect("a block ends");
        let (name, text) = block.split_once('\n').expect("it has a first line");
        if name == language {
            blocks.push(text.trim_end().to_owned());
        }
        rest = behind;
    }
    blocks
}

/// A package that has tokio and nothing else. Only the path to this crate is another one than on
/// the page.
struct Package {
    folder: PathBuf,
}

impl Package {
    fn new() -> Package {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("own_package");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::create_dir_all(folder.join("tests")).unwrap();
        let manifest = "[package]\nname = \"own\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
                        [workspace]\n\n[dev-dependencies]\n\
                        tokio = { version = \"1\", features = [\"macros\", \"rt\", \"sync\", \
                        \"test-util\", \"time\"] }\n";
        fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        fs::write(folder.join("src/lib.rs"), "").unwrap();
        // The versions that are here already, so that nothing has to be fetched.
        fs::copy(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock"),
            folder.join("Cargo.lock"),
        )
        .unwrap();
        Package { folder }
    }

    /// Runs a line of the page.
    fn run(&self, line: &str) -> Output {
        let line = line.replace("../async-concepts", env!("CARGO_MANIFEST_DIR"));
        let mut command = Command::new(env!("CARGO"));
        for word in line.split(' ') {
            match word.split_once('=') {
                Some(("TIMELINE", folder)) => {
                    command.env("TIMELINE", self.folder.join(folder));
                }
                _ if word == "cargo" => {}
                _ => {
                    command.arg(word);
                }
            }
        }
        // Beside this package's own, which is locked while its tests are built, and kept, since it
        // is the same each time.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("own_package_target");
        command.current_dir(&self.folder).env("CARGO_TARGET_DIR", target);
        command.env("CARGO_NET_OFFLINE", "true").env_remove("RUST_BACKTRACE");
        command.env("CARGO_PROFILE_DEV_DEBUG", "line-tables-only"); // half the time of a whole one
        command.output().unwrap()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
#[ignore = "builds a package of its own"]
fn the_page_leads_from_cargo_add_to_the_picture_of_a_failing_test() {
    let package = Package::new();
    let commands = blocks("sh");
    let tests = blocks("rust,no_run");
    let [add, run, draw] = &commands[..] else { panic!("three commands: {commands:?}") };

    let added = package.run(add);
    assert!(added.status.success(), "{}", text(&added.stderr));
    fs::write(package.folder.join("tests/hangs.rs"), &tests[0]).unwrap();
    fs::write(package.folder.join("tests/runtime.rs"), &tests[1]).unwrap();

    let failed = package.run(run);
    let printed = text(&failed.stdout);
    assert!(!failed.status.success(), "{printed}");
    let verdict = &blocks("text")[0];
    assert!(printed.contains(verdict.as_str()), "{printed}\n{}", text(&failed.stderr));
    assert!(printed.contains("[thread]"), "there is no timeline: {printed}");

    package.run(draw);
    for (ending, begin) in [("svg", "<svg"), ("json", "{"), ("html", "<!DOCTYPE html>")] {
        let file = package.folder.join(format!("target/timelines/both_get_their_locks.{ending}"));
        let content = fs::read_to_string(&file).expect("it was written");
        assert!(content.starts_with(begin), "{}", file.display());
        assert!(content.contains("hangs.rs"), "no place of the source in {}", file.display());
    }

    let ended = package.run("cargo test --test runtime");
    assert!(ended.status.success(), "{}{}", text(&ended.stdout), text(&ended.stderr));
}
