//! A lane: a future that is being watched.
//!
//! Nothing has to be changed in a future to see what becomes of it. A wrapper around it sees each
//! poll, since it passes the poll on; each wake, since it passes on a waker of its own; where the
//! future waits, since that waker tells when it is cloned; and the end, since the future is dropped
//! together with the wrapper.
//!
//! ```text
//!   runtime ──poll(waker of the task)──▶ Lane ──poll(waker of the lane)──▶ future
//!                                        Probe: poll starts, poll ends
//!   runtime ◀──────── wake ──────────── waker of the lane ◀──── wake ──── timer, channel …
//!                                        Probe: woken
//! ```
//!
//! A lane must not change what it watches. It polls exactly when it is polled, passes on exactly
//! the wakes that come, drops its future at the place where the future would have been dropped
//! without it, and lets a panic through. There are two exceptions. A gate may defer a poll: see
//! `gate`. And lanes of a run that is being ended are not polled any more, unless the runtime is
//! the caller's.
use super::{
    LaneId,
    event::Polled,
    gate::{Admission, Poller},
    panics,
    place::Place,
    run::{Dropped, Observe, Run},
    stack::Floor,
    wakers::LaneWakers,
};
use crate::{timeline::clean, waker::WakerSubstitution};
use std::{
    panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind},
    pin::Pin,
    sync::{Arc, Once},
    task::{Context, Poll},
};

/// Gives futures the method [`lane`](LaneExt::lane).
pub trait LaneExt: Future + Sized {
    /// Names this future, and gives it a row of its own in the timeline.
    ///
    /// The lane belongs to the run on whose thread it is made; outside a run it is just its future,
    /// and the first such lane of a process says so on the standard error.
    /// It never changes what it wraps: dropping it drops the future, and a panic goes on through
    /// it.
    #[track_caller]
    fn lane(self, name: impl AsRef<str>) -> Lane<Self> {
        lane_made_at(self, name.as_ref(), Location::caller())
    }

    /// As [`LaneExt::lane`], for code that is recorded now and then, such as the sessions of a
    /// server: outside a run nothing is printed, since nothing was overlooked.
    #[track_caller]
    fn lane_if_recorded(self, name: impl AsRef<str>) -> Lane<Self> {
        let probe = match Run::here() {
            Some(run) => Probe::new(run, name.as_ref(), Location::caller()),
            None => None,
        };
        Lane { future: Some(self), probe }
    }
}
impl<F: Future> LaneExt for F {}

/// As [`LaneExt::lane`], for a lane that is made at `place`. For `main` that is where `record` was
/// called, and no line of this crate.
pub(crate) fn lane_made_at<F: Future>(
    future: F,
    name: &str,
    place: &'static Location<'static>,
) -> Lane<F> {
    Lane { future: Some(future), probe: probe_made_at(name, place) }
}

/// What watches a lane of the run on this thread; none if the run observes nothing. Outside a run
/// it is none as well, and the first time a message says so.
pub(super) fn probe_made_at(name: &str, place: &'static Location<'static>) -> Option<Probe> {
    match Run::here() {
        Some(run) => Probe::new(run, name, place),
        None => {
            say_once_that_it_belongs_to_no_run(name, place);
            None
        }
    }
}

/// A lane without a run is its bare future, and nothing of it is recorded. That is easily
/// overlooked: in a test that forgot `record`, or on a thread that the run does not know.
fn say_once_that_it_belongs_to_no_run(name: &str, place: &Location<'_>) {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        let name = clean::name(name);
        let place = Place::from(place);
        eprintln!(
            "the lane “{name}”, made at {place}, belongs to no run, so nothing of it is recorded: \
             make it in what a `Recorder` runs, on a thread of that run (said once)"
        );
    });
}

