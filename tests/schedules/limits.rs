//! What cannot be explored is refused, what is random is said, and a poll that blocks ends.
use async_concepts::{
    LaneExt, on_thread, say,
    schedules::{Coverage, EverySchedule, Schedule, every_cancellation, every_schedule},
    timeline::What,
};
use futures::join;
use std::{
    collections::HashMap,
    fmt::Debug,
    future::ready,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
        mpsc,
    },
    thread,
    time::Duration,
};
use tokio::{
    runtime::Handle,
    spawn,
    sync::{Notify, oneshot},
    task::{JoinSet, spawn_blocking, yield_now},
    time::sleep,
};

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// The sentence with which a program is refused.
#[track_caller]
fn refusal<F>(claim: EverySchedule<F>) -> String
where
    F: Future + 'static,
    F::Output: Debug + Send + 'static,
{
    let explored = claim.explore();
    let Coverage::Refused(why) = explored.coverage else { panic!("it is explored: {explored}") };
    why
}

#[test]
fn a_task_without_a_lane_is_refused_and_it_is_said_which_one() {
    let why = refusal(every_schedule("unnamed", || async {
        let ready = Arc::new(Notify::new());
        let tell = ready.clone();
        let waiter = spawn(async move { ready.notified().await }.lane("waiter"));
        let teller = spawn(async move { tell.notify_waiters() });
        let _ = join!(waiter, teller);
    }));
    let begins = "at 0 (the last lane made by then is waiter, tests/schedules/limits.rs:";
    assert!(why.starts_with(begins), "{why}");
    assert!(why.contains("), main spawns a task without a lane, which runs"), "{why}");
}

#[test]
fn a_task_without_a_lane_is_found_even_if_it_ends_at_once_or_says_nothing() {
    let why = refusal(every_schedule("short", || async {
        spawn(async {});
        sleep(ms(1)).await;
    }));
    assert!(why.contains("a task without a lane"), "{why}");
    let why = refusal(every_schedule("before", || async {
        let later = sleep(ms(1)).lane("later"); // made, and not yet polled
        let unnamed = spawn(async {});
        later.await;
        let _ = unnamed.await;
    }));
    assert!(why.contains("a task without a lane"), "{why}");
}

#[test]
fn a_task_whose_lane_is_inside_it_is_one_without_a_lane() {
    let why = refusal(every_schedule("inside", || async {
        let task = spawn(async { sleep(ms(1)).lane("inside").await });
        let _ = task.await;
    }));
    assert!(why.starts_with("at 0, main spawns a task without a lane"), "{why}");
}

#[test]
fn a_program_that_is_refused_in_a_later_schedule_does_not_hold() {
    let explored = every_schedule("later", || async {
        let first = Arc::new(AtomicBool::new(true));
        let b = first.clone();
        let a = spawn(async move { first.store(false, Relaxed) }.lane("A"));
        // As tokio runs it, A comes first, and no task is without a lane.
        let b = spawn(
            async move {
                if b.load(Relaxed) {
                    drop(spawn(async {}))
                }
            }
            .lane("B"),
        );
        let _ = join!(a, b);
    })
    .explore();
    assert!(matches!(explored.coverage, Coverage::Refused(_)), "{explored}");
    assert!(explored.schedules > 0 && explored.failing == 0, "{explored:?}");
    assert!(!explored.holds());
}

#[test]
fn futures_that_are_made_and_never_polled_are_no_tasks_and_cost_no_schedule() {
    let schedules = |with_another: bool| {
        every_schedule("lazy", move || async move {
            let _never = with_another.then(|| sleep(ms(1)).lane("never"));
            let tasks = ["A", "B"].map(|name| spawn(sleep(ms(1)).lane(name)));
            for task in tasks {
                let _ = task.await;
            }
        })
        .explore()
    };
    for with_another in [false, true] {
        let explored = schedules(with_another);
        assert_eq!((explored.schedules, explored.coverage), (6, Coverage::All), "{with_another}");
    }
}

