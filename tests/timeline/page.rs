//! The explorer's page: what is to be seen after each poll.
use async_concepts::{
    LaneExt, block, record, say,
    timeline::{Chart, Mark, Recording, State, StreamLaneExt, from_json, to_json, to_page},
};
use futures::{StreamExt, join, stream};
use serde_json::{Value, json};
use std::{fs, path::Path, pin::pin, process::Command, sync::Arc, time::Duration};
use tokio::{
    sync::{Mutex, Notify},
    task::JoinHandle,
    time::sleep,
};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// What the page's script reads.
pub fn data<T>(run: &Recording<T>) -> Value {
    let page = run.to_page();
    let (_, data) = page.split_once("<script id=\"run\" type=\"application/json\">").expect("data");
    let (data, _) = data.split_once("</script>").expect("the end of the data");
    serde_json::from_str(data).expect("JSON")
}

pub fn steps<T>(run: &Recording<T>) -> Vec<Value> {
    let data = data(run);
    data["scenes"][0]["tracks"][0]["steps"].as_array().expect("steps").clone()
}

/// A timer that is due then, as a page reads it.
pub fn at(words: &str) -> Value {
    json!({ "words": words, "why": null })
}

/// A timer of which it is not known when it is due.
pub fn not_known() -> Value {
    json!({ "words": "?", "why": "no wake has proved when" })
}

/// A task of its own that wakes what waits for `notify`, after 10 ms.
fn spawn_notifier(notify: &Arc<Notify>) -> JoinHandle<()> {
    let notify = notify.clone();
    let notifier = async move {
        sleep(ms(10)).await;
        notify.notify_one();
    };
    tokio::spawn(notifier.lane("notifier"))
}

/// The name of the lane, and the sentence, of each step.
pub fn sentences<T>(run: &Recording<T>) -> Vec<String> {
    let data = data(run);
    let lanes = &data["scenes"][0]["lanes"];
    let mut sentences = vec![];
    for step in steps(run) {
        let lane = step["lane"].as_u64().expect("a lane") as usize;
        let name = lanes[lane]["name"].as_str().expect("a name");
        let mut sentence = format!("{name} {}", step["sentence"].as_str().expect("a sentence"));
        if let Some(later) = step["later"].as_str() {
            sentence += &format!(" ({later})");
        }
        sentences.push(sentence);
    }
    sentences
}

async fn two_naps() {
    let nap = async |time| {
        say!("begin");
        sleep(time).await;
        say!("end");
    };
    join!(nap(ms(100)).lane("A"), nap(ms(200)).lane("B"));
}

#[test]
fn a_step_is_a_poll_and_says_why_it_ran_and_what_it_waits_for() {
    let run = record("naps", two_naps);
    assert_eq!(
        sentences(&run),
        [
            "main begins and polls lanes inside it.",
            "A begins, prints “begin” and waits (sleep). (until 100 ms)",
            "B begins, prints “begin” and waits (sleep). (until 200 ms)",
            "main goes on (A was woken) and polls lanes inside it.",
            "A goes on (its time has come), prints “end” and ends.",
            "B is polled without a wake and waits (sleep). (until 200 ms)",
            "main goes on (B was woken) and polls lanes inside it.",
            "B goes on (its time has come), prints “end” and ends.",
            "main goes on (B has ended) and ends.",
        ]
    );
}

