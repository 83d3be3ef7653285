//! Which run a thread belongs to, and which lane runs on it right now.
use super::{
    Run,
    kind::{Home, Phase},
};
use crate::timeline::record::{
    LaneId,
    event::{Event, Polled, What, WokenBy},
};
use std::{
    cell::{Cell, RefCell},
    sync::{Arc, Mutex, PoisonError, Weak},
};
use tokio::runtime::{self, Handle};

/// What runs on this thread right now.
#[derive(Clone, Default)]
struct Here {
    /// The run that this thread belongs to. It is owned, so that the thread keeps its run alive,
    /// until the thread ends or another value is set.
    run: Option<Arc<Run>>,
    /// The innermost lane that is being polled.
    lane: Option<LaneId>,
    /// The task in which the poll of that lane began; none for the future that the runtime was
    /// started with, which is no task. A `LocalSet` polls other tasks inside it.
    task: Option<tokio::task::Id>,
    /// The lane whose end was the last thing seen here: a lane that is woken next is taken for one
    /// that joins it.
    finished: Option<Finished>,
    /// The lane runs an event loop: wakes are not by this lane, but by what the loop calls.
    runs_a_loop: bool,
    /// The loop has waited, and no iteration has begun since.
    has_waited: bool,
    /// What wakes the lanes that the loop wakes now, if the loop tells: see `wakes_are_by`.
    cause: Option<LoopCause>,
}

/// The end of a lane.
#[derive(Clone, Copy)]
pub(super) struct Finished {
    /// Which lane it is.
    pub lane: LaneId,
    /// How many tasks there were then: as soon as the task of that lane is gone, there are fewer.
    pub tasks: usize,
    /// The task in which it ended. A closure on a thread of the pool is in a task as well.
    pub task: Option<tokio::task::Id>,
    /// It was a closure that was given to `on_thread`, so this thread polls no tasks.
    pub of_a_closure: bool,
}

/// What wakes the lanes that an event loop wakes now.
#[derive(Clone, Copy)]
struct LoopCause {
    /// What the loop has told; or, after a coroutine has ended in this call, the lane that was that
    /// coroutine.
    by: WokenBy,
    /// How many events there were when the loop told it: later events have happened in this call.
    events: usize,
}

thread_local! {
    /// Set while a poll or a closure runs, and for the whole life of a thread of the run's own.
    static HERE: RefCell<Here> = RefCell::default();
    /// Whether a closure that was given to `on_thread` runs on this thread. If it does, the thread
    /// polls no tasks now.
    static IN_A_CLOSURE: Cell<bool> = const { Cell::new(false) };
    /// Whether an event loop on this thread passes on a request to cancel. It is not in `HERE`,
    /// which is replaced while a lane passes its wake on.
    static CANCELS: Cell<bool> = const { Cell::new(false) };
}

/// The runs in runtimes of callers. A thread of such a runtime has no run of its own, so the run is
/// found by the runtime that the thread is in. Of several runs in one runtime the latest is taken.
static IN_RUNTIMES_OF_CALLERS: Mutex<Vec<(runtime::Id, Weak<Run>)>> = Mutex::new(vec![]);

/// Whether this thread runs a closure that was given to `on_thread`.
pub(super) fn is_in_a_closure() -> bool {
    IN_A_CLOSURE.get()
}

