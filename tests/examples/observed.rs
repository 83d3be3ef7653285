//! Watching changes nothing: each example does the same at the same times, recorded or not.
use super::{all::Example, examples, transports::TIMES};
use async_concepts::timeline::{Observe, Registered};
use std::collections::BTreeMap;

/// What can be seen of an example.
struct Seen {
    example: &'static Example,
    /// Of each scene: how long it took, and each line with its time, and with the lane if lanes are
    /// observed.
    lines: Vec<String>,
    /// Then the times are left out, since they are never the same, and the lines are in no order.
    real_clock: bool,
}

fn seen(examples: &[&'static Example], observe: Observe, lanes: bool) -> Vec<Seen> {
    let see = |example: &&'static Example| {
        let mut seen = Seen { example, lines: vec![], real_clock: false };
        for scene in (example.stage)().run_for_test(observe) {
            let time = |time| if scene.real_clock { "…".into() } else { format!("{time:?}") };
            seen.lines.push(format!("{} takes {}", scene.title, time(scene.elapsed)));
            // Which lane waits for which is only known if it was recorded; that it had to be ended,
            // always.
            seen.lines.extend(scene.verdict.map(|_| "it was ended".to_owned()));
            let mut lines: Vec<String> = vec![];
            for line in &scene.lines {
                let lane = if lanes { &line.lane } else { "-" };
                lines.push(format!("{} {lane} {}", time(line.at), line.text));
            }
            if scene.real_clock {
                lines.sort(); // which of two lanes speaks first is decided by the machine
            }
            seen.lines.extend(lines);
            seen.real_clock |= scene.real_clock;
        }
        seen
    };
    examples.iter().map(see).collect()
}

/// Sees all examples with everything observed, and with less: three times, or once where it takes
/// its real time.
fn the_same_with_less(less: &[Observe], lanes: bool) {
    let mut examples = Vec::from_iter(examples());
    for _ in 0..3 {
        let everything = seen(&examples, Observe::Everything, lanes);
        for observe in less {
            for (everything, less) in everything.iter().zip(seen(&examples, *observe, lanes)) {
                if everything.real_clock && everything.lines != less.lines {
                    the_same_in_the_end(less.example, *observe, lanes);
                    continue;
                }
                assert_eq!(everything.lines, less.lines, "{}, with {observe:?}", less.example.name);
            }
        }
        examples =
            everything.iter().filter(|seen| !seen.real_clock).map(|seen| seen.example).collect();
    }
}

/// The same of an example that keeps real time, on a machine that stood still for longer than it
/// waits for an answer.
fn the_same_in_the_end(example: &'static Example, observe: Observe, lanes: bool) {
    let lines = |observe| seen(&[example], observe, lanes).remove(0).lines;
    let mut both = [vec![], vec![]];
    for _ in 0..TIMES {
        both = [Observe::Everything, observe].map(lines);
        if both[0] == both[1] {
            return;
        }
    }
    assert_eq!(both[0], both[1], "{}, with {observe:?}", example.name);
}

#[test]
fn output_order_and_time_are_equal_with_and_without_recording() {
    the_same_with_less(&[Observe::Lines, Observe::Nothing], false);
}

#[test]
fn the_lane_of_a_line_is_known_without_recording_the_rest() {
    the_same_with_less(&[Observe::Lines], true);
}

#[test]
fn every_scene_ends_by_itself_unless_it_is_about_one_that_does_not() {
    for Example { name, stage, .. } in examples() {
        for scene in stage().run_for_test(Observe::Everything) {
            match scene.verdict {
                Some(verdict) => assert!(scene.hangs, "{name}, {}: {verdict}", scene.title),
                None => {
                    assert!(!scene.hangs, "{name}, {} is said not to end by itself", scene.title)
                }
            }
        }
    }
}

#[test]
fn a_line_has_no_lane_if_nothing_is_observed() {
    for Example { stage, .. } in examples() {
        let scenes = stage().run_for_test(Observe::Nothing);
        assert!(scenes.iter().flat_map(|scene| &scene.lines).all(|line| line.lane == "-"));
    }
}

#[test]
fn no_scene_fails_for_reasons_that_it_is_not_about() {
    for Example { name, stage, .. } in examples() {
        for scene in stage().run_for_test(Observe::Lines) {
            assert_eq!(scene.error, None, "{name}, {}", scene.title);
        }
    }
}

/// What the source says at a place where a lane waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Says {
    /// `.await`, or a macro that awaits.
    Await,
    /// `.lane()`: the future in the lane is a library's alone.
    Lane,
    /// A call that waits by itself, of an event loop.
    Call,
}

/// Each poll of each example that was not ready has a place where its lane waits, in the source of
/// the example, and there the source does say so.
#[test]
fn every_wait_in_every_example_has_a_place() {
    let mut counts: BTreeMap<(Registered, Says), usize> = BTreeMap::new();
    let mut wrong = vec![];
    for example in examples() {
        for scene in (example.stage)().run_for_test(Observe::Everything) {
            for waits in &scene.waits {
                let place = waits.place();
                let source = std::fs::read_to_string(&place.file).unwrap_or_default();
                let line = source.lines().nth(place.line as usize - 1).unwrap_or_default();
                let says = if line.contains("await") || line.contains("!(") || line.contains("! {")
                {
                    Says::Await
                } else if line.contains(".lane(") {
                    Says::Lane
                } else {
                    Says::Call
                };
                // A future that polls another one, or wakes itself, by hand is among them.
                let known = [
                    "run_until_complete",
                    "run_forever",
                    "scene(",
                    "block_on",
                    ".poll(",
                    ".wake_by_ref(",
                ];
                let says_so = says != Says::Call || known.iter().any(|call| line.contains(call));
                // `context` has a lane of its own, for a cleanup that outlives its task.
                let folders = ["examples/", "src/context/"];
                if !folders.iter().any(|folder| place.file.starts_with(folder)) || !says_so {
                    wrong.push(format!("{}, {}: {place}: {line}", example.name, scene.title));
                }
                *counts.entry((waits.registered(), says)).or_default() += 1;
            }
        }
    }
    println!("{counts:?}");
    wrong.dedup();
    assert!(wrong.is_empty(), "{}\n{counts:?}", wrong.join("\n"));
    assert!(counts.values().sum::<usize>() > 900, "{counts:?}");
}
