//! From a chart to steps: what a debugger would show after each poll.
//!
//! A step is a poll. What it shows is the state *after* the poll: which lanes are ready, in which
//! order; which wait for a timer; which for another lane. A chart has all of that already, so nothing
//! here is measured anew.
use crate::timeline::{
    Chart, End, LaneId, Mark, Pos, Said, Span, State, Until, human,
};
use serde::Serialize;

/// A scene, as the page reads it.
#[derive(Debug, Serialize)]
pub(super) struct Scene {
    pub(super) title: String,
    /// Why it did not end by itself, if it did not.
    pub(super) verdict: Option<String>,
    /// How long it took, as one says it.
    pub(super) took: String,
    /// When something ran: the time in nanoseconds, and as one says it.
    pub(super) instants: Vec<(u64, String)>,
    pub(super) lanes: Vec<Lane>,
    pub(super) steps: Vec<Step>,
    /// How it all ended, which the last step says.
    pub(super) ends: Vec<&'static str>,
}

/// A lane.
#[derive(Debug, Serialize)]
pub(super) struct Lane {
    pub(super) name: String,
    /// Lanes of one name have one colour.
    pub(super) hue: usize,
    /// The lane that polls it; none if the runtime does.
    pub(super) inside: Option<LaneId>,
}

/// A poll, and the state after it.
#[derive(Debug, Serialize)]
pub(super) struct Step {
    /// Index into `instants`.
    pub(super) instant: usize,
    /// The lane that was polled.
    pub(super) lane: LaneId,
    /// What happened, in one sentence; and the part of it that tells the future, which is hidden with it.
    pub(super) sentence: String,
    pub(super) later: Option<String>,
    /// What was printed.
    pub(super) says: Vec<(LaneId, String)>,
    /// The state of each lane, a letter each: see [`letter`].
    pub(super) states: String,
    /// The lanes that are ready, in the order of their wakes.
    pub(super) ready: Vec<LaneId>,
    /// The lanes that a timer will wake, and when: the index of an instant.
    pub(super) timers: Vec<(LaneId, usize)>,
    /// Which lane waits for which, as a later wake proved: chains of lanes.
    pub(super) waits: Vec<Vec<LaneId>>,
    /// The lanes that were woken in this step.
    pub(super) woke: Vec<LaneId>,
    /// The step in which this lane was woken by another, if it was.
    pub(super) woken_in: Option<usize>,
}

/// The steps of a run.
pub(super) fn scene(chart: &Chart) -> Scene {
    let order = polls(chart);
    let mut steps = vec![];
    for (nth, (pos, lane)) in order.iter().enumerate() {
        steps.push(Reader { chart, order: &order }.step(nth, *pos, *lane));
    }
    let mut lanes = vec![];
    let mut ends = vec![];
    for row in &chart.rows {
        lanes.push(Lane { name: row.name.clone(), hue: row.hue, inside: row.polled_by });
        ends.push(row.end.1.label());
    }
    let mut instants = vec![];
    for instant in &chart.instants {
        instants.push((instant.at.as_nanos() as u64, human(instant.at)));
    }
    Scene {
        title: chart.title.clone(),
        verdict: chart.verdict.clone(),
        took: human(chart.elapsed),
        instants,
        lanes,
        steps,
        ends,
    }
}

/// Each poll, in order: where it began, and the lane that was polled. Of two lanes that begin at one
/// position the outer one is polled first, and only the inner one has a poll of its own there.
fn polls(chart: &Chart) -> Vec<(Pos, LaneId)> {
    let mut polls: Vec<(Pos, LaneId)> = vec![];
    for (lane, row) in chart.rows.iter().enumerate() {
        for span in &row.spans {
            if is_running(span.state) {
                polls.push((span.from, lane));
            }
        }
    }
    polls.sort();
    polls.dedup_by(|later, earlier| later.0 == earlier.0 && later.1 == earlier.1);
    polls
}

fn is_running(state: State) -> bool {
    matches!(
        state,
        State::Running | State::RunningUnwoken | State::Blocking | State::OnThread
    )
}

/// Reads one step out of a chart.
struct Reader<'c> {
    chart: &'c Chart,
    /// All polls, in order.
    order: &'c [(Pos, LaneId)],
}

