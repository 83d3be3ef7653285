//! How a recording is drawn: on terminals of any kind, as SVG, in words, and for Perfetto.
use crate::{ms, summary};
use async_concepts::{
    LaneExt, block, on_thread, record, say,
    timeline::{Chart, SvgOptions, TerminalOptions, Theme, page_style, to_perfetto},
};
use futures::{future::join_all, join};
use tokio::{
    task::{spawn_blocking, yield_now},
    time::{sleep, timeout},
};
use unicode_width::UnicodeWidthStr;

fn text(chart: &Chart, width: usize) -> String {
    chart.to_text(TerminalOptions { width, colour: false })
}

/// Two tasks of which one wakes the other, a thread, a late one: enough of everything for a small
/// picture.
fn small() -> Chart {
    record("small", || async {
        let hash = spawn_blocking(on_thread("hash", || block(ms(200))));
        let hog = async {
            sleep(ms(300)).await;
            say!("now");
            block(ms(100));
        };
        let _ = join!(hog.lane("hog"), timeout(ms(100), sleep(ms(900)).lane("late")));
        hash.await.unwrap();
    })
    .chart()
}

#[test]
fn a_picture_explains_itself() {
    // The drawing is asserted whole where it is small; that its parts mean what they show is the
    // matter of `states`.
    let chart = record("small", || async {
        let nap = async {
            sleep(ms(100)).await;
            say!("up");
        };
        join!(nap.lane("A"), sleep(ms(200)).lane("B"));
    })
    .chart();
    assert_eq!(
        text(&chart, 60),
        "\
small
          0                      100 ms               200 ms
    main  ███──── woken by A ────███──── woken by B ────██✓
       A   █────── 100 ms ───────░█✓
       B   ·█───── not woken ──────▒── 200 ms in all ───░█✓
[thread]  mAB                    mAB                    mB

█ running   ─ waiting
░ ready: woken, but another lane has the thread
▒ polled without a wake   · not polled yet   ✓ done
(words: docs/glossary.md)
The run took 200 ms; one after another it would have been
300 ms (A 100 ms + B 200 ms).
"
    );
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let charts = [small(), many(40), record("ends", || async {}).chart(), long_names()];
    for width in [36, 37, 40, 64, 80, 100, 200] {
        for chart in &charts {
            for line in text(chart, width).lines() {
                assert!(
                    line.width() <= width,
                    "{} is {} wide at {width}: {line}",
                    chart.title,
                    line.width()
                );
            }
        }
    }
}

fn many(lanes: u64) -> Chart {
    record("many", move || {
        join_all((0..lanes).map(|n| sleep(ms(10 * n)).lane(format!("worker{n}"))))
    })
    .chart()
}

fn long_names() -> Chart {
    record("names", || async {
        let long = "a name that goes on and on and does not want to end";
        join!(
            sleep(ms(1)).lane(long),
            sleep(ms(2)).lane("名前はまだない吾輩は猫である"),
            sleep(ms(3)).lane("e\u{301}tude"),
            sleep(ms(4)).lane("")
        );
    })
    .chart()
}

#[test]
fn a_picture_says_which_lanes_and_polls_it_leaves_out() {
    let text = text(&many(40), 80);
    assert!(text.contains("17 more lanes are not drawn: 17 finished."), "{text}");
    assert!(text.contains(" polls from ") && text.contains(" are not drawn."), "{text}");
    assert!(text.contains("worker39") && !text.contains("worker20"), "{text}");
    let svg = many(40).to_svg(SvgOptions::default());
    assert!(svg.contains("17 more lanes are not drawn: 17 finished."));
    assert!(!text.contains("The recording was full"));
}

#[test]
fn one_lane_and_no_time_is_a_picture_too() {
    let chart = record("nothing", || async {}).chart();
    assert_eq!(
        text(&chart, 40),
        "\
nothing
          0
    main  █✓
[thread]  m

█ running   ✓ done
(words: docs/glossary.md)
The run took no time.
"
    );
    assert!(chart.to_svg(SvgOptions::default()).contains("The run took no time."));
}

