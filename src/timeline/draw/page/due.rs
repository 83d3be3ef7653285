//! When a timer is due, as far as it is known: a value, and its words.
use crate::timeline::human;
use serde::{Serialize, Serializer, ser::SerializeStruct};
use std::{fmt, time::Duration};

/// When a timer of a lane is due. All times are since the run began.
///
/// A page and a deck get it in words: [`Display`](fmt::Display) and [`Due::why`] are the only
/// places that have them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// At this time: a wake by the clock has proved it, or an event loop of the program's own has
    /// told it.
    At(Duration),
    /// At this time or before: its wake came when the thread was free again.
    By(Duration),
    /// At this time or before: its wake came then, and may have been late. So it is on the real
    /// clock, and on a thread of which it is not seen whether it was free.
    AtLatest(Duration),
    /// Not known: no wake has proved it.
    NotKnown,
}

impl Due {
    /// By this timers are sorted. Those of which the time is not known come last.
    pub(super) fn time(self) -> Duration {
        match self {
            Due::At(time) | Due::By(time) | Due::AtLatest(time) => time,
            Due::NotKnown => Duration::MAX,
        }
    }

    /// Why the exact time is not said; none if it is.
    pub fn why(self) -> Option<&'static str> {
        match self {
            Due::At(_) => None,
            Due::By(_) => Some("it may have been due before: the thread was not free"),
            Due::AtLatest(_) => Some("it may have been due before: its wake may have been late"),
            Due::NotKnown => Some("no wake has proved when"),
        }
    }
}

/// `470 ms`, `≤ 470 ms` if it may have been due before, and `?` if it is not known.
impl fmt::Display for Due {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Due::At(time) => f.write_str(&human(*time)),
            Due::By(time) | Due::AtLatest(time) => write!(f, "≤ {}", human(*time)),
            Due::NotKnown => f.write_str("?"),
        }
    }
}

/// For a script: an object with `words`, and with `why` (text or `null`).
impl Serialize for Due {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut due = serializer.serialize_struct("Due", 2)?;
        due.serialize_field("words", &self.to_string())?;
        due.serialize_field("why", &self.why())?;
        due.end()
    }
}
