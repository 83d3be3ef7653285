//! How many bytes the event loop's tasks and waits take, and a recording of many lanes, counted by
//! the allocator. A program of its own, because a program has one allocator.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_concepts::{
    LaneExt,
    event_loop::{EventLoop, Future, VirtualDriver, gather, sleep},
    record,
};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Tests run in several threads, and the allocator counts for all of them.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// How much more is used than before. It may be less: the thread of a test that has just ended
/// gives back its own memory, which is not much, at any moment.
fn above(before: usize, now: usize) -> usize {
    now.saturating_sub(before)
}

/// The most that `work` needs at a time on a fresh loop, in bytes.
fn peak(work: impl FnOnce(&EventLoop)) -> usize {
    let _one_at_a_time = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let event_loop = EventLoop::with_driver(VirtualDriver::new());
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    work(&event_loop);
    let peak = above(before, ALLOCATOR.peak_usage());
    event_loop.close().unwrap();
    peak
}

fn one_iteration(event_loop: &EventLoop) {
    event_loop.stop();
    event_loop.run_forever().unwrap();
}

/// Eight times as many need eight times as much. A list that grows doubles its memory, so at both
/// counts it is as full.
fn is_linear(work: impl Fn(&EventLoop, usize)) {
    let few = peak(|event_loop| work(event_loop, 37_500));
    let many = peak(|event_loop| work(event_loop, 300_000));
    assert!(many < few * 9, "37,500 need {few} bytes, 300,000 need {many}");
}

#[test]
fn a_task_takes_at_most_300_bytes() {
    let count = 100_000;
    let bytes = peak(|event_loop| {
        let task = |_| async { sleep(Duration::ZERO).await };
        let all = async move { gather::<Vec<()>, _>((0..count).map(task))?.await };
        event_loop.run_until_complete(all).unwrap();
    });
    let each = bytes / count;
    assert!(each <= 300, "{each} bytes a task");
}

#[test]
fn memory_is_linear_in_the_tasks_that_wait_for_one_future() {
    is_linear(|event_loop, count| {
        let future: Future<()> = event_loop.create_future();
        for _ in 0..count {
            let future = future.clone();
            event_loop.create_task(async move { future.await }).unwrap();
        }
        one_iteration(event_loop);
        future.set_result(()).unwrap();
        one_iteration(event_loop);
    });
}

#[test]
fn memory_is_linear_in_the_gathers_of_one_future() {
    is_linear(|event_loop, count| {
        let future: Future<()> = event_loop.create_future();
        let gathers: Vec<_> =
            (0..count).map(|_| gather::<Vec<()>, _>([future.clone()]).unwrap()).collect();
        future.set_result(()).unwrap();
        one_iteration(event_loop);
        assert!(gathers.iter().all(Future::done));
    });
}

/// The most memory that a recording of this many lanes needs, which come one after the other, as a
/// server has one for each request.
fn peak_of_lanes(count: usize) -> usize {
    let _one_at_a_time = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    let run = record("requests", move || async move {
        for _ in 0..count {
            async {}.lane("request").await;
        }
    });
    assert!(run.left_out() > 0, "the recording is full");
    above(before, ALLOCATOR.peak_usage())
}

/// A recording keeps 50,000 events, and of what comes later only the lanes that are still there.
#[test]
fn lanes_that_have_ended_take_no_memory_when_the_recording_is_full() {
    let few = peak_of_lanes(50_000);
    let many = peak_of_lanes(150_000);
    // In proportion to 10 MB for the next million.
    assert!(many < few + 1_000_000, "50,000 lanes need {few} bytes, 150,000 need {many}");
}

#[test]
#[ignore = "takes a minute in a debug build"]
fn a_million_lanes_take_at_most_ten_megabytes_more_than_fifty_thousand() {
    let few = peak_of_lanes(50_000);
    let many = peak_of_lanes(1_000_000);
    println!("50,000 lanes: {few} bytes; 1,000,000: {many} bytes");
    assert!(many < few + 10_000_000, "50,000 lanes need {few} bytes, 1,000,000 need {many}");
}

/// Sets 200,000 timers in one iteration and cancels each when a hundred more have been set: so
/// there are never more than a hundred, and none of them is the one that was set last.
#[test]
fn timers_that_are_cancelled_in_the_iteration_in_which_they_are_set_keep_no_memory() {
    let bytes = peak(|event_loop| {
        let second = Duration::from_secs(1);
        let stays = event_loop.call_later(second, || ()).unwrap();
        let mut last_hundred = VecDeque::new();
        for _ in 0..200_000 {
            last_hundred.push_back(event_loop.call_later(second, || ()).unwrap());
            if last_hundred.len() > 100 {
                last_hundred.pop_front().unwrap().cancel();
            }
        }
        assert!(!stays.cancelled());
    });
    assert!(bytes < 100_000, "{bytes} bytes");
}

/// Nor does a burst of them leave a large list behind, whether they are cancelled before the loop
/// comes to look at them or after that.
#[test]
fn a_burst_of_timers_leaves_no_memory_behind() {
    let _one_at_a_time = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    for looks in [false, true] {
        let event_loop = EventLoop::with_driver(VirtualDriver::new());
        let before = ALLOCATOR.current_usage();
        let mut timers = vec![];
        for _ in 0..300_000 {
            timers.push(event_loop.call_later(Duration::from_secs(1), || ()).unwrap());
        }
        if looks {
            one_iteration(&event_loop);
        }
        for timer in &timers {
            timer.cancel();
        }
        drop(timers);
        let left = above(before, ALLOCATOR.current_usage());
        assert!(left < 50_000, "{left} bytes, and the loop has looked: {looks}");
        event_loop.close().unwrap();
    }
}
