//! The Python twin of an example, beside the example.
//!
//! `tests/twins/record_twin.py` records a twin on a virtual clock, and the recordings are kept with
//! the sources: so a page can be made without Python. This file turns a `recording` into a second
//! track, with the same kind of steps as the track of Rust. `twin_told` says each step in words,
//! and `align` says which steps of the two tracks a page shows at once.
use super::{
    align::{aligned, moments},
    chains::chains,
    due::Due,
    output::Both,
    recording::{Cause, Deed, Inner, Outside, TwinScene, TwinState, TwinStep},
    script::RAISED,
    steps::{Step, SteppedLane, SteppedRun, Track},
};
use crate::timeline::{LaneId, human};
use std::time::Duration;

/// Adds the twin to a run, as its second track. The run has to have an instant for each time of the
/// twin.
pub(super) fn add(run: &mut SteppedRun, twin: &TwinScene, file: &str) {
    let mut reader = TwinReader { twin, instants: &run.instants, lanes: &mut run.lanes };
    let mut steps = vec![];
    for nth in 0..twin.steps.len() {
        steps.push(reader.step(nth));
    }
    let both = Both::new([&run.tracks[0].steps, &steps], &run.lanes);
    let mut moments = moments(run, &steps, &both);
    both.tell_partings(&mut moments);
    run.moments = moments;
    run.output = both.output(run);
    let aligned = Some(aligned(&run.moments));
    run.tracks.push(Track {
        file: file.to_owned(),
        steps,
        left_out: vec![],
        timers_as_seen: false, // the event loop of asyncio has told of them
        aligned,
        same_as: None, // one scene does not know the others
    });
}

/// Makes steps of what was recorded in Python.
struct TwinReader<'t> {
    /// The scene that is read.
    twin: &'t TwinScene,
    /// When something ran, in either language: a step has an index into this list.
    instants: &'t [(u64, String)],
    /// The lanes of the scene in Rust. A lane that only Python has is appended, so that the numbers
    /// of the others stay.
    lanes: &'t mut Vec<SteppedLane>,
}

