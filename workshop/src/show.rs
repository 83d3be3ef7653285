//! What `cargo run` shows of an exercise.
use crate::{
    compiler::{RUSTC_HAS_NOT_SEEN_IT, forget_what_stood_in},
    panics,
    prediction::{PREDICT_FIRST, Prediction, compare},
    report::{folded, picture},
    run::{Main, Run, boxed, watchdog},
};
use async_concepts::timeline::{Line, Recorder, human};
use std::{env, fs, path::Path};

/// Runs `main` on a paused clock, prints each line as it is said, draws the timeline, and says how
/// good the prediction was.
///
/// Without a prediction it only asks for one. Under rustlings, which runs the program after a test
/// has failed, it prints the rest of the verdict instead: the timeline is drawn once, and the
/// diagnosis is the last thing on the screen.
///
/// Exits with status 1 and a sentence if `main` does not end by itself.
#[track_caller]
pub fn show<T, F>(name: &str, prediction: Prediction, main: impl FnOnce() -> F + Send + 'static)
where
    T: Send + 'static,
    F: Future<Output = T> + 'static,
{
    show_boxed(name, prediction, boxed(main));
}

#[track_caller]
fn show_boxed<T: Send + 'static>(name: &str, prediction: Prediction, main: Main<T>) {
    if let Some(verdict) = verdict_of_the_test(name) {
        print!("{verdict}");
        return;
    }
    // The lines and the timeline would answer what is to be predicted.
    let Some(prediction) = prediction else {
        println!("{PREDICT_FIRST}");
        return;
    };
    panics::note_where();
    forget_what_stood_in();
    let recorder = Recorder::new(name).watchdog(watchdog());
    let recording = recorder.print(|line: &Line| println!("{line:#}")).record(main);
    // As in a verdict: the same questions are asked of it, so that `cargo run` and the test never
    // differ in what they say of one program.
    let run = Run::from(recording);
    if run.stood_in {
        println!("\n{RUSTC_HAS_NOT_SEEN_IT}");
    } else {
        println!("\n{}", run.chart.to_text(picture()));
        // Last, since that is what a small screen shows.
        if let Some(sentence) = compare(prediction, &run) {
            print!("{}", folded(&sentence));
        }
    }
    if let Err(verdict) = &run.outcome {
        eprintln!("{name}: {verdict} (after {})", human(run.elapsed));
        std::process::exit(1);
    }
}

/// The rest of the verdict of a test that has just failed, if this is not `cargo run`: that one is
/// typed to see a run, and cargo says in the environment that it is there.
fn verdict_of_the_test(name: &str) -> Option<String> {
    if env::var_os("CARGO_PKG_NAME").is_some() {
        return None;
    }
    // Beside the program, where the test has put it.
    let program = env::current_exe().ok()?;
    let kept = program.with_extension("verdict");
    if program.file_stem()? != Path::new(name) {
        return None;
    }
    let built = fs::metadata(&program).ok()?.modified().ok()?;
    let judged = fs::metadata(&kept).ok()?.modified().ok()?;
    if judged < built {
        return None; // of what was there before the last change
    }
    fs::read_to_string(kept).ok()
}
