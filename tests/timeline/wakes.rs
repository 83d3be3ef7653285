//! Which lane woke which.
use crate::{lane, ms, states};
use async_concepts::{
    LaneExt, block, on_thread, record,
    timeline::{Chart, Clock, Event, Polled, Recorder, State, Until, Waits, What, WokenBy},
};
use std::{
    future::poll_fn,
    task::{Poll, Waker},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Notify, mpsc, oneshot},
    task::{LocalSet, spawn_local, yield_now},
    time::sleep,
};

/// The waits of a lane, with what ended each.
fn waits(chart: &Chart, name: &str) -> Vec<Until> {
    let until = |(state, _, _)| if let State::Waiting(until) = state { Some(until) } else { None };
    states(chart, name).into_iter().filter_map(until).collect()
}

#[test]
fn one_task_wakes_another() {
    let run = record("notify", || async {
        let notify = std::sync::Arc::new(Notify::new());
        let notifier = notify.clone();
        let sleeper = tokio::spawn(async move { notify.notified().await }.lane("sleeper"));
        let waker = tokio::spawn(
            async move {
                sleep(ms(100)).await;
                notifier.notify_one();
            }
            .lane("waker"),
        );
        let _ = futures::join!(sleeper, waker);
    });
    let chart = run.chart();
    let (sleeper, waker) = (lane(&chart, "sleeper"), lane(&chart, "waker"));
    assert_eq!(waits(&chart, "sleeper"), [Until::Lane(waker)]);
    assert!(
        chart
            .wakes
            .iter()
            .any(|wake| wake.from == waker && wake.to == sleeper && chart.time(wake.at) == ms(100))
    );
}

#[test]
fn a_channel_wakes_the_receiver_by_the_sender_and_a_full_one_the_sender_by_the_receiver() {
    let run = record("channel", || async {
        let (send, mut receive) = mpsc::channel(1);
        let sends = async move {
            for item in 0..3 {
                send.send(item).await.unwrap();
            }
        };
        let receives = async move {
            while receive.recv().await.is_some() {
                sleep(ms(100)).await;
            }
        };
        let both = (tokio::spawn(receives.lane("receiver")), tokio::spawn(sends.lane("sender")));
        let _ = futures::join!(both.0, both.1);
    });
    let chart = run.chart();
    let (sender, receiver) = (lane(&chart, "sender"), lane(&chart, "receiver"));
    assert_eq!(waits(&chart, "receiver")[0], Until::Lane(sender), "it waits for the first item");
    assert_eq!(waits(&chart, "sender"), [Until::Lane(receiver); 2], "it waits for room twice");
}

#[test]
fn a_lane_that_is_woken_twice_before_it_runs_is_woken_once() {
    let run = record("twice", || async {
        let kept = std::sync::Arc::new(std::sync::Mutex::new(None::<Waker>));
        let same = kept.clone();
        let mut polls = 0;
        let receiver = poll_fn(move |cx| {
            polls += 1;
            *kept.lock().unwrap() = Some(cx.waker().clone());
            if polls == 2 { Poll::Ready(()) } else { Poll::Pending }
        });
        let sends = async move {
            let waker = same.lock().unwrap().clone().unwrap();
            waker.wake_by_ref();
            waker.wake();
        };
        let _ = futures::join!(
            tokio::spawn(receiver.lane("receiver")),
            tokio::spawn(sends.lane("sender"))
        );
    });
    let chart = run.chart();
    let receiver = lane(&chart, "receiver");
    assert_eq!(chart.wakes.iter().filter(|wake| wake.to == receiver).count(), 1);
}

#[test]
fn the_end_of_a_task_wakes_the_task_that_joins_it() {
    let run = record("join", || async { tokio::spawn(sleep(ms(100)).lane("task")).await });
    let chart = run.chart();
    assert_eq!(waits(&chart, "main"), [Until::Lane(lane(&chart, "task"))]);
}

#[test]
fn the_end_of_a_closure_on_the_pool_wakes_the_task_that_joins_it() {
    let run = record("join", || async {
        tokio::task::spawn_blocking(async_concepts::on_thread("hash", || {
            async_concepts::block(ms(100))
        }))
        .await
    });
    let chart = run.chart();
    assert_eq!(waits(&chart, "main"), [Until::Lane(lane(&chart, "hash"))]);
}