pin_project_lite::pin_project! {
    /// A future with a name: see [`LaneExt::lane`].
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Lane<F> {
        // Dropped before the probe, so that the lanes inside this one end before this one does.
        // `None` only while the lane is being dropped.
        #[pin]
        future: Option<F>,
        // None outside a run, and where nothing is observed.
        probe: Option<Probe>,
    }

    impl<F> PinnedDrop for Lane<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            // If the lane is cancelled, its destructors may print. Such a line is the lane's own,
            // and not that of the lane that drops it.
            match this.probe {
                Some(probe) => probe.as_lane_unless_ended(|| this.future.set(None)),
                None => this.future.set(None),
            }
        }
    }
}

impl<F: Future> Future for Lane<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let future = this.future.as_pin_mut().expect("it is there until the lane is dropped");
        match this.probe {
            None => future.poll(cx),
            // A future that is ready has ended. A stream that is ready may have returned an item.
            Some(probe) => probe.watch(cx, |cx| future.poll(cx), |_| Polled::Ready),
        }
    }
}

/// Whether a future is itself what [`LaneExt::lane`] returns, and not something around it, by the
/// name of its type, which [`std::any::type_name`] gives.
pub fn is_a_lane(type_name: &str) -> bool {
    type_name.starts_with(concat!(module_path!(), "::Lane<"))
}

impl<F> Lane<F> {
    /// Whether this lane is to be dropped now, if there is a gate to say so: see [`Gate::drops`].
    ///
    /// [`Gate::drops`]: super::gate::Gate::drops
    #[cfg(feature = "schedules")]
    pub(crate) fn is_to_be_dropped(&self, when: super::gate::DropMoment) -> bool {
        match &self.probe {
            Some(Probe { run, lane, .. }) => match &run.gate {
                Some(gate) => gate.drops(*lane, when),
                None => false,
            },
            None => false,
        }
    }
}

/// The part of a lane that watches. It is the same for a future and for a stream.
pub(super) struct Probe {
    /// The run in which the lane was made. It is kept here and not looked up by the thread: a lane
    /// can be polled on another thread than the one on which it was made, and can outlive its run.
    run: Arc<Run>,
    /// The number of the lane in the run, by which every event names the lane.
    lane: LaneId,
    /// The lane has returned its last value, or has panicked: dropping it then is no cancellation.
    ended: bool,
    /// The task in which the lane was made; none in the future that the runtime was started with,
    /// which is no task.
    made_in: Option<tokio::task::Id>,
    /// The lane is taken for the whole future that was given to `spawn`: its last poll without a
    /// lane around it was in another task than `made_in`. If no lane runs when such a lane is
    /// dropped, the drop is taken for an `abort`, unless the stack shows otherwise.
    is_task: bool,
    /// The wakers that the future is polled with.
    wakers: LaneWakers,
}

impl Probe {
    pub(super) fn new(
        run: Arc<Run>,
        name: &str,
        place: &'static Location<'static>,
    ) -> Option<Probe> {
        if run.observe == Observe::Nothing {
            return None;
        }
        let lane = run.create(name, place);
        let made_in = tokio::task::try_id();
        let wakers = LaneWakers::new(&run, lane);
        Some(Probe { run, lane, ended: false, made_in, is_task: false, wakers })
    }

