//! Each change of what the loop has to do wakes it, from whichever place it comes.
use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_concepts::event_loop::ThreadsafeHandle;

fn tokio_loop() -> EventLoop {
    EventLoop::new().unwrap()
}

/// Runs the loop on a thread of its own, and fails if it never wakes up.
fn ends<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(run()));
    receiver.recv_timeout(Duration::from_secs(120)).expect("the loop was never woken")
}

/// Spawns a tokio task from a callback, which acts on the loop while that waits.
fn act_from_a_tokio_task(event_loop: &EventLoop, act: fn()) {
    event_loop
        .call_soon(move || {
            tokio::spawn(async move {
                tokio::time::sleep(milliseconds(2)).await;
                act();
            });
        })
        .unwrap();
}

/// The loop finds that nothing can happen any more, however late the last handle is dropped: before
/// its look, after it, or between the look and the wait.
#[test]
fn a_loop_that_waits_for_its_last_handle_is_idle_when_that_is_dropped() {
    for new_loop in [virtual_loop, tokio_loop] {
        for spins in 0..200 {
            let outcome = ends(move || {
                let event_loop = new_loop();
                let handle = event_loop.threadsafe_handle();
                std::thread::spawn(move || {
                    for _ in 0..spins * 50 {
                        std::hint::spin_loop();
                    }
                    drop(handle);
                });
                event_loop.run_forever()
            });
            assert!(matches!(outcome, Err(Error::Idle)), "{outcome:?}");
        }
    }
}

#[test]
fn stop_from_a_tokio_task_wakes_the_loop() {
    let outcome = ends(|| {
        let event_loop = tokio_loop();
        let _never_idle: ThreadsafeHandle = event_loop.threadsafe_handle();
        act_from_a_tokio_task(&event_loop, || get_running_loop().unwrap().stop());
        event_loop.run_forever().map_err(|error| error.to_string())
    });
    assert_eq!(outcome, Ok(()));
}

#[test]
fn a_call_or_timer_from_a_tokio_task_wakes_the_loop() {
    for timer in [false, true] {
        let outcome = ends(move || {
            let event_loop = tokio_loop();
            // A wait without a limit, or one that would be too long.
            event_loop.call_later(Duration::from_secs(3600), || ()).unwrap();
            let act = if timer {
                || {
                    let running = get_running_loop().unwrap();
                    running
                        .call_later(milliseconds(1), || get_running_loop().unwrap().stop())
                        .unwrap();
                }
            } else {
                || {
                    let running = get_running_loop().unwrap();
                    running.call_soon(|| get_running_loop().unwrap().stop()).unwrap();
                }
            };
            act_from_a_tokio_task(&event_loop, act);
            event_loop.run_forever().map_err(|error| error.to_string())
        });
        assert_eq!(outcome, Ok(()));
    }
}

#[test]
fn a_loop_is_not_idle_while_a_tokio_task_may_set_a_result() {
    let event_loop = tokio_loop();
    let outcome = event_loop.run_until_complete(async {
        let future = get_running_loop()?.create_future();
        let key = Rc::new(RefCell::new(Some(future.clone())));
        // The task of tokio's cannot own a future of the loop; it finds it in a thread-local.
        thread_local! {
            static PLACE: RefCell<Option<Future<u32>>> = const { RefCell::new(None) };
        }
        PLACE.set(key.take());
        tokio::spawn(async {
            tokio::time::sleep(milliseconds(5)).await;
            PLACE.take().unwrap().set_result(7).unwrap();
        });
        future.await
    });
    assert_eq!(outcome.unwrap(), 7);
    // Now no task is left, and the loop finds that out.
    assert!(matches!(event_loop.run_forever(), Err(Error::Idle)));
}

#[test]
fn a_spawned_local_task_wakes_the_loop() {
    let event_loop = tokio_loop();
    let local = tokio::task::LocalSet::new();
    let outcome = event_loop.run_until_complete(async move {
        local
            .run_until(async {
                let future = get_running_loop()?.create_future();
                let result = future.clone();
                tokio::task::spawn_local(async move {
                    tokio::time::sleep(milliseconds(2)).await;
                    result.set_result(3).unwrap();
                });
                future.await
            })
            .await
    });
    assert_eq!(outcome.unwrap(), 3);
}

#[test]
fn tokios_tasks_are_polled_after_every_128_calls_while_calls_are_always_ready() {
    let event_loop = tokio_loop();
    let calls = Rc::new(Cell::new(0_u32));
    fn again(event_loop: EventLoop, calls: Rc<Cell<u32>>) -> Result<(), Error> {
        calls.set(calls.get() + 1);
        let next = event_loop.clone();
        event_loop.call_soon(move || again(next, calls)).map(drop)
    }
    again(event_loop.clone(), calls.clone()).unwrap();
    event_loop
        .run_until_complete(async {
            let yields = tokio::spawn(async {
                for _ in 0..10 {
                    tokio::task::yield_now().await;
                }
            });
            yields.await.map_err(Error::exception)
        })
        .unwrap();
    assert!((10 * 128..14 * 128).contains(&calls.get()), "{} calls", calls.get());
    event_loop.close().unwrap();
}

#[test]
fn a_waker_that_is_called_while_its_thread_ends_wakes_the_loop() {
    use futures::channel::oneshot;
    struct SendAtTheEnd(Option<oneshot::Sender<u32>>);
    impl Drop for SendAtTheEnd {
        fn drop(&mut self) {
            self.0.take().unwrap().send(5).unwrap();
        }
    }
    thread_local! {
        static SENDER: RefCell<Option<SendAtTheEnd>> = const { RefCell::new(None) };
    }
    for event_loop in [virtual_loop(), tokio_loop()] {
        let (sender, receiver) = oneshot::channel();
        let (waits, is_waiting) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            SENDER.set(Some(SendAtTheEnd(Some(sender))));
            // The loop's own thread-locals are used here, so they may be destroyed before.
            assert!(get_running_loop().is_err());
            is_waiting.recv().unwrap();
        });
        let outcome = event_loop.run_until_complete(async move {
            waits.send(()).unwrap();
            receiver.await.map_err(Error::exception)
        });
        assert_eq!(outcome.unwrap(), 5);
        thread.join().unwrap();
    }
}

/// Also when they come one by one, just as the thread that did the last one finds no more.
#[test]
fn all_jobs_are_done_and_no_more_at_once_than_in_asyncio() {
    static RUNNING: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);
    fn job() {
        let running = RUNNING.fetch_add(1, Ordering::SeqCst) + 1;
        MOST.fetch_max(running, Ordering::SeqCst);
        std::thread::yield_now();
        RUNNING.fetch_sub(1, Ordering::SeqCst);
    }
    let done = ends(|| {
        let event_loop = tokio_loop();
        let mut done = 0;
        for count in [1, 1, 1, 2, 5, 300].repeat(8) {
            let jobs = (0..count).map(|_| event_loop.run_in_executor(None, job).unwrap());
            let results: Vec<()> =
                event_loop.run_until_complete(gather(jobs.collect::<Vec<_>>()).unwrap()).unwrap();
            done += results.len();
        }
        done
    });
    assert_eq!(done, 8 * 310);
    let processors = std::thread::available_parallelism().unwrap().get();
    assert!(MOST.load(Ordering::SeqCst) <= 32.min(processors + 4));
}
