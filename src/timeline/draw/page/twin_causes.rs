//! Why a lane of a Python twin goes on. The recorder has noted which step put the lane into the
//! queue; what that means depends on what the lane had been waiting for.
use super::recording::{Cause, Deed, Inner, Outside, TwinScene, TwinState, TwinStep};
use std::fmt;

/// Why a lane went on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Why<'t> {
    /// It is its first step.
    Begins,
    /// A timer was due that it had set.
    ItsTime,
    /// A timer was due that the lane of this name had set: a timeout, which cancels the lane.
    TimeOf(&'t str),
    /// What it had been waiting for has ended.
    Ended(Other<'t>),
    /// The lane of this name has ended, for which it had been waiting: it was cancelled.
    EndedCancelled(&'t str),
    /// The tasks without a name have ended that it has made: several, of which the earlier ones did
    /// not let it go on when they ended.
    AllTasksEnded,
    /// It was put into the queue by something that had not ended, or whose end it did not await.
    /// Or by a step that ended what it awaited, if the sentence of that step says “wakes”.
    WokenBy(Other<'t>),
    /// The lane of this name has cancelled it.
    CancelledBy(&'t str),
    /// Another lane of its group of tasks has failed: the group cancels those that are left.
    CancelledByItsGroup,
    /// A lane of the group has failed for which it waits: the group cancels it, too, and catches
    /// that itself.
    RousedByItsGroup,
    /// The lane of this name has stopped the loop that it ran.
    LoopStoppedBy(&'t str),
    /// It had only let others go first, and was in the queue all the time.
    HadGivenWay,
    /// No call of the loop and no timer put it into the queue, but something that the loop waits
    /// for: a socket.
    FromOutside,
}

/// What lets a lane go on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Other<'t> {
    /// The lane of this name.
    Lane(&'t str),
    /// A task without a name, inside the lane.
    TaskInside,
    /// A task without a name, inside the lane, lets another such task go on.
    AnotherTaskInside,
    /// A call on another thread, for which the lane waits.
    Thread,
    /// A call that asyncio makes by itself, after a step of the lane.
    CallOfAsyncio,
}

/// A task without a name that a lane has made.
struct TaskInside {
    /// The step that has made it.
    made_in: usize,
    /// The step in which it begins.
    begins_in: usize,
}

impl fmt::Display for Why<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Begins => write!(f, "it begins"),
            Why::ItsTime => write!(f, "its time has come"),
            Why::TimeOf(by) => write!(f, "{by}’s timeout is over"),
            Why::Ended(other) => write!(f, "{other} has ended"),
            Why::EndedCancelled(name) => write!(f, "{name} was cancelled"),
            Why::AllTasksEnded => write!(f, "all its tasks have ended"),
            Why::WokenBy(other) => write!(f, "woken by {other}"),
            Why::CancelledBy(by) => write!(f, "cancelled by {by}"),
            Why::CancelledByItsGroup => write!(f, "cancelled by its TaskGroup"),
            Why::RousedByItsGroup => {
                write!(f, "cancelled by its TaskGroup, which catches that")
            }
            Why::LoopStoppedBy(by) => write!(f, "{by} has stopped its loop"),
            Why::HadGivenWay => write!(f, "it had given way"),
            Why::FromOutside => write!(f, "woken from outside"),
        }
    }
}

impl fmt::Display for Other<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Other::Lane(name) => name,
            Other::TaskInside => "a task inside it",
            Other::AnotherTaskInside => "another task inside it",
            Other::Thread => "its thread",
            Other::CallOfAsyncio => "a call of asyncio’s own",
        })
    }
}

impl TwinStep {
    /// The step that put the lane into the queue, if one did.
    fn by_step(&self) -> Option<usize> {
        match self.cause {
            Some(Cause::Step(by) | Cause::Cancel(by)) => Some(by),
            Some(Cause::Group(by) | Cause::Member(by)) => Some(by),
            _ => None,
        }
    }

    /// Whether a call on another thread has ended in the step.
    fn ends_on_a_thread(&self) -> bool {
        self.outside == Some(Outside::Thread) && self.end.is_some()
    }
}

