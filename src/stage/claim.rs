//! What must hold of a scene, in every schedule and wherever it is cancelled.
//!
//! A run shows that something can happen, and never that it always does. So an example whose lesson
//! is that something always holds says what that is, and `--schedules` and `--cancellations` try
//! it. Of a scene that states nothing they only show what can happen: no tool can know which of
//! several results is the right one.
use crate::timeline::{Line, Recording};
use std::{
    any::Any,
    cell::Cell,
    fmt::{self, Debug},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

/// What must hold of a scene.
#[derive(Clone)]
pub(super) struct Claim {
    /// What must hold, as a sentence without a full stop.
    pub(super) sentence: &'static str,
    /// Says whether the sentence is true of one run.
    holds: fn(&SceneRun<'_>) -> bool,
    /// In how many runs the condition asked for an output that did not exist. If the condition is
    /// true of such a run, that is no evidence. Shared with the clones that look at the runs.
    without_output: Arc<AtomicU64>,
}

impl Claim {
    /// A claim that has looked at no run yet.
    pub(super) fn new(sentence: &'static str, holds: fn(&SceneRun<'_>) -> bool) -> Claim {
        Claim { sentence, holds, without_output: Arc::default() }
    }

    /// The same claim, as if it had looked at no run yet: for runs that are counted apart.
    pub(super) fn anew(&self) -> Claim {
        Claim::new(self.sentence, self.holds)
    }

    /// In how many runs it asked for an output that did not exist.
    pub(super) fn without_output(&self) -> u64 {
        self.without_output.load(Relaxed)
    }

    /// Looks at a run that returned `output`, or nothing.
    ///
    /// # Errors
    /// If the claim does not hold in this run: a clause that says so.
    pub(super) fn check<T>(
        &self,
        run: &Recording<T>,
        output: Option<&SceneOutput>,
    ) -> Result<(), String> {
        // A flag for this run alone: it is set if the condition asks for an output and there is
        // none.
        let found_none = Cell::new(false);
        let holds = (self.holds)(&SceneRun { output, lines: &run.lines, found_none: &found_none });
        if found_none.get() {
            self.without_output.fetch_add(1, Relaxed);
        }
        if holds { Ok(()) } else { Err(format!("it does not hold that {}", self.sentence)) }
    }
}

/// A run of a scene, as a condition sees it: see [`Stage::must_hold`](super::Stage::must_hold).
pub struct SceneRun<'r> {
    /// `None` if the scene did not return.
    output: Option<&'r SceneOutput>,
    /// All that was printed, or a part of it: see [`SceneRun::until`].
    lines: &'r [Line],
    /// The condition has asked for an output, and there was none. Shared with the parts of the run
    /// that the condition looks at.
    found_none: &'r Cell<bool>,
}

impl<'r> SceneRun<'r> {
    /// What the scene returned. `None` if it did not return: it was cancelled, or hangs on purpose.
    ///
    /// # Panics
    /// If the scene returns another type.
    pub fn output<T: 'static>(&self) -> Option<&'r T> {
        let Some(output) = self.output else {
            self.found_none.set(true);
            return None;
        };
        match output.value.downcast_ref() {
            Some(value) => Some(value),
            // The condition is wrong, and not what the scene did: a test of the example finds it.
            None => panic!("the scene does not return a {}", std::any::type_name::<T>()),
        }
    }

    /// Whether what the scene returned is right. True also if the scene did not return: then there
    /// is nothing that could be wrong.
    ///
    /// # Panics
    /// If the scene returns another type.
    pub fn returns<T: 'static>(&self, is_right: impl FnOnce(&T) -> bool) -> bool {
        match self.output() {
            Some(output) => is_right(output),
            None => true,
        }
    }

    /// What was printed.
    pub fn lines(&self) -> &'r [Line] {
        self.lines
    }

    /// The same run up to the first line that begins with `text`, without that line; the whole run
    /// if there is no such line.
    pub fn until(&self, text: &str) -> SceneRun<'r> {
        let first = self.lines.iter().position(|line| line.text.starts_with(text));
        let lines = match first {
            Some(first) => &self.lines[..first],
            None => self.lines,
        };
        SceneRun { output: self.output, lines, found_none: self.found_none }
    }

    /// How many lines begin with `text`, on any lane.
    pub fn says(&self, text: &str) -> usize {
        self.lines.iter().filter(|line| line.text.starts_with(text)).count()
    }
}

/// What a scene returned, of whatever type.
///
/// Two are told apart by what [`Debug`] prints of them, since that is what a person can see.
pub struct SceneOutput {
    /// Made at once: what is shown must be what was returned, not what became of it.
    text: String,
    /// For the conditions of the scene, which know its type.
    value: Box<dyn Any + Send>,
}

impl SceneOutput {
    /// Prints the value once, here: its type is not known later.
    pub(super) fn new<T: Debug + Send + 'static>(value: T) -> SceneOutput {
        SceneOutput { text: format!("{value:?}"), value: Box::new(value) }
    }
}

/// As the value itself is printed.
impl Debug for SceneOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run<'r>(output: Option<&'r SceneOutput>, found_none: &'r Cell<bool>) -> SceneRun<'r> {
        SceneRun { output, lines: &[], found_none }
    }

    #[test]
    fn a_condition_sees_the_value_and_a_person_what_debug_prints() {
        let output = SceneOutput::new(vec!["a"]);
        assert_eq!(format!("{output:?}"), r#"["a"]"#);
        let found_none = Cell::new(false);
        let returned = run(Some(&output), &found_none);
        assert_eq!(returned.output::<Vec<&str>>(), Some(&vec!["a"]));
        assert!(!returned.returns(|output: &Vec<&str>| output.is_empty()));
        assert!(!found_none.get());
        let cancelled = run(None, &found_none);
        assert!(cancelled.returns(|output: &Vec<&str>| output.is_empty()));
        assert!(found_none.get());
    }

    #[test]
    fn a_missing_output_is_noted_also_if_only_a_part_of_the_run_is_asked_for_it() {
        let found_none = Cell::new(false);
        let cancelled = run(None, &found_none);
        assert_eq!(cancelled.until("a line").output::<u8>(), None);
        assert!(found_none.get());
    }

    #[test]
    #[should_panic(expected = "the scene does not return a u8")]
    fn a_condition_on_another_type_than_that_of_the_scene_panics() {
        let output = SceneOutput::new(1_u32);
        run(Some(&output), &Cell::new(false)).output::<u8>();
    }
}
