//! Awaits at which a lane must not be dropped, and programs that are safe at each of theirs.
use async_concepts::{
    LaneExt, say,
    schedules::{EveryCancellation, every_cancellation},
};
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    fmt::Debug,
    rc::Rc,
    sync::{
        Arc, Mutex as StdMutex,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    spawn,
    sync::{Mutex, Semaphore, mpsc, oneshot},
    time::{sleep, timeout},
};

async fn ms(n: u64) {
    sleep(Duration::from_millis(n)).await;
}

/// Some awaits are not safe: these, by the number of the suspension.
#[track_caller]
fn unsafe_at<F>(suspensions: &[usize], claim: EveryCancellation<F>)
where
    F: Future + 'static,
    F::Output: Debug + Send + 'static,
{
    let found = claim.budget(Duration::from_secs(20)).explore();
    assert_eq!(found.refused, None);
    let numbers: Vec<usize> = found.unsafe_awaits.iter().map(|it| it.suspension).collect();
    assert_eq!(numbers, suspensions, "{found}");
}

/// Each await is safe, and there is at least one.
#[track_caller]
fn safe<F>(claim: EveryCancellation<F>)
where
    F: Future + 'static,
    F::Output: Debug + Send + 'static,
{
    let found = claim.budget(Duration::from_secs(20)).explore();
    assert!(found.holds(), "{found}");
}

#[test]
fn a_permit_that_only_the_end_of_the_work_gives_back() {
    let run = |guard: bool| {
        every_cancellation("permit", move || async move {
            let permits = Semaphore::new(1);
            let work = async {
                let permit = permits.acquire().await.expect("it is open");
                if guard {
                    ms(10).await;
                } else {
                    permit.forget();
                    ms(10).await;
                    permits.add_permits(1);
                }
            };
            work.lane("work").cancellable().await;
            assert_eq!(permits.available_permits(), 1, "permits");
        })
    };
    unsafe_at(&[1], run(false));
    safe(run(true));
}

#[test]
fn money_that_has_left_one_account_and_not_reached_the_other() {
    let run = |at_once: bool| {
        every_cancellation("transfer", move || async move {
            let (from, to) = (Cell::new(100), Cell::new(0));
            let transfer = async {
                ms(10).await;
                if !at_once {
                    from.set(from.get() - 30);
                    ms(10).await;
                    to.set(to.get() + 30);
                } else {
                    ms(10).await;
                    from.set(from.get() - 30);
                    to.set(to.get() + 30);
                }
                ms(10).await;
            };
            transfer.lane("transfer").cancellable().await;
            assert_eq!(from.get() + to.get(), 100, "money");
        })
    };
    unsafe_at(&[2], run(false));
    safe(run(true));
}

#[test]
fn an_invariant_that_is_broken_while_a_lock_is_held() {
    let run = |commit_last: bool| {
        every_cancellation("pair", move || async move {
            let pair = Mutex::new((100, 0));
            let change = async {
                let mut pair = pair.lock().await;
                if commit_last {
                    ms(10).await;
                    *pair = (pair.0 - 10, pair.1 + 10);
                } else {
                    pair.0 -= 10;
                    ms(10).await;
                    pair.1 += 10;
                }
            };
            change.lane("change").cancellable().await;
            let pair = pair.lock().await;
            assert_eq!(pair.0 + pair.1, 100, "both together");
        })
    };
    unsafe_at(&[1], run(false));
    safe(run(true));
}

/// Writes two frames, a byte each 10 ms. A frame is a length, and as many bytes as it says.
async fn write(mut peer: DuplexStream) {
    for byte in [2, b'a', b'b', 2, b'c', b'd'] {
        ms(10).await;
        peer.write_u8(byte).await.expect("it is read");
    }
    ms(10).await;
}

/// Reads a frame; what has been read is lost if it is dropped.
async fn read(stream: &mut DuplexStream) -> Vec<u8> {
    let length = stream.read_u8().await.expect("a length");
    let mut frame = vec![0; length.into()];
    stream.read_exact(&mut frame).await.expect("a frame");
    frame
}

