//! However deep something is, the stack stays shallow; however many wait, it takes linear time.
use super::*;
use std::sync::LazyLock;

const MILLION: usize = 1_000_000;

/// Two megabytes, which is what a thread gets.
fn in_a_small_stack(run: fn()) {
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap();
    thread.join().expect("it does not panic");
}

/// Tasks each of which awaits the one before; the first awaits `end`.
fn chain_of_tasks(event_loop: &EventLoop, end: Future<()>, count: usize) -> Future<()> {
    let mut last = end;
    for _ in 0..count {
        let before = last.clone();
        last = event_loop.create_task(async move { before.await }).unwrap();
    }
    last
}

#[test]
fn a_million_nested_tasks_are_cancelled_in_a_small_stack() {
    in_a_small_stack(|| {
        let event_loop = virtual_loop();
        let end = event_loop.create_future();
        let last = chain_of_tasks(&event_loop, end.clone(), MILLION);
        event_loop.stop();
        event_loop.run_forever().unwrap();
        assert!(last.cancel());
        assert!(end.cancelled(), "the request goes down to what is awaited in the end");
        assert!(matches!(event_loop.run_until_complete(last), Err(Error::Cancelled)));
        event_loop.close().unwrap();
    });
}

#[test]
fn nested_gathers_are_cancelled_in_a_small_stack() {
    in_a_small_stack(|| {
        let event_loop = virtual_loop();
        let end = event_loop.create_future::<Unit>();
        let mut last = end.clone();
        for _ in 0..MILLION / 4 {
            last = gather::<Unit, _>([last]).unwrap();
        }
        assert!(last.cancel());
        assert!(end.cancelled());
        drop(last);
        event_loop.close().unwrap();
    });

    #[derive(Clone)]
    struct Unit;
    impl FromIterator<Unit> for Unit {
        fn from_iter<I: IntoIterator<Item = Unit>>(units: I) -> Unit {
            units.into_iter().for_each(drop);
            Unit
        }
    }
}

/// Futures each of which is owned by a callback of the next.
fn chain_of_futures(event_loop: &EventLoop) -> Future<()> {
    let mut last = event_loop.create_future();
    for _ in 0..MILLION {
        let owned = std::mem::replace(&mut last, event_loop.create_future());
        last.add_done_callback(move |_| drop(owned));
    }
    last
}

#[test]
fn a_chain_of_a_million_futures_is_dropped_in_a_small_stack() {
    in_a_small_stack(|| drop(chain_of_futures(&virtual_loop())));
}

#[test]
fn a_loop_with_a_chain_of_a_million_futures_is_closed_in_a_small_stack() {
    in_a_small_stack(|| {
        let event_loop = virtual_loop();
        let last = chain_of_futures(&event_loop);
        event_loop.close().unwrap();
        drop(last);
    });
    in_a_small_stack(|| {
        let event_loop = virtual_loop();
        // The other way round: the future that is found first owns all others.
        let first = event_loop.create_future();
        let mut last: Future<()> = first.clone();
        for _ in 0..MILLION {
            let next = event_loop.create_future::<()>();
            let owned = next.clone();
            last.add_done_callback(move |_| drop(owned));
            last = next;
        }
        drop((first, last));
        event_loop.close().unwrap();
    });
}

