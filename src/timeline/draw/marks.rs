//! The signs of the pictures, and what they mean: one list, which the terminal, the SVG, the page,
//! the trace for Perfetto and the deck share. A picture's legend has those of them that occur in
//! it.
//!
//! A mark has a word, a sentence, a sign, a letter and a term of the glossary. Each is a `match`
//! without a `_`: a new mark does not compile before it has all five. The bars and lines of an SVG
//! are in `svg/picture`, since they are shapes and no signs.

/// A sign that pictures have: a state of a lane, an end of one, or another sign, as an arrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// A poll.
    Running,
    /// A poll in which time passes.
    Blocking,
    /// A poll in which the program moves the paused clock.
    MovedClock,
    /// Work on a thread that is not the runtime's.
    OnThread,
    /// Between a poll that returned `Pending` and the wake.
    Waiting,
    /// Between the wake and the poll, while another lane has the thread.
    Ready,
    /// Between the wake and the poll, while no lane has the thread.
    WokenNotPolled,
    /// A poll without a wake.
    RunningUnwoken,
    /// A stream that returned an item and has not been asked for the next.
    BetweenItems,
    /// Before the first poll.
    Lazy,
    /// The future returned.
    Finished,
    /// The future was dropped before it returned.
    Cancelled,
    /// The future returned an error.
    Failed,
    /// A poll panicked.
    Panicked,
    /// The run ended first.
    Unfinished,
    /// An arrow from the lane that wakes to the lane that is woken.
    Wake,
    /// The number of a line that a poll printed.
    Line,
    /// A stretch in which two recordings that are drawn beside each other differ.
    Differs,
}

/// The end of a legend that cannot link to the glossary. The glossary explains in paragraphs what
/// an entry says in two words.
pub(super) const GLOSSARY: &str = "(words: docs/glossary.md)";

impl Mark {
    /// All of them, in the order of legends.
    /// First what a lane does, then how it ends, then the others. It is the order of the variants,
    /// too, so that sorted marks are in the order of a legend.
    pub const ALL: [Mark; 18] = [
        Mark::Running,
        Mark::Blocking,
        Mark::MovedClock,
        Mark::OnThread,
        Mark::Waiting,
        Mark::Ready,
        Mark::WokenNotPolled,
        Mark::RunningUnwoken,
        Mark::BetweenItems,
        Mark::Lazy,
        Mark::Finished,
        Mark::Cancelled,
        Mark::Failed,
        Mark::Panicked,
        Mark::Unfinished,
        Mark::Wake,
        Mark::Line,
        Mark::Differs,
    ];

