//! The examples of the topic `iteration`.
use super::{
    all::{await_for, backpressure, comprehension, interval, pipeline, ticker},
    assert_run, assert_took, ms,
};
use async_concepts::{
    record,
    timeline::{Chart, End, Line, Observe, State},
};
use std::time::Duration;

// ticker

#[test]
fn a_generator_that_has_come_to_its_end_is_closed() {
    let run = record("to the end", ticker::to_the_end);
    assert_run(
        &run,
        [
            "0.000 main tick 0",
            "1.000 main tick 1",
            "2.000 main tick 2",
            "3.000 ticks closed",
            "3.000 main no more ticks",
        ],
        ms(3000),
    );
}

#[test]
fn breaking_out_of_the_loop_does_not_close_a_stream_that_is_still_in_scope() {
    let run = record("break", ticker::break_out);
    assert_eq!(
        run.transcript(),
        [
            "0.000 count tick 0",
            "1.000 count tick 1",
            "2.000 count tick 2",
            "2.000 count left the loop; the source is still open",
            "2.500 ticks closed",
            "2.500 main returned",
        ]
    );
    assert_took(&run, ms(3000));
}

#[test]
fn a_stream_is_closed_in_the_middle_where_its_scope_ends() {
    let run = record("close", ticker::close);
    assert_eq!(
        run.transcript(),
        [
            "0.000 count tick 0",
            "1.000 count tick 1",
            "2.000 count tick 2",
            "2.000 ticks closed",
            "2.000 count left the loop; the source is closed",
            "2.500 main returned",
        ]
    );
    assert_took(&run, ms(3000));
}

/// The picture shows what the lines say: when the stream ends.
#[test]
fn the_row_of_a_stream_ends_where_the_stream_is_dropped() {
    let scenes = [
        ("break", record("break", ticker::break_out), 2500),
        ("close", record("close", ticker::close), 2000),
    ];
    for (title, run, dropped) in scenes {
        let chart = run.chart();
        let (at, end) = &chart.row("ticks").end;
        assert!(matches!(end, End::Cancelled { .. }), "{title}: in the middle: {end:?}");
        assert_eq!(chart.time(*at), ms(dropped), "{title}: where it is dropped");
    }
}

// comprehension

#[test]
fn a_filter_takes_as_long_as_the_stream_behind_it() {
    let run = record("async for", comprehension::async_for);
    assert_run(&run, ["4.000 main [1, 3]"], ms(4000));
    assert_eq!(run.output(), [1, 3]);
}

#[test]
fn conditions_and_elements_are_awaited_one_after_another() {
    let run = record("await in it", comprehension::awaits);
    assert_run(
        &run,
        [
            "0.000 is_odd is 1 odd?",
            "0.100 square square 1",
            "1.100 is_odd is 2 odd?",
            "1.200 is_odd is 3 odd?",
            "1.300 square square 3",
            "2.300 is_odd is 4 odd?",
            "2.400 main [1, 9]",
        ],
        ms(4 * 100 + 2 * 1000),
    );
    assert_eq!(run.output(), [1, 9]);
}

// await_for

#[test]
fn a_stream_hands_out_its_first_item_before_it_has_the_second() {
    let run = record("async for", await_for::async_for);
    assert_run(
        &run,
        [
            "1.000 download 1 arrives",
            "1.000 use use 1",
            "2.500 download 2 arrives",
            "2.500 use use 2",
            "4.000 download 3 arrives",
            "4.000 use use 3",
        ],
        ms(4500),
    );
}

#[test]
fn a_list_that_is_awaited_has_no_first_item_before_it_has_its_last() {
    let run = record("for … await", await_for::for_await);
    assert_run(
        &run,
        [
            "1.000 download 1 arrives",
            "2.000 download 2 arrives",
            "3.000 download 3 arrives",
            "3.000 use use 1",
            "3.500 use use 2",
            "4.000 use use 3",
        ],
        ms(4500),
    );
}

// pipeline

#[test]
fn then_fetches_one_at_a_time() {
    let run = record("then", pipeline::then);
    assert_run(
        &run,
        [
            "0.000 A fetch",
            "0.100 A fetched",
            "0.100 B fetch",
            "0.200 B fetched",
            "0.200 C fetch",
            "0.300 C fetched",
            "0.300 D fetch",
            "0.400 D fetched",
        ],
        ms(400),
    );
    assert_eq!(run.output(), ["A", "B", "C", "D"]);
}

#[test]
fn buffered_fetches_as_many_at_a_time_as_it_is_told() {
    let run = record("buffered", pipeline::buffered);
    assert_run(
        &run,
        [
            "0.000 A fetch",
            "0.000 B fetch",
            "0.100 A fetched",
            "0.100 B fetched",
            "0.100 C fetch",
            "0.100 D fetch",
            "0.200 C fetched",
            "0.200 D fetched",
        ],
        ms(200),
    );
    assert_eq!(run.output(), ["A", "B", "C", "D"]);
}

#[test]
fn a_buffer_with_room_for_all_fetches_all_at_once() {
    let run = record("buffer_unordered", pipeline::buffer_unordered);
    assert_run(
        &run,
        [
            "0.000 A fetch",
            "0.000 B fetch",
            "0.000 C fetch",
            "0.000 D fetch",
            "0.100 A fetched",
            "0.100 B fetched",
            "0.100 C fetched",
            "0.100 D fetched",
        ],
        ms(100),
    );
    assert_eq!(run.output(), ["A", "B", "C", "D"]);
}

