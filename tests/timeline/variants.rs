//! Variants of a program in the explorer: one time axis, the same rows, and what differs.
use async_concepts::{
    LaneExt, record, say,
    timeline::{
        Chart, Clock, End, Instant, Position, Recording, Span, State, Until, Variant, to_page,
    },
};
use futures::join;
use serde_json::{Value, json};
use std::{future::pending, time::Duration};
use tokio::time::sleep;

async fn nap(milliseconds: u64) {
    say!("begin");
    sleep(Duration::from_millis(milliseconds)).await;
    say!("end");
}

/// A nap of which nothing is printed.
pub(crate) async fn pause(milliseconds: u64) {
    sleep(Duration::from_millis(milliseconds)).await;
}

/// A for 100 ms and B for 200 ms, at once.
fn both() -> Chart {
    record("both", || async { join!(nap(100).lane("A"), nap(200).lane("B")) }).chart()
}

fn variant_of_both() -> Option<Variant> {
    Some(Variant { of: "both".to_owned(), only_explored: false })
}

fn variant<T>(run: &Recording<T>) -> Chart {
    Chart { variant: variant_of_both(), ..run.chart() }
}

/// The same naps, one after the other.
fn in_a_row() -> Chart {
    variant(&record("in a row", || async {
        nap(100).lane("A").await;
        nap(200).lane("B").await;
    }))
}

/// Another lane instead of B, and it prints something else.
fn another() -> Chart {
    variant(&record("another", || async {
        join!(nap(100).lane("A"), async { say!("hello") }.lane("C"))
    }))
}

/// The scenes that the page's script reads.
fn scenes(charts: &[Chart]) -> Vec<Value> {
    let page = to_page("naps", charts);
    let (_, data) = page.split_once("<script id=\"run\" type=\"application/json\">").expect("data");
    let (data, _) = data.split_once("</script>").expect("the end of the data");
    let data: Value = serde_json::from_str(data).expect("JSON");
    data["scenes"].as_array().expect("scenes").clone()
}

fn sentence(scene: &Value) -> &str {
    scene["variant"]["sentence"].as_str().expect("a variant")
}

#[test]
fn all_variants_have_the_instants_of_all() {
    let scenes = scenes(&[both(), in_a_row(), another()]);
    for scene in &scenes {
        let times: Vec<&Value> =
            scene["instants"].as_array().expect("instants").iter().map(|at| &at[1]).collect();
        assert_eq!(times, ["0", "100 ms", "200 ms", "300 ms"]);
        assert_eq!(scene["variant"]["among"], json!([0, 1, 2]));
        assert_eq!(scene["variant"]["ends"], json!([2, 3, 1]), "at 200, at 300 and at 100 ms");
        // As much room as the variant needs that polls most at the instant.
        let mut most = vec![0; 4];
        for other in &scenes {
            let mut columns = vec![0; 4];
            for step in other["tracks"][0]["steps"].as_array().expect("steps") {
                columns[step["instant"].as_u64().expect("an index") as usize] += 1;
            }
            for (most, columns) in most.iter_mut().zip(columns) {
                *most = columns.max(*most);
            }
        }
        assert_eq!(scene["variant"]["columns"], json!(most));
    }
}

#[test]
fn rows_of_one_name_are_at_one_height_and_have_one_colour() {
    let scenes = scenes(&[both(), in_a_row(), another()]);
    let names = ["main", "A", "B", "C"];
    for (scene, lanes) in scenes.iter().zip([
        [json!(0), json!(1), json!(2), json!(null)],
        [json!(0), json!(1), json!(2), json!(null)],
        [json!(0), json!(1), json!(null), json!(2)],
    ]) {
        for (row, (name, lane)) in names.iter().zip(lanes).enumerate() {
            let found = &scene["variant"]["rows"][row];
            let expected = (&json!(name), &lane, &json!(row));
            assert_eq!((&found["name"], &found["lane"], &found["hue"]), expected);
            if let Some(lane) = lane.as_u64() {
                assert_eq!(scene["lanes"][lane as usize]["hue"], json!(row), "of {name}");
            }
        }
    }
}

