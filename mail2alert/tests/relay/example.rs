//! The example: its four lanes, and what each of them says.
use async_concepts::{
    stage::SceneResult,
    timeline::{End, Observe},
};
#[path = "../../../tests/explored/mod.rs"]
#[allow(dead_code, reason = "how good the checks are is tested where they are")]
mod explored;
#[path = "../../examples/mail2alert.rs"]
#[allow(dead_code, reason = "its `main` is not used here")]
mod mail2alert;
use mail2alert::sequence::Picture;

/// What a lane says, in order. It runs on the real clock, so when it says so is another matter.
fn said_by(scene: &SceneResult, lane: &str) -> Vec<String> {
    scene.lines.iter().filter(|line| line.lane == lane).map(|line| line.text.clone()).collect()
}

const GET: &str = "GET /go/api/config/pipeline_groups";
const SEND: &str = "SEND to team-a and team-b";

#[test]
fn the_lanes_are_those_of_the_diagram_and_so_is_what_they_say() {
    let scenes = mail2alert::stage().run_for_test(Observe::Everything);
    let titles: Vec<&str> = scenes.iter().map(|scene| scene.title).collect();
    let fails =
        ["the REST API fails", "the mail server fails", "the Notifyer fails", "Mail2alert fails"];
    assert_eq!(titles, [&["the diagram"], &fails[..]].concat());
    for scene in &scenes {
        let ended = said_by(scene, "main").into_iter().find(|line| line.contains("cannot go on"));
        assert_eq!(ended, None, "{}", scene.title);
        assert!(scene.verdict.is_none(), "{}: {}", scene.title, scene.verdict.as_ref().unwrap());
        let chart = scene.chart.as_ref().expect("it was watched");
        let lanes: Vec<&str> = chart.rows.iter().map(|row| row.name.as_str()).collect();
        let four = ["main", "Notifyer", "Mail2alert", "REST API", "mail server"];
        assert_eq!(lanes[..5], four, "{}", scene.title);
        assert_eq!(
            lanes.len() > 5,
            scene.title == "Mail2alert fails",
            "only then there is a second one"
        );
        assert_eq!(chart.rows[0].end.1, End::Finished, "{}", scene.title);
        let explored = explored::Explored::new("mail2alert", chart.clone());
        assert_eq!(explored.faults(), [""; 0], "what its explorer shows was recorded");
    }

    let diagram: Vec<String> =
        scenes[0].lines.iter().map(|line| format!("{} {}", line.lane, line.text)).collect();
    assert_eq!(
        diagram,
        [
            "Notifyer SEND p1 failed",
            &format!("Mail2alert {GET}"),
            "REST API 200 OK",
            &format!("Mail2alert {SEND}"),
            "mail server 250",
            "Mail2alert 250",
            "Notifyer ACK",
            "main team-a has 1 mail",
            "main team-b has 1 mail",
        ]
    );

    let [_, rest_api, mail_server, notifyer, mail2alert] = &scenes[..] else {
        panic!("five scenes")
    };
    let once = ["team-a has 1 mail", "team-b has 1 mail"];

    assert_eq!(
        said_by(rest_api, "Notifyer"),
        ["SEND p1 failed", "not now", "SEND p1 failed", "ACK"]
    );
    assert_eq!(said_by(rest_api, "Mail2alert"), [GET, "451", GET, SEND, "250"]);
    assert_eq!(said_by(rest_api, "main"), once);

    assert_eq!(
        said_by(mail_server, "Notifyer"),
        ["SEND p1 failed", "not now", "SEND p1 failed", "ACK"]
    );
    assert_eq!(
        said_by(mail_server, "Mail2alert"),
        [GET, SEND, "451", GET, "SEND to team-b", "250"]
    );
    assert_eq!(said_by(mail_server, "main"), once, "the retry went to the one that was missing");

    assert_eq!(
        said_by(notifyer, "Notifyer"),
        ["SEND p1 failed", "hangs up", "SEND p1 failed", "ACK"]
    );
    assert_eq!(said_by(notifyer, "main"), once, "what was begun was finished, and not begun again");

    let heard = [
        "SEND p1 failed",
        "the server hung up while waiting for the reply to the message",
        "SEND p1 failed",
        "ACK",
    ];
    assert_eq!(said_by(mail2alert, "Notifyer"), heard);
    let crashed = [
        "Mail2alert crashes",
        "Mail2alert starts again",
        "team-a has 2 mails",
        "team-b has 2 mails",
    ];
    assert_eq!(said_by(mail2alert, "main"), crashed, "the one duplicate, since it was not known");
}

