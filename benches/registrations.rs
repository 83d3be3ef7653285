//! What it costs that a lane knows where it waits: to register a waker, at several depths of boxed
//! futures.
//!
//! Three runs do the same, but for one thing: at each poll the leaf keeps a new clone of its waker;
//! or it has one already; or it has one, and walks up the stack with a callback that does nothing.
//! The first less the second is a registration: the walk, and what is kept of it. The third less
//! the second is what the walk takes at least, with the unwinder that comes with the compiler. All
//! are processor time, so another program on the machine does not count.
use async_concepts::{LaneExt, timeline::Recorder};
use event_loop_benches::{least_of, processor_time};
use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    pin::Pin,
    rc::Rc,
    task::{Poll, Waker},
    time::Duration,
};
use tokio::{
    spawn,
    task::{LocalSet, yield_now},
    time::sleep,
};

/// Fewer than would fill a recording: each poll is three events.
const POLLS: u32 = 10_000;
const ROUNDS: u32 = 7;

/// What the leaf does at each poll, beside asking for another one.
#[derive(Clone, Copy, PartialEq)]
enum At {
    /// Nothing: it has a waker already.
    Nothing,
    /// It registers: it keeps a new clone of its waker.
    Registers,
    /// It walks up this many frames.
    Walks(usize),
}

/// Where the leaf keeps its waker, and another task finds it.
type Slot = Rc<RefCell<Option<Waker>>>;

thread_local! {
    /// How many frames there are from the leaf to where the recorder stops: the poll of the lane.
    static FRAMES: Cell<usize> = const { Cell::new(0) };
}

/// Waits once more at each poll.
async fn leaf(slot: Slot, at: At) {
    let mut left = POLLS;
    FRAMES.set(0);
    poll_fn(move |cx| {
        if FRAMES.get() == 0 {
            FRAMES.set(frames_of_the_lane());
        }
        match at {
            At::Walks(frames) => walk(frames),
            At::Registers => *slot.borrow_mut() = Some(cx.waker().clone()),
            At::Nothing => {}
        }
        slot.borrow_mut().get_or_insert_with(|| cx.waker().clone());
        left -= 1;
        if left == 0 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// Walks as the recorder does, and keeps nothing.
fn walk(frames: usize) {
    let mut walked = 0;
    backtrace::trace(|_| {
        walked += 1;
        walked < frames
    });
}

/// Counts by the files of functions, which is slow, and done once.
fn frames_of_the_lane() -> usize {
    let mut frames = 0;
    let mut found = false;
    backtrace::trace(|frame| {
        frames += 1;
        backtrace::resolve_frame(frame, |symbol| {
            let file = symbol.filename().map(|file| file.to_string_lossy().into_owned());
            found |= file.unwrap_or_default().ends_with("src/timeline/record/lane.rs");
        });
        !found
    });
    frames
}

fn boxed(depth: u32, slot: Slot, at: At) -> Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(async move {
        if depth == 0 { leaf(slot, at).await } else { boxed(depth - 1, slot, at).await }
    })
}

/// How long a poll takes, all in all, and how many frames there were.
fn time_of_a_poll(depth: u32, at: At) -> (Duration, usize) {
    let run = Recorder::new("registrations").record(move || async move {
        let slot = Slot::default();
        let tasks = LocalSet::new();
        let lane = tasks.spawn_local(boxed(depth, slot.clone(), at).lane("A"));
        tasks.spawn_local(async move {
            loop {
                if let Some(waker) = &*slot.borrow() {
                    waker.wake_by_ref();
                }
                yield_now().await;
            }
        });
        let begin = processor_time();
        tasks.run_until(lane).await.expect("it does not panic");
        ((processor_time() - begin) / POLLS, FRAMES.get())
    });
    run.output()
}

/// How long it takes to sleep once in a task, with a lane around it or without. With one, each time
/// the stack is walked where the lane registers, and once more where its timer wakes it.
fn time_of_a_nap(with_a_lane: bool) -> Duration {
    let run = Recorder::new("naps").record(move || async move {
        let naps = async {
            for _ in 0..POLLS {
                sleep(Duration::from_millis(1)).await;
            }
        };
        let begin = processor_time();
        let task = if with_a_lane { spawn(naps.lane("A")) } else { spawn(naps) };
        task.await.expect("it does not panic");
        (processor_time() - begin) / POLLS
    });
    run.output()
}

fn main() {
    let bare = least_of(ROUNDS, || time_of_a_nap(false));
    let with_a_lane = least_of(ROUNDS, || time_of_a_nap(true));
    println!("to sleep once: {bare:.2?}; in a lane, with its two walks: {with_a_lane:.2?}\n");
    println!("boxed futures   frames    a poll   a registration   a frame   a bare walk   a frame");
    for depth in [0, 16, 30, 60] {
        let frames = time_of_a_poll(depth, At::Nothing).1;
        let least = |at| least_of(ROUNDS, || time_of_a_poll(depth, at).0);
        let nothing = least(At::Nothing);
        let registration = least(At::Registers).saturating_sub(nothing);
        let walk = least(At::Walks(frames)).saturating_sub(nothing);
        let count = frames as u32;
        println!(
            "{depth:13}{frames:9} {nothing:9.2?}{registration:17.2?}{:10.0?}{walk:14.2?}{:10.0?}",
            registration / count,
            walk / count,
        );
    }
}
