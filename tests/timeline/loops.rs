//! What wakes the lanes of the project's own event loop: known from the chain of its calls, and not
//! guessed from the time.
use crate::{lane, ms, row, states};
use async_concepts::{
    LaneExt, block, callback,
    event_loop::{
        Error, EventLoop, Future, Result, ReturnWhen, Task, create_task, gather, get_running_loop,
        shield, sleep, timeout, wait, wait_for,
    },
    on_thread, record_blocking, say,
    timeline::{Chart, State, Until},
};
use std::{cell::RefCell, time::Duration};
use tokio::{sync::oneshot, task::spawn_blocking};

/// Records a coroutine that a loop runs to its end. It has no lane, so it is that of `main`.
fn run<F: std::future::Future<Output = Result<()>> + 'static>(
    main: impl FnOnce() -> F + Send + 'static,
) -> Chart {
    let run = record_blocking("loop", move || {
        let event_loop = EventLoop::new()?;
        event_loop.run_until_complete(main())?;
        event_loop.close()
    });
    let chart = run.chart();
    run.output().unwrap();
    chart
}

/// What ended each wait of a lane, with the time of that in milliseconds.
fn woken(chart: &Chart, name: &str) -> Vec<(Until, u128)> {
    let mut all = vec![];
    for (state, _, to) in states(chart, name) {
        if let State::Waiting(until) = state {
            all.push((until, to));
        }
    }
    all
}

/// A task with a lane that sleeps for this many milliseconds.
fn sleeps(name: &str, time: u64) -> Result<Task<()>> {
    create_task(sleep(ms(time)).lane(name))
}

#[test]
fn a_timer_of_the_loop_is_the_clock_also_if_others_are_due_at_the_same_time() {
    let chart = run(|| async {
        let all = [sleeps("A", 100)?, sleeps("B", 100)?];
        for task in all {
            task.await?;
        }
        Ok(())
    });
    for name in ["A", "B"] {
        assert_eq!(woken(&chart, name), [(Until::Clock, 100)], "{name}");
    }
}

#[test]
fn a_timer_of_less_than_a_millisecond_is_the_clock_and_sleep_0_gives_way() {
    let chart = run(|| async {
        create_task(sleep(Duration::from_micros(500)).lane("A"))?.await?;
        create_task(sleep(Duration::ZERO).lane("B"))?.await
    });
    assert_eq!(woken(&chart, "A"), [(Until::Clock, 1)]);
    assert_eq!(woken(&chart, "B"), [], "it is ready at once, and does not wait");
}

#[test]
fn a_task_that_is_cancelled_by_main_is_woken_by_main() {
    let chart = run(|| async {
        let task = sleeps("A", 3000)?;
        sleep(ms(1000)).await?;
        task.cancel();
        assert!(matches!(task.await, Err(Error::Cancelled)));
        Ok(())
    });
    assert_eq!(woken(&chart, "A"), [(Until::Lane(0), 1000)]);
}

#[test]
fn a_task_that_is_cancelled_by_a_lane_is_woken_by_that_lane() {
    let chart = run(|| async {
        let task = sleeps("A", 3000)?;
        let canceller = async move {
            sleep(ms(1000)).await?;
            task.cancel();
            Ok(())
        };
        create_task(canceller.lane("canceller"))?.await
    });
    assert_eq!(woken(&chart, "A"), [(Until::Lane(lane(&chart, "canceller")), 1000)]);
}

#[test]
fn a_task_that_a_callback_cancels_is_woken_by_it_and_without_a_lane_by_its_cause() {
    let chart = run(|| async {
        let event_loop = get_running_loop()?;
        let [named, timed, put_off] = ["named", "timed", "put off"].map(|name| sleeps(name, 3000));
        let (named, timed, put_off) = (named?, timed?, put_off?);
        let named = callback("callback", move || _ = named.cancel());
        event_loop.call_later(ms(1000), named)?;
        event_loop.call_later(ms(1000), move || _ = timed.cancel())?;
        sleep(ms(2000)).await?;
        event_loop.call_soon(move || _ = put_off.cancel())?;
        sleep(ms(2000)).await
    });
    assert_eq!(woken(&chart, "named"), [(Until::Lane(lane(&chart, "callback")), 1000)]);
    assert_eq!(woken(&chart, "timed"), [(Until::Clock, 1000)]);
    assert_eq!(woken(&chart, "put off"), [(Until::Lane(0), 2000)]);
}

