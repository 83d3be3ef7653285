//! How long each lane would have taken by itself, so that the summary can say how long all of them
//! would have taken one after another.
//!
//! ```text
//!   A  ──── 100 ms ────✓          own work: 100 ms
//!   B  ──────── 200 ms ────────✓  own work: 200 ms, so 300 ms one after another
//!   C  ────── woken by B ──────✓  own work: none, since it only waits for another lane
//! ```
use crate::timeline::{
    Clock, LaneId,
    draw::chart::{Chart, End, Position, State, Until},
};
use std::time::Duration;

/// A lane, and how long it took by itself: one summand of what the run would have taken.
pub(super) struct Part<'c> {
    /// The sum names each of its parts, so that a reader can check it.
    pub name: &'c str,
    /// Added up with those of the other lanes.
    pub time: Duration,
}

/// What a lane did by itself.
struct OwnWork {
    /// How long it slept, blocked and computed on a thread, in all.
    time: Duration,
    /// Where it slept.
    slept: Vec<Stretch>,
    /// Where it blocked. If a lane blocks while another one sleeps, the block may make that sleep
    /// longer, and then the sum of both means nothing. Two sleeps may overlap, and are summed.
    blocked: Vec<Stretch>,
}

/// A stretch of time in which a lane did something.
struct Stretch {
    /// A lane and the one that polls it always overlap, so these two are not compared.
    lane: LaneId,
    /// Positions and not times: on the real clock two instants may have one time.
    from: Position,
    /// A position for the same reason.
    to: Position,
}

impl Stretch {
    /// Whether two of them have more than a moment in common. Within an instant no time passes, so
    /// columns do not matter.
    fn overlaps(&self, other: &Stretch) -> bool {
        let from = self.from.instant.max(other.from.instant);
        let to = self.to.instant.min(other.to.instant);
        from < to
    }
}