/// Reads a frame; what has been read is kept outside.
async fn read_into(buffer: &mut Vec<u8>, stream: &mut DuplexStream) -> Vec<u8> {
    loop {
        if let Some(&length) = buffer.first()
            && buffer.len() > usize::from(length)
        {
            let rest = buffer.split_off(usize::from(length) + 1);
            return std::mem::replace(buffer, rest).split_off(1);
        }
        let mut more = [0; 16];
        let read = stream.read(&mut more).await.expect("more");
        buffer.extend(&more[..read]);
    }
}

#[test]
fn a_frame_of_which_half_has_been_read() {
    let run = |kept: bool| {
        every_cancellation("frame", move || async move {
            let (mut stream, peer) = duplex(16);
            let peer = spawn(write(peer).lane("peer"));
            let mut buffer = vec![];
            let first = match kept {
                true => read_into(&mut buffer, &mut stream).lane("read").cancellable().await,
                false => read(&mut stream).lane("read").cancellable().await,
            };
            let mut frames: Vec<Vec<u8>> = first.into_iter().collect();
            while frames.len() < 2 {
                let next = async {
                    match kept {
                        true => read_into(&mut buffer, &mut stream).await,
                        false => read(&mut stream).await,
                    }
                };
                frames.push(timeout(Duration::from_millis(200), next).await.expect("a frame"));
            }
            peer.await.expect("it does not panic");
            assert_eq!(frames, [b"ab".to_vec(), b"cd".to_vec()]);
        })
    };
    unsafe_at(&[2, 3], run(false));
    safe(run(true));
}

#[test]
fn an_item_that_is_taken_from_one_queue_and_not_yet_in_the_other() {
    let run = |reserve: bool| {
        every_cancellation("send", move || async move {
            let (send, mut receive) = mpsc::channel(1);
            let queue = RefCell::new(VecDeque::from([1, 2, 3]));
            let consume = async move {
                let mut seen = vec![];
                while let Some(item) = receive.recv().await {
                    seen.push(item);
                    ms(10).await;
                }
                seen
            };
            let consumer = spawn(consume.lane("consumer"));
            let produce = async {
                if reserve {
                    while !queue.borrow().is_empty() {
                        let permit = send.reserve().await.expect("it is received");
                        let item = queue.borrow_mut().pop_front().expect("it is not empty");
                        permit.send(item);
                    }
                } else {
                    loop {
                        let Some(item) = queue.borrow_mut().pop_front() else { break };
                        send.send(item).await.expect("it is received");
                    }
                }
            };
            produce.lane("produce").cancellable().await;
            drop(send);
            let mut seen = consumer.await.expect("it does not panic");
            seen.extend(queue.take());
            assert_eq!(seen, [1, 2, 3]);
        })
    };
    unsafe_at(&[1, 2], run(false));
    safe(run(true));
}

/// Puts a flag back, also when it is dropped.
struct Reset<'a>(&'a Cell<bool>);

impl Drop for Reset<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

#[test]
fn a_flag_that_only_the_end_of_the_work_takes_back() {
    let run = |guard: bool| {
        every_cancellation("busy", move || async move {
            let busy = Cell::new(false);
            let work = async {
                busy.set(true);
                let _reset = if guard { Some(Reset(&busy)) } else { None };
                ms(10).await;
                busy.set(false);
            };
            work.lane("work").cancellable().await;
            assert!(!busy.get(), "it is busy for ever");
        })
    };
    unsafe_at(&[1], run(false));
    safe(run(true));
}

#[test]
fn a_connection_that_is_out_of_the_pool_while_it_is_used() {
    let run = |leave_it_there: bool| {
        every_cancellation("pool", move || async move {
            let pool = StdMutex::new(Some(7));
            let use_it = async {
                let mut connection = match leave_it_there {
                    true => *pool.lock().expect("no panic"),
                    false => pool.lock().expect("no panic").take(),
                };
                ms(10).await;
                connection = connection.map(|used| used + 1);
                *pool.lock().expect("no panic") = connection;
            };
            use_it.lane("use").cancellable().await;
            assert!(pool.lock().expect("no panic").is_some(), "the connection is gone");
        })
    };
    unsafe_at(&[1], run(false));
    safe(run(true));
}

