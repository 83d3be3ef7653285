//! What is expected of an attempt, and the mistakes by which one misses it.
use crate::{
    report::{Difference, report},
    run::{Run, ms},
};
use async_concepts::timeline::{Clock, human};
use std::fmt::Debug;

/// Runs what the learner wrote on a paused clock. What is expected of it is said in the methods of [`Attempt`].
pub fn attempt<T, F>(main: impl FnOnce() -> F + Send + 'static) -> Attempt<T>
where
    T: Send + 'static,
    F: Future<Output = T>,
{
    Attempt { run: Run::of(Clock::Paused, main), differences: vec![], lines: None, mistake: None }
}

/// Like [`attempt`], on the real clock, for what uses real sockets: those keep to no virtual time. It is given up after
/// five seconds, and how long it takes is nothing to rely on.
pub fn attempt_for_real<T, F>(main: impl FnOnce() -> F + Send + 'static) -> Attempt<T>
where
    T: Send + 'static,
    F: Future<Output = T>,
{
    Attempt { run: Run::of(Clock::Real, main), differences: vec![], lines: None, mistake: None }
}

/// An attempt that has been run, and what is known of it so far.
#[must_use = "call `verdict` at the end"]
pub struct Attempt<T> {
    run: Run<T>,
    differences: Vec<Difference>,
    /// The lines that are expected, if any are.
    lines: Option<Vec<String>>,
    mistake: Option<&'static str>,
}

impl<T> Attempt<T> {
    /// It ends by itself, after exactly so many milliseconds of virtual time.
    pub fn takes(mut self, milliseconds: u64) -> Attempt<T> {
        let expected = ms(milliseconds);
        if self.run.elapsed != expected {
            let (took, expected) = (human(self.run.elapsed), human(expected));
            self.differences.push(Difference::Time { took, expected });
        }
        self
    }

    /// It prints these lines, which are `time lane text`, and no others.
    pub fn says(mut self, lines: &[&str]) -> Attempt<T> {
        if self.run.lines != lines {
            self.differences.push(Difference::Lines);
        }
        self.lines = Some(lines.iter().map(|line| line.to_string()).collect());
        self
    }

    /// It returns this.
    pub fn returns<V: Debug>(mut self, expected: V) -> Attempt<T>
    where
        T: PartialEq<V> + Debug,
    {
        if let Ok(output) = &self.run.outcome
            && *output != expected
        {
            let (returned, expected) = (format!("{output:?}"), format!("{expected:?}"));
            self.differences.push(Difference::Output { returned, expected });
        }
        self
    }

    /// Something else holds of the run, which `claim` says in words.
    pub fn holds(mut self, claim: &'static str, is_so: impl FnOnce(&Run<T>) -> bool) -> Attempt<T> {
        if self.run.outcome.is_ok() && !is_so(&self.run) {
            self.differences.push(Difference::Claim(claim));
        }
        self
    }

    /// A mistake that is often made, and how to recognise it. Of several that fit, the first one counts; none does
    /// if all is as expected.
    pub fn mistake(mut self, message: &'static str, is_it: impl FnOnce(&Run<T>) -> bool) -> Attempt<T> {
        if self.mistake.is_none() && is_it(&self.run) {
            self.mistake = Some(message);
        }
        self
    }

    /// Passes if all is as expected.
    ///
    /// # Panics
    /// Otherwise: with the mistake, what was expected beside what happened, and the timeline of the run.
    #[track_caller]
    pub fn verdict(self) {
        let Attempt { run, differences, lines, mistake } = self;
        if run.outcome.is_err() || !differences.is_empty() {
            panic!("{}", report(&run, &differences, lines.as_deref(), mistake));
        }
    }
}
