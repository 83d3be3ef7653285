//! The pictures in the documentation are those of real runs.
use super::{generated::holds, read, readme::gather, root};
use async_concepts::{
    LaneExt, record,
    schedules::every_schedule,
    stage::Stage,
    timeline::{Chart, Observe, Recorder, SvgOptions, Theme, pairs_to_svg},
};
use std::{sync::Arc, time::Duration};
use tokio::{
    join, spawn,
    sync::{Mutex, Notify},
    time::sleep,
};

#[path = "../../examples/executors/blocked_loop.rs"]
#[allow(dead_code, reason = "its command line is not used here")]
mod blocked_loop;
#[path = "../../examples/iteration/pipeline.rs"]
#[allow(dead_code, reason = "its command line is not used here")]
mod pipeline;
#[path = "../../examples/transports/protocol.rs"]
#[allow(dead_code, reason = "its command line is not used here")]
mod protocol;
#[path = "../../examples/event_loop/timers.rs"]
#[allow(dead_code, reason = "its command line is not used here")]
mod timers;
#[path = "../../examples/context/transaction.rs"]
#[allow(dead_code, reason = "its command line is not used here")]
mod transaction;

/// What a page of the documentation needs: a narrow picture, without the words of each stretch, and
/// a legend that leads to the glossary, which stands one folder above the page of a module.
const OPTIONS: SvgOptions = SvgOptions {
    width: 960.0,
    theme: Theme::Auto,
    legend: true,
    lines: true,
    caption: true,
    row: 40.0,
    column: 26.0,
    titles: false,
    glossary: Some("../glossary/index.html"),
};

