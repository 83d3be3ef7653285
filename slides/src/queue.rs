//! The queue of an event loop, drawn: what stands in it after each call.
//!
//! The picture is drawn from a run of the library's own loop, which an instrument watches. In the
//! program the order of the queue decides: two callbacks schedule each other without end, and a
//! timer has to stop them.
//!
//! Read it after `drawing`. The two functions below that a slide shows are those that run.
use crate::{drawing::Drawing, drawing::Size, layout};
use async_concepts::{
    event_loop::{CallRef, EventLoop, Handle, Instrument, Result, VirtualDriver, get_running_loop},
    timeline::human,
};
use maud::{Markup, html};
use std::{cell::RefCell, collections::VecDeque, rc::Rc, time::Duration};

thread_local! {
    /// The clock of the run: callbacks are plain functions, which can reach it in no other way.
    static CLOCK: VirtualDriver = VirtualDriver::new();
}

/// Works for so long: the clock moves on, and the loop does not get the thread.
fn work(time: Duration) {
    CLOCK.with(|clock| clock.advance(time));
}

/// Milliseconds, by a name so short that the code fits onto the slide.
const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

// ANCHOR: ping
fn ping() -> Result<Handle> {
    work(ms(400));
    get_running_loop()?.call_soon(pong)
}
// ANCHOR_END: ping

/// The other half of `ping`.
fn pong() -> Result<Handle> {
    work(ms(400));
    get_running_loop()?.call_soon(ping)
}

/// What the timer calls.
fn stop() -> Result<()> {
    get_running_loop()?.stop();
    Ok(())
}

/// Runs the program while `watch` notes what happens.
fn run(watch: Rc<Watch>) -> Result<()> {
    let event_loop = EventLoop::with_driver(CLOCK.with(VirtualDriver::clone));
    event_loop.add_instrument(watch);
    // ANCHOR: run
    event_loop.call_soon(ping)?;
    event_loop.call_later(ms(1000), stop)?;
    event_loop.run_forever()
    // ANCHOR_END: run
}

/// A call, and what is scheduled when it is over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Called {
    /// In which turn (iteration) of the loop, counted from 1.
    turn: usize,
    /// When it began.
    at: Duration,
    /// The name of the function.
    name: String,
    /// What this turn will still call, in order.
    this_turn: Vec<String>,
    /// What the next turn will call.
    next_turn: Vec<String>,
    /// Timers that are not due yet.
    timers: Vec<(Duration, String)>,
}

/// Notes what the loop does, in the order in which it does it.
#[derive(Default)]
struct Watch(RefCell<Seen>);

/// What is known so far. The loop does not give its queue away, so it is rebuilt here from what the
/// instrument is told.
#[derive(Default)]
struct Seen {
    /// The turn that runs.
    turn: usize,
    /// How many calls of the snapshot this turn has still to make.
    left: usize,
    /// The names of what is ready, in order.
    ready: VecDeque<String>,
    /// The timers that are set, each with the time at which it is due.
    timers: Vec<(Duration, String)>,
    /// When the call that runs began.
    begun: Duration,
    /// All calls that are over.
    calls: Vec<Called>,
}

impl Instrument for Watch {
    fn iteration_begins(&self, ready: usize) {
        let mut seen = self.0.borrow_mut();
        seen.turn += 1;
        seen.left = ready;
    }

    fn call_ready(&self, call: &CallRef<'_>) {
        let mut seen = self.0.borrow_mut();
        let name = name(call);
        // A timer whose time has come leaves the timers. Names are unique enough here: no function
        // is a timer and a callback.
        seen.timers.retain(|(_, timer)| *timer != name);
        seen.ready.push_back(name);
    }

    fn timer_set(&self, call: &CallRef<'_>, when: Duration) {
        self.0.borrow_mut().timers.push((when, name(call)));
    }

    fn call_begins(&self, _: &CallRef<'_>) {
        let mut seen = self.0.borrow_mut();
        seen.ready.pop_front();
        seen.left -= 1;
        seen.begun = now();
    }

