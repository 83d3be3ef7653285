//! Each state that a lane can be in, from a run that puts one there.
use crate::{lane, ms, row, states};
use async_concepts::{
    LaneExt, block, on_thread, record, say,
    timeline::{Clock, End, Recorder, State, Until},
};
use futures::{future::join_all, join};
use std::{future::poll_fn, panic::resume_unwind, task::Poll};
use tokio::{
    task::spawn_blocking,
    time::{sleep, timeout},
};

#[test]
fn a_future_that_is_not_polled_is_lazy() {
    let run = record("lazy", || async {
        let later = async { say!("now") }.lane("later");
        sleep(ms(400)).await;
        later.await;
    });
    let chart = run.chart();
    assert_eq!(states(&chart, "later"), [(State::Lazy, 0, 400), (State::Running, 400, 400)]);
    assert_eq!(row(&chart, "later").end.1, End::Finished);
}

#[test]
fn a_future_that_is_never_polled_is_lazy_until_it_is_dropped() {
    let run = record("never", || async {
        let never = async { say!("never") }.lane("never");
        sleep(ms(400)).await;
        drop(never);
        sleep(ms(100)).await;
    });
    let chart = run.chart();
    assert_eq!(states(&chart, "never"), [(State::Lazy, 0, 400)]);
    assert_eq!(row(&chart, "never").end.1, End::Cancelled { by: Some(0), aborted: false });
    assert_eq!(chart.time(row(&chart, "never").end.0), ms(400));
    assert_eq!(run.lines, []);
}

#[test]
fn a_sleeping_future_runs_waits_for_a_time_is_ready_and_runs() {
    let run = record("nap", || sleep(ms(200)).lane("nap"));
    let chart = run.chart();
    // Ready for as long as main takes to come to it: main is polled first, since it polls the nap.
    let expected = [
        (State::Running, 0, 0),
        (State::Waiting(Until::Clock), 0, 200),
        (State::Ready, 200, 200),
        (State::Running, 200, 200),
    ];
    assert_eq!(states(&chart, "nap"), expected);
}

#[test]
fn a_woken_task_is_ready_while_another_has_the_thread() {
    let run = record("ready", || async {
        let hog = tokio::spawn(
            async {
                sleep(ms(100)).await;
                block(ms(300));
            }
            .lane("hog"),
        );
        let late = tokio::spawn(sleep(ms(150)).lane("late"));
        let _ = join!(hog, late);
    });
    // Its timer is due at 150, but timers only fire when the thread gets to them.
    let chart = run.chart();
    assert_eq!(states(&chart, "hog")[2], (State::Blocking, 100, 400));
    assert_eq!(states(&chart, "late")[2], (State::Waiting(Until::Clock), 0, 400));

    let run = record("in line", || async {
        let both = [sleep(ms(100)).lane("A"), sleep(ms(100)).lane("B")].map(tokio::spawn);
        join_all(both).await;
    });
    let chart = run.chart();
    let (woken, runs) = ((State::Waiting(Until::Clock), 0, 100), (State::Running, 100, 100));
    assert!(states(&chart, "A").ends_with(&[woken, runs]), "A runs as soon as it is woken");
    assert!(
        states(&chart, "B").ends_with(&[woken, (State::Ready, 100, 100), runs]),
        "B is woken too, but A runs"
    );
}

#[test]
fn a_future_is_polled_without_a_wake_when_its_neighbour_was_woken() {
    let run = record("neighbours", || async {
        join!(sleep(ms(100)).lane("short"), sleep(ms(300)).lane("long"))
    });
    let chart = run.chart();
    let unwoken = states(&chart, "long")[2..4].to_vec();
    // futures::join! polls both whenever one is woken.
    assert_eq!(
        unwoken,
        [(State::Waiting(Until::Unwoken), 0, 100), (State::RunningUnwoken, 100, 100)]
    );
}

