//! The explorer: a page of HTML that steps through recorded runs, poll by poll.
//!
//! The page is one file: source, recording, style and script are in it, and its content security
//! policy forbids the browser to load anything else. So it can be mailed, or opened from a disk.
//!
//! The script computes no state. What the page shows after each poll is made here, in Rust, where
//! tests can see it. To read in this order:
//!
//! - `steps` says what a step is, and `pieces`, beside this folder, cuts a run into what the steps
//!   show;
//! - `reader` makes a step of a piece: `now` says what each lane does then, `lines` at which line
//!   it stands, and `sentence` says the step in words, with `causes` and `deeds`; `threads` knows
//!   on which thread that was, and `awaited` what the source calls where a lane waits;
//! - `lists` puts the lanes into the lists of the strip: `calls` knows the queue of an event loop,
//!   `resumed` and `coroutine` why the coroutine goes on that runs in the lane of a loop, `waited`
//!   for which lanes a lane waits, with `joined`, and `chains` makes chains of these waits; `kinds`
//!   tells kinds of waits apart;
//! - `stepped` makes the steps of a run, and `source` reads the file beside them: `parts` finds the
//!   functions in it, `names` what they name, `at_the_stage` those that are given to a scene, and
//!   `reached` what the scene does not run, which is left out;
//! - `recording` is what was recorded of a Python twin, `twin` adds its steps, `twin_causes` knows
//!   why a lane went on, and `twin_told` says the steps in words; `align` puts both in one order,
//!   by means of `pairs`, `printed` finds what both print, and `output` lists it;
//! - `variants` compares runs;
//! - `script` puts the parts of the script together, which are in the folder of that name. Those in
//!   its folder `player`, and the rules in `player.css`, are not of this page alone: slides are
//!   played by them, too.
mod again;
mod align;
mod at_the_stage;
mod awaited;
mod calls;
mod causes;
mod chains;
mod coroutine;
mod deeds;
mod due;
mod joined;
mod kinds;
mod lines;
mod lists;
mod literals;
mod names;
mod now;
mod output;
mod pairs;
mod parts;
mod printed;
mod reached;
mod reader;
mod recording;
mod resumed;
mod script;
mod sentence;
mod source;
mod stepped;
mod steps;
mod threads;
mod timers;
mod twin;
mod twin_causes;
mod twin_told;
mod variants;
mod waited;
mod went_on;

use super::beside::with_times;
use crate::timeline::{Chart, Recording};
pub use due::Due;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use recording::TwinScene;
pub use script::{Player, player};
use serde::Serialize;
use source::{Lines, SourceFile, Twin, most_named};
use std::collections::{BTreeMap, BTreeSet};
pub use steps::{
    Moment, OutputLine, SaidBefore, SharedRow, Step, SteppedLane, SteppedRun, SteppedVariant,
    Track, Unlike,
};

/// What the script reads: the page has it as JSON, in the element `run`.
#[derive(Serialize)]
struct Data {
    /// The source in Rust, then that of its Python twin. The tracks of a run are in the same order,
    /// and the script relies on it.
    sources: Vec<Lines>,
    /// One run for each chart, in the order in which the charts were given.
    scenes: Vec<SteppedRun>,
    /// Why the source in Rust is missing, or its Python twin. `None` if both are there, or if a
    /// reader does not expect a twin: see [`SourceFile::without_twin`].
    missing: Option<String>,
    /// What the states of lanes are called, by their letters.
    words: BTreeMap<char, &'static str>,
    /// The signs for how a lane has ended, by the letters of these states.
    signs: BTreeMap<char, char>,
}

/// The source files of a page: read once, and shared by all its scenes.
struct Sources {
    /// The file to show: see [`to_page`]. None if no lane has a place.
    /// Kept even if the file cannot be read: the page says then which file is missing.
    named: Option<String>,
    /// The named file, if it can be read.
    rust: Option<SourceFile>,
    /// The twin of that file in Python, if there is one and it was recorded.
    twin: Option<Twin>,
}

impl Sources {
    fn of(charts: &[Chart]) -> Sources {
        // A file in which lanes print belongs to the program that is explored. One in which they
        // only wait may be that of a library: a server waits in its protocol far more often than in
        // what it serves. Of several files in which lanes print, the one that is named most often
        // is shown; the waits in it count, too.
        let prints: BTreeSet<&str> = printed(charts).collect();
        let seen = printed(charts).chain(waited(charts));
        let named = most_named(seen.filter(|file| prints.is_empty() || prints.contains(file)));
        let mut rust = None;
        if let Some(file) = &named {
            rust = SourceFile::read(file);
        }
        // The twin is found by the path of the file in Rust: without that file there is none.
        let twin = rust.as_ref().and_then(SourceFile::twin);
        Sources { named, rust, twin }
    }