    /// Polls the future or the stream, by `poll`, and notes the result; `ready` says what a
    /// returned value means.
    pub(super) fn watch<T>(
        &mut self,
        cx: &mut Context<'_>,
        poll: impl FnOnce(&mut Context<'_>) -> Poll<T>,
        ready: impl FnOnce(&T) -> Polled,
    ) -> Poll<T> {
        // A clone, since `self` is changed below while the run is in use.
        let run = self.run.clone();
        if !run.is_open() {
            // Either the run is over, and this future has outlived it; or the run is being ended.
            return if run.lets_lanes_go_on() { poll(cx) } else { Poll::Pending };
        }
        // Here no waker is wrapped: to print lines it is enough to know which lane runs.
        if run.observe == Observe::Lines {
            return run.as_lane(self.lane, || poll(cx));
        }
        // Read before this lane becomes the current one: `outer` is the lane that polls this one.
        let outer = run.current_lane();
        if outer.is_none() {
            self.is_task = tokio::task::try_id() != self.made_in;
        }
        // The gate is asked first: if it defers the poll, nothing of the poll may be recorded.
        let mut admission = Admission::Poll;
        if let Some(gate) = &run.gate {
            let at = run.scheduler.elapsed();
            admission = gate.before_poll(self.lane, self.poller(), cx.waker(), at);
            if admission == Admission::Defer {
                return Poll::Pending;
            }
        }
        // After the gate: a poll that is deferred must not replace the lane's wakers.
        let waker = self.wakers.waker(cx.waker());
        // Executors of this crate ask which task a waker belongs to. Our waker must not change the
        // answer.
        let _substitution = WakerSubstitution::new(&waker, cx.waker());
        match admission {
            Admission::Quiet => run.poll_starts_quietly(self.lane),
            _ => run.poll_starts(self.lane),
        }
        // Stacks that are captured in this poll end here: at a frame that must not be small, see
        // `stack::MARGIN`. So this function is not cut into shorter ones.
        let floor = Floor::new();
        panics::forget();
        let polled = run.as_lane(self.lane, || {
            // A panic is noted as the end of the poll, and thrown again below.
            catch_unwind(AssertUnwindSafe(|| poll(&mut Context::from_waker(&waker))))
        });
        drop(floor);
        match &polled {
            Ok(Poll::Pending) => self.note_pending(&run, outer),
            Ok(Poll::Ready(value)) => self.note_returned(&run, ready(value)),
            Err(panic) => self.note_returned(&run, Polled::panicked(&**panic)),
        }
        if let Some(gate) = &run.gate {
            gate.after_poll(self.lane, self.ended);
        }
        // Last, when all is noted: a caller may catch the panic and go on.
        polled.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// The poll returned `Pending`; `outer` is the lane that polled this one.
    fn note_pending(&mut self, run: &Arc<Run>, outer: Option<LaneId>) {
        // The outer lane waits for this one, here. A clone of the outer waker does not always tell
        // that: this lane may have kept a waker from before, or may be polled with another one, as
        // in a `FuturesUnordered`.
        if let Some(outer) = outer {
            run.waits_for(outer, self.lane);
        }
        // Whether the lane waits elsewhere than before decides with which waker its future is
        // polled next.
        let clones = self.wakers.after_the_poll();
        self.wakers.after_pending(run.note_pending(self.lane, clones));
    }

    /// The poll returned a value, or panicked.
    fn note_returned(&mut self, run: &Arc<Run>, polled: Polled) {
        // A stream that has given an item is not at its end, and dropping it is worth an event.
        self.ended = !matches!(polled, Polled::Item);
        if !self.ended {
            self.wakers.after_an_item();
        }
        run.poll_ends(self.lane, polled);
    }

    /// Whether the lane has returned its last value, or has panicked.
    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }

    /// What polls this lane, right now.
    fn poller(&self) -> Poller {
        match self.run.current_lane() {
            Some(outer) => Poller::Lane(outer),
            None if self.is_task || self.lane == 0 => Poller::Runtime,
            None => Poller::UnnamedTask,
        }
    }

    /// Runs `work`, such as the destructor of what is watched, as this lane if it has not ended.
    pub(super) fn as_lane_unless_ended(&self, work: impl FnOnce()) {
        if self.ended {
            Run::keeping_what_finished(work);
        } else {
            self.run.as_lane(self.lane, work);
        }
    }
}

/// Dropped before it ended: cancelled.
impl Drop for Probe {
    fn drop(&mut self) {
        if !self.ended && self.run.observe == Observe::Everything {
            // A lane that was never polled may have been given to `spawn` all the same. While the
            // runtime drops the future of a task, that task is the current one.
            let may_be_a_task = || tokio::task::try_id() != self.made_in;
            let is_task = self.is_task || !self.wakers.were_used() && may_be_a_task();
            let dropped = if is_task { Dropped::Task } else { Dropped::Part };
            self.run.dropped(self.lane, dropped);
        }
    }
}
