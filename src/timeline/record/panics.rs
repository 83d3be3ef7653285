//! Where a program panics.
//!
//! Code that catches a panic gets what it was thrown with, and not the place. Only the panic hook
//! is told that. So the first recording of a process puts a hook before the one that is there,
//! which notes the place for the thread that panics, and then calls the other one.
use super::place::Place;
use crate::timeline::clean;
use std::{
    any::Any,
    cell::{Cell, RefCell},
    panic,
    sync::Once,
};

/// A panic that the hook was told of.
struct Panic {
    /// What it was thrown with: it tells this panic from another one.
    message: String,
    /// Where it was thrown.
    place: Place,
}

thread_local! {
    /// The last panic on this thread, until it is asked for or a poll of a lane begins.
    static LAST: RefCell<Option<Panic>> = const { RefCell::new(None) };
    /// Whether a panic on this thread prints nothing.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// As long as it lives, panics on this thread print nothing. Schedules in which the program panics
/// are what is looked for, and there may be thousands of them.
#[cfg(feature = "schedules")]
pub(crate) struct QuietPanics;

#[cfg(feature = "schedules")]
impl QuietPanics {
    /// Panics on this thread print nothing from now on, until what this returns is dropped.
    pub fn on_this_thread() -> QuietPanics {
        note_their_places();
        QUIET.set(true);
        QuietPanics
    }
}

#[cfg(feature = "schedules")]
impl Drop for QuietPanics {
    fn drop(&mut self) {
        QUIET.set(false);
    }
}

/// From now on the places of panics are noted, on all threads: a hook belongs to all of them.
pub(super) fn note_their_places() {
    static HOOK: Once = Once::new();
    // A thread that panics cannot change the hook. The next recording will.
    if std::thread::panicking() {
        return;
    }
    HOOK.call_once(|| {
        let hook_before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if let Some(location) = info.location() {
                let message = panic_message(info.payload());
                let place = Place::from(location);
                // Not while the values of this thread are being dropped.
                let _ = LAST.try_with(|last| *last.borrow_mut() = Some(Panic { message, place }));
            }
            if !QUIET.get() {
                hook_before(info);
            }
        }));
    });
}

/// A poll of a lane begins, or a closure: a panic from before is none of it. It may have been
/// caught, and may be thrown once more.
pub(super) fn forget() {
    LAST.take();
}

/// The place of the panic with this message that was just caught on this thread. None if it was
/// asked for before: the lane inside has thrown it; or if no hook was told of it, as where a panic
/// that was caught before is passed on.
pub(super) fn place_of(message: &str) -> Option<Place> {
    LAST.take().filter(|last| last.message == message).map(|last| last.place)
}

/// The message of a panic; for a panic with anything but text, a phrase that says so.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> String {
    if let Some(text) = panic.downcast_ref::<&str>() {
        return clean::text(text);
    }
    match panic.downcast_ref::<String>() {
        Some(text) => clean::text(text),
        None => "something that is not text".into(),
    }
}
