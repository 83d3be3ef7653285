//! What joins an event loop to a run that is recorded: a driver, which lets the run's own clock
//! pass while the loop waits, and an instrument, which tells the timeline what the loop does.
//!
//! An example calls `EventLoop::new` and mentions neither of them. Its loop has both all the same:
//! `--fast` can hurry the loop, and the timeline shows what it does. `event_loop` does not use
//! `timeline`, and `timeline` does not use `event_loop`; this file uses both.
use crate::{
    event_loop::{
        AskedBy, CallId, CallKind, CallRef, Driver, Error, EventLoop, FutureRef, Instrument, Job,
        Notifier, ReadyBy, set_event_loop_policy,
    },
    timeline::{
        CallStage, Recorder, Recording, WokenBy, a_loop_runs_here, asked_for_by, call_goes_to,
        call_is_asked_for, call_is_queued, callback_was_scheduled, cancel_begins, cancel_ends,
        coroutine_ended, ended_as_cancelled, ended_with_an_error, is_a_callback, is_a_lane,
        loop_awaits, number_of_a_call, place_of_an_await, turn, wait, wakes_are_by, woken_here_by,
    },
};
use std::{
    cell::{Cell, RefCell},
    collections::{HashMap, VecDeque},
    panic::Location,
    rc::Rc,
    sync::Arc,
    task::Waker,
    time::Duration,
};
use tokio::{runtime::Handle, task::spawn_blocking, time::Instant};

/// Runs a function that runs an event loop of its own, on a paused clock, and records what happens:
/// for [`EventLoop`] what [`record`](crate::record) is for tokio.
///
/// ```
/// use async_concepts::{callback, event_loop::EventLoop, record_blocking, say};
/// use std::time::Duration;
///
/// let run = record_blocking("hello", || {
///     let event_loop = EventLoop::new()?;
///     let stop = event_loop.clone();
///     event_loop.call_later(Duration::from_secs(1), callback("hello", move || {
///         say!("hello");
///         stop.stop();
///     }))?;
///     event_loop.run_forever()?;
///     event_loop.close()
/// });
/// assert_eq!(run.transcript(), ["1.000 hello hello"]);
/// ```
#[track_caller]
pub fn record_blocking<T: Send + 'static>(
    title: &str,
    main: impl FnOnce() -> T + Send + 'static,
) -> Recording<T> {
    record_blocking_with(Recorder::new(title), main)
}

/// As [`record_blocking`], with a recorder that has been set up already: its clock, and whether it
/// prints lines.
pub(super) fn record_blocking_with<T: Send + 'static>(
    recorder: Recorder,
    main: impl FnOnce() -> T + Send + 'static,
) -> Recording<T> {
    recorder.record_blocking(|| {
        // The thread ends with the run, and the policy with it.
        set_event_loop_policy(|| {
            let start = Instant::now();
            let event_loop = EventLoop::with_driver(RunDriver { start, notifier: Arc::default() });
            event_loop.add_instrument(Rc::new(TimelineInstrument::new(start)));
            event_loop
        });
        main()
    })
}

/// Waits as the run waits: in its runtime, on its clock.
struct RunDriver {
    /// What [`Driver::time`] counts from.
    start: Instant,
    /// Ends a wait.
    notifier: Arc<Notifier>,
}

impl Driver for RunDriver {
    fn time(&self) -> Duration {
        self.start.elapsed()
    }

    /// The jobs are on threads of the runtime, which counts them itself.
    fn wait(&self, timeout: Option<Duration>, _jobs: usize) {
        wait(self.notifier.wait(timeout));
    }

    fn waker(&self) -> Waker {
        self.notifier.clone().into()
    }

    /// Tasks of tokio that may still call the loop: as long as there are some, it is not idle.
    fn has_tasks(&self) -> bool {
        Handle::current().metrics().num_alive_tasks() > 0
    }

    fn submit(&self, job: Job) {
        spawn_blocking(job);
    }
}