    /// The chart, to which the instants are added at which only the twin runs.
    fn with_times_of_twin(&self, chart: &Chart) -> Chart {
        match self.scene(chart) {
            Some((_, scene)) => with_times(chart, &scene.times()),
            None => chart.clone(),
        }
    }

    /// The twin, and its scene that belongs to a chart. The twin may have been recorded without
    /// that scene.
    fn scene(&self, chart: &Chart) -> Option<(&Twin, &TwinScene)> {
        let twin = self.twin.as_ref()?;
        Some((twin, recording::find(&twin.scenes, chart)?))
    }

    /// The steps of a run, in both languages if there are two. The chart must already have the
    /// instants of the twin: see `with_times_of_twin`.
    fn steps(&self, chart: &Chart) -> SteppedRun {
        let mut run = stepped::stepped(chart, self.named.as_deref(), self.rust.as_ref());
        if let Some((twin, scene)) = self.scene(chart) {
            twin::add(&mut run, scene, &twin.source.file);
            let same_as = recording::same_as(&twin.scenes, scene).map(str::to_owned);
            if let Some(track) = run.tracks.last_mut() {
                track.same_as = same_as;
            }
            let titles = recording::titles(&twin.scenes);
            run.of_python =
                self.rust.as_ref().and_then(|rust| rust.of_python(&chart.title, &titles));
        }
        let sources = self.rust.iter().chain(self.twin.iter().map(|twin| &twin.source));
        for (track, source) in run.tracks.iter_mut().zip(sources) {
            track.left_out = source.left_out(&run.title, &track.steps);
        }
        run
    }

    /// What the page says if the source in Rust or in Python is missing; none if it says nothing.
    fn missing(&self) -> Option<String> {
        if let Some(rust) = &self.rust {
            return if self.twin.is_none() { rust.without_twin() } else { None };
        }
        Some(match &self.named {
            Some(file) => format!(
                "The source is not shown. {file} was looked for in the folder in which this ran, \
                 in that of its package, and in the folders above. Run it where its sources are."
            ),
            None => "The source is not shown: no lane prints a line, and it is not known where \
                     lanes wait. That needs a build with debug information."
                .to_owned(),
        })
    }
}

impl Chart {
    /// The run as steps, for a program that plays it. A step is a poll or the rest of one: see
    /// [`SteppedRun`].
    ///
    /// A Python twin is among its tracks if the source, its twin and the recording of the twin are
    /// found: see [`to_page`].
    pub fn steps(&self) -> SteppedRun {
        let sources = Sources::of(std::slice::from_ref(self));
        sources.steps(&sources.with_times_of_twin(self))
    }
}

/// Draws charts, each a scene, into a page to step through.
///
/// A chart that is a variant of another one ([`Chart::variant`]) is shown on one time axis with it:
/// see [`SteppedVariant`].
///
/// `title` is the heading of the page. The page shows one source file in Rust: the one in which
/// lanes print, stop and wait most often. If any lane prints, a file in which no lane prints is not
/// shown. The Python twin of the file is shown beside it, if it was recorded.
///
/// The source file is looked for in the working folder and in each folder above it, then in the
/// same way from the folder of the package, and from that of this library. If it is in none of
/// them, the page says so.
pub fn to_page(title: &str, charts: &[Chart]) -> String {
    let sources = Sources::of(charts);
    let charts: Vec<Chart> = charts.iter().map(|chart| sources.with_times_of_twin(chart)).collect();
    let groups = variants::groups(&charts);
    let mut scenes = vec![];
    for (index, chart) in charts.iter().enumerate() {
        // A run that has variants is shown with the instants of all of them.
        let mut shown = chart;
        for group in &groups {
            if let Some(nth) = group.members.iter().position(|member| *member == index) {
                shown = &group.charts[nth];
            }
        }
        scenes.push(sources.steps(shown));
    }
    // Only now: a comparison needs the steps of all runs of a group.
    for group in &groups {
        group.compare(&mut scenes);
    }
    let mut files = vec![];
    for file in sources.rust.iter().chain(sources.twin.iter().map(|twin| &twin.source)) {
        files.push(file.lines());
    }
    let missing = sources.missing();
    let words = script::words();
    let signs = script::signs();
    let data = Data { sources: files, scenes, missing, words, signs };
    let data = serde_json::to_string(&data).expect("all of it can be written as JSON");
    // A lane may print anything. Inside a script HTML gives a meaning to `</script` and `<!--`
    // only, and both begin with `<`; for JSON the escape is the same character.
    let data = data.replace('<', "\\u003c");
    let about = sources.rust.as_ref().and_then(SourceFile::about);
    page(title, about.as_deref(), &data).into_string() + "\n"
}