impl Chart {
    /// What each lane did by itself, if the sum of it means something: how long the run would have
    /// taken one after another. It means nothing
    ///
    /// - where a lane did not finish, since its last wait was cut short: a deadline that was not
    ///   needed, a heartbeat that went on until it was dropped;
    /// - where a lane that polls others waits for a timer: that is a deadline for them, or a pause
    ///   between them;
    /// - where a lane blocks while another waits for a timer, since the block may make that wait
    ///   longer;
    /// - where, on the paused clock, a lane that polls others blocks by itself, since its poll
    ///   contains theirs, and it is not known how much of the time is its own (on the real clock
    ///   such a block is not counted: a busy machine may have been the reason);
    /// - where the program moves the clock, since no lane needed that time;
    /// - where a lane waits for what is no lane, or where it is not known what its wait was for:
    ///   one after another the others would have had to wait for that, too.
    ///
    /// A wrong sum is worse than none, so in each doubtful case the result is `None`.
    pub(super) fn parts(&self) -> Option<Vec<Part<'_>>> {
        let pollers = self.pollers();
        let mut parts = vec![];
        let mut slept = vec![];
        let mut blocked = vec![];
        for (lane, row) in self.rows.iter().enumerate() {
            let own = self.own_work(lane, &pollers)?;
            slept.extend(own.slept);
            blocked.extend(own.blocked);
            // A lane that only waits for others adds nothing, and is not worth naming.
            if !own.time.is_zero() {
                parts.push(Part { name: &row.name, time: own.time });
            }
        }
        let disturbed = blocked.iter().any(|one| slept.iter().any(|other| one.overlaps(other)));
        // The sum of one part is that part: it says nothing that the picture does not.
        if parts.len() < 2 || disturbed { None } else { Some(parts) }
    }

    /// What one lane did by itself; none where that is not known, for the reasons given at
    /// [`Chart::parts`]. `pollers` says of each lane whether it polls others.
    fn own_work(&self, lane: LaneId, pollers: &[bool]) -> Option<OwnWork> {
        let row = &self.rows[lane];
        if !matches!(row.how_it_ended(), End::Finished | End::Failed(_)) {
            return None;
        }
        // `main` awaits its lanes without polling all of them: a spawned task is polled by the
        // runtime. So `main` counts as a lane that has others.
        let has_others = pollers[lane] || (lane == 0 && self.rows.len() > 1);
        let mut own = OwnWork { time: Duration::ZERO, slept: vec![], blocked: vec![] };
        // Waits that ended without a wake: the lane went on waiting for the same thing, and only
        // the next wake tells for what.
        let mut unexplained = Duration::ZERO;
        for (nth, span) in row.spans.iter().enumerate() {
            let time = self.between(span.from, span.to);
            let stretch = Stretch { lane, from: span.from, to: span.to };
            match span.state {
                State::Waiting(Until::Unwoken) => unexplained += time,
                State::Waiting(Until::Outside) => {
                    unexplained += time;
                    // A wait that took no time needs no explanation.
                    if !unexplained.is_zero() {
                        return None;
                    }
                }
                State::Waiting(Until::Clock) => {
                    if has_others {
                        return None;
                    }
                    own.time += self.slept(row, nth);
                    own.slept.push(stretch);
                    unexplained = Duration::ZERO;
                }
                // Another lane woke it, and what it waited for is counted there; or it yielded, and
                // has waited for nothing.
                State::Waiting(_) => unexplained = Duration::ZERO,
                State::Blocking if !pollers[lane] => {
                    own.time += time;
                    own.blocked.push(stretch);
                }
                State::Blocking if self.clock == Clock::Paused => return None,
                State::Blocking => {}
                State::MovedClock => return None,
                State::OnThread if !pollers[lane] => own.time += time,
                _ => {}
            }
        }
        if unexplained.is_zero() { Some(own) } else { None }
    }

    /// Whether two lanes, neither of which polls the other, ever waited or worked at the same time.
    pub(super) fn anything_overlaps(&self) -> bool {
        let mut stretches = vec![];
        for (lane, row) in self.rows.iter().enumerate() {
            for span in &row.spans {
                if is_its_own(span.state) && span.from.instant < span.to.instant {
                    stretches.push(Stretch { lane, from: span.from, to: span.to });
                }
            }
        }
        // In order of their beginnings, so that the search for each can stop early: without that,
        // a run of ten thousand waits would take fifty million comparisons.
        stretches.sort_by_key(|stretch| stretch.from);
        for (nth, one) in stretches.iter().enumerate() {
            for other in &stretches[nth + 1..] {
                if other.from.instant >= one.to.instant {
                    break; // all that come after it begin later, too
                }
                if !self.is_one_inside_the_other(one, other) && one.overlaps(other) {
                    return true;
                }
            }
        }
        false
    }

    /// Whether both stretches are of one lane, or one lane polls the other: then one of them waits
    /// for the other, and they do not count as overlapping. `other` begins last.
    fn is_one_inside_the_other(&self, one: &Stretch, other: &Stretch) -> bool {
        one.lane == other.lane
            || self.is_inside(one.lane, other.lane, other.from)
            || self.is_inside(other.lane, one.lane, other.from)
    }
}

/// Whether the time in this state has nothing to do with other lanes: without them it would have
/// been as long. A lane that is ready waits for the thread, and one that was woken by a lane has
/// waited for that lane.
fn is_its_own(state: State) -> bool {
    match state {
        State::Blocking | State::OnThread => true,
        State::Waiting(until) => match until {
            Until::Clock | Until::Outside | Until::Unwoken | Until::Dropped | Until::RunOver => {
                true
            }
            Until::Lane(_) | Until::Yield => false,
        },
        State::Lazy
        | State::Running
        | State::RunningUnwoken
        | State::MovedClock
        | State::Ready
        | State::WokenNotPolled
        | State::BetweenItems => false,
    }
}