/// Which run a thread belongs to.
impl Run {
    /// From now on what is made in the runtime of the caller belongs to this run. This is called
    /// after `main` was made: the first lane has to be `main`, and not a lane of another task.
    pub fn make_findable(self: &Arc<Self>) {
        let mut all = IN_RUNTIMES_OF_CALLERS.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(_, run)| run.strong_count() > 0);
        all.push((Handle::current().id(), Arc::downgrade(self)));
    }

    /// Lets what runs on this thread from now on belong to this run.
    pub fn adopt_thread(self: &Arc<Self>) {
        HERE.set(Here { run: Some(self.clone()), ..Here::default() });
    }

    /// Lets this thread belong to no run, so that what runs on it later is not taken for a part
    /// of one that is over.
    #[cfg(feature = "schedules")]
    pub(crate) fn release_thread() {
        HERE.take();
    }

    /// The run that this thread belongs to; none if that run is over.
    pub fn here() -> Option<Arc<Run>> {
        let run = match HERE.with_borrow(|here| here.run.clone()) {
            Some(run) => run,
            None => Run::in_this_runtime()?,
        };
        // What goes on in the runtime of a caller is no part of a run that is just being ended.
        let over = match run.home {
            Home::Callers(_) => !run.is_open(),
            _ => run.is_in(Phase::Ended),
        };
        if over { None } else { Some(run) }
    }

    /// The run that was begun in the runtime that this thread is in, if that is a caller's.
    fn in_this_runtime() -> Option<Arc<Run>> {
        let runtime = Handle::try_current().ok()?.id();
        let all = IN_RUNTIMES_OF_CALLERS.lock().unwrap_or_else(PoisonError::into_inner);
        for (id, run) in all.iter().rev() {
            if *id == runtime
                && let Some(run) = run.upgrade()
                && run.is_open()
            {
                return Some(run);
            }
        }
        None
    }

    /// Whether this thread is one that polls the tasks of the run. With workers, each thread counts
    /// as one, unless it runs a closure that was given to `on_thread`.
    pub fn on_runtime_thread(&self) -> bool {
        match self.home.workers() {
            0 => self.scheduler.on_runtime_thread(),
            _ => !IN_A_CLOSURE.get(),
        }
    }
}

/// Which lane runs on this thread.
impl Run {
    /// The lane that runs on this thread, if this thread is in this run.
    pub fn current_lane(&self) -> Option<LaneId> {
        HERE.with_borrow(|here| match &here.run {
            Some(run) if std::ptr::eq(&raw const **run, self) => here.lane,
            _ => None,
        })
    }

    /// Runs `work` as `lane`: what it prints is that lane's, and what it wakes is woken by that
    /// lane.
    pub fn as_lane<R>(self: &Arc<Self>, lane: LaneId, work: impl FnOnce() -> R) -> R {
        self.with(Some(lane), work)
    }

    /// Runs a closure that was given to `on_thread`.
    pub fn as_closure<R>(work: impl FnOnce() -> R) -> R {
        /// Puts things back even when `work` panics.
        struct Restore(bool);
        impl Drop for Restore {
            fn drop(&mut self) {
                IN_A_CLOSURE.set(self.0);
            }
        }
        let _restore = Restore(IN_A_CLOSURE.replace(true));
        work()
    }

    /// Passes a wake of `lane` on: what is woken by `work` is woken by that lane.
    ///
    /// A wake is no end of a lane. So the lane that ended before it may be what wakes the next lane
    /// as well: a future of an event loop wakes all lanes that await it, one after the other.
    pub fn passes_on(self: &Arc<Self>, lane: LaneId, work: impl FnOnce()) {
        let finished = Run::what_finished();
        let ends_meanwhile = self.with(Some(lane), || {
            work();
            Run::what_finished().is_some()
        });
        if !ends_meanwhile {
            HERE.with_borrow_mut(|here| here.finished = finished);
        }
    }

    /// Runs `work`, which drops what is left of a lane that has ended. Lanes inside it may not have
    /// ended, and may run meanwhile. The end of the outer lane is still what wakes the next lane.
    pub fn keeping_what_finished(work: impl FnOnce()) {
        let finished = Run::what_finished();
        work();
        HERE.with_borrow_mut(|here| {
            if here.finished.is_none() {
                here.finished = finished;
            }
        });
    }

    /// Runs `work` while no lane runs.
    pub fn as_no_lane<R>(self: &Arc<Self>, work: impl FnOnce() -> R) -> R {
        self.with(None, work)
    }

