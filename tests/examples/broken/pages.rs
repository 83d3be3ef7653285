//! Lists, lines and states of a page that are broken.
use super::{
    Broken, all_are_ready, at_line_1, in_python, later_timers, leave_out, letters, no_timers,
    no_waits, none_is_ready, ready_backwards, source, steps, words,
};
use async_concepts::timeline::{Due, LaneId, Unlike};
use std::time::Duration;

/// What the other files of `explored` check.
pub const PAGES: &[Broken] = &[
    // lit
    ("generator", "goes on at line 1, and waits at", |e| {
        steps(e, |_, step| step.resumed.replace(1).is_some())
    }),
    ("generator", "it is not seen that it went on at 1", |e| {
        steps(e, |_, step| step.resumed.replace(1).is_some())
    }),
    ("function", "resumes at Some(1)", |e| steps(e, |_, step| step.resumed.replace(1).is_some())),
    ("generator", "resumes at None", |e| steps(e, |_, step| step.resumed.take().is_some())),
    ("function", "stops at Some(1)", |e| steps(e, |_, step| step.stop.replace(1).is_some())),
    ("generator", "stops at None", |e| steps(e, |_, step| step.stop.take().is_some())),
    ("function", "is inside of 1, which was not recorded", |e| {
        steps(e, |_, step| {
            step.chain.push(1);
            true
        })
    }),
    ("function", ".rs:1 says “", |e| {
        steps(e, |_, step| step.says.iter_mut().any(|(_, _, line)| line.replace(1).is_some()))
    }),
    ("function", ".rs:9999, where nothing stands", |e| {
        steps(e, |_, step| step.stop.replace(9999).is_some())
    }),
    ("function", ".py:1: ", |e| {
        let Some(python) = e.run.tracks.get_mut(1) else { return false };
        python.steps.iter_mut().any(|step| step.stop.replace(1).is_some())
    }),
    ("cancel_task", "a coroutine waits at ", |e| {
        let awaits = &mut e.chart.awaits;
        awaits.iter_mut().map(|one| at_line_1(&mut one.places)).filter(|moved| *moved).count() > 0
    }),
    // stands
    ("function", "stands at Some(1), not at", |e| {
        steps(e, |_, step| step.stands.iter_mut().any(|(_, line)| line.replace(1).is_some()))
    }),
    ("function", "stands at None, not at", |e| {
        steps(e, |_, step| step.stands.iter_mut().any(|(_, line)| line.take().is_some()))
    }),
    ("function", "lights Some(1), and its lane stands at", |e| {
        steps(e, |_, step| step.stop.replace(1).is_some())
    }),
    ("function", "goes on at Some(1), not at", |e| {
        steps(e, |_, step| step.resumed.replace(1).is_some())
    }),
    ("function", "polls others, and stands nowhere", |e| {
        steps(e, |_, step| step.stands.iter_mut().any(|(_, line)| line.take().is_some()))
    }),
    ("pin", "polled at another place", |e| {
        // What is printed belongs to a step by its number.
        e.run.output.clear();
        let before = e.run.tracks[0].steps.len();
        e.run.tracks[0].steps.retain(|step| !step.rest);
        e.run.tracks[0].steps.len() < before
    }),
    // passed
    ("context_manager", "lights Some(1), and it went on at", |e| {
        steps(e, |_, step| step.resumed.replace(1).is_some())
    }),
    ("local_set", "the future of a `LocalSet`", |e| {
        steps(e, |_, step| step.resumed.replace(1).is_some())
    }),
    ("scripted_stream", "lights 59, and another timer may have fired", |e| {
        steps(e, |_, step| step.resumed == Some(26) && step.resumed.replace(59).is_some())
    }),
    // ready
    ("generator", "is ready: true, and not listed so", none_is_ready),
    ("function", "is ready: false, and not listed so", all_are_ready),
    ("generator", "were woken the other way round", ready_backwards),
    ("four_ways", " are polled in ", ready_backwards),
    ("hello_world", "is in the loop’s queue, and not listed", none_is_ready),
    ("hello_world", "is not in the loop’s queue, and listed", all_are_ready),
    ("hello_world", "are in the queue the other way round", ready_backwards),
    ("spawn_blocking", "of main is missing: a wake by hash", no_waits),
    ("shield", "of request is missing: save, which it awaits", no_waits),
    ("call_soon_threadsafe", "wakes main, which is ready: false", |e| {
        words(e, "wakes the loop of main", "wakes main")
    }),
    ("cancel_task", "wakes the loop of main, which is ready: true", |e| {
        words(e, "wakes main", "wakes the loop of main")
    }),
    ("shield", "a callback of shield() is in the loop’s queue, and not listed", |e| {
        steps(e, |_, step| !std::mem::take(&mut step.ready_callbacks).is_empty())
    }),
    ("shield", "a callback of shield() is not in the loop’s queue, and listed", |e| {
        let callback = (0, "a callback of shield()".to_owned());
        steps(e, |_, step| {
            step.ready_callbacks.push(callback.clone());
            true
        })
    }),
    ("shield", "a callback of shield() is at another place in the queue", |e| {
        steps(e, |_, step| {
            let places = step.ready_callbacks.iter_mut().map(|(before, _)| before);
            places.map(|before| *before += 1).count() > 0
        })
    }),
    ("shield", "a callback of shield stands for a lane", |e| {
        let callbacks = e.chart.calls.iter_mut().filter(|call| call.added_by.is_some());
        callbacks.map(|call| call.lane = Some(0)).count() > 0
    }),
    ("four_ways", "has a thread of its own, and is listed", all_are_ready),
    ("multi_thread", "were spawned the other way round", all_are_ready),
    ("pipeline", "is there before it is made", |e| letters(e, '.', "l")),
    ("not_send", "was spawned, and is not listed", none_is_ready),
    ("generator", "is ready before the poll around is over", all_are_ready),
    ("generator", "the second is still in its poll", |e| letters(e, 'd', "x")),
    ("function", "Python’s step ", |e| {
        let Some(python) = e.run.tracks.get_mut(1) else { return false };
        python.steps.iter_mut().for_each(|step| step.ready.reverse());
        python.steps.iter().any(|step| step.ready.len() > 1)
    }),
    // timers
    ("function", "that the timers are listed as far as seen: false", |e| {
        std::mem::replace(&mut e.run.tracks[0].timers_as_seen, false)
    }),
    ("hello_world", "that the timers are listed as far as seen: true", |e| {
        !std::mem::replace(&mut e.run.tracks[0].timers_as_seen, true)
    }),
    ("function", " lists a timer of ", |e| {
        let lanes = e.run.lanes_in_rust;
        steps(e, |_, step| {
            step.timers.extend((0..lanes).map(|lane| (lane, Due::NotKnown)));
            true
        })
    }),
    ("coroutine", " says that ", later_timers),
    ("coroutine", " timers of ", |e| {
        steps(e, |_, step| {
            step.timers.extend(step.timers.clone());
            !step.timers.is_empty()
        })
    }),
    ("coroutine", "tokio’s and has ", no_timers),
    ("coroutine", " does not say that ", no_timers),
    ("coroutine", " does not say when ", |e| {
        steps(e, |_, step| {
            step.timers.iter_mut().for_each(|(_, due)| *due = Due::NotKnown);
            !step.timers.is_empty()
        })
    }),
    // shown
    ("function", ", which is left out", |e| leave_out(e, |_| true)),
    ("pin", "is an excerpt of its own, and is left out", |e| leave_out(e, |_| true)),
    ("generator", " is the type of the method at line ", |e| leave_out(e, |_| true)),
    ("function", "it begins in `", |e| leave_out(e, |_| true)),
    ("state_machine", " is named, and left out", |e| {
        leave_out(e, |line| line.starts_with("const "))
    }),
    ("backpressure", " is another one than what is called", |e| {
        let python = source(e, 1);
        let is_a_caller = |line: &String| line.starts_with("async def slow_");
        let Some(first) = python.iter().position(is_a_caller) else { return false };
        e.run.tracks[1].left_out = vec![(first + 1, python.len())];
        true
    }),
    ("echo", " cuts a literal in two", |e| leave_out(e, |line| line.contains("r#\""))),
    // order
    ("four_ways", " is not in this place: ", |e| {
        words(e, "makes A and B", "makes B and A") || words(e, "A, B and C", "C, B and A")
    }),
    ("four_ways", " was . and is .", |e| letters(e, 'l', ".")),
    ("timeout", " was c and is c", |e| letters(e, 'w', "c")),
    ("laziness", " was made", |e| words(e, "makes ", "sees ")),
    ("laziness", " was dropped", |e| words(e, "drops ", "sees ")),
    ("done_callbacks", " into the queue", |e| words(e, "queues ", "sees ")),
    ("laziness", "it is not told that ", |e| words(e, "wakes ", "sees ")),
    // arrows
    ("laziness", " has no arrow from ", |e| steps(e, |_, step| step.woken_in.take().is_some())),
    ("laziness", ", which is not before it", |e| {
        steps(e, |nth, step| step.woken_in.replace(nth).is_some())
    }),
    ("laziness", ", which is none of ", |e| {
        steps(e, |_, step| {
            step.woken_in = step.woken_in.map(|by| by.max(1) - 1);
            step.woken_in.is_some()
        })
    }),
    ("laziness", " has an arrow from main", |e| {
        steps(e, |nth, step| {
            let is_by_another = nth > 0 && step.woken_by.is_some_and(|by| by != 0);
            if is_by_another {
                step.woken_in = Some(0);
                step.woken_by = Some(0);
            }
            is_by_another
        })
    }),
    // printed
    ("exception_handler", " panics at ", |e| {
        for place in e.chart.rows.iter_mut().flat_map(|row| &mut row.panicked_at) {
            place.line = 1;
        }
        true
    }),
    ("coroutine", "a timer fired before ", |e| {
        for woken in
            e.chart.rows.iter_mut().flat_map(|row| &mut row.spans).flat_map(|it| &mut it.woken)
        {
            woken.fired = Some(Duration::ZERO);
        }
        true
    }),
    ("function", "and printed\n", |e| e.chart.lines.pop().is_some()),
    ("function", "later than it was printed", |e| {
        e.run.output.iter_mut().for_each(|line| line.moment += 1);
        !e.run.output.is_empty()
    }),
    ("function", "the output of ", |e| e.run.output.pop().is_some()),
    ("function", "some of these are printed later", |e| {
        e.run.output.reverse();
        e.run.output.len() > 1
    }),
    ("first_completed", "stands in two moments", |e| {
        let mut moments = vec![];
        for moment in e.run.moments.drain(..) {
            for track in 0..moment.steps.len() {
                let mut alone = moment.clone();
                alone.steps[1 - track] = None;
                if alone.steps[track].is_some() {
                    moments.push(alone);
                }
            }
        }
        e.run.moments = moments;
        true
    }),
    // parting
    ("laziness", "it is not said what “it” is", |e| {
        e.run.of_python.replace("It is not so there.".into()).is_some()
    }),
    ("laziness", "its header does not say why", |e| e.run.of_python.take().is_some()),
    ("ticker", ", and it is said to be of one only", |e| {
        let mut has_changed = false;
        for line in &mut e.run.output {
            if line.unlike == Some(Unlike::InAnotherOrder) {
                line.unlike = Some(Unlike::Only);
                has_changed = true;
            }
        }
        has_changed
    }),
    // waits
    ("function", "is not proved", |e| {
        let lanes = e.run.lanes_in_rust;
        steps(e, |_, step| {
            let other = (step.lane + 1) % lanes;
            step.waits.push(vec![vec![step.lane], vec![other]]);
            other != step.lane
        })
    }),
    ("coroutine", ", which it polls", no_waits),
    ("run_until_complete", ", which it awaits", no_waits),
    ("generator", "is missing: its next turn", no_waits),
    ("task_group", " may be in its set", no_waits),
    ("laziness", " handles, and not ", no_waits),
    ("laziness", "is missing: a wake by ", no_waits),
    ("queue", "is missing: what it awaits: ", no_waits),
    ("future", " waits for a callback that main queues, which is not so", |e| {
        steps(e, |_, step| {
            let mut has_changed = false;
            for (_, words) in &mut step.unproved {
                has_changed |= words.contains("slow queues");
                *words = words.replace("slow queues", "main queues");
            }
            has_changed
        })
    }),
    ("queue", "waits for A, which is not so", |e| {
        steps(e, |_, step| {
            let mut has_some = false;
            for (_, words) in &mut step.unproved {
                has_some |= words == "mpsc::Receiver::recv";
                *words = words.replace("mpsc::Receiver::recv", "A");
            }
            has_some
        })
    }),
    ("function", "which is not so", |e| {
        steps(e, |_, step| {
            step.unproved.push((vec![step.lane], "a lock (holder not seen)".into()));
            true
        })
    }),
    ("coroutine", ": told twice: ", |e| {
        steps(e, |_, step| {
            let last = step.waits.first().and_then(|chain| chain.last()).cloned();
            let Some(last) = last else { return false };
            step.waits.push(vec![last]);
            true
        })
    }),
    ("coroutine", "framed is false", |e| {
        steps(e, |_, step| {
            let Some([one, .., other]) = step.waits.first().map(|chain| &chain[..]) else {
                return false;
            };
            let back: Vec<Vec<LaneId>> = vec![other.clone(), one.clone()];
            step.waits.push(back);
            true
        })
    }),
    // python
    ("recursion", " has run None", |e| in_python(e, |step| step.ran_inside.take().is_some())),
    ("recursion", " differs from the state of ", |e| {
        in_python(e, |step| !std::mem::take(&mut step.ready_unnamed).is_empty())
    }),
    ("pipeline", "does not list each task that is ready inside ", |e| {
        in_python(e, |step| step.ready_unnamed.len() > 1 && step.ready_unnamed.pop().is_some())
    }),
    ("pipeline", "lists more than once as ready", |e| {
        in_python(e, |step| step.ready.len() > 2 && step.ready_unnamed.pop().is_some())
    }),
    ("recursion", "lists something else as ready than ", |e| {
        in_python(e, |step| {
            step.sentence.insert_str(0, "It ");
            step.ran_inside.is_some()
        })
    }),
    ("recursion", " as waiting, which runs", |e| {
        in_python(e, |step| {
            step.states = step.states.replace('w', "r");
            !step.waits.is_empty()
        })
    }),
    ("queue", "does not list the wait of ", |e| {
        in_python(e, |step| !std::mem::take(&mut step.unproved).is_empty())
    }),
    ("flow_control", "does not list \"", |e| {
        in_python(e, |step| !std::mem::take(&mut step.unproved).is_empty())
    }),
    ("pipeline", " comes after None", |e| in_python(e, |step| step.woken_in.take().is_some())),
    ("resource_warning", "does not tell of the end of ", |e| {
        in_python(e, |step| {
            step.sentence = step.sentence.replace("drops", "sees");
            true
        })
    }),
    ("resource_warning", "does not say what woke it at once", |e| {
        in_python(e, |step| {
            step.sentence = step.sentence.replace(" (woken by a call of asyncio’s own)", "");
            true
        })
    }),
    // header
    ("function", "nothing runs at 12345 ms", |e| {
        e.run.of_python = Some("Python ends at 12345 ms.".into());
        true
    }),
    ("function", "it is not said what “it” is", |e| {
        e.run.of_python = Some("It ends sooner.".into());
        true
    }),
];
