//! What asyncio has beside loop, future and task: time limits, groups, and asking about tasks.
use super::*;

#[test]
fn a_timeout_cancels_its_body_and_takes_the_request_back() {
    let event_loop = virtual_loop();
    let log = Log::default();
    let said = log.clone();
    event_loop
        .run_until_complete(async move {
            let body = async |_| {
                let slept = sleep(milliseconds(100)).await;
                said.say(&format!("body {slept:?}"));
                slept
            };
            let outcome = timeout(milliseconds(10), body).await;
            said.say(&format!("{outcome:?}"));
            assert_eq!(current_task()?.cancelling(), 0);
            // The task itself goes on.
            sleep(milliseconds(5)).await
        })
        .unwrap();
    assert_eq!(log.lines(), ["10 body Err(Cancelled)", "10 Err(Timeout)"]);
    assert_eq!(event_loop.time(), milliseconds(15));
}

#[test]
fn a_timeout_drops_a_body_that_waits_outside_of_the_loop() {
    let event_loop = virtual_loop();
    let alive = Alive::default();
    let owned = alive.clone();
    let outcome = event_loop.run_until_complete(async move {
        let limited = timeout(milliseconds(10), async move |_| {
            let _owned = owned;
            std::future::pending::<Result<(), Error>>().await
        });
        let limited = limited.await;
        sleep(milliseconds(5)).await?;
        Ok(limited.is_err())
    });
    assert!(outcome.unwrap());
    assert_eq!((alive.0.get(), event_loop.time()), (0, milliseconds(15)));
}

#[test]
fn a_timeout_can_be_rescheduled_and_says_whether_it_expired() {
    let event_loop = virtual_loop();
    let scope = event_loop.run_until_complete(async {
        timeout(milliseconds(10), async |scope| {
            assert_eq!(scope.when(), Some(milliseconds(10)));
            scope.reschedule(milliseconds(50))?;
            sleep(milliseconds(20)).await?;
            scope.reschedule(None)?;
            sleep(milliseconds(100)).await?;
            assert!(!scope.expired());
            Ok(scope)
        })
        .await
    });
    let scope = scope.unwrap();
    assert!(!scope.expired());
    assert!(matches!(scope.reschedule(None), Err(Error::TimeoutIsOver)));
    assert_eq!(event_loop.time(), milliseconds(120));
    let expired = event_loop.run_until_complete(async {
        let mut kept = None;
        let outcome = timeout_at(milliseconds(130), async |scope| {
            kept = Some(scope);
            sleep(milliseconds(100)).await
        });
        assert!(matches!(outcome.await, Err(Error::Timeout)));
        Ok(kept.unwrap())
    });
    assert!(expired.unwrap().expired());
    assert_eq!(event_loop.time(), milliseconds(130));
}

#[test]
fn a_cancel_from_elsewhere_goes_through_a_timeout_as_a_cancel() {
    let event_loop = virtual_loop();
    let task = event_loop
        .create_task(timeout(milliseconds(100), async |_| sleep(milliseconds(200)).await))
        .unwrap();
    let cancelled = task.clone();
    event_loop.call_later(milliseconds(5), move || assert!(cancelled.cancel())).unwrap();
    assert!(matches!(event_loop.run_until_complete(task), Err(Error::Cancelled)));
    assert_eq!(event_loop.time(), milliseconds(5));
    assert!(matches!(event_loop.run_forever(), Err(Error::Idle)));
    assert_eq!(event_loop.time(), milliseconds(5), "the timer is gone");
}

#[test]
fn the_inner_of_two_timeouts_passes_the_cancel_of_the_outer_on() {
    let event_loop = virtual_loop();
    let outcome = event_loop.run_until_complete(async {
        let outer = timeout(milliseconds(10), async |_| {
            let inner = timeout(milliseconds(50), async |_| sleep(milliseconds(99)).await).await;
            assert!(matches!(inner, Err(Error::Cancelled)));
            inner
        });
        outer.await
    });
    assert!(matches!(outcome, Err(Error::Timeout)));
}

