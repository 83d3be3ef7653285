//! The event loop's interface, its order on random programs, and what it leaves in memory.

mod api;
mod depth;
mod edges;
mod faults;
mod instruments;
mod timers;
mod wakes;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use async_concepts::event_loop::{
    Driver, Error, EventLoop, Future, ReturnWhen, StdDriver, TokioDriver, VirtualDriver, all_tasks,
    as_completed, create_task, current_task, gather, gather_return_exceptions, get_running_loop,
    shield, sleep, task_group, timeout, timeout_at, wait, wait_for,
};
use futures::FutureExt;
use futures::stream::{FuturesUnordered, StreamExt};

fn milliseconds(count: u64) -> Duration {
    Duration::from_millis(count)
}

fn virtual_loop() -> EventLoop {
    EventLoop::with_driver(VirtualDriver::new())
}

/// Lines with the virtual time at which they were written.
#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    fn say(&self, line: &str) {
        let time = get_running_loop().map_or(0, |running| running.time().as_millis());
        self.0.borrow_mut().push(format!("{time} {line}"));
    }

    fn lines(&self) -> Vec<String> {
        self.0.borrow().clone()
    }
}

/// Counts how many of its clones were dropped.
#[derive(Default)]
struct Alive(Rc<Cell<usize>>);

impl Clone for Alive {
    fn clone(&self) -> Self {
        self.0.set(self.0.get() + 1);
        Self(self.0.clone())
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.set(self.0.get().wrapping_sub(1));
    }
}

mod the_loop {
    use super::*;

    #[test]
    fn hello_world_runs_and_stops() {
        let event_loop = virtual_loop();
        let log = Log::default();
        let (hello, stopped) = (log.clone(), event_loop.clone());
        event_loop
            .call_soon(move || {
                hello.say("Hello World");
                stopped.stop();
            })
            .unwrap();
        assert!(!event_loop.is_running());
        event_loop.run_forever().unwrap();
        event_loop.close().unwrap();
        assert!(event_loop.is_closed());
        assert_eq!(log.lines(), ["0 Hello World"]);
    }

    #[test]
    fn stop_before_the_start_makes_one_turn() {
        let event_loop = virtual_loop();
        let log = Log::default();
        let (first, second, again) = (log.clone(), log.clone(), event_loop.clone());
        event_loop
            .call_soon(move || {
                first.say("first turn");
                again.call_soon(move || second.say("second turn"))
            })
            .unwrap();
        event_loop.stop();
        event_loop.run_forever().unwrap();
        assert_eq!(log.lines(), ["0 first turn"]);
        assert!(matches!(event_loop.run_forever(), Err(Error::Idle)));
        assert_eq!(log.lines(), ["0 first turn", "0 second turn"]);
    }

    #[test]
    fn a_loop_that_would_wait_for_ever_says_so() {
        for event_loop in
            [virtual_loop(), EventLoop::with_driver(StdDriver::new()), EventLoop::new().unwrap()]
        {
            let cancelled = event_loop.clone();
            event_loop.call_soon(move || cancelled.stop()).unwrap().cancel();
            let error = event_loop.run_forever().unwrap_err();
            assert!(error.to_string().contains("would wait for ever"), "{error}");
        }
    }

    #[test]
    fn a_task_that_waits_in_vain_leaves_the_loop_idle() {
        let event_loop = virtual_loop();
        let outcome = event_loop.run_until_complete(async {
            // Something that needs a waker, for a while.
            let (sender, receiver) = futures::channel::oneshot::channel();
            create_task(async move { sender.send(()).map_err(|()| Error::Timeout) })?;
            receiver.await.unwrap();
            get_running_loop()?.create_future::<()>().await
        });
        assert!(matches!(outcome, Err(Error::Idle)));
    }

    #[test]
    fn running_twice_is_refused() {
        let event_loop = virtual_loop();
        let inner = event_loop.clone();
        let outcome = event_loop.run_until_complete(async move {
            assert!(inner.is_running());
            assert!(matches!(inner.close(), Err(Error::LoopIsRunning)));
            assert!(matches!(virtual_loop().run_forever(), Err(Error::AnotherLoopIsRunning)));
            inner.run_forever()
        });
        assert!(matches!(outcome, Err(Error::LoopIsRunning)));
        assert!(!event_loop.is_running());
    }

    #[test]
    fn a_closed_loop_refuses_everything() {
        let event_loop = virtual_loop();
        let handle = event_loop.threadsafe_handle();
        event_loop.close().unwrap();
        event_loop.close().unwrap();
        assert!(matches!(event_loop.run_forever(), Err(Error::LoopIsClosed)));
        assert!(matches!(event_loop.call_soon(|| ()), Err(Error::LoopIsClosed)));
        assert!(matches!(event_loop.call_later(Duration::ZERO, || ()), Err(Error::LoopIsClosed)));
        assert!(matches!(event_loop.create_task(async { Ok(()) }), Err(Error::LoopIsClosed)));
        assert!(matches!(
            event_loop.run_until_complete(async { Ok(()) }),
            Err(Error::LoopIsClosed)
        ));
        assert!(matches!(event_loop.run_in_executor(None, || ()), Err(Error::LoopIsClosed)));
        assert!(matches!(handle.call_soon_threadsafe(|| ()), Err(Error::LoopIsClosed)));
    }

    #[test]
    fn stop_under_run_until_complete_is_an_error() {
        let event_loop = virtual_loop();
        let future = event_loop.create_future::<()>();
        let stopped = event_loop.clone();
        event_loop.call_soon(move || stopped.stop()).unwrap();
        assert!(matches!(event_loop.run_until_complete(future), Err(Error::LoopStopped)));
    }

