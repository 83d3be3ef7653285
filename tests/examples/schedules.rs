//! What holds in every schedule of an example, and what is an accident of tokio's queue; and that
//! the first schedule is what a recording shows.
use super::examples;
use async_concepts::{
    schedules::{Coverage, Explored},
    stage::{Effort, SceneSchedules, Stage},
    timeline::{Chart, Observe, SvgOptions, to_svg},
};
use std::time::Duration;

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
        for (nth, scene) in explored.iter().enumerate() {
            let Ok(explored) = &scene.explored else { continue };
            let chance = matches!(explored.coverage, Coverage::Lots(_) | Coverage::Refused(_));
            if chance || explored.order_of_wakes_is_drawn {
                continue; // there is no first schedule that is always the same
            }
            let first = picture(explored.outcomes[0].chart.clone());
            let mut is_recorded = first == recorded[nth];
            // In `event` a channel wakes two lanes in an order that tokio draws. They are polled in
            // one order all the same, but their arrows are drawn in that of the wakes.
            for _ in 0..30 {
                if is_recorded {
                    break;
                }
                is_recorded = pictures((example.stage)())[nth] == first;
            }
            assert!(is_recorded, "{}, scene {}", example.name, scene.title);
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

fn picture(chart: Chart) -> String {
    to_svg(&[chart], SvgOptions::default())
}

#[test]
fn the_table_of_what_holds_in_every_schedule_is_the_one_in_the_docs() {
    let mut rows = vec![];
    for example in examples() {
        for scene in (example.stage)().explore(EFFORT) {
            rows.push(row(example.name, &scene));
        }
    }
    let table = rows.join("\n");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schedules.md");
    let page = std::fs::read_to_string(path).expect("the page");
    let (before, written) = page.split_once(HEAD).expect("the head of the table");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, format!("{before}{HEAD}{table}\n")).expect("the page");
        return;
    }
    let differs = written.trim_end().lines().zip(table.lines()).find(|(old, new)| old != new);
    if let Some((old, new)) = differs {
        panic!("the docs say\n{old}\nand it is\n{new}\nUPDATE=1 writes docs/schedules.md");
    }
    assert_eq!(written.trim_end().lines().count(), table.lines().count());
}

const HEAD: &str = "\
| example | scene | schedules | it ends | result | order of lines |
|---|---|---|---|---|---|
";

fn row(name: &str, scene: &SceneSchedules) -> String {
    let what = match &scene.explored {
        Ok(explored) => columns(explored),
        Err(reason) => format!("not explored: it {reason} | | |"),
    };
    format!("| `{name}` | {} | {what} |", scene.title)
}

fn columns(explored: &Explored<String>) -> String {
    let Explored { schedules, endless, results, orders_of_lines, .. } = explored;
    let tried = match &explored.coverage {
        Coverage::All => format!("all {schedules}"),
        Coverage::UpTo { departures, .. } => {
            format!("{schedules}: up to {departures} departures, the rest at random")
        }
        Coverage::Lots(_) => format!("{schedules} at random: it draws lots"),
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
    let order = match orders_of_lines {
        0 | 1 => "one".to_owned(),
        n => format!("{n} orders"),
    };
    format!("{tried} | {ends} | {result} | {order}")
}
