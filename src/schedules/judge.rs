//! What a run has to be like: the check of a test, and that the run ends.
use crate::timeline::{Recording, Verdict, panic_message};
use std::{
    fmt::Display,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// What a check can return: that the claim holds, or that it does not, and perhaps why.
///
/// A check can also panic, as `assert!` does.
pub trait Checked {
    /// `Ok` if the claim holds. Otherwise the error says what is wrong.
    fn checked(self) -> Result<(), String>;
}

impl Checked for () {
    fn checked(self) -> Result<(), String> {
        Ok(())
    }
}

impl Checked for bool {
    fn checked(self) -> Result<(), String> {
        match self {
            true => Ok(()),
            false => Err("the check says that it does not hold".into()),
        }
    }
}

impl<E: Display> Checked for Result<(), E> {
    fn checked(self) -> Result<(), String> {
        self.map_err(|error| error.to_string())
    }
}

/// A condition on a run. The error says what is wrong.
pub(super) type Check<T> = Box<dyn Fn(&Recording<T>) -> Result<(), String> + Send + Sync>;

/// Decides whether a run is as it should be.
pub(super) struct Judge<T> {
    /// None if a run only has to end, without a panic of `main`.
    pub check: Option<Check<T>>,
    /// A run that does not end by itself is no failure for that reason alone.
    pub may_not_end: bool,
}

impl<T> Judge<T> {
    /// Asks only that a run ends, without a panic of `main`.
    pub fn of_the_end() -> Judge<T> {
        Judge { check: None, may_not_end: false }
    }

    /// Whether a run is as it should be.
    ///
    /// # Errors
    /// If it is not: what is wrong.
    pub fn judge(&self, recording: &Recording<T>) -> Result<(), String> {
        match &recording.outcome {
            // A panic of `main` is never meant, and the check would have nothing to look at.
            Err(verdict @ Verdict::Panicked(..)) => return Err(verdict.to_string()),
            Err(verdict) if !self.may_not_end => return Err(verdict.to_string()),
            _ => {}
        }
        let Some(check) = &self.check else { return Ok(()) };
        // If the check panics, the message of the panic says what is wrong, as that of `assert!`.
        match catch_unwind(AssertUnwindSafe(|| check(recording))) {
            Ok(checked) => checked,
            Err(panic) => Err(panic_message(&*panic)),
        }
    }
}