/// Tells the timeline what a loop does.
struct TimelineInstrument {
    /// What the loop's time counts from.
    start: Instant,
    /// Where each callback with a lane was scheduled, and what it waits for. The timeline gets this
    /// when the callback is called or dropped, because only then is it known which lane the
    /// callback is: the loop has a closure, and cannot look into the closure.
    scheduled: RefCell<HashMap<CallId, (&'static Location<'static>, &'static str)>>,
    /// The timers of the loop: the number by which the recording knows each call.
    timers: RefCell<HashMap<CallId, usize>>,
    /// The loop's ready queue: each call, its number in the recording, and its cause. If a call
    /// does not run as a lane, what it wakes is said to be woken by its cause. For instance, the
    /// call at the end of a `sleep` sets a future, and that wakes a lane: the timeline says that
    /// the clock has woken the lane.
    ready: RefCell<VecDeque<(CallId, usize, WokenBy)>>,
    /// The number by which the recording knows each task whose coroutine is not over.
    tasks: RefCell<HashMap<CallId, usize>>,
    /// The task of the step that the loop runs now.
    step: Cell<Option<CallId>>,
    /// The call that the loop makes now is a callback with a lane.
    runs_a_lane: Cell<bool>,
    /// The task until whose end `run_until_complete` runs the loop.
    root: Cell<Option<CallId>>,
    /// The futures that this task has awaited in its last step and still awaits. Each has beside it
    /// the tasks that have to end before it does.
    awaits: RefCell<Vec<(CallId, Vec<CallId>)>>,
    /// All futures that this task has awaited in its last step and still awaits, each with the
    /// place of the await: the number that the recording has for it.
    places: RefCell<Vec<(CallId, u32)>>,
    /// For each plain future that this task has made for a wait, the tasks for which that future
    /// stands.
    stand_ins: RefCell<HashMap<CallId, Vec<CallId>>>,
}

/// More tasks than that are not told to the recording: a page could not name them.
const MOST_TASKS: usize = 1_000;

impl TimelineInstrument {
    /// An instrument for a loop whose time counts from `start`.
    fn new(start: Instant) -> TimelineInstrument {
        TimelineInstrument {
            start,
            scheduled: RefCell::default(),
            timers: RefCell::default(),
            ready: RefCell::default(),
            tasks: RefCell::default(),
            step: Cell::default(),
            runs_a_lane: Cell::default(),
            root: Cell::default(),
            awaits: RefCell::default(),
            places: RefCell::default(),
            stand_ins: RefCell::default(),
        }
    }

    /// Notes that the call waits from now on, and for what. Returns whether the call is a callback
    /// with a lane.
    ///
    /// The call of a timer that has become due has no location. Nothing is noted of it, and the
    /// result is false: both were noted and told when the timer was set.
    fn note_wait(&self, call: &CallRef<'_>, on: &'static str) -> bool {
        let Some(location) = call.location else { return false };
        let mut scheduled = self.scheduled.borrow_mut();
        // The note of another callback may stand here. An id is an address, which may have been
        // that of a callback that was cancelled in the ready queue. The loop tells an instrument
        // when a timer is cancelled, and not when a call in the ready queue is.
        scheduled.remove(&call.id);
        let has_a_lane = call.kind == CallKind::Callback && is_a_callback(&call.name());
        if has_a_lane {
            scheduled.insert(call.id, (location, on));
        }
        has_a_lane
    }

    /// The number and the cause of a call that has just been put into the ready queue.
    fn number_and_cause(&self, call: &CallRef<'_>) -> (usize, WokenBy) {
        match call.ready_by {
            Some(ReadyBy::Timer) => {
                // A timer that was set before this instrument was added has no number yet.
                let number = self.timers.borrow_mut().remove(&call.id);
                (number.unwrap_or_else(number_of_a_call), WokenBy::Clock)
            }
            Some(ReadyBy::EntryQueue { asked_by: Some(number) }) => (number, asked_for_by(number)),
            Some(ReadyBy::EntryQueue { asked_by: None }) => (number_of_a_call(), WokenBy::Outside),
            Some(ReadyBy::ThisThread) | None => (number_of_a_call(), woken_here_by()),
        }
    }

