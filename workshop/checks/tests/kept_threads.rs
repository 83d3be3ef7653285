//! What keeps its thread keeps it to the end of the process, so these have a process of their own.
use async_concepts::LaneExt;
use std::{
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    task::Poll,
};
use workshop::{attempt, every_schedule};

/// The first line of a verdict.
fn headline(verdict: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(verdict)).expect_err("it passes");
    let text = *panic.downcast::<String>().expect("a verdict is text");
    text.lines().next().expect("a verdict has a headline").to_owned()
}

/// In this order, so it is one test.
#[test]
fn a_thread_that_is_kept_gets_a_verdict_that_names_the_lane_and_is_not_kept_once_more() {
    let (_keep, never) = std::sync::mpsc::channel::<()>();
    let blocks = async move || async { never.recv().is_err() }.lane("A").await;
    let blocks = attempt(blocks).blocks("it waits", |run| run.blocked());
    let first = headline(|| blocks.verdict());
    assert!(first.starts_with("it waits: the thread was kept: A blocks the thread"), "{first}");

    let spin = || {
        poll_fn::<(), _>(|context| {
            context.waker().wake_by_ref();
            Poll::Pending
        })
    };
    let second = headline(|| attempt(async move || spin().lane("B").await).verdict());
    assert!(second.starts_with("the thread was kept: B spins"), "{second}");

    // It would take a second for each of several runs, beside threads that spin.
    let third = headline(|| every_schedule(move || spin().lane("C")).verdict());
    assert!(third.starts_with("not tried: an earlier run of this file keeps its"), "{third}");
}

/// That an exploration keeps its thread is noted, too: whichever test of an exercise comes first,
/// the others do not take as long.
#[test]
fn what_an_exploration_says_of_a_kept_thread_names_the_learners_line() {
    let blocks = || async {
        let (_keep, never) = std::sync::mpsc::channel::<()>();
        never.recv().is_err()
    };
    let text = headline(|| every_schedule(blocks).verdict());
    let kept =
        text.starts_with("the thread was kept: main blocks") && text.contains("kept_threads");
    assert!(kept || text.starts_with("not tried: "), "{text}");
}
