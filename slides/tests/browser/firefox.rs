//! The explorer and the deck in another browser: what Firefox draws of them is no blank page. More
//! than that is not looked at.
use crate::{chromium::deck, site::page};
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

/// A picture of a page has at least this many bytes; that of a blank page has some 5,000.
const DRAWN: u64 = 30_000;

#[test]
#[ignore = "needs Firefox"]
fn in_firefox_the_explorer_and_the_deck_are_no_blank_pages() {
    let profile = tempfile::tempdir().expect("a folder for the profile");
    let explorer = format!("{}#1.5", page("examples/gather.explorer.html"));
    for (name, url) in [("explorer", explorer), ("deck", format!("{}#2.3", deck()))] {
        let picture = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("firefox-{name}.png"));
        let _ = fs::remove_file(&picture); // of a run before
        let mut firefox = Command::new("firefox-esr");
        firefox.args(["--headless", "--no-remote", "--window-size", "1280,720"]);
        firefox.arg("--profile").arg(profile.path());
        // Run by root, it insists on a home of root's. That of a container may be another user's.
        firefox.env("HOME", profile.path());
        firefox.arg("--screenshot").arg(&picture).arg(url);
        let ran = firefox.stdout(Stdio::null()).stderr(Stdio::null()).status();
        assert!(ran.expect("this test needs Firefox: apt-get install firefox-esr").success());
        let bytes = fs::metadata(&picture).expect("a picture").len();
        assert!(bytes > DRAWN, "{name}: a picture of {bytes} bytes shows next to nothing");
    }
}
