//! How a stage is run, and what its exit status is.
use super::FAILED;
use crate::{
    stage::{
        Stage,
        options::{Explore, Options},
    },
    timeline::Observe,
};
use std::{
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::Duration,
};

async fn nothing() {}

async fn hangs() {
    std::future::pending().await
}

async fn fails() -> Result<(), String> {
    Err("no socket".into())
}

fn fast() -> Options {
    Options { fast: true, timeline: false, ..Options::default() }
}

#[test]
fn a_scene_that_is_meant_to_hang_fails_the_example_only_if_it_does_not() {
    let limit = Duration::from_secs(1);
    let hanging = Stage::new("hanging").hanging_scene("hangs", limit, hangs);
    assert_eq!(hanging.run_with(fast()), ExitCode::SUCCESS);
    let ending = Stage::new("hanging").hanging_scene("ends", limit, nothing);
    assert_eq!(ending.run_with(fast()), ExitCode::FAILURE);
    let unexpected = Stage::new("hanging").scene("hangs", hangs);
    assert_eq!(unexpected.run_with(fast()), ExitCode::FAILURE);
}

#[test]
fn a_variant_names_its_scene_and_a_variant_for_the_explorer_alone_is_not_run() {
    let stage = Stage::new("variants")
        .scene("one", nothing)
        .scene("two", nothing)
        .variant_of("one")
        .what_if("one", "three", nothing)
        .scene("four", nothing);
    let mut found = vec![];
    for scene in stage.run_for_test(Observe::Everything) {
        let variant = scene.chart.expect("everything was observed").variant;
        found.push((scene.title, variant.map(|variant| variant.of)));
    }
    assert_eq!(found, [("one", None), ("two", Some("one".to_owned())), ("four", None)]);
}

#[test]
fn fast_names_each_scene_that_it_hurries_in_an_example_that_keeps_real_time() {
    let stage = Stage::new("io").does_io().scene("TCP", nothing);
    assert_eq!(stage.scenes_without_io(), "");
    let stage = stage.scene("one", nothing).without_io().scene("two", nothing).without_io();
    assert_eq!(stage.scenes_without_io(), " but “one” and “two”");
}

#[test]
fn a_variant_that_is_not_shown_cannot_be_drawn_beside_a_scene() {
    let stage = Stage::new("variants")
        .scene("one", nothing)
        .scene("two", nothing)
        .what_if("one", "three", nothing);
    let refused = Err("there is no scene “three”, but: one, two".to_owned());
    assert_eq!(stage.check_beside("three", &fast()), refused);
    let all = Options { what_if: true, ..fast() };
    assert_eq!(stage.check_beside("three", &all), Ok(()));
}

#[test]
fn a_variant_that_is_not_shown_is_not_tried_also_if_there_is_a_page() {
    static TRIED: AtomicBool = AtomicBool::new(false);
    async fn variant() {
        TRIED.store(true, Relaxed);
    }
    let page = std::env::temp_dir().join(format!("trials-{}.html", std::process::id()));
    let explore = Some(Explore::Write(page.clone()));
    let options = Options { schedules: true, explore, ..fast() };
    let stage = Stage::new("variants").scene("one", nothing).what_if("one", "two", variant);
    assert_eq!(stage.run_with(options), ExitCode::SUCCESS);
    std::fs::remove_file(page).expect("the page was written");
    assert!(!TRIED.load(Relaxed));
}

#[test]
#[should_panic(expected = "there is no scene “none” before it")]
fn a_variant_of_a_scene_that_is_not_there_is_refused() {
    let _ = Stage::new("variants").scene("one", nothing).variant_of("none");
}

#[test]
#[should_panic(expected = "“two” is itself a variant of another scene")]
fn a_variant_of_a_variant_is_refused() {
    let _ = Stage::new("variants")
        .scene("one", nothing)
        .what_if("one", "two", nothing)
        .what_if("two", "three", nothing);
}

#[test]
fn a_scene_that_fails_fails_the_example_and_the_next_scenes_run() {
    fn stage() -> Stage {
        Stage::new("failing").try_scene("fails", fails).scene("nothing", nothing)
    }
    assert_eq!(stage().run_with(fast()), ExitCode::from(FAILED));
    let scenes = stage().run_for_test(Observe::Everything);
    let errors: Vec<Option<String>> = scenes.into_iter().map(|scene| scene.error).collect();
    assert_eq!(errors, [Some("no socket".to_owned()), None]);
}
