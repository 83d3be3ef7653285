//! Charts as a trace for <https://ui.perfetto.dev>, for those who want to zoom.
//!
//! The format is the JSON of Chrome's trace viewer, which Perfetto reads: a *process* for each
//! chart, a *thread* for each row and for each real thread, a slice for each span, and an arrow for
//! each wake.
use super::{
    chart::{Chart, End, Hold, Pos},
    marks::{thread_name, used_threads},
    rows,
};
use serde_json::{Value, json};

/// All charts in one trace. On a paused clock a poll takes no time, and what takes no time cannot
/// be seen: so each column of an instant is drawn as 10 microseconds, or less where that would
/// reach into the next instant.
pub fn to_perfetto(charts: &[Chart]) -> String {
    let mut trace = Trace { events: vec![], next_arrow: 0 };
    for (index, chart) in charts.iter().enumerate() {
        trace.add(&Process { chart, id: index + 1 });
    }
    json!({ "displayTimeUnit": "ms", "traceEvents": trace.events }).to_string()
}

/// Real threads are listed behind the lanes.
const THREADS: usize = 100_000;

/// Names of colours that the viewer knows.
const RED: &str = "terrible";
const AMBER: &str = "bad";

/// The events so far, of all charts.
struct Trace {
    events: Vec<Value>,
    /// The viewer joins the two ends of an arrow by their id, whatever process they are in: so ids
    /// are counted over the whole file.
    next_arrow: usize,
}

impl Trace {
    fn add(&mut self, process: &Process<'_>) {
        let chart = process.chart;
        self.events.push(process.meta("process_name", 0, json!({ "name": chart.title })));
        if let Some(verdict) = &chart.verdict {
            self.events.push(process.mark(0, chart.elapsed_pos(), &format!("Ended: {verdict}")));
        }
        for remark in &chart.remarks {
            self.events.push(process.mark(0, chart.elapsed_pos(), &format!("Note: {remark}")));
        }
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
            // An arrow begins and ends in the slices that are there at that moment: the poll that
            // ends with the wake, and the wait that begins to be over.
            let at = process.time(wake.at);
            self.events.push(process.arrow("s", self.next_arrow, thread_of[wake.from], at - 0.1));
            self.events.push(process.arrow("f", self.next_arrow, thread_of[wake.to], at));
            self.next_arrow += 1;
        }
        for (number, holds) in used_threads(chart) {
            let thread = THREADS + number;
            self.name(process, thread, &thread_name(number));
            for hold in holds {
                self.events.push(process.hold(thread, hold));
            }
        }
    }

    /// The name of a row, and its place: without one the viewer sorts rows by its own idea.
    fn name(&mut self, process: &Process<'_>, thread: usize, name: &str) {
        self.events.push(process.meta("thread_name", thread, json!({ "name": name })));
        let place = json!({ "sort_index": thread });
        self.events.push(process.meta("thread_sort_index", thread, place));
    }

    fn add_lane(&mut self, process: &Process<'_>, thread: usize, lane: usize) {
        let row = &process.chart.rows[lane];
        for (nth, span) in row.spans.iter().enumerate() {
            let reason = process.chart.reason(row, nth);
            let mut slice = process.slice(thread, span.state.label(), span.from, span.to);
            let place = process.chart.place(span);
            slice["args"] = json!({ "until": reason, "waits": place });
            match span.state {
                super::State::WokenNotPolled => slice["cname"] = RED.into(),
                super::State::Blocking => slice["cname"] = AMBER.into(),
                _ => {}
            }
            self.events.push(slice);
        }
        if let Some(note) = process.chart.end_note(row) {
            let mut mark = process.mark(thread, row.end.0, &note);
            if matches!(row.end.1, End::Cancelled { .. } | End::Panicked(_)) {
                mark["cname"] = RED.into();
            }
            self.events.push(mark);
        }
    }
}

/// A chart, and its number in the trace.
struct Process<'c> {
    chart: &'c Chart,
    id: usize,
}

impl Process<'_> {
    fn meta(&self, name: &str, thread: usize, args: Value) -> Value {
        json!({ "ph": "M", "name": name, "pid": self.id, "tid": thread, "args": args })
    }

    fn slice(&self, thread: usize, name: &str, from: Pos, to: Pos) -> Value {
        let from = self.time(from);
        let to = self.time(to);
        json!({
            "ph": "X", "name": name, "pid": self.id, "tid": thread, "ts": from, "dur": to - from
        })
    }

    fn hold(&self, thread: usize, hold: &Hold) -> Value {
        self.slice(thread, &self.chart.rows[hold.lane].name, hold.from, hold.to)
    }

    fn mark(&self, thread: usize, at: Pos, text: &str) -> Value {
        let at = self.time(at);
        json!({ "ph": "i", "s": "t", "name": text, "pid": self.id, "tid": thread, "ts": at })
    }

    fn arrow(&self, phase: &str, id: usize, thread: usize, at: f64) -> Value {
        json!({
            "ph": phase, "bp": "e", "name": "wakes", "cat": "wake", "id": id,
            "pid": self.id, "tid": thread, "ts": at
        })
    }

    /// In microseconds.
    fn time(&self, pos: Pos) -> f64 {
        let micros = |index: usize| self.chart.instants[index].at.as_nanos() as f64 / 1000.0;
        let instant = &self.chart.instants[pos.instant];
        let mut column = 10.0;
        if pos.instant + 1 < self.chart.instants.len() {
            let gap = micros(pos.instant + 1) - micros(pos.instant);
            // Nine tenths: so that the last poll of an instant is not taken for the next one's.
            column = f64::min(column, gap * 0.9 / instant.columns.max(1) as f64);
        }
        micros(pos.instant) + pos.column as f64 * column
    }
}