    #[test]
    fn there_is_no_running_loop_outside_or_on_another_thread() {
        assert!(matches!(get_running_loop(), Err(Error::NoRunningLoop)));
        let elsewhere = virtual_loop().run_until_complete(async {
            Ok(std::thread::spawn(|| {
                get_running_loop().map(drop).map_err(|error| error.to_string())
            })
            .join()
            .unwrap())
        });
        let message = elsewhere.unwrap().unwrap_err();
        assert!(message.contains("by a `ThreadsafeHandle`"), "{message:?}");
    }

    #[test]
    fn errors_and_panics_go_to_the_exception_handler_and_the_loop_goes_on() {
        let event_loop = virtual_loop();
        let log = Log::default();
        let heard = log.clone();
        event_loop.set_exception_handler(move |_, context| {
            heard.say(&format!("{}: {}", context.message, context.exception.as_ref().unwrap()));
        });
        event_loop.call_soon(|| Err::<(), _>(Error::exception("out of cheese"))).unwrap();
        event_loop.call_soon(|| -> () { panic!("at the disco") }).unwrap();
        let (last, stopped) = (log.clone(), event_loop.clone());
        event_loop
            .call_soon(move || {
                last.say("still running");
                stopped.stop();
            })
            .unwrap();
        event_loop.run_forever().unwrap();
        assert_eq!(
            log.lines(),
            [
                "0 exception in a callback: out of cheese",
                "0 exception in a callback: panicked: at the disco",
                "0 still running"
            ]
        );
    }

    #[test]
    fn debug_mode_reports_slow_callbacks_by_name() {
        let clock = VirtualDriver::new();
        let event_loop = EventLoop::with_driver(clock.clone());
        event_loop.set_debug(true);
        event_loop.set_slow_callback_duration(milliseconds(50));
        let log = Log::default();
        let heard = log.clone();
        event_loop.set_exception_handler(move |_, context| heard.say(&context.message));
        let (fast, slow) = (clock.clone(), clock.clone());
        event_loop.call_soon(move || fast.advance(milliseconds(49))).unwrap();
        let task = event_loop.create_named_task("cook", async move {
            slow.advance(milliseconds(50));
            Ok(())
        });
        event_loop.run_until_complete(task.unwrap()).unwrap();
        assert_eq!(log.lines(), ["99 executing cook took 0.050 seconds"]);
    }
}

mod handles {
    use super::*;

    #[test]
    fn a_cancelled_handle_never_runs() {
        let event_loop = virtual_loop();
        let log = Log::default();
        let (first, second, third) = (log.clone(), log.clone(), log.clone());
        let soon = event_loop.call_soon(move || first.say("soon")).unwrap();
        let later = event_loop.call_later(milliseconds(5), move || second.say("later")).unwrap();
        event_loop.call_later(milliseconds(9), move || third.say("kept")).unwrap();
        soon.cancel();
        later.cancel();
        soon.cancel();
        assert!(soon.cancelled() && later.cancelled());
        assert!(matches!(event_loop.run_forever(), Err(Error::Idle)));
        assert_eq!(log.lines(), ["9 kept"]);
    }

    #[test]
    fn cancelling_drops_the_closure_at_once() {
        let event_loop = virtual_loop();
        let alive = Alive::default();
        let owned = alive.clone();
        let handle = event_loop.call_soon(move || drop(owned)).unwrap();
        assert_eq!(alive.0.get(), 1);
        handle.cancel();
        assert_eq!(alive.0.get(), 0);
    }

    #[test]
    fn a_cancelled_timer_holds_no_time() {
        let event_loop = virtual_loop();
        event_loop.call_later(milliseconds(1000), || ()).unwrap().cancel();
        event_loop.call_later(milliseconds(10), || ()).unwrap();
        assert!(matches!(event_loop.run_forever(), Err(Error::Idle)));
        assert_eq!(event_loop.time(), milliseconds(10));
    }

    #[test]
    fn timers_run_by_time_and_then_by_registration() {
        let event_loop = virtual_loop();
        let log = Log::default();
        for (when, name) in [(20, "c"), (10, "a"), (20, "d"), (10, "b"), (0, "first")] {
            let log = log.clone();
            let timer = event_loop.call_at(milliseconds(when), move || log.say(name)).unwrap();
            assert_eq!(timer.when(), milliseconds(when));
        }
        assert!(matches!(event_loop.run_forever(), Err(Error::Idle)));
        assert_eq!(log.lines(), ["0 first", "10 a", "10 b", "20 c", "20 d"]);
    }
}

mod futures_ {
    use super::*;

    #[test]
    fn a_result_is_set_once() {
        let future = virtual_loop().create_future();
        assert!(matches!(future.result(), Err(Error::ResultNotReady)));
        assert!(matches!(future.exception(), Err(Error::ResultNotReady)));
        future.set_result(7).unwrap();
        assert!(matches!(future.set_result(8), Err(Error::AlreadyDone)));
        assert!(matches!(future.set_exception(Error::Timeout), Err(Error::AlreadyDone)));
        assert!(!future.cancel());
        assert_eq!(future.result().unwrap(), 7);
        assert!(future.exception().unwrap().is_none());
    }

    #[test]
    fn a_cancelled_future_refuses_a_result() {
        let future = virtual_loop().create_future();
        assert!(future.cancel());
        assert!(future.cancelled() && future.done());
        assert!(matches!(future.set_result(1), Err(Error::AlreadyDone)));
        assert!(matches!(future.result(), Err(Error::Cancelled)));
        assert!(matches!(future.exception(), Err(Error::Cancelled)));
    }

    #[test]
    fn done_callbacks_never_run_inside_set_result() {
        let event_loop = virtual_loop();
        let log = Log::default();
        let future = event_loop.create_future();
        for name in ["first", "removed", "second"] {
            let log = log.clone();
            let callback = future.add_done_callback(move |future: &Future<u8>| {
                log.say(&format!("{name} {}", future.result().unwrap()));
            });
            if name == "removed" {
                assert_eq!(future.remove_done_callback(&callback), 1);
                assert_eq!(future.remove_done_callback(&callback), 0);
            }
        }
        future.set_result(3).unwrap();
        log.say("set");
        let late = log.clone();
        future.add_done_callback(move |_| late.say("late"));
        assert!(matches!(event_loop.run_forever(), Err(Error::Idle)));
        assert_eq!(log.lines(), ["0 set", "0 first 3", "0 second 3", "0 late"]);
    }

