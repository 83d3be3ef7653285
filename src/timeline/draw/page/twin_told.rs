//! The steps of a Python twin in words: why a lane went on, what it did, and what it does then.
//! They are the words of the steps in Rust (`sentence`), so that a reader can compare the two.
use super::{
    reader::join,
    recording::{Cause, Deed, Inner, Outside, TwinLane, TwinScene, TwinState, TwinStep},
};
use crate::timeline::human;
use std::time::Duration;

impl TwinScene {
    /// Why the lane went on, what it printed and did, and what it does then: in this order.
    pub(super) fn sentence(&self, nth: usize) -> String {
        let step = &self.steps[nth];
        let name = step.lane.as_str();
        let mut parts = vec![];
        let has_run = !step.says.is_empty() || !step.stood.is_empty();
        let begins = matches!(step.cause, Some(Cause::Begins));
        if begins && !has_run && step.end.as_deref() == Some("cancelled") {
            return "is cancelled before it begins.".into();
        }
        parts.extend(self.cause(nth));
        let mut others = String::new();
        for said in &step.says {
            if said.lane != name {
                // Such as a handler of exceptions, which asyncio calls where one was raised.
                others += &format!(" In this step {} prints “{}”.", said.lane, said.text);
            }
        }
        self.add_deeds(nth, &mut parts);
        if self.starts_its_loop(nth) {
            parts.push("starts its loop".into());
        }
        parts.extend(self.does_then(nth));
        let inner = match step.inner {
            Some(Inner::Task) => "(a task inside it) ",
            Some(Inner::Callback) => "(a callback inside it) ",
            Some(Inner::Thread) => "(its thread) ",
            Some(Inner::Call) | None => "",
        };
        format!("{inner}{}.{others}", join(&parts))
    }

    /// Why the lane went on; none if that needs no words.
    fn cause(&self, nth: usize) -> Option<String> {
        let step = &self.steps[nth];
        Some(match &step.cause {
            Some(Cause::Same) => return None,
            Some(Cause::Begins) => "begins".into(),
            Some(Cause::Ended(inside)) => format!("goes on ({inside} has ended)"),
            Some(Cause::Timer(Some(by))) if *by == step.lane => {
                "goes on (its time has come)".into()
            }
            Some(Cause::Timer(Some(by))) => format!("goes on (the time of {by} has come)"),
            Some(Cause::Step(by)) => match self.because_of(nth, *by) {
                Some(why) => format!("goes on ({why})"),
                None => "goes on".into(),
            },
            // It was not recorded what asyncio calls by itself, and what comes after the last run
            // of a loop.
            None if step.inner == Some(Inner::Call) || step.outside.is_some() => return None,
            Some(Cause::Timer(None)) | None => "goes on".into(),
        })
    }

    /// Why a lane went on if what was done in the step `by` has put it into the queue; none if
    /// there is no more to say.
    fn because_of(&self, nth: usize, by: usize) -> Option<String> {
        let step = &self.steps[nth];
        let cause = &self.steps[by];
        let name = cause.lane.as_str();
        let has_ended = cause.end.is_some();
        if name == step.lane {
            let is_another = cause.task != step.task;
            return Some(match (cause.inner, step.inner) {
                (Some(Inner::Thread), _) => "its thread has ended".into(),
                (Some(Inner::Task), None) if has_ended && self.awaits_tasks(nth) => {
                    "a task inside it has ended".into()
                }
                (Some(Inner::Task), None) => "woken by a task inside it".into(),
                (Some(Inner::Task), Some(Inner::Task))
                    if is_another && has_ended && self.awaits_tasks(nth) =>
                {
                    "another task inside it has ended".into()
                }
                (Some(Inner::Task), Some(Inner::Task)) if is_another => {
                    "woken by another task inside it".into()
                }
                (None, Some(Inner::Task)) => format!("woken by {name}"),
                _ if self.had_given_way(nth, by) => "it had given way".into(),
                _ => return None,
            });
        }
        // A call of asyncio's own may have stood between the two, behind other lanes in the queue.
        let is_at_once = self.woke(by).contains(&step.lane.as_str());
        if has_ended && !is_at_once && self.awaited(nth, by) {
            return Some(format!("{name} has ended"));
        }
        if self.stood_in(nth, "loop.run_forever") {
            return Some(format!("{name} has stopped its loop"));
        }
        Some(format!("woken by {name}"))
    }

