//! Which rows are drawn, and what a picture leaves out.
use crate::ms;
use async_concepts::{
    LaneExt, block, record, say,
    timeline::{Chart, LeftOut, SvgOptions, TerminalOptions, to_perfetto},
};
use futures::future::join_all;
use tokio::{
    join,
    time::{sleep, timeout},
};

fn text(chart: &Chart, width: usize) -> String {
    chart.to_text(TerminalOptions { width, colour: false })
}

/// The names of the rows of a picture, from top to bottom.
fn names(text: &str) -> Vec<&str> {
    let picture = text.split("\n\n").next().unwrap_or_default();
    picture.lines().skip(2).map(|line| line.split_whitespace().next().unwrap_or("")).collect()
}

#[test]
fn lanes_that_a_loop_makes_share_a_row() {
    let chart = record("loop", || async {
        for n in 0..30 {
            tokio::select! {
                biased;
                () = sleep(ms(10 + n)).lane("recv") => {}
                () = sleep(ms(25)).lane("deadline") => break,
            }
        }
    })
    .chart();
    let text = text(&chart, 100);
    assert_eq!(names(&text), ["main", "recv", "deadline", "[thread]"], "{text}");
    // The last round, in which the deadline comes first, is there.
    let recv = text.lines().find(|line| line.contains("recv")).unwrap();
    assert!(recv.contains("✗ dropped by main"), "{text}");
    assert!(!text.contains("more lanes are not drawn"), "{text}");
    let described = chart.describe();
    assert!(
        described
            .contains("recv: 17 lanes in turn from 0 to 305 ms, 16 finished, 1 dropped by main."),
        "{described}"
    );
    let trace: serde_json::Value =
        serde_json::from_str(&to_perfetto(std::slice::from_ref(&chart))).unwrap();
    let rows = trace["traceEvents"].as_array().unwrap();
    let named = rows.iter().filter(|event| event["name"] == "thread_name").count();
    assert_eq!(named, 4, "three rows of lanes and one of a thread");
}

#[test]
fn lanes_that_overlap_or_have_another_parent_keep_rows_of_their_own() {
    let chart = record("apart", || async {
        join!(sleep(ms(10)).lane("nap"), sleep(ms(20)).lane("nap"));
        async { sleep(ms(10)).lane("nap").await }.lane("other").await;
    })
    .chart();
    let text = text(&chart, 100);
    assert_eq!(names(&text), ["main", "nap", "nap", "other", "nap", "[thread]"], "{text}");
}

#[test]
fn what_goes_wrong_is_drawn_also_when_it_comes_last() {
    let chart = record("many", || async {
        let naps = (0..40).map(|n| sleep(ms(10)).lane(format!("worker{n}")));
        let late = timeout(ms(5), sleep(ms(900)).lane("late"));
        let mut panics = tokio::task::JoinSet::new();
        panics.spawn(async { panic!("on purpose") }.lane("panics"));
        let _ = join!(join_all(naps), late, panics.join_next());
    })
    .chart();
    let picture = chart.picture(SvgOptions { width: 3000.0, ..SvgOptions::default() });
    assert_eq!(
        picture.left_out,
        [LeftOut::Lanes { finished: 19, cancelled: 0, failed: 0, panicked: 0, unfinished: 0 }]
    );
    let text = text(&chart, 200);
    for name in ["main", "worker0", "worker39", "late", "panics"] {
        assert!(names(&text).contains(&name), "{name} is missing\n{text}");
    }
}

#[test]
fn that_a_picture_shortens_a_text_is_data() {
    let long = "a line that is longer than a narrow picture is wide, ".repeat(3);
    let name = "a name that has no room beside the rows, however wide the picture is";
    let says = record("long", || async move { say!("{long}") }).chart();
    let named = record("long", move || sleep(ms(1)).lane(name)).chart();
    for (chart, width, shortened) in
        [(&says, 500.0, true), (&says, 3000.0, false), (&named, 3000.0, true)]
    {
        let picture = chart.picture(SvgOptions { width, ..SvgOptions::default() });
        assert_eq!(picture.shortened, shortened, "{width} {}", picture.svg);
    }
}

