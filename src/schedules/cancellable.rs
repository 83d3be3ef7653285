//! A lane that may be dropped before it is done, as by `timeout` or `select!`.
use crate::timeline::{DropMoment, Lane};
use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

impl<F: Future> Lane<F> {
    /// Marks this lane as one that [`every_cancellation`](super::every_cancellation) drops at each
    /// of its suspensions.
    ///
    /// What this returns can be awaited or spawned. Its output is an `Option`: `None` if the lane
    /// was dropped, as a `timeout` that has elapsed has no output. Outside of `every_cancellation`
    /// a poll never drops the lane, and the output is always `Some`.
    ///
    /// Dropping what this returns drops the lane.
    pub fn cancellable(self) -> Cancellable<F> {
        Cancellable { lane: Some(self) }
    }
}

pin_project_lite::pin_project! {
    /// A lane that may be dropped early: see [`Lane::cancellable`].
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Cancellable<F> {
        // None once it has been dropped.
        #[pin]
        lane: Option<Lane<F>>,
    }
}

impl<F: Future> Future for Cancellable<F> {
    type Output = Option<F::Output>;

    /// # Panics
    /// If it is polled after its lane was dropped. (An `async fn` panics, too, if it is polled
    /// after it has returned.)
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<F::Output>> {
        let mut this = self.project();
        let Some(lane) = this.lane.as_mut().as_pin_mut() else {
            panic!("a lane is polled after it was cancelled");
        };
        if lane.is_to_be_dropped(DropMoment::BeforePoll) {
            this.lane.set(None);
            return Poll::Ready(None);
        }
        if let Poll::Ready(output) = lane.poll(cx) {
            return Poll::Ready(Some(output));
        }
        let lane = this.lane.as_mut().as_pin_mut().expect("it has just been polled");
        // A lane that was only deferred returns `Pending`, too, and has not suspended. The
        // scheduler, which is asked here, tells the two apart.
        if lane.is_to_be_dropped(DropMoment::Pending) {
            this.lane.set(None);
            return Poll::Ready(None);
        }
        Poll::Pending
    }
}

/// Says which lane may be dropped. The number of that lane may differ from run to run; this is the
/// same in each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Droppable {
    /// What the lane is called.
    pub name: String,
    /// How many lanes of that name were made before it.
    pub position: usize,
}

/// Which lane is dropped in a run, and when.
#[derive(Clone, Debug)]
pub(super) struct PlannedDrop {
    /// The lane to drop.
    pub lane: Droppable,
    /// At which of its suspensions, counted from 1.
    pub nth: usize,
    /// If true, the lane is dropped when it has been woken after that suspension and would be
    /// polled: a value that was handed over to the lane is lost then, unless the destructor of the
    /// value hands it on. If false, the lane is dropped as it suspends.
    pub once_woken: bool,
    /// How often the lane has suspended in this run until now.
    pub suspended: usize,
}

/// The suspensions of a lane that may be dropped, in one run.
#[derive(Clone, Debug)]
pub(super) struct Suspensions {
    /// The lane that may be dropped.
    pub lane: Droppable,
    /// The times of its suspensions, on the clock of the run.
    pub times: Vec<Duration>,
}
