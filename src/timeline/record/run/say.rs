//! What a lane prints.
use super::{Run, lane_state::LastLine, log::CAPACITY};
use crate::timeline::{
    clean,
    record::event::{Event, Line, What},
};
use std::panic::Location;

impl Run {
    /// The lane that runs prints a text. If no lane runs, the lines have no lane.
    fn says(&self, text: &str, location: &'static Location<'static>) {
        let text = clean::text(text);
        let lane = self.current_lane();
        let at = self.scheduler.elapsed();
        let is_closed = self.lock().closed;
        if is_closed {
            return;
        }
        // The log is not locked here, nor wherever the gate is asked: the gate may call wakers.
        if let Some(gate) = &self.gate {
            self.look_for_strangers(&**gate);
            gate.said(&text);
        }
        let mut log = self.lock();
        // The gate may have taken its time, and the run may have been given up meanwhile.
        if log.closed {
            return;
        }
        let mut name = "-".to_owned();
        let mut hue = None;
        if let Some(lane) = lane
            && let Some(state) = log.lanes.get_mut(&lane)
        {
            name.clone_from(&state.name);
            let text = text.clone();
            state.said = Some(LastLine { text, place: location, in_this_poll: true });
            hue = log.hues.get(&name).copied();
        }
        // A text of several lines is several lines of the transcript, each with the time and the
        // lane.
        for part in text.split('\n') {
            let line = Line { at, hue, lane: name.clone(), text: part.to_owned() };
            // While the log is held, so that lines come out in the order of the log.
            if let Some(print) = self.print {
                print(&line);
            }
            if log.lines.len() < CAPACITY {
                log.lines.push(line);
            }
        }
        if let Some(lane) = lane {
            let thread = log.thread();
            log.push(Event { at, thread, lane, what: What::Says(text, location) });
        }
    }
}

/// Prints a line as the lane that is running, and marks it on the timeline. The line goes to the
/// transcript of the run, with the time and the lane, and to the function that was given to
/// [`Recorder::print`](crate::timeline::Recorder::print). Outside a run the text is printed as by
/// `println!`.
///
/// ```
/// use async_concepts::{record, say};
///
/// let run = record("greeting", || async { say!("hello, {}", "world") });
/// assert_eq!(run.transcript(), ["0.000 main hello, world"]);
/// ```
#[macro_export]
macro_rules! say {
    ($($text:tt)*) => { $crate::timeline::say_line(::std::format!($($text)*)) };
}

/// What [`say!`](crate::say) calls.
#[doc(hidden)]
#[track_caller]
pub fn say_line(text: String) {
    let location = Location::caller();
    match Run::here() {
        Some(run) => {
            run.scheduler.run_until_idle_on_thread();
            run.says(&text, location);
        }
        None => println!("{text}"),
    }
}
