//! Which waker another one stands for: what a timeline and an event loop both need to know.
//!
//! A lane of a timeline polls its future with a waker of its own, which notes each wake and passes
//! it on. An executor that recognises its own wakers, as [`event_loop`](crate::event_loop) does,
//! must not be misled by that: a run has to be the same with lanes and without. So a lane that
//! substitutes a waker says so here for as long as the poll lasts, and the executor asks here.
//! Neither of the two knows the other.
use std::{cell::RefCell, task::Waker};

/// What identifies a waker: [`Waker::data`]. It is only compared, never followed.
type Identity = *const ();

thread_local! {
    /// For each substitution in force on this thread, innermost last: the waker that is handed on,
    /// and the original for which it stands.
    static SUBSTITUTIONS: RefCell<Vec<(Identity, Identity)>> = const { RefCell::new(vec![]) };
}

/// While it lives, one waker counts as another one on this thread. Substitutions nest: each is
/// dropped before the poll that made it returns.
///
/// It holds nothing. The field only keeps other modules from making one without [`new`].
///
/// [`new`]: WakerSubstitution::new
pub(crate) struct WakerSubstitution(());

impl WakerSubstitution {
    /// Declares that `substitute` stands for `original` from now on.
    pub(crate) fn new(substitute: &Waker, original: &Waker) -> WakerSubstitution {
        // Resolved now, so that one look finds the end of a chain of any length.
        let original = original_waker(original);
        SUBSTITUTIONS.with_borrow_mut(|all| all.push((substitute.data(), original)));
        WakerSubstitution(())
    }
}

impl Drop for WakerSubstitution {
    fn drop(&mut self) {
        SUBSTITUTIONS.with_borrow_mut(Vec::pop);
    }
}

/// The waker for which `waker` stands, or `waker` itself: as [`Waker::data`], which identifies it.
pub(crate) fn original_waker(waker: &Waker) -> Identity {
    SUBSTITUTIONS.with_borrow(|all| {
        for (substitute, original) in all.iter().rev() {
            if *substitute == waker.data() {
                return *original;
            }
        }
        waker.data()
    })
}
