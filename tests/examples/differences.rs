//! What the page "From asyncio to tokio" says of Rust and tokio, and no example shows.
//!
//! `tests/from_asyncio_to_tokio.rs` lists for each row the tests that run its difference; what the
//! page says of asyncio is run by `differences.py`.
use super::{assert_took, ms, rustc};
use async_concepts::{LaneExt, block, record, say, timeline::Verdict};
use futures::{FutureExt, StreamExt, future::pending, join, stream::FuturesUnordered};
use std::{
    cell::RefCell,
    collections::BTreeSet,
    num::NonZero,
    panic::catch_unwind,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread::{self, available_parallelism},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, duplex},
    runtime::{Builder, Runtime},
    select, spawn,
    sync::{Barrier, mpsc, oneshot},
    task::{JoinSet, yield_now},
    time::{sleep, timeout},
};

// Coroutines

#[test]
fn rustc_knows_no_yield() {
    let said = rustc("no_yield", "fn count() { yield 1; }\nfn main() { count() }\n");
    assert!(said.contains("error[E0658]: yield syntax is experimental"), "{said}");
}

#[test]
fn rustc_does_not_warn_of_what_blocks() {
    let program = "
async fn blocks() {
    std::thread::sleep(std::time::Duration::from_secs(1));
    let _ = std::fs::read(\"a file\");
}
fn main() { drop(blocks()) }
";
    assert_eq!(rustc("blocks", program), "");
}

#[test]
fn rustc_refuses_to_await_a_future_twice() {
    let program = "
async fn one() -> u32 { 1 }
async fn twice() -> u32 { let future = one(); future.await + future.await }
fn main() { drop(twice()) }
";
    let said = rustc("twice", program);
    assert!(said.contains("error[E0382]: use of moved value: `future`"), "{said}");
}

#[test]
fn a_future_that_is_shared_can_be_awaited_twice() {
    let run = record("shared", || async {
        let future = async { 1 }.shared();
        future.clone().await + future.await
    });
    assert_eq!(run.output(), 2);
}

#[test]
fn rustc_refuses_a_destructor_that_awaits() {
    let program =
        "struct A;\nimpl Drop for A { async fn drop(&mut self) {} }\nfn main() { drop(A) }\n";
    let said = rustc("async_drop", program);
    assert!(said.contains("error[E0053]") || said.contains("incompatible type"), "{said}");
}

#[test]
fn a_destructor_runs_alike_after_success_and_after_an_error() {
    struct Guard;
    impl Drop for Guard {
        fn drop(&mut self) {
            say!("left");
        }
    }
    async fn body(result: Result<(), ()>) -> Result<(), ()> {
        let _guard = Guard;
        result
    }
    for result in [Ok(()), Err(())] {
        let run = record("body", move || body(result));
        assert_eq!(run.transcript(), ["0.000 main left"]);
    }
}

// The event loop

#[test]
fn a_runtime_has_a_thread_for_each_core_and_main_stays_on_the_thread_that_called() {
    let runtime = Runtime::new().expect("a runtime");
    let cores = available_parallelism().map_or(1, NonZero::get);
    assert_eq!(runtime.metrics().num_workers(), cores);
    let here = thread::current().id();
    let main = runtime.block_on(async {
        yield_now().await;
        thread::current().id()
    });
    assert_eq!(main, here);
    let task = runtime.block_on(async { spawn(async { thread::current().id() }).await });
    assert_ne!(task.expect("it does not panic"), here, "a task is polled by a worker");
}

#[test]
fn nothing_is_polled_between_two_calls_of_block_on() {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let polled = Arc::new(AtomicUsize::new(0));
    let counts = polled.clone();
    let task = runtime.spawn(async move {
        for _ in 0..3 {
            counts.fetch_add(1, SeqCst);
            yield_now().await;
        }
    });
    thread::yield_now();
    assert_eq!(polled.load(SeqCst), 0, "it begins only in a call");
    runtime.block_on(yield_now());
    let between = polled.load(SeqCst);
    assert!((1..3).contains(&between), "{between} polls in the first call");
    thread::yield_now();
    assert_eq!(polled.load(SeqCst), between);
    runtime.block_on(task).expect("it does not panic");
    assert_eq!(polled.load(SeqCst), 3);
}

#[test]
fn tokios_timers_know_milliseconds() {
    let run = record("a microsecond", || sleep(Duration::from_micros(1)));
    assert_took(&run, ms(1));
}

#[test]
fn a_socket_of_tokio_panics_outside_of_a_runtime_of_tokio() {
    let bind = || tokio::net::TcpListener::bind("127.0.0.1:0").now_or_never().is_some();
    let panic = catch_unwind(bind).expect_err("it has no driver");
    let message = panic.downcast_ref::<&str>().map(|text| text.to_string());
    let message = message.or_else(|| panic.downcast_ref::<String>().cloned()).expect("a message");
    assert!(message.contains("there is no reactor running"), "{message}");
}

// Futures and tasks

#[test]
fn a_sender_that_is_dropped_wakes_the_receiver_with_an_error() {
    let run = record("oneshot", || async {
        let (sender, receiver) = oneshot::channel::<()>();
        let drops = async {
            sleep(ms(100)).await;
            drop(sender);
        };
        join!(drops.lane("sender"), receiver.lane("receiver")).1.is_err()
    });
    assert_took(&run, ms(100));
    assert!(run.output());
}

#[test]
fn what_blocks_is_not_interrupted_by_a_timeout() {
    let run = record("blocks", || timeout(ms(100), async { block(ms(200)) }));
    assert_took(&run, ms(200));
    assert_eq!(run.output(), Ok(()), "it was done before anything could look at the time");
}

#[test]
fn what_waits_for_a_future_is_dropped_and_nothing_has_to_be_removed() {
    let run = record("dropped", || async {
        let (sender, receiver) = oneshot::channel::<()>();
        let waits = spawn(async move {
            let _ = receiver.await;
            say!("called back");
        });
        yield_now().await;
        waits.abort();
        let _ = waits.await;
        sender.send(()).is_err()
    });
    assert_eq!(run.transcript(), [""; 0]);
    assert!(run.output(), "the sender is told that the receiver is gone");
}

// Many at once

/// In which order two futures were polled, poll by poll.
async fn order_in(joined: impl AsyncFnOnce(&RefCell<String>)) -> String {
    let order = RefCell::new(String::new());
    joined(&order).await;
    order.into_inner()
}

async fn note(order: &RefCell<String>, name: char) {
    for _ in 0..3 {
        order.borrow_mut().push(name);
        yield_now().await;
    }
}

#[test]
fn join_of_tokio_begins_with_another_one_at_each_poll_and_that_of_futures_does_not() {
    let tokios = record("tokio::join!", || {
        order_in(async |order| {
            tokio::join!(note(order, 'A'), note(order, 'B'));
        })
    });
    assert_eq!(tokios.output(), "ABBAAB");
    let futures = record("futures::join!", || {
        order_in(async |order| {
            join!(note(order, 'A'), note(order, 'B'));
        })
    });
    assert_eq!(futures.output(), "ABABAB");
}

#[test]
fn a_panic_goes_through_join() {
    let run = record("a panic", || async {
        join!(async { Err::<(), ()>(()) }, async { panic!("no error") }).0
    });
    let Err(Verdict::Panicked(..)) = run.outcome else { panic!("{:?}", run.outcome) };
}

#[test]
fn futures_unordered_are_polled_only_while_the_next_is_awaited() {
    let run = record("unordered", || async {
        let nap = async |name: &str, time| {
            sleep(time).await;
            say!("{name}");
        };
        let mut naps: FuturesUnordered<_> =
            [("A", 100), ("B", 200)].into_iter().map(|(name, time)| nap(name, ms(time))).collect();
        naps.next().await;
        sleep(ms(400)).await; // B is due meanwhile, and nothing polls it
        naps.next().await;
    });
    assert_eq!(run.transcript(), ["0.100 main A", "0.500 main B"]);
}

#[test]
fn select_looks_at_a_random_branch_first_unless_it_is_biased() {
    let winners = |biased: bool| {
        let run = record("select", move || async move {
            let mut winners = BTreeSet::new();
            for _ in 0..200 {
                let (one, two) = (async {}, async {});
                winners.insert(if biased {
                    select! { biased; () = one => 1, () = two => 2 }
                } else {
                    select! { () = one => 1, () = two => 2 }
                });
            }
            winners
        });
        run.output()
    };
    assert_eq!(winners(true), BTreeSet::from([1]));
    // By chance it is one of them alone once in 2^199 times.
    assert_eq!(winners(false), BTreeSet::from([1, 2]));
}

#[test]
fn one_that_fails_in_a_join_set_does_not_stop_the_others() {
    let run = record("a set", || async {
        let mut set = JoinSet::new();
        set.spawn(async { Err("no") });
        set.spawn(async {
            sleep(ms(100)).await;
            say!("done");
            Ok(())
        });
        let mut errors = 0;
        while let Some(ended) = set.join_next().await {
            errors += usize::from(ended.expect("it does not panic").is_err());
        }
        errors
    });
    assert_eq!(run.lines.len(), 1);
    assert_took(&run, ms(100));
    assert_eq!(run.output(), 1);
}

// Synchronization

#[test]
fn a_sender_that_is_forgotten_keeps_the_receiver_waiting() {
    let run = record("forgotten", || async {
        let (sender, mut receiver) = mpsc::channel::<u32>(1);
        let _forgotten = sender.clone();
        sender.send(1).await.expect("it is received");
        drop(sender);
        let mut received = vec![];
        while let Ok(Some(item)) = timeout(ms(1000), receiver.recv()).await {
            received.push(item);
        }
        received
    });
    assert_took(&run, ms(1000));
    assert_eq!(run.output(), [1]);
}

#[test]
fn a_consumer_that_fails_gives_its_token_back() {
    let run = record("tokens", || async {
        // Each item has a sender of this channel with it; when the last is dropped, all are done.
        let (token, mut all_done) = mpsc::channel::<()>(1);
        let consumer = spawn(async move {
            let _token = token;
            sleep(ms(100)).await;
            Err::<(), _>("it fails")
        });
        all_done.recv().await;
        consumer.await.expect("it does not panic").is_err()
    });
    assert_took(&run, ms(100));
    assert!(run.output());
}

#[test]
fn a_task_that_is_cancelled_after_it_has_arrived_still_counts_at_the_barrier() {
    let run = record("a barrier", || async {
        let barrier = Arc::new(Barrier::new(2));
        let theirs = barrier.clone();
        let arrive = async move {
            theirs.wait().await;
        };
        let gone = spawn(arrive.lane("gone"));
        sleep(ms(100)).await;
        gone.abort();
        let _ = gone.await;
        timeout(ms(100), barrier.wait()).await.is_ok()
    });
    assert!(run.output(), "one waits, and goes on: the other was counted");
}

// Executors, transports

/// Opens when it is told to.
#[derive(Default)]
struct Gate {
    open: Mutex<bool>,
    opened: Condvar,
    inside: AtomicUsize,
}

impl Gate {
    fn wait(&self) {
        self.inside.fetch_add(1, SeqCst);
        let open = self.open.lock().expect("nothing panics");
        drop(self.opened.wait_while(open, |open| !*open).expect("nothing panics"));
    }

    fn open(&self) {
        *self.open.lock().expect("nothing panics") = true;
        self.opened.notify_all();
    }
}

#[test]
fn spawn_blocking_has_up_to_512_threads() {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let gate = Arc::new(Gate::default());
    let mut jobs = vec![];
    for _ in 0..513 {
        let gate = gate.clone();
        jobs.push(runtime.spawn_blocking(move || gate.wait()));
    }
    while gate.inside.load(SeqCst) < 512 {
        thread::yield_now();
    }
    thread::sleep(ms(20)); // enough for one more thread to begin, if there were one
    assert_eq!(gate.inside.load(SeqCst), 512);
    gate.open();
    for job in jobs {
        runtime.block_on(job).expect("it does not panic");
    }
    assert_eq!(gate.inside.load(SeqCst), 513);
}

#[test]
#[cfg(unix)]
fn the_pipes_of_a_child_are_not_read_while_it_is_waited_for() {
    use std::process::Stdio;
    use tokio::{io::AsyncReadExt, process::Command};
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        // More than a pipe holds.
        let mut command = Command::new("sh");
        command.args(["-c", "head -c 300000 /dev/zero"]);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("a child");
        let mut output = child.stdout.take().expect("a pipe");
        assert!(timeout(ms(200), child.wait()).await.is_err(), "it cannot write all, and waits");
        let mut read = vec![];
        output.read_to_end(&mut read).await.expect("zeros");
        assert_eq!(read.len(), 300_000);
        assert!(child.wait().await.expect("it ends").success());
    });
}

#[test]
fn a_line_has_no_limit() {
    const LENGTH: usize = 200 * 1024;
    let run = record("a line", || async {
        let (mut writer, reader) = duplex(4096);
        let write = async {
            writer.write_all(&vec![b'x'; LENGTH]).await.expect("it is read");
            writer.write_all(b"\n").await.expect("it is read");
        };
        let mut line = String::new();
        let mut reader = BufReader::new(reader);
        join!(write, reader.read_line(&mut line)).1.expect("a line")
    });
    assert_eq!(run.output(), LENGTH + 1);
}

// The rest

#[test]
fn a_future_that_keeps_no_waker_waits_for_ever_and_gets_a_verdict() {
    let run = record("no waker", || async { pending::<()>().await });
    assert!(run.outcome.is_err());
}
