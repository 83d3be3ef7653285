//! What is expected of an attempt, and the mistakes by which one misses it.
use crate::{
    lines::lane_of,
    prediction::Prediction,
    run::{Main, Run, boxed},
    scenario::Scenario,
};
use async_concepts::timeline::{Clock, Verdict};
use std::{fmt::Debug, time::Duration};

/// Runs what the learner wrote on a paused clock, in the scenario that the file shows. What is
/// expected of it is said in the methods of [`Attempt`].
#[track_caller]
pub fn attempt<T, F>(main: impl FnOnce() -> F + Send + 'static) -> Attempt<T>
where
    T: Send + 'static,
    F: Future<Output = T> + 'static,
{
    Attempt::of(Clock::Paused, None, boxed(main))
}

/// Something that is not as expected.
pub(crate) enum Difference {
    /// It took longer or shorter.
    Time { took: Duration, expected: Duration },
    /// It printed other lines: which ones, the attempt knows.
    Lines,
    /// It returned something else. Both as they are shown, since their type is the exercise's.
    Output { returned: String, expected: String },
    /// What an exercise asks for besides, in words.
    Claim(&'static str),
    /// More lanes of a name were under way than may be.
    TooMany { name: &'static str, seen: usize, most: usize },
}

/// An attempt that has been run, and what is known of it so far.
#[must_use = "call `verdict` at the end"]
pub struct Attempt<T> {
    /// It is over when there is an attempt: all that is said of it below are questions.
    pub(crate) run: Run<T>,
    /// What is different from what the file shows; nothing in the scenario of the file.
    pub(crate) scenario: Option<String>,
    /// The end of that sentence, which names a moment: without a prediction it is withheld.
    pub(crate) moment: Option<String>,
    /// What a failure says in any exercise, where that is known: it depends on the order.
    pub(crate) in_general: Option<&'static str>,
    /// Only with a prediction are times, lines and the timeline shown.
    pub(crate) prediction: Prediction,
    /// What is not as expected, in the order in which it was asked for: the first one is the fact
    /// in the headline.
    pub(crate) differences: Vec<Difference>,
    /// The lines that are expected, if any are.
    pub(crate) lines: Option<Vec<String>>,
    /// The first mistake of the exercise that fits.
    pub(crate) mistake: Option<&'static str>,
    /// Its thread sleeps on purpose, as that of an executor does.
    pub(crate) may_sleep: bool,
}

impl Scenario {
    /// Runs what the learner wrote in this scenario, as [`attempt`](crate::attempt()) does in the
    /// one of the file.
    #[track_caller]
    pub fn attempt<T, F>(self, main: impl FnOnce() -> F + Send + 'static) -> Attempt<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + 'static,
    {
        Attempt::of(Clock::Paused, Some(self), boxed(main))
    }

    /// The same on the real clock, for what uses real sockets: those keep to no virtual time. It is
    /// given up after five seconds, and how long it takes is nothing to rely on.
    #[track_caller]
    pub fn attempt_for_real<T, F>(self, main: impl FnOnce() -> F + Send + 'static) -> Attempt<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + 'static,
    {
        Attempt::of(Clock::Real, Some(self), boxed(main))
    }
}

impl<T: Send + 'static> Attempt<T> {
    #[track_caller]
    fn of(clock: Clock, scenario: Option<Scenario>, main: Main<T>) -> Attempt<T> {
        let name = scenario.as_ref().map(|scenario| scenario.name().to_owned());
        let run = Run::of(clock, scenario, main);
        Attempt { scenario: name, may_sleep: clock == Clock::Real, ..Attempt::with(run, None) }
    }
}

impl<T> Attempt<T> {
    /// Of a run that has been made elsewhere: one of many schedules, which has failed already.
    pub(crate) fn with(run: Run<T>, prediction: Prediction) -> Attempt<T> {
        Attempt {
            run,
            scenario: None,
            moment: None,
            in_general: None,
            prediction,
            differences: vec![],
            lines: None,
            mistake: None,
            may_sleep: false,
        }
    }

    /// What the learner predicted. Without a prediction the verdict withholds what would answer it.
    pub fn predicted(mut self, prediction: Prediction) -> Attempt<T> {
        self.prediction = prediction;
        self
    }

    /// Its thread may sleep: that is no mistake here.
    pub fn may_sleep(mut self) -> Attempt<T> {
        self.may_sleep = true;
        self
    }

    /// It ends by itself, after exactly this many milliseconds of virtual time.
    pub fn takes(mut self, milliseconds: u64) -> Attempt<T> {
        let expected = Duration::from_millis(milliseconds);
        let took = self.run.elapsed;
        if self.run.outcome.is_ok() && took != expected {
            self.differences.push(Difference::Time { took, expected });
        }
        self
    }

    /// It prints these lines, which are `time lane text`, and no others. Lanes may speak in any
    /// order within one instant; each lane for itself speaks in this order.
    pub fn says(mut self, lines: &[&str]) -> Attempt<T> {
        let expected: Vec<String> = lines.iter().map(|line| line.to_string()).collect();
        let names = self.run.names();
        let same = by_lane(&expected, &names) == by_lane(&self.run.lines, &names);
        if self.run.outcome.is_ok() && !same {
            self.differences.push(Difference::Lines);
        }
        self.lines = Some(in_the_order_of(&expected, &self.run.lines));
        self
    }

    /// It prints these lines in exactly this order.
    pub fn says_in_order(mut self, lines: &[&str]) -> Attempt<T> {
        if self.run.outcome.is_ok() && self.run.lines != lines {
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
            let returned = format!("{output:?}");
            let expected = format!("{expected:?}");
            self.differences.push(Difference::Output { returned, expected });
        }
        self
    }

    /// At most `most` lanes with a name that begins with `name` are under way at a time.
    pub fn at_most(mut self, most: usize, name: &'static str) -> Attempt<T> {
        let seen = self.run.at_a_time(name);
        if self.run.outcome.is_ok() && seen > most {
            self.differences.push(Difference::TooMany { name, seen, most });
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

    /// A mistake that is often made, and how to recognise it in a run that ended by itself. Of
    /// several that fit, the first one counts; none does if all is as expected.
    pub fn mistake(self, message: &'static str, is_it: impl FnOnce(&Run<T>) -> bool) -> Attempt<T> {
        let ended = self.run.outcome.is_ok();
        self.known(message, |run| ended && is_it(run))
    }

    /// A mistake that makes a run hang, and how to tell that from other reasons to hang.
    pub fn hangs(self, message: &'static str, is_it: impl FnOnce(&Run<T>) -> bool) -> Attempt<T> {
        self.known(message, |run| run.never_ended() && is_it(run))
    }

    /// A mistake that keeps the thread, and how to tell that from other reasons to keep it.
    pub fn blocks(self, message: &'static str, is_it: impl FnOnce(&Run<T>) -> bool) -> Attempt<T> {
        self.known(message, |run| run.blocked() && is_it(run))
    }

    /// A mistake that ends in a panic with this in its message.
    pub fn panics(self, message: &'static str, part: &str) -> Attempt<T> {
        self.known(message, |run| run.panicked_with(part))
    }

    /// Asked at once and not in the verdict, so that the question need not be kept.
    fn known(mut self, message: &'static str, is_it: impl FnOnce(&Run<T>) -> bool) -> Attempt<T> {
        if self.mistake.is_none() && is_it(&self.run) {
            self.mistake = Some(message);
        }
        self
    }

    /// The verdict of the recorder, if the run did not end by itself.
    pub(crate) fn given_up(&self) -> Option<&Verdict> {
        self.run.outcome.as_ref().err()
    }
}

/// The lines of one instant, sorted by lane: two runs with the same result differ at most in the
/// order of their lanes within an instant.
fn by_lane(lines: &[String], names: &[&str]) -> Vec<(String, String, String)> {
    let mut sorted = vec![];
    for line in lines {
        let (time, rest) = line.split_once(' ').unwrap_or((line, ""));
        let lane = lane_of(rest, names);
        sorted.push((time.to_owned(), lane.to_owned(), line.clone()));
    }
    sorted.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    sorted
}

/// The expected lines with those of one instant in the order in which they came, as far as they
/// came: the table of both should show what is different, and not what may be.
fn in_the_order_of(expected: &[String], happened: &[String]) -> Vec<String> {
    let time = |line: &String| line.split(' ').next().unwrap_or_default().to_owned();
    let mut ordered = vec![];
    for instant in expected.chunk_by(|a, b| time(a) == time(b)) {
        let mut instant = instant.to_vec();
        instant.sort_by_key(|line| happened.iter().position(|other| other == line));
        ordered.extend(instant);
    }
    ordered
}