    /// Whether the lane of the step `nth` had been waiting until that of the step `by` ended: for
    /// the task itself, or for a group of tasks with it. A lane that waits for a future, or for a
    /// lock, does not wait until the lane that sets it has ended.
    fn awaited(&self, nth: usize, by: usize) -> bool {
        let Some(mut begun) = self.last_of_its_own(nth) else { return false };
        // A group of tasks may go on and wait again, for tasks that have ended meanwhile.
        while let Some(before) = self.last_of_its_own(begun)
            && self.waits_in_a_group(before)
            && self.waits_in_a_group(begun)
        {
            begun = before;
        }
        let waiter = &self.steps[nth].lane;
        let ended = &self.steps[by].lane;
        // Of a task that is several lanes the innermost is noted: so each step counts.
        let is_noted = |step: &TwinStep| match step.lanes.get(waiter) {
            Some(lane) => lane.r#for.contains(ended),
            None => false,
        };
        self.awaits_tasks(nth) && self.steps[begun..=by].iter().any(is_noted)
    }

    /// Whether a lane waits after a step until all tasks of a group have ended.
    fn waits_in_a_group(&self, nth: usize) -> bool {
        let after = self.steps[nth].after.as_ref();
        after.and_then(|after| after.on.as_deref()) == Some("TaskGroup")
    }

    /// Whether what a lane had been waiting for before its step `nth` can be the end of tasks.
    fn awaits_tasks(&self, nth: usize) -> bool {
        let Some(begun) = self.last_of_its_own(nth) else { return false };
        let Some(after) = &self.steps[begun].after else { return false };
        // Without a name it is a task, a `gather` of tasks, or a future.
        let ends = ["wait", "as_completed", "TaskGroup", "loop.run_until_complete"];
        match &after.on {
            Some(on) => ends.contains(&on.as_str()),
            None => true,
        }
    }

    /// Whether a lane had been waiting in this call of the library before its step `nth`.
    fn stood_in(&self, nth: usize, call: &str) -> bool {
        let Some(begun) = self.last_of_its_own(nth) else { return false };
        let after = self.steps[begun].after.as_ref();
        after.and_then(|after| after.on.as_deref()) == Some(call)
    }

    /// The step before of what ran in a step.
    fn last_of_its_own(&self, nth: usize) -> Option<usize> {
        (0..nth).rev().find(|before| self.next_of_its_own(*before) == Some(nth))
    }

    /// Whether a lane went on because it had only let others go first, in its step `by`.
    fn had_given_way(&self, nth: usize, by: usize) -> bool {
        let then = self.steps[by].after.as_ref().map(|after| after.state);
        self.next_of_its_own(by) == Some(nth) && then == Some(TwinState::Ready)
    }

    /// The next step of what ran in a step: of the same task, if that has no name of its own.
    fn next_of_its_own(&self, nth: usize) -> Option<usize> {
        let step = &self.steps[nth];
        let is_its_own = |later: &TwinStep| {
            later.lane == step.lane && later.inner == step.inner && later.task == step.task
        };
        let later = self.steps[nth + 1..].iter().position(is_its_own)?;
        Some(nth + 1 + later)
    }

    /// The other lanes that a step puts into the queue: they are there after it, and have this step
    /// as the cause of their next one.
    fn woke(&self, nth: usize) -> Vec<&str> {
        let step = &self.steps[nth];
        let mut woke: Vec<&str> = vec![];
        let mut gone_on: Vec<(&str, Option<u32>)> = vec![];
        for later in &self.steps[nth + 1..] {
            let name = later.lane.as_str();
            let is_next = !gone_on.contains(&(name, later.task));
            gone_on.push((name, later.task));
            let is_by_it = matches!(later.cause, Some(Cause::Step(by)) if by == nth);
            let is_queued = step.ready.contains(&later.lane);
            if is_next && is_by_it && is_queued && name != step.lane && !woke.contains(&name) {
                woke.push(name);
            }
        }
        woke
    }