#[test]
fn what_is_ready_stands_in_the_order_of_its_wakes() {
    let run = record("three wakes", async || {
        let notifies = [Notify::new(), Notify::new(), Notify::new()];
        let [a, b, c] = &notifies;
        let notifier = async {
            sleep(ms(10)).await;
            for notify in [b, c, a] {
                notify.notify_one();
            }
        };
        join!(
            notifier.lane("notifier"),
            a.notified().lane("A"),
            b.notified().lane("B"),
            c.notified().lane("C"),
        );
    });
    let data = data(&run);
    let lanes = &data["scenes"][0]["lanes"];
    let mut ready = vec![];
    for step in steps(&run) {
        let names: Vec<String> = step["ready"]
            .as_array()
            .expect("lanes")
            .iter()
            .map(|lane| lanes[lane.as_u64().expect("a lane") as usize]["name"].to_string())
            .collect();
        ready.push(names.join(" "));
    }
    assert!(ready.contains(&r#""B" "C" "A""#.to_owned()), "{ready:?}");
}

#[test]
fn a_wake_that_is_answered_late_is_an_arrow_from_the_poll_that_woke() {
    let run = record("late", async || {
        let notify = Arc::new(Notify::new());
        let notifier = spawn_notifier(&notify);
        let mut listener = pin!(notify.notified().lane("listener"));
        assert!(futures::poll!(listener.as_mut()).is_pending());
        // While `notifier` has the thread, `listener` is ready; then it is woken and not polled.
        sleep(ms(50)).await;
        listener.await;
        notifier.await.unwrap();
    });
    let data = data(&run);
    let steps = steps(&run);
    let name = |step: &Value| {
        data["scenes"][0]["lanes"][step["lane"].as_u64().unwrap() as usize]["name"].clone()
    };
    let listener = steps.iter().rfind(|step| name(step) == "listener").expect("its last poll");
    let woken_in = listener["woken_in"].as_u64().expect("the step that woke it");
    assert_eq!(name(&steps[woken_in as usize]), "notifier");
}

#[test]
fn the_timer_of_an_inner_lane_is_no_lane_that_woke_the_outer_one() {
    for step in steps(&record("naps", two_naps)) {
        assert!(step["woken_in"].is_null(), "{step}");
    }
}

#[test]
fn a_wake_that_an_inner_lane_passes_on_is_an_arrow_from_the_poll_that_woke_it() {
    let run = record("passed on", async || {
        let notify = Arc::new(Notify::new());
        let notifier = spawn_notifier(&notify);
        notify.notified().lane("listener").lane("outer").await;
        notifier.await.unwrap();
    });
    let told = sentences(&run);
    let position = |begin: &str| {
        told.iter().rposition(|sentence| sentence.starts_with(begin)).expect("a step")
    };
    let notifier = position("notifier goes on (its time has come)");
    let steps = steps(&run);
    for woken in [
        "main goes on (outer was woken)",
        "outer goes on (listener was woken)",
        "listener goes on (woken by notifier)",
    ] {
        assert_eq!(steps[position(woken)]["woken_in"], json!(notifier), "{woken}: {told:?}");
    }
}

#[test]
fn a_lane_that_gives_way_is_not_said_to_poll_another_if_it_is_polled_next() {
    let run = record("gives way", || async { tokio::task::yield_now().await });
    assert_eq!(
        sentences(&run),
        ["main begins and gives way.", "main goes on (it had given way) and ends."],
        "that it is next is for the reader to say"
    );
}

#[test]
fn a_poll_that_blocks_begins_at_one_time_and_prints_at_others() {
    let run = record("blocks", async || {
        let heart = async {
            sleep(ms(100)).await;
            say!("late");
        };
        let work = async {
            say!("begin");
            block(ms(350));
            say!("end");
        };
        join!(heart.lane("heart"), work.lane("work"));
    });
    let told = sentences(&run);
    let position = |sentence: &str| {
        told.iter().position(|told| told == sentence).unwrap_or_else(|| panic!("{told:?}"))
    };
    let nth = position("work begins, prints “begin” and blocks the thread.");
    let steps = steps(&run);
    let work = &steps[nth];
    assert_eq!(work["said_at"], json!([0]));
    assert!(work["states"].as_str().expect("states").ends_with('b'), "{}", work["states"]);
    // What comes later is not told before.
    let rest = &steps[position("work goes on after 350 ms, prints “end” and ends.")];
    assert_eq!(rest["said_at"], json!([350_000_000]));
    assert!(rest["states"].as_str().expect("states").ends_with('f'), "{}", rest["states"]);
    assert_eq!(work["timers"][0][1]["words"], "≤ 350 ms", "it was due before: {work}");
    // The timer of the heart is due while the thread is kept: it is late by 250 ms.
    let late = steps.iter().find(|step| step["says"][0][1] == "late").expect("the heart's line");
    assert_eq!(late["said_at"], json!([350_000_000]));
}

/// What a reader sees of a run in which lanes are polled in one another.
fn states_of<T>(run: &Recording<T>) -> Vec<String> {
    let states = |step: &Value| step["states"].as_str().expect("states").to_owned();
    steps(run).iter().map(states).collect()
}

#[test]
fn what_an_outer_lane_does_after_the_polls_inside_it_is_a_step_of_its_own() {
    let run = record("rests", async || {
        let nap = async || sleep(ms(10)).await;
        nap().lane("A").await;
        say!("between");
        nap().lane("B").await;
        say!("after");
    });
    assert_eq!(
        sentences(&run),
        [
            "main begins and polls lanes inside it.",
            "A begins and waits (sleep). (until 10 ms)",
            "main goes on (A was woken) and polls lanes inside it.",
            "A goes on (its time has come) and ends.",
            "main goes on (A has ended), prints “between” and polls lanes inside it.",
            "B begins and waits (sleep). (until 20 ms)",
            "main goes on (B was woken) and polls lanes inside it.",
            "B goes on (its time has come) and ends.",
            "main goes on (B has ended), prints “after” and ends.",
        ]
    );
    // Until then the outer lane is in the middle of its poll, and what it makes is not there.
    assert_eq!(states_of(&run), ["rl.", "ww.", "rd.", "rf.", "rfl", "wfw", "rfd", "rff", "fff"]);
}

#[test]
fn an_inner_lane_waits_until_the_outer_one_wakes_it() {
    let run = record("wakes", async || {
        let notify = Notify::new();
        join!(notify.notified().lane("A"), async { notify.notify_one() });
    });
    assert_eq!(
        sentences(&run)[..3],
        [
            "main begins and polls lanes inside it.",
            "A begins and waits (Notify::notified). (until main wakes it)",
            "main goes on, wakes A and waits (A), and was woken in this poll.",
        ]
    );
    assert_eq!(states_of(&run)[1], "rw");
}

#[test]
fn that_a_lane_keeps_the_thread_is_not_told_before_it_does() {
    let run = record("later", async || {
        async {}.lane("A").await;
        block(ms(100));
    });
    assert_eq!(
        sentences(&run),
        [
            "main begins and polls lanes inside it.",
            "A begins and ends.",
            "main goes on (A has ended) and blocks the thread.",
            "main goes on after 100 ms and ends.",
        ]
    );
    assert_eq!(states_of(&run), ["rl", "rf", "bf", "ff"]);
}

/// Each poll belongs to the lane that polls it then.
#[test]
fn a_future_that_is_polled_in_main_and_then_moved_into_a_task_is_inside_main_until_then() {
    let run = record("moved", async || {
        let mut nap = Box::pin(sleep(ms(10)).lane("nap"));
        assert!(futures::poll!(&mut nap).is_pending());
        say!("moved");
        tokio::spawn(nap).await.unwrap();
    });
    assert_eq!(
        sentences(&run),
        [
            "main begins and polls lanes inside it.",
            "nap begins and waits (sleep). (until 10 ms)",
            "main goes on, prints “moved” and waits (JoinHandle). (until nap wakes it)",
            "nap goes on as a task and waits (sleep). (until 10 ms)",
            "nap goes on (its time has come), wakes main and ends.",
            "main goes on (woken by nap) and ends.",
        ]
    );
    let around: Vec<Value> = steps(&run).iter().map(|step| step["around"].clone()).collect();
    assert_eq!(around[1], json!([0]), "its first poll is inside main");
    assert_eq!(around[3..5], [json!([]), json!([])], "it is a task by then");
    // What is read back from a file is drawn in the same way.
    let read = from_json(&to_json(&[run.chart()])).expect("what was written");
    assert_eq!(read, [run.chart()]);
    let owners = &read[0].row("nap").polled_before;
    assert_eq!((owners.len(), owners[0].lane), (1, Some(0)));
}

/// As long as a lane is polled inside `main`, it is ready inside `main`, and is no task of its own.
#[test]
fn what_is_ready_stands_in_the_lane_that_polls_it_then() {
    let run = record("moved", async || {
        let notify = Arc::new(Notify::new());
        let notified = notify.clone();
        let mut waiter = Box::pin(async move { notified.notified().await }.lane("waiter"));
        assert!(futures::poll!(&mut waiter).is_pending());
        tokio::spawn(async move { notify.notify_one() }.lane("notifier"));
        sleep(ms(10)).await; // the wake goes to `main`, and `main` does not poll the waiter
        tokio::spawn(waiter).await.unwrap();
    });
    let mut owners = vec![];
    for step in steps(&run) {
        let ready = step["ready"].as_array().expect("lanes");
        let inside = step["ready_inside"].as_array().expect("lanes");
        assert_eq!(ready.len(), inside.len());
        for (lane, owner) in ready.iter().zip(inside) {
            if *lane == json!(1) {
                owners.push(owner.clone());
            }
        }
    }
    // After the notifier's step it is in `main`; once it was spawned the runtime polls it.
    assert_eq!(owners.first(), Some(&json!(0)), "{owners:?}");
    assert_eq!(owners.last(), Some(&json!(null)), "{owners:?}");
}

/// Two lanes that wait for each other's lock are no circle on the page: the recorder does not see
/// which lane holds a lock, and the page says that it does not.
#[test]
fn of_a_lock_that_is_never_given_back_it_is_said_that_its_holder_was_not_seen() {
    let run = record("deadlock", async || {
        let [one, other] = [(); 2].map(|()| Arc::new(Mutex::new(())));
        let crossed = |first: Arc<Mutex<()>>, second: Arc<Mutex<()>>| async move {
            let _first = first.lock().await;
            sleep(ms(10)).await;
            let _second = second.lock().await;
        };
        let left = crossed(one.clone(), other.clone()).lane("left");
        futures::join!(left, crossed(other, one).lane("right"));
    });
    let steps = steps(&run);
    let last = steps.last().expect("a step");
    let words = "a lock (holder not seen)";
    assert_eq!(last["unproved"], json!([[[1, 2], words]]));
    assert_eq!(last["waits"], json!([[[0], [1, 2]]]));
    // A lock that is given back shows by its wake for which lane it was waited.
    let run = record("lock", async || {
        let lock = Arc::new(Mutex::new(()));
        let locks = |lock: Arc<Mutex<()>>| async move {
            let _guard = lock.lock().await;
            sleep(ms(10)).await;
        };
        futures::join!(locks(lock.clone()).lane("A"), locks(lock).lane("B"));
    });
    for step in self::steps(&run) {
        assert_eq!(step["unproved"], json!([]));
    }
    let page = to_page("locks", &[run.chart()]);
    assert!(page.contains("holder not seen"));
}

#[test]
fn a_stream_in_a_file_that_begins_between_two_items_is_drawn() {
    let run = record("numbers", || async {
        let mut numbers = pin!(stream::iter([1]).lane("numbers"));
        while numbers.next().await.is_some() {
            say!("an item");
            sleep(ms(50)).await;
        }
    });
    let mut chart = run.chart();
    // Beside the stream that was polled there is one that no poll has brought into that state.
    let polled = chart.rows[1].clone();
    chart.rows.push(polled);
    let spans = &mut chart.rows[1].spans;
    let between = spans.iter().position(|span| span.state == State::BetweenItems);
    spans.drain(..between.expect("an item"));
    let read = from_json(&to_json(&[chart])).expect("a chart");
    assert!(to_page("numbers", &read).contains("numbers"));
}

#[test]
fn a_verdict_is_a_sentence_without_its_code() {
    let run = record("hangs", async || std::future::pending::<()>().await);
    let chart = run.chart();
    assert!(chart.verdict.as_ref().expect("a verdict").ends_with("[no-waker]"), "{chart:?}");
    let verdict = chart.steps().verdict.expect("a verdict");
    assert!(!verdict.contains('['), "{verdict}");
    assert!(chart.verdict.expect("a verdict").starts_with(&verdict), "{verdict}");
}

#[test]
fn the_cause_of_a_poll_is_told_once() {
    let run = record("again", async || {
        let notify = Notify::new();
        let waits = async || notify.notified().await;
        let notifies = async {
            sleep(ms(10)).await;
            notify.notify_waiters();
            sleep(ms(10)).await;
        };
        join!(notifies.lane("notifies"), waits().lane("A"));
    });
    let told = sentences(&run);
    // A was woken while main polled it, so main is polled once more, and not for its timer.
    let of_main = |told: &&String| told.starts_with("main ") && !told.starts_with("main begins");
    let main: Vec<&String> = told.iter().filter(of_main).collect();
    assert_eq!(
        main,
        [
            "main goes on (notifies was woken) and polls lanes inside it.",
            "main is polled once more (A was woken, and has run since) and polls lanes inside it.",
            "main goes on (notifies was woken) and polls lanes inside it.",
            "main goes on (notifies has ended) and ends.",
        ],
        "{told:?}"
    );
}

#[test]
fn a_file_that_does_not_say_what_each_poll_is_for_says_what_ended_each_wait() {
    let chart = record("naps", two_naps).chart();
    let told = |chart: &Chart| -> Vec<String> {
        chart.steps().tracks[0].steps.iter().map(|step| step.sentence.clone()).collect()
    };
    let mut file: Value = serde_json::from_str(&to_json(std::slice::from_ref(&chart))).unwrap();
    for row in file["charts"][0]["rows"].as_array_mut().unwrap() {
        for span in row["spans"].as_array_mut().unwrap() {
            span.as_object_mut().unwrap().remove("woken");
        }
    }
    let old = from_json(&file.to_string()).unwrap();
    assert_ne!(old[0], chart, "it had wakes");
    assert_eq!(told(&old[0]), told(&chart));
}

#[test]
fn a_task_is_ready_once_it_was_spawned() {
    let run = record("tasks", async || {
        let late = async {}.lane("late");
        let task = tokio::spawn(async {}.lane("now"));
        sleep(ms(10)).await;
        tokio::spawn(late).await.unwrap();
        task.await.unwrap();
    });
    let mut ready = vec![];
    for step in steps(&run) {
        ready.push(step["ready"].clone());
    }
    // Lane 1 is made at the beginning, and spawned at 10 ms.
    assert_eq!(ready, [json!([2]), json!([]), json!([1]), json!([0]), json!([])]);
    // Until then it is a future that nothing polls.
    assert_eq!(states_of(&run), ["wld", "wlf", "wdf", "dff", "fff"]);
}

#[test]
fn a_timer_that_no_wake_has_proved_has_no_time() {
    let run = record("dropped", async || {
        let _ = tokio::time::timeout(ms(10), sleep(ms(20)).lane("A")).await;
    });
    let step = &steps(&run)[1];
    assert_eq!(step["timers"], json!([[0, at("10 ms")], [1, not_known()]]), "{step}");
}

/// Prints a line when it is dropped.
struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        say!("released");
    }
}

