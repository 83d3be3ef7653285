//! The deck in a real browser: Debian's Chromium, without a window. These tests are ignored where
//! there is none; `.ci/run` installs it.
//!
//! To look at every slide: `SHOTS=FOLDER cargo test -p slides --test browser -- --ignored
//! every_slide_fits` keeps a picture of each.
#![cfg(unix)] // the tests look for processes in `/proc` and end them by signals

mod axe;
mod chromium;
mod console;
mod explorer;
mod firefox;
mod fit;
mod focus;
mod keys;
mod live;
mod paper;
mod private;
#[path = "../served/mod.rs"]
mod served;
mod site;