#[test]
fn a_lane_that_awaits_a_future_is_woken_by_the_lane_that_sets_it_or_by_main() {
    let chart = run(|| async {
        let event_loop = get_running_loop()?;
        for (name, by) in [("A", Some("slow")), ("B", None)] {
            let future = event_loop.create_future::<()>();
            let awaited = future.clone();
            let waiter = create_task(async move { awaited.await }.lane(name))?;
            let set = async move {
                sleep(ms(100)).await?;
                future.set_result(())
            };
            match by {
                Some(name) => create_task(set.lane(name))?.await?,
                None => set.await?,
            }
            waiter.await?;
        }
        Ok(())
    });
    assert_eq!(woken(&chart, "A"), [(Until::Lane(lane(&chart, "slow")), 100)]);
    assert_eq!(woken(&chart, "B"), [(Until::Lane(0), 200)]);
}

#[test]
fn a_lane_that_awaits_a_task_is_woken_by_the_end_of_that_task_however_it_ends() {
    let chart = run(|| async {
        let done = sleeps("done", 100)?;
        let cancelled = sleeps("cancelled", 3000)?;
        // Cancelled while it awaits nothing of the loop: it is dropped.
        let foreign = async {
            tokio::time::sleep(ms(3000)).await;
            Ok(())
        };
        let dropped = create_task(foreign.lane("dropped"))?;
        for (name, task) in [("A", done.clone()), ("B", cancelled.clone()), ("C", dropped.clone())]
        {
            create_task(async move { task.await }.lane(name))?;
        }
        sleep(ms(200)).await?;
        cancelled.cancel();
        dropped.cancel();
        sleep(ms(100)).await
    });
    for (name, by, at) in [("A", "done", 100), ("B", "cancelled", 200), ("C", "dropped", 200)] {
        assert_eq!(woken(&chart, name), [(Until::Lane(lane(&chart, by)), at)], "{name}");
    }
}

#[test]
fn a_lane_that_gathers_is_woken_by_the_child_that_ends_last() {
    let chart = run(|| async {
        let gathers = async {
            let children = [("A", 100), ("B", 300), ("C", 200)];
            let children = children.map(|(name, time)| sleep(ms(time)).lane(name));
            gather::<Vec<()>, _>(children)?.await
        };
        create_task(gathers.lane("gathers"))?.await?;
        Ok(())
    });
    assert_eq!(woken(&chart, "gathers"), [(Until::Lane(lane(&chart, "B")), 300)]);
}

#[test]
fn a_done_callback_is_caused_by_the_end_of_what_it_was_added_to() {
    let chart = run(|| async {
        let task = sleeps("A", 100)?;
        let other = sleeps("B", 3000)?;
        let cancelled = other.clone();
        task.add_done_callback(move |_| _ = cancelled.cancel());
        assert!(matches!(other.await, Err(Error::Cancelled)));
        Ok(())
    });
    assert_eq!(woken(&chart, "B"), [(Until::Lane(lane(&chart, "A")), 100)]);
}

#[test]
fn a_time_limit_that_is_over_is_the_clock_for_its_owner_who_then_cancels() {
    let chart = run(|| async {
        let limits = async {
            let late = wait_for(sleep(ms(3000)).lane("A"), ms(100)).await;
            assert!(matches!(late, Err(Error::Timeout)));
            Ok(())
        };
        create_task(limits.lane("limits"))?.await?;
        let limited = async {
            let late = timeout(ms(100), async |_| sleep(ms(3000)).await).await;
            assert!(matches!(late, Err(Error::Timeout)));
            Ok(())
        };
        create_task(limited.lane("limited"))?.await
    });
    let limits = lane(&chart, "limits");
    let by_its_end = (Until::Lane(lane(&chart, "A")), 100);
    assert_eq!(woken(&chart, "limits"), [(Until::Clock, 100), by_its_end]);
    assert_eq!(woken(&chart, "A"), [(Until::Lane(limits), 100)]);
    assert_eq!(woken(&chart, "limited"), [(Until::Clock, 200)]);
}

thread_local! {
    /// A future cannot be sent to the thread that has it set.
    static TO_SET: RefCell<Option<Future<()>>> = const { RefCell::new(None) };
}

