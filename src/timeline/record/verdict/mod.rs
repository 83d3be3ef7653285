//! Why a run has no result, in words: it did not end by itself, or `main` panicked.
//!
//! A verdict names the cause first, then the other lanes that wait, each with the place where it
//! waits. It says what was seen, and no more. The place where its waker was registered tells what a
//! lane waits for; what ran when the waker was called tells what woke it; and that nothing can
//! happen any more is seen by letting the paused clock run on until its last timer. Each kind of
//! cause has a short code, which is printed behind the sentence and explained in
//! [`verdicts`](crate::timeline::verdicts).
//!
//! What is looked at, in this order:
//!
//! | seen at the end | verdict | decided in |
//! |-----------------|---------|------------|
//! | `main` panicked | `Panicked` | `recorder` |
//! | the run made no progress, as `recorder` counts | `Blocked` | `no_progress` |
//! | the limit was reached, and nothing is to come | `Deadlock` | `at_the_limit` |
//! | the limit was reached, and something is to come | `Endless` | `at_the_limit` |
//!
//! It is decided in the run and not in the drawing, so that a run whose log is full, or that is not
//! drawn, has its verdict, too.
//!
//! In the order in which they are understood: `code` has all kinds of causes, and this file has the
//! verdict, which is made of them; `in_words` says where a lane is, and by what it was woken; then
//! come the two decisions, and `remark` for what is said beside a verdict.
// In reading order; the blank lines keep rustfmt from sorting them.
mod code;
// Here comes this file.

mod in_words;

mod at_the_limit;
mod no_progress;

mod remark;

pub use code::Code;
pub use remark::Remark;

use std::{any::Any, fmt};

/// Why a run has no result.
#[derive(Debug)]
pub enum Verdict {
    /// `main` panicked. The payload is what it panicked with.
    Panicked(String, Box<dyn Any + Send>),
    /// Nothing happened any more up to the limit: a deadlock, or a wake-up that was lost. On the
    /// paused clock, in a runtime of the run's own, no timer was left, either.
    Deadlock(Causes),
    /// The limit was reached, and there was still something to come, or nothing is known of that.
    Endless(Causes),
    /// The run made no progress: the runtime's thread did not come back from a poll, or always had
    /// something to do, or another thread kept the paused clock from moving.
    Blocked(Causes),
}

/// What can be said of a run that did not end: the cause first, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Causes {
    /// What the sentence begins with, such as "nothing can happen any more".
    /// None where the causes say it all.
    opening: Option<String>,
    /// At least one, in the order in which they are said.
    /// Sorted by their code, so that the cause that explains the others comes first; but the next
    /// timer comes first if nothing else goes on. The code of the first is that of the verdict.
    causes: Vec<Cause>,
}

/// One thing that is said in a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Which kind of cause it is.
    pub code: Code,
    /// What is said of it, without a full stop.
    pub sentence: String,
}

/// One sentence, which names the lanes, and the code of its cause in brackets.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Panicked(message, _) => {
                write!(f, "main panicked: {message} [{}]", Code::Panicked)
            }
            Verdict::Deadlock(causes) | Verdict::Endless(causes) | Verdict::Blocked(causes) => {
                write!(f, "{causes}")
            }
        }
    }
}

impl fmt::Display for Causes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(opening) = &self.opening {
            write!(f, "{opening}: ")?;
        }
        for (nth, cause) in self.causes.iter().take(NAMED).enumerate() {
            let comma = if nth == 0 { "" } else { "; " };
            write!(f, "{comma}{}", cause.sentence)?;
        }
        // A thousand lanes that wait for one lock are one mistake, and the first of them show what
        // they have in common.
        match self.causes.len().saturating_sub(NAMED) {
            0 => {}
            1 => f.write_str("; and 1 more lane")?,
            more => write!(f, "; and {more} more lanes")?,
        }
        // One code for the sentence: it is what a reader looks up.
        write!(f, " [{}]", self.causes[0].code)
    }
}

impl std::error::Error for Verdict {}

/// At most this many lanes are named; of the others only the number is said.
const NAMED: usize = 6;

impl Verdict {
    /// Which kind of cause it names first.
    pub fn code(&self) -> Code {
        match self {
            Verdict::Panicked(..) => Code::Panicked,
            Verdict::Deadlock(causes) | Verdict::Endless(causes) | Verdict::Blocked(causes) => {
                causes.causes[0].code
            }
        }
    }

    /// All that it says, the cause first; nothing of a panic.
    pub fn causes(&self) -> &[Cause] {
        match self {
            Verdict::Panicked(..) => &[],
            Verdict::Deadlock(causes) | Verdict::Endless(causes) | Verdict::Blocked(causes) => {
                &causes.causes
            }
        }
    }
}

impl Causes {
    /// A single one.
    pub(crate) fn one(code: Code, sentence: String) -> Causes {
        Causes { opening: None, causes: vec![Cause { code, sentence }] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::{
        Clock,
        record::run::{Observe, Run},
    };
    use std::time::Duration;

    #[test]
    fn a_run_that_has_not_even_begun_gets_a_verdict_too() {
        let run = Run::new(Clock::Paused, Observe::Everything, None);
        let verdict = Verdict::no_progress(&run, false, Duration::from_secs(2)).to_string();
        assert!(verdict.starts_with("something without a lane blocks the thread"), "{verdict}");
    }
}
