//! Charts as a trace for <https://ui.perfetto.dev>, where a reader can zoom into a long run.
//!
//! The format is the JSON of Chrome's trace viewer, which Perfetto reads: a *process* for each
//! chart, a *thread* for each row and for each real thread, a slice for each span, and an arrow for
//! each wake.
//!
//! What is in the file, with `ph`, the *phase*, as the viewer calls the kind of an event:
//!
//! | `ph` | is | made of |
//! |------|----|---------|
//! | `M` | a name or a place in the order | a chart, a row, a thread |
//! | `X` | a slice, with a beginning and a duration | a span, a hold |
//! | `i` | a moment | a line, the end of a lane, the verdict |
//! | `s`, `f` | the two ends of an arrow | a wake |
//!
//! Times are in microseconds. If slices of one thread overlap, the viewer draws one below the
//! other. So spans of lanes that share a row must not overlap, and `rows::shared` sees to that.
use super::{
    chart::{Chart, End, Hold, Position, State},
    labels::{thread_name, used_threads},
    rows,
};
use serde_json::{Value, json};

/// All charts in one trace. On a paused clock a poll takes no time, and what takes no time cannot
/// be seen: so each column of an instant is drawn as 10 microseconds, or as less where that would
/// reach into the next instant.
pub fn to_perfetto(charts: &[Chart]) -> String {
    let mut trace = Trace { events: vec![], next_arrow: 0 };
    for (index, chart) in charts.iter().enumerate() {
        // Numbered from 1: 0 is the number of the idle process.
        trace.add(&Process { chart, id: index + 1 });
    }
    json!({ "displayTimeUnit": "ms", "traceEvents": trace.events }).to_string()
}

/// The number of the first real thread. Rows are sorted by number (see [`Trace::name`]), and real
/// threads come after all lanes: a recording keeps 50,000 events, and each lane takes at least one,
/// so there are fewer lanes than this.
const THREADS: usize = 100_000;

/// Names of colours from the viewer's own list: `cname` takes no others.
const RED: &str = "terrible";
const AMBER: &str = "bad";

/// The events so far, of all charts.
struct Trace {
    /// In any order: the viewer sorts them by their time.
    events: Vec<Value>,
    /// The viewer joins the two ends of an arrow by their id, and does not look at the process: so
    /// ids are counted over the whole file.
    next_arrow: usize,
}

impl Trace {
    fn add(&mut self, process: &Process<'_>) {
        let chart = process.chart;
        // The verdict is an event of thread 0, the process itself: it belongs to no lane.
        self.events.push(process.meta("process_name", 0, json!({ "name": chart.title })));
        if let Some(verdict) = &chart.verdict {
            self.events.push(process.mark(0, chart.last_position(), &format!("Ended: {verdict}")));
        }
        for remark in &chart.remarks {
            self.events.push(process.mark(0, chart.last_position(), &format!("Note: {remark}")));
        }
        // Lanes that share a row in a picture share a thread here, for the same reason.
        let mut thread_of = vec![0; chart.rows.len()];
        for (index, lanes) in rows::shared(chart).iter().enumerate() {
            let thread = index + 1;
            self.name(process, thread, &chart.rows[lanes[0]].name);
            for &lane in lanes {
                thread_of[lane] = thread;
                self.add_lane(process, thread, lane);
            }
        }
        for said in &chart.said {
            self.events.push(process.mark(thread_of[said.lane], said.at, &said.text));
        }
        for wake in &chart.wakes {
            // The viewer binds each end of an arrow to the slice that is there at its time.
            let at = process.time(wake.at);
            // The tail is a tenth of a microsecond earlier, so that it lies in the poll that ends
            // there, and not in what the waking lane does next.
            self.events.push(process.arrow("s", self.next_arrow, thread_of[wake.from], at - 0.1));
            self.events.push(process.arrow("f", self.next_arrow, thread_of[wake.to], at));
            self.next_arrow += 1;
        }
        for (number, holds) in used_threads(chart) {
            let thread = THREADS + number;
            self.name(process, thread, &thread_name(chart, number));
            for hold in holds {
                self.events.push(process.hold(thread, hold));
            }
        }
    }

