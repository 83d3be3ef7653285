//! The verdict on a run that has reached its limit.
//!
//! Two questions come first: whether anything is to come, and whether the run was *still*: nothing
//! has changed for nine tenths of its time.
//!
//! | clock | what was seen | taken for | the sentence begins with |
//! |---|---|---|---|
//! | paused | no timer is left | dead | nothing can happen any more |
//! | paused | still, and a timer is left | alive | no lane has done anything since |
//! | real, or a caller's | still | dead | no lane has done anything since |
//! | any | all else | alive | it was still going on |
//!
//! If nothing has changed on the real clock, that is no proof of a deadlock, but a strong sign.
use super::{
    Cause, Causes, Code, Verdict,
    in_words::{at, by, place},
};
use crate::timeline::{
    Clock, human,
    record::{
        LaneId,
        event::WokenBy,
        origin::woken_by,
        run::{Doing, Home, LaneState, Log, Next, Observe, Run, Woken},
    },
};
use std::time::Duration;

/// What is known of a run at its limit.
struct AtTheLimit<'l> {
    /// All that was seen.
    log: &'l Log,
    /// When it is, on the clock of the run.
    limit: Duration,
    /// What would happen if the run went on.
    next: Next,
    /// Nothing is to come: then a lane that waits is in a deadlock.
    is_dead: bool,
}

impl Verdict {
    /// The run has reached `limit` on its clock; `next` is what would happen if it went on.
    pub(in crate::timeline::record) fn out_of_time(
        run: &Run,
        limit: Duration,
        next: Next,
    ) -> Verdict {
        let shown = human(limit);
        if run.observe != Observe::Everything {
            let sentence =
                format!("it did not end within {shown}; only a recording could tell what waits");
            return Verdict::Endless(Causes::one(Code::NotRecorded, sentence));
        }
        let log = run.lock();
        let last = last_change(&log);
        let is_still = last < limit / 10;
        // In the runtime of a caller the clock was not let run on.
        let is_elsewhere = matches!(run.home, Home::Callers(_));
        let nothing_is_left = run.clock == Clock::Paused
            && next == Next::Nothing
            && !is_woken_at_the_limit(&log, limit);
        let a_timer_is_left = run.clock == Clock::Paused && next == Next::Wake;
        let is_taken_for_dead =
            is_still && !a_timer_is_left && (run.clock == Clock::Real || is_elsewhere);
        let opening = if nothing_is_left {
            "nothing can happen any more".to_owned()
        } else if is_taken_for_dead || (is_still && a_timer_is_left) {
            format!("no lane has done anything since {}", human(last.max(log.last_end)))
        } else {
            format!("after {shown} it was still going on")
        };
        let is_dead = nothing_is_left || is_taken_for_dead;
        let at_the_limit = AtTheLimit { log: &log, limit, next, is_dead };
        let mut causes = vec![];
        for lane in said_of(&log) {
            causes.push(at_the_limit.cause(lane));
        }
        causes.sort_by_key(|cause| cause.code);
        if is_still && next == Next::Wake {
            // Then what comes next is all that goes on, and the others may wait for that.
            causes.sort_by_key(|cause| cause.code != Code::NextTimer);
        }
        if causes.is_empty() {
            // What keeps the run going has no lane, and so nothing can be said of it.
            let sentence = "no lane is left that could go on".to_owned();
            causes.push(Cause { code: Code::StillGoing, sentence });
        }
        let causes = Causes { opening: Some(opening), causes };
        if is_dead { Verdict::Deadlock(causes) } else { Verdict::Endless(causes) }
    }
}

/// When a lane has last begun to do what it does now. Lanes that have ended do not count: what is
/// still there is what could go on.
fn last_change(log: &Log) -> Duration {
    let mut last = Duration::ZERO;
    for lane in log.lanes.values() {
        if lane.now != Doing::Ended {
            last = last.max(lane.since);
        }
    }
    last
}

/// Whether a lane was woken at the limit itself. It could not be polled any more, and nothing can
/// be concluded from that.
fn is_woken_at_the_limit(log: &Log, limit: Duration) -> bool {
    for lane in log.lanes.values() {
        if let Some(woken) = &lane.woken
            && woken.at >= limit
        {
            return true;
        }
    }
    false
}

/// The lanes that a verdict speaks of. `main` is one of them only if there is no other lane that it
/// could wait for; it does not wait for a stream that was not asked for its next item.
fn said_of(log: &Log) -> Vec<&LaneState> {
    let mut lanes: Vec<(LaneId, &LaneState)> = vec![];
    for (number, lane) in &log.lanes {
        if lane.now != Doing::Ended {
            lanes.push((*number, lane));
        }
    }
    // It is no news that `main` waits for its lanes, and `main` would be named before them.
    if lanes.iter().any(|(number, lane)| *number != 0 && lane.now != Doing::Idle) {
        lanes.retain(|(number, _)| *number != 0);
    }
    lanes.into_iter().map(|(_, lane)| lane).collect()
}

