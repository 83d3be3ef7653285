//! What the example shows.
use crate::{explored::Explored, send_millions};
use async_concepts::{
    record,
    stage::printed,
    timeline::{Observe, Span, State, TerminalOptions},
};
use std::{path::Path, process::Command, time::Duration};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[test]
fn one_by_one_ends_with_the_first_refusal() {
    let run = record("one by one", send_millions::one_by_one);
    assert_eq!(run.elapsed, ms(400));
    assert_eq!(
        run.transcript(),
        [
            "0.000 ann begin",
            "0.100 ann sent",
            "0.100 bob begin",
            "0.200 bob sent",
            "0.200 cy begin",
            "0.300 cy sent",
            "0.300 dee begin",
            "0.400 dee refused",
            "0.400 main it ends with: dee is refused",
        ]
    );
    assert_eq!(run.output(), Err("dee is refused".to_owned()));
}

#[test]
fn eight_mails_over_two_connections_take_400_ms_and_a_refusal_stops_no_other() {
    let run = record("two connections", send_millions::two_connections);
    assert_eq!(run.elapsed, ms(400));
    assert_eq!(
        run.transcript(),
        [
            "0.000 ann begin",
            "0.000 bob begin",
            "0.100 ann sent",
            "0.100 cy begin",
            "0.100 bob sent",
            "0.100 dee begin",
            "0.200 cy sent",
            "0.200 eve begin",
            "0.200 dee refused",
            "0.200 fay begin",
            "0.300 eve sent",
            "0.300 gus begin",
            "0.300 fay sent",
            "0.300 hal begin",
            "0.400 gus sent",
            "0.400 hal sent",
            "0.400 main 7 sent, 1 refused",
            "0.400 main at most 100 ms between two heartbeats",
        ]
    );
    assert_eq!(run.output().sent, 7);
}

#[test]
fn its_timeline_is_a_staircase_of_two() {
    let chart = record("two connections", send_millions::two_connections).chart();
    let mails: Vec<_> = chart
        .rows
        .iter()
        .filter(|row| !["main", "heartbeat"].contains(&row.name.as_str()))
        .collect();
    assert_eq!(mails.len(), 8);
    for gap in 0..chart.instants.len() - 1 {
        let waits = |span: &&Span| {
            matches!(span.state, State::Waiting(_))
                && span.from.instant <= gap
                && gap < span.to.instant
        };
        let in_flight =
            mails.iter().filter(|row| row.spans.iter().any(|span| waits(&span))).count();
        assert_eq!(in_flight, 2, "mails in flight after {:?}", chart.instants[gap].at);
    }
}

#[test]
fn nothing_that_its_explorer_shows_claims_more_than_was_recorded() {
    for scene in send_millions::stage().run_for_test(Observe::Everything) {
        let explored = Explored::new("send_millions", scene.chart.expect("it was observed"));
        assert_eq!(explored.faults(), [""; 0], "{}", scene.title);
    }
}

#[test]
fn without_waiting_the_list_is_at_its_end_before_one_mail_is_sent() {
    let run = record("no waiting", send_millions::no_waiting);
    assert_eq!(run.elapsed, ms(0));
    let transcript = run.transcript();
    assert_eq!(transcript.last().unwrap(), "0.000 main the list is at its end");
    assert_eq!(
        transcript.iter().filter(|line| line.ends_with("begin")).count(),
        8,
        "all are under way at once"
    );
    assert!(!transcript.iter().any(|line| line.ends_with("sent")));
}

#[test]
fn to_watch_changes_nothing() {
    let seen = |observe| {
        send_millions::stage()
            .run_for_test(observe)
            .into_iter()
            .map(|scene| (scene.elapsed, scene.transcript()))
            .collect()
    };
    let everything: Vec<_> = seen(Observe::Everything);
    for _ in 0..5 {
        assert_eq!(everything, seen(Observe::Everything), "the same run gives the same lines");
        assert_eq!(everything, seen(Observe::Lines));
    }
}

#[test]
#[ignore = "needs python3 with Twisted"]
fn its_twin_needs_600_ms_since_it_loses_a_worker() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let twin = Command::new("python3")
        .arg(folder.join("tests/twins/virtual_reactor.py"))
        .arg(folder.join("examples/send_millions.py"))
        .output()
        .expect("python3 is there");
    assert!(twin.status.success(), "{}", String::from_utf8_lossy(&twin.stderr));
    assert_eq!(String::from_utf8_lossy(&twin.stderr), "");
    let twin = String::from_utf8(twin.stdout).expect("it prints UTF-8");
    let rust = printed(&send_millions::stage().run_for_test(Observe::Lines));
    let scenes = |text: &str| -> Vec<String> {
        text.split("\n\n").map(|scene| scene.trim_end().to_owned()).collect()
    };
    let (twin, rust) = (scenes(&twin), scenes(&rust));
    assert_eq!((twin.len(), rust.len()), (3, 3), "{twin:#?}");
    assert_eq!(twin[0], rust[0]);
    assert_eq!(twin[2], rust[2]);
    // Up to 100 ms they are the same but for the order of two that are ready at the same time; then
    // dee is refused.
    let after: Vec<&str> = twin[1].lines().skip_while(|line| !line.starts_with(" 0.200")).collect();
    assert_eq!(
        after,
        [
            " 0.200 cy       sent",
            " 0.200 dee      refused",
            " 0.200 eve      begin",
            " 0.300 eve      sent",
            " 0.300 fay      begin",
            " 0.400 fay      sent",
            " 0.400 gus      begin",
            " 0.500 gus      sent",
            " 0.500 hal      begin",
            " 0.600 hal      sent",
            " 0.600 main     1 of 2 came to the end of the list",
        ]
    );
}

#[test]
fn the_readme_shows_what_is_drawn() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let chart = record("two connections", send_millions::two_connections).chart();
    let drawn = chart.to_text(TerminalOptions { width: 100, colour: false });
    let (before, rest) =
        readme.split_once("over two connections.\n\n```text\n").expect("there is a place for it");
    let (shown, after) = rest.split_once("```").expect("it ends");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(
            &path,
            format!("{before}over two connections.\n\n```text\n{drawn}```{after}"),
        )
        .unwrap();
    } else {
        assert_eq!(shown, drawn, "UPDATE=1 writes it anew");
    }
}