    fn call_ends(&self, call: &CallRef<'_>) {
        let mut seen = self.0.borrow_mut();
        let mut this_turn: Vec<String> = seen.ready.iter().cloned().collect();
        // What is ready behind the snapshot of this turn is for the next one.
        let next_turn = this_turn.split_off(seen.left);
        let called = Called {
            turn: seen.turn,
            at: seen.begun,
            name: name(call),
            this_turn,
            next_turn,
            timers: seen.timers.clone(),
        };
        seen.calls.push(called);
    }
}

/// The time on the clock of the loop.
fn now() -> Duration {
    let running = get_running_loop().expect("the loop is making a call");
    running.time()
}

/// The name of the function: the last part of its type's.
fn name(call: &CallRef<'_>) -> String {
    let name = call.name();
    name.rsplit("::").next().unwrap_or_default().to_owned()
}

/// All calls of the program. They are the same each time, since the clock is a virtual one.
fn calls() -> Vec<Called> {
    // On a thread of its own: there `CLOCK` begins at 0, and no other loop runs.
    let ran = std::thread::spawn(|| {
        let watch = Rc::new(Watch::default());
        run(watch.clone()).expect("nothing in it fails");
        watch.0.take().calls
    });
    ran.join().expect("it does not panic")
}

/// How wide the names on the left are, with the room up to the calls.
const NAMES: f64 = 168.0;
/// A place in the queue, with the room to the next.
const ROW: f64 = 40.0;
/// How high a call is drawn.
const TILE: f64 = 30.0;
/// The size of all letters.
const LETTERS: f64 = 17.0;

/// Draws the queue after each call, from left to right. A row of the drawing is a call.
pub fn draw() -> Drawing {
    let calls = calls();
    let width = layout::content_width();
    let column = (width - NAMES) / calls.len() as f64;
    // All calls are drawn into the same rows, so the longest queue decides how high the drawing is.
    let mut deepest = Depth::default();
    for call in &calls {
        deepest.this_turn = deepest.this_turn.max(call.this_turn.len());
        deepest.next_turn = deepest.next_turn.max(call.next_turn.len());
    }
    let tops = Tops::new(&deepest);
    let svg = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (width) " " (tops.end) }
            font-size=(LETTERS) fill="currentColor" role="img"
            font-family="ui-sans-serif, system-ui, DejaVu Sans, sans-serif"
        {
            title { "The queue of the loop after each call" }
            @for (y, name) in tops.names() {
                text x="0" y=(y + 21.0) fill-opacity="0.75" { (name) }
            }
            @for (nth, call) in calls.iter().enumerate() {
                (draw_call(call, nth, &calls, column, &tops))
            }
        }
    };
    let size = Size { width, height: tops.end, letters: LETTERS, rows: calls.len() };
    Drawing { svg: svg.into_string(), size }
}

/// How many calls wait at most.
#[derive(Default)]
struct Depth {
    /// Of those that this turn will still call.
    this_turn: usize,
    /// Of those that the next turn will call.
    next_turn: usize,
}

/// Where the parts of the drawing begin, from the top.
struct Tops {
    /// The call that runs.
    called: f64,
    /// What this turn will still call.
    this_turn: f64,
    /// What the next turn will call.
    next_turn: f64,
    /// Timers that are not due.
    timers: f64,
    /// The lower edge.
    end: f64,
}

impl Tops {
    fn new(deepest: &Depth) -> Tops {
        let called = 34.0; // below the number of the turn
        let this_turn = called + ROW;
        let next_turn = this_turn + deepest.this_turn as f64 * ROW;
        let timers = next_turn + deepest.next_turn as f64 * ROW;
        Tops { called, this_turn, next_turn, timers, end: timers + ROW }
    }