#[test]
fn a_task_that_ended_long_before_wakes_no_lane() {
    let run = record("late", || async {
        drop(tokio::spawn(async {}.lane("quick")));
        sleep(ms(100)).await;
    });
    assert_eq!(waits(&run.chart(), "main"), [Until::Clock]);
}

#[test]
fn a_lane_passes_its_wake_on_to_the_lane_that_polls_it() {
    let run = record("nested", || async { sleep(ms(100)).lane("inner").await }.lane("outer"));
    let chart = run.chart();
    assert_eq!(waits(&chart, "inner"), [Until::Clock]);
    assert_eq!(waits(&chart, "outer"), [Until::Lane(lane(&chart, "inner"))]);
    assert_eq!(waits(&chart, "main"), [Until::Lane(lane(&chart, "outer"))]);
}

#[test]
fn giving_way_is_no_wait_for_another_lane() {
    let run = record("yield", || {
        async {
            yield_now().await;
            sleep(ms(10)).await;
        }
        .lane("A")
    });
    // Nothing else runs, so the wait has no length and is not drawn; what matters is that no
    // lane is said to end it.
    assert!(waits(&run.chart(), "A").iter().all(|until| matches!(until, Until::Clock)));
    let run = record("two", || async {
        let both = ["A", "B"].map(|name| {
            tokio::spawn(
                async {
                    yield_now().await;
                    yield_now().await;
                }
                .lane(name),
            )
        });
        futures::future::join_all(both).await
    });
    assert_eq!(waits(&run.chart(), "A"), [Until::Yield]);
}

#[test]
fn a_task_without_a_lane_wakes_from_outside() {
    let run = record("nameless", || async {
        let (send, receive) = oneshot::channel();
        tokio::spawn(async {
            sleep(ms(100)).await;
            send.send(()).unwrap();
        });
        receive.lane("listener").await
    });
    assert_eq!(waits(&run.chart(), "listener"), [Until::Outside]);
}

/// Runs a future in a `LocalSet` that `main` polls.
fn in_a_local_set<F: Future + 'static>(make: fn() -> F) -> Chart {
    let run = record("local set", move || async move {
        LocalSet::new().run_until(make()).await;
    });
    run.chart()
}

#[test]
fn a_task_of_a_local_set_that_ends_wakes_the_lane_that_joins_it() {
    let chart = in_a_local_set(|| async {
        let task = spawn_local(sleep(ms(100)).lane("task"));
        spawn_local(task.lane("joins")).await
    });
    assert_eq!(waits(&chart, "joins"), [Until::Lane(lane(&chart, "task"))]);
}

#[test]
fn a_task_of_a_local_set_without_a_lane_wakes_from_outside() {
    let chart = in_a_local_set(|| async {
        let (send, receive) = oneshot::channel::<()>();
        drop(spawn_local(async move {
            sleep(ms(100)).await;
            let _ = send.send(());
        }));
        spawn_local(receive.lane("receives")).await
    });
    assert_eq!(waits(&chart, "receives"), [Until::Outside]);
}

#[test]
fn the_lane_that_runs_a_local_set_wakes_what_it_wakes_itself() {
    let chart = in_a_local_set(|| async {
        let (send, receive) = oneshot::channel::<()>();
        let receives = spawn_local(receive.lane("receives"));
        // The end of this task is the last thing seen before `main` goes on and sends.
        let _ = spawn_local(sleep(ms(100)).lane("task")).await;
        let _ = send.send(());
        receives.await
    });
    assert_eq!(waits(&chart, "receives"), [Until::Lane(0)]);
}

#[test]
fn another_thread_wakes_from_outside() {
    let run = Recorder::new("thread").clock(Clock::Real).record(|| async {
        let (send, receive) = oneshot::channel();
        let (asked, ask) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            ask.recv().unwrap();
            send.send(()).unwrap();
        });
        let listener = tokio::spawn(receive.lane("listener"));
        asked.send(()).unwrap(); // it may only answer now
        listener.await.unwrap()
    });
    let waits = waits(&run.chart(), "listener");
    // If the thread was quick the answer was there before the listener asked for it, and there is
    // no wait.
    assert!(waits.iter().all(|until| *until == Until::Outside), "{waits:?}");
}

