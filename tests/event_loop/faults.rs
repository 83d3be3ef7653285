//! Destructors that panic, extreme durations, other runtimes, and what asyncio refuses.
use super::*;
use async_concepts::event_loop::{CallRef, Instrument};

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("at the disco");
        }
    }
}

/// A loop whose reports are written down.
fn loop_with_reports() -> (EventLoop, Log) {
    let event_loop = virtual_loop();
    let log = Log::default();
    let heard = log.clone();
    event_loop.set_exception_handler(move |_, context| {
        let exception = context.exception.as_ref().map(|error| format!(": {error}"));
        heard.0.borrow_mut().push(format!("{}{}", context.message, exception.unwrap_or_default()));
    });
    (event_loop, log)
}

const BOMB: &str = "exception in a destructor: panicked: at the disco";

#[test]
fn a_task_ends_even_if_a_destructor_panics_when_it_is_cancelled() {
    let (event_loop, log) = loop_with_reports();
    let task = event_loop.create_task(async {
        let _bomb = Bomb;
        std::future::pending::<Result<(), Error>>().await
    });
    let task = task.unwrap();
    let cancelled = task.clone();
    event_loop.call_later(milliseconds(5), move || assert!(cancelled.cancel())).unwrap();
    assert!(matches!(event_loop.run_until_complete(task.clone()), Err(Error::Cancelled)));
    assert!(task.cancelled());
    assert_eq!(log.lines(), [BOMB]);
}

#[test]
fn a_task_that_is_cancelled_before_its_first_step_ends_even_if_a_destructor_panics() {
    let (event_loop, log) = loop_with_reports();
    let bomb = Bomb;
    let task = event_loop.create_task(async move {
        let _bomb = bomb;
        Ok(())
    });
    let task = task.unwrap();
    task.cancel();
    assert!(matches!(event_loop.run_until_complete(task), Err(Error::Cancelled)));
    assert_eq!(log.lines(), [BOMB]);
}

#[test]
fn a_task_that_returns_or_fails_ends_even_if_a_destructor_panics() {
    let (event_loop, log) = loop_with_reports();
    let bomb = Rc::new(RefCell::new(Some(Bomb)));
    let owned = bomb.clone();
    // The bomb is owned by the future itself, not by a local of its body.
    let coroutine = std::future::poll_fn(move |_| {
        let _ = &owned;
        std::task::Poll::Ready(Ok::<_, Error>(3))
    });
    let task = event_loop.create_task(coroutine).unwrap();
    drop(bomb);
    assert_eq!(event_loop.run_until_complete(task).unwrap(), 3);
    assert_eq!(log.lines(), [BOMB]);
}

#[test]
fn destructors_that_panic_do_not_stop_the_closing_of_a_loop() {
    let (event_loop, log) = loop_with_reports();
    let alive = Alive::default();
    for _ in 0..3 {
        let (bombs, owned) = ([(); 4].map(|()| Bomb), alive.clone());
        let [soon, later, task, callback] = bombs;
        event_loop.call_soon(move || drop(soon)).unwrap();
        event_loop.call_later(milliseconds(1), move || drop(later)).unwrap();
        event_loop
            .create_task(async move {
                let _task = task;
                sleep(milliseconds(1)).await
            })
            .unwrap();
        let future = event_loop.create_future::<()>();
        let itself = future.clone();
        future.add_done_callback(move |_| drop((callback, itself, owned)));
    }
    event_loop.close().unwrap();
    assert_eq!(alive.0.get(), 0, "everything is dropped");
    // Outside of a run they go to the standard error stream.
    assert!(log.lines().is_empty());
}

#[test]
fn a_cancelled_timer_leaves_the_list_even_if_its_destructor_panics() {
    let (event_loop, log) = loop_with_reports();
    let (bomb, running) = (Bomb, event_loop.clone());
    event_loop
        .call_soon(move || {
            let timer = running.call_later(milliseconds(9), move || drop(bomb))?;
            timer.cancel();
            running.call_later(milliseconds(2), || ())
        })
        .unwrap();
    assert!(matches!(event_loop.run_forever(), Err(Error::Idle)));
    assert_eq!((event_loop.time(), log.lines()), (milliseconds(2), vec![BOMB.to_owned()]));
}

