//! The second pass: which lanes were ready, and which were woken and not polled.
use crate::timeline::{
    Clock, LaneId,
    draw::chart::{Chart, Position, Span, State, Until},
};

/// A lane that is woken is polled next, or when the lanes before it have given way: it is *ready*.
/// If the thread has nothing to run, and the lane is still not polled, it is not ready but *woken,
/// not polled*. Only its owner can poll it, and the owner waits for something else. Such an owner
/// is a `select!` whose chosen arm awaits, or the consumer of a stream, which awaits in its body.
///
/// A gap has the number of the instant before it. A stretch in which a lane is woken is split at
/// the first gap in which the thread was idle:
///
/// ```text
///    instants    0         1         2         3
///    before      ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░█     woken at 0, polled at 3
///    thread      busy      busy      idle
///    after       ░░░░░░░░░░░░░░░░░░░░┄┄┄┄┄┄┄┄┄┄█     ready until 2, then not polled
/// ```
pub(super) fn tell_ready_from_not_polled(chart: &mut Chart) {
    let idle = idle_gaps(chart);
    for lane in 0..chart.rows.len() {
        let mut spans = vec![];
        for span in &chart.rows[lane].spans {
            match first_gap_not_polled(chart, &idle, lane, span) {
                Some(gap) => spans.extend(split(chart, span, gap)),
                None => spans.push(span.clone()),
            }
        }
        chart.rows[lane].spans = spans;
    }
}

/// The first gap in which the lane was *woken, not polled*. None if it was ready all the time, or
/// if it had not been woken.
fn first_gap_not_polled(chart: &Chart, idle: &[bool], lane: LaneId, span: &Span) -> Option<usize> {
    if span.state != State::Ready {
        return None;
    }
    let owner = chart.rows[lane].owner_at(span.from);
    // Within one instant no time passes, and there is no gap to be idle in: the lane stays ready.
    let mut gaps = span.from.instant..span.to.instant;
    gaps.find(|&gap| {
        // On the real clock a busy machine can keep the runtime's thread from running, and then the
        // thread looks idle. So there the owner must have been seen to wait for something else.
        idle[gap] && (chart.clock == Clock::Paused || waits_for_others(chart, owner, lane, gap))
    })
}

/// The parts of a stretch in which a lane was woken: until the polls before `gap` were over it was
/// ready, and from there on not polled.
fn split(chart: &Chart, span: &Span, gap: usize) -> Vec<Span> {
    let after_the_polls = Position { instant: gap, column: chart.instants[gap].columns };
    let from = after_the_polls.max(span.from);
    let mut parts = vec![];
    // Where the wake was the last thing at its instant, the first part would be empty.
    if span.from < from {
        parts.push(Span { to: from, ..span.clone() });
    }
    parts.push(Span { state: State::WokenNotPolled, from, ..span.clone() });
    parts
}

/// For each gap between two instants whether the runtime's thread ran nothing in it. On a runtime
/// of several threads it is true of every gap.
fn idle_gaps(chart: &Chart) -> Vec<bool> {
    let mut idle = vec![true; chart.instants.len()];
    if chart.workers > 0 {
        // One of several threads is nearly always free, so no gap is ruled out here:
        // `waits_for_others` decides.
        return idle;
    }
    // Only the first thread counts: the others run closures, and no future waits to be polled
    // there.
    if let Some(holds) = chart.threads.first() {
        for hold in holds {
            // A hold within one instant fills no gap.
            idle[hold.from.instant..hold.to.instant].fill(false);
        }
    }
    idle
}

/// Whether the owner of a lane that was woken is known to wait between an instant and the next, and
/// not for this lane: if that ends the wait, its wake was on the way to the owner. Another thread
/// calls the two wakers one after the other, and may lose its processor in between.
fn waits_for_others(chart: &Chart, owner: Option<LaneId>, woken: LaneId, gap: usize) -> bool {
    // The runtime polls a lane that has no owner, and the runtime does not wait as a lane does.
    let Some(owner) = owner else { return false };
    for span in &chart.rows[owner].spans {
        // Spans do not overlap, so at most one of them covers the gap.
        if span.from.instant <= gap && gap < span.to.instant {
            return match span.state {
                State::Waiting(until) => until != Until::Lane(woken),
                _ => false,
            };
        }
    }
    false
}