impl AtTheLimit<'_> {
    /// What there is to say of one lane. What explains the most comes first: a lane that was woken
    /// and not polled, for example, is never said to be deadlocked.
    fn cause(&self, lane: &LaneState) -> Cause {
        let name = &lane.name;
        let since = human(lane.since);
        let (code, sentence) = match lane.now {
            Doing::Lazy => {
                let made = place(lane.made_at);
                (Code::NeverPolled, format!("{name}, made at {made}, was never polled"))
            }
            Doing::Waiting => match &lane.woken {
                Some(woken) => self.woken(lane, woken),
                None => self.waiting(lane),
            },
            Doing::Idle => {
                let sentence = format!("{name} has not been asked for its next item since {since}");
                (Code::NotAsked, sentence)
            }
            // Of those that have ended nothing is said: see `said_of`.
            Doing::Running | Doing::OnThread | Doing::Ended => {
                (Code::StillGoing, format!("{name} has been running since {since}"))
            }
        };
        Cause { code, sentence }
    }

    /// The lane was woken since its last poll.
    fn woken(&self, lane: &LaneState, woken: &Woken) -> (Code, String) {
        let name = &lane.name;
        let by = by(self.log, woken);
        // A wake at the limit came too late to be answered: it means nothing that the lane was not
        // polled since.
        if woken.at >= self.limit {
            let limit = human(self.limit);
            return (Code::StillGoing, format!("{name} was woken{by} at {limit}, the limit"));
        }
        if woken.through_an_old_waker {
            let at = human(woken.at);
            let sentence = format!(
                "{name} was woken{by} at {at} through an old waker, which does not reach what \
                 polls it now"
            );
            return (Code::OldWaker, sentence);
        }
        (Code::NotPolled, not_polled(self.log, lane, woken))
    }

    /// The lane waits, and was not woken.
    fn waiting(&self, lane: &LaneState) -> (Code, String) {
        // What comes next is known: this lane is woken. So it is no deadlock, and the others may
        // follow.
        if self.next == Next::Wake
            && let Some(next) = &lane.ahead
        {
            return (Code::NextTimer, self.next_wake(lane, next));
        }
        let since = human(lane.since);
        let waiting = format!("{} has been waiting since {since}{}", lane.name, at(self.log, lane));
        if !lane.has_a_kept_waker() {
            // Stronger than “deadlock”: not even in principle could anything wake it.
            (Code::NoWaker, format!("{waiting}, and nothing keeps a waker of it"))
        } else if self.is_dead {
            (Code::Deadlock, waiting)
        } else if lane.since < self.limit / 10 {
            // Something is still to come, and this one has not moved for most of the run.
            (Code::Stuck, waiting)
        } else {
            (Code::StillGoing, waiting)
        }
    }

    /// What the lane would be woken by if the run went on.
    fn next_wake(&self, lane: &LaneState, next: &Woken) -> String {
        let name = &lane.name;
        let due = human(next.at);
        match woken_by(self.log, next) {
            WokenBy::Clock => format!("{name}'s next timer is due at {due}"),
            _ => format!("{name} would be woken{} at {due}", by(self.log, next)),
        }
    }
}

/// The lane was woken, and its owner, the lane that polled it last, has not polled it since.
fn not_polled(log: &Log, lane: &LaneState, woken: &Woken) -> String {
    let woken = format!("{} was woken{} at {}", lane.name, by(log, woken), human(woken.at));
    // The owner may have been woken as well, and not have been polled by its own owner. So the
    // search goes outwards, to the first owner that was not woken: what that one waits for keeps
    // all of them.
    let mut owner = lane.owner.lane;
    let mut has_changed = lane.owner.has_changed;
    while let Some(number) = owner
        && let Some(state) = log.lanes.get(&number)
    {
        if state.woken.is_none() || state.owner.lane.is_none() {
            let waits = match state.now {
                Doing::Waiting => format!("waits{}", at(log, state)),
                _ => "does not come back to it".to_owned(),
            };
            // A lane that was handed on, or is shared, may be polled by others, too. So may a lane
            // inside it.
            let which =
                if has_changed { "which polled it last" } else { "the only one to poll it" };
            return format!("{woken}, but {}, {which}, {waits}", state.name);
        }
        owner = state.owner.lane;
        has_changed |= state.owner.has_changed;
    }
    format!("{woken}, and was not polled since")
}