#[test]
fn what_a_picture_leaves_out_is_data() {
    let ticker = || async {
        for _ in 0..100 {
            sleep(ms(10)).await;
        }
    };
    let chart = record("long", move || ticker().lane("ticker")).chart();
    let narrow = chart.picture(SvgOptions { width: 600.0, ..SvgOptions::default() });
    let [LeftOut::Polls { count, from, to }] = narrow.left_out[..] else {
        panic!("{:?}", narrow.left_out)
    };
    assert!(count > 100 && from > ms(0) && to < ms(1000), "{count} {from:?} {to:?}");
    let wide = chart.picture(SvgOptions { width: 20_000.0, ..SvgOptions::default() });
    assert_eq!(wide.left_out, []);
    assert!(!wide.shortened && !narrow.shortened, "{}", narrow.svg);
    assert_eq!(wide.stops.len(), chart.steps().tracks[0].steps.len());
    assert!(wide.stops.is_sorted(), "{:?}", wide.stops);
    assert_eq!(wide.stops.last(), Some(&wide.width));
    let start = format!("viewBox=\"0 0 {} {}\"", narrow.width, narrow.height);
    assert!(narrow.svg.contains(&start), "{start}");
}

#[test]
fn polls_that_are_cut_out_are_counted_and_not_columns() {
    let chart = record("many", || {
        let ticker = |n: usize| {
            let ticks = async {
                for _ in 0..40 {
                    sleep(ms(10)).await;
                }
            };
            ticks.lane(format!("ticker{n}"))
        };
        join_all((0..29).map(ticker))
    })
    .chart();
    let narrow = chart.picture(SvgOptions { width: 1200.0, ..SvgOptions::default() });
    let [LeftOut::Polls { count, .. }, LeftOut::Lanes { finished, .. }] = narrow.left_out[..]
    else {
        panic!("{:?}", narrow.left_out)
    };
    // Each lane is polled once at each of 41 instants. The polls of lanes without a row take one
    // column between those of the others.
    let drawn = chart.rows.len() - finished;
    assert_eq!(drawn, 24);
    assert!(count <= 41 * drawn, "{count} of {}", 41 * drawn);
}

/// The numbers of an attribute of all elements that have this class.
fn numbers(svg: &str, class: &str, attribute: &str) -> Vec<f64> {
    let mut found = vec![];
    for element in svg.split('<') {
        if element.contains(&format!("class=\"{class}")) {
            let (_, value) = element.split_once(&format!(" {attribute}=\"")).expect(element);
            found.push(value.split('"').next().unwrap().parse().expect(value));
        }
    }
    found
}

#[test]
fn nothing_is_sliced_where_the_middle_is_cut_out() {
    let chart = record("long", || async {
        for n in 0..100 {
            let task = tokio::spawn(sleep(ms(10)).lane("task"));
            say!("round {n}");
            task.await.unwrap();
        }
    })
    .chart();
    let options = SvgOptions { width: 700.0, legend: false, ..SvgOptions::default() };
    let svg = chart.to_svg(options);
    let cut = numbers(&svg, "cut", "x1");
    assert_eq!(cut.len(), 2, "one cut, with two lines");
    let (left, right) = (cut[0] - 12.0, cut[1] + 12.0);
    for class in ["running", "band", "ready"] {
        let widths = numbers(&svg, class, "width");
        for (x, width) in numbers(&svg, class, "x").into_iter().zip(widths) {
            assert!(x + width <= left || x >= right, "{class} from {x}, {width} wide, at the cut");
        }
    }
    for x in numbers(&svg, "in-bar", "x") {
        assert!(x <= left || x >= right, "text at {x} is in the cut");
    }
}

#[test]
fn the_rows_of_threads_are_told_apart_from_lanes() {
    let chart = record("thread", || sleep(ms(10)).lane("thread")).chart();
    let text = text(&chart, 80);
    assert_eq!(names(&text), ["main", "thread", "[thread]"], "{text}");
    assert!(chart.to_svg(SvgOptions::default()).contains(">[thread]</text>"));
}

