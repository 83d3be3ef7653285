//! What an example prints in the terminal.
//!
//! [`show`] writes all of it to the standard output, and knows what to do if that fails. Errors go
//! to the standard error instead, and `step` draws the screen of `--step` itself.
use super::{
    SceneResult,
    header::{Header, Listing, wrap},
};
use crate::timeline::{Line, TerminalOptions, colour};
use console::{Style, Term};
use std::io::{self, Write};

impl TerminalOptions {
    /// As wide as the environment says (`COLUMNS`), or else as the terminal is; into a pipe 100
    /// columns. With colours if the terminal has them and the environment does not refuse them
    /// (`NO_COLOR`, `CLICOLOR=0`), or if the environment asks for them (`CLICOLOR_FORCE`).
    pub fn of_stdout() -> TerminalOptions {
        // What the environment says comes first: a test, or a person who pipes into a pager, sets
        // it.
        let wanted: Option<usize> = match std::env::var("COLUMNS") {
            Ok(columns) => columns.parse().ok(),
            Err(_) => None,
        };
        let width = match (wanted, Term::stdout().size_checked()) {
            (Some(wanted), _) => wanted,
            (None, Some((_, columns))) => columns.into(),
            // Wide enough for the timelines, and narrow enough for a page.
            (None, None) => 100,
        };
        TerminalOptions { width, colour: console::colors_enabled() }
    }
}

/// The lines of an example, with the headings of its scenes: its twin prints the same.
pub fn printed(scenes: &[SceneResult]) -> String {
    let mut text = String::new();
    for (number, scene) in scenes.iter().enumerate() {
        if scenes.len() > 1 {
            text += &format!("{}\n", heading(scene.title, number));
        }
        for line in &scene.lines {
            text += &format!("{line:#}\n"); // `#`: in columns
        }
    }
    text
}

/// What the example is about, and what to look for, before its first scene.
pub(super) fn print_header(header: &Header) {
    // Sentences that are longer than 100 columns are hard to read, however wide the terminal is.
    let width = TerminalOptions::of_stdout().width.min(100);
    let title = wrap(&header.title(), width);
    let look_for = wrap(&header.look_for(), width);
    show(&format!("{}\n{look_for}\n\n", Style::new().bold().apply_to(title)));
}

/// Where to go after its last scene.
pub(super) fn print_next(header: &Header) {
    let Some(Listing { path, next }) = header.listing() else { return };
    let name = header.name;
    show(&format!("\nThe source: {path}. Its options: --help.\n"));
    show(&format!("Poll by poll: cargo run --example {name} -- --step\n"));
    if let Some(next) = next {
        show(&format!("Next: cargo run {next}\n"));
    }
}

/// What stands above a scene.
pub(super) fn heading(title: &str, number: usize) -> String {
    let blank = if number > 0 { "\n" } else { "" };
    format!("{blank}── {title} ──")
}

/// The heading of a scene, in bold.
pub(super) fn print_heading(title: &str, number: usize) {
    show(&format!("{}\n", Style::new().bold().apply_to(heading(title, number))));
}

/// `time lane text`, in columns and in colours.
pub(super) fn print_line(line: &Line) {
    let [time, lane, text] = line.columns();
    let lane_style = match line.hue {
        Some(hue) => colour(hue),
        None => Style::new(),
    };
    show(&format!("{} {} {text}\n", Style::new().dim().apply_to(time), lane_style.apply_to(lane)));
}

/// Prints. A reader that has closed the pipe (`… | head`) is no error; a full disk is, and ends the
/// process with status 1.
pub(super) fn show(text: &str) {
    // Locked for all of it, and flushed: lines of several threads do not mix, and a person sees
    // each as it is said.
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("cannot write to the standard output: {error}");
            std::process::exit(1);
        }
        _ => {}
    }
}