    #[test]
    fn a_future_that_is_done_calls_each_callback_once_and_in_order() {
        let event_loop = virtual_loop();
        let log = Log::default();
        let future = event_loop.create_future();
        let say = |line: &'static str| {
            let log = log.clone();
            move |_: &Future<u8>| log.say(line)
        };
        future.add_done_callback(say("before"));
        future.set_result(1).unwrap();
        let queued = future.add_done_callback(say("after"));
        assert_eq!(
            future.remove_done_callback(&queued),
            0,
            "what stands in the queue cannot be taken back"
        );
        let (late, again) = (say("late"), future.clone());
        event_loop.call_soon(move || _ = again.add_done_callback(late)).unwrap();
        assert!(matches!(event_loop.run_forever(), Err(Error::Idle)));
        future.add_done_callback(say("much later"));
        assert!(matches!(event_loop.run_forever(), Err(Error::Idle)));
        assert_eq!(log.lines(), ["0 before", "0 after", "0 late", "0 much later"]);
    }

    #[test]
    fn a_wait_that_was_dropped_wakes_no_task() {
        let event_loop = virtual_loop();
        let (future, polls) = (event_loop.create_future::<()>(), Rc::new(Cell::new(0)));
        let (awaited, counted) = (future.clone(), polls.clone());
        let waiting = event_loop.create_task(async move {
            // Begins to wait, and thinks better of it.
            assert!(futures::poll!(awaited.into_future()).is_pending());
            std::future::poll_fn(|_| {
                counted.set(counted.get() + 1);
                std::task::Poll::<Result<(), Error>>::Pending
            })
            .await
        });
        event_loop.call_later(milliseconds(1), move || future.set_result(())).unwrap();
        assert!(matches!(event_loop.run_forever(), Err(Error::Idle)));
        assert_eq!(polls.get(), 1);
        assert!(waiting.unwrap().cancel());
    }

    #[test]
    fn a_future_can_be_awaited_inside_another_executor() {
        let event_loop = virtual_loop();
        let future = event_loop.create_future();
        let setter = future.clone();
        let outcome = event_loop.run_until_complete(async move {
            // `FuturesUnordered` polls its futures with wakers of its own.
            let mut all: FuturesUnordered<_> = [future.into_future()].into_iter().collect();
            setter.get_loop().call_later(milliseconds(3), move || setter.set_result(5))?;
            all.next().await.unwrap()
        });
        assert_eq!(outcome.unwrap(), 5);
    }
}

mod tasks {
    use super::*;

    #[test]
    fn tasks_have_names() {
        let event_loop = virtual_loop();
        assert_eq!(event_loop.create_task(async { Ok(()) }).unwrap().name(), "Task-1");
        assert_eq!(event_loop.create_named_task("cook", async { Ok(()) }).unwrap().name(), "cook");
        assert_eq!(event_loop.create_task(async { Ok(()) }).unwrap().name(), "Task-2");
    }

    #[test]
    fn cancelling_before_the_first_step_never_runs_the_body() {
        let event_loop = virtual_loop();
        let log = Log::default();
        let body = log.clone();
        let task = event_loop
            .create_task(async move {
                body.say("ran");
                Ok(())
            })
            .unwrap();
        assert!(task.cancel());
        assert!(!task.cancelled(), "cancelling is a request");
        assert!(matches!(event_loop.run_until_complete(task.clone()), Err(Error::Cancelled)));
        assert!(task.cancelled());
        assert!(log.lines().is_empty());
    }

    #[test]
    fn a_cancel_can_be_swallowed() {
        let event_loop = virtual_loop();
        let task = event_loop.create_task(async {
            match sleep(milliseconds(1000)).await {
                Err(Error::Cancelled) => sleep(milliseconds(5)).await.map(|()| "thanks, no"),
                _ => Ok("slept"),
            }
        });
        let task = task.unwrap();
        let cancelled = task.clone();
        event_loop.call_later(milliseconds(10), move || assert!(cancelled.cancel())).unwrap();
        assert_eq!(event_loop.run_until_complete(task).unwrap(), "thanks, no");
        assert_eq!(event_loop.time(), milliseconds(15));
    }

    #[test]
    fn a_cancelled_sleep_leaves_no_timer_behind() {
        let event_loop = virtual_loop();
        let task = event_loop.create_task(sleep(milliseconds(1000))).unwrap();
        event_loop.call_later(milliseconds(1), move || assert!(task.cancel())).unwrap();
        assert!(matches!(event_loop.run_forever(), Err(Error::Idle)));
        assert_eq!(event_loop.time(), milliseconds(1));
    }

    #[test]
    fn a_cancel_beats_a_result_that_is_set_but_not_delivered() {
        let event_loop = virtual_loop();
        let future = event_loop.create_future();
        let awaited = future.clone();
        let task = event_loop.create_task(async move { awaited.await }).unwrap();
        let cancelled = task.clone();
        event_loop
            .call_soon(move || {
                future.set_result(1)?;
                assert!(cancelled.cancel());
                Ok::<_, Error>(())
            })
            .unwrap();
        assert!(matches!(event_loop.run_until_complete(task), Err(Error::Cancelled)));
    }

    #[test]
    fn cancelling_an_await_of_a_foreign_future_drops_the_coroutine() {
        let event_loop = EventLoop::new().unwrap();
        let alive = Alive::default();
        let owned = alive.clone();
        let task = event_loop.create_task(async move {
            let _owned = owned;
            std::future::pending::<()>().await;
            Ok(())
        });
        let task = task.unwrap();
        let cancelled = task.clone();
        event_loop.call_later(milliseconds(1), move || assert!(cancelled.cancel())).unwrap();
        assert!(matches!(event_loop.run_until_complete(task), Err(Error::Cancelled)));
        assert_eq!(alive.0.get(), 0);
    }

