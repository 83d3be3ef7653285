//! Code that rustc refuses, in a project that compiles.
use std::sync::atomic::{AtomicBool, Ordering};

/// Gives `$instead`, and leaves out the code: rustc would refuse it. The exercises on the compiler
/// begin with it; the learner takes it away.
///
/// With the feature `broken` it gives the code itself, so that a test can see the error.
#[cfg(not(feature = "broken"))]
#[macro_export]
macro_rules! does_not_compile {
    ($instead:block => $($code:tt)*) => {{
        $crate::stands_in();
        $instead
    }};
}

/// Gives the code, which rustc refuses.
#[cfg(feature = "broken")]
#[macro_export]
macro_rules! does_not_compile {
    ($instead:block => $($code:tt)*) => {
        { $($code)* }
    };
}

/// In the last run, something stood in for code that rustc has not seen. There is one run at a
/// time.
static STOOD_IN: AtomicBool = AtomicBool::new(false);

/// Called by what stands in for the code of [`does_not_compile!`]: nothing of its run may be taken
/// for a run of that code, least of all its time.
#[doc(hidden)]
pub fn stands_in() {
    STOOD_IN.store(true, Ordering::Relaxed);
}

/// A run begins: what an earlier one has left must not be taken for this one's. A run that was
/// given up may still call [`stands_in`], but what stands in is short, and keeps no thread.
pub(crate) fn forget_what_stood_in() {
    STOOD_IN.store(false, Ordering::Relaxed);
}

/// Whether the run that has just ended was one of something else than the learner's code.
pub(crate) fn stood_in() -> bool {
    STOOD_IN.load(Ordering::Relaxed)
}

/// What is said instead of a comparison, of lines and of a timeline.
pub(crate) const RUSTC_HAS_NOT_SEEN_IT: &str = "\
The code is still inside `does_not_compile!`. What ran here only stands in for
it, so there is nothing to compare with your prediction yet.";