impl Reader<'_> {
    fn step(&self, nth: usize, pos: Pos, lane: LaneId) -> Step {
        let after = self.after(nth, pos);
        let mut step = Step {
            instant: pos.instant,
            lane,
            sentence: String::new(),
            later: None,
            says: self.said(nth, pos),
            states: String::new(),
            ready: vec![],
            timers: vec![],
            waits: vec![],
            woke: self.woke(nth, pos, lane),
            woken_in: self.woken_in(pos, lane),
        };
        let mut ready: Vec<(Pos, LaneId)> = vec![];
        let mut waits_for = vec![None; self.chart.rows.len()];
        for (other, row) in self.chart.rows.iter().enumerate() {
            let span = self.span_at(other, after);
            step.states.push(letter(self.chart, other, span, after));
            match span.map(|span| (span.state, span)) {
                Some((State::Ready, span)) => ready.push((span.from, other)),
                Some((State::Waiting(Until::Clock), span)) => {
                    step.timers.push((other, span.to.instant));
                }
                Some((State::Waiting(Until::Lane(by)), _)) if by != other => {
                    waits_for[other] = Some(by);
                }
                _ => {}
            }
            let _ = row;
        }
        ready.sort();
        for (_, lane) in ready {
            step.ready.push(lane);
        }
        step.timers.sort_by_key(|(_, instant)| *instant);
        step.waits = chains(&waits_for);
        let (sentence, later) = self.sentence(pos, after, lane, &step.says);
        step.sentence = sentence;
        step.later = later;
        step
    }

    /// The position at which this poll is over: where the next one begins, or the end of its instant.
    fn after(&self, nth: usize, pos: Pos) -> Pos {
        match self.order.get(nth + 1) {
            Some((next, _)) if next.instant == pos.instant && *next > pos => *next,
            _ => {
                let columns = self.chart.instants[pos.instant].columns;
                Pos { instant: pos.instant, column: columns.max(pos.column + 1) }
            }
        }
    }

    /// What a lane does right after a position.
    fn span_at(&self, lane: LaneId, pos: Pos) -> Option<&Span> {
        let spans = &self.chart.rows[lane].spans;
        let next = spans.partition_point(|span| span.from <= pos);
        let span = spans[..next].last()?;
        if pos < span.to { Some(span) } else { None }
    }

    /// The lines that were printed in this poll, by this lane or by another on its thread.
    fn said(&self, nth: usize, pos: Pos) -> Vec<(LaneId, String)> {
        let end = self.after(nth, pos);
        let mut said = vec![];
        for Said { at, lane, text, .. } in &self.chart.said {
            // `at` is the right edge of the poll's column.
            if pos < *at && *at <= end {
                said.push((*lane, text.clone()));
            }
        }
        said
    }

    fn woke(&self, nth: usize, pos: Pos, lane: LaneId) -> Vec<LaneId> {
        let end = self.after(nth, pos);
        let mut woke = vec![];
        for wake in &self.chart.wakes {
            if wake.from == lane && wake.to != lane && pos < wake.at && wake.at <= end {
                woke.push(wake.to);
            }
        }
        woke
    }

    /// The step in which another lane woke this one, before it was polled at `pos`.
    fn woken_in(&self, pos: Pos, lane: LaneId) -> Option<usize> {
        let wake = self.chart.wakes.iter().rfind(|wake| wake.to == lane && wake.at <= pos)?;
        let before = self.before(lane, pos)?;
        if wake.from == lane || wake.at < before.from {
            return None;
        }
        self.order.iter().rposition(|(at, by)| *by == wake.from && *at < wake.at)
    }

    /// What a lane did until a position.
    fn before(&self, lane: LaneId, pos: Pos) -> Option<&Span> {
        let spans = &self.chart.rows[lane].spans;
        let next = spans.partition_point(|span| span.from < pos);
        spans[..next].last()
    }

    /// What happened in a poll, and what will end the wait after it.
    fn sentence(
        &self,
        pos: Pos,
        after: Pos,
        lane: LaneId,
        says: &[(LaneId, String)],
    ) -> (String, Option<String>) {
        let row = &self.chart.rows[lane];
        let mut parts = vec![self.cause(pos, lane)];
        for (by, text) in says {
            if *by == lane {
                parts.push(format!("prints “{text}”"));
            }
        }
        let mut later = None;
        match self.span_at(lane, after) {
            Some(span) if matches!(span.state, State::Waiting(_)) => {
                parts.push("waits".into());
                later = self.until(span);
            }
            Some(span) if span.state == State::Ready => parts.push("is ready again".into()),
            Some(span) if is_running(span.state) => parts.push("polls the lanes inside it".into()),
            _ if row.end.0 <= after => parts.push(ended(&row.end.1)),
            _ => {}
        }
        (format!("{}.", join(&parts)), later)
    }

    /// Why the lane was polled.
    fn cause(&self, pos: Pos, lane: LaneId) -> String {
        let spans = &self.chart.rows[lane].spans;
        let now = spans.iter().position(|span| span.from == pos).unwrap_or_default();
        if now == 0 || spans[..now].iter().all(|span| span.state == State::Lazy) {
            return "begins".into();
        }
        if spans[now].state == State::RunningUnwoken {
            return "is polled without a wake".into();
        }
        let wait = spans[..now].iter().rfind(|span| matches!(span.state, State::Waiting(_)));
        let why = match wait.map(|span| span.state) {
            Some(State::Waiting(Until::Clock)) => "its time has come".into(),
            Some(State::Waiting(Until::Lane(by))) if by != lane => {
                format!("woken by {}", self.chart.rows[by].name)
            }
            Some(State::Waiting(Until::Outside)) => "woken from outside".into(),
            Some(State::Waiting(Until::Yield)) => "it had only given way".into(),
            _ => return "goes on".into(),
        };
        format!("goes on ({why})")
    }

    /// What ends a wait: knowledge of the future.
    fn until(&self, span: &Span) -> Option<String> {
        match span.state {
            State::Waiting(Until::Clock) => Some(format!("until {}", human(self.chart.time(span.to)))),
            State::Waiting(Until::Lane(by)) => Some(format!("for {}", self.chart.rows[by].name)),
            State::Waiting(Until::Dropped) => Some("until it is dropped".into()),
            State::Waiting(Until::RunOver) => Some("until the run is over".into()),
            _ => None,
        }
    }
}