    /// What each part is called, and where its name stands.
    fn names(&self) -> [(f64, &'static str); 4] {
        [
            (self.called, "called"),
            (self.this_turn, "queue: this turn"),
            (self.next_turn, "the next turn"),
            (self.timers, "timers"),
        ]
    }
}

/// One column, which is one row of the drawing for the player.
fn draw_call(call: &Called, nth: usize, calls: &[Called], column: f64, tops: &Tops) -> Markup {
    let x = NAMES + nth as f64 * column;
    let opens = nth == 0 || calls[nth - 1].turn != call.turn;
    let wide = calls.iter().filter(|other| other.turn == call.turn).count() as f64 * column;
    html! {
        g.row {
            title { (sentence(call)) }
            // The band of a turn comes with its first call.
            @if opens {
                rect x=(x + 2.0) y="0" width=(wide - 4.0) height=(tops.timers - 6.0) rx="8"
                    fill="currentColor" fill-opacity="0.06" {}
                text x=(x + 12.0) y="22" font-weight="600" {
                    "turn " (call.turn) ", at " (human(call.at))
                }
            }
            (tile(&call.name, x, tops.called, column, Look::Called))
            @for (place, name) in call.this_turn.iter().enumerate() {
                (tile(name, x, tops.this_turn + place as f64 * ROW, column, Look::Waiting))
            }
            @for (place, name) in call.next_turn.iter().enumerate() {
                (tile(name, x, tops.next_turn + place as f64 * ROW, column, Look::Later))
            }
            @for (due, name) in &call.timers {
                text x=(x + 12.0) y=(tops.timers + 21.0) { (name) " at " (human(*due)) }
            }
        }
    }
}

/// How a tile looks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// It is called now: filled.
    Called,
    /// In the queue, and in the snapshot: an outline.
    Waiting,
    /// In the queue, but behind the snapshot: a dashed outline.
    Later,
}

/// A callback in the queue, or as it is called.
fn tile(name: &str, x: f64, y: f64, column: f64, look: Look) -> Markup {
    let colour = match name {
        "ping" => "var(--lane1)",
        "pong" => "var(--lane2)",
        _ => "var(--lane3)",
    };
    let (fill, text) = match look {
        Look::Called => (colour, "var(--on-bar)"),
        Look::Waiting | Look::Later => ("none", colour),
    };
    let dashes = if look == Look::Later { "6 4" } else { "none" };
    html! {
        rect x=(x + 10.0) y=(y) width=(column - 20.0) height=(TILE) rx="5" fill=(fill)
            stroke=(colour) stroke-width="2" stroke-dasharray=(dashes)
            {}
        text x=(x + column / 2.0) y=(y + 21.0) text-anchor="middle" font-weight="600" fill=(text) {
            (name)
        }
    }
}

/// What a call shows, as a sentence: for a screen reader.
fn sentence(call: &Called) -> String {
    let mut said = format!("Turn {}, at {}: {} is called", call.turn, human(call.at), call.name);
    for (names, when) in [(&call.this_turn, "this turn"), (&call.next_turn, "the next turn")] {
        if !names.is_empty() {
            said += &format!("; for {when}: {}", names.join(", "));
        }
    }
    for (due, name) in &call.timers {
        said += &format!("; {name} is due at {}", human(*due));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A timer that is due joins the queue, though it is never empty: that is what the snapshot is
    /// for.
    #[test]
    fn the_timer_is_called_in_the_fourth_turn_behind_what_was_ready_before() {
        let said: Vec<String> = calls().iter().map(sentence).collect();
        assert_eq!(
            said,
            [
                "Turn 1, at 0: ping is called; for the next turn: pong; stop is due at 1 s",
                "Turn 2, at 400 ms: pong is called; for the next turn: ping; stop is due at 1 s",
                "Turn 3, at 800 ms: ping is called; for the next turn: pong; stop is due at 1 s",
                "Turn 4, at 1.2 s: pong is called; for this turn: stop; for the next turn: ping",
                "Turn 4, at 1.6 s: stop is called; for the next turn: ping",
            ]
        );
    }

    #[test]
    fn each_call_is_a_row_of_the_drawing() {
        let Drawing { svg, size } = draw();
        assert_eq!(svg.matches("class=\"row\"").count(), size.rows);
    }
}