impl TwinReader<'_> {
    /// The lane of that name, which is made if there is none. The name is all that the two
    /// languages share: a twin gives its tasks the names that the lanes have in Rust.
    fn lane(&mut self, name: &str) -> LaneId {
        if let Some(lane) = self.lanes.iter().position(|lane| lane.name == name) {
            return lane;
        }
        // A colour that no other lane has. The colours of a variant are those of all the runs with
        // which it is compared, so there may be more colours than lanes.
        let hue = self.lanes.iter().map(|lane| lane.hue + 1).max().unwrap_or_default();
        self.lanes.push(SteppedLane { name: name.to_owned(), hue });
        self.lanes.len() - 1
    }

    /// One step of the event loop, in the form that a poll in Rust has.
    fn step(&mut self, nth: usize) -> Step {
        // A copy of the reference, so that `self` can be changed below: names become lanes.
        let twin = self.twin;
        let step = &twin.steps[nth];
        let name = step.lane.as_str();
        let lane = self.lane(name);
        let chain: &[u32] = match &step.after {
            Some(after) => &after.lines,
            None => &[],
        };
        let mut says = vec![];
        let mut said_at = vec![];
        for said in &step.says {
            says.push((self.lane(&said.lane), said.text.clone(), said.line));
            said_at.push(said.at.unwrap_or(step.at));
        }
        let mut timers = vec![];
        for (at, waiting) in &step.timers {
            timers.push((self.lane(waiting), Due::At(Duration::from_nanos(*at))));
        }
        let mut ready = vec![];
        let mut ready_unnamed = vec![];
        for (place, (queued, is_unnamed)) in twin.queue(nth).into_iter().enumerate() {
            ready.push(self.lane(queued));
            if is_unnamed {
                ready_unnamed.push(place);
            }
        }
        let instant = self.instants.iter().position(|(at, _)| *at == step.at);
        let woken_in = twin.woken_in(nth);
        Step {
            around: vec![],
            rest: matches!(step.cause, Some(Cause::Ended(_) | Cause::Same)),
            instant: instant.expect("the run has an instant for each time of its twin"),
            lane,
            ran_inside: match step.inner {
                Some(Inner::Task) => Some("a task inside"),
                Some(Inner::Callback) => Some("a callback inside"),
                // A thread is the place of its lane; and of the others no lane stands anywhere.
                Some(Inner::Thread | Inner::Call | Inner::Program) | None => None,
            },
            on_thread: step.outside == Some(Outside::Thread),
            sentence: twin.sentence(nth),
            // A report of the debug mode, which has no line of the twin, is told behind the step.
            tells_of_others: says.iter().any(|(by, _, line)| *by != lane || line.is_none()),
            later: twin.later(nth),
            later_of_coroutine: false, // `main` is a task as any other
            polls: None,
            blocks: step.until.map(|until| human(Duration::from_nanos(until - step.at))),
            says,
            said_at,
            resumed: twin.resumed(nth),
            // The recording has the outermost line first. In a step the innermost is `stop`, and
            // `chain` has the others, the outermost last.
            stop: chain.last().copied(),
            chain: chain.iter().rev().skip(1).copied().collect(),
            on: step.after.as_ref().and_then(|after| after.on.clone()),
            stands: self.moved(nth),
            states: self.states(nth),
            ready_inside: vec![None; ready.len()], // each lane is a task of its own
            ready_callbacks: vec![],
            ready,
            ready_unnamed,
            timers,
            waits: self.waits(nth),
            unproved: self.unproved(nth),
            woken_in,
            woken_by: woken_in.map(|by| self.lane(&twin.steps[by].lane)),
        }
    }

    /// The lanes that stand somewhere else than after the step before.
    fn moved(&mut self, nth: usize) -> Vec<(LaneId, Option<u32>)> {
        let twin = self.twin;
        // A lane stands on the innermost of its lines.
        let line = |step: &TwinStep, name: &str| step.lanes.get(name)?.lines.last().copied();
        let mut moved = vec![];
        let before = nth.checked_sub(1).map(|before| &twin.steps[before]);
        let now = &twin.steps[nth];
        // A lane that has just ended is only in the step before.
        for name in now.lanes.keys().chain(before.iter().flat_map(|before| before.lanes.keys())) {
            let stood = before.and_then(|before| line(before, name));
            let stands = line(now, name);
            let entry = (self.lane(name), stands);
            if stood != stands && !moved.contains(&entry) {
                moved.push(entry);
            }
        }
        moved
    }

    /// The state of each lane after a step, as letters: see [`Step::states`].
    fn states(&mut self, nth: usize) -> String {
        let twin = self.twin;
        let step = &twin.steps[nth];
        let mut states = String::new();
        for lane in 0..self.lanes.len() {
            let name = self.lanes[lane].name.as_str();
            // Where Rust has several lanes of one name, the twin's is the first: see `lane`.
            if self.lanes[..lane].iter().any(|other| other.name == name) {
                states.push('.');
                continue;
            }
            if step.until.is_some() && step.lane == name {
                states.push('b'); // it keeps the thread
                continue;
            }
            // What is in the queue is ready, whether it has begun or not. A lane waits while only a
            // task inside it is in the queue.
            let is_queued = step.ready.iter().any(|queued| queued == name);
            states.push(match step.lanes.get(name).map(|lane| lane.state) {
                Some(TwinState::Run) => 'r',
                Some(TwinState::Thread) => 't',
                Some(TwinState::New | TwinState::Ready) if is_queued => 'd',
                Some(TwinState::New) => 'l',
                Some(TwinState::Ready | TwinState::Wait) => 'w',
                None => ended(twin, nth, name),
            });
        }
        states
    }

    /// Which lane waits for which, as chains.
    fn waits(&mut self, nth: usize) -> Vec<Vec<Vec<LaneId>>> {
        let twin = self.twin;
        let step = &twin.steps[nth];
        let mut waits = vec![];
        for (name, lane) in &step.lanes {
            // As in Rust: what runs calls the lane inside it, and does not wait for it yet.
            if lane.state == TwinState::Run {
                continue;
            }
            // Nor does one wait for those that are left, if it goes on for one that has ended.
            if twin.waits_for_the_news(nth, name).is_some() {
                continue;
            }
            for other in &lane.r#for {
                waits.push((self.lane(name), self.lane(other)));
            }
        }
        // Only now: the names above may have become lanes, and there is an entry for each lane.
        let mut waits_for: Vec<Vec<LaneId>> = vec![vec![]; self.lanes.len()];
        for (lane, other) in waits {
            waits_for[lane].push(other);
        }
        chains(&waits_for)
    }

    /// The waits that no chain shows, in words: the lanes that a wake by another lane will let go
    /// on, in the words of Rust's list; the waits of tasks that have no name of their own; and of a
    /// lane of which no more is known, what it awaits.
    fn unproved(&mut self, nth: usize) -> Vec<(Vec<LaneId>, String)> {
        let twin = self.twin;
        let mut unproved: Vec<(Vec<LaneId>, String)> = vec![];
        for name in twin.steps[nth].lanes.keys() {
            let mut waits = vec![];
            waits.extend(twin.waits_for_a_wake_by(nth, name).map(|by| format!("a wake by {by}")));
            if let Some(why) = twin.waits_for_the_news(nth, name) {
                waits.push(format!("a wake by the loop ({why})"));
            }
            for awaited in twin.awaited_inside(nth, name) {
                waits.push(format!("{awaited} (a task inside {name} waits)"));
            }
            for by in twin.wakes_awaited_inside(nth, name) {
                waits.push(format!("a wake by {by} (a task inside {name} waits)"));
            }
            if waits.is_empty() {
                waits.extend(awaited(&twin.steps[nth], name).map(str::to_owned));
            }
            let lane = self.lane(name);
            for words in waits {
                match unproved.iter_mut().find(|(_, same)| *same == words) {
                    Some((lanes, _)) if lanes.contains(&lane) => {}
                    Some((lanes, _)) => lanes.push(lane),
                    None => unproved.push((vec![lane], words)),
                }
            }
        }
        unproved
    }
}