    /// Takes a call that the loop makes now out of the queue, and returns its number and its cause.
    /// The calls before it in the queue were cancelled: the loop makes all others in their order.
    fn take(&self, call: &CallRef<'_>) -> Option<(usize, WokenBy)> {
        let mut ready = self.ready.borrow_mut();
        let place = ready.iter().position(|(id, ..)| *id == call.id)?;
        for (_, number, _) in ready.drain(..place) {
            call_goes_to(number, CallStage::Cancelled);
        }
        let (_, number, by) = ready.pop_front()?;
        Some((number, by))
    }

    /// The number by which the recording knows a task.
    fn number_of_task(&self, task: CallId) -> usize {
        *self.tasks.borrow_mut().entry(task).or_insert_with(number_of_a_call)
    }

    /// Whether the task until whose end the loop runs is being polled, and in it no lane, which
    /// waits for itself.
    fn runs_the_coroutine_of_main(&self) -> bool {
        self.root.get().is_some() && self.step.get() == self.root.get() && a_loop_runs_here()
    }

    /// Notes what the lane waits for that runs the loop until the task `root` is done.
    fn note_what_is_awaited(&self, root: CallId) {
        let mut tasks = vec![];
        for (_, awaited) in &*self.awaits.borrow() {
            for task in awaited {
                let number = self.number_of_task(*task);
                if !tasks.contains(&number) {
                    tasks.push(number);
                }
            }
        }
        if tasks.len() > MOST_TASKS {
            tasks.clear();
        }
        let stacks = self.places.borrow().iter().map(|(_, stack)| *stack).collect();
        loop_awaits(Some(self.number_of_task(root)), tasks, stacks);
    }

    /// Notes that the call is made or dropped now. Returns whether it is a callback with a lane.
    fn note_end_of_wait(&self, call: &CallRef<'_>) -> bool {
        if call.kind == CallKind::Callback
            && let Some((location, on)) = self.scheduled.borrow_mut().remove(&call.id)
        {
            callback_was_scheduled(location, on);
            return true;
        }
        false
    }
}

impl Instrument for TimelineInstrument {
    /// An iteration is an instant of its own on the timeline, although no time has passed.
    fn iteration_begins(&self, _ready: usize) {
        turn();
    }

    fn call_ready(&self, call: &CallRef<'_>) {
        let (number, by) = self.number_and_cause(call);
        let is_of_this_thread = call.ready_by == Some(ReadyBy::ThisThread);
        self.ready.borrow_mut().push_back((call.id, number, by));
        let has_a_lane = self.note_wait(call, "its turn in the loop's queue");
        call_is_queued(number, has_a_lane, if is_of_this_thread { by } else { WokenBy::Outside });
    }

    /// Returns the number of the call. Under this number the recording keeps which lane asked for
    /// the call: [`asked_for_by`] finds that lane when the loop has found the call.
    fn asked_by(&self) -> Option<AskedBy> {
        Some(call_is_asked_for)
    }

    fn timer_set(&self, call: &CallRef<'_>, when: Duration) {
        let has_a_lane = self.note_wait(call, "its timer");
        let number = number_of_a_call();
        self.timers.borrow_mut().insert(call.id, number);
        let delay = when.saturating_sub(self.start.elapsed());
        call_goes_to(number, CallStage::TimerSet { delay, has_a_lane });
    }

    fn timer_cancelled(&self, call: &CallRef<'_>) {
        // If the timer was due, it is not here any more: its call is in the queue, and the loop
        // passes over it.
        if let Some(number) = self.timers.borrow_mut().remove(&call.id) {
            call_goes_to(number, CallStage::Cancelled);
        }
        self.note_end_of_wait(call);
    }

