//! From a list of events to something that can be drawn.
//!
//! A run is a row of *instants*: at each of them a few polls happen, one after the other, and no time passes; between
//! two of them time passes and nobody runs, unless somebody blocks. So a position in a chart is an instant and, within
//! it, a column; each poll has a column of its own.
use crate::timeline::{Clock, Event, LaneId, Polled, What, WokenBy, human};
use std::{collections::HashMap, time::Duration};

/// A run as rows of spans. All renderers draw from this.
#[derive(Clone, Debug, Default)]
pub struct Chart {
    /// What the run was called.
    pub title: String,
    /// The moments at which something happened, in order.
    pub instants: Vec<Instant>,
    /// The lanes, in the order in which they were made.
    pub rows: Vec<Row>,
    /// Who woke whom, in order.
    pub wakes: Vec<Wake>,
    /// What each thread ran, in order; the runtime's thread is the first.
    pub threads: Vec<Vec<Hold>>,
    /// Everything that was said, in order.
    pub said: Vec<Said>,
    /// How long the run took.
    pub elapsed: Duration,
    /// Events at the end of the run that were not kept, since there were too many.
    pub left_out: u64,
}

/// A moment at which something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instant {
    /// Time since the run began. On the real clock, without the few milliseconds by which timers are late.
    pub at: Duration,
    /// How many polls began.
    pub columns: usize,
}

/// A position: the left edge of a column of an instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pos {
    /// Index of the instant.
    pub instant: usize,
    /// How many polls had begun at this instant.
    pub column: usize,
}

/// A lane.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// The how-manieth of all names that is: lanes of one name have one colour.
    pub hue: usize,
    /// The lane that made it.
    pub parent: Option<LaneId>,
    /// The lane that polls it; none if the runtime does.
    pub polled_by: Option<LaneId>,
    /// What it did, without gaps, from its beginning to its end.
    pub spans: Vec<Span>,
    /// Where it ended, and how.
    pub end: (Pos, End),
}

/// A stretch of time in which a lane did one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// What it did.
    pub state: State,
    /// From here.
    pub from: Pos,
    /// To here.
    pub to: Pos,
}

/// What a lane can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not polled yet: futures are lazy.
    Lazy,
    /// Being polled.
    Running,
    /// Being polled though nobody woke it: a neighbour was, and their parent polls both.
    RunningUnwoken,
    /// Being polled, and time passes: nobody else can run on this thread.
    Blocking,
    /// Running on a thread that is not the runtime's.
    OnThread,
    /// Polled, `Pending`, not woken yet.
    Waiting(Until),
    /// Woken, but somebody else has the thread.
    Ready,
}

/// What ended a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// A timer.
    Clock,
    /// A lane woke it.
    Lane(LaneId),
    /// Something woke it that is no lane: a socket, a signal, another thread, a task without a name.
    Outside,
    /// The runtime, at the same instant: it had only given way.
    Yield,
    /// Nobody: it was polled together with a neighbour.
    Unwoken,
    /// Nobody: it was dropped.
    Dropped,
    /// Nobody: the run was over.
    RunOver,
}

/// How a lane ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It returned.
    Finished,
    /// It was dropped before it was done.
    Cancelled {
        /// By whom, if a lane ran at that moment.
        by: Option<LaneId>,
        /// Its task was aborted.
        aborted: bool,
    },
    /// It panicked, with this message.
    Panicked(String),
    /// It had not ended when the run was over.
    Unfinished,
}

/// One lane wakes another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wake {
    /// When.
    pub at: Pos,
    /// Who wakes.
    pub from: LaneId,
    /// Who is woken.
    pub to: LaneId,
}

/// A stretch of time in which a lane had a thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The innermost lane that was being polled.
    pub lane: LaneId,
    /// From here.
    pub from: Pos,
    /// To here.
    pub to: Pos,
}

