//! Which wakes are something that a lane does, and which are only passed on.
use crate::timeline::{
    LaneId, Wait,
    draw::chart::{Chart, End, Position, Span, State, Until, Wake, Woken},
};
use std::collections::HashSet;

/// The wakes in which a lane does something, in order.
///
/// The chart has an arrow for each wake by another lane. An inner lane can also wake the lane that
/// polls it, in the middle of its poll: no arrow is drawn then, but the next poll answers that
/// wake.
pub(super) fn wakes(chart: &Chart) -> Vec<Wake> {
    let mut wakes = chart.wakes.clone();
    // Two of them may share a position, and have different numbers then.
    let mut known: HashSet<(Position, usize, LaneId)> = HashSet::new();
    known.extend(wakes.iter().map(|wake| (wake.at, wake.nth, wake.to)));
    for (to, row) in chart.rows.iter().enumerate() {
        for span in &row.spans {
            if let Some(Woken { by: Until::Lane(from), at, nth, passed_on, cancels, .. }) =
                span.woken
                && from != to
                && chart.is_inside(from, to, at)
                && known.insert((at, nth, to))
            {
                wakes.push(Wake { at, from, to, nth, passed_on, cancels });
            }
        }
    }
    wakes.extend(wakes_of_trackers(chart));
    wakes.sort_by_key(|wake| (wake.at, wake.nth));
    wakes.retain(|wake| is_deed(chart, wake));
    wakes
}

/// The wakes in which a task of a tracker ends, and what waits for the tracker is woken.
fn wakes_of_trackers(chart: &Chart) -> Vec<Wake> {
    let mut wakes = vec![];
    for (to, row) in chart.rows.iter().enumerate() {
        for spans in row.spans.windows(2) {
            // The same wake is at the poll, and at the span before it in which the lane is ready.
            let [wait, Span { woken: Some(woken), .. }] = spans else { continue };
            let is_before = wait.woken.is_none_or(|earlier| earlier.nth != woken.nth);
            let places = if wait.state.is_poll() { &wait.stopped } else { &wait.places };
            if is_before
                && woken.by == Until::Outside
                && let Some(from) = places.waits().iter().find_map(|at| tracked(chart, at, *woken))
            {
                let Woken { at, nth, passed_on, cancels, .. } = *woken;
                wakes.push(Wake { at, from, to, nth, passed_on, cancels });
            }
        }
    }
    wakes
}

/// The lane at whose end another one is woken that waits for the tasks of a tracker: the last of
/// these tasks wakes it when its future is done, and by then no lane is polled.
pub(in crate::timeline::draw) fn tracked(chart: &Chart, at: &Wait, woken: Woken) -> Option<LaneId> {
    if at.on.as_deref() != Some("TaskTracker::wait") || woken.by != Until::Outside {
        return None;
    }
    chart.rows.iter().position(|row| row.was_polled() && row.ends_at() == woken.at)
}

/// Whether a wake is something that the waking lane does, and that has an effect.
///
/// An inner lane that is woken passes its wake on to the lane that polls it, without running. And a
/// wake of a lane that has ended before has no effect.
fn is_deed(chart: &Chart, wake: &Wake) -> bool {
    let Wake { at, from, to, nth, passed_on, .. } = *wake;
    let (end, how) = &chart.rows[to].end;
    let has_ended = match how {
        // It may be dropped right after it was woken, at the same position.
        End::Cancelled { .. } | End::Unfinished => *end < at,
        End::Finished | End::ReturnedCancelled | End::Failed(_) | End::Panicked(_) => {
            *end <= at && from != to
        }
    };
    // A file of an older version has no numbers, and does not say which are passed on.
    let is_passed_on = passed_on || nth == 0 && is_passed_on(chart, from, to, at);
    !has_ended && !is_passed_on
}

/// Whether a wake of an outer lane is only passed on by an inner one, which was woken itself at
/// that very moment. An inner lane that runs can wake the outer one by itself, too: a task of a
/// `LocalSet` does when it ends.
pub(in crate::timeline::draw) fn is_passed_on(
    chart: &Chart,
    inner: LaneId,
    outer: LaneId,
    at: Position,
) -> bool {
    match wake_at(chart, outer, at) {
        Some(woken) if woken.by == Until::Lane(inner) && woken.nth > 0 => woken.passed_on,
        // A file of an older version has no numbers, and does not say it. Then it is assumed where
        // both are woken at one position.
        _ => chart.is_inside(inner, outer, at) && wake_at(chart, inner, at).is_some(),
    }
}

/// The wake of an inner lane that was passed on to the lane around it. `outer` is the wake of the
/// lane around.
pub(in crate::timeline::draw) fn passed_on(
    chart: &Chart,
    inner: LaneId,
    outer: Woken,
) -> Option<Woken> {
    // The last one before it, which is not always at its position: on the real clock another thread
    // may have called both wakers, and a new instant may have begun between the two.
    let is_before = |woken: &Woken| woken.nth < outer.nth;
    let mut wakes = chart.rows[inner].spans.iter().filter_map(|span| span.woken);
    wakes.rfind(is_before).or_else(|| wake_at(chart, inner, outer.at))
}

/// The wake of a lane at a position, if there was one. A file of an older version has no wakes at
/// its polls. There the wait before says what ended it, and the wake has no number.
fn wake_at(chart: &Chart, lane: LaneId, at: Position) -> Option<Woken> {
    let mut of_the_wait = None;
    for span in &chart.rows[lane].spans {
        if let Some(woken) = span.woken
            && woken.at == at
        {
            return Some(woken);
        }
        if let State::Waiting(by @ (Until::Clock | Until::Lane(_) | Until::Outside)) = span.state
            && span.to == at
        {
            of_the_wait = Some(Woken::of_a_wait(by, at));
        }
    }
    of_the_wait
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::{
        Clock, Event, Polled, Waits,
        What::{Created, PollEnd, PollStart},
        WokenBy,
        draw::pieces::{What, pieces},
    };
    use std::time::Duration;

    /// A wakes `main`, which polls it, and then gives way: it wakes itself, and passes that on.
    #[test]
    fn a_lane_that_wakes_the_lane_around_it_and_then_itself_has_not_only_passed_a_wake_on() {
        const MAIN: LaneId = 0;
        const A: LaneId = 1;
        let created = |name: &str| Created { name: name.into(), parent: None };
        let ends = |polled| PollEnd { polled, took: Duration::ZERO };
        let pending = || ends(Polled::Pending(Waits::nowhere()));
        let woken = |by| crate::timeline::What::Woken { by, cancels: false };
        let mut events = vec![];
        for (lane, what) in [
            (MAIN, created("main")),
            (A, created("A")),
            (MAIN, PollStart(None)),
            (A, PollStart(None)),
            (MAIN, woken(WokenBy::Lane(A))),
            (A, woken(WokenBy::Yield)),
            (MAIN, woken(WokenBy::Lane(A))),
            (A, pending()),
            (MAIN, pending()),
            (MAIN, PollStart(None)),
            (A, PollStart(None)),
            (A, ends(Polled::Ready)),
            (MAIN, ends(Polled::Ready)),
        ] {
            events.push(Event { at: Duration::ZERO, thread: 0, lane, what });
        }
        let chart = Chart::new("wakes both", Clock::Paused, &events, Duration::ZERO, 0);
        let of_a: Vec<What> = pieces(&chart)[1].deeds.iter().map(|deed| deed.what).collect();
        assert_eq!(of_a, [What::Wakes(MAIN)]);
    }
}