#[test]
fn a_panic_of_the_exception_handler_does_not_stop_the_loop() {
    let event_loop = virtual_loop();
    event_loop.set_exception_handler(|_, _| panic!("a part of the test"));
    event_loop.call_soon(|| Err::<(), _>(Error::exception("first"))).unwrap();
    let stopped = event_loop.clone();
    event_loop.call_soon(move || stopped.stop()).unwrap();
    event_loop.run_forever().unwrap();
}

#[test]
fn an_instrument_that_panics_ends_the_callback_or_the_run_that_it_is_told_of() {
    struct Fragile;
    impl Instrument for Fragile {
        fn call_ready(&self, _: &CallRef<'_>) {
            // Not of the calls that the test makes before the loop runs.
            assert!(get_running_loop().is_err(), "a call is ready");
        }
        fn before_wait(&self, _: Option<Duration>) {
            panic!("a wait begins");
        }
    }
    let (event_loop, log) = loop_with_reports();
    event_loop.add_instrument(Rc::new(Fragile));
    let inner = event_loop.clone();
    event_loop.call_soon(move || drop(inner.call_soon(|| ()))).unwrap();
    let handle = event_loop.threadsafe_handle(); // keeps the loop from being idle
    let run = std::panic::AssertUnwindSafe(|| event_loop.run_forever());
    let panic = std::panic::catch_unwind(run).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&"a wait begins"));
    assert_eq!(log.lines(), ["exception in a callback: panicked: a call is ready"]);
    drop(handle);
}

#[test]
fn exceptions_that_were_never_retrieved_are_reported() {
    let (event_loop, log) = loop_with_reports();
    let fail = || async { Err::<(), _>(Error::exception("failed")) };
    drop(event_loop.create_task(fail()).unwrap());
    assert!(matches!(event_loop.run_forever(), Err(Error::Idle)));
    assert_eq!(log.lines(), ["task exception was never retrieved: failed"]);
    let future = event_loop.create_future::<()>();
    future.set_exception(Error::exception("unseen")).unwrap();
    drop(future);
    assert_eq!(log.lines()[1], "future exception was never retrieved: unseen");
    // To ask for it is enough, by any of these methods; and so is gather, whose outer future has it
    // then.
    let asked = event_loop.create_task(fail()).unwrap();
    let awaited = event_loop.create_task(fail()).unwrap();
    let gathered: Future<Vec<()>> = gather([event_loop.create_task(fail()).unwrap()]).unwrap();
    assert!(event_loop.run_until_complete(awaited).is_err());
    assert!(event_loop.run_until_complete(gathered).is_err());
    assert!(asked.exception().is_ok());
    drop(asked);
    assert_eq!(log.lines().len(), 2);
}

#[test]
fn the_largest_duration_is_a_time_like_others() {
    let event_loop = virtual_loop();
    let log = Log::default();
    for (delay, name) in [(Duration::MAX, "last"), (Duration::from_secs(1), "first")] {
        let log = log.clone();
        let say = move || log.0.borrow_mut().push(name.to_owned());
        event_loop.call_later(delay, say).unwrap();
    }
    let waited = event_loop.run_until_complete(async {
        let never = get_running_loop()?.create_future::<()>();
        wait_for(never, Duration::MAX).await
    });
    assert!(matches!(waited, Err(Error::Timeout)));
    assert_eq!(log.lines(), ["first", "last"]);
    let late = event_loop.call_later(Duration::MAX, || ()).unwrap();
    assert!(late.when() >= event_loop.call_later(Duration::ZERO, || ()).unwrap().when());
    for event_loop in [EventLoop::with_driver(StdDriver::new()), EventLoop::new().unwrap()] {
        event_loop.call_later(Duration::MAX, || ()).unwrap();
        let slept = event_loop.run_until_complete(sleep(milliseconds(1)));
        assert!(slept.is_ok());
    }
}

