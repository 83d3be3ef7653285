//! The line below a picture: why the run was ended, how long it took, and what is remarked.
use super::{NAMED, own_work::Part};
use crate::timeline::{draw::chart::Chart, human};
use std::time::Duration;

impl Chart {
    /// What there is to see, in one sentence or two: how long the run took; and how long it would
    /// have been one after another, where that can be known. The verdict comes first, if there is
    /// one, and the remarks last.
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

    /// The comparison is made only where it is a fact. There are three cases: the run took less
    /// than its parts (they overlapped), exactly as long (nothing did), or longer (then it did
    /// something that no lane has, and the sum explains nothing).
    fn how_long_it_took(&self) -> String {
        if self.elapsed.is_zero() {
            return "The run took no time.".into();
        }
        let took = format!("The run took {}", human(self.elapsed));
        // Only the time of the run itself is always known.
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