    /// The name of a row, and its place, since the viewer would sort rows by rules of its own.
    fn name(&mut self, process: &Process<'_>, thread: usize, name: &str) {
        self.events.push(process.meta("thread_name", thread, json!({ "name": name })));
        let place = json!({ "sort_index": thread });
        self.events.push(process.meta("thread_sort_index", thread, place));
    }

    fn add_lane(&mut self, process: &Process<'_>, thread: usize, lane: usize) {
        let row = &process.chart.rows[lane];
        for (nth, span) in row.spans.iter().enumerate() {
            // A slice has no room for what a picture writes above a wait: the viewer shows these
            // arguments when the slice is selected.
            let reason = process.chart.reason(row, nth);
            let mut slice = process.slice(thread, span.state.label(), span.from, span.to);
            let place = process.chart.place(span);
            slice["args"] = json!({ "until": reason, "waits": place });
            match span.state {
                State::WokenNotPolled => slice["cname"] = RED.into(),
                State::Blocking => slice["cname"] = AMBER.into(),
                _ => {}
            }
            self.events.push(slice);
        }
        if let Some(note) = process.chart.end_note(row) {
            let mut mark = process.mark(thread, row.ends_at(), &note);
            // “still running” and “never polled” have a note, too, but are no alarm.
            if matches!(
                row.how_it_ended(),
                End::Cancelled { .. } | End::ReturnedCancelled | End::Failed(_) | End::Panicked(_)
            ) {
                mark["cname"] = RED.into();
            }
            self.events.push(mark);
        }
    }
}

/// A chart, and its number in the trace.
struct Process<'c> {
    /// Whose times and names are written.
    chart: &'c Chart,
    /// In every event: it keeps the lanes of several charts in one trace apart.
    id: usize,
}

impl Process<'_> {
    /// A fact about the process or a thread, without a time.
    fn meta(&self, name: &str, thread: usize, args: Value) -> Value {
        json!({ "ph": "M", "name": name, "pid": self.id, "tid": thread, "args": args })
    }

    /// Something that lasts.
    fn slice(&self, thread: usize, name: &str, from: Position, to: Position) -> Value {
        let from = self.time(from);
        let to = self.time(to);
        json!({
            "ph": "X", "name": name, "pid": self.id, "tid": thread, "ts": from, "dur": to - from
        })
    }

    /// Which lane a thread runs: named after the lane, since the row is the thread.
    fn hold(&self, thread: usize, hold: &Hold) -> Value {
        self.slice(thread, &self.chart.rows[hold.lane].name, hold.from, hold.to)
    }

    /// A moment. `"s": "t"` draws it as high as its thread, not as the whole process.
    fn mark(&self, thread: usize, at: Position, text: &str) -> Value {
        let at = self.time(at);
        json!({ "ph": "i", "s": "t", "name": text, "pid": self.id, "tid": thread, "ts": at })
    }

    /// One end of an arrow. `"bp": "e"` binds it to the slice that encloses it; without that, the
    /// head would be bound to the next slice that begins.
    fn arrow(&self, phase: &str, id: usize, thread: usize, at: f64) -> Value {
        json!({
            "ph": phase, "bp": "e", "name": "wakes", "cat": "wake", "id": id,
            "pid": self.id, "tid": thread, "ts": at
        })
    }

    /// In microseconds.
    /// Columns are spread over the beginning of the gap that follows:
    ///
    ///   instants   1 ms                           2 ms
    ///   columns    |0|1|2|                        |0|
    ///              10 µs each, or less where three of them need more than 9/10 of the gap
    fn time(&self, pos: Position) -> f64 {
        let micros = |index: usize| self.chart.instants[index].at.as_nanos() as f64 / 1000.0;
        let instant = &self.chart.instants[pos.instant];
        let mut column = 10.0;
        // The last instant has no gap that it could reach beyond.
        if pos.instant + 1 < self.chart.instants.len() {
            let gap = micros(pos.instant + 1) - micros(pos.instant);
            // Nine tenths: so that the last poll of an instant is not taken for the next one's.
            column = f64::min(column, gap * 0.9 / instant.columns.max(1) as f64);
        }
        micros(pos.instant) + pos.column as f64 * column
    }
}