#[test]
fn threads_are_refused() {
    let expected = "it uses threads, and no schedule decides when they run";
    let blocking = every_schedule("pool", || async {
        let _ = spawn_blocking(|| {}).await;
    });
    assert_eq!(refusal(blocking), expected);
    let named = every_schedule("named", || async {
        let _ = spawn_blocking(on_thread("work", || {})).await;
    });
    assert_eq!(refusal(named), expected);
}

#[test]
fn a_select_that_decides_at_random_is_noticed_and_never_reported_as_complete() {
    let explored = every_schedule("select!", || async {
        tokio::select! {
            () = sleep(ms(10)) => "A",
            () = sleep(ms(10)) => "B",
        }
    })
    .at_most(60)
    .explore();
    assert_eq!(explored.coverage, Coverage::Nondeterministic(explored.schedules), "{explored}");
    assert_eq!(explored.results, 2, "{explored}");
    assert!(explored.to_string().contains("the program is not deterministic"), "{explored}");
}

#[test]
fn a_select_whose_branches_are_lanes_is_tried_in_each_order_whichever_tokio_chooses() {
    let explored = every_schedule("select!, lanes", || async {
        tokio::select! {
            () = sleep(ms(10)).lane("A") => "A",
            () = sleep(ms(10)).lane("B") => "B",
        }
    })
    .explore();
    assert_eq!((explored.schedules, explored.results), (4, 2), "{explored}");
    assert!(explored.order_of_wakes_is_random && explored.coverage == Coverage::All, "{explored}");
    assert!(explored.tried().ends_with("and each was tried)"), "{explored}");
}

#[test]
fn the_order_of_a_hash_map_is_noticed_too() {
    let explored = every_schedule("HashMap", || async {
        let names: HashMap<&str, ()> = ["A", "B", "C", "D"].map(|name| (name, ())).into();
        let mut tasks = JoinSet::new();
        for name in names.into_keys() {
            tasks.spawn(yield_now().lane(name));
        }
        tasks.join_all().await;
    })
    .at_most(60)
    .explore();
    assert!(matches!(explored.coverage, Coverage::Nondeterministic(_)), "{explored}");
}

#[test]
fn a_choice_at_random_in_other_schedules_only_is_noticed_there() {
    let explored = every_schedule("sometimes", || async {
        let (send, receive) = oneshot::channel::<()>();
        let first = spawn(async move { drop(send) }.lane("first"));
        let second = async move {
            let mut receive = receive;
            if receive.try_recv() == Err(oneshot::error::TryRecvError::Empty) {
                // Only if it comes before the first one.
                let winner = tokio::select! {
                    () = async {} => "A",
                    () = async {} => "B",
                };
                say!("{winner}");
            }
        };
        let second = spawn(second.lane("second"));
        let _ = join!(first, second);
    })
    .at_most(200)
    .budget(Duration::from_secs(60))
    .explore();
    let Coverage::Nondeterministic(random) = explored.coverage else { panic!("{explored}") };
    // Tokio's own schedule, at least, was run before that was noticed, and not chosen at random.
    assert!(explored.schedules == 200 && random < 200, "{explored}");
    let begins = format!("200 runs, {random} of them in schedules chosen at random, since the ");
    assert!(explored.tried().starts_with(&begins), "{explored}");
}

#[test]
fn a_poll_that_blocks_is_given_up_and_its_schedule_is_known() {
    let explored = every_schedule("blocks", || async {
        let flag = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let theirs = flag.clone();
        let set = async move { theirs.store(true, std::sync::atomic::Ordering::SeqCst) };
        let look = async move {
            if !flag.load(std::sync::atomic::Ordering::SeqCst) {
                thread::sleep(Duration::from_secs(3600));
            }
        };
        let (set, look) = (spawn(set.lane("set")), spawn(look.lane("look")));
        let _ = join!(set, look);
    })
    .watchdog(ms(500))
    .explore();
    assert_eq!(explored.coverage, Coverage::Blocked, "{explored}");
    let failure = explored.failure.expect("it fails");
    assert_eq!(failure.schedule.to_string(), "1");
    assert!(failure.why.contains("look"), "{}", failure.why);
    assert!(failure.why.contains("did not return within 500 ms"), "{}", failure.why);
}