    #[test]
    fn a_task_may_await_several_futures_at_once() {
        let event_loop = virtual_loop();
        let both = event_loop.run_until_complete(async {
            Ok(futures::join!(
                sleep(milliseconds(5)),
                sleep(milliseconds(8)),
                sleep(milliseconds(5))
            ))
        });
        assert!(matches!(both.unwrap(), (Ok(()), Ok(()), Ok(()))));
        assert_eq!(event_loop.time(), milliseconds(8));

        let task = event_loop.create_task(async {
            Ok(futures::join!(sleep(milliseconds(5)), sleep(milliseconds(8))))
        });
        let task = task.unwrap();
        let cancelled = task.clone();
        event_loop.call_later(milliseconds(1), move || assert!(cancelled.cancel())).unwrap();
        let both = event_loop.run_until_complete(task).unwrap();
        assert!(matches!(both, (Err(Error::Cancelled), Err(Error::Cancelled))));
        assert_eq!(event_loop.time(), milliseconds(9));
    }

    #[test]
    fn a_panic_becomes_the_tasks_exception() {
        let event_loop = virtual_loop();
        let outcome = event_loop.run_until_complete(async {
            if true {
                panic!("at the disco");
            }
            Ok(())
        });
        assert_eq!(outcome.unwrap_err().to_string(), "panicked: at the disco");
    }

    #[test]
    fn a_task_that_awaits_itself_or_another_loops_future_is_told_so() {
        let event_loop = virtual_loop();
        let place = Rc::new(RefCell::new(None::<Future<()>>));
        let itself = place.clone();
        let task = event_loop.create_task(async move { itself.take().unwrap().await }).unwrap();
        place.replace(Some(task.clone()));
        assert!(matches!(event_loop.run_until_complete(task), Err(Error::AwaitsItself)));

        let foreign = virtual_loop().create_future::<()>();
        assert!(matches!(
            event_loop.run_until_complete(async move { foreign.await }),
            Err(Error::OtherLoop)
        ));
    }

    #[test]
    fn cancelling_tasks_that_await_each_other_ends() {
        let event_loop = virtual_loop();
        let place = Rc::new(RefCell::new(None::<Future<()>>));
        let (other, start) = (place.clone(), event_loop.clone());
        let first = event_loop.create_task(async move {
            sleep(Duration::ZERO).await?;
            other.take().unwrap().await
        });
        let first = first.unwrap();
        let awaited = first.clone();
        place.replace(Some(start.create_task(async move { awaited.await }).unwrap()));
        let cancelled = first.clone();
        event_loop.call_later(milliseconds(1), move || assert!(cancelled.cancel())).unwrap();
        assert!(matches!(event_loop.run_until_complete(first), Err(Error::Cancelled)));
    }
}

mod waiting {
    use super::*;

    async fn after(count: u64, value: u64) -> Result<u64, Error> {
        sleep(milliseconds(count)).await?;
        Ok(value)
    }

    async fn fail_after(count: u64) -> Result<u64, Error> {
        sleep(milliseconds(count)).await?;
        Err(Error::exception("failed"))
    }

    #[test]
    fn gather_keeps_the_order_of_the_arguments() {
        let event_loop = virtual_loop();
        let results: Vec<u64> = event_loop
            .run_until_complete(async { gather([after(30, 3), after(10, 1), after(20, 2)])?.await })
            .unwrap();
        assert_eq!(results, [3, 1, 2]);
        assert_eq!(event_loop.time(), milliseconds(30));
    }

    #[test]
    fn gather_of_nothing_is_done() {
        let event_loop = virtual_loop();
        let nothing =
            event_loop.run_until_complete(async { gather::<Vec<u64>, Future<u64>>([])?.await });
        assert!(nothing.unwrap().is_empty());
        assert!(matches!(gather::<Vec<u64>, Future<u64>>([]), Err(Error::NoRunningLoop)));
    }

    #[test]
    fn gather_fails_at_the_first_error_and_the_others_run_on() {
        let event_loop = virtual_loop();
        let task = event_loop.create_task(after(50, 5)).unwrap();
        let children = [task.clone(), event_loop.create_task(fail_after(10)).unwrap()];
        let gathered = gather::<Vec<u64>, _>(children).unwrap();
        assert_eq!(event_loop.run_until_complete(gathered).unwrap_err().to_string(), "failed");
        assert_eq!(event_loop.time(), milliseconds(10));
        assert_eq!(event_loop.run_until_complete(task).unwrap(), 5);
    }

    #[test]
    fn gather_can_return_exceptions_among_the_results() {
        let event_loop = virtual_loop();
        let results: Vec<Result<u64, Error>> = event_loop
            .run_until_complete(async {
                let children = [after(10, 1).boxed_local(), fail_after(20).boxed_local()];
                gather_return_exceptions(children)?.await
            })
            .unwrap();
        assert_eq!(results[0].as_ref().unwrap(), &1);
        assert_eq!(results[1].as_ref().unwrap_err().to_string(), "failed");
    }

    #[test]
    fn wait_for_cancels_what_takes_too_long() {
        let event_loop = virtual_loop();
        let task = event_loop.create_task(after(1000, 1)).unwrap();
        let (waited, in_time) = (task.clone(), after(5, 2));
        let outcome = event_loop.run_until_complete(async move {
            assert_eq!(wait_for(in_time, milliseconds(10)).await?, 2);
            assert_eq!(wait_for(after(5, 3), None).await?, 3);
            wait_for(waited, milliseconds(10)).await
        });
        assert!(matches!(outcome, Err(Error::Timeout)));
        assert!(task.cancelled());
        assert_eq!(event_loop.time(), milliseconds(20));
        let at_once =
            event_loop.run_until_complete(async { wait_for(after(5, 1), Duration::ZERO).await });
        assert!(matches!(at_once, Err(Error::Timeout)));
        assert_eq!(event_loop.time(), milliseconds(20));
    }