    /// Runs `work` in this run and as this lane, or as none, and puts back what ran before.
    fn with<R>(self: &Arc<Self>, lane: Option<LaneId>, work: impl FnOnce() -> R) -> R {
        /// Puts things back even when `work` panics.
        struct Restore(Here);
        impl Drop for Restore {
            fn drop(&mut self) {
                HERE.set(std::mem::take(&mut self.0));
            }
        }
        let task = tokio::task::try_id();
        let run = Some(self.clone());
        let outer = HERE.replace(Here { run, lane, task, ..Here::default() });
        // What ended before `work` is not the last thing seen when `work` is over.
        let _restore = Restore(Here { finished: None, ..outer });
        work()
    }

    /// The lane that runs has waited, as an event loop does.
    pub fn note_wait(&self) {
        HERE.with_borrow_mut(|here| {
            here.runs_a_loop = true;
            here.has_waited = true;
        });
    }

    /// An iteration of an event loop begins in the lane that runs. Says whether the loop has just
    /// waited.
    pub fn begin_iteration(&self) -> bool {
        HERE.with_borrow_mut(|here| {
            here.runs_a_loop = true;
            here.finished = None;
            std::mem::take(&mut here.has_waited)
        })
    }

    /// From here on the lanes that the loop on this thread wakes are woken by `by`; if that is
    /// none, by the lane in which the loop runs.
    pub fn wakes_are_by(&self, by: Option<WokenBy>) {
        let by = match (by, self.current_lane()) {
            (Some(by), _) => by,
            (None, Some(lane)) => WokenBy::Lane(lane),
            (None, None) => WokenBy::Outside,
        };
        let events = self.lock().events.len();
        HERE.with_borrow_mut(|here| here.cause = Some(LoopCause { by, events }));
    }

    /// A coroutine of the loop is over. If the last thing that was seen in this call is the end of
    /// a lane, that lane was the coroutine: it wakes what awaits the task.
    pub fn coroutine_ended(&self) {
        let Some(cause) = HERE.with_borrow(|here| here.cause) else { return };
        let log = self.lock();
        if log.events.len() <= cause.events {
            return;
        }
        let ended = match log.events.last() {
            Some(Event { what: What::Dropped { .. }, lane, .. }) => *lane,
            Some(Event { what: What::PollEnd { polled, .. }, lane, .. })
                if !matches!(polled, Polled::Pending(_) | Polled::Item) =>
            {
                *lane
            }
            _ => return,
        };
        drop(log);
        let by = WokenBy::Lane(ended);
        HERE.with_borrow_mut(|here| here.cause = Some(LoopCause { by, ..cause }));
    }

    /// Whether the lanes that are woken on this thread from here on are woken because they are to
    /// be cancelled.
    pub fn set_cancels(cancels: bool) {
        CANCELS.set(cancels);
    }

    /// Whether a lane that is woken here and now is woken because it is to be cancelled.
    pub(super) fn cancels() -> bool {
        CANCELS.get()
    }

    /// What wakes the lanes that the loop on this thread wakes now, if the loop has told it.
    pub(super) fn cause_told_by_the_loop() -> Option<WokenBy> {
        HERE.with_borrow(|here| here.cause.map(|cause| cause.by))
    }

    /// From here on the end of the lane that ended last is not taken for what wakes a lane on this
    /// thread.
    pub fn forget_what_finished(&self) {
        HERE.with_borrow_mut(|here| here.finished = None);
    }

    /// This lane has just ended on this thread.
    pub(super) fn note_what_finished(&self, lane: LaneId) {
        let finished = Finished {
            lane,
            tasks: self.tasks_alive(),
            task: tokio::task::try_id(),
            of_a_closure: is_in_a_closure(),
        };
        HERE.with_borrow_mut(|here| here.finished = Some(finished));
    }

    /// The end of a lane, if that was the last thing seen on this thread.
    pub(super) fn what_finished() -> Option<Finished> {
        HERE.with_borrow(|here| here.finished)
    }

    /// The task in which the lane that runs on this thread began its poll.
    pub(super) fn task_of_the_current_lane() -> Option<tokio::task::Id> {
        HERE.with_borrow(|here| here.task)
    }

    /// Whether the lane that runs on this thread is an event loop.
    pub fn runs_a_loop() -> bool {
        HERE.with_borrow(|here| here.runs_a_loop)
    }
}
