//! Two recordings on one time axis.
use crate::{ms, variants::late_on_the_real_clock};
use async_concepts::{
    LaneExt, record,
    timeline::{Chart, End, SvgOptions, TerminalOptions},
};
use tokio::{join, time::sleep};

fn one_by_one() -> Chart {
    record("one by one", || async {
        sleep(ms(100)).lane("A").await;
        sleep(ms(200)).lane("B").await;
    })
    .chart()
}

fn together() -> Chart {
    record("together", || async {
        join!(sleep(ms(100)).lane("A"), sleep(ms(200)).lane("B"));
    })
    .chart()
}

#[test]
fn equal_times_are_at_equal_places_and_lanes_of_one_name_in_equal_rows() {
    let text =
        one_by_one().beside(&together()).to_text(TerminalOptions { width: 72, colour: false });
    assert_eq!(
        text,
        "\
one by one
          0                   100 ms             200 ms           300 ms
    main≠ ██─── woken by A ───███─────────── woken by B ────────────██✓
       A   █───── 100 ms ─────░█✓
       B≠                       █───────────── 200 ms ──────────────░█✓
[thread]  mA                  mAB                                   mB

together
          0                   100 ms             200 ms           300 ms
    main≠ ███── woken by A ───███── woken by B ──██✓
       A   █───── 100 ms ─────░░█✓
       B≠  ·█─── not woken ────▒─ 200 ms in all ─░█✓
[thread]  mAB                 mBA                mB

█ running   ─ waiting   ░ ready: woken, but another lane has the thread
▒ polled without a wake   · not polled yet   ✓ done
≠ differs from the other run   (words: docs/glossary.md)
“one by one” took 300 ms, and “together” took 200 ms.
main: done at 300 ms in “one by one”, done at 200 ms in “together”.
B: done at 300 ms in “one by one”, done at 200 ms in “together”.
"
    );
}

#[test]
fn what_differs_is_marked_and_said() {
    let pair = one_by_one().beside(&together());
    assert_eq!(
        pair.differences(),
        [
            "“one by one” took 300 ms, and “together” took 200 ms.",
            "main: done at 300 ms in “one by one”, done at 200 ms in “together”.",
            "B: done at 300 ms in “one by one”, done at 200 ms in “together”.",
        ]
    );
    let svg = pair.to_svg(SvgOptions::default());
    assert!(svg.contains("class=\"differs\""), "{svg}");
    assert!(svg.contains(">differs from the other run</text>"), "{svg}");
}

#[test]
fn a_run_does_not_differ_from_itself() {
    let pair = together().beside(&together());
    assert_eq!(pair.differences(), ["The two runs did the same."]);
    assert!(!pair.to_svg(SvgOptions::default()).contains("class=\"differs\""));
    assert!(!pair.to_text(TerminalOptions { width: 80, colour: false }).contains('≠'));
}

#[test]
fn a_lane_that_only_one_run_has_is_blank_in_the_other() {
    let more = record("more", || async {
        join!(sleep(ms(100)).lane("A"), sleep(ms(150)).lane("extra"), sleep(ms(200)).lane("B"));
    })
    .chart();
    let pair = together().beside(&more);
    assert_eq!(pair.differences(), ["extra is only in “more”."]);
    let text = pair.to_text(TerminalOptions { width: 80, colour: false });
    let names: Vec<&str> = text.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names.iter().filter(|name| **name == "extra≠").count(), 1, "{text}");
    // Colours go by name: B has the same in both, though it is the third name in one of them.
    let svg = pair.to_svg(SvgOptions::default());
    assert!(svg.contains("l2") && svg.contains("l3"));
}

#[test]
fn on_the_real_clock_no_times_are_compared() {
    let again = late_on_the_real_clock(Chart { title: "again".into(), ..together() }, 8);
    let pair = late_on_the_real_clock(together(), 3).beside(&again);
    assert_eq!(
        pair.differences(),
        [
            "“together” took about 203 ms of real time, and “again” took about 208 ms of real \
             time.",
            "The lanes of both runs end in the same way.",
            "Times of the real clock are not compared.",
        ]
    );
    assert!(!pair.to_svg(SvgOptions::default()).contains("class=\"differs\""));
    assert!(!pair.to_text(TerminalOptions { width: 80, colour: false }).contains('≠'));
}

#[test]
fn an_end_of_another_kind_is_marked_at_the_end_of_each_run_also_on_the_real_clock() {
    let other = || {
        let mut chart = Chart { title: "other".into(), ..together() };
        chart.rows[1].end.1 = End::ReturnedCancelled;
        chart
    };
    let exact = together().beside(&other());
    let told = "A: done at 100 ms in “together”, cancelled at 100 ms in “other”.";
    assert_eq!(exact.differences(), [told]);
    let late = late_on_the_real_clock(together(), 3);
    let later = late.beside(&late_on_the_real_clock(other(), 8));
    assert_eq!(later.differences()[1], "A: done in “together”, cancelled in “other”.");
    for pair in [exact, later] {
        let text = pair.to_text(TerminalOptions { width: 80, colour: false });
        let marked: Vec<&str> = text.lines().filter(|line| line.contains("≠ ")).collect();
        assert_eq!(marked.iter().filter(|line| line.trim().starts_with("A≠")).count(), 2, "{text}");
        assert_eq!(marked.len(), 3, "both rows of A, and the legend: {text}");
        let svg = pair.to_svg(SvgOptions::default());
        // One for each run, and one in each legend.
        assert_eq!(svg.matches("class=\"differs\"").count(), 4, "{svg}");
    }
}