#[test]
fn what_a_lane_does_otherwise_is_marked_and_what_it_does_alike_is_not() {
    let [first, in_a_row] = &scenes(&[both(), in_a_row()])[..] else { panic!("two scenes") };
    for row in 0..3 {
        let differs = &first["variant"]["rows"][row]["differs"];
        assert_eq!(differs, &json!([]), "it is compared with itself");
    }
    // A naps from 0 to 100 ms in both.
    assert_eq!(in_a_row["variant"]["rows"][1]["differs"], json!([]));
    // B begins at 100 ms instead of 0, and ends at 300 ms instead of 200. It is polled at 100 ms in
    // both, since `join!` polls both lanes there, and waits in both until 200 ms.
    let differs = json!([[[0, false], [1, false]], [[2, false], [3, true]]]);
    assert_eq!(in_a_row["variant"]["rows"][2]["differs"], differs);
}

#[test]
fn an_end_of_another_kind_is_marked_where_all_before_it_is_alike() {
    let mut other = Chart { title: "other".into(), variant: variant_of_both(), ..both() };
    other.rows[1].end.1 = End::ReturnedCancelled;
    let scenes = scenes(&[both(), other]);
    let rows = &scenes[1]["variant"]["rows"];
    assert_eq!(rows[1]["differs"], json!([[[1, false], [1, true]]]), "A ends at 100 ms");
    assert_eq!(rows[2]["differs"], json!([]), "B ends as it does in the first");
    let told = "“other” takes 200 ms, as “both” does; `A` returns as cancelled here and finishes \
                in “both”.";
    assert_eq!(sentence(&scenes[1]), told);
}

#[test]
fn a_stretch_that_begins_where_nothing_is_polled_begins_after_that_instant() {
    let at = |instant| Position { instant, column: 0 };
    // B goes on after its nap, and at 300 ms nothing is polled: in the first run B waits on then,
    // and in the variant it becomes ready.
    let b_does = |mut chart: Chart, states: &[(State, Position)]| {
        for milliseconds in [300, 400] {
            let time = Duration::from_millis(milliseconds);
            chart.instants.push(Instant { at: time, columns: 0 });
        }
        let b = &mut chart.rows[2];
        for (state, to) in states {
            let last = b.spans.last().expect("its nap").clone();
            b.spans.push(Span { state: *state, from: last.to, to: *to, woken: None, ..last });
        }
        b.end.0 = at(4);
        chart
    };
    let waits = State::Waiting(Until::RunOver);
    let first = b_does(both(), &[(waits, at(4))]);
    let again = Chart { title: "again".into(), variant: variant_of_both(), ..both() };
    let again = b_does(again, &[(waits, at(3)), (State::Ready, at(4))]);
    let scenes = scenes(&[first, again]);
    assert_eq!(scenes[1]["variant"]["rows"][2]["differs"], json!([[[3, true], [4, false]]]));
}

#[test]
fn one_sentence_says_what_differs() {
    let first = scenes(&[both(), in_a_row(), another()]);
    assert_eq!(
        first.iter().map(sentence).collect::<Vec<_>>(),
        [
            "“both” takes 200 ms, “in a row” takes 300 ms and “another” takes 100 ms.",
            "“in a row” takes 300 ms, and “both” takes 200 ms; `B` ends later.",
            "“another” takes 100 ms, and “both” takes 200 ms; `B` is not here; `C` is not in \
             “both”; one line is not printed in “both”; 2 lines of “both” are not printed here.",
        ]
    );
    let same =
        variant(&record("again", || async { join!(nap(100).lane("A"), nap(200).lane("B")) }));
    assert_eq!(sentence(&scenes(&[both(), same])[1]), "“again” takes 200 ms, as “both” does.");
}

/// A run as it would be on the real clock of a busy machine: all but its beginning is late.
pub(crate) fn late_on_the_real_clock(mut chart: Chart, late: u64) -> Chart {
    chart.clock = Clock::Real;
    for instant in &mut chart.instants[1..] {
        instant.at += Duration::from_millis(late);
    }
    chart.elapsed += Duration::from_millis(late);
    chart
}

