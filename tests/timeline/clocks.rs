//! The real clock shows what the paused one shows, a few milliseconds later.
use crate::ms;
use async_concepts::{
    LaneExt, block,
    timeline::{
        Chart, Clock, End, Event, Polled, Recorder, State, TerminalOptions, Until, Waits, What,
        WokenBy, human,
    },
};
use std::time::{Duration, Instant};
use tokio::time::sleep;

#[path = "../../examples/gather/gather.rs"]
#[allow(dead_code, reason = "only its coroutine is run")]
mod gather;

/// What a chart shows apart from the order of polls within an instant: for each lane, at which
/// times it waits until when and for whom, where it blocks, and how it ends.
fn outline(chart: &Chart) -> Vec<String> {
    let between = |state: State| {
        matches!(state, State::Waiting(_) | State::Blocking | State::OnThread | State::Lazy)
    };
    let rows = chart.rows.iter().map(|row| {
        let long = row
            .spans
            .iter()
            .filter(|span| between(span.state) && span.from.instant < span.to.instant);
        let mut waits: Vec<String> = vec![];
        for span in long {
            let times =
                format!("{} to {}", human(chart.time(span.from)), human(chart.time(span.to)));
            waits.push(match span.state {
                State::Waiting(Until::Unwoken) => format!("{times} waits"),
                State::Waiting(Until::Lane(by)) => {
                    format!("{times} waits for {}", chart.rows[by].name)
                }
                state => format!("{times} {state:?}"),
            });
        }
        format!("{}: {waits:?}, {:?} at {}", row.name, row.end.1, human(chart.time(row.end.0)))
    });
    rows.collect()
}

#[test]
fn a_call_of_block_is_noted_on_both_clocks() {
    const LINE: u32 = line!();
    for clock in [Clock::Paused, Clock::Real] {
        let run = Recorder::new("blocks").clock(clock).record(|| async {
            block(ms(1));
        });
        let chart = run.chart();
        let blocks: Vec<_> = chart.rows[0].spans.iter().flat_map(|span| &span.blocks).collect();
        let lines: Vec<u32> =
            blocks.iter().map(|block| block.places.waits()[0].place.line).collect();
        assert_eq!(lines, [LINE + 3], "{clock:?}");
    }
}

/// Records on the real clock until the chart is that of the paused clock. A busy machine may stall
/// each time for longer than any jitter that a picture could ignore. It does not do so for two
/// minutes on end, and wrong code does.
fn same_on_the_real_clock<F: Future<Output = ()> + 'static>(main: fn() -> F) {
    let paused = Recorder::new("run").record(main).chart();
    let mut seen = vec![];
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(120) {
        let real = Recorder::new("run").clock(Clock::Real).record(main).chart();
        if outline(&real) == outline(&paused) && real.elapsed == paused.elapsed {
            return;
        }
        seen.push(outline(&real));
    }
    panic!("on the paused clock: {:#?}\non the real clock: {seen:#?}", outline(&paused));
}

#[test]
fn three_seconds_of_gather_draw_the_same_chart() {
    same_on_the_real_clock(|| async {
        gather::gather().await;
    });
}

#[test]
fn blocking_shows_on_the_real_clock_too() {
    same_on_the_real_clock(|| async {
        let hog = async {
            sleep(ms(100)).await;
            block(ms(150));
        };
        futures::join!(hog.lane("hog"), sleep(ms(400)).lane("late"));
    });
}

/// A chart of one lane that is polled at these times, in microseconds.
fn polled_at(clock: Clock, micros: &[u64]) -> Chart {
    let event = |at: u64, what| Event { at: Duration::from_micros(at), thread: 0, lane: 0, what };
    let mut events = vec![event(micros[0], What::Created { name: "main".into(), parent: None })];
    for &at in micros {
        events.push(event(at, What::PollStart(None)));
        let polled = Polled::Pending(Waits::nowhere());
        events.push(event(at, What::PollEnd { polled, took: Duration::ZERO }));
    }
    let last = Duration::from_micros(micros[micros.len() - 1]);
    Chart::new("polls", clock, &events, last, 0)
}

