//! Where a run panicked. The recorder keeps the message of a panic; the place is only told to the
//! hook.
use std::{
    panic,
    sync::{Mutex, Once, PoisonError},
};

/// A file and a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) file: String,
    pub(crate) line: u32,
}

/// The place of the first panic of the run that is under way; there is one at a time.
static PLACE: Mutex<Option<Place>> = Mutex::new(None);

/// Begins to note places, and prevents that a panic of a run prints a backtrace of its own: it gets
/// a sentence in the verdict.
pub(crate) fn note_where() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let thread = std::thread::current();
            let of_a_run = thread.name().is_some_and(|name| name.starts_with("run of "));
            if !of_a_run {
                return usual(info);
            }
            let Some(location) = info.location() else { return };
            let mut place = PLACE.lock().unwrap_or_else(PoisonError::into_inner);
            if place.is_none() {
                let (file, line) = (location.file().to_owned(), location.line());
                *place = Some(Place { file, line });
            }
        }));
    });
    *PLACE.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

pub(crate) fn last_place() -> Option<Place> {
    PLACE.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
