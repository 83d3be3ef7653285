//! Where a run panicked. The recorder keeps the message of a panic; the place is only told to the
//! hook.
use std::{
    any::Any,
    panic,
    sync::{Mutex, Once, PoisonError},
};

/// A file and a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// It may be another one than the exercise: a panic in the standard library names its caller.
    pub(crate) file: String,
    /// The line that the learner has to look at.
    pub(crate) line: u32,
}

/// The panics of the run that is under way, each with its message; there is one run at a time. A
/// task may panic, and then `main`, since it does not get what it waits for.
static PANICS: Mutex<Vec<(String, Place)>> = Mutex::new(vec![]);

/// Begins to note places, and prevents that a panic of a run prints a text of its own: it gets a
/// sentence in the verdict. A backtrace has to be asked for with `RUST_BACKTRACE=full`: many have
/// `1` in their environment, and it would fill the screen of each of them.
pub(crate) fn note_where() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let asked_for = std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value == "full");
        // For all other threads it stays as it was: a test that fails for another reason is shown
        // as always.
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let thread = std::thread::current();
            let of_a_run = thread.name().is_some_and(|name| name.starts_with("run of "));
            if !of_a_run || asked_for {
                usual(info);
            }
            if !of_a_run {
                return;
            }
            let (Some(message), Some(location)) = (info.payload_as_str(), info.location()) else {
                return;
            };
            let place = Place { file: location.file().to_owned(), line: location.line() };
            let panic = (message.to_owned(), place);
            let mut panics = PANICS.lock().unwrap_or_else(PoisonError::into_inner);
            if !panics.contains(&panic) {
                panics.push(panic);
            }
        }));
    });
    PANICS.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

/// Where the last run panicked with this; nothing if it did so in several places.
pub(crate) fn place_of(payload: &(dyn Any + Send)) -> Option<Place> {
    let message = match payload.downcast_ref::<&str>() {
        Some(text) => *text,
        None => payload.downcast_ref::<String>()?,
    };
    let panics = PANICS.lock().unwrap_or_else(PoisonError::into_inner);
    let mut found = None;
    for (theirs, place) in &*panics {
        if theirs == message {
            if found.is_some() {
                return None;
            }
            found = Some(place.clone());
        }
    }
    found
}
