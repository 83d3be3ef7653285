//! What the signs say, and when: each of them is in the legend of a picture that has it.
use crate::{ms, states};
use async_concepts::{
    LaneExt, block, on_thread, record, say,
    timeline::{
        Chart, Clock, Mark, Recorder, State, SvgOptions, TerminalOptions, Until, human, to_perfetto,
    },
};
use futures::{StreamExt, stream};
use std::{sync::Arc, time::Duration};
use tokio::{
    join,
    sync::Mutex,
    task::{spawn_blocking, yield_now},
    time::{sleep, timeout},
};

fn text(chart: &Chart) -> String {
    chart.to_text(TerminalOptions { width: 100, colour: false })
}

/// Two requests at a time, and a body that waits, too: the stream is not polled meanwhile.
fn waiting_body() -> Chart {
    record("waiting body", || async {
        let naps = stream::iter(["A", "B"]).map(|name| sleep(ms(100)).lane(name)).buffered(2);
        let mut naps = std::pin::pin!(naps);
        while naps.next().await.is_some() {
            sleep(ms(100)).await;
        }
    })
    .chart()
}

/// A future that has asked for a lock and is not polled any more gets it, and keeps it.
fn futurelock() -> Chart {
    Recorder::new("futurelock")
        .limit(ms(1000))
        .record(|| async {
            let lock = Arc::new(Mutex::new(()));
            let theirs = lock.clone();
            let holder = async move {
                let _guard = theirs.lock().await;
                sleep(ms(50)).await;
            };
            tokio::spawn(holder.lane("holder"));
            sleep(ms(1)).await;
            let mut f1 = Box::pin(async { drop(lock.lock().await) }.lane("f1"));
            tokio::select! {
                biased;
                () = &mut f1 => {}
                () = sleep(ms(10)) => async { drop(lock.lock().await) }.lane("f2").await,
            }
        })
        .chart()
}

#[test]
fn a_lane_that_was_woken_while_its_owner_waits_elsewhere_is_not_called_ready() {
    assert_eq!(
        states(&waiting_body(), "B")[3..],
        [(State::Ready, 100, 100), (State::WokenNotPolled, 100, 200), (State::Running, 200, 200)]
    );
    let chart = futurelock();
    let of_f1 = states(&chart, "f1");
    assert_eq!(*of_f1.last().unwrap(), (State::WokenNotPolled, 50, 1000), "{of_f1:?}");
    let of_f2 = states(&chart, "f2");
    assert_eq!(*of_f2.last().unwrap(), (State::Waiting(Until::RunOver), 50, 1000), "{of_f2:?}");
}

#[test]
fn that_a_lane_is_not_polled_is_said_in_every_rendering() {
    let chart = futurelock();
    let words = "woken, not polled";
    assert!(text(&chart).contains(&format!("┄ {words}")), "{}", text(&chart));
    let svg = chart.to_svg(SvgOptions::default());
    assert!(svg.contains("class=\"not-polled\""), "{svg}");
    assert!(svg.contains(&format!(">{words} 950 ms</text>")), "{svg}");
    assert!(svg.contains(&format!(">{}</text>", Mark::WokenNotPolled.label())), "{svg}");
    let described = chart.describe();
    assert!(described.contains("woken, but not polled for 950 ms from 50 ms on"), "{described}");
    assert!(to_perfetto(std::slice::from_ref(&chart)).contains(words));
}

#[test]
fn a_lane_is_ready_while_another_one_has_the_thread() {
    let chart = record("busy", || async {
        let hog = tokio::spawn(async { block(ms(100)) }.lane("hog"));
        let other = tokio::spawn(yield_now().lane("other"));
        let _ = join!(hog, other);
    })
    .chart();
    // It is made while `main` runs, first polled when `hog` lets go, and then ready at once.
    let of_other = states(&chart, "other");
    assert!(of_other.iter().all(|(state, ..)| *state != State::WokenNotPolled), "{of_other:?}");
    // On the real clock the machine may keep the thread from running; that is not the lane's fault.
    let run = Recorder::new("timers").clock(Clock::Real).record(|| async {
        join!(sleep(ms(5)).lane("A"), sleep(ms(25)).lane("B"));
    });
    for name in ["A", "B"] {
        let of_lane = states(&run.chart(), name);
        assert!(of_lane.iter().all(|(state, ..)| *state != State::WokenNotPolled), "{of_lane:?}");
    }
}

