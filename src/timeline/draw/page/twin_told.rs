//! The steps of a Python twin in words: why a lane went on, what it did, and what it does then.
//! They are the words of the steps in Rust (`sentence`), so that a reader can compare the two.
//! `twin_causes` knows why.
use super::{
    reader::{in_quotes, join},
    recording::{Cause, Deed, Inner, Outside, TwinLane, TwinSaid, TwinScene, TwinState, TwinStep},
    twin_causes::Why,
};
use crate::timeline::human;
use std::time::Duration;

impl TwinScene {
    /// Why the lane went on, what it printed and did, and what it does then: in this order.
    pub(super) fn sentence(&self, nth: usize) -> String {
        let step = &self.steps[nth];
        let begins = matches!(step.cause, Some(Cause::Begins));
        let has_run = !step.says.is_empty() || !step.stood.is_empty();
        if begins && !has_run && step.end.as_deref() == Some("cancelled") {
            return "is cancelled before it begins.".into();
        }
        let mut parts = vec![];
        parts.extend(self.cause(nth));
        // A line of another lane ends a sentence. What the lane does after it is one more sentence.
        let mut told = String::new();
        let mut last_of_others = vec![];
        for deed in self.deeds(nth) {
            match deed {
                Told::Of(line) => last_of_others.push(line),
                Told::Own(deed) => {
                    if !last_of_others.is_empty() {
                        // Without a word of its lane a step cannot begin with another one's line.
                        if parts.is_empty() {
                            parts.push("goes on".into());
                        }
                        told += &format!("{}.", join(&parts));
                        for line in last_of_others.drain(..) {
                            told += &self.printed_by_another(nth, line);
                        }
                        told += &format!(" Then {} ", step.lane);
                        parts.clear();
                    }
                    parts.push(deed);
                }
            }
        }
        if self.starts_its_loop(nth) {
            parts.push("starts its loop".into());
        }
        parts.extend(self.does_then(nth));
        told += &format!("{}.", join(&parts));
        for line in last_of_others {
            told += &self.printed_by_another(nth, line);
        }
        let cancelled = self.cancelled_by_its_group(nth);
        if !cancelled.is_empty() {
            told += &format!(" Then its TaskGroup cancels {}.", join(&in_short(cancelled)));
        }
        let inner = match step.inner {
            Some(Inner::Task) => "(a task inside it) ",
            Some(Inner::Callback) => "(a callback inside it) ",
            Some(Inner::Thread) => "(its thread) ",
            Some(Inner::Program) => "(the program, after its end) ",
            Some(Inner::Call) => "(in a task of asyncio’s own) ",
            None => "",
        };
        format!("{inner}{told}")
    }

    /// The lanes that a group of tasks cancels since the lane of a step has failed in it: those of
    /// the group that are left, and the one that waits for the group.
    fn cancelled_by_its_group(&self, nth: usize) -> Vec<String> {
        let is_cancelled = |name: &&str| self.how_it_wakes(nth, name) == BY_ITS_GROUP;
        self.woke(nth).into_iter().filter(is_cancelled).map(str::to_owned).collect()
    }

    /// Why the lane went on; none if that needs no words.
    fn cause(&self, nth: usize) -> Option<String> {
        let step = &self.steps[nth];
        match (self.why(nth), &step.cause) {
            (Some(Why::Begins), _) if self.has_its_timer(nth) => {
                Some(format!("begins ({})", Why::ItsTime))
            }
            (Some(Why::Begins), _) => Some("begins".into()),
            (Some(why), _) => Some(format!("goes on ({why})")),
            // It has not stopped: it has blocked, or has worked on its thread.
            (None, Some(Cause::Same)) => self.goes_on_after(nth),
            // They were not seen to stop.
            (None, None) if matches!(step.inner, Some(Inner::Call | Inner::Program)) => None,
            (None, None) if step.outside.is_some() => None,
            (None, _) => Some("goes on".into()),
        }
    }

    /// Whether a lane that begins in a step had a timer before: it is a callback.
    fn has_its_timer(&self, nth: usize) -> bool {
        let name = &self.steps[nth].lane;
        for step in self.steps[..nth].iter().rev() {
            let state = step.lanes.get(name).map(|lane| lane.state);
            if !matches!(state, Some(TwinState::New | TwinState::Ready)) {
                return false;
            }
            if step.timers.iter().any(|(_, lane)| lane == name) {
                return true;
            }
        }
        false
    }

