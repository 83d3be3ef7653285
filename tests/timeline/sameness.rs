//! A recording is the same each time, and is no part of what it records.
use crate::ms;
use async_concepts::{
    LaneExt, block, on_thread, record, say,
    timeline::{Observe, Recorder, Recording, SvgOptions, TerminalOptions, What, to_perfetto},
};
use futures::{FutureExt, join};
use std::{
    hint::spin_loop,
    sync::{
        Arc, Barrier,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker},
};
use tokio::{
    sync::{Mutex, mpsc},
    task::{JoinSet, spawn_blocking, yield_now},
    time::{interval, sleep, timeout},
};

/// A bit of everything: timers that are due together, a channel, a lock, a task that is aborted,
/// one that is detached, a timeout, a thread that is blocked, and three closures on the pool of
/// which one wakes a task.
async fn everything() {
    let (send, mut receive) = mpsc::channel(1);
    let heart = tokio::spawn(
        async {
            let mut ticks = interval(ms(7));
            loop {
                ticks.tick().await;
            }
        }
        .lane("heart"),
    );
    let receiver = async move {
        while let Some(item) = receive.recv().await {
            say!("got {item}");
            sleep(ms(3)).await;
        }
    };
    let receiver = tokio::spawn(receiver.lane("receiver"));
    let from_the_pool = send.clone();
    let slow = spawn_blocking(on_thread("slow", move || {
        block(ms(12));
        from_the_pool.blocking_send("a message from the pool").unwrap();
        say!("sent");
        block(ms(9));
    }));
    let quick = spawn_blocking(on_thread("quick", || {
        block(ms(12));
        say!("quick");
    }));
    let lock = Arc::new(Mutex::new(0));
    let mut set = JoinSet::new();
    for name in ["A", "B", "C"] {
        let lock = lock.clone();
        let work = async move {
            yield_now().await;
            let mut count = lock.lock().await;
            *count += 1;
            say!("{count}");
            sleep(ms(5)).await;
            block(ms(2));
        };
        set.spawn(work.lane(name));
    }
    set.join_all().await;
    send.send("a message from main").await.unwrap();
    drop(send);
    let _ = timeout(ms(4), sleep(ms(100)).lane("late")).await;
    let more = spawn_blocking(on_thread("more", || block(ms(6))));
    drop(tokio::spawn(sleep(ms(500)).lane("detached")));
    let _ = join!(slow, quick, more, receiver);
    heart.abort();
    let _ = heart.await;
}

/// Everything that can be seen of a recording.
fn bytes<T>(run: &Recording<T>) -> String {
    let chart = run.chart();
    let text = chart.to_text(TerminalOptions { width: 100, colour: true });
    let svg = chart.to_svg(SvgOptions::default());
    format!(
        "{}\n{text}\n{svg}\n{}\n{}",
        run.transcript().join("\n"),
        to_perfetto(std::slice::from_ref(&chart)),
        chart.describe()
    )
}

/// A recording in which no lane kept the thread. A machine that is busy with other programs may
/// stop this one for so long that the recording notes it, as it should; such a one is made again.
fn undisturbed() -> Recording<()> {
    for _ in 0..100 {
        let run = record("everything", everything);
        if !run.chart().describe().contains("that this clock does not show") {
            return run;
        }
    }
    panic!("a lane keeps the thread in each recording");
}

/// Keeps both processors busy while `work` runs.
fn under_load<R>(work: impl FnOnce() -> R) -> R {
    let over = Arc::new(AtomicBool::new(false));
    let busy: Vec<_> = (0..4)
        .map(|_| {
            let over = over.clone();
            std::thread::spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    spin_loop();
                }
            })
        })
        .collect();
    let result = work();
    over.store(true, Ordering::Relaxed);
    busy.into_iter().for_each(|thread| thread.join().unwrap());
    result
}

#[test]
fn a_run_is_recorded_as_the_same_bytes_a_hundred_times_also_under_load() {
    let first = bytes(&undisturbed());
    let same = |nth: usize| {
        let again = bytes(&undisturbed());
        if let Some((was, is)) = first.lines().zip(again.lines()).find(|(was, is)| was != is) {
            panic!("recording {nth} differs:\n  was {was}\n   is {is}");
        }
        assert_eq!(first.len(), again.len(), "recording {nth} is of another length");
    };
    (1..70).for_each(same);
    under_load(|| (70..100).for_each(same));
}

#[test]
fn recordings_at_the_same_time_never_meet() {
    let alone = bytes(&undisturbed());
    let start = Arc::new(Barrier::new(4));
    let together: Vec<_> = (0..4)
        .map(|_| {
            let start = start.clone();
            std::thread::spawn(move || {
                start.wait();
                bytes(&undisturbed())
            })
        })
        .collect();
    for thread in together {
        assert!(thread.join().unwrap() == alone);
    }
}