    #[test]
    fn wait_for_waits_until_the_cancelled_task_has_ended() {
        let event_loop = virtual_loop();
        let outcome = event_loop.run_until_complete(wait_for(
            async {
                let slept = sleep(milliseconds(1000)).await;
                sleep(milliseconds(30)).await?;
                slept
            },
            milliseconds(10),
        ));
        assert!(matches!(outcome, Err(Error::Timeout)));
        assert_eq!(event_loop.time(), milliseconds(40));
    }

    #[test]
    fn cancelling_wait_for_cancels_what_it_waits_for() {
        let event_loop = virtual_loop();
        let inner = event_loop.create_task(after(1000, 1)).unwrap();
        let outer = event_loop.create_task(wait_for(inner.clone(), milliseconds(500))).unwrap();
        let cancelled = outer.clone();
        event_loop.call_later(milliseconds(3), move || assert!(cancelled.cancel())).unwrap();
        assert!(matches!(event_loop.run_until_complete(outer), Err(Error::Cancelled)));
        assert!(inner.cancelled());
        assert_eq!(event_loop.time(), milliseconds(3));
    }

    #[test]
    fn a_cancelled_wait_for_is_cancelled_even_if_what_it_waits_for_is_not() {
        let event_loop = virtual_loop();
        let stubborn = event_loop.create_task(async {
            let _refused = sleep(milliseconds(1000)).await;
            sleep(milliseconds(5)).await.map(|()| 1)
        });
        let stubborn = stubborn.unwrap();
        let outer = event_loop.create_task(wait_for(stubborn.clone(), milliseconds(500))).unwrap();
        let cancelled = outer.clone();
        event_loop.call_later(milliseconds(3), move || assert!(cancelled.cancel())).unwrap();
        assert!(matches!(event_loop.run_until_complete(outer), Err(Error::Cancelled)));
        assert_eq!(stubborn.result().unwrap(), 1);
        assert_eq!(event_loop.time(), milliseconds(8));
    }

    #[test]
    fn a_shield_keeps_the_cancel_to_itself() {
        let event_loop = virtual_loop();
        let inner = event_loop.create_task(after(20, 1)).unwrap();
        let shielded = inner.clone();
        let outer = event_loop.create_task(async move { shield(shielded)?.await }).unwrap();
        let cancelled = outer.clone();
        event_loop.call_later(milliseconds(3), move || assert!(cancelled.cancel())).unwrap();
        assert!(matches!(event_loop.run_until_complete(outer), Err(Error::Cancelled)));
        assert_eq!(event_loop.time(), milliseconds(3));
        assert_eq!(event_loop.run_until_complete(inner).unwrap(), 1);
        assert_eq!(event_loop.run_until_complete(async { shield(after(1, 2))?.await }).unwrap(), 2);
    }

    fn waited(return_when: ReturnWhen, timeout: Option<Duration>) -> (usize, usize, Duration) {
        let event_loop = virtual_loop();
        let tasks =
            [after(30, 1).boxed_local(), fail_after(20).boxed_local(), after(10, 3).boxed_local()]
                .map(|coroutine| event_loop.create_task(coroutine).unwrap());
        let (done, pending) =
            event_loop.run_until_complete(wait(tasks, timeout, return_when)).unwrap();
        (done.len(), pending.len(), event_loop.time())
    }

    #[test]
    fn wait_returns_when_it_is_told_to() {
        assert_eq!(waited(ReturnWhen::FirstCompleted, None), (1, 2, milliseconds(10)));
        assert_eq!(waited(ReturnWhen::FirstException, None), (2, 1, milliseconds(20)));
        assert_eq!(waited(ReturnWhen::AllCompleted, None), (3, 0, milliseconds(30)));
        assert_eq!(
            waited(ReturnWhen::AllCompleted, Some(milliseconds(25))),
            (2, 1, milliseconds(25))
        );
        let nothing =
            virtual_loop().run_until_complete(wait::<()>([], None, ReturnWhen::AllCompleted));
        assert!(matches!(nothing, Err(Error::NothingToWaitFor)));
    }

    #[test]
    fn as_completed_gives_the_results_in_the_order_of_their_coming() {
        let event_loop = virtual_loop();
        let log = Log::default();
        let said = log.clone();
        event_loop
            .run_until_complete(async move {
                for next in as_completed(
                    [after(30, 3), after(10, 1), after(20, 2), after(90, 9)],
                    milliseconds(50),
                )? {
                    match next.await {
                        Ok(value) => said.say(&value.to_string()),
                        Err(error) => said.say(&error.to_string()),
                    }
                }
                Ok(())
            })
            .unwrap();
        assert_eq!(
            log.lines(),
            ["10 1", "20 2", "30 3", "50 the time was up before the future was done"]
        );
    }
}

mod threads_and_clocks {
    use super::*;
    use async_concepts::event_loop::Instrument;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[test]
    fn a_call_from_another_thread_wakes_every_kind_of_loop() {
        for event_loop in
            [virtual_loop(), EventLoop::with_driver(StdDriver::new()), EventLoop::new().unwrap()]
        {
            let handle = event_loop.threadsafe_handle();
            let (asleep, is_asleep) = mpsc::channel();
            event_loop.call_soon(move || asleep.send(()).unwrap()).unwrap();
            let thread = std::thread::spawn(move || {
                is_asleep.recv().unwrap();
                handle.call_soon_threadsafe(|| get_running_loop().unwrap().stop()).unwrap();
            });
            event_loop.run_forever().unwrap();
            thread.join().unwrap();
            event_loop.close().unwrap();
        }
    }