    /// After how long a lane goes on that has kept the loop's thread. Nothing is to be said of one
    /// that works on a thread of its own.
    fn goes_on_after(&self, nth: usize) -> Option<String> {
        let blocks = &self.steps[self.before_the_same(nth)?];
        let passed = Duration::from_nanos(blocks.until? - blocks.at);
        Some(format!("goes on after {}", human(passed)))
    }

    /// The step after which the lane of a step has gone on without a stop.
    fn before_the_same(&self, nth: usize) -> Option<usize> {
        if matches!(self.steps[nth].cause, Some(Cause::Same)) {
            (0..nth).rev().find(|before| self.next_of_its_own(*before) == Some(nth))
        } else {
            None
        }
    }

    /// The line from which the lane of a step goes on: at which it had been waiting or blocking.
    pub(super) fn resumed(&self, nth: usize) -> Option<u32> {
        let step = &self.steps[nth];
        if let Some(line) = step.stood.last() {
            return Some(*line);
        }
        let before = &self.steps[self.before_the_same(nth)?];
        before.after.as_ref()?.lines.last().copied()
    }

    /// A line that not the lane itself prints in a step: a generator that is closed in it, a
    /// handler of exceptions, which asyncio calls where one was raised, or asyncio itself.
    fn printed_by_another(&self, nth: usize, line: usize) -> String {
        let step = &self.steps[nth];
        let TwinSaid { lane, text, line, .. } = &step.says[line];
        let text = in_quotes(text);
        // asyncio's debug mode, once the call of the loop is over.
        if line.is_none() {
            return format!(" Then asyncio reports {text}.");
        }
        match step.lanes.get(lane) {
            // It does not run: what it had handed to asyncio is called in its name.
            Some(_) => {
                format!(" Then asyncio calls what {lane} has handed to it, which prints {text}.")
            }
            None => format!(" Then {lane} prints {text}."),
        }
    }

    /// What is done in a step, in order.
    fn deeds(&self, nth: usize) -> Vec<Told> {
        let step = &self.steps[nth];
        // A lane that a call of asyncio's own wakes, to which the step has led, comes last.
        let mut woke = self.woke(nth);
        // What its group does comes after its end, and is a sentence of its own.
        woke.retain(|name| self.how_it_wakes(nth, name) != BY_ITS_GROUP);
        // The same lane, or a task inside it: the queue has kept their order.
        let mut woken_inside = self.own_steps_after(nth).into_iter();
        let mut deeds: Vec<(&str, String)> = vec![];
        let mut told = vec![];
        if self.stops_its_loop(nth) {
            deeds.push(("stops", "its loop".into()));
        }
        for deed in &step.deeds {
            match deed {
                Deed::Prints(line)
                    if step.says[*line].lane == step.lane && step.says[*line].line.is_some() =>
                {
                    deeds.push(("prints", in_quotes(&step.says[*line].text)));
                }
                Deed::Prints(line) => {
                    told.extend(together(&deeds));
                    deeds.clear();
                    told.push(Told::Of(*line));
                }
                Deed::Makes(Some(made)) if *made == step.lane => {
                    deeds.push(("makes", format!("the next {made}")));
                }
                Deed::Makes(Some(made)) => deeds.push(("makes", made.clone())),
                Deed::Makes(None) => deeds.push(("makes", A_TASK_INSIDE.into())),
                Deed::Wakes(woken) if *woken == step.lane => {
                    deeds.extend(woken_inside.next().map(|later| self.wakes_inside(nth, later)));
                }
                Deed::Wakes(woken) => {
                    // A lane that was in the queue already is not woken once more.
                    if let Some(which) = woke.iter().position(|name| name == woken) {
                        woke.remove(which);
                        deeds.push((self.how_it_wakes(nth, woken), woken.clone()));
                    }
                }
                Deed::Hands(_) => deeds.push(("wakes", "the loop".into())),
                Deed::Queues(queued) => deeds.push(("queues", queued.clone())),
                Deed::Cancels(cancelled) => deeds.push(("cancels", cancelled.clone())),
                Deed::Abandons(lane) => deeds.push(("cancels", format!("{lane}’s future"))),
                Deed::Removes(removed) => deeds.push(("removes", removed.clone())),
                Deed::Drops(dropped) => deeds.push(("drops", dropped.clone())),
            }
        }
        for name in woke {
            deeds.push((self.how_it_wakes(nth, name), name.to_owned()));
        }
        told.extend(together(&deeds));
        told
    }

