//! Functions that wait by themselves, and callbacks with a lane of their own.
use crate::{lane, ms, row, states};
use async_concepts::{
    LaneExt, block, callback, on_thread, say,
    timeline::{Clock, End, Recorder, State, Until, Verdict, turn, wait},
};
use std::time::Duration;
use tokio::{task::spawn_blocking, time::sleep};

#[test]
fn a_function_that_waits_lets_the_time_pass_and_is_not_said_to_block() {
    let run = Recorder::new("waits").record_blocking(|| {
        wait(sleep(ms(100)));
        block(ms(50));
        say!("done");
        7
    });
    assert_eq!(run.transcript(), ["0.150 main done"]);
    let expected = [
        (State::Running, 0, 0),
        (State::Waiting(Until::Clock), 0, 100),
        (State::Blocking, 100, 150),
    ];
    assert_eq!(states(&run.chart(), "main"), expected);
    assert_eq!(run.output(), 7);
}

#[test]
fn what_a_function_waits_for_goes_on_meanwhile_and_wakes_it() {
    let run = Recorder::new("waits").record_blocking(|| {
        let task = tokio::spawn(sleep(ms(30)).lane("task"));
        wait(task).unwrap();
        wait(spawn_blocking(on_thread("hash", || block(ms(70))))).unwrap();
    });
    let chart = run.chart();
    let waits =
        states(&chart, "main").into_iter().filter(|(state, ..)| matches!(state, State::Waiting(_)));
    let (task, hash) = (Until::Lane(lane(&chart, "task")), Until::Lane(lane(&chart, "hash")));
    assert_eq!(
        waits.collect::<Vec<_>>(),
        [(State::Waiting(task), 0, 30), (State::Waiting(hash), 30, 100)]
    );
}

#[test]
fn a_turn_is_a_poll_of_its_own() {
    let polls = |turns| {
        let run = Recorder::new("turns").record_blocking(move || (0..turns).for_each(|_| turn()));
        states(&run.chart(), "main")
            .into_iter()
            .filter(|(state, ..)| *state == State::Running)
            .count()
    };
    assert_eq!(polls(0), 1);
    assert_eq!(polls(3), 4);
    // After a wait the lane has just been polled: the first turn needs no other poll.
    let run = Recorder::new("turns").record_blocking(|| {
        wait(sleep(ms(1)));
        turn();
        turn();
    });
    let later =
        states(&run.chart(), "main").into_iter().filter(|state| *state == (State::Running, 1, 1));
    assert_eq!(later.count(), 2);
}

#[test]
fn a_callback_is_lazy_until_it_is_called_and_cancelled_if_it_never_is() {
    let run = Recorder::new("callbacks").record_blocking(|| {
        let called = callback("called", || say!("hello"));
        let dropped = callback("dropped", || say!("never"));
        wait(sleep(ms(100)));
        turn();
        called();
        drop(dropped);
    });
    let chart = run.chart();
    assert_eq!(run.transcript(), ["0.100 called hello"]);
    assert_eq!(states(&chart, "called"), [(State::Lazy, 0, 100), (State::Running, 100, 100)]);
    assert_eq!(row(&chart, "called").polled_by, Some(0));
    assert_eq!(row(&chart, "dropped").end.1, End::Cancelled { by: Some(0), aborted: false });
}

#[test]
fn what_a_callback_wakes_is_woken_by_it_and_not_by_the_loop() {
    let run = Recorder::new("callbacks").record_blocking(|| {
        let (send, receive) = tokio::sync::oneshot::channel();
        let task = tokio::spawn(receive.lane("task"));
        wait(sleep(ms(5))); // meanwhile the task begins to listen
        turn();
        callback("sends", move || send.send(()).unwrap())();
        wait(task).unwrap().unwrap();
    });
    let chart = run.chart();
    assert_eq!(states(&chart, "task")[1].0, State::Waiting(Until::Lane(lane(&chart, "sends"))));
}