/// A server that answers each byte, and a client that first waits for a time and then for the
/// answer.
async fn over_a_socket(pause: Duration) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (ready, is_ready) = std::sync::mpsc::channel();
    // The server is on a thread without a runtime of ours, so that the client can only be woken by
    // its socket.
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let mut byte = [0];
            stream.read_exact(&mut byte).await.unwrap();
            is_ready.recv().unwrap();
            stream.write_all(&byte).await.unwrap();
        });
    });
    let (mut stream, _) = listener.accept().await.unwrap();
    let client = async move {
        sleep(pause).await;
        stream.write_all(b"?").await.unwrap();
        let mut answer = [0];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"?");
    };
    let client = tokio::spawn(client.lane("client"));
    let let_it_answer = async move {
        sleep(pause * 3).await;
        ready.send(()).unwrap();
    };
    let _ = futures::join!(client, let_it_answer.lane("clock"));
}

#[test]
fn a_socket_wakes_from_outside_and_a_timer_by_the_clock() {
    let run = Recorder::new("socket").clock(Clock::Real).record(|| over_a_socket(ms(50)));
    assert!(run.outcome.is_ok(), "{:?}", run.outcome);
    let chart = run.chart();
    assert_eq!(waits(&chart, "client"), [Until::Clock, Until::Outside]);
    assert_eq!(waits(&chart, "clock")[0], Until::Clock);
}

#[test]
fn a_thread_that_has_told_who_joins_it_does_not_keep_its_row() {
    let run = record("one after the other", || async {
        for name in ["A", "B", "C"] {
            tokio::task::spawn_blocking(on_thread(name, || block(ms(10)))).await.unwrap();
        }
    });
    let lanes: Vec<usize> = run.chart().threads[1..].iter().map(Vec::len).collect();
    assert_eq!(lanes, [3], "all three in one row below that of the runtime's thread");
}

/// The runtime looks at its timers right after a task has ended that had moved the clock: that end
/// is not what wakes the sleeper.
#[test]
fn a_task_that_blocks_past_another_ones_deadline_and_ends_does_not_wake_it() {
    let run = record("past the deadline", || async {
        let blocks = async {
            sleep(ms(100)).await;
            block(ms(300));
        };
        drop(tokio::spawn(blocks.lane("A")));
        drop(tokio::spawn(sleep(ms(200)).lane("B")));
        sleep(ms(1_000)).await;
    });
    assert_eq!(waits(&run.chart(), "B"), [Until::Clock]);
}

#[test]
fn a_task_without_a_lane_that_runs_after_the_end_of_a_lane_wakes_from_outside() {
    let run = record("after an end", || async {
        let (send, receive) = oneshot::channel();
        drop(tokio::spawn(sleep(ms(10)).lane("A")));
        drop(tokio::spawn(async move {
            sleep(ms(10)).await;
            send.send(()).unwrap();
        }));
        receive.lane("B").await
    });
    assert_eq!(waits(&run.chart(), "B"), [Until::Outside]);
}

#[test]
fn names_and_lines_are_cleaned_as_they_come_in() {
    let run = record("clean", || async {
        async { async_concepts::say!("\u{1b}[32mgreen\u{1b}[0m and \u{7}") }
            .lane("two\nlines")
            .await
    });
    assert_eq!(run.transcript(), ["0.000 two lines green and \u{fffd}"]);
    let svg = run.chart().to_svg(async_concepts::timeline::SvgOptions::default());
    assert!(!svg.chars().any(|character| character.is_control() && character != '\n'));
}

