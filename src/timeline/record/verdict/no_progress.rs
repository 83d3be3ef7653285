//! The verdict on a run that has made no progress, as [`Progress`] counts it.
//!
//! [`Progress`]: crate::timeline::record::progress::Progress
use super::{Cause, Causes, Code, Verdict};
use crate::timeline::{
    Clock, human,
    record::run::{Doing, LaneState, Log, Run},
};
use std::{collections::HashSet, time::Duration};

impl Verdict {
    /// The runtime has not become idle, or, if it is `asleep`, not been woken, for `stuck`.
    pub(crate) fn no_progress(run: &Run, asleep: bool, stuck: Duration) -> Verdict {
        // Longer than `stuck` on a machine that had no processor for the thread.
        let since = run.last_moved().0.elapsed().max(stuck);
        let waits_for_a_thread = asleep || run.scheduler.runtime_waits_for_a_closure();
        // Held to the end: the thread that is stuck may come back at any moment and change the log.
        let log = run.lock();
        Verdict::Blocked(if waits_for_a_thread {
            // On the real clock a runtime may sleep as long as it likes: see `watch` in `recorder`.
            debug_assert_eq!(run.clock, Clock::Paused);
            kept_by_a_thread(&log, &human(stuck)).unwrap_or_else(|| {
                let wall = human(stuck);
                let sentence =
                    format!("a thread without a lane has kept all lanes waiting for {wall}");
                Causes::one(Code::OnAThread, sentence)
            })
        } else {
            kept_by_a_poll(&log, stuck, since)
        })
    }

    /// The runtime goes to sleep and wakes up, but no lane has done anything for `still`, and no
    /// time has passed on the paused clock.
    pub(crate) fn no_sign_of_life(run: &Run, still: Duration) -> Verdict {
        let log = run.lock();
        let wall = human(still);
        Verdict::Blocked(kept_by_a_thread(&log, &wall).unwrap_or_else(|| {
            let sentence = format!(
                "no lane has done anything for {wall}, and no time has passed: the runtime is kept \
                 awake by a thread without a lane, as with `Handle::block_on`, or by tasks without \
                 lanes"
            );
            Causes::one(Code::OnAThread, sentence)
        }))
    }
}

/// Names the lanes that are on threads of their own; none if there is no such lane. On the paused
/// clock no time passes as long as they are there.
fn kept_by_a_thread(log: &Log, wall: &str) -> Option<Causes> {
    let mut causes = vec![];
    for lane in log.lanes.values() {
        if lane.now == Doing::OnThread {
            let place = lane.place_in_words();
            let sentence = format!("{} is still on its thread, {place}", lane.name);
            causes.push(Cause { code: Code::OnAThread, sentence });
        }
    }
    if causes.is_empty() {
        return None;
    }
    let opening =
        format!("a thread that is not the runtime's has kept all lanes waiting for {wall}");
    Some(Causes { opening: Some(opening), causes })
}

/// The lanes that may be what keeps the runtime's thread busy.
#[derive(Default)]
struct BusyLanes<'l> {
    /// Of lanes that run inside each other the innermost: it is the one that keeps the thread.
    innermost: Option<&'l LaneState>,
    /// The lane that has woken itself most often, and more than once: every lane that yields has
    /// woken itself once.
    spinning: Option<&'l LaneState>,
    /// The lane that was woken most often, and more than once.
    busiest: Option<&'l LaneState>,
}

impl BusyLanes<'_> {
    /// Looks at all lanes that have not ended. `lasts` says whether the poll of a lane began so
    /// long ago that it may be the one that is stuck.
    fn of(log: &Log, lasts: impl Fn(&LaneState) -> bool) -> BusyLanes<'_> {
        let mut poll_others = HashSet::new();
        for lane in log.lanes.values() {
            if lane.now == Doing::Running {
                poll_others.extend(lane.owner.lane);
            }
        }
        let mut found = BusyLanes::default();
        for (number, lane) in &log.lanes {
            if lane.now == Doing::Ended {
                continue;
            }
            if lane.now == Doing::Running && !poll_others.contains(number) {
                // On several threads the lanes of the other threads run, too, but only for a
                // moment: what is stuck is the poll that lasts.
                match found.innermost {
                    Some(other) if lasts(other) && !lasts(lane) => {}
                    _ => found.innermost = Some(lane),
                }
            }
            let most_self_wakes = match found.spinning {
                Some(other) => other.instant.self_wakes,
                None => 1,
            };
            if lane.instant.self_wakes > most_self_wakes {
                found.spinning = Some(lane);
            }
            let most_wakes = match found.busiest {
                Some(other) => other.instant.wakes,
                None => 1,
            };
            if lane.instant.wakes > most_wakes {
                found.busiest = Some(lane);
            }
        }
        found
    }
}

/// The runtime's thread did not become idle for `stuck`, in which `since` passed on the wall clock.
fn kept_by_a_poll(log: &Log, stuck: Duration, since: Duration) -> Causes {
    let wall = human(stuck);
    // Nine tenths: the poll that is stuck began a little after the thread last moved.
    let lasts = |lane: &LaneState| lane.poll.began.elapsed() >= since * 9 / 10;
    let BusyLanes { innermost, spinning, busiest } = BusyLanes::of(log, lasts);
    // One poll that lasts, or many that are short? When the last poll began tells.
    if let Some(lane) = innermost
        && (lasts(lane) || busiest.is_none())
    {
        return of_lane(lane, Code::Blocks, |at, _| {
            format!("blocks the thread: its poll at {at} did not return within {wall}")
        });
    }
    // Before the busiest: a lane that wakes itself is the reason why others are polled as often.
    // But not if it has only given way a few times beside lanes that wake each other.
    if let Some(lane) = spinning
        && lane.instant.self_wakes >= lane.instant.polls / 10 * 9
        && busiest.is_none_or(|other| lane.instant.self_wakes >= other.instant.wakes / 2)
    {
        return of_lane(lane, Code::Spins, |at, polls| {
            format!("spins: at {at} it was polled {polls} times in {wall}, waking itself each time")
        });
    }
    if let Some(lane) = busiest {
        return of_lane(lane, Code::Busy, |at, polls| {
            format!("gets no rest: at {at} it was polled {polls} times in {wall}, woken each time")
        });
    }
    // No lane was seen that keeps the thread. On a busy machine not even `main` may have begun.
    Causes::one(
        Code::BlocksWithoutALane,
        format!(
            "something without a lane blocks the thread: the runtime did not become idle within \
             {wall}"
        ),
    )
}

/// What a lane does, and where. `does` gets the time of its last poll, and how often it was polled
/// then.
fn of_lane(lane: &LaneState, code: Code, does: impl Fn(String, u64) -> String) -> Causes {
    let done = does(human(lane.instant.at), lane.instant.polls);
    Causes::one(code, format!("{} {done} ({})", lane.name, lane.place_in_words()))
}