#[test]
fn what_a_lane_does_is_told_in_the_order_in_which_it_does_it() {
    let run = record("ends", async || {
        let held = async {
            let _guard = Guard;
            sleep(ms(50)).await;
        };
        let mut held = Box::pin(held.lane("held"));
        let _ = tokio::time::timeout(ms(10), &mut held).await;
        say!("timed out");
        drop(held);
        say!("dropped");
        let task = tokio::spawn(sleep(ms(50)).lane("task"));
        say!("spawned");
        sleep(ms(10)).await;
        task.abort();
        say!("aborted");
        sleep(ms(10)).await;
    });
    let told = sentences(&run);
    let told = |sentence: &str| assert!(told.iter().any(|told| told == sentence), "{told:#?}");
    told(
        "main goes on, prints “timed out”, drops held (which prints “released”), prints “dropped”, \
         makes task, prints “spawned” and waits (sleep). (until 20 ms)",
    );
    told(
        "main goes on (its time has come), prints “aborted” and waits (sleep). Then the runtime \
         drops task, which was aborted. (until 30 ms)",
    );
}

#[test]
fn an_aborted_task_is_dropped_after_the_rest_of_the_poll_in_which_it_was_aborted() {
    let run = record("aborted", async || {
        let task = tokio::spawn(sleep(ms(50)).lane("task"));
        sleep(ms(10)).lane("A").await;
        task.abort();
        say!("aborted");
    });
    let told = sentences(&run);
    assert_eq!(
        told[told.len() - 2..],
        [
            "A goes on (its time has come) and ends.",
            "main goes on (A has ended), prints “aborted” and ends. Then the runtime drops task, \
             which was aborted.",
        ]
    );
    let states = states_of(&run);
    assert_eq!(states[states.len() - 2..], ["rwf", "fcf"]);
}