#[test]
fn a_poll_that_takes_time_blocks_the_thread() {
    let run = record("block", || async { block(ms(300)) }.lane("hog"));
    let chart = run.chart();
    assert_eq!(states(&chart, "hog"), [(State::Blocking, 0, 300)]);
    assert_eq!(run.elapsed, ms(300));
    assert_eq!(chart.threads[0].last().map(|hold| hold.lane), Some(lane(&chart, "hog")));
}

#[test]
fn of_lanes_inside_each_other_the_one_that_blocks_is_said_to() {
    let run = record("inside", || {
        let outer = async {
            async { block(ms(300)) }.lane("inner").await;
            tokio::task::yield_now().await;
            block(ms(100));
        };
        outer.lane("outer")
    });
    let chart = run.chart();
    let of = |name| states(&chart, name).into_iter().map(|(state, ..)| state);
    assert!(of("inner").eq([State::Blocking]));
    assert!(of("main").all(|state| state != State::Blocking));
    let outer: Vec<State> = of("outer").filter(|state| *state != State::Ready).collect();
    assert_eq!(outer, [State::Running, State::Blocking]);
    let words = chart.describe();
    assert_eq!(words.matches("blocked the thread").count(), 2, "{words}");
}

#[test]
fn of_lanes_inside_each_other_the_one_that_moves_the_clock_is_said_to() {
    let run = record("inside", || async {
        tokio::time::advance(ms(100)).lane("inner").await;
    });
    let chart = run.chart();
    assert!(states(&chart, "inner").contains(&(State::MovedClock, 0, 100)));
    assert!(states(&chart, "main").contains(&(State::Running, 0, 100)));
}

#[test]
fn a_poll_that_the_run_cuts_short_is_that_of_the_innermost_lane() {
    let recorder = Recorder::new("stuck").clock(Clock::Real).watchdog(ms(300));
    let run = recorder.record(|| {
        let inner = async { std::thread::sleep(ms(60_000)) };
        inner.lane("inner").lane("outer")
    });
    let chart = run.chart();
    assert!(run.outcome.is_err());
    let blocks = |name| states(&chart, name).iter().any(|(state, ..)| *state == State::Blocking);
    assert!(blocks("inner") && !blocks("outer") && !blocks("main"));
}

#[test]
fn a_closure_on_the_pool_runs_on_a_thread_of_its_own_while_the_runtime_goes_on() {
    let run = record("pool", || async {
        let heart = tokio::spawn(
            async {
                for beat in 1..=4 {
                    sleep(ms(100)).await;
                    say!("{beat}");
                }
            }
            .lane("heart"),
        );
        spawn_blocking(on_thread("hash", || {
            block(ms(250));
            say!("hashed");
        }))
        .await
        .unwrap();
        heart.await.unwrap();
    });
    let chart = run.chart();
    assert_eq!(
        run.transcript(),
        ["0.100 heart 1", "0.200 heart 2", "0.250 hash hashed", "0.300 heart 3", "0.400 heart 4"]
    );
    assert_eq!(states(&chart, "hash")[1..], [(State::OnThread, 0, 250)]);
    assert_eq!(chart.threads.len(), 2);
    assert!(chart.threads[1].iter().all(|hold| hold.lane == lane(&chart, "hash")));
}

#[test]
fn two_closures_on_the_pool_run_at_the_same_time() {
    let run = record("pool of two", || async {
        let work = |name: &'static str, time| {
            spawn_blocking(on_thread(name, move || {
                say!("begins");
                block(ms(time));
                say!("ends");
            }))
        };
        let _ = join!(work("long", 300), work("short", 200));
    });
    let chart = run.chart();
    assert_eq!(
        run.transcript(),
        ["0.000 long begins", "0.000 short begins", "0.200 short ends", "0.300 long ends"]
    );
    assert_eq!(run.elapsed, ms(300));
    assert_eq!(states(&chart, "long").last(), Some(&(State::OnThread, 0, 300)));
    assert_eq!(states(&chart, "short").last(), Some(&(State::OnThread, 0, 200)));
    assert_eq!(chart.threads.len(), 3);
}

