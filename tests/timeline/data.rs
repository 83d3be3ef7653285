//! A recording as data: what is written down is read back, and nothing else is.
use crate::ms;
use async_concepts::{
    LaneExt, block, callback,
    event_loop::EventLoop,
    on_thread, record, record_blocking, say,
    timeline::{
        Chart, Clock, JsonError, Recorder, SvgOptions, TerminalOptions, from_json, to_json,
        to_perfetto,
    },
};
use tokio::{join, task::spawn_blocking, time::sleep};

/// A run with something of everything: a wake across lanes, a thread, a line, a cancelled lane, and
/// a verdict.
fn rich() -> Chart {
    let run = Recorder::new("rich").limit(ms(500)).record(|| async {
        say!("begin");
        let hash = spawn_blocking(on_thread("hash", || block(ms(50))));
        let late = tokio::time::timeout(ms(100), sleep(ms(900)).lane("late"));
        let (_, _) = join!(hash, late);
        std::future::pending::<()>().lane("stuck").await;
    });
    assert!(run.outcome.is_err());
    run.chart()
}

#[test]
fn what_is_read_back_draws_the_same_in_every_renderer() {
    let charts = vec![rich(), record("second", || sleep(ms(5)).lane("nap")).chart()];
    let read = from_json(&to_json(&charts)).expect("it was just written");
    assert_eq!(read, charts);
    for (one, other) in charts.iter().zip(&read) {
        let options = TerminalOptions { width: 100, colour: true };
        assert_eq!(one.to_text(options), other.to_text(options));
        assert_eq!(one.to_svg(SvgOptions::default()), other.to_svg(SvgOptions::default()));
        assert_eq!(one.describe(), other.describe());
    }
    assert_eq!(to_perfetto(&charts), to_perfetto(&read));
}

#[test]
fn the_format_is_what_its_documentation_says() {
    let chart = record("nap", || sleep(ms(5)).lane("nap")).chart();
    let data: serde_json::Value = serde_json::from_str(&to_json(&[chart])).unwrap();
    assert_eq!(data["version"], 1);
    let chart = &data["charts"][0];
    assert_eq!(chart["title"], "nap");
    assert_eq!(chart["clock"], "paused");
    assert_eq!(chart["elapsed"], 5_000_000);
    assert_eq!(chart["instants"][1]["at"], 5_000_000);
    assert_eq!(chart["verdict"], serde_json::Value::Null);
    let nap = &chart["rows"][1];
    assert_eq!(nap["name"], "nap");
    assert_eq!(nap["spans"][1]["state"], serde_json::json!({ "waiting": "clock" }));
    assert_eq!(nap["spans"][1]["from"], serde_json::json!({ "instant": 0, "column": 2 }));
    assert_eq!(nap["end"][1], "finished");
}

