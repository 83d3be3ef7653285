//! On the paused clock an example draws the same bytes each time.
use super::{all::Example, examples};
use async_concepts::timeline::{Chart, Code, Observe, SvgOptions, TerminalOptions, to_json};
use std::{
    collections::BTreeSet,
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// So often each example is run.
const RUNS: usize = 100;
/// So often the first run of each is drawn.
const DRAWINGS: usize = 4;
/// How many examples are run at a time: more than a small machine has processors, since some of
/// them mostly wait for threads of their own.
const AT_A_TIME: usize = 4;

/// All that a person can keep of a scene: the timeline of the terminal, the picture, and the data.
fn drawn(chart: &Chart) -> [(&'static str, String); 3] {
    [
        ("text", chart.to_text(TerminalOptions { width: 100, colour: true })),
        ("SVG", chart.to_svg(SvgOptions::default())),
        ("JSON", to_json(std::slice::from_ref(chart))),
    ]
}

/// Runs an example. None if it keeps real time: then its times differ from run to run, and that is
/// no lot which it draws. Each such example says why in its source, by `does_io` or
/// `keeps_real_time`.
fn charts(example: &Example) -> Option<Vec<Chart>> {
    let mut charts = vec![];
    for scene in (example.stage)().run_for_test(Observe::Everything) {
        if scene.real_clock {
            return None;
        }
        let mut chart = scene.chart.expect("everything was observed");
        // On a machine that stands still any poll may take long on the wall clock, which is
        // remarked on.
        chart.remarks.retain(|remark| !remark.contains(Code::KeptTheThread.text()));
        charts.push(chart);
    }
    Some(charts)
}

/// What differs in the drawings of two charts, the first such line of each kind.
fn difference(was: &Chart, is: &Chart) -> String {
    let mut difference = String::new();
    for ((kind, was), (_, is)) in drawn(was).iter().zip(&drawn(is)) {
        if let Some((was, is)) = was.lines().zip(is.lines()).find(|(was, is)| was != is) {
            difference += &format!("\n  {kind} was {was}\n  {kind}  is {is}");
        }
    }
    difference
}

/// Says so if a chart is not drawn the same each time.
fn drawn_in_two_ways(example: &Example, charts: &[Chart]) -> Option<String> {
    for chart in charts {
        let once = drawn(chart);
        for _ in 1..DRAWINGS {
            if drawn(chart) != once {
                return Some(format!("{}, {}: one chart, two drawings", example.name, chart.title));
            }
        }
    }
    None
}

/// Runs an example once more, and says how that differs from the first run.
fn differs(example: &Example, first: &[Chart]) -> Option<String> {
    for (was, is) in first.iter().zip(charts(example)?) {
        if *was != is {
            let difference = difference(was, &is);
            return Some(format!("{}, {}: {difference}", example.name, is.title));
        }
    }
    None
}

/// Text, SVG and JSON are made of a chart and of nothing else, so equal charts are drawn equally,
/// unless the drawing itself is random, as it would be if it went through a `HashMap`. So each
/// chart is compared, and that of the first run is drawn several times: to draw all of them would
/// take four times as long.
///
/// In one process, since a `HashMap` and a generator of random numbers go on from run to run there.
#[test]
fn each_example_on_the_paused_clock_draws_the_same_bytes_a_hundred_times() {
    // The first run of each example, by whichever thread needs it first.
    let first: Vec<OnceLock<Option<Vec<Chart>>>> =
        examples().iter().map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    let found = Mutex::new(BTreeSet::new());
    let work = || {
        loop {
            // Round by round, so that no thread is left alone with a hundred runs of the slowest.
            let number = next.fetch_add(1, Ordering::Relaxed);
            let (round, nth) = (number / first.len(), number % first.len());
            if round >= RUNS {
                return;
            }
            let example = &examples()[nth];
            let Some(first) = first[nth].get_or_init(|| charts(example)) else { continue };
            let differs = match round {
                0 => drawn_in_two_ways(example, first),
                _ => differs(example, first),
            };
            found.lock().unwrap().extend(differs);
        }
    };
    thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(work);
        }
    });
    let found = Vec::from_iter(found.into_inner().unwrap());
    assert!(found.is_empty(), "{}", found.join("\n"));
    // A test that leaves all examples out would pass, too.
    let compared = first.iter().filter(|first| matches!(first.get(), Some(Some(_)))).count();
    assert!(compared > 50, "only {compared} examples are on the paused clock");
}
