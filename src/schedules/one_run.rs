//! One run of the program: one schedule.
use super::{
    cancellable::{PlannedDrop, Suspensions},
    current::CurrentRun,
    scheduler::{
        Decision, Granularity, LATER_NAME, Obstacles, Plan, Roles, Scheduler, Spin, alternatives,
    },
};
use crate::timeline::{
    Causes, Code, LaneId, Recording, Run, Verdict, human, recording, run_lane_to_the_end,
};
use std::{pin::Pin, sync::Arc, time::Duration};

/// The lane `main` of one run.
pub(super) type MainLane<T> = Pin<Box<dyn Future<Output = T>>>;

/// How a program is run, each time.
pub(super) struct Runner<T> {
    /// What the program is called: each recording has this title.
    pub name: String,
    /// Makes the lane `main` anew for each run.
    pub program: Box<dyn Fn() -> MainLane<T> + Send + Sync>,
    /// Where lanes are switched.
    pub granularity: Granularity,
    /// How long a run may take, on its own clock: see
    /// [`Recorder::limit`](crate::timeline::Recorder::limit).
    pub limit: Duration,
    /// Which lane is dropped in each run, and when.
    pub planned_drop: Option<PlannedDrop>,
    /// Set when the order of wakes turns out to be random: what was known of the lanes then. It
    /// stays the same, since otherwise a later run could order the same lanes in another way.
    pub canonical: Option<Arc<Roles>>,
    /// What the lanes turned out to be, in all runs so far.
    pub roles: Arc<Roles>,
    /// Where the thread that watches finds the run.
    pub current: Arc<CurrentRun>,
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
    /// The decisions, in the order in which they were made.
    pub decisions: Vec<Decision>,
    /// For each decision, the positions of the candidates that could have come instead. Empty until
    /// [`Runner`] fills it when the run is over, and in a run that was given up.
    pub alternatives: Vec<Vec<usize>>,
    /// The names of the lanes.
    pub names: Vec<String>,
    /// What has happened, as one number: two runs in which the same has happened have the same.
    pub digest: u64,
    /// Why nothing more was decided from some moment on, if there is a reason.
    pub obstacles: Obstacles,
    /// The lane that was to be dropped has been dropped.
    pub has_dropped: bool,
    /// The lanes that may be dropped and were polled, and when they have suspended.
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
            obstacles: state.obstacles.clone(),
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

    /// Whether the run is a schedule of the program: each choice could be made, and nothing took
    /// part that cannot be scheduled, such as a thread.
    pub fn is_valid(&self) -> bool {
        !self.obstacles.is_no_schedule()
    }
}

impl<T> Runner<T> {
    /// Makes one of many runs. Where lanes wait is not noted.
    pub fn run(&self, plan: Plan) -> OneRun<T> {
        self.run_through(plan, false)
    }

    /// Makes a run that is shown, with the places where lanes wait.
    pub fn run_to_be_shown(&self, plan: Plan) -> OneRun<T> {
        self.run_through(plan, true)
    }

    /// Whether a run was to drop a lane and has not: the lane came to its end before that. Such a
    /// run says nothing about the cancellation.
    pub fn has_missed_its_drop(&self, run: &OneRun<T>) -> bool {
        self.planned_drop.is_some() && !run.trace.has_dropped
    }

    /// Runs the program in the schedule that `plan` makes. With `notes_places`, it is noted where
    /// lanes wait, which takes longer than all the rest of a run.
    fn run_through(&self, plan: Plan, notes_places: bool) -> OneRun<T> {
        let planned_drop = self.planned_drop.clone();
        let canonical = self.canonical.clone();
        // Everything is made anew for each run: nothing of one may be seen in the next.
        let scheduler = Arc::new(Scheduler::new(plan, self.granularity, canonical, planned_drop));
        let run = Arc::new(Run::behind(scheduler.clone(), notes_places));
        // From here on the thread that watches can find the run, even if it never returns.
        self.current.begins(&run, &scheduler);
        let (mut outcome, elapsed) = run_lane_to_the_end(&run, self.limit, || (self.program)());
        // Checks run on this thread, too, and belong to no run.
        Run::release_thread();
        self.current.ended();

        let mut trace = Trace::of(&scheduler);
        self.judge_alternatives(&mut trace, &scheduler);
        // A run that spins ends only because its lanes are not polled any more. How it ended says
        // nothing about the program.
        if let Some(spin) = trace.obstacles.spins {
            outcome = Err(still_going(spin));
        }
        OneRun { recording: recording(&run, self.name.clone(), (outcome, elapsed)), trace }
    }

    /// Says of each decision which other candidates could have come, and learns from the run what
    /// its lanes are.
    fn judge_alternatives(&self, trace: &mut Trace, scheduler: &Scheduler) {
        let state = scheduler.state();
        for decision in &trace.decisions {
            trace.alternatives.push(alternatives(decision, &state.lanes, &self.roles));
        }
        // Only now: the alternatives of a run are not judged by what that run itself has taught.
        self.roles.learn(&state.lanes, trace.obstacles.absent);
    }
}

/// The verdict on a run whose lanes were not polled any more, since they arrived too often.
fn still_going(spin: Spin) -> Verdict {
    let Spin { at, polls } = spin;
    let sentence = format!("at {}, after {polls} polls, it was still going on", human(at));
    Verdict::Endless(Causes::one(Code::StillGoing, sentence))
}