    fn call_begins(&self, call: &CallRef<'_>) {
        let mut caused_by = None;
        if let Some((number, by)) = self.take(call) {
            let mut task = None;
            if call.kind == CallKind::Step {
                task = Some(self.number_of_task(call.id));
            }
            let added_by = call.added_by();
            call_goes_to(number, CallStage::Begins { task, added_by });
            caused_by = Some(by);
        }
        self.runs_a_lane.set(self.note_end_of_wait(call));
        if call.kind == CallKind::Step {
            self.step.set(Some(call.id));
        }
        if call.kind == CallKind::Step && self.root.get() == Some(call.id) {
            // Those that are not awaited now may be gone, and an id may be that of another future.
            let mut awaits = self.awaits.borrow_mut();
            let is_awaited = |future: &CallId| awaits.iter().any(|(id, _)| id == future);
            self.stand_ins.borrow_mut().retain(|future, _| is_awaited(future));
            awaits.clear();
            self.places.borrow_mut().clear();
        }
        match call.kind {
            // A coroutine runs. What it wakes is woken by the lane that is being polled. If no lane
            // is being polled, it is woken by the lane in which the loop runs: what such a
            // coroutine prints is shown on that lane, too.
            CallKind::Step => wakes_are_by(None),
            CallKind::Callback | CallKind::DoneCallback => wakes_are_by(caused_by),
        }
    }

    /// Between two calls, and after the last one, the function that runs the loop is what acts.
    fn call_ends(&self, call: &CallRef<'_>) {
        wakes_are_by(None);
        let root = self.root.get();
        if call.kind != CallKind::Step || root != Some(call.id) {
            return;
        }
        match self.step.take() {
            Some(step) => self.note_what_is_awaited(step),
            None => loop_awaits(None, vec![], vec![]), // its coroutine is over
        }
    }

    /// What awaits a plain future that is cancelled is only woken. A task is cancelled, and so are
    /// the children of a gather.
    fn cancel_begins(&self, future: &FutureRef<'_>) {
        if future.tasks().is_some() {
            cancel_begins();
        }
    }

    fn cancel_ends(&self) {
        cancel_ends();
    }

    fn task_cancelled(&self) {
        ended_as_cancelled();
    }

    fn task_failed(&self, error: &Error, coroutine: &str) {
        if is_a_lane(coroutine) {
            ended_with_an_error(&error.to_string());
        }
    }

    fn callback_failed(&self, error: &Error) {
        if self.runs_a_lane.get() {
            ended_with_an_error(&error.to_string());
        }
    }

    fn coroutine_over(&self) {
        coroutine_ended();
        // Its id may soon be that of another task.
        if let Some(task) = self.step.take() {
            self.tasks.borrow_mut().remove(&task);
        }
    }

    fn future_awaited(&self, future: &FutureRef<'_>, waker: &Waker) {
        // A lane finds the place of a wait when its waker is cloned, which the loop itself does not
        // do.
        drop(waker.clone());
        if !self.runs_the_coroutine_of_main() {
            return;
        }
        if let Some(place) = place_of_an_await() {
            let mut places = self.places.borrow_mut();
            places.retain(|(id, _)| *id != future.id());
            places.push((future.id(), place));
        }
        let stand_in = || self.stand_ins.borrow().get(&future.id()).cloned();
        if let Some(tasks) = future.tasks().or_else(stand_in) {
            let mut awaits = self.awaits.borrow_mut();
            // It may be polled several times in one step.
            awaits.retain(|(id, _)| *id != future.id());
            awaits.push((future.id(), tasks));
        }
    }

    fn await_over(&self, future: &FutureRef<'_>) {
        let mut awaits = self.awaits.borrow_mut();
        awaits.retain(|(id, _)| *id != future.id());
        self.places.borrow_mut().retain(|(id, _)| *id != future.id());
        self.stand_ins.borrow_mut().remove(&future.id());
    }

    fn stands_for(&self, future: &FutureRef<'_>, others: &[FutureRef<'_>]) {
        if !self.runs_the_coroutine_of_main() {
            return;
        }
        let mut tasks = vec![];
        for other in others {
            let Some(of_other) = other.tasks() else { return };
            tasks.extend(of_other);
        }
        self.stand_ins.borrow_mut().insert(future.id(), tasks);
    }

    fn runs_until(&self, future: Option<&FutureRef<'_>>) {
        self.root.set(None);
        self.awaits.borrow_mut().clear();
        self.places.borrow_mut().clear();
        match future {
            Some(future) if future.is_task() => {
                self.root.set(Some(future.id()));
                self.note_what_is_awaited(future.id());
            }
            // A number that no task has.
            Some(_) => loop_awaits(Some(number_of_a_call()), vec![], vec![]),
            None => loop_awaits(None, vec![], vec![]),
        }
    }
}