#[test]
fn a_task_that_is_aborted_before_its_first_poll_is_told_of() {
    let run = record("aborted", async || {
        let task = async {
            let _guard = Guard;
            std::future::pending::<()>().await;
        };
        let task = tokio::spawn(task.lane("task"));
        let other = tokio::spawn(sleep(ms(10)).lane("other"));
        task.abort();
        let _ = tokio::join!(task, other);
    });
    assert_eq!(
        sentences(&run)[..2],
        [
            "main begins, makes task and other and waits (JoinHandle). Then the runtime drops \
             task, which was aborted; this wakes main.",
            "other begins and waits (sleep). (until 10 ms)"
        ]
    );
}

#[test]
fn a_lane_that_wakes_the_one_that_polls_it_is_said_to_do_so() {
    let run = record("inside", async || {
        let notify = Notify::new();
        let bell = async {
            sleep(ms(10)).await;
            notify.notify_one();
        };
        join!(notify.notified(), bell.lane("bell"));
    });
    let told = sentences(&run);
    let bell = "bell goes on (its time has come), wakes main and ends.";
    assert!(told.iter().any(|told| told == bell), "{told:#?}");
}

#[test]
fn inside_a_timeout_a_lane_stands_where_its_future_waits() {
    let run = record("timeout", async || {
        let nap = async {
            sleep(ms(10)).await; // here
        };
        let _ = tokio::time::timeout(ms(20), nap).await;
    });
    let here = include_str!("page.rs").lines().position(|line| line.ends_with("await; // here"));
    assert_eq!(steps(&run)[0]["stop"], json!(here.expect("the line") + 1));
    assert_eq!(steps(&run)[0]["on"], "sleep");
}

