//! What holds in every schedule of an example, and what is an accident of tokio's queue; and that
//! the first schedule is what a recording shows.
use super::examples;
use async_concepts::{
    schedules::{Coverage, Explored},
    stage::{Effort, SceneCancellations, SceneOutput, SceneSchedules, Stage},
    timeline::{Chart, Code, Observe, SvgOptions, to_svg},
};
use std::{iter::zip, time::Duration};

/// The same on each machine, since it is not the time that ends it.
const EFFORT: Effort = Effort { time: Duration::from_secs(600), schedules: 1_000 };

#[test]
fn the_first_schedule_of_each_scene_is_what_is_recorded_to_the_byte() {
    let mut compared = 0;
    for example in examples() {
        let explored = (example.stage)().explore(Effort { schedules: 1, ..EFFORT });
        if explored.iter().all(|scene| scene.explored.is_err()) {
            continue; // it does I/O, or is a plain function
        }
        let recorded = pictures((example.stage)());
        // A plain run leaves out the variants that stand after the scenes.
        assert!(recorded.len() <= explored.len());
        for (nth, scene) in explored.iter().enumerate().take(recorded.len()) {
            let Ok(explored) = &scene.explored else { continue };
            if matches!(explored.coverage, Coverage::Refused(_)) {
                continue;
            }
            let name = format!("{}, scene {}", example.name, scene.title);
            let random = matches!(explored.coverage, Coverage::Nondeterministic(_));
            let random = random || explored.order_of_wakes_is_random;
            assert!(!random, "{name} is not deterministic");
            let first = picture(explored.outcomes[0].chart.clone());
            assert!(first == recorded[nth], "{name} is recorded as another schedule");
            compared += 1;
        }
    }
    assert!(compared > 60, "only {compared} scenes were compared");
}

/// The timelines of all scenes, as they are recorded without a schedule.
fn pictures(stage: Stage) -> Vec<String> {
    let scenes = stage.run_for_test(Observe::Everything);
    scenes.into_iter().map(|scene| picture(scene.chart.expect("all was recorded"))).collect()
}

fn picture(mut chart: Chart) -> String {
    // On a machine that stands still any poll may take long, which is remarked on.
    chart.remarks.retain(|remark| !remark.contains(Code::KeptTheThread.text()));
    to_svg(&[chart], SvgOptions::default())
}

/// One test for both tables: what takes its time is to explore the examples.
#[test]
fn what_holds_in_every_schedule_and_what_must_hold_is_as_the_docs_say() {
    let mut rows = vec![];
    let mut claims = vec![];
    for example in examples() {
        let stage = (example.stage)();
        let explored = stage.explore(EFFORT);
        for scene in &explored {
            rows.push(row(example.name, scene));
        }
        if explored.iter().all(|scene| scene.must_hold.is_none()) {
            continue;
        }
        for (explored, cancelled) in zip(explored, stage.cancel(EFFORT)) {
            let Some(sentence) = explored.must_hold else { continue };
            let scene = format!("| `{}` | {} | {sentence}", example.name, explored.title);
            let tried = in_schedules(&explored);
            claims.push(format!("{scene} | {tried} | {} |", at_cancellations(&cancelled)));
        }
    }
    is_in_the_docs(HEAD, &rows);
    is_in_the_docs(CLAIMS, &claims);
}

/// Compares the rows with those below `head` in the docs, or writes them there with `UPDATE=1`.
#[track_caller]
fn is_in_the_docs(head: &str, rows: &[String]) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schedules.md");
    let page = std::fs::read_to_string(path).expect("the page");
    let (before, after) = page.split_once(head).expect("the head of the table");
    let (written, rest) = after.split_once("\n\n").unwrap_or((after.trim_end(), ""));
    let table = rows.join("\n");
    if std::env::var_os("UPDATE").is_some() {
        let rest = if rest.is_empty() { String::new() } else { format!("\n{rest}") };
        std::fs::write(path, format!("{before}{head}{table}\n{rest}")).expect("the page");
        return;
    }
    let differs = written.lines().zip(table.lines()).find(|(old, new)| old != new);
    if let Some((old, new)) = differs {
        panic!("the docs say\n{old}\nand it is\n{new}\nUPDATE=1 writes docs/schedules.md");
    }
    assert_eq!(written.lines().count(), rows.len(), "UPDATE=1 writes docs/schedules.md");
}