#[test]
fn outside_of_a_task_there_is_no_timeout_and_no_group() {
    use futures::FutureExt;
    let no_loop = timeout(milliseconds(1), async |_| Ok(())).now_or_never();
    assert!(matches!(no_loop, Some(Err(Error::NoRunningLoop))));
    let event_loop = virtual_loop();
    let stopped = event_loop.clone();
    event_loop
        .call_soon(move || {
            let no_task = task_group(async |_| Ok(())).now_or_never();
            assert!(matches!(no_task, Some(Err(Error::NoCurrentTask))));
            stopped.stop();
        })
        .unwrap();
    event_loop.run_forever().unwrap();
}

async fn say_after(log: Log, count: u64, line: &str) -> Result<(), Error> {
    let slept = sleep(milliseconds(count)).await;
    log.say(&format!("{line} {slept:?}"));
    slept
}

async fn fail_after(count: u64) -> Result<(), Error> {
    sleep(milliseconds(count)).await?;
    Err(Error::exception(format!("failed at {count}")))
}

#[test]
fn a_task_group_waits_for_its_tasks() {
    let event_loop = virtual_loop();
    let log = Log::default();
    let said = log.clone();
    let value = event_loop.run_until_complete(async move {
        let value = task_group(async |group| {
            group.create_task(say_after(said.clone(), 20, "a"))?;
            group.create_named_task("named", say_after(said.clone(), 10, "b"))?;
            said.say("body");
            Ok(7)
        });
        let value = value.await?;
        said.say("after");
        Ok(value)
    });
    assert_eq!(value.unwrap(), 7);
    assert_eq!(log.lines(), ["0 body", "10 b Ok(())", "20 a Ok(())", "20 after"]);
}

#[test]
fn an_error_in_a_group_cancels_the_others_and_the_body() {
    let event_loop = virtual_loop();
    let log = Log::default();
    let said = log.clone();
    let outcome = event_loop.run_until_complete(async move {
        let outcome = task_group(async |group| {
            group.create_task(say_after(said.clone(), 100, "task"))?;
            group.create_task(fail_after(10))?;
            let slept = sleep(milliseconds(200)).await;
            said.say(&format!("body {slept:?}"));
            assert!(matches!(group.create_task(async { Ok(()) }), Err(Error::TaskGroupIsOver)));
            slept
        });
        let outcome = outcome.await;
        assert_eq!(current_task()?.cancelling(), 0);
        sleep(milliseconds(1)).await?;
        outcome
    });
    assert_eq!(log.lines(), ["10 task Err(Cancelled)", "10 body Err(Cancelled)"]);
    let Err(Error::ExceptionGroup(group)) = outcome else { panic!("{outcome:?}") };
    assert_eq!(group.exceptions().len(), 1);
    assert_eq!(
        group.to_string(),
        "unhandled errors in a task group (1 sub-exception); failed at 10"
    );
}

#[test]
fn a_cancelled_group_cancels_its_tasks_and_waits_for_them() {
    let event_loop = virtual_loop();
    let log = Log::default();
    let said = log.clone();
    let task = event_loop.create_task(async move {
        task_group(async |group| {
            group.create_task(async move {
                let slept = sleep(milliseconds(100)).await;
                sleep(milliseconds(7)).await?;
                said.say(&format!("{slept:?}"));
                slept
            })?;
            Ok(())
        })
        .await
    });
    let task = task.unwrap();
    let cancelled = task.clone();
    event_loop.call_later(milliseconds(5), move || assert!(cancelled.cancel())).unwrap();
    assert!(matches!(event_loop.run_until_complete(task), Err(Error::Cancelled)));
    assert_eq!(log.lines(), ["12 Err(Cancelled)"]);
}

#[test]
fn a_dropped_group_asks_its_tasks_to_cancel() {
    let event_loop = virtual_loop();
    let log = Log::default();
    let said = log.clone();
    event_loop
        .run_until_complete(async move {
            let mut group = Box::pin(task_group(async |group| {
                group.create_task(say_after(said, 100, "task"))?;
                std::future::pending::<Result<(), Error>>().await
            }));
            assert!(futures::poll!(&mut group).is_pending());
            sleep(milliseconds(3)).await?;
            drop(group);
            sleep(milliseconds(3)).await
        })
        .unwrap();
    assert_eq!(log.lines(), ["3 task Err(Cancelled)"]);
}

