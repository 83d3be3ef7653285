//! One run of the program: one schedule.
use super::{
    cancellable::{PlannedDrop, Suspensions},
    current::Current,
    scheduler::{
        Decision, Ends, Granularity, LATER_NAME, MOST_ARRIVALS, Plan, Roles, Scheduler,
        alternatives,
    },
};
use crate::timeline::{
    Causes, Code, LaneId, Recording, Run, Verdict, human, recording, run_lane_to_the_end,
};
use std::{pin::Pin, sync::Arc, time::Duration};

/// Makes the lane `main` anew for each run.
pub(super) type Program<T> = Box<dyn Fn() -> Pin<Box<dyn Future<Output = T>>> + Send + Sync>;

/// How a program is run, each time.
pub(super) struct Runner<T> {
    /// What the program is called: each recording has this title.
    pub name: String,
    /// It is called once for each run.
    pub program: Program<T>,
    /// Where lanes are switched.
    pub granularity: Granularity,
    /// On the clock of the run: see [`Recorder::limit`](crate::timeline::Recorder::limit).
    pub limit: Duration,
    /// Which lane is dropped in each run, and when.
    pub planned_drop: Option<PlannedDrop>,
    /// Set when the order of wakes turns out to be random: what was known of the lanes then. It
    /// stays the same, since otherwise a later run could order the same lanes in another way.
    pub canonical: Option<Arc<Roles>>,
    /// What the lanes turned out to be, in all runs so far.
    pub roles: Arc<Roles>,
    /// Where the thread that watches finds the run.
    pub current: Arc<Current>,
}

/// What there is to know of one run.
pub(super) struct OneRun<T> {
    /// What a check looks at, and what is drawn.
    pub recording: Recording<T>,
    /// What the explorer looks at: which other schedules there are.
    pub trace: Trace,
}

/// How a run came about.
pub(super) struct Trace {
    /// In the order in which they were made.
    pub decisions: Vec<Decision>,
    /// For each decision, the positions of the lanes that could have come instead. Empty until
    /// [`Runner`] has judged them, and for a run that was given up.
    pub alternatives: Vec<Vec<usize>>,
    /// The names of the lanes.
    pub names: Vec<String>,
    /// The same for two runs in which the same has happened.
    pub digest: u64,
    /// Why decisions ended early, if they did.
    pub ends: Ends,
    /// The lane that was to be dropped has been dropped.
    pub has_dropped: bool,
    /// The lanes that may be dropped, and when they have suspended.
    pub suspensions: Vec<Suspensions>,
}

impl Trace {
    /// What the scheduler of a run that is over has seen.
    pub fn of(scheduler: &Scheduler) -> Trace {
        let mut state = scheduler.state();
        state.look_for_unnamed_tasks();
        Trace {
            decisions: std::mem::take(&mut state.decisions),
            alternatives: vec![],
            names: state.lanes.iter().map(|known| known.name.clone()).collect(),
            digest: state.digest(),
            ends: state.ends.clone(),
            has_dropped: state.has_dropped,
            suspensions: std::mem::take(&mut state.suspensions),
        }
    }

    /// The positions of the decisions that depart from tokio's own choice.
    pub fn departures(&self) -> Vec<usize> {
        let mut departures = vec![];
        for (nth, decision) in self.decisions.iter().enumerate() {
            if decision.taken > 0 {
                departures.push(nth);
            }
        }
        departures
    }

    /// The choices that were made.
    pub fn choices(&self) -> Vec<u16> {
        self.decisions.iter().map(|decision| decision.taken as u16).collect()
    }

    /// The name of a lane.
    pub fn name(&self, lane: LaneId) -> String {
        self.names.get(lane).cloned().unwrap_or_else(|| LATER_NAME.to_owned())
    }

    /// Whether this is a run of the program at all: the chosen lanes came, and nothing took part
    /// that no schedule decides about.
    pub fn is_valid(&self) -> bool {
        !self.ends.is_no_schedule()
    }
}

impl<T> Runner<T> {
    /// One of many: it is not noted where lanes wait.
    pub fn run(&self, plan: Plan) -> OneRun<T> {
        self.run_watching(plan, false)
    }

    /// One that is shown, with the places where lanes wait.
    pub fn run_to_be_shown(&self, plan: Plan) -> OneRun<T> {
        self.run_watching(plan, true)
    }

    /// Runs the program in the schedule that `plan` makes. With `places`, it is noted where lanes
    /// wait, which takes longer than all the rest of a run.
    fn run_watching(&self, plan: Plan, places: bool) -> OneRun<T> {
        let planned_drop = self.planned_drop.clone();
        let canonical = self.canonical.clone();
        // Everything anew for each run: nothing of one may be seen in the next.
        let scheduler = Arc::new(Scheduler::new(plan, self.granularity, canonical, planned_drop));
        let run = Arc::new(Run::behind(scheduler.clone(), places));
        // From here on the thread that watches can find the run, also if it never returns.
        self.current.begins(&run, &scheduler);
        let mut ended = run_lane_to_the_end(&run, self.limit, || (self.program)());
        // Checks run on this thread, too, and belong to no run.
        Run::release_thread();
        self.current.ended();

        let mut trace = Trace::of(&scheduler);
        let state = scheduler.state();
        for decision in &trace.decisions {
            trace.alternatives.push(alternatives(decision, &state.lanes, &self.roles));
        }
        // Only now: the alternatives of a run are not judged by what that run itself has taught.
        self.roles.learn(&state.lanes, trace.ends.absent);
        drop(state);
        // The run has ended only because its lanes were not polled any more, so how it ended says
        // nothing about the program.
        if let Some(at) = trace.ends.spins {
            let at = human(at);
            // Polls that were deferred are among them.
            let sentence = format!("at {at}, after {MOST_ARRIVALS} polls, it was still going on");
            ended = (Err(Verdict::Endless(Causes::one(Code::StillGoing, sentence))), ended.1);
        }
        OneRun { recording: recording(&run, self.name.clone(), ended), trace }
    }
}