    /// Adds to `parts` what the lane does in a step, in order.
    fn add_deeds(&self, nth: usize, parts: &mut Vec<String>) {
        let step = &self.steps[nth];
        // What the step leads to in the calls of asyncio's own comes last.
        let mut woke = self.woke(nth);
        let mut deeds: Vec<(&str, String)> = vec![];
        for deed in &step.deeds {
            match deed {
                Deed::Prints(line) if step.says[*line].lane == step.lane => {
                    deeds.push(("prints", format!("“{}”", step.says[*line].text)));
                }
                Deed::Prints(_) => {}
                Deed::Makes(Some(made)) => deeds.push(("makes", made.clone())),
                Deed::Makes(None) => deeds.push(("makes", A_TASK_INSIDE.into())),
                Deed::Wakes(woken) => {
                    // Of a lane that was in the queue before, this is no wake.
                    if let Some(which) = woke.iter().position(|name| name == woken) {
                        woke.remove(which);
                        deeds.push(("wakes", woken.clone()));
                    }
                }
                Deed::Queues(queued) => deeds.push(("queues", queued.clone())),
                Deed::Cancels(cancelled) => deeds.push(("cancels", cancelled.clone())),
            }
        }
        deeds.extend(woke.into_iter().map(|name| ("wakes", name.to_owned())));
        // Deeds of one kind that follow each other are told together.
        for alike in deeds.chunk_by(|(verb, _), (next, _)| verb == next) {
            let verb = alike[0].0;
            let mut objects: Vec<String> = alike.iter().map(|(_, object)| object.clone()).collect();
            let are_lines = verb == "prints";
            objects = if are_lines { objects } else { in_short(objects) };
            parts.push(format!("{verb} {}", join(&objects)));
        }
    }

    /// What the lane does when the step is over.
    fn does_then(&self, nth: usize) -> Option<String> {
        let step = &self.steps[nth];
        Some(match (step.end.as_deref(), &step.after) {
            _ if step.until.is_some() => "keeps the thread".into(),
            (Some("finished"), _) => "ends".into(),
            (Some("cancelled"), _) => "is cancelled".into(),
            (Some(error), _) => format!("fails ({error})"),
            (None, Some(after)) => match after.state {
                TwinState::Ready => "gives way".into(),
                TwinState::Thread if step.inner.is_some() => "works".into(),
                TwinState::Thread => "works on its thread".into(),
                // What it has called is the loop: that it waits in it goes without saying.
                TwinState::Wait if self.starts_its_loop(nth) && after.r#for.is_empty() => {
                    return None;
                }
                TwinState::Wait if self.was_woken_meanwhile(nth) => {
                    format!("{}, but was woken meanwhile", waits(after))
                }
                TwinState::Wait => waits(after),
                TwinState::Run if !after.r#for.is_empty() => waits(after),
                TwinState::Run | TwinState::New => return None,
            },
            (None, None) => return None,
        })
    }

    /// Whether the program calls what runs the loop, and waits meanwhile.
    fn starts_its_loop(&self, nth: usize) -> bool {
        let step = &self.steps[nth];
        let waits = matches!(&step.after, Some(after) if after.state == TwinState::Wait);
        step.outside == Some(Outside::Program) && waits
    }

    /// Whether a lane that waits when its step is over is in the queue before the next one.
    fn was_woken_meanwhile(&self, nth: usize) -> bool {
        let step = &self.steps[nth];
        let now = step.lanes.get(&step.lane).map(|lane| lane.state);
        step.inner.is_none() && now == Some(TwinState::Ready)
    }

    /// What will end the wait that begins in a step; none if it does not begin to wait, or if that
    /// is not known.
    pub(super) fn later(&self, nth: usize) -> Option<String> {
        let step = &self.steps[nth];
        let waits = step.after.as_ref().is_some_and(|after| after.state == TwinState::Wait);
        if !waits || self.was_woken_meanwhile(nth) || step.until.is_some() {
            return None;
        }
        let Some(next) = self.next_of_its_own(nth) else {
            return Some("until the run is over".into());
        };
        let goes_on = &self.steps[next];
        match &goes_on.cause {
            Some(Cause::Timer(Some(by))) if *by == step.lane => {
                Some(format!("until {}", self.due(nth, by, goes_on.at)))
            }
            Some(Cause::Timer(Some(by))) => {
                Some(format!("until the time of {by}, {}", self.due(nth, by, goes_on.at)))
            }
            Some(Cause::Step(by)) => {
                let why = self.because_of(next, *by)?;
                Some(match why.strip_prefix("woken by ") {
                    Some(name) => format!("until {name} wakes it"),
                    None => format!("until {why}"),
                })
            }
            _ => None,
        }
    }

    /// When a wait ends that begins in a step: the timer of the lane `by` ends it at `at`. A timer
    /// that was due before has had to wait for the thread.
    fn due(&self, nth: usize, by: &str, at: u64) -> String {
        let timers = || self.steps[nth].timers.iter().filter(|(_, lane)| lane == by);
        let is_late = timers().all(|(due, _)| *due != at) && timers().any(|(due, _)| *due < at);
        let why = if is_late { ", when the thread is free again" } else { "" };
        format!("{}{why}", human(Duration::from_nanos(at)))
    }

    /// The other lane that will wake a lane which waits after a step; none if it waits for lanes,
    /// or if something else ends its wait.
    pub(super) fn waits_for_a_wake_by(&self, nth: usize, name: &str) -> Option<String> {
        let step = &self.steps[nth];
        let lane = step.lanes.get(name)?;
        let is_queued = step.ready.iter().any(|queued| queued == name);
        if lane.state != TwinState::Wait || is_queued || !lane.r#for.is_empty() {
            return None;
        }
        let steps = &self.steps[..=nth];
        let begun = steps.iter().rposition(|own| own.lane == name && own.inner.is_none())?;
        // A program stands where its loop runs until that returns, also after the wake.
        if self.woken_in(self.next_of_its_own(begun)?)? <= nth {
            return None;
        }
        let later = self.later(begun)?;
        let by = later.strip_prefix("until ")?.strip_suffix(" wakes it")?;
        Some(by.to_owned())
    }

    /// The step of another lane that put this one into the queue.
    pub(super) fn woken_in(&self, nth: usize) -> Option<usize> {
        let step = &self.steps[nth];
        match step.cause {
            Some(Cause::Step(by)) if self.steps[by].lane != step.lane => Some(by),
            _ => None,
        }
    }
}

