//! Sentences of a page that are broken: what `explored::told` checks.
use super::{Broken, instead, reason, steps, until, words};
use async_concepts::timeline::Clock;

/// Why a lane runs, what it does, and what will end its wait.
pub const SENTENCES: &[Broken] = &[
    // told: why it ran
    ("function", "not so: it begins", |e| reason(e, "begins")),
    ("function", "not so: it was between two items", |e| reason(e, "is asked for its next item")),
    ("function", "not so: it was not woken", |e| reason(e, "is polled without a wake")),
    ("function", ": why?", |e| reason(e, "is polled once more (for itself")),
    ("generator", ": no lane has woken it", |e| {
        reason(e, "is polled once more (main was woken, and has run since)")
    }),
    ("generator", "not so: it has run since", |e| {
        reason(e, "is polled once more (main was woken, and has run since)")
    }),
    ("coroutine", "not so: a lane has woken it", |e| {
        reason(e, "is polled once more (its time has come)")
    }),
    ("function", "not so: it has a thread of its own", |e| reason(e, "runs")),
    ("function", "not so: it was handed over", |e| reason(e, "goes on as a task")),
    ("generator", "not so: a poll that is not the first has a cause", |e| reason(e, "goes on")),
    ("coroutine", ": it was not woken", |e| {
        words(e, "is polled without a wake", "goes on (its time has come)")
    }),
    ("coroutine", "not so: its time has come", |e| reason(e, "goes on (it had given way)")),
    ("generator", "not so: it had given way", |e| reason(e, "goes on (its time has come)")),
    ("smallest_loop", "not so: it has woken itself", |e| reason(e, "goes on (it had given way)")),
    ("smallest_loop", "not so: woken from outside", |e| reason(e, "goes on (its time has come)")),
    ("cooperative", "not so: a task of its tracker has ended", |e| {
        reason(e, "goes on (woken from outside)")
    }),
    ("condition", " has not run since", |e| {
        words(e, " was woken, and has run since)", " was woken)")
    }),
    ("function", "it has not run before", |e| words(e, "begins", "goes on after 7 days")),
    ("laziness", "not so: woken by ", |e| reason(e, "goes on (its time has come)")),
    ("cancel_task", "not so: cancelled by ", |e| reason(e, "goes on (its time has come)")),
    ("smallest_loop", "not so: a task has ended right there", |e| {
        reason(e, "goes on (X has ended)")
    }),
    ("cancel_handle", "not so: another timer is the first", |e| {
        reason(e, "goes on (its time has come)")
    }),
    ("function", " have passed", |e| {
        let other = "goes on after 7 days";
        words(e, "goes on after 1", other) || words(e, "goes on after 5", other)
    }),
    ("function", "not so: another lane has had the thread since", |e| {
        reason(e, "goes on after 1 s")
    }),
    ("function", "what is “", |e| reason(e, "goes on (of itself)")),
    ("function", "not so: that is how many have ended", |e| {
        reason(e, "goes on (9 lanes have ended)")
    }),
    ("function", "not so: X has ended", |e| reason(e, "goes on (X has ended)")),
    ("function", "not so: it returned an item", |e| reason(e, "goes on (X has returned an item)")),
    ("function", " has woken its coroutine", |e| reason(e, "goes on (woken by X)")),
    ("laziness", "not so: it does nothing but wait", |e| {
        words(e, "goes on (woken by ", "is polled once more (woken by ")
    }),
    ("task_group", "not so: it waits as before", |e| {
        words(e, "goes on (woken by ", "is polled once more (woken by ")
    }),
    ("four_ways", "not so: it is proved that its wait is the same", |e| {
        words(e, "goes on (woken by ", "is polled once more (woken by ")
    }),
    ("local_set", "not so: it goes on: nothing has changed for it", |e| {
        words(e, "is polled once more (", "goes on (")
    }),
    // told: what it does
    ("function", "not so: what it says of other lanes", |e| {
        steps(e, |_, step| {
            step.tells_of_others = !step.tells_of_others;
            true
        })
    }),
    ("function", "not so: that ", |e| words(e, "“", "„")),
    ("multi_thread", "not so: it is polled by ", |e| words(e, "Thread ", "Thread 9")),
    ("exception_handler", "not so: it returns the error ", |e| words(e, "fails (", "fails (not ")),
    ("coroutine", "not so: it is w", |e| words(e, " waits", " ends")),
    ("function", "not so: it is f", |e| words(e, " ends.", " waits.")),
    ("coroutine", "what it does now is not told", |e| words(e, " waits", " rests")),
    ("coroutine", "not so: an item", |e| words(e, " waits", " returns an item")),
    ("generator", "not so: its coroutine is over", |e| words(e, " waits", " ends its coroutine")),
    ("generator", "not so: the runtime wakes it", |e| words(e, " waits", " gives way")),
    ("generator", "not so: it has woken itself, and is in the queue of no loop", |e| {
        words(e, " waits", " wakes itself")
    }),
    ("cancel_handle", "not so: it was woken", |e| {
        words(e, " waits", " waits, and is woken at once")
    }),
    ("generator", "on the real clock no wake comes at the very end of a poll", |e| {
        e.chart.clock = Clock::Real;
        words(e, " waits", " waits, and is woken at once")
    }),
    ("generator", "not so: its poll was over", |e| {
        for span in e.chart.rows.iter_mut().flat_map(|row| &mut row.spans) {
            span.ended_nth = usize::MAX;
        }
        words(e, " waits", " waits, and is woken at once")
    }),
    ("generator", "not so: its poll was not over", |e| {
        words(e, "and is woken at once", "and was woken in this poll")
    }),
    ("exception_handler", "not so: the line in which it panics is lit", |e| {
        steps(e, |_, step| {
            let panics = step.sentence.contains("panics in line");
            panics && step.stop.replace(1).is_some()
        })
    }),
    ("done_callbacks", "not so: its poll has ended as any other", |e| {
        words(e, " waits", " rests. Then the runtime drops it: it")
    }),
    ("function", "not so: an event loop calls, and polls nothing else", |e| {
        words(e, "polls lanes inside it", "calls what is in its queue")
            || words(e, "calls what is in its queue", "polls lanes inside it")
    }),
    ("shield", "a callback of shield is not told of", |e| {
        words(e, "calls a callback of shield()", "calls back")
    }),
    ("as_completed", "has woken itself,", |e| words(e, "By now ", "And now ")),
    ("function", "not so: it blocks for None", |e| {
        steps(e, |_, step| step.blocks.replace("1 s".into()).is_none())
    }),
    ("function", "not so: it blocks for Some", |e| {
        steps(e, |_, step| step.blocks.take().is_some())
    }),
    ("lock", "not so: it polls None", |e| {
        steps(e, |_, step| step.polls.replace("A".into()).is_none())
    }),
    ("lock", "not so: it polls Some", |e| steps(e, |_, step| step.polls.take().is_some())),
    ("lock", " is not named", |e| words(e, " waits (A, B", " waits (B")),
    ("coroutine", " is named", |e| words(e, "(sleep)", "(nap)")),
    ("queue", " is named as the source does", |e| words(e, "(shutdown)", "(JoinSet::join_next)")),
    ("generator", "not so: it is said whether it is seen still to wait there", |e| {
        words(e, " waits (", " waits (not seen for what; last seen: ")
    }),
    ("cancel_handle", "not so: it has come to its loop before", |e| {
        words(e, " starts its loop.", " waits.")
    }),
    ("run_until_complete", "not so: the loop begins here, and was not run before", |e| {
        words(e, " ends its loop's iteration.", " starts its loop.")
    }),
    ("run_until_complete", "not so: the loop was run before", |e| {
        words(e, " starts its loop.", " ends its loop's iteration.")
    }),
    ("shield", "not so: its coroutine begins", |e| {
        words(e, "(its coroutine begins)", "(its loop begins an iteration)")
    }),
    ("timeout", "not so: A was cancelled", |e| words(e, "(A was cancelled)", "(woken by A)")),
    ("timeout", "not so: its coroutine's time has come", |e| {
        words(e, "(its coroutine's time has come)", "(its time has come)")
    }),
    ("timeout", "not so: its loop calls its coroutine", |e| {
        words(e, "(its loop calls its coroutine)", "(its time has come)")
    }),
    ("timers", "it is not told that the time of C has come", |e| {
        words(e, " and finds that the time of C and B has come", "")
    }),
    ("timers", "the time of D has not come", |e| {
        words(e, "the time of C and B has come", "the time of D has come")
    }),
    ("cancel_handle", "that a loop ends is not told: Idle", |e| {
        words(e, "finds that nothing is left to wait for", "looks around")
    }),
    ("hello_world", "that a loop ends is not told: Stopped", |e| {
        words(e, "stops the loop of main", "rests")
    }),
    // told: what ends its wait
    ("shield", "not so: it is its coroutine that waits", |e| {
        steps(e, |_, step| std::mem::take(&mut step.later_of_coroutine))
    }),
    ("shield", "not so: it goes on when 3 s", |e| {
        steps(e, |_, step| step.later.take_if(|later| later == "until 3 s").is_some())
    }),
    ("coroutine", "not so: nothing is known of the end of its wait", |e| {
        steps(e, |_, step| step.later.take().is_some())
    }),
    ("cancel_task", "not so: it does not cancel it", |e| instead(e, " cancels it", " wakes it")),
    ("laziness", "not so: it goes on only for this wake", |e| {
        instead(e, " wakes it", " wakes it, after X")
    }),
    ("laziness", "not so: it cancels it", |e| instead(e, " wakes it", " cancels it")),
    ("coroutine", "not so: it wakes itself", |e| until(e, "until it wakes itself")),
    ("coroutine", "not so: a task ends right there", |e| until(e, "until X has ended")),
    ("coroutine", "not so: it is woken from outside", |e| {
        until(e, "until it is woken from outside")
    }),
    ("coroutine", "not so: its next poll comes without a wake", |e| {
        until(e, "until it is polled without a wake")
    }),
    ("coroutine", "not so: it is dropped", |e| until(e, "until it is dropped")),
    ("coroutine", "not so: it is over", |e| until(e, "until the run is over")),
    ("coroutine", "not so: it is due at ", |e| until(e, "until 7 days")),
    ("cancel_handle", "no wake ends its wait", |e| until(e, "until 7 days")),
    ("coroutine", "what is “later”?", |e| until(e, "later")),
    ("exception_handler", " fails in Python, and in Rust it ends", |e| {
        match e.run.tracks[0].steps.last_mut() {
            Some(last) => {
                let states = last.states.replace('e', "f");
                std::mem::replace(&mut last.states, states.clone()) != states
            }
            None => false,
        }
    }),
];