/// The closure is the lane that runs while its runtime looks at its timers, and does nothing then.
/// The second runtime has a clock of its own, which is the real one.
#[test]
fn a_timer_of_a_runtime_in_a_closure_is_no_wake_by_the_closure() {
    let run = Recorder::new("runtimes").clock(Clock::Real).record(|| async {
        let work = on_thread("loop", || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
            runtime.unwrap().block_on(async {
                let notify = Notify::new();
                let rings = async {
                    sleep(ms(1)).await;
                    notify.notify_one();
                };
                futures::join!(notify.notified().lane("hears"), rings.lane("rings"));
            });
        });
        tokio::task::spawn_blocking(work).await.unwrap();
    });
    assert!(run.outcome.is_ok(), "{:?}", run.outcome);
    let [rings, hears] = ["rings", "hears"].map(|name| lane(&run.chart(), name));
    let mut wakes = vec![];
    for event in run.events() {
        if let What::Woken { by, .. } = event.what
            && [rings, hears].contains(&event.lane)
        {
            wakes.push((event.lane, by));
        }
    }
    assert_eq!(wakes, [(rings, WokenBy::Clock), (hears, WokenBy::Lane(rings))]);
}

/// Set in the process that sends a signal to itself.
#[cfg(unix)]
const SIGNALLED: &str = "A_SIGNAL_TO_THIS_PROCESS";

/// In a process of its own, since a signal is for all runtimes of a process, and this one is to be
/// woken by its own driver.
#[test]
#[cfg(unix)]
fn a_signal_in_a_process_of_its_own() {
    use tokio::signal::unix::{SignalKind, signal};
    if std::env::var_os(SIGNALLED).is_none() {
        return;
    }
    let run = Recorder::new("signal").clock(Clock::Real).record(|| async {
        let listens = async {
            let mut signals = signal(SignalKind::user_defined2()).expect("a listener");
            // It has arrived when the command returns, and the runtime sees it when it is idle.
            let kill = format!("kill -USR2 {}", std::process::id());
            let sent = std::process::Command::new("sh").args(["-c", &kill]).status();
            assert!(sent.expect("a shell").success());
            signals.recv().await.expect("the signal");
        };
        listens.lane("listener").await;
    });
    assert!(run.outcome.is_ok(), "{:?}", run.outcome);
    let listener = lane(&run.chart(), "listener");
    let mut wakes = vec![];
    for event in run.events() {
        if let What::Woken { by, .. } = event.what
            && event.lane == listener
        {
            wakes.push(by);
        }
    }
    assert_eq!(wakes, [WokenBy::Outside]);
    println!("woken by a signal");
}

#[test]
#[cfg(unix)]
fn a_signal_wakes_from_outside_and_not_by_the_clock() {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "wakes::a_signal_in_a_process_of_its_own", "--nocapture"])
        .env(SIGNALLED, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("woken by a signal"), "{text}");
}

/// A is polled on a thread of the pool. While that poll lasts, `main` wakes A; then A's next poll
/// comes after one of `main`.
#[test]
fn a_lane_that_is_woken_while_a_thread_polls_it_is_ready_after_that_poll() {
    let created = |lane, name: &str| (0, lane, What::Created { name: name.into(), parent: None });
    let pending =
        || What::PollEnd { polled: Polled::Pending(Waits::nowhere()), took: Duration::ZERO };
    let ready = || What::PollEnd { polled: Polled::Ready, took: Duration::ZERO };
    let mut events = vec![];
    for (thread, lane, what) in [
        created(0, "main"),
        created(1, "A"),
        (1, 1, What::PollStart(None)),
        (0, 0, What::PollStart(None)),
        (0, 1, What::Woken { by: WokenBy::Lane(0), cancels: false }),
        (0, 0, pending()),
        (1, 1, pending()),
        (0, 0, What::PollStart(None)),
        (0, 0, ready()),
        (1, 1, What::PollStart(None)),
        (1, 1, ready()),
    ] {
        events.push(Event { at: Duration::ZERO, thread, lane, what });
    }
    let chart = Chart::new("on a thread", Clock::Paused, &events, Duration::ZERO, 0);
    let of_a: Vec<State> = chart.row("A").spans.iter().map(|span| span.state).collect();
    assert_eq!(of_a, [State::OnThread, State::Ready, State::OnThread]);
    // As of any lane that is woken in its own poll: no arrow is drawn within a poll.
    assert_eq!(chart.wakes, []);
}
