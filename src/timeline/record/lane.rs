//! A lane: a future that is being watched.
//!
//! Nothing has to be changed in a future to see what becomes of it. A wrapper around it sees each poll, since it
//! passes the poll on; each wake, since it passes on a waker of its own; and the end, since it is dropped with it.
use super::{
    event::{LaneId, Polled, panic_message},
    gate::{Admission, Poller, is_quiet},
    run::{Observe, Run},
};
use crate::waker::WakerSubstitution;
use std::{
    panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
};

/// Gives futures the method [`lane`](LaneExt::lane).
pub trait LaneExt: Future + Sized {
    /// Names this future, and gives it a row of its own in the timeline.
    ///
    /// The lane belongs to the run on whose thread it is made; outside a run it is just its future. It never changes
    /// what it wraps: dropping it drops the future, and a panic goes on through it.
    #[track_caller]
    fn lane(self, name: impl AsRef<str>) -> Lane<Self> {
        let place = Location::caller(); // here, and not in the closure: that is called from this very line
        let spy = Run::here().and_then(|run| Spy::new(run, name.as_ref(), place));
        Lane { future: Some(self), spy }
    }
}
impl<F: Future> LaneExt for F {}

pin_project_lite::pin_project! {
    /// A future with a name: see [`LaneExt::lane`].
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Lane<F> {
        // Dropped before the spy: the lanes inside it end before it does. `None` only while it is being dropped.
        #[pin]
        future: Option<F>,
        spy: Option<Spy>,
    }

    impl<F> PinnedDrop for Lane<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            // If it is cancelled, what it says then is still its own, whoever drops it.
            match this.spy {
                Some(Spy { run, lane, ended: false, .. }) => run.as_lane(*lane, || this.future.set(None)),
                _ => this.future.set(None),
            }
        }
    }
}

/// The part of a lane that watches.
struct Spy {
    run: Arc<Run>,
    lane: LaneId,
    ended: bool,
    /// The task in which it was made; none is the one that the runtime was started with.
    made_in: Option<tokio::task::Id>,
    /// The runtime itself polls it: it is what somebody spawned.
    is_task: bool,
    /// The waker it gave out last, and the one that this one rings.
    waker: Option<(Waker, Waker)>,
}

impl Spy {
    fn new(run: Arc<Run>, name: &str, place: &'static Location<'static>) -> Option<Spy> {
        if run.observe == Observe::Nothing {
            return None;
        }
        let lane = run.create(name, place);
        Some(Spy {
            run,
            lane,
            ended: false,
            made_in: tokio::task::try_id(),
            is_task: false,
            waker: None,
        })
    }

    /// What polls this lane, right now.
    fn poller(&self) -> Poller {
        match self.run.current_lane() {
            Some(outer) => Poller::Lane(outer),
            None if self.is_task || self.lane == 0 => Poller::Runtime,
            None => Poller::UnnamedTask,
        }
    }

    /// A waker that notes who rings it and then rings `inner`. It stays the same as long as `inner` does, so that
    /// a future that keeps its waker and asks `will_wake` gets the answer that it would get without us.
    fn waker(&mut self, inner: &Waker) -> Waker {
        if let Some((ours, rings)) = &self.waker
            && rings.will_wake(inner)
        {
            return ours.clone();
        }
        let bell = Bell { run: self.run.clone(), lane: self.lane, inner: inner.clone() };
        let ours = Waker::from(Arc::new(bell));
        self.waker = Some((ours.clone(), inner.clone()));
        ours
    }
}

impl<F> Lane<F> {
    /// Whether this lane is to be dropped now, if there is a gate to say so: see [`Gate::drops`].
    ///
    /// [`Gate::drops`]: super::gate::Gate::drops
    #[cfg(feature = "schedules")]
    pub(crate) fn is_to_be_dropped(&self, suspends: bool) -> bool {
        match &self.spy {
            Some(Spy { run, lane, .. }) => match &run.gate {
                Some(gate) => gate.drops(*lane, suspends),
                None => false,
            },
            None => false,
        }
    }
}

impl<F: Future> Future for Lane<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let future = this.future.as_pin_mut().expect("it is there until the lane is dropped");
        let Some(spy) = this.spy else { return future.poll(cx) };
        let run = spy.run.clone();
        if run.lock().main_has_returned {
            return Poll::Pending;
        }
        if run.observe == Observe::Lines {
            return run.as_lane(spy.lane, || future.poll(cx));
        }

        if run.current_lane().is_none() {
            spy.is_task = tokio::task::try_id() != spy.made_in;
        }
        // A deferred poll is none: nothing of it may be seen, so the gate is asked first.
        let mut admission = Admission::Poll;
        if let Some(gate) = &run.gate {
            admission = gate.before_poll(spy.lane, spy.poller(), cx.waker(), run.turns.elapsed());
            if admission == Admission::Defer {
                return Poll::Pending;
            }
        }
        let waker = spy.waker(cx.waker());
        let _substitution = WakerSubstitution::new(&waker, cx.waker());
        match admission {
            Admission::Quiet => run.poll_starts_quietly(spy.lane),
            _ => run.poll_starts(spy.lane),
        }
        let polled = run.as_lane(spy.lane, || {
            catch_unwind(AssertUnwindSafe(|| future.poll(&mut Context::from_waker(&waker))))
        });
        spy.ended = !matches!(polled, Ok(Poll::Pending));
        match &polled {
            Ok(Poll::Ready(_)) => run.poll_ends(spy.lane, Polled::Ready),
            Ok(Poll::Pending) => run.poll_ends(spy.lane, Polled::Pending),
            Err(panic) => run.poll_ends(spy.lane, Polled::Panicked(panic_message(&**panic))),
        }
        if let Some(gate) = &run.gate {
            gate.after_poll(spy.lane, spy.ended);
        }
        polled.unwrap_or_else(|panic| resume_unwind(panic))
    }
}

/// Dropped before it ended: cancelled.
impl Drop for Spy {
    fn drop(&mut self) {
        if !self.ended && self.run.observe == Observe::Everything {
            self.run.dropped(self.lane, self.is_task);
        }
    }
}

/// The waker that a lane gives to its future.
pub(super) struct Bell {
    pub run: Arc<Run>,
    pub lane: LaneId,
    pub inner: Waker,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if is_quiet() {
            return self.inner.wake_by_ref();
        }
        self.run.woken(self.lane);
        // Whoever polls this lane is woken by it: so the timeline shows the chain, not its first link twice.
        self.run.as_lane(self.lane, || self.inner.wake_by_ref());
        if let Some(gate) = &self.run.gate {
            gate.has_rung(self.lane);
        }
    }
}
