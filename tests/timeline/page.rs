//! The explorer's page: what is to be seen after each poll.
use async_concepts::{LaneExt, record, say, timeline::Recording};
use futures::join;
use serde_json::Value;
use std::time::Duration;
use tokio::{sync::Notify, time::sleep};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// What the page's script reads.
fn data<T>(run: &Recording<T>) -> Value {
    let page = run.to_page();
    let (_, data) = page.split_once("<script id=\"run\" type=\"application/json\">").expect("data");
    let (data, _) = data.split_once("</script>").expect("the end of the data");
    serde_json::from_str(data).expect("JSON")
}

fn steps<T>(run: &Recording<T>) -> Vec<Value> {
    let data = data(run);
    data["scenes"][0]["tracks"][0]["steps"].as_array().expect("steps").clone()
}

/// The name of the lane, and the sentence, of each step.
fn sentences<T>(run: &Recording<T>) -> Vec<String> {
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
            "main begins and polls the lanes inside it.",
            "A begins, prints “begin” and waits. (until 100 ms)",
            "B begins, prints “begin” and waits. (until 200 ms)",
            "main goes on (A was woken) and polls the lanes inside it.",
            "A goes on (its time has come), prints “end” and ends.",
            "B is polled without a wake and waits. (until 200 ms)",
            "main goes on (B was woken) and polls the lanes inside it.",
            "B goes on (its time has come), prints “end” and ends.",
        ]
    );
}

#[test]
fn what_is_ready_stands_in_the_order_of_its_wakes() {
    let run = record("three wakes", async || {
        let bells = [Notify::new(), Notify::new(), Notify::new()];
        let [a, b, c] = &bells;
        let ring = async {
            sleep(ms(10)).await;
            for bell in [b, c, a] {
                bell.notify_one();
            }
        };
        join!(
            ring.lane("ring"),
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
fn the_same_run_gives_the_same_page() {
    assert_eq!(record("naps", two_naps).to_page(), record("naps", two_naps).to_page());
}

#[test]
fn a_page_needs_nothing_but_itself_and_is_small() {
    let page = record("naps", two_naps).to_page();
    for outside in ["src=", "href=\"http", "url(h", "@import", "fetch("] {
        assert!(!page.contains(outside), "the page has {outside}");
    }
    assert!(page.contains("default-src 'none'"));
    assert!(page.len() < 300_000, "{} bytes", page.len());
}

#[test]
fn what_is_printed_cannot_end_the_script() {
    let run = record("</script>", async || say!("</script><script>alert(1)</script>"));
    let page = run.to_page();
    assert_eq!(page.matches("</script>").count(), 2, "one for the data, one for the script");
    assert_eq!(
        steps(&run)[0]["says"][0][1],
        Value::from("</script><script>alert(1)</script>")
    );
}
