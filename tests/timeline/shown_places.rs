//! Where a lane waits, in everything that is drawn.
use crate::ms;
use async_concepts::{
    LaneExt, record,
    timeline::{Chart, Place, State, SvgOptions, from_json, to_json, to_perfetto},
};
use tokio::{
    sync::mpsc,
    time::{advance, sleep},
};

/// The line on which `receive` waits.
fn line() -> u32 {
    let lines = include_str!("shown_places.rs").lines();
    let mut found = 0;
    for (number, line) in (1..).zip(lines) {
        if line.trim_start().starts_with("receiver.recv()") {
            found = number;
        }
    }
    found
}

async fn receive(mut receiver: mpsc::Receiver<u8>) -> Option<u8> {
    receiver.recv().await
}

fn waiting_for_a_channel() -> Chart {
    record("channel", || async {
        let (send, receiver) = mpsc::channel(1);
        let late = async move {
            sleep(ms(100)).await;
            let _ = send.send(1).await;
        };
        tokio::join!(receive(receiver).lane("receiver"), late.lane("late"));
    })
    .chart()
}

#[test]
fn the_place_is_in_titles_in_the_trace_in_the_list_and_in_the_data() {
    let chart = waiting_for_a_channel();
    let place = format!("at tests/timeline/shown_places.rs:{}", line());
    let svg = chart.to_svg(SvgOptions::default());
    assert!(svg.contains("<title>receiver: waiting from 0 to 100 ms"), "{svg}");
    assert!(svg.contains(&place), "{place} is not in the picture: {svg}");
    let trace = to_perfetto(std::slice::from_ref(&chart));
    assert!(trace.contains(&place), "{place} is not in the trace: {trace}");
    let list = chart.places();
    assert!(list.contains("receiver  0 to 100 ms  "), "{list}");
    assert!(list.contains(&place), "{list}");
    let read = from_json(&to_json(std::slice::from_ref(&chart))).unwrap();
    let mut waits = read[0].row("receiver").spans.iter();
    let wait = waits.find(|span| matches!(span.state, State::Waiting(_))).expect("it waits");
    let place: &Place = &wait.places.waits()[0].place;
    assert_eq!((place.file.as_str(), place.line), ("tests/timeline/shown_places.rs", line()));
    assert_eq!(read[0].places(), list);
    assert_eq!(read, [chart]);
}

#[test]
fn a_picture_without_titles_looks_nothing_up() {
    let chart = waiting_for_a_channel();
    let svg = chart.to_svg(SvgOptions { titles: false, ..SvgOptions::default() });
    assert!(!svg.contains("shown_places.rs"), "{svg}");
}

#[test]
fn moving_the_clock_is_not_called_blocking() {
    let chart = record("advance", || async {
        advance(ms(100)).await;
        sleep(ms(10)).lane("nap").await;
    })
    .chart();
    let states: Vec<State> = chart.row("main").spans.iter().map(|span| span.state).collect();
    assert!(!states.contains(&State::Blocking), "{states:?}");
    assert!(!chart.describe().contains("blocked"), "{}", chart.describe());
}