#[test]
fn a_thread_that_a_lane_without_a_row_blocks_is_not_idle() {
    let chart = record("blocking", || async {
        let lanes = (0..60).map(|n| async { block(ms(10)) }.lane(format!("worker{n}")));
        join_all(lanes).await;
    })
    .chart();
    let picture = chart.picture(SvgOptions { width: 3000.0, ..SvgOptions::default() });
    assert!(!picture.left_out.is_empty(), "the workers in the middle have no row");
    assert!(!picture.svg.contains(">idle<"), "the thread is blocked all the time");
}

#[test]
fn a_single_line_that_is_not_listed_is_no_plural() {
    let printing = |count: u64| {
        let printed = record("printing", move || async move {
            for n in 0..count {
                say!("{n}");
            }
        });
        printed.chart().to_svg(SvgOptions::default())
    };
    assert!(!printing(24).contains("… and "));
    assert!(printing(25).contains("… and 1 more line<"));
    assert!(printing(26).contains("… and 2 more lines<"));
}

#[test]
fn main_keeps_its_letter() {
    let chart = record("letters", || async {
        join!(sleep(ms(10)).lane("mail"), sleep(ms(20)).lane("mobile"));
    })
    .chart();
    let text = text(&chart, 80);
    let thread = text.lines().find(|line| line.contains("[thread]")).unwrap();
    assert!(thread.contains("mle"), "{text}");
}

#[test]
fn arrows_of_several_scenes_do_not_share_an_id() {
    let scene = |title: &'static str| {
        record(title, || async {
            let nap = tokio::spawn(sleep(ms(10)).lane("nap"));
            nap.await.unwrap();
        })
        .chart()
    };
    let charts = [scene("first"), scene("second")];
    let trace: serde_json::Value = serde_json::from_str(&to_perfetto(&charts)).unwrap();
    let mut arrows: Vec<(u64, u64)> = vec![];
    for event in trace["traceEvents"].as_array().unwrap() {
        if event["ph"] == "s" {
            arrows.push((event["id"].as_u64().unwrap(), event["pid"].as_u64().unwrap()));
        }
        if event["ph"] == "f" {
            let end = (event["id"].as_u64().unwrap(), event["pid"].as_u64().unwrap());
            assert!(arrows.contains(&end), "{event} ends an arrow of another scene");
        }
    }
    let mut ids: Vec<u64> = arrows.iter().map(|(id, _)| *id).collect();
    ids.dedup();
    assert_eq!((ids.len(), arrows.len()), (2, 2));
}

#[test]
fn no_arrow_goes_through_a_label() {
    // A, above B, is woken by C, below it: the arrow goes through the row of B, in whose wait it
    // is.
    let chart = record("arrows", || async {
        let (send, receive) = tokio::sync::oneshot::channel::<()>();
        let a = tokio::spawn(async { drop(receive.await) }.lane("A"));
        let b = tokio::spawn(sleep(ms(100)).lane("B"));
        let c = tokio::spawn(
            async {
                sleep(ms(50)).await;
                drop(send);
            }
            .lane("C"),
        );
        let _ = join!(a, b, c);
    })
    .chart();
    for width in [480.0, 600.0, 1160.0] {
        let svg = chart.to_svg(SvgOptions { width, legend: false, ..SvgOptions::default() });
        let mut arrows = vec![];
        for path in svg.split("class=\"arrow\" d=\"M").skip(1) {
            let place: Vec<f64> = path
                .split(['V', ' ', '"'])
                .take(3)
                .map(|number| number.parse().expect(path))
                .collect();
            arrows.push((place[0], place[1].min(place[2]), place[1].max(place[2])));
        }
        assert!(!arrows.is_empty());
        for label in svg.split("class=\"faint middle halo\" ").skip(1) {
            let number = |name: &str| -> f64 {
                let (_, value) = label.split_once(&format!("{name}=\"")).expect(label);
                value.split('"').next().unwrap().parse().expect(value)
            };
            let text = label.split(['>', '<']).nth(1).expect(label);
            let half = text.chars().count() as f64 * 12.0 * 0.58 / 2.0;
            for (x, top, bottom) in &arrows {
                let beside = (number("x") - x).abs() >= half;
                let above_or_below = number("y") < *top || number("y") - 12.0 > *bottom;
                assert!(beside || above_or_below, "{text} at {width} is crossed at {x}");
            }
        }
    }
}
