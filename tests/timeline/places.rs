//! Where a lane waits, and for what.
use crate::ms;
use async_concepts::{
    LaneExt, block, callback,
    event_loop::EventLoop,
    on_thread, record, record_blocking,
    timeline::{
        Chart, Clock, Code, Polled, Recorder, Recording, Registered, Wait, Waits, What, from_json,
        to_json,
    },
};
use futures::{StreamExt, future::join_all, stream::FuturesUnordered};
use std::{
    future::{pending, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
};
use tokio::{
    io::AsyncReadExt,
    sync::{Barrier, Mutex, Notify, RwLock, Semaphore, broadcast, mpsc, oneshot, watch},
    task::{JoinSet, spawn_blocking, yield_now},
    time::{interval, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

/// What a lane waited for after each of its polls that were not ready.
fn waits<T>(run: &Recording<T>, name: &str) -> Vec<Waits> {
    let mut lane = None;
    let mut waits = vec![];
    for event in run.events() {
        match &event.what {
            What::Created { name: created, .. } if created == name => lane = Some(event.lane),
            What::PollEnd { polled: Polled::Pending(of), .. } if Some(event.lane) == lane => {
                waits.push(of.clone());
            }
            _ => {}
        }
    }
    waits
}

/// The place and the name of each of them, as `line for on`.
fn said(waits: &Waits) -> Vec<String> {
    let one = |wait: &Wait| {
        assert_eq!(wait.place.file, file!(), "{wait:?}");
        format!("{} for {}", wait.place.line, wait.on.as_deref().unwrap_or("?"))
    };
    waits.resolve().iter().map(one).collect()
}

async fn inner(lock: Arc<Mutex<()>>) {
    let _guard = lock.lock().await;
}

async fn outer(lock: Arc<Mutex<()>>) {
    inner(lock).await;
}

#[test]
fn a_wait_has_the_place_of_its_await_and_the_chain_of_async_functions() {
    let run = record("chain", || async {
        let lock = Arc::new(Mutex::new(()));
        let guard = lock.clone().lock_owned().await;
        let waits = tokio::spawn(async move { outer(lock).await }.lane("A"));
        sleep(ms(100)).await;
        drop(guard);
        waits.await.unwrap();
    });
    let waits = waits(&run, "A");
    assert_eq!(waits.len(), 1);
    let wait = &waits[0].resolve()[0];
    assert_eq!(wait.on.as_deref(), Some("Mutex::lock"));
    let lines: Vec<(u32, u32)> =
        wait.chain.iter().map(|place| (place.line, place.column)).collect();
    let source: Vec<&str> = include_str!("places.rs").lines().collect();
    let at = |(line, column): (u32, u32)| &source[line as usize - 1][column as usize - 1..];
    assert!(at(lines[0]).starts_with("await;"), "{lines:?}");
    assert!(source[lines[0].0 as usize - 1].contains("lock.lock().await"), "{lines:?}");
    assert!(source[lines[1].0 as usize - 1].contains("inner(lock).await"), "{lines:?}");
    assert!(source[lines[2].0 as usize - 1].contains("outer(lock).await"), "{lines:?}");
    assert_eq!(lines.len(), 3);
    assert_eq!(wait.chain[0], wait.place);
}

/// Runs `work` in a task called A, beside a `main` that looks on for a second.
fn alone<F>(work: impl FnOnce() -> F + Send + 'static) -> Recording<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    record("alone", || async move {
        let work = tokio::spawn(work().lane("A"));
        sleep(ms(1_000)).await;
        drop(work);
    })
}

/// What `work` waited for, each time.
fn names<F>(work: impl FnOnce() -> F + Send + 'static) -> Vec<String>
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut names: Vec<String> = vec![];
    for waits in waits(&alone(work), "A") {
        for wait in waits.resolve() {
            assert_eq!(wait.place.file, file!(), "{wait:?}");
            let name = wait.on.clone().unwrap_or_else(|| "?".into());
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// The lines at which the polls of a lane are made by the lane around it, and the lines at which it
/// blocks.
fn made_and_blocked(chart: &Chart, name: &str) -> (Vec<u32>, Vec<u32>) {
    let mut made = vec![];
    let mut blocked = vec![];
    for span in &chart.row(name).spans {
        let seen = span.polled_at.waits().iter().filter(|wait| !wait.is_only_of_the_lane());
        made.extend(seen.map(|wait| wait.place.line));
        let blocks = span.blocks.iter().flat_map(|block| block.places.waits());
        blocked.extend(blocks.map(|wait| wait.place.line));
    }
    (made, blocked)
}

#[test]
fn each_poll_of_a_lane_has_the_place_at_which_the_lane_around_makes_it() {
    let line = line!();
    let run = record("around", || async {
        async {}.lane("ready at once").await;
        let mut by_hand = pin!(yield_now().lane("by hand"));
        assert!(futures::poll!(&mut by_hand).is_pending());
        by_hand.await;
        tokio::spawn(yield_now().lane("task")).await.unwrap();
    });
    let chart = run.chart();
    assert_eq!(made_and_blocked(&chart, "ready at once").0, [line + 2]);
    // Where `poll!` asks it, too, although `main` does not wait there.
    assert_eq!(made_and_blocked(&chart, "by hand").0, [line + 4, line + 5]);
    assert_eq!(made_and_blocked(&chart, "task").0, [0; 0], "the runtime polls it");
    assert_eq!(made_and_blocked(&chart, "main").0, [0; 0]);
}

#[test]
fn each_call_that_blocks_has_its_place_and_its_end() {
    fn twice() {
        block(ms(1));
        block(ms(2));
    }
    let line = line!() - 2;
    let run = record("blocks", || async {
        async { twice() }.lane("A").await;
        spawn_blocking(on_thread("B", twice)).await.unwrap();
    });
    let chart = run.chart();
    for name in ["A", "B"] {
        assert_eq!(made_and_blocked(&chart, name).1, [line - 1, line], "{name}");
    }
    let mut ends = vec![];
    for block in chart.row("A").spans.iter().flat_map(|span| &span.blocks) {
        ends.push(chart.time(block.until));
    }
    assert_eq!(ends, [ms(1), ms(3)]);
    // What is written can be read, and a file without these fields, too.
    let json = to_json(std::slice::from_ref(&chart));
    assert_eq!(from_json(&json).unwrap(), [chart]);
    let mut without: serde_json::Value = serde_json::from_str(&json).unwrap();
    for row in without["charts"][0]["rows"].as_array_mut().unwrap() {
        for span in row["spans"].as_array_mut().unwrap() {
            let span = span.as_object_mut().unwrap();
            span.remove("polled_at");
            span.remove("blocks");
        }
    }
    assert!(from_json(&without.to_string()).is_ok());
}

#[test]
fn a_callback_has_the_place_at_which_its_loop_is_run_and_ends_its_own_stack() {
    let run = record_blocking("callback", || {
        let event_loop = EventLoop::new()?;
        let stop = event_loop.clone();
        let call = move || {
            block(ms(1));
            stop.stop();
        };
        event_loop.call_soon(callback("A", call))?;
        event_loop.run_forever()?;
        event_loop.close()
    });
    let line = line!() - 3;
    let chart = run.chart();
    assert_eq!(made_and_blocked(&chart, "A"), (vec![line], vec![line - 4]));
    let blocks = &chart.row("A").spans[1].blocks;
    assert_eq!(blocks[0].places.waits()[0].chain.len(), 1, "{blocks:?}");
}

#[test]
fn a_timer_is_a_sleep_a_tick_or_a_timeout() {
    assert_eq!(names(|| async { sleep(ms(1)).await }), ["sleep"]);
    let ticks = || async {
        let mut ticks = interval(ms(10));
        for _ in 0..3 {
            ticks.tick().await;
        }
    };
    assert_eq!(names(ticks), ["Interval::tick"]);
    assert_eq!(names(|| async { drop(timeout(ms(9), pending::<()>()).await) }), ["timeout"]);
    let two = names(|| async { drop(timeout(ms(9), Notify::new().notified()).await) });
    assert_eq!(two, ["Notify::notified", "timeout"]);
}

/// For each wait of `work` whether it is one for a timer, as `name: bool`.
fn timers<F>(work: impl FnOnce() -> F + Send + 'static) -> Vec<String>
where
    F: Future<Output = ()> + Send + 'static,
{
    let run = alone(work);
    let first = &waits(&run, "A")[0];
    let said = |wait: &Wait| format!("{}: {}", wait.on.as_deref().unwrap_or("?"), wait.timer);
    first.resolve().iter().map(said).collect()
}

#[test]
fn a_timer_is_seen_inside_whatever_is_awaited() {
    assert_eq!(timers(|| async { sleep(ms(1)).await }), ["sleep: true"]);
    let limited = || async { drop(timeout(ms(9), Notify::new().notified()).await) };
    assert_eq!(timers(limited), ["Notify::notified: false", "timeout: true"]);
    let until_cancelled = || async {
        let _ = CancellationToken::new().run_until_cancelled(sleep(ms(9))).await;
    };
    let token = "CancellationToken::cancelled: false";
    assert_eq!(timers(until_cancelled), ["sleep: true", token]);
    let cancelled = || async { CancellationToken::new().cancelled().await };
    assert_eq!(timers(cancelled), [token]);
    let receives = || async {
        let (_sender, mut receiver) = mpsc::channel::<()>(1);
        let _ = CancellationToken::new().run_until_cancelled(receiver.recv()).await;
    };
    assert_eq!(timers(receives), ["mpsc::Receiver::recv: false", token]);
}

#[test]
fn each_primitive_has_its_name() {
    assert_eq!(names(|| async { Notify::new().notified().await }), ["Notify::notified"]);
    let no_permit = || async { drop(Semaphore::new(0).acquire().await) };
    assert_eq!(names(no_permit), ["Semaphore::acquire"]);
    let locked_twice = || async {
        let lock = Mutex::new(());
        let _guard = lock.lock().await;
        drop(lock.lock().await);
    };
    assert_eq!(names(locked_twice), ["Mutex::lock"]);
    let written_twice = || async {
        let lock = RwLock::new(());
        let _guard = lock.write().await;
        drop(lock.read().await);
    };
    assert_eq!(names(written_twice), ["RwLock"]);
    let alone = || async {
        Barrier::new(2).wait().await;
    };
    assert_eq!(names(alone), ["Barrier::wait"]);
    assert_eq!(names(|| async { yield_now().await }), ["yield_now"]);
}

#[test]
fn each_channel_has_its_name_and_each_of_its_ends() {
    let received = || async {
        let (_send, mut receive) = mpsc::channel::<()>(1);
        receive.recv().await;
    };
    assert_eq!(names(received), ["mpsc::Receiver::recv"]);
    let sent = || async {
        let (send, _receive) = mpsc::channel(1);
        send.send(()).await.unwrap();
        send.send(()).await.unwrap();
    };
    assert_eq!(names(sent), ["mpsc::Sender::send"]);
    let reserved = || async {
        let (send, _receive) = mpsc::channel(1);
        send.send(()).await.unwrap();
        drop(send.reserve().await);
    };
    assert_eq!(names(reserved), ["mpsc::Sender::reserve"]);
    let unbounded = || async {
        let (_send, mut receive) = mpsc::unbounded_channel::<()>();
        receive.recv().await;
    };
    assert_eq!(names(unbounded), ["mpsc::UnboundedReceiver::recv"]);
    let once = || async {
        let (_send, receive) = oneshot::channel::<()>();
        drop(receive.await);
    };
    assert_eq!(names(once), ["oneshot::Receiver"]);
    let watched = || async {
        let (_send, mut receive) = watch::channel(());
        drop(receive.changed().await);
    };
    assert_eq!(names(watched), ["watch::Receiver::changed"]);
    let broadcasted = || async {
        let (_send, mut receive) = broadcast::channel::<()>(1);
        drop(receive.recv().await);
    };
    assert_eq!(names(broadcasted), ["broadcast::Receiver::recv"]);
}

#[test]
fn a_task_is_waited_for_by_its_handle_or_in_a_set() {
    assert_eq!(names(|| async { drop(tokio::spawn(sleep(ms(5))).await) }), ["JoinHandle"]);
    let pool = || async { drop(spawn_blocking(|| std::thread::sleep(ms(20))).await) };
    assert_eq!(names(pool), ["JoinHandle"]);
    let set = || async {
        let mut set = JoinSet::new();
        set.spawn(sleep(ms(5)));
        set.join_next().await;
    };
    assert_eq!(names(set), ["JoinSet::join_next"]);
}

#[test]
fn a_combinator_passes_on_what_is_waited_for() {
    let all = || async { drop(futures::future::join_all([sleep(ms(5)), sleep(ms(6))]).await) };
    assert_eq!(names(all), ["sleep"]);
    let read = || async {
        let (mut here, _there) = tokio::io::duplex(10);
        drop(here.read_u8().await);
    };
    assert_eq!(names(read), ["read_int"]);
    let unordered = || async {
        let mut all = FuturesUnordered::new();
        all.push(sleep(ms(5)));
        all.next().await;
    };
    assert_eq!(names(unordered), ["FuturesUnordered"]);
}

#[test]
fn a_lane_around_a_future_of_a_library_has_the_place_of_its_lane() {
    let run = record("bare", || async {
        sleep(ms(5)).lane("A").await;
    });
    let line = line!() - 2;
    let waits = &waits(&run, "A")[0];
    assert_eq!((waits.place().line, waits.place().file.as_str()), (line, file!()));
    assert_eq!(waits.resolve()[0].on.as_deref(), Some("sleep"));
    assert_eq!((waits.registered(), waits.resolve()[0].chain.len()), (Registered::Now, 0));
}

#[test]
fn what_polls_a_lane_waits_for_it_there() {
    let run = record("outer", || async {
        futures::join!(async { sleep(ms(5)).await }.lane("A"), sleep(ms(6)).lane("B"));
    });
    let line = line!() - 2;
    let waits = waits(&run, "main");
    for wait in waits[0].resolve() {
        assert_eq!((wait.place.line, &wait.on), (line, &None));
    }
    let lanes: Vec<_> = waits[0].resolve().iter().map(|wait| wait.lane).collect();
    assert_eq!(lanes, [Some(1), Some(2)]);
    assert_eq!(waits[1].resolve().len(), 1, "A has ended");
}

#[test]
fn a_lane_that_registers_nothing_has_the_place_of_its_lane_and_says_so() {
    let run = Recorder::new("lost").limit(ms(100)).record(|| {
        pending::<()>().lane("lost") // nothing keeps a waker
    });
    let line = line!() - 2;
    let waits = &waits(&run, "lost")[0];
    assert_eq!((waits.registered(), waits.place().line), (Registered::Never, line));
    assert_eq!(waits.resolve()[0].on, None);
}

#[test]
fn a_place_that_was_not_registered_anew_says_so() {
    // A neighbour ends, so A is polled once more; its sleep has the waker already.
    let run = record("neighbour", || async {
        let nap = async { sleep(ms(10)).await };
        futures::join!(nap.lane("A"), async { sleep(ms(5)).await }.lane("B"));
    });
    let waits = waits(&run, "A");
    let line = said(&waits[0]);
    let registered: Vec<Registered> = waits.iter().map(Waits::registered).collect();
    assert_eq!(registered[0], Registered::Now);
    assert!(waits.iter().all(|waits| said(waits) == line), "it is the same place");
}

#[test]
fn what_has_kept_its_waker_is_waited_for_after_a_wake_that_changed_nothing() {
    let run = record("kept", || async {
        let naps = [10, 20].map(|at| async move { sleep(ms(at)).await });
        let mut set: FuturesUnordered<_> = naps.into_iter().collect();
        let in_a_set = async {
            // The set wakes its lane when it has polled all of its futures once.
            set.next().await;
            drop(set);
            yield_now().await;
            pending::<()>().await; // keeps no waker
        };
        tokio::spawn(in_a_set.lane("A")).await.unwrap();
    });
    let registered: Vec<Registered> = waits(&run, "A").iter().map(Waits::registered).collect();
    let after = [Registered::Now, Registered::Kept, Registered::Now, Registered::OrAfter];
    assert_eq!(registered, after);
}

/// Trap 1: a future that is kept and has the waker already would not clone it again, so that a lane
/// that comes back to it would seem to wait where it was in between.
#[test]
fn a_lane_that_comes_back_to_a_kept_future_is_seen_to_come_back() {
    let run = record("kept", || async {
        let kept = async {
            let notify = Notify::new();
            let mut kept = pin!(notify.notified());
            // Polled once, here:
            tokio::select! { biased; () = kept.as_mut() => {}, () = sleep(ms(10)) => {} }
            sleep(ms(10)).await;
            tokio::select! { biased; () = kept.as_mut() => {}, () = sleep(ms(10)) => {} }
            timeout(ms(10), kept).await.unwrap_err();
        };
        tokio::spawn(kept.lane("A")).await.unwrap();
    });
    let first = line!() - 7;
    let waits = waits(&run, "A");
    let both =
        |line: u32| vec![format!("{line} for Notify::notified"), format!("{line} for sleep")];
    assert_eq!(said(&waits[0]), both(first));
    assert_eq!(said(&waits[1]), [format!("{} for sleep", first + 1)]);
    assert_eq!(said(&waits[2]), both(first + 2));
    let last =
        [format!("{} for Notify::notified", first + 3), format!("{} for timeout", first + 3)];
    assert_eq!(said(&waits[3]), last);
    assert!(waits.iter().all(|waits| waits.registered() == Registered::Now));
}

/// Trap 3: a child that is polled with a waker of its own never clones its parent's.
#[test]
fn a_child_with_a_waker_of_its_own_does_not_hide_where_its_parent_waits() {
    let run = record("unordered", || async {
        let parent = async {
            let mut children = FuturesUnordered::new();
            children.push(async { sleep(ms(10)).await }.lane("child"));
            sleep(ms(1)).await;
            children.next().await;
        };
        tokio::spawn(parent.lane("parent")).await.unwrap();
    });
    let line = line!() - 4;
    let waits = waits(&run, "parent");
    assert_eq!(said(&waits[0]), [format!("{} for sleep", line - 1)]);
    let last = waits.last().unwrap();
    assert_eq!(last.place().line, line);
}

/// Trap 4: what was registered is not waited for any more if the code has gone on in the same poll.
#[test]
fn what_was_registered_at_an_earlier_line_of_one_poll_is_not_waited_for() {
    let run = record("gone on", || async {
        let lock = Arc::new(Mutex::new(()));
        let _guard = lock.clone().lock_owned().await;
        let goes_on = async move {
            ready_after_registering().await;
            drop(lock.lock().await);
        };
        tokio::spawn(goes_on.lane("A"));
        sleep(ms(100)).await;
    });
    let line = line!() - 5;
    let waits = waits(&run, "A");
    assert_eq!(said(&waits[0]), [format!("{line} for Mutex::lock")]);
}

/// Keeps its waker, as if it had to wait, and is ready all the same.
async fn ready_after_registering() {
    poll_fn(|cx| {
        drop(cx.waker().clone());
        Poll::Ready(())
    })
    .await;
}

#[test]
fn branches_of_a_join_are_several_places_and_those_of_a_select_are_one() {
    let run = record("branches", || async {
        let branches = async {
            let one = async { sleep(ms(5)).await };
            let two = async { Notify::new().notified().await };
            tokio::select! {
                biased;
                ((), ()) = async { tokio::join!(one, two) } => {}
                () = sleep(ms(7)) => {}
            }
        };
        tokio::spawn(branches.lane("A")).await.unwrap();
    });
    let line = line!() - 10;
    let expected = [
        format!("{line} for sleep"),
        format!("{} for Notify::notified", line + 1),
        format!("{} for sleep", line + 2),
    ];
    assert_eq!(said(&waits(&run, "A")[0]), expected);
}

/// Waits at one of several lines.
async fn waits_for(which: u32, lock: Arc<Mutex<()>>, notify: Arc<Notify>) {
    match which {
        0 => sleep(ms(300)).await,
        1 => drop(lock.lock().await),
        _ => notify.notified().await,
    }
}

#[test]
fn futures_of_one_function_that_one_call_polls_each_have_their_place() {
    let line = line!() - 8;
    let run = record("join all", || async {
        let lock = Arc::new(Mutex::new(()));
        let notify = Arc::new(Notify::new());
        let held = lock.clone().lock_owned().await;
        let all = join_all((0..3).map(|which| waits_for(which, lock.clone(), notify.clone())));
        let frees = async {
            sleep(ms(100)).await;
            drop(held);
            sleep(ms(100)).await;
            notify.notify_one();
        };
        tokio::join!(all.lane("all"), frees.lane("frees"));
    });
    let names = ["sleep", "Mutex::lock", "Notify::notified"];
    let at = |nth: usize| format!("{} for {}", line + nth as u32, names[nth]);
    let waits = waits(&run, "all");
    assert_eq!(said(&waits[0]), [at(0), at(1), at(2)]);
    assert_eq!(said(&waits[waits.len() - 1]), [at(0)]);
}

#[test]
fn a_future_that_is_left_and_kept_is_not_waited_for() {
    let run = record("select", || {
        let work = async {
            let notify = Notify::new();
            let mut first = pin!(notify.notified());
            tokio::select! {
                biased;
                () = &mut first => {}
                () = async {} => {}
            }
            // `first` has its waker still, and this function is at another line.
            sleep(ms(100)).await;
        };
        work.lane("A")
    });
    let line = line!() - 4;
    assert_eq!(said(&waits(&run, "A")[0]), [format!("{line} for sleep")]);
}

#[test]
fn a_sender_that_waits_for_the_end_of_its_receiver_is_not_taken_for_the_receiver() {
    let run = record("closed", || async {
        let (bounded, _receiver) = mpsc::channel::<()>(1);
        let (unbounded, _other) = mpsc::unbounded_channel::<()>();
        let (mut once, _last) = oneshot::channel::<()>();
        tokio::select! {
            biased;
            () = async { bounded.closed().await }.lane("bounded") => {}
            () = async { unbounded.closed().await }.lane("unbounded") => {}
            () = async { once.closed().await }.lane("once") => {}
            () = sleep(ms(10)) => {}
        }
    });
    for (name, on) in [
        ("bounded", "mpsc::Sender::closed"),
        ("unbounded", "mpsc::UnboundedSender::closed"),
        ("once", "oneshot::Sender::closed"),
    ] {
        assert_eq!(waits(&run, name)[0].resolve()[0].on.as_deref(), Some(on));
    }
}

#[test]
fn a_timer_that_is_over_is_not_what_a_lane_waits_for_that_nothing_can_wake() {
    let run = record("pending", || {
        let work = async {
            sleep(ms(20)).await;
            pending::<()>().await;
        };
        async { tokio::join!(work.lane("A"), sleep(ms(20))) }
    });
    let verdict = run.outcome.expect_err("it hangs").to_string();
    assert!(verdict.contains("for `sleep`, or after that, and nothing keeps a waker"), "{verdict}");
}

/// Set for a copy of this binary that was stripped.
const STRIPPED: &str = "ASYNC_CONCEPTS_TEST_STRIPPED";

#[test]
fn what_a_stripped_binary_knows() {
    if std::env::var_os(STRIPPED).is_none() {
        return;
    }
    let naps = async || sleep(ms(20)).lane("nap").await;
    let run = Recorder::new("real").clock(Clock::Real).record(naps);
    for event in run.events() {
        if let What::Woken { by, .. } = event.what
            && event.lane == 1
        {
            println!("nap was woken by {by:?}");
        }
    }
    for run in [run, record("paused", naps)] {
        for remark in &run.remarks {
            println!("{}: {remark}", run.title);
        }
    }
}

/// What the test above prints in a copy of this binary that was stripped with `option`.
#[cfg(target_os = "linux")]
fn printed_when_stripped(option: &str) -> String {
    use std::{path::Path, process::Command};
    let name = format!("stripped{option}-{}", std::process::id());
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let this = std::env::current_exe().unwrap();
    let stripped = Command::new("strip").arg(option).arg("-o").arg(&copy).arg(this).status();
    assert!(stripped.expect("the binary utilities that linking needs, too").success());
    let output = Command::new(&copy)
        .args(["--exact", "places::what_a_stripped_binary_knows", "--nocapture"])
        .env(STRIPPED, "1")
        .output()
        .unwrap();
    std::fs::remove_file(&copy).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn a_binary_without_line_tables_says_that_places_are_missing() {
    let missing = "this binary has no line tables, so it is not known where its lanes wait";
    let unexplained = "this binary has no line tables of tokio, so 1 wake counted";
    // Without debug information the names of functions still tell a timer.
    let text = printed_when_stripped("-g");
    assert!(text.contains("nap was woken by Clock"), "{text}");
    assert!(text.contains(&format!("real: {missing}")), "{text}");
    assert!(text.contains(&format!("paused: {missing}")), "{text}");
    assert!(!text.contains(unexplained), "{text}");
    // Without names nothing is known.
    let text = printed_when_stripped("-s");
    assert!(text.contains("nap was woken by Outside"), "{text}");
    assert!(text.contains(&format!("real: {missing}")), "{text}");
    assert!(text.contains(&format!("real: {unexplained}")), "{text}");
}

#[test]
fn a_binary_with_line_tables_misses_no_place() {
    let run = record("naps", async || sleep(ms(20)).lane("nap").await);
    assert!(run.remarks.iter().all(|remark| remark.code != Code::NoLineTables));
}