#[test]
fn names_are_aligned_by_the_width_of_their_letters() {
    let text = text(&long_names(), 80);
    let begins = |line: &str| {
        line.rfind(['·', '█']).and_then(|_| line.find(['·', '█'])).map(|at| line[..at].width())
    };
    let main = begins(text.lines().find(|line| line.contains("main")).unwrap()).unwrap();
    let rows: Vec<&str> = text
        .lines()
        .filter(|line| line.contains('✓') && !line.contains("main") && !line.contains("done"))
        .collect();
    assert_eq!(rows.len(), 4, "{text}");
    // Each of them is made in the first column of main, and so begins in the next.
    assert!(rows.iter().all(|row| begins(row) == Some(main + 1)), "{text}");
    assert!(text.contains("a name that goes on and…"), "{text}");
    assert!(
        text.contains("名前はまだない吾輩は猫…") || text.contains("名前はまだない吾輩は…"),
        "{text}"
    );
}

#[test]
fn colours_are_only_there_when_they_are_wanted_and_change_nothing_else() {
    let chart = small();
    let (plain, coloured) =
        (text(&chart, 80), chart.to_text(TerminalOptions { width: 80, colour: true }));
    assert!(!plain.contains('\u{1b}'));
    assert!(coloured.contains("\u{1b}["));
    assert_eq!(console::strip_ansi_codes(&coloured), plain);
}

#[test]
fn the_summary_compares_with_one_after_another() {
    let together =
        record("together", || async { join!(sleep(ms(100)).lane("A"), sleep(ms(200)).lane("B")) });
    assert_eq!(
        summary(&together),
        "The run took 200 ms; one after another it would have been 300 ms (A 100 ms + B 200 ms)."
    );
    let apart = record("apart", || async {
        sleep(ms(100)).lane("A").await;
        sleep(ms(200)).lane("B").await;
    });
    assert_eq!(
        summary(&apart),
        "The run took 300 ms, as long as all of it one after another (A 100 ms + B 200 ms): \
         nothing overlapped."
    );
}

#[test]
fn the_words_say_what_the_picture_shows() {
    let at = |line: u32| format!("at {}:{line}", file!());
    let [sleep, join] = [24, 28].map(at);
    assert_eq!(
        small().describe(),
        format!(
            "Timeline of small. The run took 400 ms. \
             main: polled 3 times, woken by hog, \
             waited {join} for hog and {join} for late and {join} for timeout, \
             waited {join} for hog, finished at 400 ms. \
             hash: on a thread of its own, busy for 200 ms, finished at 200 ms. \
             hog: polled 3 times, blocked the thread for 100 ms, not woken, \
             waited {sleep} for sleep, finished at 400 ms. \
             late: polled 2 times, not woken, waited {join} for sleep, dropped by main at 100 ms."
        )
    );
}

#[test]
fn an_svg_says_what_it_shows_and_brings_its_colours_for_light_and_dark() {
    let chart = small();
    let svg = chart.to_svg(SvgOptions::default());
    assert!(
        svg.starts_with("<svg class=\"timeline auto\" xmlns=\"http://www.w3.org/2000/svg\""),
        "{}",
        &svg[..80]
    );
    assert!(svg.contains("role=\"img\" aria-label=\"Timeline of small. "));
    assert!(svg.contains("@media(prefers-color-scheme:dark)"));
    let one = |theme| chart.to_svg(SvgOptions { theme, ..SvgOptions::default() });
    assert!(!one(Theme::Light).contains("@media") && !one(Theme::Dark).contains("@media"));
    for part in [
        "blocks the thread 100 ms",
        "dropped by main",
        "on another thread",
        "300 ms in all",
        ">now<",
    ] {
        assert!(svg.contains(part), "{part} is missing");
    }
}

#[test]
fn pictures_of_one_page_share_their_colours_and_patterns() {
    let chart = small();
    let options = SvgOptions { theme: Theme::Page, ..SvgOptions::default() };
    let svg = chart.to_svg(options);
    for shared in ["<style>", "<pattern", " id="] {
        assert!(!svg.contains(shared), "two such pictures would both bring {shared}");
    }
    let page = page_style();
    assert!(svg.contains("class=\"blocking") && page.rules.contains("url(#timeline-stripes)"));
    for pattern in ["timeline-stripes", "timeline-rules"] {
        assert!(page.patterns.contains(&format!("<pattern id=\"{pattern}\"")), "{}", page.patterns);
    }
    for colour in ["--paper", "--ink", "--lane0", "--lane5", "--done", "--cancelled", "--on-bar"] {
        assert!(page.rules.contains(&format!("var({colour})")), "no rule uses {colour}");
        assert!(
            page.light.contains(&format!("{colour}:#"))
                && page.dark.contains(&format!("{colour}:#"))
        );
    }
}