#[test]
fn work_in_the_loop_body_stalls_the_buffer() {
    let run = record("loop body", pipeline::loop_body);
    assert_eq!(
        run.transcript(),
        [
            "0.000 A fetch",
            "0.000 B fetch",
            "0.100 A fetched",
            "0.100 main store A",
            "0.200 B fetched",
            "0.200 main store B",
            "0.300 C fetch",
            "0.300 D fetch",
            "0.400 C fetched",
            "0.400 main store C",
            "0.500 D fetched",
            "0.500 main store D",
        ]
    );
    assert_took(&run, ms(600));
    let chart = run.chart();
    let not_polled = |name: &str, state: State| {
        let row = chart.rows.iter().find(|row| row.name == name).expect("each page has a lane");
        let spans = row.spans.iter().filter(|span| span.state == state);
        spans.map(|span| chart.between(span.from, span.to)).sum::<Duration>()
    };
    let b = not_polled("B", State::WokenNotPolled);
    assert_eq!(b, ms(100), "B was woken, and `main`, which polls it, waits elsewhere");
    assert_eq!(not_polled("C", State::Lazy), ms(100), "C is in the buffer, and not polled yet");
}

#[test]
fn tasks_go_on_while_the_loop_body_waits() {
    let run = record("spawned", pipeline::spawned);
    assert_run(
        &run,
        [
            "0.000 A fetch",
            "0.000 B fetch",
            "0.100 A fetched",
            "0.100 B fetched",
            "0.100 C fetch",
            "0.100 D fetch",
            "0.100 main store A",
            "0.200 main store B",
            "0.200 C fetched",
            "0.200 D fetched",
            "0.300 main store C",
            "0.400 main store D",
        ],
        ms(500),
    );
}

#[test]
fn work_inside_the_stream_goes_on() {
    let run = record("for_each_concurrent", pipeline::for_each_concurrent);
    assert_run(
        &run,
        [
            "0.000 A fetch",
            "0.000 B fetch",
            "0.100 A fetched",
            "0.100 A store A",
            "0.100 B fetched",
            "0.100 B store B",
            "0.200 C fetch",
            "0.200 D fetch",
            "0.300 C fetched",
            "0.300 C store C",
            "0.300 D fetched",
            "0.300 D store D",
        ],
        ms(400),
    );
}

// backpressure

#[test]
fn without_a_bound_a_fast_producer_is_done_before_the_consumer_begins() {
    let run = record("unbounded", backpressure::unbounded);
    assert_run(
        &run,
        [
            "0.000 producer sent 1",
            "0.000 producer sent 2",
            "0.000 producer sent 3",
            "0.000 producer sent 4",
            "0.000 consumer got 1, 3 more wait",
            "0.100 consumer got 2, 2 more wait",
            "0.200 consumer got 3, 1 more wait",
            "0.300 consumer got 4, 0 more wait",
        ],
        ms(400),
    );
}

/// Which lane wakes which, apart from `main`.
fn woken(chart: &Chart) -> Vec<(&str, &str)> {
    let name = |lane: usize| chart.rows[lane].name.as_str();
    chart
        .wakes
        .iter()
        .map(|wake| (name(wake.from), name(wake.to)))
        .filter(|(_, woken)| *woken != "main")
        .collect()
}

#[test]
fn a_slow_consumer_wakes_the_producer_with_each_item_it_takes() {
    let run = record("slow consumer", backpressure::slow_consumer);
    assert_run(
        &run,
        [
            "0.000 producer sent 1",
            "0.000 consumer got 1",
            "0.000 producer sent 2",
            "0.100 consumer got 2",
            "0.100 producer sent 3",
            "0.200 consumer got 3",
            "0.200 producer sent 4",
            "0.300 consumer got 4",
        ],
        ms(400),
    );
    assert_eq!(woken(&run.chart()), [("consumer", "producer"); 3]);
}

#[test]
fn a_slow_producer_wakes_the_consumer_with_each_item_it_sends() {
    let run = record("slow producer", backpressure::slow_producer);
    assert_run(
        &run,
        [
            "0.100 producer sent 1",
            "0.100 consumer got 1",
            "0.200 producer sent 2",
            "0.200 consumer got 2",
            "0.300 producer sent 3",
            "0.300 consumer got 3",
            "0.400 producer sent 4",
            "0.400 consumer got 4",
        ],
        ms(400),
    );
    assert_eq!(woken(&run.chart()), [("producer", "consumer"); 4]);
}

// interval

/// When each of the five ticks came, in milliseconds.
fn tick_times(title: &str, lines: &[Line]) -> Vec<u128> {
    for (number, line) in lines.iter().enumerate() {
        assert_eq!(line.text, format!("tick {}", number + 1), "{title}");
    }
    lines.iter().map(|line| line.at.as_millis()).collect()
}

#[test]
fn after_a_stall_of_150_ms_each_behaviour_ticks_in_its_own_way() {
    let mut times = vec![];
    for scene in interval::stage().run_for_test(Observe::Everything) {
        times.push((scene.title, tick_times(scene.title, &scene.lines)));
    }
    assert_eq!(
        times,
        [
            ("burst", vec![0, 100, 350, 380, 410]), // what was missed comes at once
            ("delay", vec![0, 100, 350, 450, 550]), // 100 ms after the late one
            ("skip", vec![0, 100, 350, 400, 500]),  // at the next multiple of 100 ms
            ("sleep in a loop", vec![0, 130, 480, 610, 740]), // the work comes on top
            ("sleep until", vec![0, 100, 350, 380, 410]),
        ]
    );
}