const HEAD: &str = "\
| example | scene | schedules | it ends | result | lines |
|---|---|---|---|---|---|
";

const CLAIMS: &str = "\
| example | scene | what must hold | in every schedule | wherever it is cancelled |
|---|---|---|---|---|
";

/// Whether what must hold does in the schedules that were tried.
fn in_schedules(scene: &SceneSchedules) -> String {
    let explored = match &scene.explored {
        Ok(explored) => explored,
        Err(reason) => return format!("not tried: it {reason}"),
    };
    if let Coverage::Refused(why) = &explored.coverage {
        return format!("not tried: {why}");
    }
    let Explored { schedules, failing, coverage, .. } = explored;
    let all = if *coverage == Coverage::All { "all" } else { "not all:" };
    match failing {
        0 => format!("it holds ({all} {schedules})"),
        n if n == schedules => format!("**in none** ({all} {schedules})"),
        n => format!("**not in {n}** of {schedules}"),
    }
}

/// Whether what must hold does wherever it was cancelled.
fn at_cancellations(scene: &SceneCancellations) -> String {
    let cancelled = match &scene.cancelled {
        Ok(cancelled) => cancelled,
        Err(reason) => return format!("not tried: it {reason}"),
    };
    if let Some(why) = &cancelled.refused {
        let wrong = why.starts_with("it is wrong without any cancellation");
        return if wrong { "—".into() } else { format!("not tried: {why}") };
    }
    let runs = cancelled.cancellations;
    if scene.without_output == runs {
        return "not tried: it is about what `main` returns".into();
    }
    let lanes: Vec<&str> = cancelled.lanes.iter().map(|(lane, _)| lane.as_str()).collect();
    let lanes = lanes.join(", ");
    match cancelled.unsafe_awaits.len() {
        0 => format!("it holds ({lanes}, {runs} runs)"),
        n => format!("**not at {n}** of its awaits ({lanes}, {runs} runs)"),
    }
}

fn row(name: &str, scene: &SceneSchedules) -> String {
    let what = match &scene.explored {
        Ok(explored) => columns(explored),
        Err(reason) => format!("not explored: it {reason} | | |"),
    };
    format!("| `{name}` | {} | {what} |", scene.title)
}

fn columns(explored: &Explored<SceneOutput>) -> String {
    let Explored { schedules, endless, results, different_lines, orders_of_lines, .. } = explored;
    let tried = match &explored.coverage {
        Coverage::All => format!("all {schedules}"),
        Coverage::UpTo { departures, .. } => {
            format!("{schedules}: up to {departures} departures, the rest at random")
        }
        Coverage::Nondeterministic(random) => {
            format!("{schedules}, {random} of them at random: it is not deterministic")
        }
        Coverage::Refused(why) => return format!("not explored: {why} | | |"),
        other => panic!("{other:?}"),
    };
    let ends = match endless {
        0 => "always".to_owned(),
        n if n == schedules => "never".to_owned(),
        n => format!("not in {n}"),
    };
    let result = match results {
        1 => "one".to_owned(),
        n => format!("**{n} different**"),
    };
    let lines = match (different_lines, orders_of_lines) {
        (1, 1) => "the same".to_owned(),
        (1, n) => format!("the same in {n} orders"),
        (sets, 1) => format!("**{sets} different**"),
        (sets, n) => format!("**{sets} different**, each in up to {n} orders"),
    };
    format!("{tried} | {ends} | {result} | {lines}")
}