/// The runtime wakes up for the timer again and again. The time of the timer does not come as long
/// as the thread is there.
#[test]
fn a_thread_that_waits_for_a_timer_by_itself_is_given_up() {
    let (ended, end) = mpsc::channel();
    thread::spawn(move || {
        let waits = || async {
            let waits = || Handle::current().block_on(sleep(ms(10)));
            spawn_blocking(waits).await.expect("it does not end");
        };
        let schedules = every_schedule("by itself", waits).watchdog(ms(200)).explore();
        ended.send(schedules.to_string()).expect("it is waited for");
        let cancellations = every_cancellation("by itself", waits).watchdog(ms(200)).explore();
        ended.send(cancellations.to_string()).expect("it is waited for");
    });
    for _ in 0..2 {
        let said = end.recv_timeout(Duration::from_secs(60)).expect("a verdict always comes");
        assert!(said.contains("by a thread without a lane"), "{said}");
    }
}

#[test]
fn a_failure_is_kept_although_a_simpler_schedule_blocks_the_thread() {
    // Wrong in the order C, B, A. One departure less is the order C, A, B, in which B blocks.
    let explored = every_schedule("blocks when simpler", || async {
        let order = Arc::new(std::sync::Mutex::new(String::new()));
        let mut tasks = JoinSet::new();
        for name in ["A", "B", "C"] {
            let order = order.clone();
            let work = async move {
                let before = order.lock().expect("no panic").clone();
                if before == "CA" {
                    thread::sleep(Duration::from_secs(3600));
                }
                order.lock().expect("no panic").push_str(name);
            };
            tasks.spawn(work.lane(name));
        }
        tasks.join_all().await;
        order.lock().expect("no panic").clone()
    })
    .check(|run| !matches!(&run.outcome, Ok(order) if order == "CBA"))
    .may_not_end()
    .at_random()
    .at_most(1)
    .seed(3) // the first schedule of this seed is in the order C, B, A
    .watchdog(ms(500))
    .explore();
    assert_eq!((&explored.coverage, explored.failing), (&Coverage::Blocked, 1), "{explored}");
    let failure = explored.failure.expect("it was found before");
    assert!(matches!(&failure.recording.outcome, Ok(order) if order == "CBA"), "{failure}");
}

#[test]
fn the_longest_times_are_no_limits() {
    let explored = every_schedule("a yield", || async { yield_now().lane("A").await })
        .budget(Duration::MAX)
        .watchdog(Duration::MAX)
        .limit(Duration::MAX)
        .check(|_| thread::sleep(ms(300))) // longer than what lies between two looks of the watch
        .explore();
    assert_eq!(explored.coverage, Coverage::All, "{explored}");
    let cancelled = every_cancellation("a yield", || async { yield_now().await })
        .budget(Duration::MAX)
        .watchdog(Duration::MAX)
        .in_every_schedule()
        .explore();
    assert!(cancelled.holds(), "{cancelled}");
}

#[test]
fn a_run_whose_main_panics_fails_and_is_not_counted_as_one_that_does_not_end() {
    let panics = every_schedule("panics", || async { panic!("wrong") }).explore();
    assert_eq!((panics.failing, panics.endless), (1, 0));
    let hangs = every_schedule("hangs", std::future::pending::<()>).explore();
    assert_eq!((hangs.failing, hangs.endless), (1, 1));
}

#[test]
fn a_lane_that_spins_for_ever_is_ended() {
    let explored = every_schedule("spins", || async {
        let spin = async {
            loop {
                yield_now().await;
            }
        };
        spin.lane("spin").await;
    })
    .watchdog(Duration::from_secs(300))
    .explore();
    assert_eq!((explored.schedules, explored.failing), (1, 1), "{explored}");
    let why = explored.failure.expect("it fails").why;
    assert_eq!(why, "at 0, after 20000 polls, it was still going on [still-going]");
}