/// A line that a lane printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Where: the right edge of the column of the poll that printed it.
    pub at: Pos,
    /// Which lane.
    pub lane: LaneId,
    /// The text.
    pub text: String,
}

impl Chart {
    /// The row of the first lane with that name.
    ///
    /// # Panics
    /// If there is no such lane. The message names those that there are.
    pub fn row(&self, name: &str) -> &Row {
        for row in &self.rows {
            if row.name == name {
                return row;
            }
        }
        let names: Vec<&str> = self.rows.iter().map(|row| row.name.as_str()).collect();
        panic!("there is no lane {name} among {}", names.join(", "))
    }

    /// Makes a chart of `events`, which must be in order and begin with the creation of `main`.
    pub fn new(
        title: &str,
        clock: Clock,
        events: &[Event],
        elapsed: Duration,
        left_out: u64,
    ) -> Chart {
        let mut drawing = Drawing {
            chart: Chart { title: title.into(), left_out, ..Chart::default() },
            ..Drawing::default()
        };
        for event in events {
            drawing.reach(event.at, clock);
            drawing.event(event);
        }
        drawing.reach(elapsed, clock);
        drawing.finish()
    }

    /// The time of a position.
    pub fn time(&self, pos: Pos) -> Duration {
        self.instants[pos.instant].at
    }

    /// The time between two positions.
    pub fn between(&self, from: Pos, to: Pos) -> Duration {
        self.time(to) - self.time(from)
    }

    /// What ended the wait that is the `nth` span of `row`, in words; nothing where there is nothing to say.
    pub fn reason(&self, row: &Row, nth: usize) -> Option<String> {
        let span = &row.spans[nth];
        let State::Waiting(until) = span.state else { return None };
        Some(match until {
            Until::Clock => {
                let (all, last) = (self.slept(row, nth), self.between(span.from, span.to));
                if all > last { format!("{} in all", human(all)) } else { human(all) }
            }
            Until::Lane(by) => format!("woken by {}", self.rows[by].name),
            Until::Outside => "woken from outside".into(),
            Until::Unwoken => "not woken".into(),
            Until::Yield | Until::Dropped | Until::RunOver => return None,
        })
    }

    /// How long `row` had been waiting when a timer ended its `nth` span: polls without a wake do not interrupt that.
    pub(super) fn slept(&self, row: &Row, nth: usize) -> Duration {
        let still = |span: &&Span| {
            matches!(span.state, State::Waiting(Until::Unwoken) | State::RunningUnwoken)
        };
        let began =
            row.spans[..nth].iter().rev().take_while(still).last().unwrap_or(&row.spans[nth]);
        self.between(began.from, row.spans[nth].to)
    }

    /// Whether the lane polls other lanes. If one of these blocks, so does it, but it is not to blame.
    pub fn polls_others(&self, row: &Row) -> bool {
        let polls = |outer: LaneId| std::ptr::eq(&raw const self.rows[outer], row);
        self.rows.iter().filter_map(|row| row.polled_by).any(polls)
    }

    /// Where the end of `row` needs an explanation, that.
    pub fn fate(&self, row: &Row) -> Option<String> {
        match &row.end.1 {
            End::Finished => None,
            End::Cancelled { aborted: true, .. } => Some("aborted".into()),
            End::Cancelled { by: Some(by), .. } => {
                Some(format!("dropped by {}", self.rows[*by].name))
            }
            End::Cancelled { by: None, .. } => Some("dropped".into()),
            End::Panicked(message) => Some(format!("panicked: {message}")),
            End::Unfinished => Some("still running".into()),
        }
    }
}

/// A chart in the making.
#[derive(Default)]
struct Drawing {
    chart: Chart,
    hues: HashMap<String, usize>,
    /// When the last instant began, as it was measured.
    began: Duration,
    /// What each lane does, and since when.
    open: Vec<Open>,
    /// For each thread the lanes that are being polled, the outermost first.
    stacks: Vec<Vec<LaneId>>,
}

