//! What the example `send_emails` promises. It does real I/O, so it is held to what happens, and in
//! which order, and not to times.
use async_concepts::timeline::Observe;
use mail::smtp::{Address, Handler, Limits, Reply, Server, Transaction};
use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};
use tokio::{net::TcpListener, sync::oneshot, task::spawn_blocking};

#[path = "../examples/send_emails.rs"]
#[allow(dead_code, reason = "its `main` is run in a process of its own")]
mod send_emails;

#[path = "../../tests/explored/mod.rs"]
#[allow(dead_code, reason = "how good the checks are is tested where they are")]
mod explored;

/// The lines of a scene as `lane text`, without the numbers of the servers' sessions, which the
/// network decides.
fn lines(transcript: &[String]) -> Vec<String> {
    let line = |line: &String| {
        let (_, line) = line.split_once(' ').expect("a time stands before it");
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["server", number, ..] if number.parse::<u32>().is_ok() => {
                format!("server {}", words[2..].join(" "))
            }
            _ => line.to_owned(),
        }
    };
    transcript.iter().map(line).collect()
}

const ALL: [&str; 12] = [
    "bob refused: 550",
    "server delivered to alice",
    "alice accepted",
    "server delivered to erin",
    "erin accepted",
    "carol timed out",
    "main alice@example.org: accepted",
    "main bob@example.org: refused: 550",
    "main carol@example.org: timed out",
    "main dave: panicked",
    "main erin@example.org: accepted",
    "main the last thing: all 5 have ended",
];

const FIRST_SUCCESS: [&str; 5] = [
    "bob refused: 550",
    "server delivered to alice",
    "alice accepted",
    "main the first to get it is alice@example.org",
    // The program does not wait to hear of it any more: the sending was dropped while the server
    // was at it.
    "server delivered to erin",
];

const FIRST_FAILURE: [&str; 1] = ["main the first to fail is dave: panicked"];

/// What Twisted prints and Rust does not, and the other way round, by scene: a panic is an
/// exception there, and a send that is not waited for any more goes on.
const DIFFERENCES: [&[&str]; 3] = [
    &["- main dave: panicked", "+ main dave: failed: addresses are checked when people sign up"],
    &["+ erin accepted", "+ carol timed out"],
    &[
        "- main the first to fail is dave: panicked",
        "+ main the first to fail is dave: failed: addresses are checked when people sign up",
        "+ bob refused: 550",
        "+ server delivered to alice",
        "+ alice accepted",
        "+ server delivered to erin",
        "+ erin accepted",
        "+ carol timed out",
    ],
];

#[test]
fn the_last_thing_comes_when_all_have_ended_and_only_one_way_of_waiting_lets_all_end() {
    let scenes = send_emails::stage().run_for_test(Observe::Everything);
    let [all, first_success, first_failure] = &scenes[..] else { panic!("three scenes") };
    assert_eq!(lines(&all.transcript()), ALL);
    assert_eq!(lines(&first_success.transcript()), FIRST_SUCCESS);
    assert_eq!(lines(&first_failure.transcript()), FIRST_FAILURE);
    for scene in &scenes {
        assert!(scene.verdict.is_none(), "{}: {:?}", scene.title, scene.verdict);
        let chart = scene.chart.as_ref().expect("it was observed");
        let lanes: Vec<&str> = chart.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(
            lanes[..7],
            ["main", "alice", "bob", "carol", "dave", "erin", "server"],
            "{}",
            scene.title
        );
        let explored = explored::Explored::new("send_emails", chart.clone());
        assert_eq!(explored.faults(), [""; 0], "what its explorer shows was recorded");
    }
}

/// The example as you would run it. Cargo has built it for these tests.
fn example(args: &[&str]) -> Output {
    let tests = std::env::current_exe().expect("this test has a file");
    let examples: PathBuf =
        tests.parent().and_then(Path::parent).expect("target/debug").join("examples");
    Command::new(examples.join("send_emails"))
        .args(args)
        .output()
        .expect("the example has been built")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Another server, which takes everything.
struct Anything;

impl Handler for Anything {
    async fn recipient(&self, _: &Transaction, _: &Address) -> Reply {
        Reply::accepted("fine")
    }

    async fn message(&self, _: Transaction, _: bytes::Bytes) -> Reply {
        Reply::accepted("fine")
    }
}

#[tokio::test]
async fn it_sends_to_the_server_that_it_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(
        Server::new(Anything, Limits::default()).serve(listener, async { _ = stopped.await }),
    );
    let output =
        spawn_blocking(move || example(&["--server", &address, "--no-timeline"])).await.unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    for to in ["alice", "bob", "carol", "erin"] {
        assert!(said.contains(&format!("main     {to}@example.org: accepted")), "{said}");
    }
    drop(stop);
    assert!(server.await.unwrap().messages >= 4);
}

#[test]
fn a_server_that_is_none_is_told_in_one_sentence() {
    for wrong in ["localhost", ":25", "localhost:0", "localhost:smtp", "localhost:70000"] {
        let output = example(&["--server", wrong]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        let expected = format!(
            "send_emails: --server wants HOST:PORT, such as localhost:2525, and not {wrong:?}\n"
        );
        assert_eq!(said, expected);
    }
    let unreachable = example(&["--server", "127.0.0.1:1", "--no-timeline"]);
    assert!(
        text(&unreachable.stdout)
            .contains("alice@example.org: failed: the connection broke while connecting")
    );
    let help = text(&example(&["--help"]).stdout);
    assert!(
        help.starts_with("Usage: cargo run --package async-concepts-mail --example send_emails"),
        "{help}"
    );
    assert!(help.contains("--server HOST:PORT"), "{help}");
}

#[test]
#[ignore = "needs python3 with Twisted"]
fn the_twin_prints_the_same_except_where_twisted_differs() {
    let twin = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/send_emails.py");
    let output = Command::new("python3").arg(twin).output().expect("python3");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let printed = text(&output.stdout);
    let scenes = printed.split("── ").filter_map(|scene| scene.split_once(" ──\n"));
    let scenes: Vec<(&str, Vec<String>)> = scenes
        .map(|(title, lines)| {
            let line =
                |line: &str| line.split_whitespace().skip(1).collect::<Vec<&str>>().join(" ");
            (title, lines.lines().filter(|line| !line.is_empty()).map(line).collect())
        })
        .collect();
    let ours: [(&str, &[&str]); 3] =
        [("all", &ALL), ("first success", &FIRST_SUCCESS), ("first failure", &FIRST_FAILURE)];
    assert_eq!(scenes.len(), ours.len(), "{printed}");
    for (((title, ours), (their_title, theirs)), differences) in
        ours.iter().zip(&scenes).zip(DIFFERENCES)
    {
        assert_eq!(title, their_title);
        let only_ours = ours
            .iter()
            .filter(|line| !theirs.iter().any(|their| their == *line))
            .map(|line| format!("- {line}"));
        let only_theirs = theirs
            .iter()
            .filter(|line| !ours.contains(&line.as_str()))
            .map(|line| format!("+ {line}"));
        assert_eq!(
            only_ours.chain(only_theirs).collect::<Vec<String>>(),
            differences,
            "{title}\n{printed}"
        );
        let common = |line: &&str| theirs.iter().any(|their| their == line);
        let in_our_order: Vec<&str> = ours.iter().copied().filter(common).collect();
        let in_their_order: Vec<&str> =
            theirs.iter().map(String::as_str).filter(|line| ours.contains(line)).collect();
        assert_eq!(in_our_order, in_their_order, "{title}");
    }
}
