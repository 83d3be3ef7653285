//! The examples of the topic `cancellation`.
use super::{
    all::{
        broken_invariant::{self, never_between},
        cooperative, futurelock, lost_message, select_loop,
    },
    assert_run, ms,
};
use async_concepts::{
    record,
    schedules::every_cancellation,
    timeline::{End, Observe, Verdict},
};

// select_loop

#[test]
fn a_read_that_is_made_anew_in_each_round_loses_what_the_last_one_read() {
    let run = record("lost", select_loop::lost);
    assert_run(&run, ["0.100 reader tick", "0.150 reader read \"lo\\n\""], ms(150));
    assert_eq!(run.output().expect("no error"), "lo\n");
}

#[test]
fn a_read_that_is_pinned_outside_the_loop_loses_nothing() {
    let run = record("pinned", select_loop::kept);
    assert_run(&run, ["0.100 reader tick", "0.150 reader read \"hello\\n\""], ms(150));
    assert_eq!(run.output().expect("no error"), "hello\n");
}

#[test]
fn a_reader_that_is_cancel_safe_keeps_what_it_has_read() {
    let run = record("cancel safe", select_loop::safe);
    assert_run(&run, ["0.100 reader tick", "0.150 reader read \"hello\\n\""], ms(150));
    assert_eq!(run.output().expect("no error"), "hello\n");
}

// lost_message

#[test]
fn a_send_that_is_cancelled_drops_its_message() {
    let run = record("send", lost_message::lost);
    assert_run(
        &run,
        ["0.050 sender no room: message 2 is lost", "0.200 receiver received message 1"],
        ms(400),
    );
    assert_eq!(run.output(), ["message 1"]);
}

#[test]
fn a_cancelled_wait_for_a_permit_leaves_the_message_with_the_sender() {
    let run = record("reserve", lost_message::kept);
    assert_run(
        &run,
        [
            "0.050 sender no room yet for message 2",
            "0.100 sender no room yet for message 2",
            "0.150 sender no room yet for message 2",
            "0.200 sender no room yet for message 2",
            "0.200 receiver received message 1",
            "0.400 receiver received message 2",
        ],
        ms(600),
    );
    assert_eq!(run.output(), ["message 1", "message 2"]);
}

// broken_invariant

#[test]
fn a_transfer_that_is_in_time_moves_the_money() {
    let run = record("in time", broken_invariant::in_time);
    assert_run(
        &run,
        [
            "0.100 transfer 30 have left alice",
            "0.200 transfer 30 have reached bob",
            "0.200 main alice 70, bob 30",
        ],
        ms(200),
    );
    assert_eq!(run.output(), 100);
}

#[test]
fn a_transfer_that_is_dropped_between_its_writes_releases_the_lock_and_loses_money() {
    let run = record("too late", broken_invariant::too_late);
    assert_run(
        &run,
        ["0.100 transfer 30 have left alice", "0.150 main timed out", "0.150 main alice 70, bob 0"],
        ms(150),
    );
    assert_eq!(run.output(), 70);
}

#[test]
fn a_transfer_that_does_not_wait_between_its_writes_has_moved_all_or_nothing() {
    let run = record("no wait between", never_between);
    assert_run(&run, ["0.150 main timed out", "0.150 main alice 100, bob 0"], ms(150));
    assert_eq!(run.output(), 100);
    every_cancellation("transfer", never_between)
        .check(|run| matches!(run.outcome, Ok(Some(100))))
        .holds();
}

#[test]
fn every_cancellation_names_the_await_between_the_writes() {
    let found = every_cancellation("transfer", broken_invariant::in_time)
        .check(|run| matches!(run.outcome, Ok(Some(100))))
        .explore();
    assert_eq!(found.lanes, [("transfer".to_owned(), 2)]);
    let [found] = &found.unsafe_awaits[..] else { panic!("{found}") };
    assert_eq!((found.suspension, found.at), (2, ms(100)));
    let source = include_str!("../../examples/cancellation/broken_invariant.rs");
    let trap = source.lines().position(|line| line.contains("a trap:")).expect("the trap") + 1;
    let named = format!("broken_invariant.rs:{trap} (sleep in line ");
    assert!(found.to_string().contains(&named), "{found}");
    assert_eq!(found.recording.transcript()[1], "0.100 main alice 70, bob 0");
}

// futurelock

#[test]
fn a_borrowed_future_that_is_first_in_the_queue_blocks_its_own_task() {
    let scenes = futurelock::stage().run_for_test(Observe::Everything);
    let locked = &scenes[0];
    assert_eq!(locked.transcript(), ["0.050 main A is slow; wait for the lock myself"]);
    assert!(matches!(locked.verdict, Some(Verdict::Deadlock(..))), "{:?}", locked.verdict);
    let chart = locked.chart.as_ref().expect("everything was observed");
    assert_eq!(chart.row("other").end.1, End::Finished, "the lock has been released");
    assert_eq!(chart.row("A").end.1, End::Unfinished, "A was woken, and is not polled");
    let woken = chart.wakes.iter().any(|wake| chart.rows[wake.to].name == "A");
    assert!(woken, "the lock was handed to A");
}

#[test]
fn a_task_is_polled_by_the_runtime_so_main_gets_the_lock_after_it() {
    let run = record("a task", futurelock::as_task);
    assert_run(
        &run,
        [
            "0.050 main A is slow; wait for the lock myself",
            "0.200 A has the lock",
            "0.300 A releases it",
            "0.300 main main has the lock",
        ],
        ms(300),
    );
}

#[test]
fn a_future_that_is_dropped_leaves_the_queue_of_the_lock() {
    let run = record("dropped", futurelock::dropped);
    assert_run(
        &run,
        ["0.050 main A is slow, and has been dropped", "0.200 main main has the lock"],
        ms(200),
    );
}

// cooperative

#[test]
fn workers_that_are_asked_finish_their_job_and_say_goodbye() {
    let run = record("asked", cooperative::cooperative);
    assert_run(
        &run,
        [
            "0.000 A begin",
            "0.000 B begin",
            "0.100 A end",
            "0.150 A begin",
            "0.190 B end",
            "0.240 B begin",
            "0.250 A end",
            "0.270 main asked them to end",
            "0.270 A asked to end",
            "0.290 A closed",
            "0.430 B end",
            "0.430 B asked to end",
            "0.450 B closed",
            "0.450 main all have ended",
        ],
        ms(450),
    );
    let chart = run.chart();
    for worker in ["A", "B"] {
        assert_eq!(chart.row(worker).end.1, End::Finished, "{worker}");
    }
}

#[test]
fn workers_that_are_aborted_end_at_once_in_the_middle_of_a_job() {
    let run = record("aborted", cooperative::aborted);
    let transcript = run.transcript();
    assert_eq!(
        transcript[5..],
        ["0.240 B begin", "0.250 A end", "0.270 main aborts them", "0.270 main all have ended"]
    );
    let chart = run.chart();
    for worker in ["A", "B"] {
        assert_eq!(chart.row(worker).end.1, End::Cancelled { by: None, aborted: true }, "{worker}");
    }
}
