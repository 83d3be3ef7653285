//! Where a lane waits, and for what, as a chart has it.
//!
//! A recording has the addresses of a stack. The first time that a process looks up addresses takes
//! long enough to be noticed. So a chart keeps the addresses, and looks them up only when something
//! needs the places: a picture that shows them, a description in words, a comparison, or the file
//! that a chart is written to. A picture for a README needs no places and never pays for them.
use crate::timeline::{LaneId, Registered, Wait, Waits, clean};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Where a lane waits, and for what. Those of a recording are cheap to clone, and the first look at
/// them may take long enough to be noticed.
#[derive(Clone, Default)]
pub struct Places(Source);

#[derive(Clone, Default)]
enum Source {
    /// The lane does not wait.
    #[default]
    None,
    /// From a recording: not looked up before it is asked for.
    Recorded(Waits),
    /// From a file. It has the words already, since the addresses of which they were made mean
    /// nothing in another process.
    Read(Written),
}

/// The places of one span, as a file has them.
#[derive(Clone, Serialize, Deserialize)]
struct Written {
    /// When the waker was registered there: what is said of the place depends on it.
    registered: Registered,
    /// All places at once: a `select!` waits at each of its branches.
    waits: Vec<Wait>,
}

impl Places {
    pub(super) fn none() -> Places {
        Places(Source::None)
    }

    /// Whether there are none, so that a file need not have them.
    pub(super) fn are_none(&self) -> bool {
        matches!(self.0, Source::None)
    }

    pub(super) fn recorded(waits: &Waits) -> Places {
        Places(Source::Recorded(waits.clone()))
    }

    /// Cleans the texts that came from a file.
    pub(super) fn clean(&mut self) {
        let Source::Read(written) = &mut self.0 else { return };
        for wait in &mut written.waits {
            for place in std::iter::once(&mut wait.place).chain(&mut wait.chain) {
                place.file = clean::name(&place.file);
            }
            if let Some(on) = &mut wait.on {
                *on = clean::name(on);
            }
        }
    }

    /// All places; none if the lane does not wait.
    pub fn waits(&self) -> &[Wait] {
        match &self.0 {
            Source::None => &[],
            Source::Recorded(waits) => waits.resolve(),
            Source::Read(written) => &written.waits,
        }
    }

    /// When the waker was registered there; none if the lane does not wait.
    pub fn registered(&self) -> Option<Registered> {
        match &self.0 {
            Source::None => None,
            Source::Recorded(waits) => Some(waits.registered()),
            Source::Read(written) => Some(written.registered),
        }
    }

    /// The same places, with other numbers for lanes: for a chart that leaves some lanes out. A
    /// lane without a new number is not named any more.
    pub fn renumbered(&self, number_of: impl Fn(LaneId) -> Option<LaneId>) -> Places {
        let Some(registered) = self.registered() else { return Places::none() };
        let mut waits = self.waits().to_vec();
        for wait in &mut waits {
            if let Some(lane) = wait.lane {
                wait.lane = number_of(lane);
            }
        }
        Places(Source::Read(Written { registered, waits }))
    }

    /// `at FILE:LINE for sleep`, with all places; nothing if the lane does not wait. If the last
    /// poll did not register there, or the lane may have gone on since, the sentence says so.
    pub fn sentence(&self, name_of: impl Fn(usize) -> String) -> Option<String> {
        let mut parts = vec![];
        for wait in self.waits() {
            let place = wait.place.file_and_line();
            // A lane goes by the name that the caller has for its number; a library's future by the
            // name of its function or type.
            let on = match (&wait.on, wait.lane) {
                (_, Some(lane)) => format!(" for {}", name_of(lane)),
                (Some(on), None) => format!(" for {on}"),
                (None, None) => String::new(),
            };
            let or_after = if wait.or_after { ", or after that," } else { "" };
            let part = format!("at {place}{on}{or_after}");
            // A `join!` of ten equal futures waits ten times at one line, and that is said once.
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        if parts.is_empty() {
            return None;
        }
        // The sentence claims no more than was seen in the last poll.
        let limit = match self.registered() {
            Some(Registered::Never) => " (where its lane was made: it has registered nowhere)",
            Some(Registered::Unknown) => " (where its lane was made)",
            // No place but that of the lane itself is known.
            _ if self.waits().iter().all(Wait::is_only_of_the_lane) => " (where its lane was made)",
            Some(Registered::Earlier) => " (registered in an earlier poll)",
            Some(Registered::Kept | Registered::OrAfter) => ", or after that",
            _ => "",
        };
        Some(format!("{}{limit}", parts.join(" and ")))
    }
}

/// Equal if the same is said of both.
impl PartialEq for Places {
    fn eq(&self, other: &Places) -> bool {
        if let (Source::Recorded(ours), Source::Recorded(theirs)) = (&self.0, &other.0)
            && ours == theirs
        {
            return true; // and nothing has to be looked up
        }
        // By the words and not by the addresses, so that a chart that was read from a file equals
        // the chart that was written to it.
        self.registered() == other.registered() && self.waits() == other.waits()
    }
}

impl Eq for Places {}

impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the derive: it would print addresses, which differ in each run.
        f.debug_list().entries(self.waits().iter().map(|wait| wait.place.to_string())).finish()
    }
}

/// `null`, or an object with `registered` and `waits`.
impl Serialize for Places {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // A file does not say whether the places were recorded or read: so a chart that is read and
        // written again gives the same file.
        let written = self
            .registered()
            .map(|registered| Written { registered, waits: self.waits().to_vec() });
        written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Places {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Places, D::Error> {
        let written = Option::<Written>::deserialize(deserializer)?;
        Ok(Places(written.map_or(Source::None, Source::Read)))
    }
}
