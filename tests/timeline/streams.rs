//! A lane around a stream: asked for an item, waiting, between items, and its end.
use crate::{ms, row, states};
use async_concepts::{
    LaneExt, StreamLaneExt, record, say,
    timeline::{Code, End, Observe, Recorder, State, TerminalOptions, Until},
};
use async_stream::stream;
use futures::{FutureExt, Stream, StreamExt, stream};
use std::{future::pending, pin::pin};
use tokio::time::sleep;

/// Three numbers, one each 100 ms.
fn numbers() -> impl Stream<Item = u32> {
    stream! {
        for number in 1..=3 {
            sleep(ms(100)).await;
            yield number;
        }
        say!("no more");
    }
}

#[test]
fn a_stream_has_a_row_with_each_request_each_wait_and_each_rest() {
    let run = record("numbers", || async {
        let mut numbers = pin!(numbers().lane("numbers"));
        while let Some(number) = numbers.next().await {
            say!("{number}");
            sleep(ms(50)).await;
        }
    });
    let chart = run.chart();
    let (asked, waits) = (State::Running, State::Waiting(Until::Clock));
    let mut expected = vec![];
    for start in [0, 150, 300] {
        expected.push((asked, start, start));
        expected.push((waits, start, start + 100));
        expected.push((State::Ready, start + 100, start + 100)); // the wake of main comes first
        expected.push((asked, start + 100, start + 100));
        expected.push((State::BetweenItems, start + 100, start + 150));
    }
    expected.push((asked, 450, 450));
    assert_eq!(states(&chart, "numbers"), expected);
    assert_eq!(row(&chart, "numbers").end.1, End::Finished);
    let said = ["0.100 main 1", "0.250 main 2", "0.400 main 3", "0.450 numbers no more"];
    assert_eq!(run.transcript(), said);
    let text = chart.to_text(TerminalOptions { width: 90, colour: false });
    assert!(text.contains("╌╌╌") && text.contains("╌ between items"), "{text}");
}

#[test]
fn a_stream_that_is_left_is_cancelled_when_it_is_dropped_and_not_before() {
    let run = record("left", || async {
        {
            let mut numbers = pin!(numbers().lane("numbers"));
            numbers.next().await;
            sleep(ms(70)).await;
        }
        sleep(ms(30)).await;
    });
    let chart = run.chart();
    assert_eq!(states(&chart, "numbers").last(), Some(&(State::BetweenItems, 100, 170)));
    let (at, end) = &row(&chart, "numbers").end;
    assert_eq!(chart.time(*at), ms(170));
    assert_eq!(*end, End::Cancelled { by: Some(0), aborted: false });
}

#[test]
fn a_stream_may_be_dropped_while_it_waits_or_before_it_was_asked() {
    let run = record("dropped", || async {
        drop(numbers().lane("never asked"));
        let mut numbers = Box::pin(numbers().lane("numbers"));
        assert_eq!(numbers.next().now_or_never(), None);
        drop(numbers);
    });
    let chart = run.chart();
    assert_eq!(chart.end_note(row(&chart, "never asked")).as_deref(), Some("dropped by main"));
    let states: Vec<State> = states(&chart, "numbers").iter().map(|state| state.0).collect();
    assert_eq!(states, [State::Running]);
}

#[test]
fn lanes_in_a_stream_belong_to_it_and_a_stream_waits_for_them() {
    let run = record("inside", || async {
        let naps = stream::iter([10, 20]).then(|time| sleep(ms(time)).lane("nap"));
        naps.lane("naps").collect::<Vec<()>>().await;
    });
    let chart = run.chart();
    let nap = row(&chart, "nap");
    assert_eq!((nap.polled_by, nap.parent), (Some(1), Some(1)));
    let first_wait = &row(&chart, "naps").spans[2];
    assert_eq!(first_wait.places.waits()[0].lane, Some(2), "it waits for its first nap");
}

#[test]
fn outside_a_run_and_where_nothing_is_observed_a_lane_is_just_its_stream() {
    let outside: Vec<u32> =
        stream::iter([1, 2]).lane("A").collect().now_or_never().expect("they are there");
    assert_eq!(outside, [1, 2]);
    assert_eq!(stream::iter([1, 2]).lane("A").size_hint(), (2, Some(2)));
    let run = Recorder::new("nothing")
        .observe(Observe::Nothing)
        .record(|| stream::iter([1, 2]).lane("A").collect::<Vec<u32>>());
    assert!(run.events().is_empty());
    assert_eq!(run.output(), [1, 2]);
}

#[test]
fn a_stream_that_is_polled_after_its_end_is_still_its_own() {
    let run = record("fused", || async {
        let mut fused = pin!(stream::iter([1]).fuse().lane("fused"));
        assert_eq!(fused.next().await, Some(1));
        assert_eq!(fused.next().await, None);
        assert_eq!(fused.next().await, None);
    });
    assert_eq!(row(&run.chart(), "fused").end.1, End::Finished);
    run.output();
}

#[test]
fn a_panic_goes_on_through_the_lane_of_a_stream() {
    let run = record("panics", || async {
        let mut stream = pin!(stream::once(async { panic!("on purpose") }).lane("A"));
        let _: Option<()> = stream.next().await;
    });
    assert_eq!(row(&run.chart(), "A").end.1, End::Panicked("on purpose".into()));
    assert!(run.outcome.is_err());
}

#[test]
fn a_verdict_blames_what_waits_and_not_the_stream_that_is_not_asked() {
    let run = Recorder::new("not asked").limit(ms(1000)).record(|| async {
        let mut ones = pin!(stream::repeat(1).lane("ones"));
        ones.next().await;
        sleep(ms(50)).await;
        pending::<()>().await
    });
    let verdict = run.outcome.unwrap_err();
    let codes: Vec<Code> = verdict.causes().iter().map(|cause| cause.code).collect();
    assert_eq!(codes, [Code::Deadlock, Code::NotAsked]);
    let text = verdict.to_string();
    assert!(text.contains("main has been waiting since 50 ms"), "{text}");
    assert!(text.contains("; ones has not been asked for its next item since 0 ["), "{text}");
}