/// How a lane ended, as the end of a sentence.
fn ended(end: &End) -> String {
    match end {
        End::Finished => "ends".into(),
        End::Cancelled { .. } => "is cancelled".into(),
        End::Panicked(message) => format!("panics: {message}"),
        End::Unfinished => "is left unfinished".into(),
    }
}

/// `a`, `a and b`, `a, b and c`.
fn join(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// What a lane does, as a letter: `.` not there yet, `l` not polled yet, `r` running or polling
/// another one, `b` blocking, `t` on a thread, `w` waiting, `d` ready, `x` woken and not polled; and
/// at its end `f` finished, `c` cancelled, `p` panicked, `u` not ended.
fn letter(chart: &Chart, lane: LaneId, span: Option<&Span>, pos: Pos) -> char {
    let row = &chart.rows[lane];
    match span {
        Some(span) => match span.state.mark() {
            Mark::Lazy => 'l',
            Mark::Blocking => 'b',
            Mark::OnThread => 't',
            Mark::Waiting => 'w',
            Mark::Ready => 'd',
            Mark::WokenNotPolled => 'x',
            _ => 'r',
        },
        None if pos < row.begin() => '.',
        None => match row.end.1 {
            End::Finished => 'f',
            End::Cancelled { .. } => 'c',
            End::Panicked(_) => 'p',
            End::Unfinished => 'u',
        },
    }
}

/// Chains of waiting lanes, each from a lane for which none waits; and the circles.
fn chains(waits_for: &[Option<LaneId>]) -> Vec<Vec<LaneId>> {
    let mut waited_for = vec![false; waits_for.len()];
    for by in waits_for.iter().flatten() {
        waited_for[*by] = true;
    }
    let mut chains = vec![];
    for (lane, by) in waits_for.iter().enumerate() {
        if by.is_none() || waited_for[lane] {
            continue;
        }
        let mut chain = vec![lane];
        let mut next = *by;
        // A chain that comes back to itself ends where it meets itself.
        while let Some(lane) = next {
            let closed = chain.contains(&lane);
            chain.push(lane);
            next = if closed { None } else { waits_for[lane] };
        }
        chains.push(chain);
    }
    chains
}