#[test]
fn a_chain_of_a_million_callbacks_is_dropped_in_a_small_stack() {
    in_a_small_stack(|| {
        let event_loop = virtual_loop();
        let mut last = event_loop.call_soon(|| ()).unwrap();
        for _ in 0..MILLION {
            let owned = last;
            last = event_loop.call_soon(move || drop(owned)).unwrap();
        }
        event_loop.close().unwrap();
        drop(last);
        // Results that own futures whose results own futures.
        let event_loop = virtual_loop();
        struct Link(#[expect(dead_code, reason = "it is dropped")] Option<Future<Link>>);
        let mut last: Option<Future<Link>> = None;
        for _ in 0..MILLION {
            let next = event_loop.create_future();
            assert!(next.set_result(Link(last.take())).is_ok());
            last = Some(next);
        }
        drop(last);
    });
}

#[test]
fn what_is_nested_too_deeply_is_dropped_all_the_same() {
    let alive = Alive::default();
    let event_loop = virtual_loop();
    let mut last = event_loop.create_future::<()>();
    for _ in 0..1000 {
        let owned = (alive.clone(), std::mem::replace(&mut last, event_loop.create_future()));
        last.add_done_callback(move |_| drop(owned));
    }
    assert_eq!(alive.0.get(), 1000);
    drop(last);
    assert_eq!(alive.0.get(), 0);
}

/// The processor time of this thread, in which other programs do not appear. Where the system does
/// not tell it as Linux does, the time that passes.
fn time_of_this_thread() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    // A system may have the file and count nothing: then there is nothing after some work, either.
    static IS_COUNTED: LazyLock<bool> = LazyLock::new(|| {
        let begin = Instant::now();
        while begin.elapsed() < milliseconds(50) {
            std::hint::spin_loop();
        }
        !counted().unwrap_or_default().is_zero()
    });
    match counted() {
        Some(time) if *IS_COUNTED => time,
        _ => START.elapsed(),
    }
}

/// What Linux counts for this thread.
fn counted() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = text.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

/// How long it takes for `count`, the shortest of some rounds, because other programs may disturb
/// one.
fn time(count: usize, rounds: usize, run: fn(usize)) -> Duration {
    let round = || {
        let start = time_of_this_thread();
        run(count);
        time_of_this_thread() - start
    };
    (0..rounds).map(|_| round()).min().unwrap()
}

/// Ten times as many take about ten times as long. Quadratic work would take a hundred times as
/// long.
fn assert_linear(what: &str, run: fn(usize)) {
    let few = time(30_000, 3, run);
    let mut many = time(300_000, 1, run);
    // Other programs may disturb these rounds, too; quadratic work is too slow in each of them.
    for _ in 0..4 {
        if many < few * 40 {
            return;
        }
        many = many.min(time(300_000, 1, run));
    }
    assert!(many < few * 40, "{what}: 30,000 in {few:?}, 300,000 in {many:?}");
}

#[test]
fn time_is_linear_in_the_tasks_that_await_one_future() {
    fn waiters(count: usize) -> (EventLoop, Future<()>) {
        let event_loop = virtual_loop();
        let shared = event_loop.create_future();
        for _ in 0..count {
            let shared = shared.clone();
            event_loop.create_task(async move { shared.await }).unwrap();
        }
        event_loop.stop();
        event_loop.run_forever().unwrap();
        (event_loop, shared)
    }
    assert_linear("woken", |count| {
        let (event_loop, shared) = waiters(count);
        shared.set_result(()).unwrap();
        assert!(matches!(event_loop.run_forever(), Err(Error::Idle)));
        assert!(event_loop.all_tasks().is_empty());
    });
    assert_linear("cancelled", |count| {
        let (event_loop, shared) = waiters(count);
        assert!(shared.cancel());
        assert!(matches!(event_loop.run_forever(), Err(Error::Idle)));
    });
    assert_linear("closed", |count| {
        let (event_loop, shared) = waiters(count);
        event_loop.close().unwrap();
        assert!(!shared.done());
    });
}

#[test]
fn time_is_linear_in_the_gathers_of_one_future() {
    assert_linear("gathers", |count| {
        let event_loop = virtual_loop();
        let shared = event_loop.create_future();
        let gathers: Vec<Future<Vec<u8>>> =
            (0..count).map(|_| gather([shared.clone()]).unwrap()).collect();
        shared.set_result(1).unwrap();
        assert!(matches!(event_loop.run_forever(), Err(Error::Idle)));
        assert!(gathers.iter().all(Future::done));
    });
    assert_linear("one gather of the same", |count| {
        let event_loop = virtual_loop();
        let shared = event_loop.create_future();
        let all: Future<Vec<u8>> = gather((0..count).map(|_| shared.clone())).unwrap();
        shared.set_result(1).unwrap();
        assert_eq!(event_loop.run_until_complete(all).unwrap().len(), count);
    });
}