#[test]
fn a_function_that_waits_in_vain_is_ended_after_a_virtual_hour() {
    let run = Recorder::new("in vain").record_blocking(|| {
        wait(sleep(ms(100)));
        wait(std::future::pending::<()>());
    });
    let Err(verdict @ Verdict::Deadlock(_)) = &run.outcome else { panic!("{:?}", run.outcome) };
    let expected = format!(
        "nothing can happen any more: main has been waiting since 100 ms at {}:{}, and nothing \
         keeps a waker of it [no-waker]",
        file!(),
        line!() - 7
    );
    assert_eq!(verdict.to_string(), expected);
    assert_eq!(run.elapsed, Duration::from_secs(3600));
}

#[test]
fn a_function_that_spins_or_panics_gets_its_verdict() {
    let run = Recorder::new("spins").watchdog(ms(300)).record_blocking(|| {
        loop {
            turn();
        }
    });
    let verdict = run.outcome.unwrap_err().to_string();
    assert!(verdict.starts_with("main spins: at 0 it was polled "), "{verdict}");
    let run = Recorder::new("panics").record_blocking(|| panic!("a part of the test"));
    assert_eq!(run.chart().rows[0].end.1, End::Panicked("a part of the test".into()));
    assert_eq!(
        run.outcome.map(|(): ()| ()).unwrap_err().to_string(),
        "main panicked: a part of the test [panicked]"
    );
}

#[test]
fn on_the_real_clock_a_timer_ends_a_wait_too() {
    let run = Recorder::new("real").clock(Clock::Real).record_blocking(|| wait(sleep(ms(200))));
    // On a busy machine the polls may take long enough to be seen between its waits.
    let states = states(&run.chart(), "main");
    assert!(states.iter().any(|(state, ..)| *state == State::Waiting(Until::Clock)), "{states:?}");
}

mod event_loops {
    //! asyncio's loop on a timeline: its turns, its callbacks, and its tasks, which it wakes
    //! without wakers.
    use super::*;
    use async_concepts::{
        event_loop::{self, Error, EventLoop},
        record_blocking,
        timeline::Recording,
    };

    #[test]
    fn a_task_that_sets_a_future_wakes_the_one_that_awaits_it() {
        let run = record_blocking("future", || {
            let event_loop = EventLoop::new()?;
            let (future, set) = (event_loop.create_future(), event_loop.create_future::<&str>());
            let also = set.clone();
            let slow = async move {
                event_loop::sleep(ms(100)).await?;
                also.set_result("done")
            };
            event_loop.create_task(slow.lane("slow"))?;
            let waiter = event_loop.create_task(async move { set.await }.lane("waiter"))?;
            let outer = async move { future.set_result(waiter.await?).map(|()| future.result()) };
            event_loop.run_until_complete(outer)?
        });
        let chart = run.chart();
        let slow = lane(&chart, "slow");
        assert!(states(&chart, "slow").contains(&(State::Waiting(Until::Clock), 0, 100)));
        assert!(states(&chart, "waiter").contains(&(State::Waiting(Until::Lane(slow)), 0, 100)));
        assert_eq!(run.output().unwrap(), "done");
    }

    #[test]
    fn a_task_that_ends_wakes_each_of_those_that_await_it() {
        let run = record_blocking("joined", || {
            let event_loop = EventLoop::new()?;
            let work = event_loop.create_task(event_loop::sleep(ms(100)).lane("work"))?;
            for name in ["first", "second", "third"] {
                let work = work.clone();
                event_loop.create_task(async move { work.await }.lane(name))?;
            }
            event_loop.run_until_complete(async move {
                work.await?;
                event_loop::sleep(ms(1)).await
            })
        });
        let chart = run.chart();
        let work = lane(&chart, "work");
        for name in ["first", "second", "third"] {
            let waited = (State::Waiting(Until::Lane(work)), 0, 100);
            assert!(states(&chart, name).contains(&waited), "{name}: {:?}", states(&chart, name));
        }
        run.output().unwrap();
    }

