//! The lanes of a frame: which wait for what, and each with its state and its line.
use super::Painter;
use crate::timeline::{Due, LaneId, Mark, human};
use console::{Alignment, measure_text_width, pad_str};

impl Painter<'_> {
    /// What is ready, what a timer will wake, and what waits for what.
    pub(super) fn queue(&self) -> Vec<String> {
        let mut lines = vec![];
        // It is not said in which order they will be polled: `main` has no place in tokio's queue.
        if !self.step.ready.is_empty() {
            let names = self.names(&self.step.ready);
            lines.push(format!("ready, in the order of their wakes: {names}"));
        }
        if !self.step.timers.is_empty() {
            // A lane that is polled may have a timer of which nothing has told.
            let as_seen = self.walk.run().tracks[0].timers_as_seen;
            let whose = if as_seen { "timers, as far as seen" } else { "timers" };
            lines.push(format!("{whose}: {}", self.timers()));
        }
        for chain in &self.step.waits {
            let mut links = vec![];
            for link in chain {
                links.push(self.names(link));
            }
            lines.push(format!("waits: {}", links.join(" for ")));
        }
        // Waits that cannot be drawn as a chain, since it is not proved which lane will end them.
        // The locks of a deadlock are here.
        for (lanes, words) in &self.step.unproved {
            lines.push(format!("waits: {} for {words}", self.names(lanes)));
        }
        lines
    }

    /// The lanes that wait for a timer, each with the time of its timer.
    fn timers(&self) -> String {
        let mut timers = vec![];
        for (lane, due) in &self.step.timers {
            let name = self.name(*lane);
            timers.push(match due {
                Due::At(time) => format!("{name} at {}", human(*time)),
                Due::By(time) | Due::AtLatest(time) => format!("{name} by {}", human(*time)),
                Due::NotKnown => format!("{name}, not known when"),
            });
        }
        timers.join(", ")
    }

    /// Each lane that has been made, with its state and the line at which it stands: first the one
    /// that was polled, then those that go on, then those that are over. At most `most` lines.
    pub(super) fn lanes(&self, most: usize) -> Vec<String> {
        let lanes = self.in_order();
        let mut width = 0;
        for (lane, _) in &lanes {
            width = width.max(measure_text_width(&self.name(*lane)));
        }
        // If not all have a line, the last line says how many have none.
        let is_cut = lanes.len() > most;
        let shown = if is_cut { most.saturating_sub(1) } else { lanes.len() };
        let stands = self.walk.stands();
        let mut lines = vec![];
        for (lane, state) in &lanes[..shown] {
            let name = pad_str(&self.name(*lane), width, Alignment::Right, None).into_owned();
            let mut line = format!("{name}  {:<20}", state_in_words(*state));
            if let Some(number) = stands[*lane] {
                line += &format!("{number:>3}  {}", self.walk.line(number));
            }
            lines.push(line.trim_end().to_owned());
        }
        if is_cut {
            lines.push(self.dim(&format!("… and {} more lanes", lanes.len() - shown)));
        }
        lines
    }

    /// The lanes that have been made, each with the letter of its state, in the order in which they
    /// are listed.
    fn in_order(&self) -> Vec<(LaneId, char)> {
        let mut polled = vec![];
        let mut going_on = vec![];
        let mut over = vec![];
        for (lane, state) in self.step.states.chars().enumerate() {
            match state {
                '.' => {} // it has not been made yet
                _ if lane == self.step.lane => polled.push((lane, state)),
                // It is finished, was cancelled, has panicked, or had not ended when the run did.
                'f' | 'c' | 'p' | 'u' => over.push((lane, state)),
                _ => going_on.push((lane, state)),
            }
        }
        [polled, going_on, over].concat()
    }
}

/// The state of a lane after a poll, from the letter that stands for it in a
/// [`Step`](crate::timeline::Step).
fn state_in_words(letter: char) -> &'static str {
    Mark::of_letter(letter).expect("a state or an end").short_label()
}