#[test]
fn a_picture_without_its_caption_and_with_low_rows_shows_the_same_in_less_room() {
    let chart = small();
    let height = |svg: &str| -> f64 {
        svg.split("height=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
    };
    let (all, options) = (
        chart.to_svg(SvgOptions::default()),
        SvgOptions { legend: false, lines: false, ..SvgOptions::default() },
    );
    let plain = chart.to_svg(options);
    let low = chart.to_svg(SvgOptions { caption: false, row: 0.0, ..options });
    assert!(height(&low) < 0.8 * height(&plain) && height(&plain) < height(&all));
    assert!(
        plain.contains(&chart.summary())
            && !low.replace("aria-label", "").contains(">The run took")
    );
    for part in ["blocks the thread 100 ms", "dropped by main", "300 ms in all"] {
        assert!(low.contains(part), "{part} is missing");
    }
}

#[test]
fn an_svg_is_well_formed_whatever_the_names_are() {
    let chart = record("a < b & \"c\"", || async {
        say!("</text><script>alert(1)</script>");
        sleep(ms(1)).lane("<&>\"'").await;
    })
    .chart();
    let svg = chart.to_svg(SvgOptions::default());
    assert!(!svg.contains("<script>"));
    assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
    assert!(svg.contains("a &lt; b &amp; "));
}

#[test]
fn a_trace_for_perfetto_has_a_slice_for_each_span_and_an_arrow_for_each_wake() {
    let charts = [small(), record("second", || sleep(ms(5)).lane("nap")).chart()];
    let trace: serde_json::Value = serde_json::from_str(&to_perfetto(&charts)).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();
    let count = |process: usize, phase: &str| {
        events.iter().filter(|event| event["ph"] == phase && event["pid"] == process).count()
    };
    for (process, chart) in (1..).zip(&charts) {
        let slices: usize = chart.rows.iter().map(|row| row.spans.len()).sum::<usize>()
            + chart.threads.iter().map(Vec::len).sum::<usize>();
        assert_eq!(count(process, "X"), slices);
        assert_eq!(count(process, "s"), chart.wakes.len());
        assert_eq!(count(process, "f"), chart.wakes.len());
    }
    let blocks = events.iter().find(|event| event["name"] == "blocking the thread").unwrap();
    assert_eq!((blocks["ts"].as_f64().unwrap() / 1e3).round(), 300.0);
    assert_eq!((blocks["dur"].as_f64().unwrap() / 1e3).round(), 100.0);
    // However many polls there are at an instant, none of them is drawn later than the next
    // instant.
    let crowded =
        record("crowded", || join_all((0..200).map(|_| sleep(ms(1)).lane("nap")))).chart();
    let trace: serde_json::Value =
        serde_json::from_str(&to_perfetto(std::slice::from_ref(&crowded))).unwrap();
    let slices = trace["traceEvents"].as_array().unwrap().iter().filter(|event| event["ph"] == "X");
    let spans = crowded.rows.iter().flat_map(|row| &row.spans);
    for (slice, span) in slices.zip(spans).filter(|(_, span)| span.from.instant == 0) {
        assert!(slice["ts"].as_f64().unwrap() < 1000.0, "{slice} {span:?}");
    }
    let says = events.iter().find(|event| event["ph"] == "i" && event["name"] == "now").unwrap();
    assert_eq!((says["ts"].as_f64().unwrap() / 1e3).round(), 300.0);
}

#[test]
fn what_is_cut_out_of_the_middle_leaves_the_beginning_and_the_end_as_they_are() {
    let chart = record("long", || {
        async {
            for _ in 0..30 {
                sleep(ms(10)).await;
            }
        }
        .lane("ticker")
    })
    .chart();
    assert_eq!(
        text(&chart, 50),
        "\
long
          0   10 ms   30 ms     270 ms     300 ms
    main  ██──██──██──██──█ ··· █──██──██──██✓
  ticker   █──░█──░█──░█──░ ··· █──░█──░█──░█✓
[thread]  mt  mt  mt  mt  m ··· t  mt  mt  mt

█ running   ─ waiting
░ ready: woken, but another lane has the thread
✓ done   (words: docs/glossary.md)
46 polls from 40 ms to 270 ms are not drawn.
The run took 300 ms.
"
    );
}

#[test]
fn a_single_instant_can_be_cut_as_well() {
    let chart = record("turns", || {
        async {
            for _ in 0..30 {
                yield_now().await;
            }
        }
        .lane("A")
    })
    .chart();
    let text = text(&chart, 44);
    let (main, thread) = (
        text.lines().nth(2).unwrap(),
        text.lines().find(|line| line.contains("[thread]")).unwrap(),
    );
    assert_eq!(main.trim_start(), "main  █▉█▉█▉█▉█▉█▉█▉ ··· █▉█▉█▉█▉██✓");
    assert_eq!(thread.trim_start(), "[thread]  mAmAmAmAmAmAmA ··· mAmAmAmAmA");
}

#[test]
fn an_arrow_is_drawn_for_a_wake_across_tasks_and_none_for_one_that_is_passed_on() {
    // Without the legend, which has an arrow, too.
    let options = SvgOptions { legend: false, ..SvgOptions::default() };
    let arrows = |chart: Chart| chart.to_svg(options).matches("class=\"arrow\"").count();
    let nested =
        record("nested", || async { join!(sleep(ms(100)).lane("A"), sleep(ms(200)).lane("B")) });
    assert_eq!(arrows(nested.chart()), 0);
    let tasks = record("tasks", || async {
        let naps = [100, 200].map(|time| tokio::spawn(sleep(ms(time)).lane(format!("nap{time}"))));
        join_all(naps).await
    });
    assert_eq!(arrows(tasks.chart()), 2);
}

#[test]
fn who_blocks_is_said_of_the_innermost_lane_and_beside_the_numbers() {
    let chart = record("half-way", || {
        async {
            block(ms(200));
            say!("half-way");
            block(ms(200));
        }
        .lane("hog")
    })
    .chart();
    assert_eq!(
        text(&chart, 80).matches("blocks 400 ms").count(),
        1,
        "main only polls the lane that blocks"
    );
    let svg = chart.to_svg(SvgOptions { legend: false, ..SvgOptions::default() });
    let middles = |text: &str| -> Vec<f64> {
        let end = format!(">{text}</text>");
        let before =
            svg.match_indices(&end).map(|(at, _)| svg[..at].rsplit("<text").next().unwrap());
        let in_bars = before.filter(|attributes| attributes.contains("in-bar"));
        in_bars
            .map(|attributes| {
                attributes.split("x=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
            })
            .collect()
    };
    let (label, number) = (middles("blocks the thread 400 ms"), middles("1"));
    assert_eq!((label.len(), number.len()), (1, 1), "{svg}");
    assert!((label[0] - number[0]).abs() > 100.0, "{label:?} {number:?}");
}

/// A lane that is dropped has no bar there, and the colour of text on a bar is that of the paper.
#[test]
fn the_number_of_a_line_that_a_destructor_prints_is_in_ink() {
    struct CleanUp;
    impl Drop for CleanUp {
        fn drop(&mut self) {
            say!("dropped");
        }
    }
    let chart = record("dropped", || async {
        let work = async {
            let _clean_up = CleanUp;
            say!("work");
            sleep(ms(900)).await;
        };
        let task = tokio::spawn(work.lane("A"));
        sleep(ms(100)).await;
        task.abort();
        let _ = task.await;
    })
    .chart();
    let svg = chart.to_svg(SvgOptions { legend: false, lines: false, ..SvgOptions::default() });
    let class_of = |number: &str| {
        let (before, _) = svg.split_once(&format!(">{number}</text>")).expect(number);
        let (_, attributes) = before.rsplit_once("<text class=\"").expect("the text");
        attributes.split_once('"').expect("a class").0
    };
    assert_eq!([class_of("1"), class_of("2")], ["in-bar", "middle strong halo"], "{svg}");
}