/// What is drawn of a scene: the text between its first line, with the names, and its last.
const DIAGRAMS: [(&str, &str); 5] = [
    (
        "the-diagram",
        "
          │───── SEND ─────>│                 │                 │
          │                 │────── GET ─────>│                 │
          │                 │<───── 200 ──────│                 │
          │                 │──── SEND to team-a and team-b ───>│
          │                 │<────────────── ACK ───────────────│
          │<───── ACK ──────│                 │                 │
",
    ),
    (
        "the-rest-api-fails",
        "
          │───── SEND ─────>│                 │                 │
          │                 │────── GET ─────>│                 │
          │                 │<───── 500 ──────│                 │
          │<───── 451 ──────│                 │                 │
          │───── SEND ─────>│                 │                 │
          │                 │────── GET ─────>│                 │
          │                 │<───── 200 ──────│                 │
          │                 │──── SEND to team-a and team-b ───>│
          │                 │<────────────── ACK ───────────────│
          │<───── ACK ──────│                 │                 │
",
    ),
    (
        "the-mail-server-fails",
        "
          │───── SEND ─────>│                 │                 │
          │                 │────── GET ─────>│                 │
          │                 │<───── 200 ──────│                 │
          │                 │──── SEND to team-a and team-b ───>│
          │                 │<──── ACK team-a, 450 team-b ──────│
          │<───── 451 ──────│                 │                 │
          │───── SEND ─────>│                 │                 │
          │                 │────── GET ─────>│                 │
          │                 │<───── 200 ──────│                 │
          │                 │───────── SEND to team-b ─────────>│
          │                 │<────────────── ACK ───────────────│
          │<───── ACK ──────│                 │                 │
",
    ),
    (
        "the-notifyer-fails",
        "
          │───── SEND ─────>│                 │                 │
          │                 │────── GET ─────>│                 │
          │                 │<───── 200 ──────│                 │
          │                 │──── SEND to team-a and team-b ───>│
          ╳ hangs up        │                 │                 │
          │                 │<────────────── ACK ───────────────│
          │╌╌╳╌╌╌ ACK ╌╌╌╌╌╌│                 │                 │
          │───── SEND ─────>│                 │                 │
          │                 │────── GET ─────>│                 │
          │                 │<───── 200 ──────│                 │
          │<───── ACK ──────│                 │                 │
",
    ),
    (
        "mail2alert-fails",
        "
          │───── SEND ─────>│                 │                 │
          │                 │────── GET ─────>│                 │
          │                 │<───── 200 ──────│                 │
          │                 │──── SEND to team-a and team-b ───>│
          │                 ╳ crashes         │                 │
          │                 ╳ starts again    │                 │
          │                 │╌╌╳╌╌╌╌╌╌╌╌╌╌╌╌ ACK ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌│
          │───── SEND ─────>│                 │                 │
          │                 │────── GET ─────>│                 │
          │                 │<───── 200 ──────│                 │
          │                 │──── SEND to team-a and team-b ───>│
          │                 │<────────────── ACK ───────────────│
          │<───── ACK ──────│                 │                 │
",
    ),
];

/// The sequence diagrams, as text and in the folder `pictures`. With `UPDATE_PICTURES=1` the
/// pictures are written anew.
#[tokio::test]
async fn each_scene_is_drawn_as_the_talks_sequence_diagram() {
    let tallies = [
        mail2alert::diagram().await,
        mail2alert::rest_api_fails().await,
        mail2alert::mail_server_fails().await,
        mail2alert::notifyer_fails().await,
        mail2alert::mail2alert_fails().await,
    ];
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("pictures");
    for ((name, expected), tally) in DIAGRAMS.into_iter().zip(tallies) {
        let tally = tally.expect("the scene comes to its end");
        let mails = if name == "mail2alert-fails" { 2 } else { 1 };
        assert!(tally.arrived.values().all(|arrived| *arrived == mails), "{name}");
        assert_eq!(tally.codes.last(), Some(&250), "{name}");
        let (names, text) = tally.text.split_once('\n').expect("a line with the names");
        let parties: Vec<&str> = names.split("  ").map(str::trim).collect();
        let parties: Vec<&str> = parties.into_iter().filter(|name| !name.is_empty()).collect();
        assert_eq!(parties, ["Notifyer", "Mail2alert", "REST API", "mail server"]);
        assert_eq!(text, &expected[1..], "{name}:\n{text}");
        // Beside the picture its size, for programs that show it.
        let Picture { svg, .. } = &tally.picture;
        for (end, text) in [("svg", svg), ("json", &tally.picture.json())] {
            let path = folder.join(format!("{name}.{end}"));
            if std::env::var_os("UPDATE_PICTURES").is_some() {
                std::fs::create_dir_all(&folder).expect("the folder");
                std::fs::write(&path, text).expect("the picture");
            }
            let before = std::fs::read_to_string(&path).expect("the picture");
            assert_eq!(before, *text, "{name} is drawn otherwise now");
        }
    }
}