#[test]
fn requests_to_cancel_are_counted_and_can_be_taken_off_the_count() {
    let event_loop = virtual_loop();
    let task = event_loop.create_task(async {
        let first = sleep(milliseconds(10)).await;
        let this = current_task()?;
        assert_eq!((this.cancelling(), this.uncancel(), this.uncancel()), (1, 0, 0));
        first.map_err(|_| Error::exception("swallowed"))
    });
    let task = task.unwrap();
    assert_eq!(task.cancelling(), 0);
    let cancelled = task.clone();
    event_loop.call_later(milliseconds(1), move || assert!(cancelled.cancel())).unwrap();
    assert_eq!(event_loop.run_until_complete(task).unwrap_err().to_string(), "swallowed");
    let future = event_loop.create_future::<()>();
    assert!(future.cancel());
    assert_eq!((future.cancelling(), future.uncancel()), (0, 0), "only tasks count");
}

#[test]
fn the_message_of_a_cancel_goes_where_the_request_goes() {
    let event_loop = virtual_loop();
    let future = event_loop.create_future::<()>();
    let awaited = future.clone();
    let inner = event_loop.create_task(async move { awaited.await }).unwrap();
    let awaited = inner.clone();
    let outer = event_loop.create_task(async move { awaited.await }).unwrap();
    let cancelled = inner.clone();
    event_loop
        .call_later(milliseconds(1), move || assert!(cancelled.cancel_with_message("too late")))
        .unwrap();
    assert!(matches!(event_loop.run_until_complete(outer.clone()), Err(Error::Cancelled)));
    for message in [future.cancel_message(), inner.cancel_message(), outer.cancel_message()] {
        assert_eq!(message.as_deref(), Some("too late"));
    }
    let silent = event_loop.create_future::<()>();
    silent.cancel();
    assert_eq!(silent.cancel_message(), None);
}

#[test]
fn all_tasks_are_those_that_have_not_ended_and_one_is_the_current_one() {
    let event_loop = virtual_loop();
    assert!(matches!(current_task(), Err(Error::NoRunningLoop)));
    let other = event_loop.create_named_task("other", sleep(milliseconds(5))).unwrap();
    let known = other.clone();
    let names = event_loop.run_until_complete(async move {
        let this = current_task()?;
        assert!(!this.done() && !this.cancelled());
        let _pending = get_running_loop()?.create_future::<()>();
        let mut before: Vec<String> = all_tasks()?.iter().map(|task| task.name()).collect();
        before.sort();
        assert!(all_tasks()?.iter().any(|task| *task == known));
        known.await?;
        assert!(all_tasks()? == [this]);
        Ok(before)
    });
    assert_eq!(names.unwrap(), ["Task-1", "other"]);
    assert!(event_loop.current_task().is_none());
    assert!(event_loop.all_tasks().is_empty());
}

#[test]
fn names_are_numbered_through_all_loops_of_a_thread_and_given_ones_use_no_number() {
    let names = std::thread::spawn(|| {
        let (first, second) = (virtual_loop(), virtual_loop());
        let mut names = vec![];
        for event_loop in [&first, &second, &first] {
            names.push(event_loop.create_task(async { Ok(()) }).unwrap().name());
            event_loop.create_named_task("cook", async { Ok(()) }).unwrap();
        }
        first.close().unwrap();
        second.close().unwrap();
        names
    });
    assert_eq!(names.join().unwrap(), ["Task-1", "Task-2", "Task-3"]);
}

#[test]
fn a_coroutine_can_be_run_from_another_thread() {
    let event_loop = virtual_loop();
    let handle = event_loop.threadsafe_handle();
    let thread = std::thread::spawn(move || {
        let task = handle.run_coroutine_threadsafe(|| async {
            sleep(milliseconds(20)).await?;
            Ok(get_running_loop()?.time().as_millis())
        });
        let fails = handle.run_coroutine_threadsafe(|| async { Err::<(), _>(Error::Timeout) });
        let results = (task.unwrap().result(None), fails.unwrap().result(None));
        handle.call_soon_threadsafe(|| get_running_loop().unwrap().stop()).unwrap();
        results
    });
    event_loop.run_forever().unwrap();
    let (time, failed) = thread.join().unwrap();
    assert_eq!(time.unwrap(), 20);
    assert!(matches!(failed, Err(Error::Timeout)));
}