#[test]
fn on_the_real_clock_no_times_are_compared() {
    let again = record("again", || async { join!(nap(100).lane("A"), nap(200).lane("B")) });
    let first = late_on_the_real_clock(both(), 3);
    let again = late_on_the_real_clock(variant(&again), 8);
    let mut dies = late_on_the_real_clock(in_a_row(), 8);
    dies.rows[1].end.1 = End::ReturnedCancelled;
    let scenes = scenes(&[first, again, dies]);
    assert_eq!(
        scenes.iter().map(sentence).collect::<Vec<_>>(),
        [
            "“both” takes about 203 ms of real time, “again” takes about 208 ms of real time and \
             “in a row” takes about 308 ms of real time.",
            "“again” takes about 208 ms of real time, and “both” takes about 203 ms of real time.",
            "“in a row” takes about 308 ms of real time, and “both” takes about 203 ms of real \
             time; `A` returns as cancelled here and finishes in “both”.",
        ]
    );
    for scene in &scenes[1..] {
        let lines = scene["variant"]["lines"].as_array().expect("lines");
        assert!(lines.iter().all(|line| line == "same"), "{lines:?}");
        assert_eq!(scene["variant"]["rows"][2]["differs"], json!([]), "B");
    }
    assert_eq!(scenes[1]["variant"]["rows"][1]["differs"], json!([]), "A");
    assert_eq!(scenes[2]["variant"]["rows"][1]["differs"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_all_variants_have_in_common_is_said_once_and_no_time_not_at_all() {
    let again = || record("again", || async { join!(nap(100).lane("A"), nap(200).lane("B")) });
    let two = scenes(&[both(), variant(&again())]);
    assert_eq!(sentence(&two[0]), "“both” and “again” take 200 ms each.");
    let three = scenes(&[both(), variant(&again()), variant(&again())]);
    assert_eq!(sentence(&three[0]), "“both”, “again” and “again” take 200 ms each.");
    let at_once = || record("both", async || say!("at once"));
    let twice = async || {
        say!("at once");
        say!("and again");
    };
    let none = scenes(&[at_once().chart(), variant(&record("twice", twice))]);
    let said: Vec<_> = none.iter().map(sentence).collect();
    assert_eq!(said, ["", "One line is not printed in “both”."]);
    let first = Chart { title: "both".into(), ..record("twice", twice).chart() };
    let once = scenes(&[first, Chart { variant: variant_of_both(), ..at_once().chart() }]);
    assert_eq!(sentence(&once[1]), "One line of “both” is not printed here.");
}

#[test]
fn lanes_of_one_name_are_named_once() {
    let three = |times: [u64; 3]| async move {
        for time in times {
            nap(time).lane("A").await;
        }
    };
    let first = record("both", move || three([100, 100, 100])).chart();
    let one = variant(&record("one", move || three([100, 100, 200])));
    let two = variant(&record("two", move || three([100, 200, 100])));
    let all = variant(&record("all", move || three([200, 100, 100])));
    let fewer = variant(&record("fewer", || async {
        nap(100).lane("A").await;
        nap(100).lane("A").await;
        nap(100).await;
    }));
    let scenes = scenes(&[first, one, two, all, fewer]);
    for (scene, expected) in scenes[1..].iter().zip([
        "one of the three `A` ends later",
        "two of the three `A` end later",
        "all three `A` end later",
        "one of the three `A` is not here",
    ]) {
        let said = sentence(scene);
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn work_that_goes_on_in_a_lane_that_it_makes_is_compared_as_a_whole() {
    let first = record("both", || async { nap(200).lane("A").await }).chart();
    let in_pieces = variant(&record("in pieces", || async {
        let (done, all_done) = tokio::sync::oneshot::channel();
        let begins = async move {
            nap(50).await;
            let ends = async move {
                nap(50).await;
                done.send(()).unwrap();
            };
            tokio::spawn(ends.lane("A"));
        };
        tokio::spawn(begins.lane("A"));
        all_done.await.unwrap();
    }));
    let said = scenes(&[first, in_pieces]);
    assert!(sentence(&said[1]).contains("; `A` ends earlier; "), "{}", sentence(&said[1]));
}

#[test]
fn lanes_that_run_beside_their_maker_or_were_made_together_are_compared_each_by_itself() {
    // A makes two lanes of its own name, of which the first ends later than in the other run.
    let run = |first: u64, is_over: bool| async move {
        let maker = async move {
            tokio::spawn(pause(first).lane("A"));
            tokio::spawn(pause(300).lane("A"));
            pause(if is_over { 0 } else { 50 }).await;
        };
        tokio::spawn(maker.lane("A"));
        pause(400).await;
    };
    for is_over in [false, true] {
        let first = record("both", move || run(100, is_over)).chart();
        let second = variant(&record("later", move || run(200, is_over)));
        let said = scenes(&[first, second]);
        let expected = "“later” takes 400 ms, as “both” does; one of the three `A` ends later.";
        assert_eq!(sentence(&said[1]), expected);
    }
}

#[test]
fn two_lanes_of_one_run_are_not_compared_with_a_chain_of_another_as_if_they_were_one() {
    let first = record("both", || async {
        join!(pause(100).lane("A"), pause(200).lane("A"));
    });
    let chain = record("chain", || async {
        let begins = async {
            pause(50).await;
            tokio::spawn(pause(140).lane("A"));
        };
        tokio::spawn(begins.lane("A"));
        pause(200).await;
    });
    let said = scenes(&[first.chart(), variant(&chain)]);
    let expected = "“chain” takes 200 ms, as “both” does; both `A` end earlier.";
    assert_eq!(sentence(&said[1]), expected);
}

#[test]
fn a_lane_that_never_ends_does_not_end_earlier_or_later() {
    let hangs = record("both", || async {
        async {
            nap(100).await;
            pending::<()>().await;
        }
        .lane("A")
        .await
    });
    let ends = record("ends", || async { nap(50).lane("A").await });
    let dropped = record("dropped", || async {
        let _ = tokio::time::timeout(Duration::from_millis(20), nap(50).lane("A")).await;
    });
    let found = scenes(&[hangs.chart(), variant(&ends), variant(&dropped)]);
    let ends = sentence(&found[1]);
    assert!(ends.contains("; `A` does not end in “both”"), "{ends}");
    let dropped = sentence(&found[2]);
    assert!(dropped.contains("; `A` is dropped here and does not end in “both”"), "{dropped}");
    let first = record("both", || async { nap(50).lane("A").await }).chart();
    let second = record("hangs", || async { pending::<()>().lane("A").await });
    let found = scenes(&[first, variant(&second)]);
    assert!(sentence(&found[1]).contains("; `A` does not end here"), "{}", sentence(&found[1]));
}

#[test]
fn a_run_whose_main_panics_ends_by_itself() {
    let panics = record("panics", || async {
        pause(50).lane("A").await;
        panic!("a test of a panic");
    });
    let hangs = record("hangs", pending::<()>);
    let found = scenes(&[both(), variant(&panics), variant(&hangs)]);
    let told = sentence(&found[1]);
    assert!(told.starts_with("“panics” panics after 50 ms, and “both” takes 200 ms"), "{told}");
    let told = sentence(&found[2]);
    assert!(told.starts_with("“hangs” does not end by itself, and “both” takes 200 ms"), "{told}");
    assert_eq!(found[0]["variant"]["stopped"], json!([false, false, true]));
}

/// After 100 ms A is aborted; or else A is dropped, and so is C, which is not polled before.
fn fails_fast(aborts: bool) -> Recording<()> {
    record("both", move || async move {
        if aborts {
            let task = tokio::spawn(pause(200).lane("A"));
            sleep(Duration::from_millis(100)).await;
            task.abort();
            task.await.unwrap_err();
            return;
        }
        let polled = pause(200).lane("A");
        let unpolled = pause(300).lane("C");
        let _ = tokio::time::timeout(Duration::from_millis(100), polled).await;
        drop(unpolled);
    })
}

#[test]
fn a_lane_that_is_dropped_does_not_end_and_the_sentence_says_which_run_drops_it() {
    let dropped = fails_fast(false).chart();
    let patient = record("patient", || async {
        join!(pause(200).lane("A"), pause(300).lane("C"));
    });
    let [_, patient_told] = &scenes(&[dropped.clone(), variant(&patient)])[..] else {
        panic!("two scenes")
    };
    assert_eq!(
        sentence(patient_told),
        "“patient” takes 300 ms, and “both” takes 100 ms; `A` and `C` finish here and are dropped \
         in “both”."
    );
    let aborted = fails_fast(true).chart();
    let finished = variant(&record("one", || async { pause(200).lane("A").await }));
    let told = scenes(&[aborted, finished]);
    assert!(sentence(&told[1]).contains("; `A` finishes here and is aborted in “both”"));
    // The other way round.
    let first = Chart { title: "both".into(), variant: None, ..patient.chart() };
    let fails = Chart { title: "fails".into(), variant: variant_of_both(), ..dropped.clone() };
    let told = scenes(&[first, fails]);
    let expected = "; `A` and `C` are dropped here and finish in “both”.";
    assert!(sentence(&told[1]).ends_with(expected), "{}", sentence(&told[1]));
    // In both runs it is dropped, so in neither it ends.
    let later = record("later", || async {
        let polled = pause(200).lane("A");
        let unpolled = pause(300).lane("C");
        let _ = tokio::time::timeout(Duration::from_millis(150), polled).await;
        drop(unpolled);
    });
    let told = scenes(&[dropped, variant(&later)]);
    let expected = "; `A` and `C` are dropped later.";
    assert!(sentence(&told[1]).ends_with(expected), "{}", sentence(&told[1]));
}

#[test]
fn a_line_that_another_lane_prints_is_printed_in_both_runs() {
    let first = record("both", || async {
        say!("one");
        nap(100).lane("A").await;
    });
    let by_another = record("another", || async {
        say!("two");
        say!("three");
        nap(200).lane("B").await;
    });
    let scenes = scenes(&[first.chart(), variant(&by_another)]);
    assert_eq!(
        sentence(&scenes[1]),
        "“another” takes 200 ms, and “both” takes 100 ms; `A` is not here; `B` is not in “both”; \
         2 lines are not printed in “both”; one line of “both” is not printed here."
    );
    let lines = json!(["only_here", "only_here", "by_another_lane", "by_another_lane"]);
    assert_eq!(scenes[1]["variant"]["lines"], lines);
}

#[test]
fn a_stretch_has_no_hole_where_one_run_drops_the_lane_and_in_the_other_it_waits() {
    // A is dropped at 100 ms before its first poll. In the other run it is polled at once, and
    // waits until 200 ms; at 100 ms only `main` is polled in both.
    let dropped = record("both", || async {
        let unpolled = pause(200).lane("A");
        sleep(Duration::from_millis(100)).await;
        drop(unpolled);
        sleep(Duration::from_millis(100)).await;
    });
    let polled = record("polled", || async {
        let task = tokio::spawn(pause(200).lane("A"));
        sleep(Duration::from_millis(100)).await;
        task.await.unwrap();
    });
    let scenes = scenes(&[dropped.chart(), variant(&polled)]);
    let differs = &scenes[1]["variant"]["rows"][1]["differs"];
    assert_eq!(*differs, json!([[[0, false], [2, true]]]), "at 100 ms, too");
}

#[test]
fn a_variant_that_hangs_does_not_take_time() {
    let hangs = variant(&record("hangs", || async { pending::<()>().await }));
    assert_eq!(
        sentence(&scenes(&[both(), hangs])[1]),
        "“hangs” does not end by itself, and “both” takes 200 ms; `A` and `B` are not here; \
         4 lines of “both” are not printed here."
    );
}

#[test]
fn a_line_is_found_again_also_at_another_time() {
    let scenes = scenes(&[both(), in_a_row(), another()]);
    let lines: Vec<&Value> = scenes.iter().map(|scene| &scene["variant"]["lines"]).collect();
    assert_eq!(*lines[0], json!(["same", "same", "same", "same"]));
    // A begins and ends as before, B later.
    assert_eq!(*lines[1], json!(["same", "same", "at_another_time", "at_another_time"]));
    assert_eq!(*lines[2], json!(["same", "only_here", "same"]));
}

#[test]
fn without_the_run_with_which_it_is_compared_a_variant_stands_alone() {
    for scene in scenes(&[in_a_row(), another()]) {
        assert_eq!(scene["variant"], json!(null));
    }
    // A run that is no variant keeps its own time axis.
    let other = record("other", || async { nap(70).await }).chart();
    let scenes = scenes(&[both(), other, in_a_row()]);
    assert_eq!(scenes[1]["variant"], json!(null));
    assert_eq!(scenes[1]["instants"].as_array().expect("instants").len(), 2);
    assert_eq!(scenes[2]["variant"]["among"], json!([0, 2]));
}

#[test]
fn a_variant_is_one_after_it_was_written_down_and_read_back() {
    let text = async_concepts::timeline::to_json(&[both(), in_a_row()]);
    let read = async_concepts::timeline::from_json(&text).expect("what was written");
    assert_eq!(read, [both(), in_a_row()]);
    assert_eq!(read[1].variant.as_ref().expect("a variant").of, "both");
}
