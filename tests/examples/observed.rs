//! Watching changes nothing: each example does the same at the same times, recorded or not.
use super::{all::Example, examples};
use async_concepts::timeline::Observe;

/// What can be seen of an example.
struct Seen {
    example: &'static Example,
    /// Of each scene: how long it took, and each line with its time, and with the lane if lanes are
    /// observed.
    lines: Vec<String>,
    /// Then the times are left out, since they are never the same.
    real_clock: bool,
}

fn seen(examples: &[&'static Example], observe: Observe, lanes: bool) -> Vec<Seen> {
    let see = |example: &&'static Example| {
        let mut seen = Seen { example, lines: vec![], real_clock: false };
        for scene in (example.stage)().run_for_test(observe) {
            let time = |time| if scene.real_clock { "…".into() } else { format!("{time:?}") };
            seen.lines.push(format!("{} takes {}", scene.title, time(scene.elapsed)));
            // Who waits for whom is only known if it was recorded; that it had to be ended, always.
            seen.lines.extend(scene.verdict.map(|_| "it was ended".to_owned()));
            seen.lines.extend(scene.lines.iter().map(|line| {
                let lane = if lanes { &line.lane } else { "-" };
                format!("{} {lane} {}", time(line.at), line.text)
            }));
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
                assert_eq!(everything.lines, less.lines, "{}, with {observe:?}", less.example.name);
            }
        }
        examples =
            everything.iter().filter(|seen| !seen.real_clock).map(|seen| seen.example).collect();
    }
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