#[test]
fn a_task_of_another_thread_can_be_waited_for_with_a_limit_and_cancelled() {
    let event_loop = virtual_loop();
    let handle = event_loop.threadsafe_handle();
    let thread = std::thread::spawn(move || {
        let (begins, has_begun) = mpsc::channel();
        let (ended, has_ended) = mpsc::channel();
        let task = handle
            .run_coroutine_threadsafe(move || async move {
                begins.send(()).unwrap();
                let waited = get_running_loop()?.create_future::<()>().await;
                ended.send(matches!(waited, Err(Error::Cancelled))).unwrap();
                waited
            })
            .unwrap();
        has_begun.recv().unwrap();
        assert!(matches!(task.result(milliseconds(1)), Err(Error::Timeout)));
        assert!(!task.done());
        assert!(task.cancel());
        assert!(!task.cancel());
        assert!(matches!(task.result(None), Err(Error::Cancelled)));
        assert!(has_ended.recv().unwrap(), "the coroutine gets the error");
        handle.call_soon_threadsafe(|| get_running_loop().unwrap().stop()).unwrap();
    });
    event_loop.run_forever().unwrap();
    thread.join().unwrap();
}

#[test]
fn a_task_of_a_loop_that_is_closed_gives_an_error_and_not_an_endless_wait() {
    let event_loop = virtual_loop();
    let handle = event_loop.threadsafe_handle();
    let begun = handle.run_coroutine_threadsafe(std::future::pending::<Result<(), Error>>).unwrap();
    event_loop.stop();
    event_loop.run_forever().unwrap();
    let queued = handle.run_coroutine_threadsafe(|| async { Ok(()) }).unwrap();
    event_loop.close().unwrap();
    for task in [begun, queued] {
        assert!(matches!(task.result(None), Err(Error::LoopIsClosed)));
    }
    let refused = handle.run_coroutine_threadsafe(|| async { Ok(()) });
    assert!(matches!(refused, Err(Error::LoopIsClosed)));
}

#[test]
fn a_call_from_another_thread_can_be_cancelled() {
    let event_loop = virtual_loop();
    let handle = event_loop.threadsafe_handle();
    let (sender, receiver) = mpsc::channel();
    let [first, second] = [sender.clone(), sender].map(|sender| move || sender.send(()).unwrap());
    let cancelled = handle.call_soon_threadsafe(first).unwrap();
    let called = handle.call_soon_threadsafe(second).unwrap();
    std::thread::spawn({
        let cancelled = cancelled.clone();
        move || cancelled.cancel()
    })
    .join()
    .unwrap();
    drop(handle);
    assert!(matches!(event_loop.run_forever(), Err(Error::Idle)));
    assert_eq!(receiver.iter().count(), 1, "and the closure of the other was dropped");
    assert!(cancelled.cancelled() && !called.cancelled());
    called.cancel();
    assert!(called.cancelled(), "too late, but it was");
}

/// A scope that was dropped has no request that could still count; in Python, leaving it takes the
/// request back.
#[test]
fn a_timeout_or_a_group_that_is_dropped_takes_its_own_request_off_the_count() {
    let event_loop = virtual_loop();
    let outcome = event_loop.run_until_complete(async {
        let never = get_running_loop()?.create_future::<()>();
        let mut limited = Box::pin(timeout(milliseconds(5), async |_| never.await));
        assert!(futures::poll!(&mut limited).is_pending());
        // The request comes where the task waits, which is here.
        assert!(matches!(sleep(milliseconds(10)).await, Err(Error::Cancelled)));
        assert_eq!(current_task()?.cancelling(), 1);
        drop(limited);
        assert_eq!(current_task()?.cancelling(), 0);
        let mut group = Box::pin(task_group(async |group| {
            group.create_task(fail_after(5))?;
            sleep(milliseconds(100)).await
        }));
        assert!(futures::poll!(&mut group).is_pending());
        assert!(matches!(sleep(milliseconds(10)).await, Err(Error::Cancelled)));
        assert_eq!(current_task()?.cancelling(), 1);
        drop(group);
        assert_eq!(current_task()?.cancelling(), 0);
        Ok(())
    });
    outcome.unwrap();
}