/// What the lane `name` awaits after a step, if it is neither lanes nor a timer. A lane that runs
/// the loop awaits nothing.
fn awaited<'t>(step: &'t TwinStep, name: &str) -> Option<&'t str> {
    let lane = step.lanes.get(name)?;
    if lane.state != TwinState::Wait || !lane.r#for.is_empty() {
        return None;
    }
    let on = lane.on.as_deref()?;
    let is_aside = matches!(on, "sleep" | "wait_for") || on.starts_with("loop.run_");
    if is_aside { None } else { Some(on) }
}

/// The state of a lane that is not there after a step: it has ended, or has not begun.
fn ended(twin: &TwinScene, nth: usize, name: &str) -> char {
    let steps = &twin.steps[..=nth];
    for step in steps.iter().rev() {
        if step.lane == name && step.inner.is_none() {
            return match step.end.as_deref() {
                Some("finished") => 'f',
                Some("cancelled") => 'c',
                Some(_) => RAISED,
                None => 'u', // it has not ended: its loop was closed while it waited
            };
        }
    }
    // A callback that was made, and never called.
    let was_there = |step: &TwinStep| {
        let makes = |deed: &Deed| matches!(deed, Deed::Makes(Some(made)) if made == name);
        step.lanes.contains_key(name) || step.deeds.iter().any(makes)
    };
    if steps.iter().any(was_there) { 'c' } else { '.' }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::draw::page::recording::{all_recorded, recorded};
    use std::collections::BTreeMap;

    /// What a step shows.
    struct Shown<'s> {
        /// Of which recording and scene.
        scene: String,
        /// Where it is in these.
        place: String,
        /// What was recorded of it.
        step: &'s TwinStep,
        /// The letter of each lane.
        letters: BTreeMap<String, char>,
        /// The lanes that wait for others.
        waiting: Vec<String>,
    }

    impl<'s> Shown<'s> {
        fn new(scene: String, nth: usize, reader: &mut TwinReader<'s>) -> Shown<'s> {
            let step = &reader.twin.steps[nth];
            for name in step.lanes.keys().chain([&step.lane]) {
                reader.lane(name);
            }
            let mut waiting = vec![];
            for chain in reader.waits(nth) {
                let (_, links) = chain.split_last().expect("a chain has links");
                waiting
                    .extend(links.concat().into_iter().map(|lane| reader.lanes[lane].name.clone()));
            }
            let states = reader.states(nth);
            let names = reader.lanes.iter().map(|lane| lane.name.clone());
            let letters = names.zip(states.chars()).collect();
            let place = format!("{scene}, P{}", nth + 1);
            Shown { scene, place, step, letters, waiting }
        }
    }

    /// What each step of each recording shows.
    fn each_step(mut check: impl FnMut(&Shown<'_>)) {
        for (name, scenes) in all_recorded() {
            for twin in &scenes {
                let mut lanes = vec![];
                let mut reader = TwinReader { twin, instants: &[], lanes: &mut lanes };
                let title = twin.title.as_deref().unwrap_or_default();
                for nth in 0..twin.steps.len() {
                    check(&Shown::new(format!("{name}, {title}"), nth, &mut reader));
                }
            }
        }
    }

    #[test]
    fn no_lane_that_has_ended_is_waited_for() {
        each_step(|Shown { place, step, letters, .. }| {
            for (name, lane) in &step.lanes {
                // It has called the lane inside it, which begins in the next step.
                if lane.state == TwinState::Run {
                    continue;
                }
                for other in &lane.r#for {
                    let entered = step.after.as_ref().is_some_and(|after| {
                        after.state == TwinState::Run && after.r#for.contains(other)
                    });
                    if entered {
                        continue; // so has a task inside it
                    }
                    let state = letters[other];
                    assert!(!".fceu".contains(state), "{place}: {name} waits for {other}: {state}");
                }
            }
        });
    }

    #[test]
    fn what_is_in_the_queue_is_drawn_as_ready_and_waits_for_no_lane() {
        let mut new = 0;
        let mut inside = 0;
        each_step(|Shown { place, step, letters, waiting, .. }| {
            for name in &step.ready {
                let lane = step.lanes.get(name);
                let lane = lane.unwrap_or_else(|| panic!("{place}: {name} is in the queue"));
                // A task inside it is in the queue.
                if matches!(lane.state, TwinState::Run | TwinState::Wait) {
                    inside += 1;
                    continue;
                }
                assert_eq!(letters[name], 'd', "{place}: {name} is in the queue");
                assert!(!waiting.contains(name), "{place}: {name} is in the queue, and waits");
                new += usize::from(lane.state == TwinState::New);
            }
            for name in step.lanes.keys().filter(|name| letters[*name] == 'd') {
                assert!(step.ready.contains(name), "{place}: {name} is not in the queue");
            }
        });
        assert!(new > 300, "{new} lanes were in the queue before they began");
        assert!(inside > 50, "{inside} times only a task inside a lane was in the queue");
    }

    #[test]
    fn a_thread_is_at_work_from_its_first_step_to_its_last() {
        let mut steps = 0;
        let mut at_work: Vec<(String, String)> = vec![];
        each_step(|Shown { scene, place, step, letters, .. }| {
            if step.outside == Some(Outside::Thread) {
                at_work.retain(|(_, lane)| *lane != step.lane);
                if step.end.is_none() {
                    at_work.push((scene.clone(), step.lane.clone()));
                }
            }
            at_work.retain(|(of, _)| of == scene);
            for (_, lane) in &at_work {
                steps += 1;
                assert_eq!(letters[lane], 't', "{place}: {lane} is at work");
            }
        });
        assert!(steps > 40, "in {steps} steps a thread was at work");
    }

    #[test]
    fn a_lane_in_python_raises_and_does_not_panic() {
        let mut raised = 0;
        each_step(|Shown { place, step, letters, .. }| {
            assert!(!letters.values().any(|letter| *letter == 'p'), "{place}: {letters:?}");
            raised += usize::from(letters[&step.lane] == RAISED);
        });
        assert!(raised > 5, "{raised} lanes have raised");
    }

    #[test]
    fn a_timer_that_is_due_is_a_timer_until_asyncio_has_called_it() {
        let scenes = recorded("blocked_loop");
        // The thread was not free when the heart was due; `main` goes on first.
        let step =
            scenes[0].steps.iter().rev().find(|step| step.lane == "main" && step.at == 470_000_000);
        let timers = &step.expect("main goes on").timers;
        assert!(timers.contains(&(200_000_000, "heart".into())), "{timers:?}");
    }

    #[test]
    fn a_program_that_runs_its_loop_waits_where_it_does() {
        let scenes = recorded("future");
        let twin = std::fs::read_to_string("examples/futures/future.py").expect("the twin");
        let states = [TwinState::Wait, TwinState::Wait, TwinState::Ready];
        for (step, state) in scenes[0].steps.iter().zip(states) {
            let main = &step.lanes["main"];
            assert!(main.state == state, "main waits, and is ready once the future is done");
            let line = twin.lines().nth(main.lines[0] as usize - 1).expect("a line");
            assert!(line.contains("loop.run_until_complete(future)"), "{line}");
        }
        assert_eq!(scenes[0].steps[2].ready, ["main"]);
        assert_eq!(scenes[0].steps[3].end.as_deref(), Some("finished"));
    }

    /// The letters of a lane after each step of a scene.
    fn row(name: &str, scene: usize, lane: &str) -> String {
        let scenes = recorded(name);
        let mut lanes = vec![];
        let mut reader = TwinReader { twin: &scenes[scene], instants: &[], lanes: &mut lanes };
        let lane = reader.lane(lane);
        (0..reader.twin.steps.len())
            .map(|nth| reader.states(nth).as_bytes()[lane] as char)
            .collect()
    }

    #[test]
    fn a_callback_of_a_future_has_a_row_from_the_step_in_which_it_is_added() {
        // `main` adds A to C and takes B back; `compute` sets the future; A and C are called.
        assert_eq!(row("done_callbacks", 0, "A"), "lldfffff");
        assert_eq!(row("done_callbacks", 0, "B"), "cccccccc");
        assert_eq!(row("done_callbacks", 0, "C"), "llddffff");
        // The future is done already when D is added.
        assert_eq!(row("done_callbacks", 0, "D"), ".....dff");
    }

    #[test]
    fn a_callback_that_is_never_called_is_cancelled_from_its_last_step_on() {
        // Its timer is cancelled, as it waits.
        assert_eq!(row("cancel_handle", 0, "B"), "llcc");
        // It is cancelled in the queue, in the step in which it is made.
        assert_eq!(row("cancel_handle", 2, "hello"), "ccc");
        // Its loop is closed, or collected.
        assert_eq!(row("resource_warning", 0, "later"), "c");
        assert_eq!(row("resource_warning", 1, "later"), "c");
    }

    #[test]
    fn what_a_task_inside_a_lane_waits_for_is_listed_if_the_lane_itself_does_not_wait_for_it() {
        let waits = |name: &str, scene: usize, nth: usize| {
            let scenes = recorded(name);
            let mut lanes = vec![];
            let mut reader = TwinReader { twin: &scenes[scene], instants: &[], lanes: &mut lanes };
            let words: Vec<String> = reader.unproved(nth).into_iter().map(|(_, it)| it).collect();
            (reader.waits(nth).len(), words)
        };
        // `main` sleeps.
        assert_eq!(
            waits("thread_pool", 2, 1),
            (0, vec!["A (a task inside main waits)".to_owned()])
        );
        // It was cancelled, and is in the queue.
        assert_eq!(waits("thread_pool", 2, 4), (0, vec![]));
        // `main` waits for A itself, while one of its tasks is in the queue.
        assert_eq!(waits("pipeline", 1, 2), (1, vec![]));
        // `main` waits for both itself, and one of its tasks for an item of another one.
        let by_a_task = "a wake by another task inside it (a task inside main waits)";
        assert_eq!(waits("pipeline", 1, 6).1, [by_a_task]);
    }

    #[test]
    fn a_lane_of_library_functions_alone_stands_where_it_is_awaited() {
        let sleep = &recorded("laziness")[2].steps[2];
        assert_eq!(sleep.lane, "sleep");
        let twin = std::fs::read_to_string("examples/coroutines/laziness.py").expect("the twin");
        let line = sleep.lanes["sleep"].lines[0];
        assert_eq!(sleep.lanes["main"].lines, [line]);
        let code = twin.lines().nth(line as usize - 1).expect("a line");
        assert!(code.contains("await"), "{code}");
    }

    #[test]
    fn a_lane_waits_for_the_one_before_it_at_a_lock_and_for_what_a_shield_is_around() {
        let lock = &recorded("lock")[1];
        let waits = |nth: usize, name: &str| lock.steps[nth].lanes[name].r#for.clone();
        assert_eq!(waits(4, "B"), ["A"], "A has the lock");
        assert_eq!(waits(4, "C"), ["B"]);
        assert_eq!(waits(4, "D"), ["C"]);
        assert_eq!(waits(5, "C"), ["B"], "A has given it back, and B is to have it");
        let shield = &recorded("shield")[1].steps[2];
        assert_eq!(shield.lanes["request"].r#for, ["save"]);
    }

    #[test]
    fn callbacks_are_in_the_queue_in_their_order() {
        let scenes = recorded("hello_world");
        let before = &scenes[0].steps[0];
        assert_eq!(before.ready, ["hello", "world"]);
    }
}