    /// What a step does to a task inside its lane, or to the lane if the step is of such a task.
    /// The step `later` is the one to which that leads.
    fn wakes_inside(&self, nth: usize, later: usize) -> (&'static str, String) {
        let whom = match (self.steps[nth].inner, self.steps[later].inner) {
            (_, None) => self.steps[later].lane.as_str(),
            (Some(Inner::Task), _) => ANOTHER_TASK_INSIDE,
            _ => A_TASK_INSIDE,
        };
        let is_cancelled = matches!(self.steps[later].cause, Some(Cause::Cancel(_)));
        (if is_cancelled { "cancels" } else { "wakes" }, whom.to_owned())
    }

    /// What a step does to put the lane of that name into the queue.
    fn how_it_wakes(&self, nth: usize, woken: &str) -> &'static str {
        for later in nth + 1..self.steps.len() {
            if self.steps[later].lane == woken && self.woken_in(later) == Some(nth) {
                return match self.why(later) {
                    Some(Why::CancelledBy(_)) => "cancels",
                    Some(Why::LoopStoppedBy(_)) => "stops the loop of",
                    Some(Why::CancelledByItsGroup | Why::RousedByItsGroup) => BY_ITS_GROUP,
                    _ => "wakes",
                };
            }
        }
        "wakes"
    }

    /// What the lane does when the step is over.
    fn does_then(&self, nth: usize) -> Option<String> {
        let step = &self.steps[nth];
        Some(match (step.end.as_deref(), &step.after) {
            _ if step.until.is_some() => "blocks the thread".into(),
            (Some("finished"), _) => "ends".into(),
            (Some("cancelled"), _) => "is cancelled".into(),
            (Some(error), _) => format!("fails ({error})"),
            (None, Some(after)) => match after.state {
                TwinState::Ready => "gives way".into(),
                TwinState::Thread if step.inner.is_some() => "stays there".into(),
                TwinState::Thread => "stays on its thread".into(),
                // What it has called is the loop: that it waits in it goes without saying.
                TwinState::Wait if self.starts_its_loop(nth) && after.r#for.is_empty() => {
                    return None;
                }
                TwinState::Wait if self.was_woken_meanwhile(nth) => {
                    format!("{}, and is woken at once", waits(after))
                }
                TwinState::Wait => waits(after),
                // The lane inside it begins only now, in the same call of the loop.
                TwinState::Run if !after.r#for.is_empty() => {
                    format!("calls {}", join(&after.r#for))
                }
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

    /// Whether a lane that waits when its step is over is in the queue before the next one. What is
    /// inside a lane may wait, and the state that is recorded is that of the lane.
    fn was_woken_meanwhile(&self, nth: usize) -> bool {
        let step = &self.steps[nth];
        let now = step.lanes.get(&step.lane).map(|lane| lane.state);
        step.inner.is_none() && now == Some(TwinState::Ready)
    }

    /// What will end the wait that begins in a step; none if it does not begin to wait, or if that
    /// is not known.
    pub(super) fn later(&self, nth: usize) -> Option<String> {
        if !self.begins_to_wait(nth) {
            return None;
        }
        let Some(next) = self.next_of_its_own(nth) else {
            return Some("until the run is over".into());
        };
        let goes_on = &self.steps[next];
        let name = goes_on.lane.as_str();
        Some(match self.why(next)? {
            // The sentence has said that it waits for the lane inside it.
            _ if matches!(goes_on.cause, Some(Cause::Ended(_))) => return None,
            Why::ItsTime => format!("until {}", self.due(nth, name, next)),
            Why::TimeOf(by) => format!("until {by}’s timeout, {}", self.due(nth, by, next)),
            Why::WokenBy(other) => format!("until {other} wakes it"),
            Why::CancelledByItsGroup | Why::RousedByItsGroup => {
                "until its TaskGroup cancels it".into()
            }
            Why::CancelledBy(by) => format!("until {by} cancels it"),
            Why::EndedCancelled(name) => format!("until {name} is cancelled"),
            Why::FromOutside => "until it is woken from outside".into(),
            why => format!("until {why}"),
        })
    }

    /// Whether a lane waits when its step is over, and before the next step, too.
    fn begins_to_wait(&self, nth: usize) -> bool {
        let step = &self.steps[nth];
        let waits = matches!(&step.after, Some(after) if after.state == TwinState::Wait);
        waits && step.until.is_none() && !self.was_woken_meanwhile(nth)
    }

    /// When a wait ends that begins in a step: the timer of the lane `by` ends it, and the lane
    /// goes on in the step `next`. A timer that was due before has had to wait for the thread; and
    /// once the loop has called it, the lane may still have to wait in the queue.
    fn due(&self, nth: usize, by: &str, next: usize) -> String {
        let TwinStep { at, lane, .. } = &self.steps[next];
        let until = human(Duration::from_nanos(*at));
        let timers = || self.steps[nth].timers.iter().filter(|(_, lane)| lane == by);
        let is_late = timers().all(|(due, _)| due != at) && timers().any(|(due, _)| due < at);
        if !is_late {
            return until;
        }
        let is_queued = |step: &&TwinStep| step.ready.contains(lane) && step.at < *at;
        match self.steps[nth..next].iter().find(is_queued) {
            Some(step) => {
                let from = human(Duration::from_nanos(step.at));
                format!("{until}; from {from} on it is in the queue")
            }
            None => format!("{until}, when the thread is free again"),
        }
    }
}

/// What is told of a step.
enum Told {
    /// Something that the lane of the step does: the end of a sentence about it.
    Own(String),
    /// The line of this index, which another lane prints.
    Of(usize),
}

/// Deeds in words, each with its verb. Deeds of one kind that follow each other are told together.
fn together(deeds: &[(&str, String)]) -> Vec<Told> {
    let mut told = vec![];
    for alike in deeds.chunk_by(|(verb, _), (next, _)| verb == next) {
        let verb = alike[0].0;
        let mut objects: Vec<String> = alike.iter().map(|(_, object)| object.clone()).collect();
        if verb != "prints" {
            // Behind the name of the lane itself, if that is one of them.
            let others: Vec<String> =
                objects.extract_if(.., |object| object == ANOTHER_TASK_INSIDE).collect();
            objects = in_short(objects);
            objects.extend(others);
        }
        told.push(Told::Own(format!("{verb} {}", join(&objects))));
    }
    told
}

/// What puts a lane into the queue if the step does not do so itself: its lane has failed, and the
/// group of tasks to which it belongs cancels the others.
const BY_ITS_GROUP: &str = "its TaskGroup cancels";

/// What a task is called that has no name of its own.
const A_TASK_INSIDE: &str = "a task inside it";

/// The same, in a step of such a task.
const ANOTHER_TASK_INSIDE: &str = "another task inside it";

/// The names of lanes, or how many they are; and how many have no name. Those without a name come
/// last. But if one of them was the first, they come first: “it” is then the lane before the verb.
fn in_short(lanes: Vec<String>) -> Vec<String> {
    let inside_comes_first = lanes.first().is_some_and(|name| name == A_TASK_INSIDE);
    let (inside, mut named): (Vec<_>, Vec<_>) =
        lanes.into_iter().partition(|name| name == A_TASK_INSIDE);
    if named.len() > 4 {
        named = vec![format!("{} lanes", named.len())];
    }
    let unnamed = match inside.len() {
        0 => return named,
        1 => A_TASK_INSIDE.into(),
        many => format!("{many} tasks inside it"),
    };
    let place = if inside_comes_first { 0 } else { named.len() };
    named.insert(place, unnamed);
    named
}

/// For which lanes or for what a lane waits.
fn waits(after: &TwinLane) -> String {
    match &after.on {
        // It waits for the lock, and may get it from a lane that is only in the queue before it.
        Some(on) if on == "Lock.acquire" => format!("waits ({on})"),
        _ if !after.r#for.is_empty() => format!("waits for {}", join(&after.r#for)),
        Some(on) => format!("waits ({on})"),
        None => "waits".into(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::timeline::draw::page::recording::{all_recorded, recorded};

    /// The sentence of each step of a scene, with the name of its lane.
    pub(in super::super) fn sentences(scene: &TwinScene) -> Vec<String> {
        let mut told = vec![];
        for (nth, step) in scene.steps.iter().enumerate() {
            told.push(format!("{} {}", step.lane, scene.sentence(nth)));
        }
        told
    }

    /// Each step of each recording: where it is, its scene and its number.
    pub(in super::super) fn each_step(mut check: impl FnMut(&str, &TwinScene, usize)) {
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
                "main begins and calls download.",
                "download begins and waits (sleep).",
                "download goes on (its time has come), prints “1 arrives” and ends.",
                "main goes on (download has ended) and calls use.",
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
        let b = "B goes on (main’s timeout is over) and is cancelled.";
        assert!(told.iter().any(|sentence| sentence == b), "{told:#?}");
        let told = sentences(&recorded("exception_handler")[1]);
        let fails = "fails (LookupError: no milk).";
        assert!(told.iter().any(|sentence| sentence.ends_with(fails)), "{told:#?}");
        let told = sentences(&recorded("function")[0]);
        assert_eq!(told[1], "A begins, prints “compute factorial(2)” and blocks the thread.");
        assert_eq!(told[2], "A goes on after 1 s, prints “factorial(2) = 2” and ends.");
        // It goes on from the line that blocks, and so does a thread.
        assert_eq!(recorded("function")[0].resumed(2), Some(21));
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
        let waits = sentences(task)
            .iter()
            .position(|told| told.ends_with("by a timer” and waits (Future)."));
        let later = task.later(waits.expect("A waits for a future"));
        assert_eq!(later.as_deref(), Some("until B wakes it"));
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
            assert_eq!(later.contains("’s timeout"), *by != step.lane, "{place}: {later}");
            let is_listed = step.timers.contains(&(*at, by.clone()));
            let is_late = later.ends_with(", when the thread is free again");
            let is_queued = later.ends_with(" on it is in the queue");
            assert_eq!(!is_listed, is_late || is_queued, "{place}: {later}: {:?}", step.timers);
            late += usize::from(is_late);
            if !is_late {
                return;
            }
            // The thread was not free before: no step begins between the due time and that one.
            let due = step.timers.iter().filter(|(_, lane)| lane == by).map(|(due, _)| *due).min();
            let begins = |step: &TwinStep| due.is_some_and(|due| due < step.at) && step.at < *at;
            let on_thread = |step: &&TwinStep| step.outside != Some(Outside::Thread);
            let mut between = scene.steps.iter().filter(on_thread);
            assert!(!between.any(begins), "{place}: {later}: the thread was free before");
        });
        assert!(late > 0);
        let later = recorded("slow_callback")[2].later(1);
        assert_eq!(later.as_deref(), Some("until 280 ms; from 210 ms on it is in the queue"));
        let later = recorded("broken_invariant")[1].later(2);
        assert_eq!(later.as_deref(), Some("until main’s timeout, 150 ms"));
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
    fn what_the_program_does_after_main_has_ended_is_no_second_end() {
        let told = sentences(&recorded("resource_warning")[2]);
        assert_eq!(told[4], "main goes on (woken by reader) and ends.");
        let after = "main (the program, after its end) prints “warning: unclosed transport”.";
        assert_eq!(told[5], after);
        assert_eq!(told.len(), 6);
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
    fn a_line_of_another_lane_is_told_where_it_is_printed() {
        let told = sentences(&recorded("ticker")[0]);
        let main = "main goes on (its time has come). Then ticks prints “closed”. Then main prints \
                    “no more ticks” and ends.";
        assert_eq!(told[3], main);
        let told = sentences(&recorded("ticker")[1]);
        // asyncio makes a task that closes the generator.
        assert_eq!(told[6], "ticks (in a task of asyncio’s own) prints “closed”.");
        let told = sentences(&recorded("ticker")[2]);
        let count = "count goes on (its time has come) and prints “tick 2”. Then ticks prints \
                     “closed”. Then count prints “left the loop; the source is closed” and waits \
                     (sleep).";
        assert!(told.iter().any(|told| told == count), "{told:#?}");
        // `main` waits in `run_forever`, and so does not run.
        let told = sentences(&recorded("exception_handler")[0]);
        let a = "A begins (its time has come), prints “fail” and fails (LookupError: no milk). \
                 Then asyncio calls what main has handed to it, which prints “the handler is told: \
                 no milk”.";
        assert_eq!(told[1], a);
    }

    #[test]
    fn a_thread_that_hands_a_callback_to_the_loop_wakes_the_loop() {
        let told = sentences(&recorded("call_soon_threadsafe")[0]);
        let worker = "worker prints “half of it”, makes A, wakes the loop and stays on its thread.";
        assert!(told.iter().any(|told| told == worker), "{told:#?}");
    }

    #[test]
    fn each_printed_line_has_a_line_of_the_twin_but_a_report_of_the_debug_mode() {
        each_step(|place, scene, nth| {
            for said in &scene.steps[nth].says {
                let is_a_report = said.text.starts_with("a poll took ");
                assert_eq!(said.line.is_none(), is_a_report, "{place}");
            }
        });
    }

    #[test]
    fn a_timer_of_another_lane_is_that_of_a_timeout_and_what_it_cancels_says_so() {
        let scene = &recorded("timeout")[0];
        let told = sentences(scene);
        let a = "A goes on (main’s timeout is over), prints “hang up” and is cancelled.";
        assert!(told.iter().any(|told| told == a), "{told:#?}");
        assert_eq!(scene.later(1).as_deref(), Some("until main’s timeout, 1 s"));
    }

    #[test]
    fn a_wait_for_a_task_of_asyncios_own_ends_with_that_task() {
        let told = sentences(&recorded("select_loop")[0]);
        let reader = "reader goes on (a task inside it has ended), prints “tick” and waits \
                      (asyncio.wait).";
        assert!(told.iter().any(|told| told == reader), "{told:#?}");
    }

    #[test]
    fn a_callback_that_is_dropped_is_told_of_in_the_order_in_which_that_happens() {
        let told = sentences(&recorded("resource_warning")[0]);
        let main = "main begins, makes later, prints “warning: unclosed event loop”, drops later, \
                    prints “file released” and “the loop is dropped” and ends.";
        assert_eq!(told, [main]);
    }

    #[test]
    fn what_no_call_of_the_loop_lets_go_on_is_woken_from_outside() {
        let closed = &recorded("resource_warning")[3];
        let told = sentences(closed);
        assert!(told[3].starts_with("reader goes on (woken from outside), "), "{}", told[3]);
        assert_eq!(closed.later(2).as_deref(), Some("until it is woken from outside"));
    }

    #[test]
    fn what_is_inside_it_is_named_right_behind_its_lane() {
        let told = sentences(&recorded("thread_pool")[2]);
        let main = "main goes on (its time has come), cancels a task inside it and A’s future, \
                    prints “aborted”";
        assert!(told[4].starts_with(main), "{}", told[4]);
    }

    #[test]
    fn a_callback_that_is_taken_back_is_not_cancelled() {
        let told = sentences(&recorded("done_callbacks")[0]);
        let main = "main begins, makes A and B, removes B, makes C and compute and waits (Future).";
        assert_eq!(told[0], main);
    }

    #[test]
    fn what_sets_a_future_that_the_program_waits_for_wakes_it_before_it_prints() {
        let told = sentences(&recorded("future")[0]);
        let slow = "slow goes on (its time has come), wakes main, prints “the result is set” and \
                    ends.";
        assert!(told.iter().any(|told| told == slow), "{told:#?}");
    }

    #[test]
    fn a_wait_for_a_lock_is_told_as_one() {
        let mut waits = 0;
        each_step(|place, scene, nth| {
            let after = scene.steps[nth].after.as_ref();
            let on = after.and_then(|after| after.on.as_deref());
            if on == Some("Lock.acquire") {
                assert!(place.contains(" waits (Lock.acquire)"), "{place}");
                waits += 1;
            }
        });
        assert!(waits > 5, "{waits}");
    }

    #[test]
    fn what_a_thread_does_is_told_as_work_of_its_lane() {
        let told = sentences(&recorded("spawn_blocking")[0]);
        assert_eq!(told[0], "main begins, makes heart and hash and waits for hash.");
        assert_eq!(told[2], "hash begins, prints “begin” and stays on its thread.");
        assert_eq!(told[6], "hash prints “end”, wakes the loop and ends.");
        let told = sentences(&recorded("four_ways")[1]);
        assert_eq!(told[9], "A (its thread) prints “done”, wakes the loop and ends.");
        assert_eq!(told[10], "A goes on (its thread has ended) and ends.");
    }

    #[test]
    fn a_callback_of_the_twin_runs_in_the_lane_that_its_context_names() {
        let told = sentences(&recorded("four_ways")[2]);
        assert_eq!(told[0], "main begins, makes A, B and C and waits (gather).");
        assert_eq!(
            told[1],
            "A begins (its time has come), prints “half-way”, makes the next A and ends."
        );
    }
}
