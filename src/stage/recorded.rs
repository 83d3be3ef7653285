//! What a run leaves behind for a program to read, such as the one that makes the slides.
use crate::timeline::{
    Chart, Clock, Line, SvgOptions, Theme, human, lane_class, to_json as charts,
};
use serde_json::{Value, json};

/// The charts of a run as [`to_json`](crate::timeline::to_json) writes them; and beside these,
/// until every reader draws them itself, `clock` and `scenes` with a finished picture of each:
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
pub(super) fn to_json(recorded: &[Chart], width: f64) -> String {
    // Written, read and added to, since the format belongs to `timeline`, and has one place that
    // makes it.
    let mut document: Value = serde_json::from_str(&charts(recorded)).expect("it was just written");
    // One scene on the real clock is enough: a reader must not expect the same times again.
    let real = recorded.iter().any(|chart| chart.clock == Clock::Real);
    document["clock"] = if real { "real".into() } else { "paused".into() };
    let mut scenes = vec![];
    for chart in recorded {
        scenes.push(scene(chart, width));
    }
    document["scenes"] = scenes.into();
    document.to_string()
}

fn scene(chart: &Chart, width: f64) -> Value {
    // As bare as can be: the page has its own title, lines and legend, and one set of colours for
    // all.
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
    let mut lines = vec![];
    for line in &chart.lines {
        lines.push(line_as_json(line, chart));
    }
    json!({
        "title": chart.title,
        "verdict": chart.verdict,
        "took": human(chart.elapsed),
        "lines": lines,
        "timeline": chart.to_svg(options),
    })
}

fn line_as_json(line: &Line, chart: &Chart) -> Value {
    json!({
        "time": format!("{:.3}", line.at.as_secs_f64()),
        "lane": line.lane,
        "text": line.text,
        "colour": line.hue.map(lane_class),
        "instant": chart.instant_of(line),
    })
}
