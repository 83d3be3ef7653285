//! All kinds of causes that a verdict or a remark can name.
use std::fmt;

/// All kinds of causes, with the short code that a verdict prints.
/// A macro, so that the list exists once: as an enum, as the array [`Code::ALL`], and with its
/// texts. The page of verdicts and its test go through the array.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// A kind of cause. The causes of one verdict are said in this order, except that the
        /// next timer comes first if nothing else goes on.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// All of them.
            pub const ALL: &[Code] = &[$(Code::$name),*];

            /// The short code, as a verdict prints it.
            pub fn text(self) -> &'static str {
                match self { $(Code::$name => $code,)* }
            }
        }
    };
}

codes! {
    /// A lane was woken, and what polls it waits for something else.
    NotPolled = "woken-not-polled",
    /// A lane was woken through a waker that does not reach what polls it now.
    OldWaker = "old-waker",
    /// A lane waits, and nothing has a waker to wake it with.
    NoWaker = "no-waker",
    /// A lane that nothing has polled.
    NeverPolled = "never-polled",
    /// A lane waits, and nothing can happen any more that could wake it.
    Deadlock = "deadlock",
    /// A lane has waited for nine tenths of the time, and something is still to come.
    Stuck = "stuck",
    /// A stream has returned an item, and nothing has asked it for the next.
    NotAsked = "not-asked",
    /// A lane waits for a timer that is due later than the limit.
    NextTimer = "next-timer",
    /// A lane runs, or has done something after the first tenth of the time; or no lane is left.
    StillGoing = "still-going",
    /// A lane wakes itself over and over, without time passing.
    Spins = "spins",
    /// Lanes are polled over and over, without time passing.
    Busy = "busy",
    /// A poll of a lane does not return.
    Blocks = "blocks",
    /// The thread is kept by something that has no lane.
    BlocksWithoutALane = "blocks-without-a-lane",
    /// A closure on another thread keeps the clock from moving.
    OnAThread = "on-a-thread",
    /// A poll took long on the wall clock, which the paused clock does not show.
    KeptTheThread = "kept-the-thread",
    /// The binary has no line tables, which would tell where lanes wait, or none of tokio, which
    /// would tell what made a wake.
    NoLineTables = "no-line-tables",
    /// A destructor panicked when the run was ended.
    DestructorPanicked = "destructor-panicked",
    /// The run did not end, and nothing of it was recorded.
    NotRecorded = "not-recorded",
    /// `main` panicked.
    Panicked = "panicked",
}

/// The code.
impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}
