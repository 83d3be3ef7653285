//! A lane around a stream, which is asked for its items one after the other.
//!
//! A stream is polled like a future, and returns more than once. So its row shows each request for
//! an item, each wait for an item that is not there yet, the time between an item and the request
//! for the next, and its end: there was no item any more, or the stream was dropped.
use super::{
    event::Polled,
    lane::{Probe, probe_made_at},
};
use futures::Stream;
use std::{
    panic::Location,
    pin::Pin,
    task::{Context, Poll},
};

/// Gives streams the method [`lane`](StreamLaneExt::lane), as [`LaneExt`](super::LaneExt) gives it
/// to futures.
pub trait StreamLaneExt: Stream + Sized {
    /// Names this stream, and gives it a row of its own in the timeline.
    ///
    /// ```
    /// use async_concepts::{StreamLaneExt, record};
    /// use futures::StreamExt;
    ///
    /// let run = record("letters", || async {
    ///     let letters = futures::stream::iter(["a", "b"]).lane("letters");
    ///     letters.collect::<String>().await
    /// });
    /// assert_eq!(run.chart().row("letters").spans.len(), 3); // three requests: "a", "b", the end
    /// assert_eq!(run.output(), "ab");
    /// ```
    ///
    /// The lane belongs to the run on whose thread it is made; outside a run it is just its stream.
    /// It never changes what it wraps: dropping it drops the stream, and a panic goes on through
    /// it. What the stream prints while it looks for an item, it prints as this lane.
    #[track_caller]
    fn lane(self, name: impl AsRef<str>) -> StreamLane<Self> {
        let probe = probe_made_at(name.as_ref(), Location::caller());
        StreamLane { stream: Some(self), probe }
    }
}
impl<S: Stream> StreamLaneExt for S {}

pin_project_lite::pin_project! {
    /// A stream with a name: see [`StreamLaneExt::lane`].
    #[must_use = "streams do nothing unless they are polled"]
    pub struct StreamLane<S> {
        // Dropped before the probe, so that the lanes inside this one end before this one does.
        // `None` only while the lane is being dropped.
        #[pin]
        stream: Option<S>,
        // None outside a run, and where nothing is observed.
        probe: Option<Probe>,
    }

    impl<S> PinnedDrop for StreamLane<S> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            // If the lane is cancelled, its destructors may print. Such a line is the lane's own,
            // and not that of the lane that drops it.
            match this.probe {
                Some(probe) => probe.as_lane_unless_ended(|| this.stream.set(None)),
                None => this.stream.set(None),
            }
        }
    }
}

impl<S: Stream> Stream for StreamLane<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let stream = this.stream.as_pin_mut().expect("it is there until the lane is dropped");
        match this.probe {
            None => stream.poll_next(cx),
            // A poll after the end is not recorded: the row of the lane is over.
            Some(probe) if probe.has_ended() => stream.poll_next(cx),
            Some(probe) => probe.watch(cx, |cx| stream.poll_next(cx), what_it_returned),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.stream {
            Some(stream) => stream.size_hint(),
            None => (0, Some(0)),
        }
    }
}

/// A stream has ended when there is no item any more.
fn what_it_returned<T>(item: &Option<T>) -> Polled {
    match item {
        Some(_) => Polled::Item,
        None => Polled::Ready,
    }
}