#[test]
fn a_task_refuses_a_result_that_is_set_from_outside() {
    let event_loop = virtual_loop();
    let alive = Alive::default();
    let owned = alive.clone();
    let task = event_loop.create_task(async move {
        let _owned = owned;
        sleep(milliseconds(1)).await?;
        Ok(1)
    });
    let task = task.unwrap();
    assert!(matches!(task.set_result(2), Err(Error::TaskSetsItself)));
    assert!(matches!(task.set_exception(Error::Timeout), Err(Error::TaskSetsItself)));
    assert_eq!(event_loop.run_until_complete(task).unwrap(), 1);
    assert_eq!(alive.0.get(), 0);
}

#[test]
fn futures_of_another_loop_are_refused() {
    let other = virtual_loop();
    let foreign = || other.create_future::<u8>();
    let event_loop = virtual_loop();
    assert!(matches!(event_loop.ensure_future(foreign()), Err(Error::OtherLoop)));
    assert!(matches!(event_loop.run_until_complete(foreign()), Err(Error::OtherLoop)));
    let (first, second) = (foreign(), foreign());
    let own = event_loop.create_future::<u8>();
    let gathered = gather::<Vec<u8>, _>([own, first.clone()]);
    assert!(matches!(gathered, Err(Error::OtherLoop)));
    let outcome = event_loop.run_until_complete(async move {
        let all = ReturnWhen::AllCompleted;
        assert!(matches!(wait([first.clone()], None, all).await, Err(Error::OtherLoop)));
        let limited = wait_for(first.clone(), milliseconds(1)).await;
        assert!(matches!(limited, Err(Error::OtherLoop)));
        assert!(matches!(as_completed([first], None).map(drop), Err(Error::OtherLoop)));
        // As in asyncio a gather of them alone is one of theirs, and cannot be awaited here.
        gather::<Vec<u8>, _>([second])?.await
    });
    assert!(matches!(outcome, Err(Error::OtherLoop)));
}

#[test]
fn awaiting_oneself_or_another_loops_future_raises_an_iteration_later() {
    let event_loop = virtual_loop();
    let log = Log::default();
    let foreign = virtual_loop().create_future::<()>();
    let said = log.clone();
    let task = event_loop.create_task(async move {
        let outcome = foreign.await;
        said.say(&outcome.unwrap_err().to_string());
        Ok(())
    });
    let (said, running) = (log.clone(), event_loop.clone());
    event_loop
        .call_soon(move || {
            said.say("the same iteration");
            running.call_soon(move || said.say("the next iteration"))
        })
        .unwrap();
    event_loop.run_until_complete(task.unwrap()).unwrap();
    assert_eq!(
        log.lines(),
        [
            "0 the same iteration",
            "0 the future belongs to another event loop: await it in a task of that loop",
            "0 the next iteration",
        ]
    );
}

thread_local! {
    /// What the clone of a [`Curious`] waker does. A waker itself must be `Send`, and a future of
    /// the loop is not.
    static ON_CLONE: RefCell<Option<Box<dyn Fn()>>> = RefCell::default();
}

/// A waker of another executor, whose clone runs code of the program.
struct Curious;

impl hooked_waker::Hook for Curious {
    fn cloned(&self) -> Option<hooked_waker::Hooked> {
        ON_CLONE.with_borrow(|on_clone| on_clone.as_ref().unwrap()());
        None
    }

    fn woken(&self) {}
}

#[test]
fn a_waker_of_another_executor_may_use_the_future_while_it_is_cloned() {
    let future = virtual_loop().create_future::<()>();
    let clones = Rc::new(Cell::new(0));
    let (used, counted) = (future.clone(), clones.clone());
    ON_CLONE.set(Some(Box::new(move || {
        used.add_done_callback(|_| ());
        counted.set(counted.get() + 1);
    })));
    let mut wait = Box::pin(future.into_future());
    // The second waker takes the place of the first.
    for _ in 0..2 {
        let waker = hooked_waker::waker(std::sync::Arc::new(Box::new(Curious)));
        let mut context = std::task::Context::from_waker(&waker);
        assert!(wait.poll_unpin(&mut context).is_pending());
    }
    assert!(clones.get() >= 2);
    ON_CLONE.take();
}