struct Open {
    state: State,
    from: Pos,
    /// Woken in the middle of its own poll, so ready as soon as that has ended.
    rung: bool,
    ended: bool,
}

impl Drawing {
    /// Time is at least `at` now.
    fn reach(&mut self, at: Duration, clock: Clock) {
        let index = self.chart.instants.len();
        let last = self.chart.instants.last().map(|last| last.at);
        let same = last.is_some()
            && match clock {
                Clock::Paused => at <= self.began,
                Clock::Real => at.saturating_sub(self.began) <= JITTER,
            };
        if same {
            return;
        }
        let at_least = last.unwrap_or_default();
        let round = match clock {
            Clock::Paused => at,
            Clock::Real if last.is_none() => roundest(at, JITTER),
            Clock::Real => roundest(at, lateness(index, at - at_least)),
        };
        self.chart.instants.push(Instant { at: round.max(at_least), columns: 0 });
        self.began = at;
    }

    fn now(&self) -> Pos {
        let instant = self.chart.instants.len() - 1;
        Pos { instant, column: self.chart.instants[instant].columns }
    }

    /// The lane changes its state. What it did until now becomes a span, unless no time and no poll went by.
    fn change(&mut self, lane: LaneId, next: State) {
        let now = self.now();
        let open = &mut self.open[lane];
        let mut state = std::mem::replace(&mut open.state, next);
        let from = std::mem::replace(&mut open.from, now);
        if from == now {
            return;
        }
        if matches!(state, State::Running | State::RunningUnwoken) && from.instant < now.instant {
            state = State::Blocking;
        }
        self.chart.rows[lane].spans.push(Span { state, from, to: now });
    }

    /// What a wait turns out to have been, when it ends.
    fn waited(&mut self, lane: LaneId, until: Until) {
        if let State::Waiting(_) = self.open[lane].state {
            self.open[lane].state = State::Waiting(until);
        }
    }

    fn end(&mut self, lane: LaneId, end: End) {
        self.open[lane].ended = true;
        self.chart.rows[lane].end = (self.now(), end);
    }

    fn event(&mut self, event: &Event) {
        let lane = event.lane;
        while self.stacks.len() <= event.thread {
            self.stacks.push(vec![]);
            self.chart.threads.push(vec![]);
        }
        match &event.what {
            What::Created { name, parent } => {
                let next = self.hues.len();
                let hue = *self.hues.entry(name.clone()).or_insert(next);
                let (name, parent, end) = (name.clone(), *parent, (self.now(), End::Unfinished));
                self.chart.rows.push(Row {
                    name,
                    hue,
                    parent,
                    polled_by: None,
                    spans: vec![],
                    end,
                });
                self.open.push(Open {
                    state: State::Lazy,
                    from: self.now(),
                    rung: false,
                    ended: false,
                });
            }
            What::PollStart => self.poll_starts(lane, event.thread),
            What::PollEnd { polled, .. } => {
                let next = if std::mem::take(&mut self.open[lane].rung) {
                    State::Ready
                } else {
                    State::Waiting(Until::RunOver)
                };
                self.change(lane, next);
                match polled {
                    Polled::Pending(_) | Polled::Item => {}
                    Polled::Ready => self.end(lane, End::Finished),
                    Polled::Panicked(message) => self.end(lane, End::Panicked(message.clone())),
                }
                self.let_go(event.thread, lane);
            }
            What::Woken { by } => self.woken(lane, by),
            What::Dropped { by, aborted } => {
                self.waited(lane, Until::Dropped);
                self.change(lane, State::Lazy);
                self.end(lane, End::Cancelled { by: *by, aborted: *aborted });
            }
            What::Blocked => {}
            What::Says(text) => {
                let said = Said { at: self.now(), lane, text: text.clone() };
                self.chart.said.push(said);
            }
        }
    }