#[test]
fn a_value_that_was_handed_over_and_not_yet_taken() {
    // As it suspends it is safe; once it has been woken, the value is already its own.
    let unsafe_once_woken = every_cancellation("oneshot", || async {
        let line = Rc::new(RefCell::new(VecDeque::<oneshot::Sender<i32>>::new()));
        let wait = async {
            let (send, receive) = oneshot::channel();
            line.borrow_mut().push_back(send);
            receive.await.expect("it is handed over")
        };
        let theirs = line.clone();
        let give = async move {
            ms(10).await;
            // A receiver that is gone does not take it, and then it goes to the next.
            let mut value = Some(7);
            loop {
                let Some(next) = theirs.borrow_mut().pop_front() else { break value };
                match next.send(7) {
                    Ok(()) => value = None,
                    Err(_) => continue,
                }
                break value;
            }
        };
        let waiter = wait.lane("wait").cancellable();
        let (taken, left) = futures::join!(waiter, give.lane("give"));
        assert!(taken.is_some() || left.is_some(), "7 was handed over, and is lost");
    });
    let found = unsafe_once_woken.explore();
    let numbers: Vec<(usize, bool)> =
        found.unsafe_awaits.iter().map(|it| (it.suspension, it.once_woken)).collect();
    assert_eq!(numbers, [(1, true)], "{found}");

    safe(every_cancellation("mpsc", || async {
        let (send, mut receive) = mpsc::channel(1);
        let give = async move {
            ms(10).await;
            send.send(7).await.expect("it is received");
        };
        let giver = spawn(give.lane("give"));
        let taken = receive.recv().lane("wait").cancellable().await;
        giver.await.expect("it does not panic");
        assert!(taken.is_some() || receive.recv().await == Some(7), "7 is lost");
    }));
}

#[test]
fn a_task_can_be_cancelled_and_a_place_in_the_line_for_a_lock_is_given_up() {
    safe(every_cancellation("lock", || async {
        let lock = Arc::new(Mutex::new(0));
        let mut tasks = vec![];
        for (name, begin) in [("A", 0), ("B", 1), ("C", 2)] {
            let lock = lock.clone();
            let work = async move {
                ms(begin).await;
                let mut guard = lock.lock().await;
                ms(10).await;
                *guard += 1;
            };
            tasks.push(spawn(work.lane(name).cancellable()));
        }
        let mut done = 0;
        for task in tasks {
            done += i32::from(task.await.expect("it does not panic").is_some());
        }
        assert_eq!(*lock.lock().await, done);
        assert!(done >= 2, "only one of them was cancelled");
    }));
}

#[test]
fn in_every_schedule_each_cancellation_is_tried_with_each_order() {
    // It is right in each order, unless the first lane is cancelled while the baton is up.
    let run = || {
        every_cancellation("baton", || async {
            let (baton, passed) = (Cell::new(0), Cell::new(0));
            let first = async {
                baton.set(1);
                ms(10).await;
                baton.set(0);
            };
            let second = async {
                ms(11).await;
                passed.set(baton.get());
            };
            futures::join!(first.lane("first").cancellable(), second.lane("second"));
            passed.get()
        })
        .check(|run| matches!(run.outcome, Ok(Some(0))))
    };
    let own = run().explore();
    assert_eq!(own.unsafe_awaits.len(), 1, "{own}");
    let all = run().in_every_schedule().budget(Duration::from_secs(20)).explore();
    assert!(all.cancellations > own.cancellations, "{all}");
    assert_eq!(all.schedules, Some(async_concepts::schedules::Coverage::All), "{all}");
}

/// Two steps to the same table; cancelled between them, it has one leg.
fn two_steps(own_order: bool) -> EveryCancellation<impl Future<Output = ()>> {
    every_cancellation("two steps", move || async move {
        let (legs, looked) = (Cell::new(0), Cell::new(0));
        let build = async {
            ms(1).await;
            // In tokio's own order the other lane comes after this one.
            if own_order || looked.get() == 1 {
                legs.set(1);
                ms(1).await;
                legs.set(2);
            }
        };
        let look = async {
            ms(1).await;
            looked.set(1);
        };
        futures::join!(build.lane("build").cancellable(), look.lane("look"));
        assert_ne!(legs.get(), 1, "it has one leg");
    })
    .in_every_schedule()
    .budget(Duration::from_secs(20))
}

