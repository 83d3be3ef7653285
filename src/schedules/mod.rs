//! Every schedule, every cancellation: a claim is tried, and the run that breaks it is drawn.
//!
//! A run shows one order: the one that tokio's queue happens to take. That a program ends, that no
//! money is lost, that both lanes get their turn: each may be true in this order and false in
//! another one.
//!
//! ```
//! use async_concepts::{LaneExt, schedules::every_schedule};
//! use std::sync::Arc;
//! use tokio::{spawn, sync::Notify};
//!
//! let explored = every_schedule("lost notify", || async {
//!     let ready = Arc::new(Notify::new());
//!     let tell = ready.clone();
//!     let waiter = spawn(async move { ready.notified().await }.lane("waiter"));
//!     let teller = spawn(async move { tell.notify_waiters() }.lane("teller"));
//!     let _ = tokio::join!(waiter, teller);
//! })
//! .explore();
//!
//! // As tokio runs the program, it ends. If the teller comes first, the waiter waits for ever.
//! assert_eq!((explored.schedules, explored.failing), (4, 2));
//! let failure = explored.failure.expect("one schedule fails");
//! // A schedule is written as its choices. At the first decision it takes candidate 1;
//! // candidate 0 is the lane that tokio would poll.
//! assert_eq!(failure.schedule.to_string(), "1");
//! // In brackets: when that decision was made, on the clock of the run.
//! assert_eq!(failure.schedule.describe(), "at decision 0 (0) teller goes before waiter");
//! ```
#![doc = ""]
#![doc = "<div>"]
#![cfg_attr(doc, doc = include_str!("../../docs/lost_notify.svg"))]
#![doc = "</div>"]
//!
//! [`every_schedule`] runs a program in every order in which its ready lanes could be polled;
//! [`every_cancellation`] drops a lane at each of its suspensions. The program is run as it is, on
//! stock tokio, and needs nothing but [`lane`](crate::LaneExt::lane)s: each task has to be one, and
//! so has each branch of a `join!` or `select!` whose order is to be tried.
//!
//! # What is tried
//!
//! The first schedule is tokio's own: it is the run that [`record`](crate::record) records. Then
//! come those that *depart* from it at one decision, then at two, and so on, until all are done or
//! three fifths of the budget are used up. So the first that fails is the simplest. If not all can
//! be done, the rest of the budget goes to schedules at random, and what fails there is made
//! simpler. What was tried is always said: "all 36 schedules", or "all 1,204 schedules with up to 3
//! departures from tokio's own, and 5,000 runs in schedules chosen at random". The random walk may
//! take a schedule again.
//!
//! There are two [granularities](Granularity): where a run may go from one lane to another.
//!
//! - *Where a lane waits*: one thread is enough for these orders.
//! - *At every operation* of tokio, too: these orders need several threads, so the program has to
//!   be [`Send`]. Several threads can do even more: see below.
//!
//! A schedule can be run again. The message of a test that fails ends with a line like
//! `SCHEDULE=transfer:0.1 cargo test`.
//!
//! # What holds
//!
//! - A lane that is not chosen is not polled. No recording shows that it has to wait, and the wait
//!   takes no time on the clock of the run. If the lane is inside another one, the outer lane has
//!   to poll it once more: if the outer lane does nothing else in that poll, the poll is not
//!   recorded either.
//! - Of lanes that only wait, no schedule is lost: `n` lanes that sleep `r` times, each time until
//!   the same instant, have `(n!)^(r+1)` schedules, and that many are run.
//! - A task without a lane would run before all lanes, so a program that has one is refused. A
//!   program that uses threads is refused, too, as far as that is noticed: see below.
//! - tokio decides some things at random: the order in which `watch` and `Barrier` wake, and which
//!   branch a `select!` without `biased` polls first. Where that only changes which *lane* comes
//!   first, each order is tried, whichever tokio chooses. All else that is random, also in the
//!   program itself (the order of a `HashMap`), is noticed if one of the schedules that are run
//!   several times comes out in another way. Then schedules are sampled, and never reported as all.
//!
//! # What does not hold
//!
//! A claim is refuted by one schedule in which it is false. If only a part of the schedules was
//! tried, nothing is proved. If all were tried, a claim is proved within these bounds:
//!
//! - Lanes are switched at awaits, one thread at a time. Nothing is switched between two atomics,
//!   and there are no memory orders: [loom](https://docs.rs/loom) is for that.
//! - With [`at_every_operation`](EverySchedule::at_every_operation) each operation of tokio has one
//!   place to switch: before it, for a channel; after it, for a lock or a semaphore. Several
//!   threads could be switched on its other side, and in the midst of it, too.
//! - Nothing is decided about threads, sockets and processes. A thread of the program's own that
//!   wakes nothing is not even noticed.
//! - Virtual time is fixed: what is due at 10 ms comes before what is due at 11 ms. That a timer is
//!   late, or two are swapped by load, is not tried.
//! - A `join!` fixes the order of its branches. The other orders are tried all the same. So a claim
//!   that depends on that order is refuted, though this program always keeps to it.
//! - If a lane and a lane inside it are woken at one instant, the code of the outer one runs first,
//!   up to where it polls the inner one.
//! - A lane that yields is polled when no other lane is ready. The moment at which the runtime
//!   drops a task that was aborted is tokio's own. So is the order of tasks of a `LocalSet` that
//!   have no lane: these are not even noticed.
//! - A lane that is awaited, and not polled beside others, is called like a function: nothing comes
//!   between its caller and itself. A branch of a `join!` that comes first and ends at its first
//!   poll looks the same, so nothing comes between it and the next branch.
//! - A check sees one run, and can say nothing about all runs together.
//!
//! # Where to read on
//!
//! In the order in which they are understood:
//!
//! - `cancellable`: a lane that may be dropped.
//! - `scheduler` decides in one run which lane is polled next, and which is dropped.
//! - `current` is the run that is going on, and `one_run` makes it.
//! - `judge` says whether a run is as it should be, and `report` what was found in all runs.
//! - `explorer` makes all runs.
//! - `watch` gives up a poll that blocks, so that it does not keep the test for ever.
//! - `program`: the program under test, whatever is tried with it.
//! - `claim` and `cancellation` are what a test calls.
// In reading order; the blank lines keep rustfmt from sorting them.
pub(crate) mod cancellable;

mod scheduler;

mod current;
mod one_run;

mod judge;
mod report;

mod explorer;

mod watch;

mod program;

mod cancellation;
mod claim;

pub use cancellable::Cancellable;
pub use cancellation::{Cancelled, EveryCancellation, UnsafeAwait, every_cancellation};
pub use claim::{EverySchedule, every_schedule};
pub use judge::Checked;
pub use report::{Coverage, Departure, Explored, Failure, Outcome, Schedule};
pub use scheduler::Granularity;

#[doc = include_str!("../../docs/schedules.md")]
pub mod of_the_examples {}
