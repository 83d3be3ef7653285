//! The examples of the topic `context`.
use super::{
    all::{context_manager, transaction},
    assert_run, ms,
};
use async_concepts::{record, timeline::End};

// context_manager

#[test]
fn what_was_entered_is_left_after_the_work() {
    let run = record("success", context_manager::success);
    assert_run(
        &run,
        [
            "0.000 main entering",
            "0.100 main inside",
            "0.400 main exiting: succeeded",
            "0.500 main outside",
            "0.500 main result: 4",
        ],
        ms(500),
    );
    assert_eq!(run.output().expect("the work succeeds"), Some(4));
}

#[test]
fn an_error_waits_until_the_exit_is_over() {
    let run = record("error", context_manager::error);
    assert_run(
        &run,
        [
            "0.000 main entering",
            "0.100 main inside",
            "0.400 main exiting: failed: nothing to do",
            "0.500 main outside",
            "0.500 main error: nothing to do",
        ],
        ms(500),
    );
    assert_eq!(run.output().expect_err("the work fails").to_string(), "nothing to do");
}

#[test]
fn a_swallowed_error_leaves_no_result() {
    let run = record("swallowed error", context_manager::swallowed);
    assert_run(
        &run,
        [
            "0.000 main entering",
            "0.100 main inside",
            "0.400 main exiting: failed: nothing to do",
            "0.500 main outside",
            "0.500 main no result, and no error",
        ],
        ms(500),
    );
    assert_eq!(run.output().expect("the error is swallowed"), None);
}

#[test]
fn after_a_timeout_a_task_cleans_up_and_main_can_wait_for_it() {
    let run = record("cancelled", context_manager::cancelled);
    assert_run(
        &run,
        [
            "0.000 A entering",
            "0.100 A inside",
            "0.200 main timed out",
            "0.200 cleanup exiting: cancelled",
            "0.300 cleanup outside",
            "0.300 main cleaned up",
        ],
        ms(300),
    );
    let chart = run.chart();
    let (work, cleanup) = (chart.row("A"), chart.row("cleanup"));
    assert_eq!(work.end.1, End::Cancelled { by: Some(0), aborted: false });
    assert_eq!(chart.time(work.end.0), ms(200), "the work is dropped at once");
    assert_eq!(cleanup.polled_by, None, "the runtime itself polls the cleanup");
    assert_eq!((chart.time(cleanup.end.0), &cleanup.end.1), (ms(300), &End::Finished));
}

// transaction

#[test]
fn a_transfer_is_seen_when_it_is_complete() {
    let run = record("commit", || transaction::one_transfer(30));
    assert_run(
        &run,
        [
            "0.000 reader alice 100, bob 0",
            "0.100 main begin",
            "0.200 main bob +30",
            "0.300 main alice -30",
            "0.400 main commit",
            "0.400 main transferred",
            "0.400 reader alice 70, bob 30",
        ],
        ms(400),
    );
    assert_eq!(run.output(), [[100, 0], [70, 30]]);
}

#[test]
fn a_transfer_that_fails_half_way_is_never_seen() {
    let run = record("roll back on error", || transaction::one_transfer(130));
    assert_run(
        &run,
        [
            "0.000 reader alice 100, bob 0",
            "0.100 main begin",
            "0.200 main bob +130",
            "0.300 main alice -130",
            "0.400 main roll back",
            "0.400 main error: insufficient funds",
        ],
        ms(400),
    );
    assert_eq!(run.output(), [[100, 0]]);
}

#[test]
fn a_transfer_that_is_cancelled_half_way_is_rolled_back_before_the_next() {
    let run = record("roll back on cancellation", transaction::cancelled);
    assert_run(
        &run,
        [
            "0.000 reader alice 100, bob 0",
            "0.100 A begin",
            "0.200 A bob +30",
            "0.250 main timed out",
            "0.350 cleanup roll back",
            "0.450 main begin",
            "0.550 main bob +40",
            "0.650 main alice -40",
            "0.750 main commit",
            "0.750 main transferred",
            "0.750 reader alice 60, bob 40",
        ],
        ms(750),
    );
    assert_eq!(run.output(), [[100, 0], [60, 40]], "of the first transfer nothing is ever seen");
}

#[test]
fn whatever_a_reader_sees_is_the_same_sum() {
    for (scene, seen) in [
        ("commit", record("commit", || transaction::one_transfer(30)).output()),
        ("error", record("error", || transaction::one_transfer(130)).output()),
        ("cancelled", record("cancelled", transaction::cancelled).output()),
    ] {
        for accounts in seen {
            assert_eq!(
                accounts.iter().sum::<u64>(),
                100,
                "{scene}: half of a transfer was to be seen: {accounts:?}"
            );
        }
    }
}