    /// In a few words: what stands in a legend.
    /// Short, since most pictures have five or six of them.
    pub fn label(self) -> &'static str {
        match self {
            Mark::Running => "running",
            Mark::Blocking => "blocking the thread",
            Mark::MovedClock => "moved the clock",
            Mark::OnThread => "on another thread",
            Mark::BetweenItems => "between items",
            Mark::Waiting => "waiting",
            Mark::Ready => "ready: woken, but another lane has the thread",
            Mark::WokenNotPolled => "woken, not polled: its owner waits elsewhere",
            Mark::RunningUnwoken => "polled without a wake",
            Mark::Lazy => "not polled yet",
            Mark::Finished => "done",
            Mark::Cancelled => "cancelled",
            Mark::Failed => "failed",
            Mark::Panicked => "panicked",
            Mark::Unfinished => "not ended",
            Mark::Wake => "wakes",
            Mark::Line => "printed this line",
            Mark::Differs => "differs from the other run",
        }
    }

    /// The first words of the label: what stands beside a single lane.
    pub fn short_label(self) -> &'static str {
        match self.label().split_once(':') {
            Some((short, _)) => short,
            None => self.label(),
        }
    }

    /// In a sentence: what a legend says when the reader points at an entry.
    pub fn sentence(self) -> &'static str {
        match self {
            Mark::Running => "The lane is being polled: it has the thread.",
            Mark::Blocking => {
                "One poll of the lane takes time, and nothing else runs on its thread meanwhile."
            }
            Mark::MovedClock => "The program moved the paused clock: tokio::time::advance.",
            Mark::BetweenItems => "The stream returned an item; the next was not asked for yet.",
            Mark::OnThread => "The work runs on a thread that is not the runtime's.",
            Mark::Waiting => "The last poll returned Pending, and no wake has come since.",
            Mark::Ready => "The lane was woken, and is polled when the lane that runs gives way.",
            Mark::WokenNotPolled => {
                "The lane was woken while the thread had nothing to run: the future that owns the \
                 lane is the only one to poll it, and waits for something else."
            }
            Mark::RunningUnwoken => {
                "The lane is polled although it was not woken: a neighbour was, and one future \
                 polls both."
            }
            Mark::Lazy => "The future exists and has not been polled: futures are lazy.",
            Mark::Finished => "The future returned.",
            Mark::Cancelled => "The future was dropped before it returned.",
            Mark::Failed => "The task or the callback returned an error.",
            Mark::Panicked => "A poll panicked.",
            Mark::Unfinished => "The run was over before the future returned.",
            Mark::Wake => "The lane at the tail woke the lane at the tip.",
            Mark::Line => "The poll printed the line of this number.",
            Mark::Differs => "In this stretch the two runs did not do the same.",
        }
    }

    /// The sign on a terminal. Arrows and numbers are not drawn there.
    /// Each is one column wide in every font that has box-drawing characters; the signs of emoji
    /// are two columns wide in some terminals, and one in others. Running, blocking and a moved
    /// clock have one sign, because the text in the bar (`blocks 100 ms`) tells them apart. An
    /// error and a panic have one sign, too, and the text beside it tells which.
    pub fn sign(self) -> Option<char> {
        match self {
            Mark::Running | Mark::Blocking | Mark::MovedClock => Some('█'),
            Mark::BetweenItems => Some('╌'),
            Mark::OnThread => Some('▓'),
            Mark::Waiting => Some('─'),
            Mark::Ready => Some('░'),
            Mark::WokenNotPolled => Some('┄'),
            Mark::RunningUnwoken => Some('▒'),
            Mark::Lazy => Some('·'),
            Mark::Finished => Some('✓'),
            Mark::Cancelled => Some('✗'),
            Mark::Failed | Mark::Panicked => Some('!'),
            Mark::Unfinished => Some('…'),
            Mark::Differs => Some('≠'),
            Mark::Wake | Mark::Line => None,
        }
    }

    /// The letter for what a lane does or how it ended, in the [steps](super::Step::states) of a
    /// run. A poll without a wake and a poll that moves the clock have the letter of a plain poll.
    pub fn letter(self) -> Option<char> {
        match self {
            Mark::Lazy => Some('l'),
            Mark::Running | Mark::RunningUnwoken | Mark::MovedClock => Some('r'),
            Mark::Blocking => Some('b'),
            Mark::OnThread => Some('t'),
            Mark::Waiting => Some('w'),
            Mark::Ready => Some('d'),
            Mark::WokenNotPolled => Some('x'),
            Mark::BetweenItems => Some('i'),
            Mark::Finished => Some('f'),
            Mark::Cancelled => Some('c'),
            Mark::Failed => Some('e'),
            Mark::Panicked => Some('p'),
            Mark::Unfinished => Some('u'),
            Mark::Wake | Mark::Line | Mark::Differs => None,
        }
    }

    /// The first mark that has this letter.
    pub fn of_letter(letter: char) -> Option<Mark> {
        Mark::ALL.into_iter().find(|mark| mark.letter() == Some(letter))
    }

    /// Where the glossary explains it: the name of a heading.
    /// A test looks for each of them in the glossary.
    pub fn term(self) -> &'static str {
        match self {
            Mark::Running | Mark::OnThread => "poll",
            Mark::Blocking => "blocking",
            Mark::MovedClock => "paused-clock",
            Mark::BetweenItems => "stream",
            Mark::Waiting => "pending",
            Mark::Ready => "ready",
            Mark::WokenNotPolled => "woken-not-polled",
            Mark::RunningUnwoken => "spurious-poll",
            Mark::Lazy => "lazy",
            Mark::Finished | Mark::Failed => "future",
            Mark::Cancelled => "cancel",
            Mark::Panicked => "panic",
            Mark::Unfinished => "verdict",
            Mark::Wake => "wake",
            Mark::Line => "transcript",
            Mark::Differs => "instant",
        }
    }
}