#[test]
fn a_chain_of_a_million_calls_from_other_threads_is_dropped_in_a_small_stack() {
    in_a_small_stack(|| {
        let event_loop = virtual_loop();
        let handle = event_loop.threadsafe_handle();
        let mut last = handle.call_soon_threadsafe(|| ()).unwrap();
        for _ in 0..MILLION {
            let owned = last;
            last = handle.call_soon_threadsafe(move || drop(owned)).unwrap();
        }
        event_loop.close().unwrap();
        last.cancel();
    });
}

#[test]
fn groups_of_errors_in_groups_are_shown_and_dropped_in_a_small_stack() {
    const DEPTH: usize = MILLION / 10;
    in_a_small_stack(|| {
        let event_loop = virtual_loop();
        let mut last = Error::exception("the first");
        for _ in 0..DEPTH {
            let inner = last.clone();
            let group = task_group(async move |_| Err::<(), _>(inner));
            last = event_loop.run_until_complete(group).unwrap_err();
        }
        let text = last.to_string();
        assert_eq!(text.matches("(1 sub-exception); ").count(), DEPTH);
        assert!(text.ends_with("; the first"));
        assert!(format!("{last:?}").contains(&text));
        drop(last);
    });
}

#[test]
fn time_is_linear_in_the_waits_for_one_future_that_are_given_up() {
    assert_linear("shields that are cancelled", |count| {
        let event_loop = virtual_loop();
        let shared = event_loop.create_future::<()>();
        let shields: Vec<_> = (0..count).map(|_| shield(shared.clone()).unwrap()).collect();
        for shield in &shields {
            assert!(shield.cancel());
        }
        assert!(matches!(event_loop.run_forever(), Err(Error::Idle)));
        assert!(!shared.done());
    });
    assert_linear("awaits that are dropped", |count| {
        struct Ignored;
        impl std::task::Wake for Ignored {
            fn wake(self: std::sync::Arc<Self>) {}
        }
        let event_loop = virtual_loop();
        let shared = event_loop.create_future::<()>();
        // In some other order than that in which they began.
        let mut awaits = [vec![], vec![], vec![]];
        for number in 0..count {
            let waker = std::task::Waker::from(std::sync::Arc::new(Ignored));
            let mut wait = Box::pin(shared.clone().into_future());
            assert!(wait.poll_unpin(&mut std::task::Context::from_waker(&waker)).is_pending());
            awaits[number % 3].push(wait);
        }
        drop(awaits);
        shared.set_result(()).unwrap();
        assert!(matches!(event_loop.run_forever(), Err(Error::Idle)));
    });
}

#[test]
fn those_that_are_left_of_many_are_called_in_their_order() {
    let event_loop = virtual_loop();
    let (log, shared) = (Log::default(), event_loop.create_future::<()>());
    let mut removed = vec![];
    let mut expected = vec![];
    for number in 0..1000 {
        let said = log.clone();
        let callback = shared.add_done_callback(move |_| said.say(&number.to_string()));
        if number % 7 == 3 {
            expected.push(format!("0 {number}"));
        } else {
            removed.push(callback);
        }
        // Some are removed while others are still to come.
        if number % 100 == 99 {
            for callback in removed.drain(..).rev() {
                assert_eq!(shared.remove_done_callback(&callback), 1);
                assert_eq!(shared.remove_done_callback(&callback), 0);
            }
        }
    }
    shared.set_result(()).unwrap();
    assert!(matches!(event_loop.run_forever(), Err(Error::Idle)));
    assert_eq!(log.lines(), expected);
}