    #[test]
    fn calls_through_a_threadsafe_handle_keep_their_place_in_the_queue() {
        let event_loop = virtual_loop();
        let handle = event_loop.threadsafe_handle();
        let (sender, receiver) = mpsc::channel();
        let [first, second, third] = [sender.clone(), sender.clone(), sender];
        event_loop.call_soon(move || first.send(1).unwrap()).unwrap();
        handle.call_soon_threadsafe(move || second.send(2).unwrap()).unwrap();
        event_loop.call_soon(move || third.send(3).unwrap()).unwrap();
        drop(handle);
        assert!(matches!(event_loop.run_forever(), Err(Error::Idle)));
        assert_eq!(receiver.iter().collect::<Vec<_>>(), [1, 2, 3]);
    }

    #[test]
    fn an_executor_works_while_virtual_time_stands_still() {
        let event_loop = virtual_loop();
        let (open, door) = mpsc::channel::<()>();
        let own = |job| drop(std::thread::spawn(job));
        let outcome = event_loop.run_until_complete({
            let event_loop = event_loop.clone();
            async move {
                let blocked = event_loop.run_in_executor(None, move || door.recv().is_ok())?;
                event_loop.call_later(Duration::from_secs(1), || ())?;
                let started = event_loop.time();
                event_loop.run_in_executor(Some(&own), move || open.send(()).unwrap())?.await?;
                assert!(blocked.await?);
                Ok(event_loop.time() - started)
            }
        });
        assert_eq!(outcome.unwrap(), Duration::ZERO);
        let panicked = event_loop.run_in_executor::<()>(None, || panic!("at the disco")).unwrap();
        assert_eq!(
            event_loop.run_until_complete(panicked).unwrap_err().to_string(),
            "panicked: at the disco"
        );
    }

    #[test]
    fn tokios_timers_channels_sockets_and_tasks_work_inside_tasks() {
        let event_loop = EventLoop::new().unwrap();
        let line = event_loop.run_until_complete(async {
            use tokio::io::{AsyncReadExt, AsyncWriteExt};
            let listener =
                tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(Error::exception)?;
            let address = listener.local_addr().map_err(Error::exception)?;
            let client = tokio::spawn(async move {
                tokio::time::sleep(milliseconds(1)).await;
                tokio::net::TcpStream::connect(address).await?.write_all(b"hello").await
            });
            let (mut socket, _) = listener.accept().await.map_err(Error::exception)?;
            let mut line = String::new();
            socket.read_to_string(&mut line).await.map_err(Error::exception)?;
            client.await.map_err(Error::exception)?.map_err(Error::exception)?;
            sleep(milliseconds(1)).await?;
            Ok(line)
        });
        assert_eq!(line.unwrap(), "hello");
    }

    #[test]
    fn sockets_are_looked_at_while_there_is_always_something_ready() {
        let event_loop = EventLoop::new().unwrap();
        let (never_idle, waited) = (event_loop.clone(), event_loop.clone());
        fn again(event_loop: EventLoop) -> Result<(), Error> {
            let next = event_loop.clone();
            event_loop.call_soon(move || again(next)).map(drop)
        }
        again(never_idle).unwrap();
        let outcome = waited.run_until_complete(async {
            tokio::time::sleep(milliseconds(2)).await;
            Ok(())
        });
        outcome.unwrap();
        event_loop.close().unwrap();
    }

    fn loop_on_a_paused_runtime() -> EventLoop {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        EventLoop::with_driver(TokioDriver::with_runtime(runtime))
    }

    #[test]
    fn on_a_paused_runtime_the_loop_lives_in_tokios_virtual_time() {
        let event_loop = loop_on_a_paused_runtime();
        let real = Instant::now();
        event_loop
            .run_until_complete(async {
                sleep(Duration::from_secs(3600)).await?;
                tokio::time::sleep(Duration::from_secs(3600)).await;
                Ok(())
            })
            .unwrap();
        assert_eq!(event_loop.time().as_secs(), 7200);
        assert!(real.elapsed() < Duration::from_secs(3600), "two hours do not take an hour");
    }

    #[test]
    fn a_run_that_ends_by_the_panic_of_an_instrument_leaves_virtual_time_as_it_is() {
        struct Panics;
        impl Instrument for Panics {
            fn iteration_begins(&self, _: usize) {
                panic!("the instrument panics");
            }
        }
        let event_loop = loop_on_a_paused_runtime();
        event_loop.add_instrument(Rc::new(Panics));
        event_loop.call_soon(|| ()).unwrap();
        let run = catch_unwind(AssertUnwindSafe(|| event_loop.run_forever()));
        assert!(run.is_err());
        assert_eq!(event_loop.time(), Duration::ZERO);
    }

    #[test]
    fn the_resolution_of_the_clock_lets_timers_run_early() {
        let clock = VirtualDriver::new();
        clock.set_resolution(milliseconds(4));
        assert_eq!(clock.resolution(), milliseconds(4));
        let event_loop = EventLoop::with_driver(clock);
        let log = Log::default();
        for when in [10, 13, 14] {
            let log = log.clone();
            event_loop.call_at(milliseconds(when), move || log.say(&when.to_string())).unwrap();
        }
        assert!(matches!(event_loop.run_forever(), Err(Error::Idle)));
        assert_eq!(log.lines(), ["10 10", "10 13", "14 14"]);
    }
}

mod memory {
    use super::*;

