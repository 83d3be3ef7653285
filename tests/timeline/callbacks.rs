//! Callbacks of an event loop wait where they were scheduled: the loop says so.
use crate::ms;
use async_concepts::{
    callback,
    event_loop::{EventLoop, Result},
    record_blocking, say,
    timeline::{Chart, End, State},
};
use std::time::Duration;

/// Where a lane waited before it was called or dropped; nothing if that is not known.
fn waited(chart: &Chart, name: &str) -> Option<String> {
    let first = chart.row(name).spans.first()?;
    assert_eq!(first.state, State::Lazy);
    chart.place(first)
}

/// What is said of a place that is `above` lines above `line`.
fn line(above: u32, line: u32, on: &str) -> Option<String> {
    Some(format!("at {}:{} for {on}", file!(), line - above))
}

/// Runs a loop for this time, and closes it.
fn run_for(time: Duration, event_loop: &EventLoop) -> Result<()> {
    let stopped = event_loop.clone();
    event_loop.call_later(time, move || stopped.stop())?;
    event_loop.run_forever()?;
    event_loop.close()
}

const TIMER: &str = "its timer";
const QUEUE: &str = "its turn in the loop's queue";

#[test]
fn a_callback_waits_where_it_was_scheduled_for_its_timer_or_for_its_turn() {
    fn program() -> Result<u32> {
        let event_loop = EventLoop::new()?;
        event_loop.call_soon(callback("soon", || say!("soon")))?;
        event_loop.call_later(ms(100), callback("later", || say!("later")))?;
        event_loop.call_at(event_loop.time() + ms(200), callback("at", || say!("at")))?;
        let line = line!();
        run_for(ms(300), &event_loop)?;
        Ok(line)
    }
    let run = record_blocking("scheduled", program);
    let chart = run.chart();
    let here = run.output().expect("no error");
    assert_eq!(waited(&chart, "soon"), line(3, here, QUEUE));
    assert_eq!(waited(&chart, "later"), line(2, here, TIMER));
    assert_eq!(waited(&chart, "at"), line(1, here, TIMER));
    // In words, in the list of `--where`, and in the JSON.
    let place = line(2, here, TIMER).expect("there is one");
    let words = chart.describe();
    assert!(words.contains(&format!("waited {place}")), "{words}");
    assert!(chart.places().contains(&place), "{}", chart.places());
    assert!(async_concepts::timeline::to_json(&[chart]).contains("its timer"));
}

#[test]
fn a_callback_has_never_the_place_of_another_one() {
    fn program() -> Result<u32> {
        let event_loop = EventLoop::new()?;
        // Scheduled in another order than they are made.
        let first = callback("first", || {});
        let second = callback("second", || {});
        event_loop.call_soon(second)?;
        event_loop.call_soon(first)?;
        // Called by a closure that has no lane, and was itself scheduled.
        let inner = callback("inner", || {});
        event_loop.call_soon(move || {
            say!("around it");
            inner();
        })?;
        // Called in a callback, after that has begun.
        let called = callback("called", || {});
        event_loop.call_soon(callback("outer", called))?;
        let line = line!();
        run_for(ms(300), &event_loop)?;
        Ok(line)
    }
    let run = record_blocking("others", program);
    let chart = run.chart();
    let here = run.output().expect("no error");
    assert_eq!(waited(&chart, "second"), line(11, here, QUEUE));
    assert_eq!(waited(&chart, "first"), line(10, here, QUEUE));
    assert_eq!(waited(&chart, "inner"), None, "the loop has a closure around it");
    assert_eq!(waited(&chart, "outer"), line(1, here, QUEUE));
    assert_eq!(waited(&chart, "called"), None, "no loop has it");
}

#[test]
fn a_callback_that_is_cancelled_waited_there_until_then() {
    fn program() -> Result<u32> {
        let event_loop = EventLoop::new()?;
        let timer = event_loop.call_later(ms(200), callback("cancelled", || {}))?;
        let line = line!();
        let stopped = event_loop.clone();
        event_loop.call_later(ms(100), move || {
            timer.cancel();
            timer.cancel(); // has nothing left to drop
            stopped.stop();
        })?;
        let dropped = callback("dropped", || {});
        event_loop.run_forever()?;
        drop(dropped);
        event_loop.close()?;
        Ok(line)
    }
    let run = record_blocking("cancelled", program);
    let chart = run.chart();
    let here = run.output().expect("no error");
    assert_eq!(waited(&chart, "cancelled"), line(1, here, TIMER));
    assert!(matches!(chart.row("cancelled").end.1, End::Cancelled { .. }));
    assert_eq!(waited(&chart, "dropped"), None, "it was not scheduled");
}