#[test]
fn what_another_thread_asks_for_comes_from_the_lane_there_or_from_outside() {
    for has_a_lane in [true, false] {
        let chart = run(move || async move {
            let event_loop = get_running_loop()?;
            let future = event_loop.create_future::<()>();
            let awaited = future.clone();
            let waiter = create_task(async move { awaited.await }.lane("A"))?;
            sleep(ms(10)).await?;
            TO_SET.set(Some(future));
            let remote = event_loop.threadsafe_handle();
            let asks = move || {
                remote.call_soon_threadsafe(|| TO_SET.take().unwrap().set_result(())).unwrap();
            };
            match has_a_lane {
                true => drop(spawn_blocking(on_thread("worker", asks))),
                false => drop(spawn_blocking(asks)),
            }
            waiter.await
        });
        let by = if has_a_lane { Until::Lane(lane(&chart, "worker")) } else { Until::Outside };
        assert_eq!(woken(&chart, "A"), [(by, 10)]);
    }
}

#[test]
fn a_job_wakes_what_awaits_it_by_its_end_and_what_it_tells_before_that() {
    let chart = run(|| async {
        let event_loop = get_running_loop()?;
        let (tell, told) = oneshot::channel();
        let job = on_thread("job", move || {
            block(ms(50));
            tell.send(()).unwrap();
            block(ms(50));
        });
        let job = event_loop.run_in_executor(None, job)?;
        let all = [
            create_task(async move { told.await.map_err(Error::exception) }.lane("is told"))?,
            create_task(async move { job.await }.lane("awaits it"))?,
        ];
        for task in all {
            task.await?;
        }
        Ok(())
    });
    let job = Until::Lane(lane(&chart, "job"));
    assert_eq!(woken(&chart, "is told"), [(job, 50)]);
    assert_eq!(woken(&chart, "awaits it"), [(job, 100)]);
}

/// The thread of the pool may be the same: it tells nothing when it begins another job.
#[test]
fn a_job_without_a_lane_wakes_from_outside_also_after_one_with_a_lane() {
    let chart = run(|| async {
        let event_loop = get_running_loop()?;
        event_loop.run_in_executor(None, on_thread("job", || block(ms(50))))?.await?;
        let (tell, told) = oneshot::channel();
        let job = event_loop.run_in_executor(None, move || {
            block(ms(50)); // so that the lane waits already
            tell.send(()).unwrap();
            block(ms(50));
        })?;
        create_task(async move { told.await.map_err(Error::exception) }.lane("is told"))?.await?;
        create_task(async move { job.await }.lane("awaits it"))?.await
    });
    assert_eq!(woken(&chart, "is told"), [(Until::Outside, 100)]);
    assert_eq!(woken(&chart, "awaits it"), [(Until::Outside, 150)]);
}

#[test]
fn main_wakes_what_it_wakes_between_two_runs_of_the_loop() {
    let run = record_blocking("two runs", || {
        let event_loop = EventLoop::new()?;
        let future = event_loop.create_future::<()>();
        let awaited = future.clone();
        let waiter = event_loop.create_task(async move { awaited.await }.lane("A"))?;
        event_loop.run_until_complete(sleep(ms(100)))?;
        future.set_result(())?;
        event_loop.run_until_complete(waiter)?;
        event_loop.close()
    });
    assert_eq!(woken(&run.chart(), "A"), [(Until::Lane(0), 100)]);
    run.output().unwrap();
}

/// What a lane is said to wait for, each wait once.
fn waits_on(chart: &Chart, name: &str) -> Vec<String> {
    let mut all = vec![];
    for span in &row(chart, name).spans {
        for wait in span.places.waits() {
            let on = wait.on.clone().unwrap_or_else(|| format!("no name: {wait:?}"));
            if !all.contains(&on) {
                all.push(on);
            }
        }
    }
    all
}

#[test]
fn a_wait_of_the_loop_has_a_name() {
    let chart = run(|| async {
        let task = sleeps("sleeps", 100)?;
        let awaits = create_task(async move { task.await }.lane("awaits"))?;
        let limits = async { wait_for(sleep(ms(50)), ms(100)).await };
        create_task(limits.lane("limits"))?.await?;
        let limited = async { timeout(ms(100), async |_| sleep(ms(10)).await).await };
        create_task(limited.lane("limited"))?.await?;
        create_task(sleep(Duration::ZERO).lane("gives way"))?.await?;
        say!("main");
        awaits.await
    });
    for (name, on) in [
        ("sleeps", "sleep"),
        ("awaits", "Future"),
        ("limits", "wait_for"),
        ("limited", "sleep"),
        ("gives way", "sleep"),
    ] {
        assert_eq!(waits_on(&chart, name), [on], "{name}");
    }
}

