//! `--beside`: one scene and each other one, together on one time axis.
use crate::{
    stage::{Stage, options::Options, print::show},
    timeline::{Chart, Pair, SvgOptions, TerminalOptions, pairs_to_svg},
};

impl Stage {
    /// Looks for the scene of this title, and for another to draw beside it, among those that are
    /// shown.
    ///
    /// # Errors
    /// If one of the two is missing: a sentence that says which.
    pub(super) fn check_beside(&self, title: &str, options: &Options) -> Result<(), String> {
        let mut titles = vec![];
        for scene in &self.scenes {
            if options.shows(scene) {
                titles.push(scene.title);
            }
        }
        if titles.len() < 2 {
            return Err("there is only one scene, and nothing to draw it beside".into());
        }
        if titles.contains(&title) {
            return Ok(());
        }
        Err(format!("there is no scene “{title}”, but: {}", titles.join(", ")))
    }
}

/// The chart of this title together with each other one, in the order of the scenes.
pub(super) fn pairs(charts: &[Chart], title: &str) -> Vec<Pair> {
    let Some(chosen) = charts.iter().position(|chart| chart.title == title) else { return vec![] };
    let mut pairs = vec![];
    for (index, chart) in charts.iter().enumerate() {
        // The earlier scene is above: in most examples it is the program that goes wrong.
        if index < chosen {
            pairs.push(chart.beside(&charts[chosen]));
        } else if index > chosen {
            pairs.push(charts[chosen].beside(chart));
        }
    }
    pairs
}

/// Shows each pair in the terminal, if timelines are shown, and returns all of them as a picture.
pub(super) fn draw_pairs(pairs: &[Pair], options: &Options) -> String {
    if options.timeline {
        for pair in pairs {
            show(&format!("\n{}", pair.to_text(TerminalOptions::of_stdout())));
        }
    }
    let drawing = SvgOptions { width: options.width, ..SvgOptions::default() };
    pairs_to_svg(pairs, drawing)
}