/// A library waits far more often than the program that uses it prints.
#[test]
fn the_source_is_that_in_which_lines_are_printed() {
    let run = record("a program", async || {
        for _ in 0..9 {
            crate::variants::pause(10).lane("nap").await;
        }
        say!("9 naps");
    });
    assert_eq!(data(&run)["sources"][0]["file"], file!());
    // Where no line is printed, the places at which lanes wait are all that is known.
    let silent = record("silent", async || {
        for _ in 0..9 {
            sleep(ms(10)).await;
        }
    });
    assert_eq!(data(&silent)["sources"][0]["file"], file!());
}

#[test]
fn the_same_run_gives_the_same_page() {
    assert_eq!(record("naps", two_naps).to_page(), record("naps", two_naps).to_page());
}

#[test]
fn a_page_needs_nothing_but_itself_and_is_small() {
    let page = record("naps", two_naps).to_page();
    assert!(page.len() < 300_000, "{} bytes", page.len());
    // The data is text, and has the source of this test.
    let (before, data) = page.split_once("type=\"application/json\">").expect("data");
    let (_, after) = data.split_once("</script>").expect("the script");
    let page = format!("{before}{after}");
    for outside in ["src=", "href=\"http", "url(h", "@import", "fetch("] {
        assert!(!page.contains(outside), "the page has {outside}");
    }
    assert!(page.contains("default-src 'none'"));
}