#[test]
fn a_step_tells_an_iteration_and_what_is_queued_and_timed() {
    let chart = run(|| async {
        let event_loop = get_running_loop()?;
        event_loop.call_later(ms(100), callback("late", || say!("late")))?;
        event_loop.call_soon(callback("soon", || say!("soon")))?;
        sleep(ms(200)).await
    });
    let steps = chart.steps();
    let told: Vec<&str> = steps.tracks[0].steps.iter().map(|step| step.sentence.as_str()).collect();
    assert_eq!(
        told,
        [
            "begins and starts its loop.",
            "goes on (its coroutine begins), makes late and soon and waits (sleep).",
            "goes on (its loop begins an iteration) and calls what is in its queue.",
            "begins, prints “soon” and ends.",
            "goes on after soon and waits (sleep).",
            "goes on (the time of late has come) and calls what is in its queue.",
            "begins, prints “late” and ends.",
            "goes on (its coroutine's time has come) and ends its loop's iteration.",
            "goes on (its loop calls its coroutine), queues a callback of run_until_complete() \
             and ends its coroutine.",
            "goes on (its loop begins an iteration), calls a callback of run_until_complete(), \
             stops its loop and ends.",
        ]
    );
    // From the first iteration on, in which all of it was scheduled.
    assert_eq!(
        strips(&chart),
        [
            "main |",
            "soon | late 100 ms, main 200 ms",
            "soon | late 100 ms, main 200 ms",
            "| late 100 ms, main 200 ms",
            "| late 100 ms, main 200 ms",
            "late | main 200 ms",
            "| main 200 ms",
            "main |",
            "a callback of run_until_complete() |",
            "|",
        ]
    );
}

/// After each step what is ready and which timers are set, as the explorer shows it.
fn strips(chart: &Chart) -> Vec<String> {
    let run = chart.steps();
    let mut strips = vec![];
    for step in &run.tracks[0].steps {
        let mut ready = vec![];
        for lane in &step.ready {
            ready.push(run.lanes[*lane].name.as_str());
        }
        for (before, words) in step.ready_callbacks.iter().rev() {
            ready.insert(*before, words);
        }
        let mut timers = vec![];
        for (lane, due) in &step.timers {
            timers.push(format!("{} {due}", run.lanes[*lane].name));
        }
        strips.push(format!("{} | {}", ready.join(" "), timers.join(", ")).trim().to_owned());
    }
    strips
}

/// What each step says, beside what is ready after it.
fn told(chart: &Chart) -> Vec<(String, String)> {
    let run = chart.steps();
    let mut told = vec![];
    for (step, strip) in run.tracks[0].steps.iter().zip(strips(chart)) {
        let (ready, _) = strip.split_once('|').expect("each strip has one");
        let name = &run.lanes[step.lane].name;
        told.push((format!("{name} {}", step.sentence), ready.trim().to_owned()));
    }
    told
}

#[test]
fn callbacks_of_a_future_and_the_task_that_awaits_it_are_queued_in_the_order_of_the_loop() {
    let chart = run(|| async {
        let future = get_running_loop()?.create_future();
        for name in ["A", "B"] {
            let report = callback(name, || say!("called"));
            future.add_done_callback(|_: &Future<()>| report());
        }
        let set = future.clone();
        create_task(async move { set.set_result(()) }.lane("sets"))?;
        future.await?;
        Ok(())
    });
    let told = told(&chart);
    let after = told.iter().position(|(sentence, _)| sentence.starts_with("sets")).expect("a step");
    assert_eq!(told[after].1, "A B main", "{told:?}");
    let mut left = vec![];
    for (sentence, ready) in &told[after + 1..] {
        if sentence.contains("prints") {
            left.push(ready.as_str());
        }
    }
    assert_eq!(left, ["B main", "main"], "{told:?}");
}

#[test]
fn what_another_thread_asks_for_is_queued_from_then_on() {
    let run = record_blocking("asked", || {
        let event_loop = EventLoop::new()?;
        let handle = event_loop.threadsafe_handle();
        let stop = event_loop.clone();
        event_loop.call_later(ms(300), move || stop.stop())?;
        let asks = on_thread("thread", move || {
            block(ms(100));
            handle.call_soon_threadsafe(callback("asked", || say!("called"))).map(|_| ())
        });
        let thread = std::thread::spawn(asks);
        event_loop.run_forever()?;
        thread.join().expect("it does not panic")?;
        event_loop.close()
    });
    let chart = run.chart();
    run.output().expect("no error");
    let strips = strips(&chart);
    let told = told(&chart);
    let wakes = "wakes the loop of main";
    let asks = told.iter().position(|(sentence, _)| sentence.contains(wakes)).expect("a step");
    assert_eq!(strips[asks], "asked | main 300 ms", "{told:?}");
    let called =
        told.iter().position(|(sentence, _)| sentence.starts_with("asked")).expect("a step");
    assert_eq!(strips[called], "| main 300 ms", "{told:?}");
}

