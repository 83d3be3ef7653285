//! What an explorer claims, held against the recording from which it was made and against the
//! source that it shows.
//!
//! Each check reads the recording and the source in a way of its own, and not as the explorer does:
//! so a fault of the explorer is not repeated here. It returns what is wrong, each fault in a
//! sentence. [`Explored::faults`] is all of them. The tests of this package ask it of each example,
//! and so do those of the packages that have examples of their own: what holds of every page is
//! checked here, and not in the tests of one package.
//!
//! In reading order: `polls` finds the poll of each step, `timers` is on due times, `ready` on the
//! queue, `lit` on lines of the source, `stands` on where lanes are in it, `passed` on where they
//! go on, `shown` on what a page leaves out of it, `told` on sentences, `order` on the order of
//! what they tell, `coroutine` on what runs in the lane of an event loop, `arrows` on where a wake
//! comes from, `printed` on the output, `parting` on what only one language prints, `waits` on what
//! lanes wait for and `awaited` on the word for it, `python` on what only its column has, and
//! `header` on what the header of the example says of a scene.
mod arrows;
mod awaited;
mod coroutine;
mod header;
mod lit;
mod order;
mod parting;
mod passed;
mod polls;
pub mod printed;
mod python;
mod ready;
mod shown;
mod stands;
mod timers;
mod told;
mod waits;

use async_concepts::timeline::{Chart, SteppedRun};

/// A scene of an explorer, and the recording of which it was made.
#[derive(Clone)]
pub struct Explored {
    /// The name of its example.
    pub example: String,
    /// What was recorded.
    pub chart: Chart,
    /// What the page shows of it.
    pub run: SteppedRun,
}

impl Explored {
    pub fn new(example: &str, chart: Chart) -> Explored {
        let run = chart.steps();
        Explored { example: example.to_owned(), chart, run }
    }

    /// How many lines of its sources are lit in its steps, and how many of these are refused if all
    /// of them are shifted by this many lines.
    pub fn shifted(&self, by: i32) -> (usize, usize) {
        lit::shifted(self, by)
    }

    /// What is wrong with it, each fault in a sentence that begins with the example and its scene.
    /// All checks of this folder are in it, so each of them is asked of every package's examples.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = vec![];
        faults.extend(timers::faults(self));
        faults.extend(ready::faults(self));
        faults.extend(lit::faults(self));
        faults.extend(stands::faults(self));
        faults.extend(passed::faults(self));
        faults.extend(shown::faults(self));
        faults.extend(told::faults(self));
        faults.extend(order::faults(self));
        faults.extend(arrows::faults(self));
        faults.extend(printed::faults(self));
        faults.extend(parting::faults(self));
        faults.extend(waits::faults(self));
        faults.extend(python::faults(self));
        faults.extend(header::faults(self));
        let scene = format!("{}, {}: ", self.example, self.run.title);
        faults.into_iter().map(|fault| scene.clone() + &fault).collect()
    }
}