/// What a task is called that has no name of its own.
const A_TASK_INSIDE: &str = "a task inside it";

/// The names of lanes, or how many they are; how many have no name comes last.
fn in_short(lanes: Vec<String>) -> Vec<String> {
    let (inside, mut named): (Vec<_>, Vec<_>) =
        lanes.into_iter().partition(|name| name == A_TASK_INSIDE);
    if named.len() > 4 {
        named = vec![format!("{} lanes", named.len())];
    }
    match inside.len() {
        0 => {}
        1 => named.push(A_TASK_INSIDE.into()),
        many => named.push(format!("{many} tasks inside it")),
    }
    named
}

/// For which lanes or for what a lane waits.
fn waits(after: &TwinLane) -> String {
    match &after.on {
        _ if !after.r#for.is_empty() => format!("waits for {}", join(&after.r#for)),
        Some(on) => format!("waits ({on})"),
        None => "waits".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::draw::page::recording::{all_recorded, recorded};

    /// The sentence of each step of a scene, with the name of its lane.
    fn sentences(scene: &TwinScene) -> Vec<String> {
        let mut told = vec![];
        for (nth, step) in scene.steps.iter().enumerate() {
            told.push(format!("{} {}", step.lane, scene.sentence(nth)));
        }
        told
    }

    /// Each step of each recording: where it is, its scene and its number.
    fn each_step(mut check: impl FnMut(&str, &TwinScene, usize)) {
        for (name, scenes) in all_recorded() {
            for scene in &scenes {
                for nth in 0..scene.steps.len() {
                    let title = scene.title.as_deref().unwrap_or_default();
                    let sentence = scene.sentence(nth);
                    let lane = &scene.steps[nth].lane;
                    let place = format!("{name}, {title}, P{}: {lane} {sentence}", nth + 1);
                    check(&place, scene, nth);
                }
            }
        }
    }

    #[test]
    fn a_lane_inside_another_has_its_own_steps_and_so_has_the_outer_one() {
        let told = sentences(&recorded("await_for")[0]);
        assert_eq!(
            told[..6],
            [
                "main begins and waits for download.",
                "download begins and waits (sleep).",
                "download goes on (its time has come), prints “1 arrives” and ends.",
                "main goes on (download has ended) and waits for use.",
                "use begins, prints “use 1” and waits (sleep).",
                "use goes on (its time has come) and ends.",
            ]
        );
    }

    #[test]
    fn what_wakes_a_task_is_known_and_how_it_ends() {
        let told = sentences(&recorded("event")[0]);
        let c = "C goes on (woken by porter), prints “goes in” and ends.";
        assert!(told.iter().any(|sentence| sentence == c), "{told:#?}");
        let told = sentences(&recorded("deadlock")[0]);
        let b = "B goes on (the time of main has come) and is cancelled.";
        assert!(told.iter().any(|sentence| sentence == b), "{told:#?}");
        let told = sentences(&recorded("exception_handler")[1]);
        let fails = "fails (LookupError: no milk).";
        assert!(told.iter().any(|sentence| sentence.ends_with(fails)), "{told:#?}");
        let told = sentences(&recorded("function")[0]);
        assert_eq!(told[1], "A begins, prints “compute factorial(2)” and keeps the thread.");
        assert_eq!(told[2], "A prints “factorial(2) = 2” and ends.");
        let told = sentences(&recorded("hello_world")[0]);
        let main = "main begins, makes hello and world, prints “two callbacks, and none is called” \
                    and starts its loop.";
        assert_eq!(told[0], main);
    }

    #[test]
    fn what_a_lane_makes_wakes_and_cancels_is_told() {
        let told = sentences(&recorded("gather")[0]);
        assert_eq!(told[0], "main begins, makes A, B and C and waits for A, B and C.");
        let told = sentences(&recorded("event")[0]);
        let porter = "porter goes on (its time has come), prints “opens”, wakes A and C and ends.";
        assert!(told.iter().any(|sentence| sentence == porter), "{told:#?}");
        let scenes = recorded("cancel_handle");
        let told = sentences(&scenes[0]);
        let cancels = told.iter().position(|sentence| sentence.ends_with("cancels B and ends."));
        assert!(cancels.is_some(), "{told:#?}");
    }

    #[test]
    fn a_lane_that_gives_way_was_woken_by_no_other_lane() {
        let scenes = recorded("task");
        let twin = &scenes[0];
        let step = |text: &str| {
            let says = |step: &TwinStep| step.says.iter().any(|said| said.text == text);
            twin.steps.iter().position(says).expect("its step")
        };
        let woke = twin.woken_in(step("step 3: woken by B"));
        assert_eq!(woke, Some(step("woke A, and go on")));
        assert_eq!(twin.woken_in(step("step 4: gave way")), None);
    }

    #[test]
    fn a_lane_that_is_said_to_be_woken_is_in_the_queue_from_then_on() {
        let mut woken = 0;
        each_step(|place, scene, nth| {
            let by_none = scene.sentence(nth);
            if let Some((_, by)) = by_none.split_once("goes on (woken by ") {
                let (by, _) = by.split_once(')').expect("a name");
                let lane = &scene.steps[nth].lane;
                // A task inside the lane, or the lane itself, has woken it. The program is in no
                // queue: its loop returns.
                let is_program = scene.steps[nth].outside == Some(Outside::Program);
                if by == lane || by.ends_with("task inside it") || is_program {
                    return;
                }
                let waker = scene.woken_in(nth).unwrap_or_else(|| panic!("{place}: no step"));
                assert_eq!(scene.steps[waker].lane, by, "{place}");
                let told = scene.sentence(waker);
                let wakes = told.split_once("wakes ").unwrap_or_else(|| panic!("{place}: {told}"));
                assert!(wakes.1.contains(lane) || wakes.1.contains("lanes"), "{place}: {told}");
                for between in &scene.steps[waker..nth] {
                    assert!(between.ready.contains(lane), "{place}: not in the queue");
                }
                woken += 1;
            }
        });
        assert!(woken > 150, "{woken} lanes were woken");
    }

    #[test]
    fn only_a_lane_that_gives_way_had_given_way() {
        each_step(|place, scene, nth| {
            if place.contains("(it had given way)") {
                let own = |before: &usize| scene.next_of_its_own(*before) == Some(nth);
                let before = (0..nth).rev().find(own).expect("a step before");
                let told = scene.sentence(before);
                assert!(told.ends_with("gives way."), "{place}: {told}");
            }
        });
        // `A` awaits what two tasks inside it do.
        let told = sentences(&recorded("recursion")[1]);
        assert!(told.iter().any(|told| told.starts_with("A goes on (a task inside it has ended)")));
    }

    #[test]
    fn a_wait_says_what_will_end_it_if_that_is_known() {
        let mut told = 0;
        each_step(|place, scene, nth| {
            told += usize::from(scene.later(nth).is_some());
            let after = scene.steps[nth].after.as_ref();
            let waits = after.is_some_and(|after| after.state == TwinState::Wait);
            if !waits || scene.was_woken_meanwhile(nth) || scene.later(nth).is_some() {
                return;
            }
            let next = scene.next_of_its_own(nth).unwrap_or_else(|| panic!("{place}: no step"));
            // A socket, or a task of asyncio's own.
            let cause = &scene.steps[next].cause;
            let own = matches!(cause, Some(Cause::Step(by)) if *by == nth);
            assert!(own || cause.is_none(), "{place}: nothing is said of what ends it");
        });
        assert!(told > 500, "of {told} waits it is said what ends them");
        let task = &recorded("task")[0];
        let waits =
            sentences(task).iter().position(|told| told.ends_with("by a timer” and waits."));
        let later = task.later(waits.expect("A waits for a future"));
        assert_eq!(later.as_deref(), Some("until B wakes it"));
    }

    #[test]
    fn a_lane_is_said_to_have_ended_where_its_end_is_awaited() {
        let told = sentences(&recorded("future")[0]);
        assert_eq!(told[3], "main goes on (woken by slow), prints “Future is done!” and ends.");
        let later = recorded("future")[0].later(0);
        assert_eq!(later.as_deref(), Some("until slow wakes it"));
        let told = sentences(&recorded("hello_world")[0]);
        assert!(told[4].starts_with("main goes on (last has stopped its loop)"), "{}", told[4]);
        each_step(|place, scene, nth| {
            if !place.contains("goes on (") || !place.contains(" has ended)") {
                return;
            }
            let Some(Cause::Step(_)) = scene.steps[nth].cause else { return };
            let begun = scene.last_of_its_own(nth).expect("a step before");
            let after = scene.steps[begun].after.as_ref().expect("it waits");
            // Of a lock, a queue or an event the method is named.
            let on = after.on.as_deref().unwrap_or_default();
            let is_task = !on.contains('.') || on == "loop.run_until_complete";
            assert!(is_task, "{place}: {on}");
        });
    }

    #[test]
    fn the_end_of_a_wait_for_a_timer_is_the_time_of_a_timer_that_is_listed() {
        let mut late = 0;
        each_step(|place, scene, nth| {
            let Some(later) = scene.later(nth) else { return };
            let next = scene.next_of_its_own(nth).map(|next| &scene.steps[next]);
            let Some(TwinStep { cause: Some(Cause::Timer(Some(by))), at, .. }) = next else {
                return;
            };
            let step = &scene.steps[nth];
            assert_eq!(later.contains("the time of"), *by != step.lane, "{place}: {later}");
            let is_listed = step.timers.contains(&(*at, by.clone()));
            let is_late = later.ends_with(", when the thread is free again");
            assert_ne!(is_listed, is_late, "{place}: {later}: {:?}", step.timers);
            late += usize::from(is_late);
        });
        assert!(late > 0);
        let later = recorded("broken_invariant")[1].later(2);
        assert_eq!(later.as_deref(), Some("until the time of main, 150 ms"));
    }

    #[test]
    fn what_will_wake_a_lane_is_said_of_each_one_that_waits_for_no_lane() {
        let mut wakes = 0;
        each_step(|place, scene, nth| {
            let step = &scene.steps[nth];
            for name in step.lanes.keys() {
                if let Some(by) = scene.waits_for_a_wake_by(nth, name) {
                    let own = |step: &&TwinStep| step.lane == *name && step.inner.is_none();
                    let next = scene.steps[nth + 1..].iter().find(own);
                    let next = next.unwrap_or_else(|| panic!("{place}: {name} never goes on"));
                    let Some(Cause::Step(wake)) = next.cause else {
                        panic!("{place}: {name} is woken by no lane");
                    };
                    assert!(wake > nth, "{place}: {name} was woken before");
                    assert_eq!(scene.steps[wake].lane, by, "{place}: it wakes {name}");
                }
            }
            let later = scene.later(nth).unwrap_or_default();
            let Some(lane) = step.lanes.get(&step.lane) else { return };
            let is_said = later.ends_with(" wakes it") && !later.contains("task inside it");
            if is_said && step.inner.is_none() && lane.r#for.is_empty() {
                let by = scene.waits_for_a_wake_by(nth, &step.lane);
                assert_eq!(by.map(|by| format!("until {by} wakes it")), Some(later), "{place}");
                wakes += 1;
            }
        });
        assert!(wakes > 50, "{wakes}");
    }

    #[test]
    fn a_callback_of_a_future_is_queued_by_what_sets_it_and_made_by_what_adds_it() {
        let told = sentences(&recorded("done_callbacks")[0]);
        assert!(told[2].contains("queues A and C, wakes main"), "{}", told[2]);
        assert!(told[5].contains("makes D"), "{}", told[5]);
    }

    #[test]
    fn a_lane_is_made_by_what_makes_it_and_in_the_order_in_which_it_is_made() {
        let told = sentences(&recorded("run_until_complete")[0]);
        let main = "main begins, makes clock and A, starts its loop and waits for A.";
        assert_eq!(told[0], main);
        assert_eq!(told[1], "clock begins and waits (sleep).");
        let told = sentences(&recorded("flow_control")[0]);
        let main = "main begins, makes writer and reader and waits for writer and reader.";
        assert_eq!(told[0], main);
        each_step(|place, scene, nth| {
            let step = &scene.steps[nth];
            let before = nth.checked_sub(1).map(|before| &scene.steps[before]);
            let makes = |name: &str| {
                let is_it = |deed: &Deed| matches!(deed, Deed::Makes(Some(made)) if made == name);
                step.deeds.iter().any(is_it)
            };
            for name in step.lanes.keys().filter(|name| step.lanes[*name].state == TwinState::New) {
                let was_there = before.is_some_and(|before| before.lanes.contains_key(name));
                assert!(was_there || makes(name), "{place}: {name} comes from nowhere");
            }
        });
    }

    #[test]
    fn what_a_lane_does_is_told_in_the_order_in_which_it_does_it() {
        let told = sentences(&recorded("task")[0]);
        let b = "B goes on (its time has come), wakes A, prints “woke A, and go on” and ends.";
        assert!(told.iter().any(|told| told == b), "{told:#?}");
        each_step(|place, scene, nth| {
            let step = &scene.steps[nth];
            let mut printed = 0;
            for deed in &step.deeds {
                if let Deed::Prints(line) = deed {
                    assert_eq!(*line, printed, "{place}");
                    printed += 1;
                }
            }
            assert_eq!(printed, step.says.len(), "{place}");
        });
    }

    #[test]
    fn what_a_thread_does_is_told_as_work_of_its_lane() {
        let told = sentences(&recorded("spawn_blocking")[0]);
        assert_eq!(told[0], "main begins, makes heart and hash and waits for hash.");
        assert_eq!(told[2], "hash begins, prints “begin” and works on its thread.");
        assert_eq!(told[6], "hash prints “end”, wakes main and ends.");
        let told = sentences(&recorded("four_ways")[1]);
        assert_eq!(told[9], "A (its thread) prints “done” and ends.");
        assert_eq!(told[10], "A goes on (its thread has ended) and ends.");
    }

    #[test]
    fn a_callback_of_the_twin_runs_in_the_lane_that_its_context_names() {
        let told = sentences(&recorded("four_ways")[2]);
        assert_eq!(told[0], "main begins, makes A, B and C and waits.");
        assert_eq!(told[1], "A begins, prints “half-way”, makes A and ends.");
    }
}
