//! Who watches changes nothing: each example does the same at the same times, recorded or not.
use super::EXAMPLES;
use async_concepts::{stage::rehearse, timeline::Observe};

/// Of each scene: how long it took, and each line with its time; with the lane, too, if lanes are observed. On the real
/// clock without the times, which are never the same.
fn seen(observe: Observe, lanes: bool) -> Vec<(&'static str, Vec<String>)> {
    let mut seen = vec![];
    for (_, name, main) in EXAMPLES {
        let mut lines = vec![];
        for scene in rehearse(observe, *main) {
            let time = |time| if scene.real_clock { "…".into() } else { format!("{time:?}") };
            lines.push(format!("{} takes {}", scene.title, time(scene.elapsed)));
            // Who waits for whom is only known if it was recorded; that it had to be ended, always.
            lines.extend(scene.verdict.map(|_| "it was ended".to_owned()));
            lines.extend(scene.lines.iter().map(|line| {
                let lane = if lanes { &line.lane } else { "-" };
                format!("{} {lane} {}", time(line.at), line.text)
            }));
        }
        seen.push((*name, lines));
    }
    seen
}

#[test]
fn output_order_and_time_are_equal_with_and_without_recording() {
    for _ in 0..3 {
        let everything = seen(Observe::Everything, false);
        assert_eq!(everything, seen(Observe::Lines, false));
        assert_eq!(everything, seen(Observe::Nothing, false));
    }
}

#[test]
fn who_says_a_line_is_known_without_recording_the_rest() {
    for _ in 0..3 {
        assert_eq!(seen(Observe::Everything, true), seen(Observe::Lines, true));
    }
}

#[test]
fn every_scene_ends_by_itself_unless_it_is_about_one_that_does_not() {
    for (_, name, main) in EXAMPLES {
        for scene in rehearse(Observe::Everything, *main) {
            match scene.verdict {
                Some(verdict) => assert!(scene.hangs, "{name}, {}: {verdict}", scene.title),
                None => assert!(!scene.hangs, "{name}, {} is said not to end by itself", scene.title),
            }
        }
    }
}

#[test]
fn a_line_is_said_by_nobody_if_nobody_is_observed() {
    for (_, _, main) in EXAMPLES {
        let scenes = rehearse(Observe::Nothing, *main);
        assert!(scenes.iter().flat_map(|scene| &scene.lines).all(|line| line.lane == "-"));
    }
}
