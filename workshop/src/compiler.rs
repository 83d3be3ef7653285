//! Code that rustc refuses, in a project that compiles.

/// Gives `$instead`, and leaves out the code: rustc would refuse it. The exercises on the compiler
/// begin with it; the learner takes it away.
///
/// With the feature `broken` it gives the code itself, so that a test can see the error.
#[cfg(not(feature = "broken"))]
#[macro_export]
macro_rules! does_not_compile {
    ($instead:block => $($code:tt)*) => {
        $instead
    };
}

/// Gives the code, which rustc refuses.
#[cfg(feature = "broken")]
#[macro_export]
macro_rules! does_not_compile {
    ($instead:block => $($code:tt)*) => {
        { $($code)* }
    };
}