/// What a state is called stands in one table: that of the marks, which the legends show, too.
#[test]
fn the_page_calls_a_state_what_the_legends_call_it() {
    let page = record("naps", two_naps).to_page();
    let words = &data(&record("naps", two_naps))["words"];
    let (_, script) = page.rsplit_once("<script>").expect("the script");
    for mark in Mark::ALL {
        let Some(letter) = mark.letter() else { continue };
        let first = Mark::of_letter(letter).expect("this mark has it");
        assert_eq!(words[letter.to_string()], first.short_label());
        let own = format!("\"{}\"", mark.short_label());
        let is_a_word_of_states = mark.short_label().contains(' ');
        assert!(!is_a_word_of_states || !script.contains(&own), "the script has {own}, too");
    }
}

#[test]
fn a_stream_between_its_items_neither_runs_nor_waits() {
    let run = record("numbers", || async {
        let mut numbers = pin!(stream::iter([1, 2]).lane("numbers"));
        while let Some(number) = numbers.next().await {
            say!("{number}");
            sleep(ms(50)).await;
        }
    });
    assert_eq!(
        sentences(&run),
        [
            "main begins and polls lanes inside it.",
            "numbers begins and returns an item.",
            "main goes on (numbers has returned an item), prints “1” and waits (sleep). \
             (until 50 ms)",
            "main goes on (its time has come) and polls lanes inside it.",
            "numbers is asked for its next item and returns an item.",
            "main goes on (numbers has returned an item), prints “2” and waits (sleep). \
             (until 100 ms)",
            "main goes on (its time has come) and polls lanes inside it.",
            "numbers is asked for its next item and ends.",
            "main goes on (numbers has ended) and ends.",
        ]
    );
    let mut states = vec![];
    for step in steps(&run) {
        states.push(step["states"].as_str().expect("states").to_owned());
    }
    assert_eq!(states, ["rl", "ri", "wi", "ri", "ri", "wi", "ri", "rf", "ff"]);
}