#[test]
fn the_calls_of_an_event_loop_are_in_the_data_and_are_checked() {
    let run = record_blocking("loop", || {
        let event_loop = EventLoop::new()?;
        let stop = event_loop.clone();
        event_loop.call_later(ms(5), callback("stop", move || stop.stop()))?;
        event_loop.run_forever()?;
        event_loop.close()
    });
    let text = to_json(&[run.chart()]);
    let data: serde_json::Value = serde_json::from_str(&text).unwrap();
    let call = &data["charts"][0]["calls"][0];
    assert_eq!(call["lane"], 1);
    assert_eq!(call["timer"]["due"], 5_000_000);
    assert_eq!(call["queued"]["at"]["instant"], 1);
    assert_eq!(from_json(&text).unwrap()[0].calls, run.chart().calls);
    let broken = text.replace(r#""lane":1,"timer""#, r#""lane":9,"timer""#);
    assert_ne!(broken, text);
    assert!(matches!(from_json(&broken), Err(JsonError::Broken(_))));
}

#[test]
fn lines_of_no_lane_are_in_the_data_too_with_the_instant_that_they_belong_to() {
    let run = Recorder::new("lines").clock(Clock::Paused).record(|| async {
        tokio::spawn(async {
            sleep(ms(20)).await;
            say!("no lane");
        });
        sleep(ms(30)).lane("nap").await;
    });
    let read = from_json(&to_json(&[run.chart()])).unwrap();
    assert_eq!(read[0].lines, run.lines);
    assert_eq!(read[0].lines[0].lane, "-");
    assert!(read[0].instants[read[0].instant_of(&read[0].lines[0])].at <= ms(20));
}

#[test]
fn what_cannot_be_drawn_is_refused_and_not_drawn_wrongly() {
    let good = to_json(&[rich()]);
    let refused = |text: &str| from_json(text).expect_err(text).to_string();
    assert!(refused("{}").starts_with("this is no recording: "), "{}", refused("{}"));
    let newer = good.replacen("\"version\":1", "\"version\":2", 1);
    assert_eq!(refused(&newer), "this recording is of version 2; only version 1 can be read");
    let other_lane = good.replacen("\"from\":1,\"to\":", "\"from\":99,\"to\":", 1);
    assert_ne!(other_lane, good, "there is a wake in it");
    assert_eq!(refused(&other_lane), "this recording is broken: there is no lane 99");
    let mut other_wait: serde_json::Value = serde_json::from_str(&good).unwrap();
    for span in other_wait["charts"][0]["rows"][0]["spans"].as_array_mut().unwrap() {
        let Some(waits) = span["places"].get_mut("waits") else { continue };
        for wait in waits.as_array_mut().unwrap() {
            wait["lane"] = 98.into();
        }
    }
    let other_wait = other_wait.to_string();
    assert_eq!(refused(&other_wait), "this recording is broken: there is no lane 98");
    let other_place = good.replacen("{\"instant\":1,", "{\"instant\":77,", 1);
    assert!(refused(&other_place).contains("there is no position"), "{}", refused(&other_place));
    let empty = r#"{"version":1,"charts":[]}"#;
    assert_eq!(from_json(empty).unwrap(), []);
}

#[test]
fn a_verdict_is_part_of_every_rendering() {
    let run = Recorder::new("stuck").limit(ms(500)).record(|| async {
        std::future::pending::<()>().lane("stuck").await;
    });
    let verdict = run.outcome.as_ref().expect_err("it cannot end").to_string();
    let chart = run.chart();
    assert_eq!(chart.verdict.as_ref(), Some(&verdict));
    assert!(chart.summary().starts_with(&format!("Ended: {verdict}.")), "{}", chart.summary());
    let first_words = &verdict[..20];
    let text = chart.to_text(TerminalOptions { width: 80, colour: false });
    assert!(text.contains(&format!("Ended: {first_words}")), "{text}");
    assert!(chart.to_svg(SvgOptions::default()).contains(&format!(">Ended: {first_words}")));
    assert!(chart.describe().contains(&verdict));
    assert!(to_perfetto(std::slice::from_ref(&chart)).contains(&verdict));
    assert!(to_json(&[chart]).contains(&verdict));
}

#[test]
fn a_remark_is_part_of_every_rendering() {
    let run = record("hash", || async { std::thread::sleep(ms(600)) });
    assert_eq!(run.remarks.len(), 1, "{:?}", run.remarks);
    let remark = run.remarks[0].to_string();
    let chart = run.chart();
    assert_eq!(chart.remarks, std::slice::from_ref(&remark));
    assert!(chart.summary().ends_with(&format!(" Note: {remark}.")), "{}", chart.summary());
    let text = chart.to_text(TerminalOptions { width: 120, colour: false });
    assert!(text.contains(&format!("Note: {remark}.")), "{text}");
    assert!(chart.to_svg(SvgOptions::default()).contains(&format!("Note: {remark}.</text>")));
    assert!(chart.describe().contains(&remark));
    assert!(to_perfetto(std::slice::from_ref(&chart)).contains(&format!("Note: {remark}")));
    let json = to_json(&[chart]);
    assert!(json.contains(&remark));
    assert_eq!(from_json(&json).unwrap()[0].remarks, [remark]);
}

#[test]
fn texts_of_a_file_are_cleaned_as_those_of_a_run_are() {
    let run = Recorder::new("TITLE").limit(ms(50)).record(|| async {
        say!("SAID");
        tokio::spawn(async { panic!("PANIC") }.lane("NAME")).await.unwrap_err();
        std::future::pending::<()>().await
    });
    let mut json = to_json(&[run.chart()]);
    json = json.replace("nothing can happen", "VERDICT").replace(file!(), "FILE");
    json = json.replacen("\"remarks\":[]", "\"remarks\":[\"REMARK\"]", 1);
    let texts = ["TITLE", "SAID", "PANIC", "NAME", "VERDICT", "FILE", "REMARK"];
    for text in texts {
        assert!(json.contains(text), "there is no {text}");
        // What would colour a terminal, break an SVG, and turn the writing round.
        json = json.replace(text, &format!("\\u001b[31m{text}\\u0000\\u202e"));
    }
    let charts = from_json(&json).expect("it is still a recording");
    let again = to_json(&charts);
    for text in texts {
        assert!(again.contains(&format!("{text}\u{fffd}\u{fffd}")), "{text} is not clean: {again}");
    }
    assert!(!again.contains("\\u001b") && !again.contains("\u{202e}"), "{again}");
}

#[test]
fn the_title_of_a_run_is_cleaned_too() {
    let run = record("\u{1b}[31mred\u{202e}", || async {});
    assert_eq!(run.title, "red\u{fffd}");
}
