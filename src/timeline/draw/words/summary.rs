//! A run in a few sentences: why it was ended, how long it took, and the remarks on it.
use super::{NAMED, own_work::Part};
use crate::timeline::{draw::chart::Chart, human};
use std::time::Duration;

impl Chart {
    /// What there is to see, in a few sentences: how long the run took; and how long it would have
    /// taken if its lanes had worked one after another, where that can be known. The verdict comes
    /// first, if there is one, and the remarks last.
    pub fn summary(&self) -> String {
        let mut summary = self.how_long_it_took();
        if let Some(verdict) = &self.verdict {
            summary = format!("Ended: {verdict}. {summary}");
        }
        for remark in &self.remarks {
            summary += &format!(" Note: {remark}.");
        }
        summary
    }

    /// How long the run took, compared with the sum of its parts where that is known. There are
    /// three cases:
    ///
    /// - The sum is longer than the run: the parts overlapped.
    /// - The sum is as long as the run. That is told if nothing overlapped.
    /// - The sum is shorter: in some of the time no part was at work. So the sum does not explain
    ///   the time of the run, and is not told.
    fn how_long_it_took(&self) -> String {
        if self.elapsed.is_zero() {
            return "The run took no time.".into();
        }
        let took = format!("The run took {}", human(self.elapsed));
        // The time of the run is always known, its parts are not.
        let Some(parts) = self.parts() else { return format!("{took}.") };
        let sum: Duration = parts.iter().map(|part| part.time).sum();
        let named = name_the_parts(&parts);
        if sum > self.elapsed {
            let sum = human(sum);
            format!("{took}; one after another it would have been {sum} ({named}).")
        } else if sum == self.elapsed && !self.anything_overlaps() {
            // Equal times are not enough: lanes may overlap, and at another time none of them
            // works.
            format!("{took}, as long as all of it one after another ({named}): nothing overlapped.")
        } else {
            format!("{took}.")
        }
    }
}

/// `A 100 ms + B 200 ms`, and of many lanes how many more there are.
fn name_the_parts(parts: &[Part<'_>]) -> String {
    let mut named = vec![];
    for part in parts.iter().take(NAMED) {
        named.push(format!("{} {}", part.name, human(part.time)));
    }
    if parts.len() > NAMED {
        named.push(format!("{} more", parts.len() - NAMED));
    }
    named.join(" + ")
}
