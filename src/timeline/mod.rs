//! Records a run of async code, and draws it.
//!
//! ```
//! use async_concepts::{LaneExt, record, say};
//! use async_concepts::timeline::TerminalOptions;
//! use std::time::Duration;
//! use tokio::time::sleep;
//!
//! async fn two_naps() {
//!     let nap = async |ms| {
//!         sleep(Duration::from_millis(ms)).await;
//!         say!("slept {ms} ms");
//!     };
//!     futures::join!(nap(100).lane("A"), nap(200).lane("B"));
//! }
//!
//! let run = record("two naps", two_naps);
//! assert_eq!(run.transcript(), ["0.100 A slept 100 ms", "0.200 B slept 200 ms"]);
//! println!("{}", run.chart().to_text(TerminalOptions { width: 80, colour: false }));
//! ```
//!
//! # What is recorded
//!
//! A **lane** is what stands in a row of a timeline. It is a future or a stream that
//! [`lane`](LaneExt::lane) has given a name, or a closure to which [`on_thread`] or [`callback`]
//! gave one; and `main`, which is there from the beginning. Nothing else has to be changed: a
//! future can be watched from outside, since what wraps it sees each poll, each wake and the drop
//! ([`Lane`]). That makes the list of [`Event`]s.
//!
//! An **instant** is a moment at which something happened. On the paused clock any number of polls
//! fit into one, and no time passes in it. Between two instants time passes, and the runtime's
//! thread runs no lane, unless a poll lasts: it blocks, or it moves the clock. The events and the
//! instants tell what each lane did, and when. A [`Chart`] has the result: see [`State`] for all
//! that a lane can do, and [`Until`] for what can end a wait.
//!
//! A chart is drawn as text ([`Chart::to_text`]), as a picture ([`Chart::to_svg`]), in words
//! ([`Chart::describe`]), as a trace to zoom into ([`to_perfetto`]), and as a page to step through
//! ([`to_page`]).
//!
//! # What holds
//!
//! - Recording changes nothing: what a run prints, in which order and when, is the same without it.
//! - On the paused clock the same run gives the same bytes each time, even when it blocks and when
//!   it uses threads, as long as these come in through [`on_thread`], and as long as nothing in the
//!   run decides at random. These do:
//!   - `select!` of tokio without `biased`, and that of futures: which branch is polled first;
//!   - `watch::Receiver::changed` and `wait_for`, and so `Barrier`: if several lanes wait there,
//!     which of them is woken first. A single lane that waits is woken the same way each time;
//!   - a `HashMap`: its order differs each time.
//!
//!   `Notify`, `Semaphore`, `Mutex`, `CancellationToken` and channels wake in the order in which
//!   lanes came, and `join!` begins with the next branch at each poll: none of them decides at
//!   random. Neither does an example of this crate: a test runs each of them a hundred times, and
//!   compares the charts.
//! - The paused clock does not wait for a socket, a signal, or a thread that the run does not know
//!   of: where no lane has anything to do, time passes at once. Record such a run on
//!   [`Clock::Real`].
//! - A run can be recorded in a runtime that runs already ([`Recorder::record_here`]), and in one
//!   of several threads ([`Recorder::multi_thread`]); both say what they do not promise.
//! - Where a lane waits is known from where its waker was cloned, and the page of [`Waits`] says
//!   what that cannot show.
//! - A run that [`record`] watches always ends. When nothing can happen any more, when its time
//!   reaches the limit, or when it keeps its thread and does not give way, it is ended with a
//!   [`Verdict`] that says what waits for what, where, and since when: see [`verdicts`].
//! - A recording keeps the first 50,000 events and the first 50,000 lines. It has the number of the
//!   later events, and nothing of the later lines.
//!
//! # Where to read on
//!
//! `record/` watches a run, and `draw/` draws it. What `draw/` uses of `record/` is data: the list
//! of events, and the places in it. The file `mod.rs` of each says in which order to read it.
//! Beside them stand `time` (the clock of a run, and times in words), `clean` (text from outside),
//! `verdicts` (a page of the documentation) and `failing` (what the recording of a test that fails
//! shows).
#![doc = ""]
#![doc = "<div>"]
#![cfg_attr(doc, doc = include_str!("../../docs/two_naps.svg"))]
#![doc = "</div>"]
mod clean;
#[cfg(feature = "draw")]
mod draw;
#[cfg(feature = "draw")]
mod failing;
mod record;
mod time;
pub mod verdicts;

#[cfg(feature = "draw")]
pub use draw::{
    BlockingCall, Chart, Due, End, Hold, Instant, JSON_VERSION, JsonError, LeftOut, LoopAwait,
    LoopCall, LoopTask, LoopTimer, Mark, Moment, OutputLine, Owner, PageStyle, Pair, Places,
    Player, Position, Row, Said, SaidBefore, SharedRow, Span, State, Step, StepPlace, SteppedLane,
    SteppedRun, SteppedVariant, SvgOptions, SvgPicture, TerminalOptions, Theme, Track, Turn,
    Unlike, Until, Variant, Wake, Woken, from_json, lane_class, page_style, pairs_to_svg, player,
    to_json, to_page, to_perfetto, to_svg,
};
#[cfg(feature = "stage")]
pub(crate) use draw::{beginning, colour};
#[cfg(feature = "schedules")]
pub(crate) use failing::write as keep_recording;
#[doc(hidden)]
pub use record::say_line;
#[cfg(feature = "schedules")]
pub(crate) use record::{
    Admission, DropMoment, Gate, Made, OwnTime, Poller, Progress, QuietPanics, Run, SeenThread,
    Stranger, WITHOUT_A_SIGN, lane_made_at, panic_message, quietly, recording, run_lane_to_the_end,
};
pub use record::{
    CallStage, CalledOff, Cause, Causes, Code, Event, Lane, LaneExt, LaneId, Line, LoopEnd,
    Observe, Place, Polled, Recorder, Recording, Registered, Remark, StreamLane, StreamLaneExt,
    Verdict, Wait, Waits, What, WokenBy, a_loop_runs_here, asked_for_by, block, call_goes_to,
    call_is_asked_for, call_is_queued, callback, callback_was_scheduled, cancel_begins,
    cancel_ends, coroutine_ended, ended_as_cancelled, ended_with_an_error, is_a_callback,
    is_a_lane, lane_awaits, lane_here, loop_awaits, loop_ends, number_of_a_call, on_thread,
    place_of_an_await, record, turn, wait, wakes_are_by, woken_here_by,
};
pub use time::{Clock, human};

/// Here the two halves meet: a recording becomes a chart.
#[cfg(feature = "draw")]
impl<T> Recording<T> {
    /// The run as something that can be drawn.
    pub fn chart(&self) -> Chart {
        let mut chart = Chart::of_workers(
            self.workers(),
            &self.title,
            self.clock(),
            self.events(),
            self.elapsed,
            self.left_out(),
        );
        chart.lines = self.lines.clone();
        chart.verdict = match &self.outcome {
            Ok(_) => None,
            Err(verdict) => Some(verdict.to_string()),
        };
        chart.remarks = self.remarks.iter().map(Remark::to_string).collect();
        chart
    }
}
