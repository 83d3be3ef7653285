//! Charts as a trace for <https://ui.perfetto.dev>, for those who want to zoom.
//!
//! The format is the JSON of Chrome's trace viewer, which Perfetto reads: a *process* for each chart, a *thread* for
//! each lane and for each real thread, a slice for each span, and an arrow for each wake.
use super::chart::{Chart, Hold, Pos, State};
use serde_json::{Value, json};

/// All charts in one trace. On a paused clock a poll takes no time, and what takes no time cannot be seen: so each
/// column of an instant is drawn as 10 microseconds, or less where that would reach into the next instant.
pub fn to_perfetto(charts: &[Chart]) -> String {
    let events: Vec<Value> = charts
        .iter()
        .enumerate()
        .flat_map(|(index, chart)| Trace { chart, process: index + 1 }.events())
        .collect();
    json!({ "displayTimeUnit": "ms", "traceEvents": events }).to_string()
}

/// Real threads are listed behind the lanes.
const THREADS: usize = 100_000;

struct Trace<'c> {
    chart: &'c Chart,
    process: usize,
}

impl Trace<'_> {
    fn events(&self) -> Vec<Value> {
        let mut events = vec![
            json!({ "ph": "M", "name": "process_name", "pid": self.process, "args": { "name": self.chart.title } }),
        ];
        for (lane, row) in self.chart.rows.iter().enumerate() {
            events.push(self.name(lane, &row.name));
            events.extend(row.spans.iter().enumerate().map(|(nth, span)| {
                self.slice(lane, state(span.state), span.from, span.to, self.chart.reason(row, nth))
            }));
            events.extend(self.chart.fate(row).map(|fate| self.mark(lane, row.end.0, &fate)));
        }
        for said in &self.chart.said {
            events.push(self.mark(said.lane, said.at, &said.text));
        }
        for (id, wake) in self.chart.wakes.iter().enumerate() {
            // An arrow begins and ends in the slices that are there at that moment: the poll that ends with the wake,
            // and the wait that begins to be over.
            let end = |phase: &str, lane: usize, at: f64| json!({ "ph": phase, "bp": "e", "name": "wakes", "cat": "wake", "id": id, "pid": self.process, "tid": lane + 1, "ts": at });
            let at = self.time(wake.at);
            events.push(end("s", wake.from, at - 0.1));
            events.push(end("f", wake.to, at));
        }
        for (number, holds) in
            self.chart.threads.iter().enumerate().filter(|(_, holds)| !holds.is_empty())
        {
            events.push(self.name(THREADS + number, &format!("thread {}", number + 1)));
            let slice = |hold: &Hold| {
                self.slice(
                    THREADS + number,
                    &self.chart.rows[hold.lane].name,
                    hold.from,
                    hold.to,
                    None,
                )
            };
            events.extend(holds.iter().map(slice));
        }
        events
    }

    fn name(&self, thread: usize, name: &str) -> Value {
        json!({ "ph": "M", "name": "thread_name", "pid": self.process, "tid": thread + 1, "args": { "name": name } })
    }

    fn slice(
        &self,
        thread: usize,
        name: &str,
        from: Pos,
        to: Pos,
        reason: Option<String>,
    ) -> Value {
        let (from, to) = (self.time(from), self.time(to));
        json!({ "ph": "X", "name": name, "pid": self.process, "tid": thread + 1, "ts": from, "dur": to - from, "args": { "until": reason } })
    }

    fn mark(&self, lane: usize, at: Pos, text: &str) -> Value {
        json!({ "ph": "i", "s": "t", "name": text, "pid": self.process, "tid": lane + 1, "ts": self.time(at) })
    }

    /// In microseconds.
    fn time(&self, pos: Pos) -> f64 {
        let micros = |index: usize| self.chart.instants[index].at.as_nanos() as f64 / 1000.0;
        let instant = &self.chart.instants[pos.instant];
        let next = (pos.instant + 1 < self.chart.instants.len())
            .then(|| micros(pos.instant + 1) - micros(pos.instant));
        let column = next.map_or(10.0, |gap| (gap * 0.9 / instant.columns.max(1) as f64).min(10.0));
        micros(pos.instant) + pos.column as f64 * column
    }
}

fn state(state: State) -> &'static str {
    match state {
        State::Lazy => "not polled yet",
        State::Running => "running",
        State::RunningUnwoken => "polled without a wake",
        State::Blocking => "blocking the thread",
        State::OnThread => "on another thread",
        State::Waiting(_) => "waiting",
        State::Ready => "woken, but another has the thread",
    }
}