    fn poll_starts(&mut self, lane: LaneId, thread: usize) {
        let unwoken = matches!(self.open[lane].state, State::Waiting(_));
        self.waited(lane, Until::Unwoken);
        self.change(
            lane,
            match (thread, unwoken) {
                (0, false) => State::Running,
                (0, true) => State::RunningUnwoken,
                _ => State::OnThread,
            },
        );
        let (now, outer) = (self.now(), self.stacks[thread].last().copied());
        if let Some(hold) = self.chart.threads[thread].last_mut().filter(|_| outer.is_some()) {
            hold.to = now; // the lane around it has the thread until here
        }
        self.chart.rows[lane].polled_by = outer;
        self.stacks[thread].push(lane);
        self.chart.threads[thread].push(Hold { lane, from: now, to: now });
        self.chart.instants[now.instant].columns += 1;
    }

    /// The poll of `lane` is over, and the lane around it has the thread again.
    fn let_go(&mut self, thread: usize, lane: LaneId) {
        let now = self.now();
        self.stacks[thread].retain(|other| *other != lane);
        if let Some(hold) = self.chart.threads[thread].last_mut() {
            hold.to = now;
        }
        if let Some(&outer) = self.stacks[thread].last() {
            self.chart.threads[thread].push(Hold { lane: outer, from: now, to: now });
        }
    }

    fn woken(&mut self, lane: LaneId, by: &WokenBy) {
        let until = match by {
            WokenBy::Lane(by) => Until::Lane(*by),
            WokenBy::Clock => Until::Clock,
            WokenBy::Yield => Until::Yield,
            WokenBy::Outside => Until::Outside,
        };
        match self.open[lane].state {
            State::Waiting(_) => {
                self.waited(lane, until);
                self.change(lane, State::Ready);
            }
            State::Running | State::RunningUnwoken => {
                self.open[lane].rung = true;
                return; // it woke itself, or a lane inside it did: nothing to point at
            }
            _ => {}
        }
        let at = self.now();
        let already = self
            .chart
            .wakes
            .iter()
            .rev()
            .take_while(|wake| wake.at == at)
            .any(|wake| wake.to == lane);
        if let Until::Lane(from) = until
            && !already
        {
            self.chart.wakes.push(Wake { at, from, to: lane });
        }
    }

    fn finish(mut self) -> Chart {
        for lane in 0..self.chart.rows.len() {
            if !self.open[lane].ended {
                self.change(lane, State::Lazy);
                self.chart.rows[lane].end = (self.now(), End::Unfinished);
            }
        }
        let now = self.now();
        self.chart.elapsed = self.chart.time(now);
        for (thread, stack) in self.chart.threads.iter_mut().zip(&self.stacks) {
            if let Some(hold) = thread.last_mut().filter(|_| !stack.is_empty()) {
                hold.to = now;
            }
            thread.retain(|hold| hold.from < hold.to);
        }
        self.chart
    }
}

/// Instants of the real clock that are no further apart than this are one: tokio's timers are up to a millisecond
/// late, and a busy machine adds its own.
const JITTER: Duration = Duration::from_millis(10);

/// By how much the timer that began the `nth` instant, so long after the one before, may be late: each timer in a row
/// adds up to a millisecond. Where instants are close to each other, less: a small step is not to be rounded away.
fn lateness(nth: usize, gap: Duration) -> Duration {
    let millisecond = Duration::from_millis(1);
    (JITTER + millisecond * nth as u32).min((gap / 10).max(2 * millisecond)).min(gap / 2)
}

/// The roundest time that is no more than `window` before `at`: what a timer that fired at `at` was set to.
fn roundest(at: Duration, window: Duration) -> Duration {
    let units = [1000, 500, 100, 50, 20, 10, 5, 2, 1].map(Duration::from_millis);
    let floor = |unit: Duration| {
        Duration::from_nanos((at.as_nanos() / unit.as_nanos() * unit.as_nanos()) as u64)
    };
    units.into_iter().map(floor).find(|round| at - *round <= window).unwrap_or(at)
}