impl TwinScene {
    /// Why the lane of a step went on; none if that is not known, or if it had not stopped.
    pub(super) fn why(&self, nth: usize) -> Option<Why<'_>> {
        let step = &self.steps[nth];
        let has_waited = !step.stood.is_empty() && step.outside.is_none();
        let Some(cause) = &step.cause else { return has_waited.then_some(Why::FromOutside) };
        match cause {
            Cause::Same => None,
            Cause::Begins => Some(Why::Begins),
            Cause::Ended(inside) => {
                let ended = self.steps[..nth].iter().rfind(|other| other.lane == *inside)?;
                Some(match ended.end.as_deref() {
                    Some("cancelled") => Why::EndedCancelled(inside),
                    _ => Why::Ended(Other::Lane(inside)),
                })
            }
            Cause::Timer(Some(by)) if *by == step.lane => Some(Why::ItsTime),
            Cause::Timer(Some(by)) => Some(Why::TimeOf(by)),
            Cause::Timer(None) => None,
            Cause::Cancel(by) => Some(Why::CancelledBy(&self.steps[*by].lane)),
            Cause::Group(_) => Some(Why::RousedByItsGroup),
            Cause::Member(_) => Some(Why::CancelledByItsGroup),
            Cause::Step(by) if self.steps[*by].lane == step.lane => self.why_by_itself(nth, *by),
            Cause::Step(by) => Some(self.why_by_another(nth, *by)),
        }
    }

    /// Why a lane, or a task inside it, went on after the step `by` had put it into the queue. `by`
    /// is a step of the same lane, or of something inside it.
    fn why_by_itself(&self, nth: usize, by: usize) -> Option<Why<'_>> {
        let step = &self.steps[nth];
        let cause = &self.steps[by];
        let other = match (cause.inner, step.inner) {
            (Some(Inner::Thread), _) => return Some(Why::Ended(Other::Thread)),
            (Some(Inner::Task), None) => Other::TaskInside,
            (Some(Inner::Task), Some(Inner::Task)) if cause.task != step.task => {
                Other::AnotherTaskInside
            }
            // The lane itself has woken a task inside it.
            (None, Some(Inner::Task)) => return Some(Why::WokenBy(Other::Lane(&cause.lane))),
            _ if self.had_given_way(nth, by) => return Some(Why::HadGivenWay),
            // A task that the lane has made of a coroutine of asyncio's own, whose steps are not
            // recorded: the lane has cancelled it, and awaits its end.
            (None, None) if self.awaits(by) == Some("asyncio.wait") => {
                return Some(Why::Ended(Other::TaskInside));
            }
            (None, None) if cause.after.is_some() => Other::CallOfAsyncio,
            _ => return None,
        };
        let has_ended = cause.end.is_some() && self.may_await_tasks(nth);
        if has_ended && self.waited_for_all_tasks(nth) {
            return Some(Why::AllTasksEnded);
        }
        Some(if has_ended { Why::Ended(other) } else { Why::WokenBy(other) })
    }

    /// Whether a lane, or a task inside it, that goes on in a step has been waiting until all tasks
    /// had ended that it has made: none of them is left, and at least one had ended before without
    /// letting it go on.
    fn waited_for_all_tasks(&self, nth: usize) -> bool {
        let step = &self.steps[nth];
        let Some(own_before) = self.last_of_its_own(nth) else { return false };
        let Some(tasks) = self.tasks_inside(&step.lane) else { return false };
        let mut ends = vec![];
        for task in tasks {
            if self.steps[task.made_in].task == step.task {
                ends.push(self.end_of(&task).filter(|end| *end < nth));
            }
        }
        let are_over = ends.iter().all(Option::is_some);
        are_over && ends.iter().flatten().filter(|place| **place > own_before).count() > 1
    }

    /// The tasks inside a lane, in the order in which they are made: asyncio begins them in that
    /// order. None if some are asyncio's own, and have no steps.
    fn tasks_inside(&self, name: &str) -> Option<Vec<TaskInside>> {
        let mut made = vec![];
        let mut begun = vec![];
        for (place, step) in self.steps.iter().enumerate() {
            if step.lane != name {
                continue;
            }
            let inside = step.deeds.iter().filter(|deed| matches!(deed, Deed::Makes(None)));
            made.extend(inside.map(|_| place));
            if step.inner == Some(Inner::Task) && matches!(step.cause, Some(Cause::Begins)) {
                begun.push(place);
            }
        }
        if made.len() != begun.len() {
            return None;
        }
        let mut tasks = vec![];
        for (made_in, begins_in) in made.into_iter().zip(begun) {
            tasks.push(TaskInside { made_in, begins_in });
        }
        Some(tasks)
    }

    /// The step in which a task inside a lane ends.
    fn end_of(&self, task: &TaskInside) -> Option<usize> {
        let first = &self.steps[task.begins_in];
        let is_its_end = |at: &usize| {
            let step = &self.steps[*at];
            step.lane == first.lane
                && step.inner == first.inner
                && step.task == first.task
                && step.end.is_some()
        };
        (task.begins_in..self.steps.len()).find(is_its_end)
    }

    /// Why a lane went on which another lane put into the queue, in its step `by`.
    fn why_by_another(&self, nth: usize, by: usize) -> Why<'_> {
        let step = &self.steps[nth];
        let cause = &self.steps[by];
        let name = cause.lane.as_str();
        // If the waiting lane is in the queue right after the step `by`, the sentence of `by` says
        // that it wakes the lane, and "woken by" answers that. Otherwise a call of asyncio's own
        // put the lane into the queue later, and only the end of the other lane was seen.
        let is_told_as_woken = self.woke(by).contains(&step.lane.as_str());
        if cause.end.is_some() && !is_told_as_woken && self.awaited(nth, by) {
            return match cause.end.as_deref() {
                Some("cancelled") => Why::EndedCancelled(name),
                _ => Why::Ended(Other::Lane(name)),
            };
        }
        let own_before = self.last_of_its_own(nth);
        match own_before.and_then(|own_before| self.awaits(own_before)) {
            Some("loop.run_forever") => Why::LoopStoppedBy(name),
            _ => Why::WokenBy(Other::Lane(name)),
        }
    }

    /// Whether the lane of the step `nth` had been waiting for the end of the lane that ended in
    /// the step `by`. A lane that waits for a future or for a lock had not: if another lane sets
    /// the future or gives back the lock, and ends in the same step, its end is not the reason.
    fn awaited(&self, nth: usize, by: usize) -> bool {
        // The step with which the wait began is the lane's last one before `nth`. But a wait for a
        // group of tasks may take several steps: the lane goes on, and waits for the tasks that are
        // left. So the wait began with the first of these steps.
        let Some(mut first) = self.last_of_its_own(nth) else { return false };
        while let Some(before) = self.last_of_its_own(first)
            && self.awaits(before) == Some("TaskGroup")
            && self.awaits(first) == Some("TaskGroup")
        {
            first = before;
        }
        let waiter = &self.steps[nth].lane;
        let ended = &self.steps[by].lane;
        // Each step of the wait is asked, and one is enough. The task that ended may be several
        // lanes, and a step names only the innermost of them, which changes from step to step.
        let waits_for_it = |step: &TwinStep| match step.lanes.get(waiter) {
            Some(lane) => lane.r#for.contains(ended),
            None => false,
        };
        self.may_await_tasks(nth) && self.steps[first..=by].iter().any(waits_for_it)
    }

    /// Whether a lane may have been waiting for the end of tasks, or of a call on another
    /// thread, before its step `nth`.
    fn may_await_tasks(&self, nth: usize) -> bool {
        let Some(own_before) = self.last_of_its_own(nth) else { return false };
        if self.steps[own_before].after.is_none() {
            return false;
        }
        const OF_TASKS: [&str; 6] = [
            "gather",
            "asyncio.wait",
            "as_completed",
            "TaskGroup",
            "loop.run_until_complete",
            "to_thread",
        ];
        match self.awaits(own_before) {
            Some(on) => OF_TASKS.contains(&on),
            None => true, // a task, or what `shield` makes of one
        }
    }

    /// The call of the library that the lane of a step awaits after it.
    fn awaits(&self, nth: usize) -> Option<&str> {
        self.steps[nth].after.as_ref()?.on.as_deref()
    }

    /// Whether a lane went on because it had only let others go first, in its step `by`.
    fn had_given_way(&self, nth: usize, by: usize) -> bool {
        let then = self.steps[by].after.as_ref().map(|after| after.state);
        self.next_of_its_own(by) == Some(nth) && then == Some(TwinState::Ready)
    }

    /// The last step before this one of the same lane, or of the same task inside it.
    fn last_of_its_own(&self, nth: usize) -> Option<usize> {
        (0..nth).rev().find(|before| self.next_of_its_own(*before) == Some(nth))
    }

    /// The next step of the same lane, or of the same task inside it.
    pub(super) fn next_of_its_own(&self, nth: usize) -> Option<usize> {
        let step = &self.steps[nth];
        let is_its_own = |later: &TwinStep| {
            later.lane == step.lane && later.inner == step.inner && later.task == step.task
        };
        let later = self.steps[nth + 1..].iter().position(is_its_own)?;
        Some(nth + 1 + later)
    }

    /// The steps of the same lane, and of tasks inside it, that a step has put into the queue.
    pub(super) fn own_steps_after(&self, nth: usize) -> Vec<usize> {
        let is_own = |later: &usize| {
            let step = &self.steps[*later];
            step.lane == self.steps[nth].lane && step.by_step() == Some(nth)
        };
        (nth + 1..self.steps.len()).filter(is_own).collect()
    }

    /// The other lanes that a step puts into the queue, since it wakes or cancels them. Such a lane
    /// is in the queue after the step, and this step is the cause of the lane's next one. The end
    /// of a call on another thread wakes the loop alone, which wakes the lane: before another call
    /// begins on that thread, or after it.
    pub(super) fn woke(&self, nth: usize) -> Vec<&str> {
        let step = &self.steps[nth];
        let mut woke: Vec<&str> = vec![];
        if step.ends_on_a_thread() {
            return woke;
        }
        // Each lane, and each task inside it, whose next step was looked at already.
        let mut seen: Vec<(&str, Option<u32>)> = vec![];
        for later in &self.steps[nth + 1..] {
            let name = later.lane.as_str();
            let is_next = !seen.contains(&(name, later.task));
            seen.push((name, later.task));
            let is_caused = later.by_step() == Some(nth);
            let is_queued = step.ready.contains(&later.lane);
            if is_next && is_caused && is_queued && name != step.lane && !woke.contains(&name) {
                woke.push(name);
            }
        }
        woke
    }

    /// Whether the lane of a step has run its loop by `run_forever`, and goes on since a timer of
    /// its own is due. Such a timer calls `stop`: no other one ends `run_forever`.
    pub(super) fn stops_its_loop(&self, nth: usize) -> bool {
        let Some(before) = self.last_of_its_own(nth) else { return false };
        self.awaits(before) == Some("loop.run_forever") && self.why(nth) == Some(Why::ItsTime)
    }

    /// The other lane that will wake the lane `name`, which waits after a step. None if `name`
    /// waits for lanes, or if something else ends its wait.
    pub(super) fn waits_for_a_wake_by(&self, nth: usize, name: &str) -> Option<&str> {
        let step = &self.steps[nth];
        let lane = step.lanes.get(name)?;
        if lane.state != TwinState::Wait || !lane.r#for.is_empty() {
            return None;
        }
        let steps = &self.steps[..=nth];
        let last_own = steps.iter().rposition(|own| own.lane == name && own.inner.is_none())?;
        match self.why(self.next_of_its_own(last_own)?)? {
            Why::WokenBy(Other::Lane(by)) => Some(by),
            _ => None,
        }
    }

    /// What will wake the tasks inside the lane `name` that wait after a step for no lane; in the
    /// order of their last steps.
    pub(super) fn wakes_awaited_inside(&self, nth: usize, name: &str) -> Vec<Other<'_>> {
        let mut seen = vec![];
        let mut wakes = vec![];
        for last in (0..=nth).rev() {
            let step = &self.steps[last];
            let is_inside = step.lane == name && step.inner == Some(Inner::Task);
            if !is_inside || seen.contains(&step.task) {
                continue;
            }
            seen.push(step.task);
            let Some(after) = &step.after else { continue };
            let Some(next) = self.next_of_its_own(last) else { continue };
            let is_by_no_step = self.steps[next].by_step().is_none();
            if after.state != TwinState::Wait || !after.r#for.is_empty() || is_by_no_step {
                continue;
            }
            if self.is_in_the_queue(last, nth) {
                continue;
            }
            if let Some(Why::WokenBy(other)) = self.why(next) {
                wakes.push(other);
            }
        }
        wakes.reverse();
        wakes
    }

    /// Whether a task has been put into the queue by the end of the step `nth`, after its own step
    /// `last`.
    fn is_in_the_queue(&self, last: usize, nth: usize) -> bool {
        let Some(next) = self.next_of_its_own(last) else { return false };
        self.steps[next].by_step().is_some_and(|by| by <= nth)
    }

    /// Why the lane `name` will go on, if another lane has ended for that already, and the loop is
    /// still to hear of it: the other lane ended on another thread, or a call of asyncio's own is
    /// to come first. None if it does not wait, or waits for what is still to happen.
    pub(super) fn waits_for_the_news(&self, nth: usize, name: &str) -> Option<Why<'_>> {
        let step = &self.steps[nth];
        if step.lanes.get(name)?.state != TwinState::Wait || step.ready.iter().any(|it| it == name)
        {
            return None;
        }
        let is_own = |step: &TwinStep| step.lane == name && step.inner.is_none();
        let next = nth + 1 + self.steps[nth + 1..].iter().position(is_own)?;
        let why = self.why(next)?;
        let is_over = self.steps[next].by_step()? <= nth;
        let of_an_end = matches!(why, Why::Ended(Other::Lane(_)) | Why::EndedCancelled(_));
        if is_over && of_an_end { Some(why) } else { None }
    }

    /// The lanes for which tasks inside the lane `name` wait after a step. Those for which `name`
    /// itself waits are left out.
    pub(super) fn awaited_inside(&self, nth: usize, name: &str) -> Vec<&str> {
        let lanes = &self.steps[nth].lanes;
        let by_itself: &[String] = match lanes.get(name) {
            Some(lane) => &lane.r#for,
            None => &[],
        };
        let mut seen = vec![];
        let mut awaited = vec![];
        for last in (0..=nth).rev() {
            let step = &self.steps[last];
            let is_inside = step.lane == name && step.inner == Some(Inner::Task);
            if !is_inside || seen.contains(&step.task) {
                continue;
            }
            seen.push(step.task);
            let Some(after) = &step.after else { continue };
            if self.is_in_the_queue(last, nth) {
                continue; // it was cancelled, and waits no more
            }
            for other in &after.r#for {
                let is_shown = by_itself.contains(other) || awaited.contains(&other.as_str());
                if lanes.contains_key(other) && !is_shown {
                    awaited.push(other);
                }
            }
        }
        awaited.reverse();
        awaited
    }

    /// The lanes in the queue after a step, in order; and of each whether it is not the lane itself
    /// that is in the queue, but a task inside it. The recording has the name of a lane once, where
    /// the first of its calls is. So the next calls of the lane tell which ones these are.
    pub(super) fn queue(&self, nth: usize) -> Vec<(&str, bool)> {
        let step = &self.steps[nth];
        let mut queue: Vec<(&str, bool)> = vec![];
        let mut called_in = vec![];
        for name in &step.ready {
            let next = self.calls(nth, name).first().copied();
            let is_inside = next.is_some_and(|at| self.steps[at].inner == Some(Inner::Task));
            queue.push((name, is_inside));
            called_in.push(next.unwrap_or(usize::MAX));
        }
        // The recording names a lane once, also if more tasks inside it are in the queue.
        for name in &step.ready {
            let tasks = self.tasks_inside(name).unwrap_or_default();
            for at in self.calls(nth, name).into_iter().skip(1) {
                let next = &self.steps[at];
                let is_called_before = |before: &TwinStep| {
                    before.lane == next.lane
                        && before.inner == next.inner
                        && before.task == next.task
                };
                let is_woken = next.by_step().is_some_and(|by| by <= nth);
                let is_made = tasks.iter().any(|it| it.begins_in == at && it.made_in <= nth);
                if next.inner != Some(Inner::Task)
                    || !(is_woken || is_made || self.has_fired(at, nth))
                    || self.steps[nth + 1..at].iter().any(is_called_before)
                {
                    continue;
                }
                let place = called_in.partition_point(|other| *other < at);
                queue.insert(place, (name, true));
                called_in.insert(place, at);
            }
        }
        // A lane that is ready itself, behind a task inside it.
        for (name, lane) in &step.lanes {
            let is_listed = queue.contains(&(name, false));
            if lane.state != TwinState::Ready || is_listed || !queue.contains(&(name, true)) {
                continue;
            }
            let is_its_own = |at: &usize| self.steps[*at].inner.is_none();
            let Some(own) = self.calls(nth, name).into_iter().find(is_its_own) else { continue };
            let place = called_in.partition_point(|other| *other < own);
            queue.insert(place, (name, false));
            called_in.insert(place, own);
        }
        queue
    }

    /// Whether the timer that a step `at` comes from has put the task into the queue already after
    /// the step `nth`: the loop has that timer no more.
    fn has_fired(&self, at: usize, nth: usize) -> bool {
        let next = &self.steps[at];
        let is_left = |(due, lane): &(u64, String)| *lane == next.lane && *due <= next.at;
        matches!(next.cause, Some(Cause::Timer(_)))
            && self.last_of_its_own(at).is_some_and(|before| before <= nth)
            && !self.steps[nth].timers.iter().any(is_left)
    }

    /// The steps after the step `nth` with which calls of a lane begin, or of what is inside it.
    fn calls(&self, nth: usize, name: &str) -> Vec<usize> {
        let is_one = |at: &usize| {
            let step = &self.steps[*at];
            step.lane == name && !matches!(step.cause, Some(Cause::Ended(_) | Cause::Same))
        };
        (nth + 1..self.steps.len()).filter(is_one).collect()
    }

    /// The step that put the lane of the step `nth`, or the task inside it, into the queue; none if
    /// no step did, or one of the lane or of the task itself.
    pub(super) fn woken_in(&self, nth: usize) -> Option<usize> {
        let step = &self.steps[nth];
        let by = step.by_step()?;
        let cause = &self.steps[by];
        let is_itself = |one: &TwinStep| {
            one.lane == step.lane && one.inner == step.inner && one.task == step.task
        };
        if is_itself(cause) { None } else { Some(by) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::draw::page::{
        recording::recorded,
        twin_told::tests::{each_step, sentences},
    };

    #[test]
    fn each_task_inside_a_lane_that_is_in_the_queue_is_listed_in_its_place() {
        let scenes = recorded("pipeline");
        let twin = scenes
            .iter()
            .find(|twin| twin.title.as_deref() == Some("loop body"))
            .expect("its scene");
        let [own, inside] = [("main", false), ("main", true)];
        assert_eq!(twin.queue(10), [inside, own, inside]);
        assert_eq!(twin.queue(11), [own, inside]);
        assert_eq!(twin.queue(12), [own, inside]);
        assert_eq!(twin.queue(13), [inside]);
        // None of the four that it makes has begun.
        assert_eq!(twin.queue(0), [inside; 4]);
        // Four timers fire at once, and the first task goes on.
        let twin = &recorded("recursion")[1];
        let says = |step: &TwinStep| step.says.iter().any(|line| line.text == "saw 1");
        let first = twin.steps.iter().position(says).expect("the first task");
        assert_eq!(twin.queue(first), [("A", true); 3]);
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
            let (verb, by) = match scene.why(nth) {
                Some(Why::WokenBy(Other::Lane(by))) => ("wakes ", by),
                Some(Why::CancelledBy(by)) => ("cancels ", by),
                Some(Why::LoopStoppedBy(by)) => ("stops the loop of ", by),
                _ => return,
            };
            let lane = &scene.steps[nth].lane;
            if by == lane {
                return; // the lane has woken a task inside it
            }
            let waker = scene.woken_in(nth).unwrap_or_else(|| panic!("{place}: no step"));
            assert_eq!(scene.steps[waker].lane, by, "{place}");
            let told = scene.sentence(waker);
            let (_, woke) = told.split_once(verb).unwrap_or_else(|| panic!("{place}: {told}"));
            assert!(woke.contains(lane) || woke.contains("lanes"), "{place}: {told}");
            for between in &scene.steps[waker..nth] {
                assert!(between.ready.contains(lane), "{place}: not in the queue");
            }
            woken += 1;
        });
        assert!(woken > 160, "{woken} lanes were woken");
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
        assert!(told.iter().any(|told| told.starts_with("A goes on (all its tasks have ended)")));
        let a = told.iter().position(|told| told.starts_with("A begins, makes 3 tasks inside it"));
        let later = recorded("recursion")[1].later(a.expect("A begins"));
        assert_eq!(later.as_deref(), Some("until all its tasks have ended"));
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
            let Some(Cause::Step(by)) = scene.steps[nth].cause else { return };
            assert_ne!(scene.steps[by].end.as_deref(), Some("cancelled"), "{place}");
            let own_before = scene.last_of_its_own(nth).expect("a step before");
            let after = scene.steps[own_before].after.as_ref().expect("it waits");
            // Of a lock, a queue or an event the method is named.
            let on = after.on.as_deref().unwrap_or_default();
            let is_task =
                !on.contains('.') || ["loop.run_until_complete", "asyncio.wait"].contains(&on);
            assert!(is_task, "{place}: {on}");
        });
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
        assert!(wakes > 40, "{wakes}");
    }

    #[test]
    fn a_lane_that_is_cancelled_waits_for_its_own_timer_and_for_no_wake_by_its_canceller() {
        let twin = &recorded("cancel_task")[0];
        assert_eq!(twin.later(1).as_deref(), Some("until main cancels it"));
        assert_eq!(twin.waits_for_a_wake_by(1, "A"), None);
        let told = sentences(twin);
        let main = "main goes on (its time has come), cancels A, prints “asked it to end” and \
                    waits for A.";
        assert_eq!(told[2], main);
        assert!(told[3].starts_with("A goes on (cancelled by main), prints “asked to end”"));
        // Not A cancels them, but the group, once A has failed. It cancels `main` as well, and
        // catches that cancellation itself: the code of `main` does not see it.
        let group = &recorded("task_group")[2];
        let told = sentences(group);
        let a = " and fails (ConnectionError: failed after 1 s). Then its TaskGroup cancels B, C \
                 and main.";
        assert!(told[4].ends_with(a), "{}", told[4]);
        assert_eq!(told[5], "B goes on (cancelled by its TaskGroup) and is cancelled.");
        assert_eq!(group.later(2).as_deref(), Some("until its TaskGroup cancels it"));
        let main = "main goes on (cancelled by its TaskGroup, which catches that) and waits";
        assert!(told[7].starts_with(main), "{}", told[7]);
    }

    #[test]
    fn a_loop_that_a_timer_of_its_own_lane_has_stopped_is_told_of() {
        let told = sentences(&recorded("timers")[0]);
        let last = "main goes on (its time has come), stops its loop, prints “stopped” and ends.";
        assert_eq!(told.last().map(String::as_str), Some(last));
    }

    /// A lane that waits and is in no list would wait for nothing.
    #[test]
    fn what_the_loop_has_still_to_hear_of_has_happened() {
        let mut news = 0;
        each_step(|place, scene, nth| {
            for name in scene.steps[nth].lanes.keys() {
                let Some(why) = scene.waits_for_the_news(nth, name) else { continue };
                let (Why::Ended(Other::Lane(by)) | Why::EndedCancelled(by)) = why else {
                    panic!("{place}: {why}");
                };
                let ended =
                    scene.steps[..=nth].iter().any(|step| step.lane == by && step.end.is_some());
                assert!(ended, "{place}: {by} has not ended");
                news += 1;
            }
        });
        assert!(news > 1, "{news}");
        let threads = &recorded("thread_pool")[1];
        let why = threads.waits_for_the_news(4, "main").expect("B has ended on its thread");
        assert_eq!(why.to_string(), "B has ended");
        // Another call begins on that thread before the loop wakes `main`; after D none does. Both
        // ends are told in the same words.
        let told = sentences(threads);
        assert_eq!(told[4], "B prints “end”, wakes the loop and ends.");
        assert_eq!(told[8], "D prints “end”, wakes the loop and ends.");
        assert!(told[6].starts_with("main goes on (B has ended)"), "{}", told[6]);
        assert!(told[9].starts_with("main goes on (D has ended)"), "{}", told[9]);
        // A’s future was cancelled, so its end lets no lane go on. The loop hears of it.
        assert_eq!(told[7], "A prints “end”, wakes the loop and ends.");
        let gather = &recorded("deadlock")[0];
        let why = gather.waits_for_the_news(5, "main").expect("A has ended");
        assert_eq!(why.to_string(), "A was cancelled");
    }

    #[test]
    fn what_ends_the_run_of_a_loop_is_told_where_it_does() {
        let told = sentences(&recorded("future")[0]);
        assert_eq!(
            told[2],
            "slow goes on (its time has come), wakes main, prints “the result is set” and ends."
        );
        let told = sentences(&recorded("hello_world")[0]);
        assert_eq!(
            told[3],
            "last begins, prints “stop the loop”, stops the loop of main and ends."
        );
    }
}