fn milliseconds(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// The chart of one scene of an example.
fn scene(stage: Stage, title: &str) -> Chart {
    let scenes = stage.run_for_test(Observe::Everything);
    let mut titles = vec![];
    for scene in scenes {
        if scene.title == title {
            return unhurried(scene.chart.expect("everything was observed"));
        }
        titles.push(scene.title);
    }
    panic!("there is no scene {title} among {titles:?}")
}

/// The same chart, as on a machine that is not busy: on one that is, any poll may take long on the
/// wall clock, and is remarked on.
fn unhurried(mut chart: Chart) -> Chart {
    chart.remarks.retain(|remark| !remark.contains("[kept-the-thread]"));
    chart
}

/// Compares a picture with what is in the documentation, or writes it anew.
fn shown(name: &str, svg: &str) {
    // An empty line would end the HTML in a page of Markdown.
    assert!(!svg.contains("\n\n"), "{name} has an empty line");
    holds(&format!("docs/{name}.svg"), &format!("{svg}\n"));
}

#[test]
fn the_front_page_shows_gather() {
    let options = SvgOptions { glossary: Some("glossary/index.html"), ..OPTIONS };
    let chart = unhurried(record("gather", gather::gather).chart());
    shown("gather", &chart.to_svg(options));
}

#[test]
fn the_timeline_shows_two_naps() {
    let run = record("two naps", || async {
        join!(sleep(milliseconds(100)).lane("A"), sleep(milliseconds(200)).lane("B"));
    });
    shown("two_naps", &unhurried(run.chart()).to_svg(OPTIONS));
}

#[test]
fn the_event_loop_shows_timers() {
    shown("timers", &scene(timers::stage(), "event loop").to_svg(OPTIONS));
}

#[test]
fn context_shows_what_is_left_when_a_body_is_cancelled() {
    let chart = scene(transaction::stage(), "roll back on cancellation");
    shown("transaction", &chart.to_svg(OPTIONS));
}

#[test]
fn protocol_shows_a_conversation() {
    shown("protocol", &scene(protocol::stage(), "cut").to_svg(OPTIONS));
}

#[test]
fn slow_poll_shows_a_blocked_loop() {
    shown("blocked_loop", &scene(blocked_loop::stage(), "blocked").to_svg(OPTIONS));
}

#[test]
fn the_stage_shows_two_scenes_beside_each_other() {
    let body = scene(pipeline::stage(), "loop body");
    let concurrent = scene(pipeline::stage(), "for_each_concurrent");
    shown("pipeline", &pairs_to_svg(&[body.beside(&concurrent)], OPTIONS));
}

/// The example of that page: the teller comes first, and the waiter waits for ever.
#[test]
fn schedules_show_the_order_that_breaks_a_claim() {
    let explored = every_schedule("lost notify", || async {
        let ready = Arc::new(Notify::new());
        let tell = ready.clone();
        let waiter = spawn(async move { ready.notified().await }.lane("waiter"));
        let teller = spawn(async move { tell.notify_waiters() }.lane("teller"));
        let _ = join!(waiter, teller);
    })
    .explore();
    let failure = explored.failure.expect("one schedule fails");
    let mut chart = unhurried(failure.recording.chart());
    // The verdict has a line of this file in it, which moves.
    chart.verdict = None;
    shown("lost_notify", &chart.to_svg(OPTIONS));
}

/// Each page of a topic shows a picture. The others are lists and instructions.
#[test]
fn the_front_page_and_each_topic_show_a_picture() {
    // Two are lists and instructions; the glossary's picture is included in the same file.
    const NO_TOPICS: &[&str] = &["from_asyncio_to_tokio", "in_your_own_tests", "glossary"];
    let front = read("src/lib.rs");
    let mut pages = vec![("the front page".to_owned(), front.clone())];
    for line in front.lines() {
        let Some(name) = line.strip_prefix("pub mod ") else { continue };
        let name = name.trim_end_matches([';', '{', '}', ' ']);
        let mut file = format!("src/{name}.rs");
        if !root().join(&file).exists() {
            file = format!("src/{name}/mod.rs");
        }
        if !NO_TOPICS.contains(&name) {
            pages.push((name.to_owned(), read(&file)));
        }
    }
    assert_eq!(pages.len(), 8, "the front page and seven topics");
    for (name, text) in pages {
        let shows = text.lines().any(|line| line.contains("include_str!") && line.contains(".svg"));
        assert!(shows, "the page of {name} shows no picture");
    }
}

/// A branch of `select!` that is kept by `&mut` and not polled any more gets the lock, and keeps
/// it.
#[test]
fn the_glossary_shows_a_futurelock() {
    let run = Recorder::new("futurelock").limit(milliseconds(200)).record(|| async {
        let lock = Arc::new(Mutex::new(()));
        let theirs = lock.clone();
        let holder = async move {
            let _guard = theirs.lock().await;
            sleep(milliseconds(50)).await;
        };
        tokio::spawn(holder.lane("holder"));
        sleep(milliseconds(1)).await;
        let mut f1 = Box::pin(async { drop(lock.lock().await) }.lane("f1"));
        tokio::select! {
            biased;
            () = &mut f1 => {}
            () = sleep(milliseconds(10)) => async { drop(lock.lock().await) }.lane("f2").await,
        }
    });
    let mut chart = unhurried(run.chart());
    // The verdict has the line of this test in it, which moves.
    chart.verdict = None;
    let options = SvgOptions { glossary: Some("#"), ..OPTIONS };
    shown("futurelock", &chart.to_svg(options).replace("href=\"##", "href=\"#"));
}

/// The sequence diagrams have one red for light and dark paper, which is too pale as small text on
/// white. The deck and the site have a red of their own for each, and find the elements by it.
#[test]
fn the_style_sheets_replace_the_red_of_the_sequence_diagrams() {
    let source = read("mail2alert/examples/mail2alert/sequence.rs");
    let (_, after) = source.split_once("const LOST: &str = \"").expect("the red");
    let (red, _) = after.split_once('"').expect("the end of the red");
    for sheet in ["slides/src/player/deck.css", "slides/src/site/site.css"] {
        let rules = read(sheet);
        for attribute in ["fill", "stroke"] {
            let selector = format!(".row [{attribute}=\"{red}\"]");
            let rule = format!("{selector} {{\n  {attribute}: var(--cancelled);\n}}");
            assert!(rules.contains(&rule), "{sheet} has no rule `{rule}`");
        }
    }
}