#[test]
fn an_await_that_is_unsafe_in_another_schedule_only_is_named_with_that_schedule() {
    // The lane suspends twice only in the schedules in which it comes second.
    let found = two_steps(false).explore();
    let [found] = &found.unsafe_awaits[..] else { panic!("{found}") };
    assert_eq!((found.suspension, found.of), (2, 2), "{found}");
    assert_eq!(found.schedule.departures.len(), 1, "{found}");
    let text = found.to_string();
    assert!(text.contains(", and at decision ") && text.contains(" look goes before build"));

    let own = two_steps(true).explore();
    let [own] = &own.unsafe_awaits[..] else { panic!("{own}") };
    assert!(own.schedule.departures.is_empty() && !own.to_string().contains("decision"), "{own}");
}

#[test]
fn what_is_wrong_in_some_schedule_without_a_cancellation_is_no_fault_of_a_cancellation() {
    let found = every_cancellation("race", || async {
        let first = Cell::new("");
        let work = async |name| {
            ms(1).await;
            if first.get().is_empty() {
                first.set(name);
            }
        };
        futures::join!(work("A").lane("A").cancellable(), work("B").lane("B"));
        assert_eq!(first.get(), "A");
    });
    let found = found.in_every_schedule().budget(Duration::from_secs(20)).explore();
    let why = found.refused.expect("it is refused");
    assert!(why.starts_with("it is wrong without any cancellation: "), "{why}");
    assert!(why.ends_with(" B goes before A)"), "{why}");
}

/// A lane that is cancelled once, beside two tasks. A flag that may be set by one of them is read
/// by the other one: in tokio's own schedule before it is set.
fn beside_two_tasks(
    only_if_cancelled: bool,
    if_set: impl Fn() + Copy + Send + Sync + 'static,
) -> EveryCancellation<impl Future<Output = ()>> {
    every_cancellation("beside", move || async move {
        let waits = ms(1).lane("waits").cancellable().await;
        if only_if_cancelled && waits.is_some() {
            return;
        }
        let flag = Arc::new(AtomicBool::new(false));
        let theirs = flag.clone();
        let reads = async move {
            if flag.load(Relaxed) {
                if_set();
            }
        };
        let reads = spawn(reads.lane("reads"));
        let sets = spawn(async move { theirs.store(true, Relaxed) }.lane("sets"));
        let _ = futures::join!(reads, sets);
    })
    .in_every_schedule()
    .budget(Duration::from_secs(20))
}

#[test]
fn a_program_that_cannot_be_explored_in_a_later_schedule_is_refused() {
    let spawns = || drop(spawn(async {}));
    let found = beside_two_tasks(false, spawns).explore();
    assert!(found.to_string().starts_with("beside: no cancellation was tried: "), "{found}");
    assert!(found.to_string().contains(" a task without a lane"), "{found}");
    // Here only the runs in which the lane was cancelled have such a task.
    let found = beside_two_tasks(true, spawns).explore();
    assert!(found.cancellations > 0 && found.unsafe_awaits.is_empty() && !found.holds());
    let text = found.to_string();
    assert!(text.starts_with("beside: not every cancellation was tried: "), "{text}");
    assert!(text.contains(" a task without a lane"), "{text}");
}

#[test]
fn that_a_later_schedule_is_not_the_same_again_is_noticed() {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    let differs = || say!("{}", RUNS.fetch_add(1, Relaxed));
    let found = beside_two_tasks(true, differs).budget(Duration::from_millis(300)).explore();
    assert!(found.nondeterministic, "{found}");
}

#[test]
fn main_is_dropped_in_place_of_lanes_that_never_suspend_and_it_is_said() {
    let found = every_cancellation("at once", || async {
        for name in ["A", "B", "B"] {
            std::future::ready(()).lane(name).cancellable().await;
        }
        ms(10).await;
    })
    .explore();
    assert_eq!(found.lanes, [("main".to_owned(), 1)]);
    assert_eq!(found.never_suspended, ["A", "B", "B"]);
    let expected = "at once: dropped main at its only suspension (A, B, B never suspend in \
                    tokio's own schedule), in 2 runs: the claim holds each time";
    assert_eq!(found.to_string(), expected);
}