#[test]
fn of_a_lane_that_spins_the_polls_are_counted_and_not_how_often_a_lane_was_deferred() {
    let spinning = || {
        every_schedule("spins beside another", || async {
            let spin = async {
                loop {
                    yield_now().await;
                }
            };
            join!(spin.lane("spin"), sleep(ms(1)).lane("other"));
        })
        .watchdog(Duration::from_secs(300))
    };
    let failure = |schedule: &str| {
        let schedule = schedule.parse().expect("a schedule");
        spinning().replay(&schedule).expect("it fits").failure.expect("it fails")
    };
    let said = |polls| format!("at 0, after {polls} polls, it was still going on [still-going]");
    assert_eq!(failure("0").why, said(20_000));
    // Once a lane was deferred, a lane that yields is deferred, too, until no other is ready.
    let failure = failure("1");
    let mut polls = 0;
    for event in failure.recording.events() {
        polls += u64::from(matches!(event.what, What::PollStart(_)));
    }
    assert!(polls < 20_000);
    assert_eq!(failure.why, said(polls));
}

#[test]
fn a_program_with_too_many_schedules_says_what_was_tried() {
    let crowd = || async {
        let mut tasks = JoinSet::new();
        for name in ["A", "B", "C", "D", "E", "F", "G"] {
            tasks.spawn(sleep(ms(1)).lane(name));
        }
        tasks.join_all().await;
    };
    let explored = every_schedule("crowd", crowd)
        .budget(Duration::from_secs(60))
        .at_most(300)
        .seed(7)
        .explore();
    let Coverage::UpTo { departures, random } = explored.coverage else {
        panic!("it is complete: {explored}")
    };
    assert!(departures > 0 && random > 0, "{explored}");
    let tried = explored.tried();
    let ends = format!(", and {random} runs in schedules chosen at random");
    assert!(tried.ends_with(&ends), "{tried}");
}

#[test]
fn decisions_after_the_thousandth_are_not_departed_from_and_not_claimed() {
    let explored = every_schedule("long", || async {
        for _ in 0..1_001 {
            ready(()).lane("step").await;
        }
        join!(ready(()).lane("A"), ready(()).lane("B"));
    })
    .at_most(20)
    .budget(Duration::from_secs(60))
    .explore();
    assert_eq!(explored.coverage, Coverage::UpTo { departures: 0, random: 19 }, "{explored}");
}

#[test]
fn the_time_it_took_is_known_after_a_replay_and_after_a_run_that_blocks() {
    let schedule = Schedule::default();
    let replayed = two_tasks().replay(&schedule).expect("it fits");
    assert!(replayed.took > Duration::ZERO);
    let blocks = every_schedule("blocks", || async { thread::sleep(Duration::from_secs(3600)) });
    let blocked = blocks.watchdog(ms(200)).explore();
    assert!(blocked.took >= ms(200), "{:?}", blocked.took);
}

#[test]
fn a_random_walk_is_the_same_for_the_same_seed_and_what_it_finds_is_made_simpler() {
    // Wrong if the last of seven tasks comes first, the second last second, and so on.
    let run = |seed| {
        every_schedule("backwards", || async {
            let order = Arc::new(std::sync::Mutex::new(vec![]));
            let mut tasks = JoinSet::new();
            for number in 0..7 {
                let order = order.clone();
                let work = async move { order.lock().expect("no panic").push(number) };
                tasks.spawn(work.lane(format!("T{number}")));
            }
            tasks.join_all().await;
            let order = order.lock().expect("no panic");
            order[0] == 6 && order[1] == 5 && order[2] == 4
        })
        .check(|run| matches!(run.outcome, Ok(false)))
        .at_random()
        .at_most(2_000)
        .seed(seed)
        .budget(Duration::from_secs(60))
        .explore()
    };
    let (first, again, other) = (run(1), run(1), run(2));
    assert_eq!(first.failing, again.failing);
    assert!(first.failing > 0 && other.failing > 0, "{first}");
    let (first, again) = (first.failure.expect("found"), again.failure.expect("found"));
    assert_eq!(first.schedule, again.schedule);
    assert_eq!(first.schedule.departures.len(), 3, "{}", first.schedule.describe());
}

