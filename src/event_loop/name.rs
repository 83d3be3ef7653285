//! Names of tasks. CPython makes a name from a number unless you give the task a name.

use std::cell::Cell;
use std::fmt::{self, Display, Formatter};

thread_local! {
    /// How many numbers are used up. In CPython all loops of a process share one count. Here all
    /// loops of a thread share one, and a loop cannot leave its thread: so the names are the same
    /// in each run, whatever other threads do.
    static USED_UP: Cell<u64> = const { Cell::new(0) };
}

/// The name of a task. A number becomes text only when it is asked for: most never are.
pub(super) enum TaskName {
    /// Shown as `Task-` and this.
    Number(u64),
    /// What the program calls it.
    Given(Box<str>),
}

impl TaskName {
    /// A name that was given does not use up a number.
    pub(super) fn new(given: Option<&str>) -> Self {
        match given {
            Some(name) => TaskName::Given(name.into()),
            None => TaskName::Number(Self::use_up_a_number()),
        }
    }

    /// The next number. A task group uses one up for each of its tasks, even if you name the task:
    /// CPython 3.11 makes the task first and names it afterwards.
    pub(super) fn use_up_a_number() -> u64 {
        USED_UP.set(USED_UP.get() + 1);
        USED_UP.get()
    }
}

impl Display for TaskName {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            TaskName::Number(number) => write!(formatter, "Task-{number}"),
            TaskName::Given(name) => formatter.write_str(name),
        }
    }
}