#[test]
fn what_is_printed_cannot_end_the_script() {
    let run = record("</script>", async || say!("</script><script>alert(1)</script>"));
    let page = run.to_page();
    assert_eq!(page.matches("</script>").count(), 2, "one for the data, one for the script");
    assert_eq!(steps(&run)[0]["says"][0][1], Value::from("</script><script>alert(1)</script>"));
}

#[test]
fn lines_of_the_source_are_those_at_which_a_lane_prints_and_waits() {
    let run = record("one nap", async || {
        async {
            say!("before");
            sleep(ms(10)).await;
        }
        .lane("A")
        .await
    });
    let before = line!() - 6; // of the `say!`
    let steps = steps(&run);
    assert_eq!(steps[1]["says"][0][2], Value::from(before));
    assert_eq!(steps[1]["stop"], Value::from(before + 1));
    assert_eq!(steps[1]["on"], Value::from("sleep"));
    assert_eq!(steps[2]["lane"], Value::from(0), "main goes on first");
    assert_eq!(steps[3]["resumed"], Value::from(before + 1));
    assert_eq!(steps[3]["stop"], Value::Null);
}

/// With `UPDATE=1` they are written anew.
#[test]
#[ignore = "needs python3 (3.11 or later)"]
fn what_was_recorded_of_the_twins_is_what_a_fresh_run_gives() {
    let twins = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/twins");
    let mut recorded = 0;
    for topic in fs::read_dir("examples").expect("the examples").flatten() {
        for twin in fs::read_dir(topic.path()).into_iter().flatten().flatten() {
            let twin = twin.path();
            let name = twin.file_stem().expect("a name").to_string_lossy();
            let name = name.strip_suffix("_twin").unwrap_or(&name);
            let file = twins.join("recorded").join(format!("{name}.json"));
            if twin.extension() != Some("py".as_ref()) || !file.exists() {
                continue;
            }
            let mut python = Command::new("python3");
            python.arg(twins.join("record_twin.py")).arg(&twin).env("PYTHONDONTWRITEBYTECODE", "1");
            let run = python.output().expect("python3 is installed");
            let fresh = String::from_utf8(run.stdout).expect("JSON");
            if std::env::var_os("UPDATE").is_some() {
                fs::write(&file, &fresh).expect("it can be written");
            }
            let kept = fs::read_to_string(&file).expect("it is there");
            assert!(kept == fresh, "{}: record it anew with UPDATE=1", twin.display());
            recorded += 1;
        }
    }
    assert!(recorded >= 40, "only {recorded} twins are recorded");
}