#[test]
fn a_thread_that_was_not_taken_from_the_pool_keeps_virtual_time_too() {
    let run = record("thread", || async {
        let (send, receive) = tokio::sync::oneshot::channel();
        std::thread::spawn(on_thread("thread", || {
            block(ms(70));
            send.send(7).unwrap();
        }));
        receive.await.unwrap()
    });
    assert_eq!(run.elapsed, ms(70));
    assert_eq!(states(&run.chart(), "main")[1], (State::Waiting(Until::Lane(1)), 0, 70));
    assert_eq!(run.output(), 7);
}

#[test]
fn the_runtime_may_block_while_a_thread_does() {
    let run = record("both", || async {
        let work = spawn_blocking(on_thread("work", || {
            block(ms(100));
            say!("done");
        }));
        block(ms(250));
        say!("back");
        work.await.unwrap();
    });
    assert_eq!(run.transcript(), ["0.100 work done", "0.250 main back"]);
    assert_eq!(run.elapsed, ms(250));
}

#[test]
fn a_future_that_is_dropped_is_cancelled_by_the_lane_that_dropped_it() {
    let run = record("drop", || async {
        let mut nap = Box::pin(sleep(ms(500)).lane("nap"));
        let _ = timeout(ms(100), &mut nap).await;
        sleep(ms(50)).await;
        async { drop(nap) }.lane("dropper").await;
    });
    let chart = run.chart();
    assert_eq!(
        row(&chart, "nap").end.1,
        End::Cancelled { by: Some(lane(&chart, "dropper")), aborted: false }
    );
    assert_eq!(chart.time(row(&chart, "nap").end.0), ms(150));
}

#[test]
fn select_drops_the_loser() {
    let run = record("select", || async {
        tokio::select! {
            biased;
            () = sleep(ms(500)).lane("slow") => {},
            () = sleep(ms(200)).lane("fast") => {},
        }
    });
    let chart = run.chart();
    assert_eq!(row(&chart, "fast").end.1, End::Finished);
    assert_eq!(row(&chart, "slow").end.1, End::Cancelled { by: Some(0), aborted: false });
    assert_eq!(chart.end_note(row(&chart, "slow")).as_deref(), Some("dropped by main"));
    assert_eq!(chart.time(row(&chart, "slow").end.0), ms(200));
}

#[test]
fn timeout_drops_what_is_late() {
    let run = record("timeout", || timeout(ms(100), sleep(ms(500)).lane("late")));
    let chart = run.chart();
    assert_eq!(row(&chart, "late").end.1, End::Cancelled { by: Some(0), aborted: false });
    assert_eq!(chart.time(row(&chart, "late").end.0), ms(100));
}

#[test]
fn abort_drops_a_task_while_no_lane_runs() {
    let run = record("abort", || async {
        let task = tokio::spawn(sleep(ms(500)).lane("task"));
        sleep(ms(100)).await;
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
    });
    let chart = run.chart();
    assert_eq!(row(&chart, "task").end.1, End::Cancelled { by: None, aborted: true });
    assert_eq!(chart.end_note(row(&chart, "task")).as_deref(), Some("aborted"));
    assert_eq!(states(&chart, "task").last(), Some(&(State::Waiting(Until::Dropped), 0, 100)));
}

#[test]
fn what_a_task_without_a_lane_drops_was_not_aborted() {
    let run = record("nameless", || async {
        let nameless = tokio::spawn(async { timeout(ms(100), sleep(ms(500)).lane("late")).await });
        assert!(nameless.await.unwrap().is_err());
    });
    let chart = run.chart();
    assert_eq!(row(&chart, "late").end.1, End::Cancelled { by: None, aborted: false });
    assert_eq!(chart.end_note(row(&chart, "late")).as_deref(), Some("dropped"));
}

#[test]
fn a_closure_that_is_aborted_before_it_begins_is_cancelled() {
    let run = record("queued", || async {
        drop(on_thread("unused", || ()));
        sleep(ms(5)).await;
    });
    assert_eq!(row(&run.chart(), "unused").end.1, End::Cancelled { by: Some(0), aborted: false });
    assert_eq!(run.elapsed, ms(5));
}