/// The files in which lanes stop and wait: one for each poll that stops at a place, and one for
/// each wait after it. A lane that is dropped in the instant of its only poll has stopped, although
/// it has not waited.
fn waited(charts: &[Chart]) -> impl Iterator<Item = &str> {
    let rows = charts.iter().flat_map(|chart| &chart.rows);
    let spans = rows.flat_map(|row| &row.spans);
    let waits = spans.flat_map(|span| span.places.waits().iter().chain(span.stopped.waits()));
    waits.map(|wait| wait.place.file.as_str())
}

/// The files in which lanes print, one for each printed line.
fn printed(charts: &[Chart]) -> impl Iterator<Item = &str> {
    let said = charts.iter().flat_map(|chart| &chart.said);
    said.flat_map(|said| &said.place).map(|place| place.file.as_str())
}

/// The buttons that step: the action of each, the sign on it, and what it is called. The actions
/// have these names in `script/keys.js`, too.
const STEP_BUTTONS: [(&str, &str, &str); 4] = [
    ("first", "⇤", "First step (Home)"),
    ("back", "◀", "A step back (Left, Backspace, Page Up, Shift + Space)"),
    ("next", "▶", "A step on (Right, Space, Page Down)"),
    ("last", "⇥", "Last step (End)"),
];

/// What the button is called that changes between light and dark.
const THEME: &str = "Light or dark (T)";

/// The frame of the page. What the script fills in is empty here. The script finds it by its `id`,
/// and the answers by their class. Without JavaScript the page has its headings and buttons, and
/// they do nothing: stepping through a run is all that it is for.
fn page(title: &str, about: Option<&str>, data: &str) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { (title) }
                // An empty icon: without it a browser asks the server for one.
                link rel="icon" href="data:,";
                // Rules of the page may change those of the player, so they come last.
                style { (PreEscaped(script::RULES)) (PreEscaped(include_str!("page.css"))) }
            }
            body {
                header {
                    div #about {
                        h1 { (title) }
                        @if let Some(about) = about { p { (about) } }
                    }
                    div #scenes role="tablist" aria-label="Scenes" {}
                    (controls())
                }
                main #sources {}
                section #state aria-label="State" {
                    div #strip {}
                    p #parting hidden {}
                }
                section #below aria-label="Timeline and output" {
                    div #drawn {
                        p #what-if hidden {}
                        div #chart {}
                    }
                    div #output {
                        h2 { span { "Output so far" } span #at {} }
                        ol #lines tabindex="0" {} // it scrolls, also by the keyboard
                        p #score role="status" {}
                        (keys())
                    }
                }
                // The question of “Predict”, hidden until the script asks one.
                div #asks role="dialog" aria-labelledby="question" hidden {
                    p #question {}
                    div.answers {}
                }
                // Not to be seen: a screen reader says what happened in each step.
                p #tells.heard role="status" aria-live="polite" {}
                script #run type="application/json" { (PreEscaped(data)) }
                script { (PreEscaped(script::script())) }
            }
        }
    }
}

/// The content security policy. Style and script stand in the page itself, so `'unsafe-inline'` is
/// needed; `data:` is for the empty icon. Everything else is forbidden, so nothing can be loaded.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; \
                      script-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
                      form-action 'none'";

/// The buttons, with the number of the step between those that go back and those that go on.
fn controls() -> Markup {
    html! {
        nav #controls aria-label="Steps" {
            @for (does, sign, label) in &STEP_BUTTONS[..2] {
                button type="button" data-do=(does) aria-label=(label) title=(label) { (sign) }
            }
            span #count {}
            @for (does, sign, label) in &STEP_BUTTONS[2..] {
                button type="button" data-do=(does) aria-label=(label) title=(label) { (sign) }
            }
            button type="button" data-do="future" aria-pressed="false" { "Hide the future" }
            button type="button" data-do="predict" aria-pressed="false" { "Predict" }
            button type="button" data-do="theme" aria-label=(THEME) title=(THEME) { "◐" }
        }
    }
}

/// The keys that the page lists, because a reader would not guess them. All others to which the
/// script listens stand in the label of a button.
fn keys() -> Markup {
    html! {
        p #keys {
            kbd { "→" } " " kbd { "←" } " step "
            kbd { "W" } " cause "
            span.twin hidden { kbd { "⇧ W" } " in Python " }
            kbd { "F" } " future " kbd { "Q" } " predict "
            span.scenes { kbd { "1" } "–" kbd { "9" } " scene " }
            "click on a name: its lane alone, " kbd { "Esc" } " all lanes"
        }
    }
}

impl<T> Recording<T> {
    /// The run as a page of HTML to step through, poll by poll: see [`to_page`].
    pub fn to_page(&self) -> String {
        let chart = self.chart();
        to_page(&chart.title, std::slice::from_ref(&chart))
    }
}