#[test]
fn inside_a_tokio_runtime_a_loop_can_be_made_and_says_that_it_cannot_run() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let event_loop = EventLoop::new().unwrap();
        assert!(event_loop.time() < Duration::from_secs(60));
        assert!(matches!(event_loop.run_forever(), Err(Error::InsideAnotherRuntime)));
        let on_a_pool = tokio::task::spawn_blocking(|| {
            let event_loop = EventLoop::new().unwrap();
            event_loop.run_until_complete(sleep(milliseconds(1))).map_err(|error| error.to_string())
        });
        assert_eq!(on_a_pool.await.unwrap(), Ok(()));
    });
}

#[test]
fn a_loop_whose_job_still_runs_is_dropped_without_waiting() {
    let event_loop = EventLoop::new().unwrap();
    let (release, blocked) = mpsc::channel::<()>();
    let (begins, has_begun) = mpsc::channel();
    let work = move || {
        begins.send(()).unwrap();
        blocked.recv()
    };
    let _pending = event_loop.run_in_executor(None, work).unwrap();
    has_begun.recv().unwrap();
    event_loop.stop();
    event_loop.run_forever().unwrap();
    event_loop.close().unwrap();
    drop(event_loop);
    // It would have waited for this.
    release.send(()).unwrap();
}

#[test]
fn the_future_of_a_job_is_cancelled_at_once_and_is_no_task() {
    let event_loop = virtual_loop();
    let (release, blocked) = mpsc::channel::<()>();
    let future = event_loop.run_in_executor(None, move || blocked.recv().is_ok()).unwrap();
    assert!(future.cancel());
    assert!(future.cancelled());
    assert_eq!(future.name(), "Future");
    release.send(()).unwrap();
    assert!(matches!(event_loop.run_forever(), Err(Error::Idle)));
}

#[test]
fn a_job_that_panics_or_is_dropped_ends_its_future() {
    let event_loop = virtual_loop();
    let panics = event_loop.run_in_executor::<()>(None, || panic!("at the disco")).unwrap();
    let outcome = event_loop.run_until_complete(panics);
    assert!(matches!(outcome, Err(Error::Panicked(message)) if &*message == "at the disco"));
    let dropped = event_loop.run_in_executor(Some(&drop), || 1).unwrap();
    assert!(matches!(event_loop.run_until_complete(dropped), Err(Error::Cancelled)));
}

#[test]
fn a_wait_for_the_next_result_that_times_out_takes_no_result_with_it() {
    let event_loop = virtual_loop();
    let log = Log::default();
    let said = log.clone();
    let after = |count, name| async move {
        sleep(milliseconds(count)).await?;
        Ok(name)
    };
    event_loop
        .run_until_complete(async move {
            let mut all = as_completed([after(10, "a"), after(20, "b")], None)?;
            let first = wait_for(all.next().unwrap(), milliseconds(5)).await;
            said.say(&format!("{first:?}"));
            said.say(all.next().unwrap().await?);
            Ok(())
        })
        .unwrap();
    assert_eq!(log.lines(), ["5 Err(Timeout)", "10 a"]);
}

#[test]
fn a_dropped_wait_for_the_next_result_leaves_it_to_the_others() {
    let event_loop = virtual_loop();
    let outcome = event_loop.run_until_complete(async {
        let running = get_running_loop()?;
        let (first, second) = (running.create_future(), running.create_future::<u8>());
        let mut all = as_completed([first.clone(), second], None)?;
        let (mut dropped, mut kept) =
            (Box::pin(all.next().unwrap()), Box::pin(all.next().unwrap()));
        assert!(futures::poll!(&mut dropped).is_pending());
        assert!(futures::poll!(&mut kept).is_pending());
        first.set_result(1)?;
        // The callback has given the result to the one that waits longest.
        sleep(Duration::ZERO).await?;
        drop(dropped);
        kept.await
    });
    assert_eq!(outcome.unwrap(), 1);
}