    /// Two tasks await one future, the first of them in a lane beside a neighbour: so that lane is
    /// polled again without a wake, with another waker if it has moved.
    fn in_which_order_two_are_woken(moves_first: bool, lanes: bool) -> Vec<String> {
        let run = record_blocking("order", move || {
            let event_loop = EventLoop::new()?;
            let inner = event_loop.clone();
            event_loop.run_until_complete(async move {
                let future = inner.create_future::<()>();
                let (a, b) = (future.clone(), future.clone());
                let first = async move {
                    if moves_first {
                        event_loop::sleep(ms(1)).await?;
                    }
                    a.await?;
                    say!("first");
                    event_loop::Result::Ok(())
                };
                let neighbour = event_loop::sleep(ms(10));
                let one = inner.create_task(async move {
                    if lanes {
                        futures::join!(first.lane("A"), neighbour.lane("neighbour")).0
                    } else {
                        futures::join!(first, neighbour).0
                    }
                })?;
                let second = async move {
                    event_loop::sleep(ms(5)).await?;
                    b.await?;
                    say!("second");
                    Ok(())
                };
                let two = inner.create_task(second)?;
                event_loop::sleep(ms(20)).await?;
                future.set_result(())?;
                one.await?;
                two.await
            })
        });
        run.lines.iter().map(|line| line.text.clone()).collect()
    }

    /// Trap 2: with another waker than before a lane keeps its place among those that wait.
    #[test]
    fn a_lane_with_a_new_waker_keeps_its_place_in_the_line() {
        for moves_first in [false, true] {
            for lanes in [false, true] {
                let order = in_which_order_two_are_woken(moves_first, lanes);
                assert_eq!(order, ["first", "second"], "moves: {moves_first}, lanes: {lanes}");
            }
        }
    }

    /// A task that gives way, sleeps, is cancelled, refuses once, and cleans up: with or without
    /// lanes around its parts.
    fn cancelled_twice(lanes: bool) -> Recording<Result<(), Error>> {
        fn named<T: 'static>(
            lanes: bool,
            name: &str,
            work: impl Future<Output = T> + 'static,
        ) -> impl Future<Output = T> {
            let work: std::pin::Pin<Box<dyn Future<Output = T>>> = Box::pin(work);
            if lanes { Box::pin(work.lane(name)) } else { work }
        }
        record_blocking("cancel", move || {
            let event_loop = EventLoop::new()?;
            let work = async move {
                event_loop::sleep(Duration::ZERO).await?;
                let refused = named(lanes, "inner", event_loop::sleep(ms(500))).await;
                say!("refuse: {refused:?}");
                let cleaned = event_loop::sleep(ms(500)).await;
                say!("clean up: {cleaned:?}");
                cleaned
            };
            let task = event_loop.create_task(named(lanes, "task", work))?;
            let other = async {
                for turn in 0..4 {
                    say!("turn {turn}");
                    event_loop::sleep(Duration::ZERO).await?;
                }
                Ok(())
            };
            event_loop.create_task(named(lanes, "other", other))?;
            let canceller = async move {
                event_loop::sleep(ms(100)).await?;
                task.cancel();
                event_loop::sleep(ms(100)).await?;
                task.cancel();
                say!("ended: {:?}", task.await);
                Ok(())
            };
            event_loop.run_until_complete(named(lanes, "canceller", canceller))
        })
    }

    #[test]
    fn lanes_change_nothing_about_how_tasks_are_woken_and_cancelled() {
        let (with, without) = (cancelled_twice(true), cancelled_twice(false));
        let lines = |run: &Recording<_>| {
            run.lines.iter().map(|line| (line.at, line.text.clone())).collect::<Vec<_>>()
        };
        assert_eq!(lines(&with), lines(&without));
        assert_eq!(
            with.transcript(),
            [
                "0.000 other turn 0",
                "0.000 other turn 1",
                "0.000 other turn 2",
                "0.000 other turn 3",
                "0.100 task refuse: Err(Cancelled)",
                "0.200 task clean up: Err(Cancelled)",
                "0.200 canceller ended: Err(Cancelled)",
            ]
        );
        let polls = |name| {
            states(&with.chart(), name)
                .into_iter()
                .filter(|(state, ..)| matches!(state, State::Running | State::RunningUnwoken))
                .count()
        };
        assert_eq!(
            polls("task"),
            4,
            "first step, after giving way, and twice because it was cancelled"
        );
        assert_eq!(polls("other"), 5);
        let unwoken = states(&with.chart(), "task")
            .iter()
            .filter(|(state, ..)| *state == State::RunningUnwoken)
            .count();
        assert_eq!(unwoken, 0, "each of its polls has a cause");
        let turns = |run: &Recording<_>| {
            states(&run.chart(), "main").iter().map(|(state, ..)| *state).collect::<Vec<_>>()
        };
        let polled = |run| {
            turns(run)
                .into_iter()
                .filter(|state| matches!(state, State::Running | State::RunningUnwoken))
                .count()
        };
        assert!(
            !turns(&with).contains(&State::RunningUnwoken),
            "the loop does not turn for nothing"
        );
        assert_eq!(polled(&with), polled(&without), "nor more often because it is watched");
    }
}