#[test]
fn each_mark_that_is_drawn_is_in_the_legend() {
    let everything = || async {
        let hash = spawn_blocking(on_thread("hash", || block(ms(30))));
        let hog = async {
            sleep(ms(50)).await;
            block(ms(20));
            say!("now");
        };
        let panics = tokio::spawn(async { panic!("on purpose") }.lane("panics"));
        let task = tokio::spawn(sleep(ms(10)).lane("task"));
        let never = std::future::pending::<()>().lane("never");
        let _ = join!(hash, hog.lane("hog"), timeout(ms(40), sleep(ms(90)).lane("late")), panics);
        let _ = task.await;
        never.await;
    };
    let charts = [
        Recorder::new("all").limit(ms(500)).record(everything).chart(),
        waiting_body(),
        futurelock(),
    ];
    let classes = [
        ("running", Mark::Running),
        ("blocking", Mark::Blocking),
        ("on-thread", Mark::OnThread),
        ("waiting", Mark::Waiting),
        ("ready", Mark::Ready),
        ("not-polled", Mark::WokenNotPolled),
        ("unwoken", Mark::RunningUnwoken),
        ("lazy", Mark::Lazy),
        ("arrow", Mark::Wake),
    ];
    let mut met = vec![];
    for chart in &charts {
        let plain = chart.to_svg(SvgOptions { legend: false, ..SvgOptions::default() });
        let explained = chart.to_svg(SvgOptions::default());
        for (class, mark) in classes {
            let drawn = plain.contains(&format!("class=\"{class}\""))
                || plain.contains(&format!("class=\"{class} l"));
            let in_legend = explained.contains(&format!(">{}</text>", mark.label()));
            // A bar that is striped lies on one that is not.
            assert!(!drawn || in_legend || mark == Mark::Running, "{mark:?} in {}", chart.title);
            if drawn {
                met.push(mark);
            }
        }
        for row in &chart.rows {
            assert!(explained.contains(&format!(">{}</text>", row.end.1.label())), "{}", row.name);
        }
        let text = text(chart);
        for mark in Mark::ALL {
            let Some(sign) = mark.sign() else { continue };
            let drawn = text.split("\n\n").next().unwrap_or_default().contains(sign);
            // What blocks has the sign of what runs, and an error that of a panic; `…` is also
            // where a name was too long.
            let told_otherwise =
                matches!(mark, Mark::Blocking | Mark::MovedClock | Mark::Failed | Mark::Unfinished);
            let in_legend = text.contains(&format!("{sign} {}", mark.label()));
            assert!(!drawn || in_legend || told_otherwise, "{mark:?}\n{text}");
        }
    }
    for (class, mark) in classes {
        assert!(met.contains(&mark), "no picture here has a {class}");
    }
}

#[test]
fn each_mark_is_explained_on_the_glossary_page_and_the_legend_leads_there() {
    let page = include_str!("../../docs/glossary.md");
    let mut anchors = vec![];
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            anchors.push(heading.to_lowercase().replace(',', "").replace(' ', "-"));
        }
    }
    for mark in Mark::ALL {
        let term = mark.term();
        assert!(anchors.iter().any(|anchor| anchor == term), "{term} is not among {anchors:?}");
    }
    let options = SvgOptions { glossary: Some("glossary.md"), ..SvgOptions::default() };
    let svg = futurelock().to_svg(options);
    assert!(svg.contains("<a href=\"glossary.md#woken-not-polled\">"), "{svg}");
    // Where there is nothing to link to, the words say where it is.
    assert!(!svg.contains("docs/glossary.md"), "{svg}");
    let alone = futurelock().to_svg(SvgOptions::default());
    assert!(alone.contains(">(words: docs/glossary.md)</text>"), "{alone}");
    assert!(!alone.contains("<a href"), "{alone}");
    let silent = SvgOptions { legend: false, ..SvgOptions::default() };
    assert!(!futurelock().to_svg(silent).contains("glossary"));
    assert!(text(&futurelock()).contains("(words: docs/glossary.md)"));
}

#[test]
fn a_poll_of_some_milliseconds_is_seen_on_the_real_clock() {
    let run = Recorder::new("polls").clock(Clock::Real).record(|| async {
        async {
            for _ in 0..3 {
                std::thread::sleep(ms(6));
                yield_now().await;
            }
        }
        .lane("spins")
        .await
    });
    let chart = run.chart();
    let of_lane = states(&chart, "spins");
    let is_poll = |state: State| matches!(state, State::Running | State::Blocking);
    let lasts = of_lane.iter().filter(|(state, from, to)| is_poll(*state) && from < to).count();
    // On a busy machine the last poll, which does nothing, may take some milliseconds, too.
    assert!(lasts == 3 || lasts == 4, "{of_lane:?}");
}

#[test]
fn no_time_that_passed_is_called_zero() {
    for (nanoseconds, text) in [
        (0, "0"),
        (1, "1 ns"),
        (300_000, "300 µs"),
        (999_999, "999 µs"),
        (1_000_000, "1 ms"),
        (1_050_000, "1 ms"),
        (1_250_000, "1.2 ms"),
        (99_900_000, "99.9 ms"),
        (100_900_000, "100 ms"),
    ] {
        assert_eq!(human(Duration::from_nanos(nanoseconds)), text);
    }
    let chart = record("micros", || async {
        for _ in 0..3 {
            async { block(Duration::from_micros(300)) }.lane("b").await;
        }
    })
    .chart();
    let text = text(&chart);
    assert!(text.contains("300 µs") && text.contains("600 µs"), "{text}");
    assert!(text.contains("The run took 900 µs"), "{text}");
}

#[test]
fn a_lane_that_was_never_polled_is_not_said_to_run_still() {
    let run = Recorder::new("never").limit(ms(10)).record(|| async {
        let _later = sleep(ms(1)).lane("later");
        std::future::pending::<()>().await;
    });
    let chart = run.chart();
    assert_eq!(chart.end_note(chart.row("later")).as_deref(), Some("never polled"));
    let described = chart.describe();
    assert!(described.contains("later: never polled."), "{described}");
}