#[test]
fn main_is_dropped_if_no_lane_is_marked() {
    let found = every_cancellation("main", || async {
        ms(10).await;
        ms(10).await;
    })
    .check(|run| run.outcome.is_ok())
    .explore();
    assert_eq!(found.lanes, [("main".to_owned(), 2)]);
    assert_eq!((found.cancellations, found.unsafe_awaits.len()), (4, 0), "{found}");
}

#[test]
fn what_cannot_be_cancelled_is_refused_in_a_sentence() {
    let sentence = |claim: EveryCancellation<_>| claim.explore().refused.expect("it is refused");
    let never_waits = every_cancellation("busy", || std::future::ready(()));
    assert_eq!(sentence(never_waits), "no lane that can be cancelled ever waits");
    let wrong = every_cancellation("wrong", || async { panic!("no") });
    let expected = "it is wrong without any cancellation: main panicked: no [panicked]";
    assert_eq!(wrong.explore().refused, Some(expected.to_owned()));
}

#[test]
fn an_unsafe_await_is_named_with_its_line_and_what_it_waits_for() {
    let line = line!() + 7;
    let found = every_cancellation("transfer", || async {
        let (from, to) = (Cell::new(100), Cell::new(0));
        let transfer = async {
            ms(1).await;
            to.set(0);
            from.set(from.get() - 30);
            sleep(Duration::from_millis(10)).await;
            to.set(to.get() + 30);
        };
        transfer.lane("transfer").cancellable().await;
        assert_eq!(from.get() + to.get(), 100, "money");
    })
    .explore();
    let unsafe_await = &found.unsafe_awaits[0];
    let wait = unsafe_await.wait().expect("a place");
    assert_eq!((wait.place.line, wait.on.as_deref()), (line, Some("sleep")), "{found}");
    assert_eq!(unsafe_await.suspension, 2);
    assert!(found.to_string().contains(&format!("cancellations.rs:{line} (sleep)")), "{found}");
}

#[test]
fn a_lane_suspends_when_all_its_parts_have_been_polled_in_whichever_order() {
    // One poll of `work` begins both parts, so nothing can cancel `work` between the two.
    let claim = every_cancellation("parts", || async {
        let begun = Cell::new(0);
        let part = async || {
            begun.set(begun.get() + 1);
            ms(10).await;
        };
        let work = async { futures::join!(part().lane("A"), part().lane("B")) };
        let dropped = work.lane("work").cancellable().await.is_none();
        (begun.get(), dropped)
    });
    let claim = claim.check(|run| matches!(run.outcome, Ok(Some((2, _)))));
    let found = claim.in_every_schedule().budget(Duration::from_secs(20)).explore();
    assert!(found.holds(), "{found}");
    assert_eq!(found.lanes, [("work".to_owned(), 1)], "{found}");
}

#[test]
fn lanes_of_one_name_are_told_apart() {
    let found = every_cancellation("twice", || async {
        let done = Cell::new(0);
        let first = async {
            ms(1).await;
            done.set(done.get() + 1);
        };
        first.lane("work").cancellable().await;
        let second = async {
            ms(1).await;
            done.set(done.get() + 1);
        };
        second.lane("work").cancellable().await;
        // Another one, which is no part of the claim, and is dropped when `main` ends.
        let third = Box::pin(async { ms(1).await }.lane("work"));
        let _ = timeout(Duration::ZERO, third).await;
        assert_eq!(done.get(), 2, "work that is done");
    })
    .explore();
    let mut lines = vec![];
    for await_ in &found.unsafe_awaits {
        let wait = await_.wait().expect("it is known where it waits");
        lines.push(wait.chain.last().expect("a chain is not empty").line);
    }
    // They are the awaits of the first two lanes, and the second is five lines below the first.
    let [first, second] = lines[..] else { panic!("two awaits are unsafe: {found}") };
    assert_eq!(second - first, 5, "{found}");
}

#[test]
fn a_budget_that_is_used_up_before_the_first_cancellation_proves_nothing() {
    let none = every_cancellation("no time", || async { ms(1).await }).budget(Duration::ZERO);
    let found = none.explore();
    assert!(!found.holds());
    let expected = "no time: dropped main at up to 1 suspension, in 0 runs: \
                    no cancellation was tried\n\
                    The budget was used up before each cancellation had been tried.";
    assert_eq!(found.to_string(), expected);
}
