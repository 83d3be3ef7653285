//! Every verdict: what it says, what it has seen, and what to do about it.
//!
//! A verdict, or a remark on a run that has ended, closes with a short code in brackets. This page
//! has all of them: the sentence, the cause, the smallest program that gets it, and the cure. An
//! entry also names the example that is about it, if there is one. The codes are
//! [`Code`](super::Code)s. In the text below a sentence, A stands for the lane that the verdict
//! names first, whatever that lane is called in the program.
//!
//! The first sentence of an entry is what its program gets, and `x.rs:4` in it is the fourth line
//! of that program: a test runs all of them and compares. Sentences that follow are others with
//! the same code.
//!
//! Three words: a lane *was woken* when its waker was called; a lane *waits* if it has returned
//! `Pending` and was not woken since then; and what *polls* a lane is its task or the lane around
//! it, which has to call its `poll`.
//!
//! The place where a lane waits is the place where it has registered its waker. The lane may have
//! gone on from there in two cases: none of the wakers that it has registered in its last poll is
//! kept; or it was woken, and has registered none in the poll that followed. Then ", or after that"
//! stands behind the place. The same words stand behind one of several places, as in "at x.rs:4, or
//! after that, or x.rs:5", if the lane may have gone on from that place to the next. Where nothing
//! on the stack tells a place, the verdict says "(the lane made at x.rs:41)".
//!
//! What woke a lane is another lane ("by B"), "by its timer", "as it had asked for" if it had only
//! given way, or "from outside": a socket, a signal, another thread, or a task without a lane. Six
//! lanes are named at most. If there are more, the verdict says "; and 3 more lanes", or "; and 1
//! more lane".
//!
//! # `woken-not-polled`
//!
//! > nothing can happen any more: A was woken by main at 10 ms, but main, the only one to poll it,
//! > waits at x.rs:9 for `Mutex::lock` [woken-not-polled]
//!
//! **Seen:** the waker of A was called. A is a part of `main`, and `main` waits for something else.
//! If A has got a lock by that wake, or a permit, or the place in a channel, it holds it now, and
//! will not give it back. That is *futurelock*; a buffered stream whose consumer awaits in its body
//! is the same. A lane that several lanes have polled, since it is shared or was handed on, has no
//! "only one to poll it", and neither has a lane inside it: there the verdict says "main, which
//! polled it last". If `main` does not
//! wait at that moment, the verdict says that `main` "does not come back to it". If no lane polls
//! A, the verdict says that A was woken "and was not polled since".
//!
//! ```no_run
//! # use async_concepts::{LaneExt, record}; use tokio::{sync::Mutex, time::{Duration, sleep}};
//! # let ms = Duration::from_millis;
//! record("futurelock", move || async move {
//!     let lock = Mutex::new(());
//!     let guard = lock.lock().await;
//!     let mut a = Box::pin(async { drop(lock.lock().await) }.lane("A"));
//!     tokio::select! {
//!         () = &mut a => {}
//!         () = sleep(ms(10)) => {
//!             drop(guard);              // A is woken, and next to get the lock,
//!             drop(lock.lock().await);  // but here A is not polled
//!         }
//!     }
//! });
//! ```
//!
//! **Cure:** give A a task of its own (`spawn`), drop it before you wait for something else, or go
//! on polling it there. Example: `futurelock`.
//!
//! # `old-waker`
//!
//! > nothing can happen any more: A was woken by main at 20 ms through an old waker, which does not
//! > reach what polls it now [old-waker]
//!
//! **Seen:** A was polled with the waker of one task, and then with another waker: that of another
//! task, or of a `FuturesUnordered`. The future or channel that woke A has kept the first one.
//!
//! ```no_run
//! # use async_concepts::{LaneExt, record}; use tokio::time::{Duration, sleep};
//! # use std::{future::poll_fn, sync::{Arc, Mutex}, task::{Poll, Waker}};
//! record("old waker", || async {
//!     let kept: Arc<Mutex<Option<Waker>>> = Arc::default();
//!     let same = kept.clone();
//!     let keeps_the_first = poll_fn(move |cx| {
//!         same.lock().unwrap().get_or_insert_with(|| cx.waker().clone()); // and no later one
//!         Poll::<()>::Pending
//!     });
//!     let mut a = Box::pin(keeps_the_first.lane("A"));
//!     assert!(futures::poll!(&mut a).is_pending()); // polled by this task,
//!     let task = tokio::spawn(a);                   // and then by another
//!     sleep(Duration::from_millis(20)).await;
//!     kept.lock().unwrap().take().unwrap().wake();
//!     task.await
//! });
//! ```
//!
//! **Cure:** keep the waker of the *last* poll: `Waker::clone_from`, or `AtomicWaker`.
//!
//! # `no-waker`
//!
//! > nothing can happen any more: main has been waiting since 0 (the lane made at x.rs:1), and
//! > nothing keeps a waker of it [no-waker]
//!
//! **Seen:** each waker that A was given has been dropped. So nothing can wake A any more.
//! `std::future::pending` is of this kind, and so is a `poll` that returns `Pending` without having
//! kept a waker anywhere.
//!
//! ```no_run
//! # use async_concepts::record; use std::{future::poll_fn, task::Poll};
//! record("lost", || poll_fn(|_| Poll::<()>::Pending));
//! ```
//!
//! **Cure:** pass the context on to the future that is waited for, or keep its waker and call it.
//!
//! # `never-polled`
//!
//! > nothing can happen any more: A, made at x.rs:3, was never polled [never-polled]
//!
//! **Seen:** the lane was made, and is still there, but futures do nothing until they are polled.
//! The run waits, perhaps for what A would do.
//!
//! ```no_run
//! # use async_concepts::{LaneExt, record}; use tokio::sync::oneshot;
//! record("never polled", || async {
//!     let (send, receive) = oneshot::channel();
//!     let _a = async { send.send(()) }.lane("A");
//!     receive.await
//! });
//! ```
//!
//! **Cure:** `.await` it, `join!` it, or `spawn` it. Example: `never_awaited`.
//!
//! # `deadlock`
//!
//! > nothing can happen any more: main has been waiting since 0 at x.rs:4 for `Mutex::lock`
//! > [deadlock]
//!
//! **Seen:** each lane waits, none was woken, and on the paused clock no timer of a lane is left:
//! the clock was allowed to run on, and nothing came. (On the real clock it says "no lane has done
//! anything since …", which is all that was seen there.)
//!
//! ```no_run
//! # use async_concepts::{LaneExt, record}; use tokio::sync::Mutex;
//! record("locked twice", || async {
//!     let lock = Mutex::new(());
//!     let _guard = lock.lock().await;
//!     let _same = lock.lock().await;
//! });
//! ```
//!
//! **Cure:** look at what each waits for, and ask what would have to happen for it. Locks that all
//! lanes take in the same order cannot wait for each other. Example: `deadlock`.
//!
//! # `stuck`
//!
//! > after 1 min it was still going on: A has been waiting since 0 at x.rs:9 for
//! > `oneshot::Receiver`; heart's next timer is due at 1 min 3 s [stuck]
//!
//! **Seen:** A has waited for more than nine tenths of the time, and the run went on. A need not be
//! stuck for ever, but if the run should have ended, look at A first.
//!
//! ```no_run
//! # use async_concepts::{LaneExt, timeline::Recorder}; use futures::join;
//! # use tokio::{sync::oneshot, time::{Duration, interval}};
//! Recorder::new("stuck").limit(Duration::from_secs(60)).record(|| async {
//!     let (_send, receive) = oneshot::channel::<()>();
//!     let heart = async {
//!         let mut beats = interval(Duration::from_secs(7));
//!         loop {
//!             beats.tick().await;
//!         }
//!     };
//!     let _: (_, ()) = join!(receive.lane("A"), heart.lane("heart"));
//! });
//! ```
//!
//! **Cure:** that of [`deadlock`](#deadlock). A lane that only keeps time, such as a heartbeat,
//! should end with the rest.
//!
//! # `not-asked`
//!
//! > after 1 min it was still going on: ticks has not been asked for its next item since 0; main's
//! > next timer is due at 1 min 3 s [not-asked]
//!
//! **Seen:** the stream has returned an item, is still there, and was not polled since then. The
//! code that took the item does something else.
//!
//! ```no_run
//! # use async_concepts::{StreamLaneExt, timeline::Recorder}; use futures::StreamExt;
//! # use std::pin::pin; use tokio::time::{Duration, sleep};
//! Recorder::new("not asked").limit(Duration::from_secs(60)).record(|| async {
//!     let mut ticks = pin!(futures::stream::iter(0..10).lane("ticks"));
//!     while let Some(_tick) = ticks.next().await {
//!         loop {
//!             sleep(Duration::from_secs(7)).await;
//!         }
//!     }
//! });
//! ```
//!
//! **Cure:** look at what the loop that takes the items waits for. Drop the stream if no more of it
//! is wanted. Example: `ticker`.
//!
//! # `next-timer`
//!
//! > no lane has done anything since 0: main's next timer is due at 1 h 40 min [next-timer]
//!
//! **Seen:** no lane does anything before that timer, and it is due after the limit of the run. If
//! something else than a timer of its own would wake A then, such as a task without a lane, the
//! verdict says "A would be woken from outside at 1 h 40 min".
//!
//! ```no_run
//! # use async_concepts::record; use tokio::time::{Duration, sleep};
//! record("seconds for minutes", || sleep(Duration::from_secs(100 * 60)));
//! ```
//!
//! **Cure:** look whether the unit is the one that you meant; if it is, set a greater
//! [`limit`](super::Recorder::limit).
//!
//! # `still-going`
//!
//! > after 1 min it was still going on: main was woken by its timer at 1 min, the limit
//! > [still-going]
//!
//! > … A has been waiting since 59 s at x.rs:41 for `recv`
//!
//! > … A has been running since 58 s
//!
//! > … no lane is left that could go on
//!
//! **Seen:** A was running, was woken at the limit itself, or has waited for at most nine tenths of
//! the time. The last sentence stands where what goes on has no lane. If the explorer of schedules
//! has stopped the run, since a lane gave way over and over, the verdict says "at 0, after 20000
//! polls, it was still going on".
//!
//! ```no_run
//! # use async_concepts::timeline::Recorder; use tokio::time::{Duration, sleep};
//! Recorder::new("no end").limit(Duration::from_secs(60)).record(|| async {
//!     loop {
//!         sleep(Duration::from_secs(10)).await;
//!     }
//! });
//! ```
//!
//! **Cure:** look for a loop that has no end; if there is none, the limit is too low.
//!
//! # `spins`
//!
//! > main spins: at 0 it was polled 450000 times in 10 s, waking itself each time (after its wait
//! > at x.rs:3 for `yield_now`) [spins]
//!
//! **Seen:** A returns `Pending` and wants to be polled again at once. The runtime is never idle,
//! so on the paused clock no time passes, and no timer fires.
//!
//! ```no_run
//! # use async_concepts::record;
//! record("spins", || async {
//!     loop {
//!         tokio::task::yield_now().await;
//!     }
//! });
//! ```
//!
//! **Cure:** wait for the thing itself: a channel, a `Notify`, a timer.
//!
//! # `busy`
//!
//! > A gets no rest: at 0 it was polled 450000 times in 10 s, woken each time (after its wait at
//! > x.rs:6 for `mpsc::UnboundedReceiver::recv`) [busy]
//!
//! **Seen:** as `spins`, but other lanes, or tasks without a lane, wake A. An example is two lanes
//! that send each other one message for each message that they receive.
//!
//! ```no_run
//! # use async_concepts::{LaneExt, record}; use futures::join; use tokio::sync::mpsc;
//! record("busy", || async {
//!     let (to_b, mut from_a) = mpsc::unbounded_channel();
//!     let (to_a, mut from_b) = mpsc::unbounded_channel();
//!     to_a.send(()).unwrap();
//!     let a = async move {
//!         while from_b.recv().await.is_some() {
//!             to_b.send(()).unwrap();
//!         }
//!     };
//!     let b = async move {
//!         while from_a.recv().await.is_some() {
//!             to_a.send(()).unwrap();
//!         }
//!     };
//!     join!(tokio::spawn(a.lane("A")), tokio::spawn(b.lane("B")))
//! });
//! ```
//!
//! **Cure:** one of the two has to wait for something that takes time.
//!
//! # `blocks`
//!
//! > main blocks the thread: its poll at 0 did not return within 10 s (the lane made at x.rs:1)
//! > [blocks]
//!
//! **Seen:** one poll lasts. The place is the last one that is known: what the lane said in
//! this poll, as in "(after it said “…” at x.rs:41)"; the wait after which it went on; or where the
//! lane was made.
//!
//! ```no_run
//! # use async_concepts::record;
//! record("blocks", || async { std::thread::sleep(std::time::Duration::MAX) });
//! ```
//!
//! **Cure:** the asynchronous counterpart of the call, or `spawn_blocking`. A `std::sync::Mutex`
//! whose guard lives across an `.await` is of this kind, too. Example: `blocked_loop`.
//!
//! # `blocks-without-a-lane`
//!
//! > something without a lane blocks the thread: the runtime did not become idle within 10 s
//! > [blocks-without-a-lane]
//!
//! **Seen:** the thread of the runtime is busy, and no lane is being polled.
//!
//! ```no_run
//! # use async_concepts::record;
//! record("no lane", || tokio::spawn(async { std::thread::sleep(std::time::Duration::MAX) }));
//! ```
//!
//! **Cure:** give the tasks lanes, and run it again.
//!
//! # `on-a-thread`
//!
//! > a thread that is not the runtime's has kept all lanes waiting for 10 s: A is still on its
//! > thread, the lane made at x.rs:1 [on-a-thread]
//!
//! > a thread without a lane has kept all lanes waiting for 10 s
//!
//! > no lane has done anything for 1 min, and no time has passed: the runtime is kept awake by a
//! > thread without a lane, as with `Handle::block_on`, or by tasks without lanes
//!
//! **Seen:** on the paused clock no time passes while a closure of the pool, or of
//! [`on_thread`](super::on_thread), runs. One of them did not end. The third sentence is also said
//! if no closure runs, and tasks without lanes keep the runtime awake, such as tasks that wait for
//! a socket.
//!
//! ```no_run
//! # use async_concepts::{on_thread, record}; use std::{thread, time::Duration};
//! # use tokio::task::spawn_blocking;
//! record("on a thread", || spawn_blocking(on_thread("A", || thread::sleep(Duration::MAX))));
//! ```
//!
//! **Cure:** let it [`block`](super::block) where it waits for time to pass; or use the real clock.
//! Example: `spawn_blocking`.
//!
//! # `kept-the-thread`
//!
//! > main kept the thread for 700 ms that this clock does not show [kept-the-thread]
//!
//! **Seen:** polls of the lane took that long on the wall clock, each of them a quarter of a second
//! or more. On the paused clock they take no time, so in the picture they look short; on the real
//! clock nothing else would have run meanwhile. It is a remark: the run may have ended well.
//!
//! The time in which the lane computed is counted, and so is the time in which it slept: in
//! `std::thread::sleep`, for a lock, for a disk. The time in which the machine had no processor for
//! the lane is not counted on Linux, which tells that time. On other systems a busy machine may be
//! the reason.
//!
//! ```no_run
//! # use async_concepts::record;
//! record("hash", || async { std::thread::sleep(std::time::Duration::from_millis(700)) });
//! ```
//!
//! **Cure:** that of [`blocks`](#blocks). Example: `slow_callback`.
//!
//! # `no-line-tables`
//!
//! > this binary has no line tables, so it is not known where its lanes wait, and a place is that
//! > of `.lane()` [no-line-tables]
//!
//! > this binary has no line tables of tokio, so 1 wake counted as “from outside” may have been by
//! > a timer or by the end of a task
//!
//! **Seen:** where a lane waits is known from the stack, and of the functions on it no line is
//! known. The second sentence: a timer and a socket wake through the same place in tokio, and only
//! the stack tells which of them it was. The names of functions are enough for that, but not where
//! tokio is optimised, which leaves functions out. It is a remark. A program gets it if its profile
//! leaves line tables out,
//!
//! ```toml
//! [profile.dev]
//! strip = true
//! ```
//!
//! and if a lane waits in it:
//!
//! ```no_run
//! # use async_concepts::record;
//! record("stripped", tokio::task::yield_now);
//! ```
//!
//! **Cure:** `debug = "line-tables-only"` in the profile, and no `strip`. If
//! `[profile.dev.package."*"]` optimises dependencies and turns `debug` off, set it in
//! `[profile.dev.package.tokio]` as well. The profiles that `cargo run` and `cargo test` use have
//! line tables unless they are told otherwise.
//!
//! # `destructor-panicked`
//!
//! > a destructor panicked when the run was ended: not like this [destructor-panicked]
//!
//! **Seen:** what `main` held was dropped when the run was over, and a destructor panicked. The
//! verdict, or the result, stands.
//!
//! ```no_run
//! # use async_concepts::record; use std::future::pending;
//! struct Guard;
//! impl Drop for Guard {
//!     fn drop(&mut self) {
//!         panic!("not like this");
//!     }
//! }
//! record("destructor", || async {
//!     let _guard = Guard;
//!     pending::<()>().await
//! });
//! ```
//!
//! **Cure:** report the error where it arises; a destructor only tidies up.
//!
//! # `not-recorded`
//!
//! > it did not end within 1 h; only a recording could tell what waits [not-recorded]
//!
//! **Seen:** nothing: the run was recorded without [`Observe::Everything`](super::Observe).
//!
//! ```no_run
//! # use async_concepts::timeline::{Observe, Recorder}; use std::future::pending;
//! Recorder::new("not recorded").observe(Observe::Lines).record(pending::<()>);
//! ```
//!
//! **Cure:** leave `observe` out.
//!
//! # `panicked`
//!
//! > main panicked: no [panicked]
//!
//! **Seen:** the panic of `main`. The panic of a task is no verdict: the lane that awaits the task
//! gets a `JoinError`.
//!
//! ```no_run
//! # use async_concepts::record;
//! record("panicked", || async { panic!("no") });
//! ```
//!
//! **Cure:** that of any panic: its message and its place are printed where it happens.
//!
//! [deadlock]: #deadlock
//! [stuck]: #stuck
//! [spins]: #spins
//! [busy]: #busy
//! [blocks]: #blocks
//! [panicked]: #panicked