#[test]
fn a_panic_ends_its_lane_and_nothing_else() {
    let run = record("panic", || async {
        let task = tokio::spawn(
            async {
                sleep(ms(100)).await;
                panic!("a part of the {}", "test");
            }
            .lane("fails"),
        );
        let other = tokio::spawn(sleep(ms(300)).lane("goes on"));
        assert!(task.await.unwrap_err().is_panic());
        other.await.unwrap();
    });
    let chart = run.chart();
    assert_eq!(row(&chart, "fails").end.1, End::Panicked("a part of the test".into()));
    assert_eq!(chart.time(row(&chart, "fails").end.0), ms(100));
    assert_eq!(row(&chart, "goes on").end.1, End::Finished);
    assert_eq!(run.elapsed, ms(300));
}

/// The lane around the one that panics has not thrown it, nor has one that throws it once more.
#[test]
fn a_panic_has_the_place_at_which_its_lane_has_thrown_it() {
    const LINE: u32 = line!();
    let run = record("places of panics", || async {
        let fails = async { panic!("a part of the test") }.lane("fails");
        let around = tokio::spawn(fails.lane("around"));
        let panic = around.await.unwrap_err().into_panic();
        let again = tokio::spawn(async { resume_unwind(panic) }.lane("again"));
        assert!(again.await.unwrap_err().is_panic());
    });
    let chart = run.chart();
    let line = |lane| row(&chart, lane).panicked_at.as_ref().map(|place| place.line);
    assert_eq!(["fails", "around", "again"].map(line), [Some(LINE + 2), None, None]);
}

#[test]
fn a_panic_on_the_pool_ends_its_lane_and_comes_back_to_the_task_that_joins() {
    let run = record("panic on the pool", || async {
        let joined = spawn_blocking(on_thread("fails", || panic!("a part of the test"))).await;
        assert!(joined.unwrap_err().is_panic());
        sleep(ms(10)).await;
    });
    assert_eq!(row(&run.chart(), "fails").end.1, End::Panicked("a part of the test".into()));
    assert_eq!(run.elapsed, ms(10));
}

#[test]
fn a_detached_task_is_still_running_at_the_end() {
    let run = record("detached", || async {
        drop(tokio::spawn(sleep(ms(500)).lane("detached")));
        sleep(ms(100)).await;
    });
    let chart = run.chart();
    assert_eq!(row(&chart, "detached").end.1, End::Unfinished);
    assert_eq!(states(&chart, "detached").last(), Some(&(State::Waiting(Until::RunOver), 0, 100)));
    assert_eq!(run.elapsed, ms(100));
}

#[test]
fn a_future_that_is_woken_in_its_own_poll_is_ready_at_once() {
    let run = record("again", || async {
        let mut polls = 0;
        let twice = poll_fn(move |cx| {
            polls += 1;
            cx.waker().wake_by_ref();
            if polls == 2 { Poll::Ready(()) } else { Poll::Pending }
        });
        let tasks = (tokio::spawn(twice.lane("twice")), tokio::spawn(async {}.lane("other")));
        let _ = join!(tasks.0, tasks.1);
    });
    let expected = [(State::Running, 0, 0), (State::Ready, 0, 0), (State::Running, 0, 0)];
    assert_eq!(states(&run.chart(), "twice"), expected);
}

#[test]
fn a_closure_that_waits_for_a_free_thread_holds_no_lane_up() {
    let run = record("a pool of one", || async {
        let (finished, all) = tokio::sync::oneshot::channel();
        let job = |name: &'static str| {
            on_thread(name, move || {
                block(ms(10));
                say!("done");
            })
        };
        // Both are made before the only thread has begun the first; and between them it is not
        // there for a while.
        let jobs = [job("first"), job("second")];
        let long = spawn_blocking(on_thread("long", || block(ms(100))));
        std::thread::spawn(|| {
            for job in jobs {
                job();
                std::thread::sleep(ms(50));
            }
            finished.send(()).unwrap();
        });
        long.await.unwrap();
        all.await.unwrap();
    });
    // No time passes between them, though another thread would let it pass.
    assert_eq!(run.transcript(), ["0.010 first done", "0.020 second done"]);
}
