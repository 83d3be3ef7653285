//! The explorer and the deck in another browser: Firefox runs their scripts. More than that is not
//! looked at.
use crate::{chromium::deck, site::page};
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

/// A picture of a page has more bytes than this if its script ran: 192,000 of the explorer, and
/// 120,000 of the deck. If the script throws at its beginning it has 35,000 and 55,000: then the
/// explorer has no code, and the deck shows its first slide.
const DRAWN: u64 = 85_000;

#[test]
#[ignore = "needs Firefox"]
fn in_firefox_the_scripts_of_the_explorer_and_of_the_deck_run() {
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
        assert!(
            bytes > DRAWN,
            "{name}: a picture of {bytes} bytes is that of a page without its script"
        );
    }
}
