//! What a run leaves behind for a program to read, such as the one that makes the slides.
use super::SceneResult;
use crate::timeline::{Chart, Clock, Line, SvgOptions, Theme, human, lane_class};
use serde_json::{Value, json};

/// A run as JSON: its `clock`, which is `"paused"` or `"real"`, and its `scenes`, each with
///
/// - `title`: what the scene is called;
/// - `verdict`: why it did not end by itself, or `null`;
/// - `took`: how long it took, as one says it;
/// - `lines`: what was printed, each with `time` (in seconds, with three decimals, as in
///   transcripts), `lane`, `text`, `colour` (the lane's, as a class of the picture), and `instant`,
///   the position, counted from 0, of the instant of the picture that it belongs to;
/// - `timeline`: the picture as SVG, for a page that has
///   [`page_style`](crate::timeline::page_style), `width` pixels wide, without caption, legend and
///   lines, since the page says these in its own way.
pub(super) fn to_json(clock: Clock, scenes: &[(SceneResult, Chart)], width: f64) -> String {
    let options = SvgOptions {
        width,
        theme: Theme::Page,
        legend: false,
        lines: false,
        caption: false,
        row: SvgOptions::LOWEST_ROW,
        titles: false,
        glossary: None,
    };
    let scene = |(result, chart): &(SceneResult, Chart)| {
        json!({
            "title": result.title,
            "verdict": result.verdict.as_ref().map(ToString::to_string),
            "took": human(result.elapsed),
            "lines": result.lines.iter().map(|line| line_as_json(line, chart)).collect::<Vec<_>>(),
            "timeline": chart.to_svg(options),
        })
    };
    let clock = match clock {
        Clock::Paused => "paused",
        Clock::Real => "real",
    };
    json!({ "clock": clock, "scenes": scenes.iter().map(scene).collect::<Vec<_>>() }).to_string()
}

fn line_as_json(line: &Line, chart: &Chart) -> Value {
    // On the real clock an instant begins a little before its lines.
    let instant =
        chart.instants.iter().rposition(|instant| instant.at <= line.at).unwrap_or_default();
    json!({
        "time": format!("{:.3}", line.at.as_secs_f64()),
        "lane": line.lane,
        "text": line.text,
        "colour": line.hue.map(lane_class),
        "instant": instant,
    })
}