#[test]
fn a_timer_that_is_cancelled_is_gone_and_one_that_is_overdue_is_not() {
    let chart = run(|| async {
        let event_loop = get_running_loop()?;
        let cancelled = event_loop.call_later(ms(300), callback("cancelled", || ()))?;
        event_loop.call_later(ms(200), callback("overdue", || ()))?;
        sleep(ms(100)).await?;
        cancelled.cancel();
        block(ms(150));
        sleep(ms(50)).await
    });
    assert_eq!(
        strips(&chart),
        [
            "main |",
            "| main 100 ms, overdue 200 ms, cancelled 300 ms",
            "main | overdue 200 ms, cancelled 300 ms",
            "| overdue 200 ms",
            "overdue | main 300 ms",
            "overdue | main 300 ms",
            "| main 300 ms",
            "main |",
            "a callback of run_until_complete() |",
            "|",
        ]
    );
}

/// For which lanes a lane waits in a loop, each time that this was told, and for how many other
/// tasks.
fn awaited(chart: &Chart, lane: &str) -> Vec<(String, usize)> {
    let mut all = vec![];
    for awaits in chart.awaits.iter().filter(|awaits| chart.rows[awaits.from.by].name == lane) {
        let names: Vec<&str> =
            awaits.lanes.iter().map(|lane| chart.rows[*lane].name.as_str()).collect();
        all.push((names.join(" "), awaits.unseen));
    }
    all.dedup();
    all
}

#[test]
fn main_waits_for_the_tasks_that_the_coroutine_without_a_lane_awaits() {
    let chart = run(|| async {
        let a = sleeps("A", 30)?;
        let b = sleeps("B", 20)?;
        let without_a_lane = create_task(sleep(ms(10)))?;
        sleep(ms(5)).await?; // a timer, and no task
        gather::<Vec<()>, _>([a.clone(), b, without_a_lane])?.await?;
        // An await that is over in the step in which it began is not waited for any more.
        let c = sleeps("C", 50)?;
        futures::future::select(c.into_future(), std::future::ready(())).await;
        sleeps("D", 1)?.await?;
        wait_for(sleeps("E", 1)?, ms(5)).await?;
        shield(sleeps("F", 1)?)?.await?;
        wait([sleeps("G", 1)?, sleeps("H", 1)?], None, ReturnWhen::AllCompleted).await?;
        Ok(())
    });
    let told = [("", 0), ("A B", 1), ("D", 0), ("E", 0), ("F", 0), ("G H", 0), ("", 0)];
    assert_eq!(awaited(&chart, "main"), told.map(|(names, unseen)| (names.to_owned(), unseen)));
}

#[test]
fn main_waits_for_the_lane_until_whose_end_it_runs_a_loop() {
    let run = record_blocking("lane", || {
        let event_loop = EventLoop::new()?;
        let whole = async {
            // An await that is over in the poll in which it began is not waited for any more.
            let dropped = sleeps("dropped", 5)?.into_future();
            futures::future::select(dropped, std::future::ready(())).await;
            let inner = sleeps("A", 10)?;
            inner.await
        };
        event_loop.run_until_complete(whole.lane("whole"))?;
        // Two lanes in one coroutine: which of them ends the task is not known.
        let both = async {
            let naps = [sleep(ms(1)).lane("B"), sleep(ms(2)).lane("C")];
            futures::future::join_all(naps).await;
            Ok(())
        };
        event_loop.run_until_complete(both)?;
        event_loop.close()
    });
    let told = [("whole", 0), ("", 0)];
    let chart = run.chart();
    assert_eq!(awaited(&chart, "main"), told.map(|(names, unseen)| (names.to_owned(), unseen)));
    let told = [("dropped", 0), ("", 0), ("A", 0)];
    assert_eq!(awaited(&chart, "whole"), told.map(|(names, unseen)| (names.to_owned(), unseen)));
}