    /// Everything that a loop can own, in circles, none of it done.
    fn tangle(event_loop: &EventLoop, alive: &Alive) {
        let future = event_loop.create_future::<u8>();
        // A callback that owns the future it waits for.
        let (owned, itself) = (alive.clone(), future.clone());
        future.add_done_callback(move |_| drop((owned, itself)));
        // Callbacks that own the loop.
        let (owned, owner) = (alive.clone(), event_loop.clone());
        event_loop.call_soon(move || drop((owned, owner))).unwrap();
        let (owned, owner) = (alive.clone(), event_loop.clone());
        event_loop.call_later(Duration::from_secs(1), move || drop((owned, owner))).unwrap();
        // Callbacks that own their own handles.
        let (soon, later) = (Rc::new(RefCell::new(None)), Rc::new(RefCell::new(None)));
        let (owned, itself) = (alive.clone(), soon.clone());
        soon.replace(Some(event_loop.call_soon(move || drop((owned, itself))).unwrap()));
        let (owned, itself) = (alive.clone(), later.clone());
        later.replace(Some(
            event_loop.call_later(Duration::from_secs(1), move || drop((owned, itself))).unwrap(),
        ));
        // A task that awaits a future that only it knows.
        let (owned, lonely) = (alive.clone(), event_loop.create_future::<u8>());
        let task = event_loop.create_task(async move {
            let _owned = owned;
            lonely.await
        });
        // A task that awaits a foreign future, and one that never starts.
        let owned = alive.clone();
        event_loop
            .create_task(async move {
                let _owned = owned;
                std::future::pending::<Result<(), Error>>().await
            })
            .unwrap();
        // A gather of all that, with a callback that owns it.
        let gathered: Future<Vec<u8>> = gather([task.unwrap(), future]).unwrap();
        let (owned, itself) = (alive.clone(), gathered.clone());
        gathered.add_done_callback(move |_| drop((owned, itself)));
        // A finished future whose callback is queued.
        let done = event_loop.create_future();
        done.set_result(()).unwrap();
        let (owned, itself) = (alive.clone(), done.clone());
        done.add_done_callback(move |_| drop((owned, itself)));
        let (owned, itself) = (alive.clone(), event_loop.clone());
        event_loop.set_exception_handler(move |_, _| _ = (&owned, &itself));
    }

    #[test]
    fn closing_breaks_every_cycle() {
        for turns in 0..3 {
            let event_loop = virtual_loop();
            let alive = Alive::default();
            tangle(&event_loop, &alive);
            // A task whose handle outlives the loop.
            let owned = alive.clone();
            let held = event_loop.create_task(async move {
                let _owned = owned;
                sleep(Duration::from_secs(1)).await
            });
            assert_eq!(alive.0.get(), 11);
            for _ in 0..turns {
                event_loop.stop();
                event_loop.run_forever().unwrap();
            }
            assert!(alive.0.get() >= 6, "what is pending is alive until the loop closes");
            event_loop.close().unwrap();
            assert_eq!(
                alive.0.get(),
                0,
                "after {turns} turns, closing the loop must drop all that it owned"
            );
            assert!(!held.unwrap().done(), "what was pending stays pending");
            let (owned, pending) = (alive.clone(), event_loop.create_future::<()>());
            let itself = pending.clone();
            pending.add_done_callback(move |_| drop((owned, itself)));
            drop(pending);
            assert_eq!(alive.0.get(), 0, "a closed loop must not keep new callbacks");
            let (owned, done) = (alive.clone(), event_loop.create_future::<()>());
            done.set_result(()).unwrap();
            let itself = done.clone();
            done.add_done_callback(move |_| drop((owned, itself)));
            drop(done);
            assert_eq!(
                alive.0.get(),
                0,
                "a closed loop must not keep callbacks of what is done, either"
            );
        }
    }

    #[test]
    fn the_loop_itself_is_freed_after_closing() {
        struct Freed(VirtualDriver, #[expect(dead_code, reason = "it is dropped")] Alive);
        impl Driver for Freed {
            fn time(&self) -> Duration {
                self.0.time()
            }
            fn wait(&self, timeout: Option<Duration>, jobs: usize) {
                self.0.wait(timeout, jobs);
            }
            fn waker(&self) -> std::task::Waker {
                self.0.waker()
            }
        }
        let (clock, alive) = (Alive::default(), Alive::default());
        let event_loop = EventLoop::with_driver(Freed(VirtualDriver::new(), clock.clone()));
        tangle(&event_loop, &alive);
        event_loop.close().unwrap();
        assert_eq!(clock.0.get(), 1);
        drop(event_loop);
        assert_eq!(clock.0.get(), 0, "something still owns the loop");
    }

    #[test]
    fn what_is_done_is_not_kept() {
        let event_loop = virtual_loop();
        let alive = Alive::default();
        for _ in 0..10 {
            let owned = alive.clone();
            let task = event_loop.create_task(async move {
                sleep(milliseconds(1)).await?;
                Ok(Rc::new(owned))
            });
            event_loop.run_until_complete(task.unwrap()).unwrap();
            assert_eq!(
                alive.0.get(),
                0,
                "a finished task and its result belong to those that ask for them"
            );
        }
        let (owned, pending) = (alive.clone(), event_loop.create_future::<()>());
        pending.add_done_callback(move |_| drop(owned));
        drop(pending);
        assert_eq!(
            alive.0.get(),
            0,
            "a future that can never be finished is not kept for its callbacks"
        );
    }

    #[test]
    fn destructors_may_call_the_loop_while_it_closes() {
        struct Meddler(EventLoop);
        impl Drop for Meddler {
            fn drop(&mut self) {
                assert!(self.0.is_closed());
                assert!(self.0.call_soon(|| ()).is_err());
                self.0.create_future::<()>().cancel();
            }
        }
        let event_loop = virtual_loop();
        for _ in 0..3 {
            let meddlers = [(); 3].map(|()| Meddler(event_loop.clone()));
            let [soon, later, task] = meddlers;
            event_loop.call_soon(move || drop(soon)).unwrap();
            event_loop.call_later(milliseconds(1), move || drop(later)).unwrap();
            event_loop
                .create_task(async move {
                    let _task = task;
                    sleep(milliseconds(1)).await
                })
                .unwrap();
        }
        event_loop.close().unwrap();
    }
}

mod random_programs {
    use super::*;

    type Cancel = Box<dyn Fn()>;