#[test]
fn a_recording_inside_a_recording_has_lanes_of_its_own() {
    let run = record("outer", || async {
        sleep(ms(10)).await;
        let inner = record("inner", || async { say!("inside") }.lane("inner"));
        say!("outside, after {:?}", inner.transcript());
        inner.chart().rows.len()
    });
    assert_eq!(run.transcript(), [r#"0.010 main outside, after ["0.000 inner inside"]"#]);
    assert_eq!(run.chart().rows.len(), 1);
    assert_eq!(run.output(), 2);
}

#[test]
fn a_run_is_the_same_with_and_without_being_recorded() {
    let watched = |observe| Recorder::new("everything").observe(observe).record(everything);
    let (all, lines, nothing) =
        (watched(Observe::Everything), watched(Observe::Lines), watched(Observe::Nothing));
    assert_eq!(all.transcript(), lines.transcript());
    assert!(lines.events().iter().all(|event| matches!(
        event.what,
        async_concepts::timeline::What::Created { .. } | async_concepts::timeline::What::Says(..)
    )));
    let without_lanes = |run: &Recording<()>| {
        run.lines.iter().map(|line| (line.at, line.text.clone())).collect::<Vec<_>>()
    };
    assert_eq!(without_lanes(&all), without_lanes(&nothing));
    assert!(nothing.events().is_empty());
    assert_eq!([all.elapsed, lines.elapsed], [nothing.elapsed; 2]);
}

#[test]
fn more_than_can_be_kept_is_counted_and_not_kept() {
    let run = record("long", || async {
        for _ in 0..30_000 {
            sleep(ms(1)).await;
        }
        say!("done");
    });
    assert_eq!(run.events().len(), 50_000);
    assert_eq!(run.transcript(), ["30.000 main done"], "what is said is kept all the same");
    let chart = run.chart();
    let text = chart.to_text(TerminalOptions { width: 80, colour: false });
    let unbroken = text.replace('\n', " ");
    let note = "The recording was full at 16.666 s: what happened later (40004 events) is missing.";
    assert!(unbroken.contains(note), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn ten_thousand_events_are_drawn_in_pictures_of_bounded_size() {
    let run = record("ticks", || {
        async {
            for _ in 0..3_300 {
                sleep(ms(1)).await;
            }
        }
        .lane("ticker")
    });
    assert!((10_000..50_000).contains(&run.events().len()), "{}", run.events().len());
    let chart = run.chart();
    let text = chart.to_text(TerminalOptions { width: 100, colour: false });
    assert!(text.contains("polls from") && text.contains("are not drawn."), "{text}");
    let svg = chart.to_svg(SvgOptions::default());
    assert!(svg.len() < 40_000, "{}", svg.len());
    // One for each of the columns that are there, and the same number for the lane and the thread.
    assert!(chart.describe().len() < 1_000);
}

#[test]
fn a_future_gets_the_same_waker_each_time_as_it_would_without_a_lane() {
    let mut first: Option<std::task::Waker> = None;
    let polls = std::future::poll_fn(move |cx| match &first {
        None => {
            cx.waker().wake_by_ref();
            first = Some(cx.waker().clone());
            Poll::Pending
        }
        Some(waker) => Poll::Ready(waker.will_wake(cx.waker())),
    });
    assert!(record("waker", || tokio::spawn(polls.lane("A"))).output().unwrap());
}

#[test]
fn what_a_thread_sets_off_comes_before_what_it_does_next() {
    let run = record("channel", || async {
        let (send, mut receive) = mpsc::channel(1);
        let receiver = async move {
            while let Some(item) = receive.recv().await {
                say!("got {item}");
            }
        };
        let receiver = tokio::spawn(receiver.lane("receiver"));
        let sender = on_thread("sender", move || {
            send.blocking_send("the first").unwrap();
            say!("sent the first");
            send.blocking_send("the last").unwrap();
        });
        let _ = join!(spawn_blocking(sender), receiver);
    });
    let expected = [
        "0.000 receiver got the first",
        "0.000 sender sent the first",
        "0.000 receiver got the last",
    ];
    assert_eq!(run.transcript(), expected);
    let at = |lane: usize, wanted: fn(&What) -> bool| {
        run.events().iter().rposition(|event| event.lane == lane && wanted(&event.what)).unwrap()
    };
    let (receiver, sender) = (1, 2);
    let last_item = at(receiver, |what| matches!(what, What::Says(..)));
    assert!(
        last_item < at(sender, |what| matches!(what, What::PollEnd { .. })),
        "its end, too, comes after"
    );
}

/// Waits for a task, but takes its time, on the wall clock, to pass the wake on.
struct SlowToWake<F>(F);

impl<F: Future + Unpin> Future for SlowToWake<F> {
    type Output = F::Output;
    fn poll(mut self: std::pin::Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        struct Late(Waker);
        impl std::task::Wake for Late {
            fn wake(self: Arc<Self>) {
                std::thread::sleep(ms(50));
                self.0.wake_by_ref();
            }
        }
        let late = Waker::from(Arc::new(Late(cx.waker().clone())));
        self.0.poll_unpin(&mut Context::from_waker(&late))
    }
}

#[test]
fn no_time_passes_between_a_closures_end_and_the_wake_of_the_task_that_joins_it() {
    let run = record("slow to wake", || async {
        let long = spawn_blocking(on_thread("long", || block(ms(40))));
        let short = spawn_blocking(on_thread("short", || block(ms(5))));
        SlowToWake(short).await.unwrap();
        say!("short has ended");
        long.await.unwrap();
    });
    assert_eq!(run.transcript(), ["0.005 main short has ended"]);
    assert_eq!(run.elapsed, ms(40));
}
