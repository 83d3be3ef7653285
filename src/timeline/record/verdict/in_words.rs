//! Where a lane is, and what woke it, as parts of a sentence.
use super::NAMED;
use crate::timeline::record::{
    event::WokenBy,
    origin::woken_by,
    place::Place,
    run::{LaneState, LastLine, Log, Woken},
    waits::{Registered, Wait, Waits},
};
use std::panic::Location;

/// `file:line`.
pub(super) fn place(location: &Location<'_>) -> String {
    Place::from(location).file_and_line()
}

/// What woke the lane: `" by holder"`. The text follows a verb, so it begins with a space, or is
/// empty if a lane that is not known any more has woken it.
pub(super) fn by(log: &Log, woken: &Woken) -> String {
    match woken_by(log, woken) {
        WokenBy::Lane(number) => match log.lanes.get(&number) {
            Some(lane) => format!(" by {}", lane.name),
            None => String::new(),
        },
        WokenBy::Clock => " by its timer".into(),
        WokenBy::Yield => " as it had asked for".into(),
        WokenBy::Outside => " from outside".into(),
    }
}

/// Where a lane waits, and for what: `" at deadlock.rs:34:40 for `Mutex::lock`"`.
pub(super) fn at(log: &Log, lane: &LaneState) -> String {
    let Some(waits) = &lane.wait.at else {
        return format!(" (the lane made at {})", place(lane.made_at));
    };
    // Only said of an `.await`. Behind the place of a `.lane()` the words would say nothing: a lane
    // does all that it does after that.
    let is_await = !is_of_the_lane_only(waits);
    let later = match waits.registered() {
        Registered::Kept | Registered::OrAfter if is_await => ", or after that",
        _ => "",
    };
    format!("{}{later}", waits_at(log, waits))
}

/// Whether no more is known than where the lane itself was made.
fn is_of_the_lane_only(waits: &Waits) -> bool {
    waits.resolve().iter().all(Wait::is_only_of_the_lane)
}

fn waits_at(log: &Log, waits: &Waits) -> String {
    let unknown = matches!(waits.registered(), Registered::Never | Registered::Unknown);
    if unknown || is_of_the_lane_only(waits) {
        return format!(" (the lane made at {})", waits.place().file_and_line());
    }
    // Several waits at one place, as those of a `join!`, are said together.
    let mut places = vec![];
    // A lane that waits for other lanes is said to wait for these, by name: where they wait has a
    // sentence of its own.
    let mut lanes: Vec<&str> = vec![];
    for wait in waits.resolve() {
        let mut text = wait.place.file_and_line();
        if let Some(on) = &wait.on {
            text.push_str(&format!(" for `{on}`"));
        }
        if wait.or_after {
            text.push_str(", or after that,");
        }
        if let Some(inside) = wait.lane
            && let Some(inside) = log.lanes.get(&inside)
        {
            lanes.push(&inside.name);
        }
        if !places.contains(&text) {
            places.push(text);
        }
    }
    let mut text = format!(" at {}", places.join(" or "));
    if !lanes.is_empty() {
        let more = lanes.len().saturating_sub(NAMED);
        lanes.truncate(NAMED);
        text.push_str(&format!(" for {}", lanes.join(", ")));
        if more > 0 {
            text.push_str(&format!(" and {more} more"));
        }
    }
    text
}

impl LaneState {
    /// Where in the source this lane is, as well as that can be told from outside: what it said in
    /// this poll, what it waited for before, what it said earlier, or where it was made.
    /// Each guess is a little older than the one before, so the words say which it is: “after it
    /// said”, “after its wait”, “the lane made at”.
    pub(super) fn place_in_words(&self) -> String {
        if let Some(said) = &self.said
            && said.in_this_poll
        {
            return said.in_words();
        }
        if let Some(waits) = &self.wait.at
            && !matches!(waits.registered(), Registered::Never | Registered::Unknown)
            && let Some(last) = waits.resolve().last()
        {
            let place = last.place.file_and_line();
            return match &last.on {
                Some(on) => format!("after its wait at {place} for `{on}`"),
                None => format!("after its wait at {place}"),
            };
        }
        match &self.said {
            Some(said) => said.in_words(),
            None => format!("the lane made at {}", place(self.made_at)),
        }
    }
}

impl LastLine {
    fn in_words(&self) -> String {
        format!("after it said “{}” at {}", self.text, place(self.place))
    }
}