fn instants(chart: &Chart) -> Vec<(String, usize)> {
    chart.instants.iter().map(|instant| (human(instant.at), instant.columns)).collect()
}

#[test]
fn instants_of_the_real_clock_that_differ_by_jitter_are_one_and_have_round_times() {
    let chart =
        polled_at(Clock::Real, &[37, 210, 1_001_400, 1_001_900, 1_004_000, 2_003_100, 3_005_020]);
    assert_eq!(
        instants(&chart),
        [("0".into(), 2), ("1 s".into(), 3), ("2 s".into(), 1), ("3 s".into(), 1)]
    );
}

#[test]
fn instants_of_the_real_clock_that_differ_by_more_are_not_one() {
    let chart = polled_at(Clock::Real, &[10, 30_900, 61_500, 121_200, 351_000]);
    let expected = ["0", "30 ms", "60 ms", "120 ms", "350 ms"].map(|time| (time.to_owned(), 1));
    assert_eq!(instants(&chart), expected);
}

/// The state of a poll that takes this many microseconds on the real clock.
fn state_of_a_poll_that_takes(micros: u64) -> State {
    let event = |at: u64, what| Event { at: Duration::from_micros(at), thread: 0, lane: 0, what };
    let polled = Polled::Pending(Waits::nowhere());
    let took = Duration::from_micros(micros);
    let events = [
        event(0, What::Created { name: "main".into(), parent: None }),
        event(0, What::PollStart(None)),
        event(micros, What::PollEnd { polled, took }),
    ];
    let chart = Chart::new("poll", Clock::Real, &events, took, 0);
    chart.rows[0].spans[0].state
}

#[test]
fn on_the_real_clock_a_poll_blocks_if_it_takes_longer_than_a_busy_machine_delays_it() {
    assert_eq!(state_of_a_poll_that_takes(8_000), State::Running);
    assert_eq!(state_of_a_poll_that_takes(10_001), State::Blocking);
}

/// A busy machine stops a thread in the middle of a poll, and a new instant begins there.
#[test]
fn a_lane_that_is_woken_at_a_new_instant_of_the_real_clock_is_woken_in_a_poll() {
    let event = |at: u64, lane, what| Event { at: ms(at) / 10, thread: 0, lane, what };
    let created = |name: &str| What::Created { name: name.into(), parent: None };
    let end = |polled| What::PollEnd { polled, took: Duration::ZERO };
    let events = [
        event(0, 0, created("A")),
        event(0, 1, created("B")),
        event(1, 1, What::PollStart(None)),
        event(2, 1, end(Polled::Pending(Waits::nowhere()))),
        event(99, 0, What::PollStart(None)),
        event(102, 1, What::Woken { by: WokenBy::Lane(0), cancels: false }),
        event(103, 0, end(Polled::Ready)),
        event(104, 1, What::PollStart(None)),
        event(105, 1, end(Polled::Ready)),
    ];
    let steps = Chart::new("woken", Clock::Real, &events, ms(11), 0).steps();
    let last = steps.tracks[0].steps.last().expect("a step");
    assert_eq!((last.lane, last.woken_by), (1, Some(0)), "{}", last.sentence);
}

#[test]
fn instants_of_the_paused_clock_are_exact() {
    let chart = polled_at(Clock::Paused, &[0, 0, 1_000, 1_001_000, 1_001_000]);
    assert_eq!(instants(&chart), [("0".into(), 2), ("1 ms".into(), 1), ("1.001 s".into(), 2)]);
}

#[test]
fn three_hours_of_sleep_take_no_time() {
    let run = Recorder::new("long")
        .limit(Duration::from_secs(4 * 3600))
        .record(|| sleep(Duration::from_secs(3 * 3600)).lane("nap"));
    assert_eq!(run.elapsed, Duration::from_secs(3 * 3600));
    assert_eq!(run.chart().rows[1].end.1, End::Finished);
    assert!(run.chart().to_text(TerminalOptions { width: 60, colour: false }).contains("3 h"));
}
