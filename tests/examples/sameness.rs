//! On the paused clock each example gives the same bytes each time.
use super::{all::Example, examples};
use async_concepts::timeline::{Chart, Observe, SvgOptions, TerminalOptions, to_json, to_svg};

/// Everything that can be seen of an example, in text, as a picture, and as data.
struct Seen {
    charts: Vec<Chart>,
    text: String,
    svg: String,
    json: String,
}

impl Seen {
    /// `None` of an example that takes its real time.
    fn of(example: &Example) -> Option<Seen> {
        let mut charts = vec![];
        let mut text = String::new();
        for scene in (example.stage)().run_for_test(Observe::Everything) {
            if scene.real_clock {
                return None;
            }
            text += &scene.transcript().join("\n");
            let chart = scene.chart.expect("everything was observed");
            text += &chart.to_text(TerminalOptions { width: 100, colour: false });
            charts.push(chart);
        }
        let svg = to_svg(&charts, SvgOptions::default());
        let json = to_json(&charts);
        Some(Seen { charts, text, svg, json })
    }
}

#[test]
#[ignore = "a hundred runs of each example take a minute or two"]
fn a_hundred_runs_of_each_example_give_one_text_one_picture_and_one_recording() {
    let mut compared = 0;
    for example in examples() {
        let Some(first) = Seen::of(example) else { continue };
        compared += 1;
        for nth in 1..100 {
            let again = Seen::of(example).expect("it is on the same clock");
            let name = example.name;
            assert!(first.text == again.text, "{name}, run {nth}:\n{}\n{}", first.text, again.text);
            assert!(first.svg == again.svg, "the picture of {name}, run {nth}");
            assert!(first.json == again.json, "the recording of {name}, run {nth}");
            assert!(first.charts == again.charts, "{name}, run {nth}");
        }
    }
    assert!(compared > 40, "only {compared} examples are on the paused clock");
}