#[test]
fn after_an_exploration_the_thread_of_the_caller_is_as_before() {
    let plain = || async_concepts::record("plain", || async { yield_now().lane("A").await });
    let before = plain();
    let explored = every_schedule("explored", || async { yield_now().lane("A").await })
        .check(|_| {
            // Checks run on the thread of the runs, and are no part of them.
            let plain =
                async_concepts::record("in a check", || async { yield_now().lane("A").await });
            plain.outcome.is_ok()
        })
        .explore();
    assert!(explored.holds(), "{explored}");
    // How long each poll took on the wall clock is another number each time, and not in the chart.
    assert_eq!(before.chart(), plain().chart());
}

fn two_tasks() -> EverySchedule<impl Future<Output = &'static str>> {
    every_schedule("two tasks", || async {
        let (send, receive) = oneshot::channel();
        let winner = Arc::new(std::sync::Mutex::new(Some(send)));
        let mut tasks = JoinSet::new();
        for name in ["A", "B"] {
            let winner = winner.clone();
            let work = async move {
                if let Some(send) = winner.lock().expect("no panic").take() {
                    let _ = send.send(name);
                }
            };
            tasks.spawn(work.lane(name));
        }
        tasks.join_all().await;
        receive.await.expect("one of them sends")
    })
    .check(|run| match run.outcome {
        Ok("A") => Ok(()),
        _ => Err("B was faster"),
    })
}

#[test]
fn a_failure_names_the_departure_and_shows_the_lines_and_the_timeline() {
    let explored = two_tasks().explore();
    let text = explored.to_string();
    let expected = "two tasks: all 4 schedules, switching where a lane waits, as one thread can: \
                    2 outcomes, and 2 fail\nthe simplest: at decision 0 (0) B goes before A\n\
                    B was faster\n";
    assert!(text.starts_with(expected), "{text}");
    assert!(text.contains("\n    main  █"), "{text}");
    assert!(text.ends_with("SCHEDULE='two tasks:1' cargo test"), "{text}");
}

#[test]
fn a_schedule_can_be_written_and_read_and_one_that_does_not_fit_is_an_error() {
    let schedule: Schedule = "1".parse().expect("a schedule");
    let replayed = two_tasks().replay(&schedule).expect("it fits");
    assert_eq!((replayed.schedules, replayed.coverage), (1, Coverage::Replayed));
    assert_eq!(replayed.failure.expect("it fails").schedule.to_string(), "1");

    let wrong = |text: &str| two_tasks().replay(&text.parse().expect("numbers")).unwrap_err();
    let begins = |text: &str| format!("the schedule two tasks:{text} does not fit the program");
    assert!(wrong("0.0.0.0.0.1").starts_with(&begins("0.0.0.0.0.1")));
    let no_such_choice = "any more: at decision 0 the choices are 0 to 1, and 9 is none of them";
    assert!(wrong("9").starts_with(&begins("9")), "{}", wrong("9"));
    assert!(wrong("9").ends_with(no_such_choice), "{}", wrong("9"));
    let unreadable = "0,1".parse::<Schedule>().unwrap_err();
    assert_eq!(
        unreadable,
        "“0,1” is no schedule: that is numbers with dots between them, like 0.1"
    );
}

#[test]
fn the_first_failure_can_be_enough() {
    let program = async || {
        futures::join!(async { say!("A") }.lane("A"), async { say!("B") }.lane("B"));
    };
    let claim = || every_schedule("order of two", program).check(|run| run.lines[0].text == "A");
    let whole = claim().explore();
    assert_eq!((whole.schedules, whole.coverage), (2, Coverage::All));
    let never = claim().check(|_| false).until_it_fails().explore();
    assert_eq!((never.schedules, never.failing), (1, 1));
    assert_eq!(never.coverage, Coverage::UntilItFailed);
    assert_eq!(never.tried(), "1 schedule, the last of which fails");
    let random = async || {
        let tie = tokio::select! { () = async {} => "A", () = async {} => "B" };
        say!("{tie}");
    };
    let never = every_schedule("a tie", random).check(|_| false).until_it_fails().explore();
    assert!(never.failure.is_some() && matches!(never.coverage, Coverage::Nondeterministic(_)));
    let explored = claim().until_it_fails().explore();
    let failure = explored.failure.expect("B can come first");
    assert_eq!((failure.schedule.to_string().as_str(), explored.schedules), ("1", 2));
}