#[test]
fn as_completed_leaves_no_callback_behind_when_its_time_is_up() {
    let event_loop = virtual_loop();
    let forever = event_loop.create_future::<Rc<Alive>>();
    let shared = forever.clone();
    event_loop
        .run_until_complete(async move {
            for _ in 0..100 {
                for next in as_completed([shared.clone()], milliseconds(1))? {
                    assert!(matches!(next.await, Err(Error::Timeout)));
                }
            }
            Ok(())
        })
        .unwrap();
    // A callback that was left behind would still be called.
    let calls = Rc::new(Cell::new(0));
    struct Count(Rc<Cell<usize>>);
    impl async_concepts::event_loop::Instrument for Count {
        fn call_begins(&self, _: &async_concepts::event_loop::CallRef<'_>) {
            self.0.set(self.0.get() + 1);
        }
    }
    event_loop.add_instrument(Rc::new(Count(calls.clone())));
    forever.set_result(Rc::default()).unwrap();
    assert!(matches!(event_loop.run_forever(), Err(Error::Idle)));
    assert_eq!(calls.get(), 0);
}

#[test]
fn wait_for_without_a_limit_makes_no_task() {
    let event_loop = virtual_loop();
    let names = event_loop.run_until_complete(async {
        let name = || async { Ok(current_task()?.name()) };
        Ok((wait_for(name(), None).await?, wait_for(name(), milliseconds(1)).await?))
    });
    let (in_place, as_a_task) = names.unwrap();
    assert_ne!(in_place, as_a_task);
    assert_eq!(event_loop.create_task(async { Ok(()) }).unwrap().name(), "Task-3");
}

#[test]
fn wait_for_loses_a_cancel_that_meets_a_result_as_in_311() {
    let event_loop = virtual_loop();
    let future = event_loop.create_future();
    let waiter = event_loop.create_task(wait_for(future.clone(), milliseconds(100))).unwrap();
    let cancelled = waiter.clone();
    event_loop
        .call_later(milliseconds(5), move || {
            future.set_result(1)?;
            assert!(cancelled.cancel());
            Ok::<_, Error>(())
        })
        .unwrap();
    assert_eq!(event_loop.run_until_complete(waiter).unwrap(), 1);
}

#[test]
fn a_result_set_by_hand_on_a_shield_is_an_exception_in_a_callback() {
    let (event_loop, log) = loop_with_reports();
    let inner = event_loop.create_future();
    let outer = shield(inner.clone()).unwrap();
    outer.add_done_callback({
        let inner = inner.clone();
        move |_| inner.set_result(1)
    });
    inner.set_result(2).unwrap();
    outer.set_result(3).unwrap();
    assert!(matches!(event_loop.run_forever(), Err(Error::Idle)));
    assert!(log.lines()[0].starts_with("exception in a callback: the future is done"));
}

#[test]
fn a_panic_while_a_remote_coroutine_is_made_is_told_to_the_thread_that_asked_and_reported() {
    let (event_loop, log) = loop_with_reports();
    let task = event_loop
        .threadsafe_handle()
        .run_coroutine_threadsafe(|| {
            // It is called only while the loop runs, so the coroutine is never made.
            assert!(get_running_loop().is_err(), "at the disco");
            async { Ok(()) }
        })
        .unwrap();
    event_loop.stop();
    event_loop.run_forever().unwrap();
    let outcome = task.result(Duration::ZERO);
    assert!(
        matches!(&outcome, Err(Error::Panicked(text)) if &**text == "at the disco"),
        "{outcome:?}"
    );
    assert_eq!(log.lines(), ["exception in a callback: panicked: at the disco"]);
}

#[test]
fn a_loop_that_is_kept_to_the_end_of_its_thread_is_dropped_there() {
    thread_local! {
        static KEPT: RefCell<Option<EventLoop>> = const { RefCell::new(None) };
    }
    let thread = std::thread::spawn(|| {
        // Before the loop uses variables of the thread of its own: those are destroyed first then.
        KEPT.set(None);
        let event_loop = virtual_loop();
        event_loop.run_until_complete(async { Ok(String::from("a result")) }).unwrap();
        let owned = String::from("owned by a callback");
        event_loop.call_soon(move || drop(owned)).unwrap();
        KEPT.set(Some(event_loop));
    });
    thread.join().unwrap();
}
