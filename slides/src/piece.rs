//! What stands on a slide: text, code, what was printed, a timeline, a picture.
//!
//! Read it after `bars`; next is `compose`, which finds the pieces. `place` gives them their sizes,
//! and `page` and `site` write them as HTML. So none of these modules needs to know the others.
use crate::{
    deck::{Halves, Language},
    drawing::Drawing,
    examples::Scene,
    layout::{self, Setting},
    source::Fragment,
};
use async_concepts::timeline::{Line, SvgPicture, TerminalOptions};
use std::{collections::BTreeSet, sync::Arc};
use unicode_width::UnicodeWidthStr;

/// A part of a slide, ready to be shown.
#[derive(Debug)]
pub enum Piece {
    /// Markdown.
    Prose(String),
    /// Something to predict, and the answer, which comes last and takes the place of the question.
    /// Both are in Markdown.
    Asked {
        /// What is asked.
        question: Option<String>,
        /// What is answered.
        answer: Option<String>,
    },
    /// One piece of code or two, beside or above each other.
    Codes(Vec<Listing>, Setting),
    /// A recorded run.
    Timeline(Played),
    /// What was printed.
    Output(Printed),
    /// A picture that is shown row by row.
    Picture(Drawing),
    /// All topics. A slide that opens a topic has it marked.
    Agenda(Vec<(String, bool)>),
}

/// A recorded run that is played step by step.
#[derive(Clone, Debug)]
pub struct Played {
    /// The run.
    pub scene: Arc<Scene>,
    /// Its picture.
    pub picture: SvgPicture,
    /// How many lines below the picture are kept free for what is said in one step.
    pub said_lines: usize,
}

/// A piece of code.
#[derive(Clone, Debug)]
pub struct Listing {
    /// In which language.
    pub language: Language,
    /// Which file it is from, from the root of the repository.
    pub file: String,
    /// The code, and the number of each of its lines in that file.
    pub fragment: Fragment,
    /// The lines that are shown even where others have to be left out, by their numbers.
    pub stay: BTreeSet<usize>,
    /// Whether the texts that it prints are shown while the slide asks.
    pub texts: bool,
    /// On which halves of its slide it is shown.
    pub on: Halves,
    /// Whether it goes on with the code of the column before it.
    pub goes_on: bool,
}

/// Lines that were printed.
#[derive(Clone, Debug)]
pub struct Printed {
    /// The lines.
    pub lines: Vec<PrintedLine>,
    /// Why it did not end by itself. `None` if it did.
    pub verdict: Option<String>,
    /// Whether their times are the same each time. If not, that is said beside them.
    pub exact: bool,
    /// The timeline as text, where it is the same each time.
    pub timeline: Option<String>,
}

/// A line that was printed.
#[derive(Clone, Debug)]
pub struct PrintedLine {
    /// When, in seconds.
    pub time: String,
    /// Which lane said it.
    pub lane: String,
    /// What it said.
    pub text: String,
    /// The number of the lane's colour. `None` if the line was printed outside of all lanes.
    pub hue: Option<usize>,
}

impl PrintedLine {
    /// A line as it is shown.
    fn of(line: &Line) -> PrintedLine {
        PrintedLine {
            time: format!("{:.3}", line.at.as_secs_f64()),
            lane: line.lane.clone(),
            text: line.text.clone(),
            hue: line.hue,
        }
    }
}

/// What is said beside times of the real clock.
pub(crate) const REAL_TIME: &str = "In real time: the times differ from run to run.";

/// How wide the timeline in the panel of a run is, in letters.
const PANEL: usize = 96;

impl Printed {
    /// What a scene printed.
    pub fn of(scene: &Scene) -> Printed {
        let exact = scene.is_exact();
        // On the real clock the next run looks different, so a timeline in the panel would show
        // times that are not those of the run beside it.
        let mut timeline = None;
        if exact {
            let options = TerminalOptions { width: PANEL, colour: false };
            timeline = Some(scene.chart.to_text(options));
        }
        let lines = scene.chart.lines.iter().map(PrintedLine::of).collect();
        Printed { lines, verdict: scene.chart.verdict.clone(), exact, timeline }
    }

    /// Whether its lines stand in two columns: they are many, and short enough.
    pub fn in_two_columns(&self) -> bool {
        let mut widths = vec![];
        for line in &self.lines {
            widths.push(format!("{} {} {}", line.time, line.lane, line.text).width());
        }
        self.verdict.is_none() && layout::in_two_columns(&widths)
    }

    /// How many of its lines stand below each other.
    pub fn rows(&self) -> usize {
        let lines = self.lines.len() + usize::from(self.verdict.is_some());
        if self.in_two_columns() { lines.div_ceil(2) } else { lines }
    }
}