#[test]
fn a_lane_that_returns_the_error_of_its_cancellation_ends_as_cancelled_and_no_other_does() {
    use async_concepts::event_loop::{Error, EventLoop, sleep};
    let run = async_concepts::record_blocking("cancelled", || {
        let event_loop = EventLoop::new()?;
        let takes_it = async {
            sleep(ms(100)).await?;
            Ok::<(), Error>(())
        };
        let cleans_up = async {
            let cancelled = sleep(ms(100)).await;
            assert!(matches!(cancelled, Err(Error::Cancelled)));
            Ok::<(), Error>(()) // and goes on as if nothing had been
        };
        let takes_it = event_loop.create_task(takes_it.lane("takes it"))?;
        let cleans_up = event_loop.create_task(cleans_up.lane("cleans up"))?;
        let [one, other] = [takes_it.clone(), cleans_up.clone()];
        event_loop.call_later(ms(10), move || {
            one.cancel();
            other.cancel();
        })?;
        assert!(matches!(event_loop.run_until_complete(takes_it), Err(Error::Cancelled)));
        event_loop.run_until_complete(cleans_up)?;
        event_loop.close()
    });
    let chart = run.chart();
    assert_eq!(row(&chart, "takes it").end.1, End::ReturnedCancelled);
    assert_eq!(chart.end_note(row(&chart, "takes it")).as_deref(), Some("cancelled"));
    assert_eq!(row(&chart, "cleans up").end.1, End::Finished);
    run.output().unwrap();
}

#[test]
fn an_error_that_a_task_or_a_callback_returns_ends_its_lane_but_none_inside_it() {
    use async_concepts::event_loop::{Error, EventLoop, gather_return_exceptions};
    async fn fails(error: &'static str) -> Result<(), Error> {
        Err(Error::exception(error))
    }
    let run = async_concepts::record_blocking("errors", || {
        let event_loop = EventLoop::new()?;
        event_loop.set_exception_handler(|_, _| {});
        event_loop
            .call_soon(callback("returns it", || Err::<(), _>(Error::exception("no milk"))))?;
        let inside = callback("inside", || "a result");
        event_loop.call_soon(move || {
            inside();
            Err::<(), _>(Error::exception("no milk"))
        })?;
        let well = async { Ok::<(), Error>(()) };
        let around = async {
            well.lane("ends well").await?;
            fails("no sugar").await
        };
        let tasks = event_loop.clone();
        let all = async move {
            let first = tasks.create_task(fails("no tea").lane("task"))?;
            let second = tasks.create_task(around)?;
            gather_return_exceptions::<Vec<_>, _>([first, second])?.await
        };
        event_loop.run_until_complete(all)?;
        event_loop.close()
    });
    let chart = run.chart();
    run.output().unwrap();
    let json = async_concepts::timeline::to_json(std::slice::from_ref(&chart));
    let read = async_concepts::timeline::from_json(&json).expect("it was just written");
    for chart in [&chart, &read[0]] {
        let end = |name| row(chart, name).end.1.clone();
        assert_eq!(end("returns it"), End::Failed("no milk".into()));
        assert_eq!(end("inside"), End::Finished);
        assert_eq!(end("ends well"), End::Finished);
        assert_eq!(end("task"), End::Failed("no tea".into()));
        assert_eq!(chart.end_note(row(chart, "task")).as_deref(), Some("failed: no tea"));
    }
}