    /// What a random program has planned, and what it did.
    struct World {
        event_loop: EventLoop,
        clock: VirtualDriver,
        random: RefCell<fastrand::Rng>,
        /// The numbers of ready calls, in the order in which they were made ready.
        soon: RefCell<Vec<usize>>,
        /// The numbers of timers with their times, in the order of their registration.
        timers: RefCell<Vec<(Duration, usize)>>,
        cancelled: RefCell<Vec<usize>>,
        ran: RefCell<Vec<(Duration, usize)>>,
        handles: RefCell<Vec<(usize, Cancel)>>,
        count: Cell<usize>,
    }

    impl World {
        fn act(self: &Rc<Self>) {
            let actions = self.random.borrow_mut().usize(0..4);
            for _ in 0..actions {
                let choice = self.random.borrow_mut().u8(0..10);
                match choice {
                    0..4 => self.plan(None),
                    4..8 => {
                        let later = self.random.borrow_mut().u64(0..20);
                        self.plan(Some(self.event_loop.time() + milliseconds(later)));
                    }
                    8 if !self.handles.borrow().is_empty() => {
                        let place = self.random.borrow_mut().usize(0..self.handles.borrow().len());
                        let (number, cancel) = self.handles.borrow_mut().swap_remove(place);
                        cancel();
                        if !self.ran.borrow().iter().any(|(_, ran)| *ran == number) {
                            self.cancelled.borrow_mut().push(number);
                        }
                    }
                    _ => self.clock.advance(milliseconds(self.random.borrow_mut().u64(0..4))),
                }
            }
        }

        fn plan(self: &Rc<Self>, when: Option<Duration>) {
            let number = self.count.get();
            if number >= 500 {
                return;
            }
            self.count.set(number + 1);
            let world = self.clone();
            let callback = move || {
                world.ran.borrow_mut().push((world.event_loop.time(), number));
                world.act();
            };
            let cancel: Cancel = match when {
                None => {
                    self.soon.borrow_mut().push(number);
                    let handle = self.event_loop.call_soon(callback).unwrap();
                    Box::new(move || handle.cancel())
                }
                Some(when) => {
                    self.timers.borrow_mut().push((when, number));
                    let handle = self.event_loop.call_at(when, callback).unwrap();
                    Box::new(move || handle.cancel())
                }
            };
            self.handles.borrow_mut().push((number, cancel));
        }

        /// The numbers of the calls that ran and that `of` contains, in the order in which they
        /// ran.
        fn ran(&self, of: &[usize]) -> Vec<usize> {
            self.ran
                .borrow()
                .iter()
                .map(|(_, number)| *number)
                .filter(|number| of.contains(number))
                .collect()
        }
    }

    fn check(seed: u64) {
        let clock = VirtualDriver::new();
        let world = Rc::new(World {
            event_loop: EventLoop::with_driver(clock.clone()),
            clock,
            random: RefCell::new(fastrand::Rng::with_seed(seed)),
            soon: RefCell::default(),
            timers: RefCell::default(),
            cancelled: RefCell::default(),
            ran: RefCell::default(),
            handles: RefCell::default(),
            count: Cell::default(),
        });
        world.plan(None);
        world.plan(Some(milliseconds(5)));
        world.act();
        for _ in 0..world.random.borrow_mut().usize(1..60) {
            world.event_loop.stop();
            world.event_loop.run_forever().unwrap();
        }
        let closes_early = seed.is_multiple_of(2);
        if !closes_early {
            assert!(matches!(world.event_loop.run_forever(), Err(Error::Idle)), "seed {seed}");
        }
        world.event_loop.close().unwrap();
        let after_close = world.ran.borrow().len();
        assert!(world.event_loop.run_forever().is_err(), "seed {seed}");
        assert_eq!(world.ran.borrow().len(), after_close, "seed {seed}: something ran after close");

        let cancelled = world.cancelled.borrow();
        let all: Vec<usize> = (0..world.count.get()).collect();
        let mut once = world.ran(&all);
        assert!(
            once.iter().all(|number| !cancelled.contains(number)),
            "seed {seed}: a cancelled call ran"
        );
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), after_close, "seed {seed}: a call ran twice");
        if !closes_early {
            assert_eq!(once.len() + cancelled.len(), all.len(), "seed {seed}: a call was lost");
        }

        let soon: Vec<usize> = world.soon.borrow().clone();
        assert!(
            world.ran(&soon).is_sorted(),
            "seed {seed}: ready calls are not first in, first out"
        );
        let times: Vec<Duration> = world.ran.borrow().iter().map(|(time, _)| *time).collect();
        assert!(times.is_sorted(), "seed {seed}: time went back");
        let timers = world.timers.borrow();
        for (time, number) in world.ran.borrow().iter() {
            let early = timers.iter().any(|(when, timer)| timer == number && when > time);
            assert!(!early, "seed {seed}: timer {number} ran early");
        }
        // A timer may be set for a time that is past when others of later times have run. All
        // others run by their time, and those of equal time by registration.
        let ran = world.ran(&timers.iter().map(|(_, number)| *number).collect::<Vec<_>>());
        let place = |number: &usize| timers.iter().position(|(_, timer)| timer == number).unwrap();
        for pair in ran.windows(2) {
            let [(first, _), (second, _)] = [timers[place(&pair[0])], timers[place(&pair[1])]];
            assert!(
                (first, pair[0]) < (second, pair[1]) || set_after(&world, pair[1], pair[0]),
                "seed {seed}: timer {} of {second:?} ran after timer {} of {first:?}",
                pair[1],
                pair[0]
            );
        }
    }

    /// Whether call `later` did not exist yet when call `earlier` left the heap.
    fn set_after(world: &World, later: usize, earlier: usize) -> bool {
        let ran = world.ran.borrow();
        let time = |number| ran.iter().find(|(_, ran)| *ran == number).unwrap().0;
        later > earlier && time(later) >= time(earlier)
    }

    #[test]
    fn keep_the_order_of_calls_and_never_run_what_is_cancelled_or_closed() {
        // The same ones each time: a commit that passed once passes again.
        for seed in 0..600 {
            check(seed);
        }
    }
}
