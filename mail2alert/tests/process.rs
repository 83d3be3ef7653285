//! The program mail2alert, as a process of its own, over TCP, on the real clock. Nothing here
//! sleeps to let something happen: the servers around it say when it has come to a step, and hold
//! it there.
//!
//! These are not among the other tests of mail2alert, since a process that is being started shares
//! the locks of the one that starts it for a moment, and those tests have ledgers of their own.
#![cfg(unix)]

#[path = "relay/servers.rs"]
mod servers;

use mail::smtp::{Client, Envelope, Message, Timeouts};
use mail2alert::network::Tcp;
use servers::{
    Act, Announced, CONFIG, MailServer, Rest, TEAMS, broken, notification, say, send_to,
};
use std::{path::PathBuf, process::Stdio, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    net::TcpListener,
    process::{Child, ChildStderr, Command},
    sync::Notify,
    time::timeout,
};

const IN_GOOD_HANDS: &str = "250 2.0.0 it is in good hands";
const TO: [&str; 1] = ["mail2alert@example.com"];

/// The program, and those around it.
struct Surroundings {
    mail_server: MailServer,
    at_mail_server: Announced,
    rest: Rest,
    at_rest: Announced,
    config: PathBuf,
    folder: tempfile::TempDir,
}

struct Program {
    process: Child,
    log: Lines<BufReader<ChildStderr>>,
    address: Tcp,
}

impl Surroundings {
    async fn new() -> Surroundings {
        let (mail_server, at_mail_server) = MailServer::new();
        let (rest, at_rest) = Rest::new();
        let mail_listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let rest_listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let folder = tempfile::tempdir().expect("a folder");
        let config = folder.path().join("mail2alert.toml");
        let text = CONFIG
            .replace(
                "127.0.0.1:25\"",
                &format!("{}\"", mail_listener.local_addr().expect("an address")),
            )
            .replace(
                "http://127.0.0.1/",
                &format!("http://{}/", rest_listener.local_addr().expect("an address")),
            )
            .replace("file = \"ledger\"", &format!("file = {:?}", folder.path().join("ledger")))
            // A busy machine is slow, and no deadline is what is tested here.
            .replace("\"1 s\"", "\"1 min\"")
            .replace("\"2 s\"", "\"1 min\"")
            .replace("\"4 s\"", "\"1 min\"")
            .replace("\"7 s\"", "\"5 min\"")
            .replace("answer = \"20 s\"", "answer = \"10 min\"")
            .replace("shutdown = \"10 s\"", "shutdown = \"10 min\"");
        std::fs::write(&config, text).expect("the configuration");
        tokio::spawn(mail_server.clone().serve(mail_listener));
        tokio::spawn(rest.clone().serve(rest_listener));
        Surroundings { mail_server, at_mail_server, rest, at_rest, config, folder }
    }

    async fn start(&self) -> Program {
        self.start_by(&["env"]).await
    }

    /// Starts it by a command that is given its executable and its arguments.
    async fn start_by(&self, command: &[&str]) -> Program {
        let mut process = Command::new(command[0])
            .args(&command[1..])
            .arg(env!("CARGO_BIN_EXE_mail2alert"))
            .arg(&self.config)
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the program");
        let mut log = BufReader::new(process.stderr.take().expect("it is piped")).lines();
        let line = log.next_line().await.expect("a log").expect("a line");
        let (_, address) = line.split_once(" listening on ").unwrap_or_else(|| panic!("{line}"));
        Program { process, log, address: Tcp(address.to_owned()) }
    }

    /// Does something to the server at which a step is.
    fn at(&self, step: &'static str, act: Act) {
        if step == "groups" {
            self.rest.script.at(step, act)
        } else {
            self.mail_server.script.at(step, act)
        }
    }

    async fn wait_for(&mut self, step: &str) {
        if step == "groups" {
            self.at_rest.wait_for(step).await
        } else {
            self.at_mail_server.wait_for(step).await
        }
    }

    fn behave(&mut self) {
        self.rest.script.behave();
        self.mail_server.script.behave();
        self.at_mail_server.clear();
        self.at_rest.clear();
    }

    /// How many lines of the ledger say that a mail was sent to a recipient.
    fn lines_about_mail(&self) -> usize {
        let ledger = std::fs::read_to_string(self.folder.path().join("ledger")).unwrap_or_default();
        ledger
            .split_inclusive('\n')
            .filter(|line| line.contains("\"sent\"") && line.ends_with('\n'))
            .count()
    }

    /// How many mails each team has.
    fn copies(&self) -> [usize; 3] {
        let recipients = self.mail_server.recipients();
        TEAMS.map(|team| recipients.iter().filter(|recipient| *recipient == team).count())
    }
}

impl Program {
    /// `kill -9`.
    async fn kill(&mut self) {
        self.process.kill().await.expect("it is killed");
    }

    fn terminate(&self) {
        let id = self.process.id().expect("it runs").to_string();
        let status =
            std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill");
        assert!(status.success());
    }

    async fn wait_for_log(&mut self, text: &str) -> String {
        loop {
            let line = self.log.next_line().await.expect("a log").expect("a line before the end");
            if line.contains(text) {
                return line;
            }
        }
    }

    async fn send(&self, text: &str) -> Result<String, String> {
        match send_to(&self.address, &TO, text).await {
            Ok(outcomes) => Ok(outcomes[0].clone()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Sends a mail beside the test.
    fn send_meanwhile(&self, text: String) -> tokio::task::JoinHandle<Result<String, String>> {
        let address = self.address.clone();
        tokio::spawn(async move {
            let outcomes =
                send_to(&address, &TO, &text).await.map_err(|error| error.to_string())?;
            Ok(outcomes[0].clone())
        })
    }
}

/// However busy the machine is, no test takes that long: only one that hangs does.
async fn in_time(test: impl Future<Output = ()>) {
    timeout(Duration::from_secs(900), test)
        .await
        .expect("something that a test waits for does not happen");
}

/// The steps of the diagram at which others can hold the program, and how many copies of a mail
/// each team has when it is killed there and the Notifyer has sent the mail once more.
const STEPS: [(&str, Act, [usize; 3]); 9] = [
    ("groups", Act::Silence, [1, 1, 1]),
    ("connect", Act::Silence, [1, 1, 1]),
    ("EHLO", Act::Silence, [1, 1, 1]),
    ("MAIL", Act::Silence, [1, 1, 1]),
    ("RCPT team-a", Act::Silence, [1, 1, 1]),
    ("RCPT team-c", Act::Silence, [1, 1, 1]),
    ("DATA", Act::Silence, [1, 1, 1]),
    ("message", Act::Silence, [1, 1, 1]),
    // The mail server has it, and mail2alert does not know: the one duplicate that is allowed.
    ("message", Act::TakeAndSilence, [2, 2, 2]),
];

#[tokio::test]
async fn threat_22_kill_9_at_each_step_loses_nothing_and_doubles_at_most_once() {
    in_time(async {
        for (step, act, copies) in STEPS {
            let mut world = Surroundings::new().await;
            let mut program = world.start().await;
            world.at(step, act.clone());
            let mail = program.send_meanwhile(broken("1"));
            world.wait_for(step).await;
            program.kill().await;
            let unacknowledged = mail.await.expect("it does not panic");
            assert!(
                unacknowledged.is_err(),
                "{step}: {unacknowledged:?}, from a process that was killed"
            );

            world.behave();
            let program = world.start().await;
            assert_eq!(program.send(&broken("1")).await, Ok(IN_GOOD_HANDS.into()), "{step}");
            assert_eq!(world.copies(), copies, "{step}, {act:?}");
            assert_eq!(program.send(&broken("1")).await, Ok(IN_GOOD_HANDS.into()), "{step}");
            assert_eq!(world.copies(), copies, "{step}, {act:?}: once acknowledged, never again");
        }
    })
    .await;
}

/// The mail server has it, and mail2alert is killed before it can know. Three times.
#[tokio::test]
async fn threat_22_each_kill_9_costs_one_duplicate_and_no_more() {
    in_time(async {
        let mut world = Surroundings::new().await;
        for _ in 0..3 {
            let mut program = world.start().await;
            world.at("message", Act::TakeAndSilence);
            let mail = program.send_meanwhile(broken("1"));
            world.wait_for("message").await;
            program.kill().await;
            assert!(mail.await.expect("it does not panic").is_err());
            world.behave();
        }
        let program = world.start().await;
        for _ in 0..2 {
            assert_eq!(program.send(&broken("1")).await, Ok(IN_GOOD_HANDS.into()));
            assert_eq!(world.copies(), [4, 4, 4], "one duplicate for each of three kills");
        }
    })
    .await;
}

#[tokio::test]
async fn threat_22_kill_9_between_the_attempts_leaves_those_that_are_missing() {
    in_time(async {
        let mut world = Surroundings::new().await;
        world.at("RCPT team-b", say("450 busy"));
        let mut program = world.start().await;
        let outcome = program.send(&broken("1")).await.expect("an outcome");
        assert!(outcome.starts_with("451 "), "{outcome}");
        program.kill().await;
        assert_eq!(world.copies(), [1, 0, 1]);

        // Killed once more, while it sends to the one that is missing.
        let mut program = world.start().await;
        world.behave();
        world.at("message", Act::Silence);
        let mail = program.send_meanwhile(broken("1"));
        world.wait_for("message").await;
        program.kill().await;
        assert!(mail.await.expect("it does not panic").is_err());

        world.behave();
        let program = world.start().await;
        assert_eq!(program.send(&broken("1")).await, Ok(IN_GOOD_HANDS.into()));
        assert_eq!(world.copies(), [1, 1, 1]);
    })
    .await;
}

#[tokio::test]
async fn threat_22_kill_9_after_the_acknowledgement_loses_nothing_and_doubles_nothing() {
    in_time(async {
        let mut world = Surroundings::new().await;
        let mut program = world.start().await;
        // It is killed as soon as it has said so, and not after a goodbye, before which it would
        // have time for its ledger.
        let mut notifyer =
            Client::connect(&program.address.0, "ci.example.com", Timeouts::default())
                .await
                .expect("a greeting");
        let from = Some("go@example.com".parse().expect("an address"));
        let envelope = Envelope { from, to: vec![TO[0].parse().expect("an address")] };
        let outcomes =
            notifyer.send(&envelope, &Message::new(broken("1"))).await.expect("outcomes");
        program.kill().await;
        assert_eq!(outcomes[0].to_string(), IN_GOOD_HANDS);
        assert_eq!(world.copies(), [1, 1, 1]);
        let mut program = world.start().await;
        assert_eq!(
            program.send(&broken("1")).await,
            Ok(IN_GOOD_HANDS.into()),
            "the Notifyer did not hear it"
        );
        assert_eq!(world.copies(), [1, 1, 1]);
        // What it learnt may have been lost with it, for it learns after the acknowledgement. Then
        // the next failure is news to it; the same report always is.
        program.kill().await;
        world.behave();
        let program = world.start().await;
        assert_eq!(
            program.send(&notification("2", "Stage [p1/2/s/1] failed")).await,
            Ok(IN_GOOD_HANDS.into())
        );
        assert_eq!(world.copies(), [2, 2, 2], "another mail, about the same run that broke");
    })
    .await;
}

/// Between the mail server's 250 and ours the program cannot be held from outside. But one can see
/// when it has written down in its ledger that the mail is sent; from there on, not even the one
/// duplicate is allowed.
#[tokio::test]
async fn threat_22_kill_9_once_it_is_in_the_ledger_doubles_nothing() {
    in_time(async {
        let world = Surroundings::new().await;
        let mut unacknowledged = 0;
        for number in 1..=10 {
            let mut program = world.start().await;
            let mail = broken(&number.to_string());
            let lines = world.lines_about_mail();
            let sent = program.send_meanwhile(mail.clone());
            while world.lines_about_mail() < lines + 3 {
                tokio::task::yield_now().await;
            }
            program.kill().await;
            unacknowledged += usize::from(sent.await.expect("it does not panic").is_err());
            assert_eq!(world.copies(), [number; 3], "it was in the ledger, so it was sent");
            let mut program = world.start().await;
            assert_eq!(program.send(&mail).await, Ok(IN_GOOD_HANDS.into()));
            assert_eq!(
                world.copies(),
                [number; 3],
                "it was in the ledger, so it is not sent again"
            );
            program.kill().await; // and gone: the ledger has one owner
        }
        // Whether it was acknowledged before it died is not for the test to say: both must be
        // right.
        println!("{unacknowledged} of 10 were killed between the ledger and the acknowledgement");
    })
    .await;
}

/// And before that, from the mail server's 250 on: at no particular moment, each time a little
/// later.
#[tokio::test]
async fn threat_22_kill_9_at_any_moment_after_the_mail_server_has_it() {
    in_time(async {
        let mut world = Surroundings::new().await;
        for number in 1..=10 {
            let mut program = world.start().await;
            let mail = broken(&number.to_string());
            let before = world.copies();
            let sent = program.send_meanwhile(mail.clone());
            world.wait_for("message").await;
            for _ in 0..10 * number {
                tokio::task::yield_now().await;
            }
            program.kill().await;
            let acknowledged =
                sent.await.expect("it does not panic") == Ok(IN_GOOD_HANDS.to_owned());
            if acknowledged {
                assert_eq!(
                    world.copies(),
                    before.map(|copies| copies + 1),
                    "it was acknowledged, so it is there"
                );
            }
            let mut program = world.start().await;
            assert_eq!(program.send(&mail).await, Ok(IN_GOOD_HANDS.into()));
            program.kill().await;
            for (before, after) in before.into_iter().zip(world.copies()) {
                let copies = after - before;
                assert!(
                    copies == 1 || (copies == 2 && !acknowledged),
                    "mail {number}: {copies} copies"
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn threat_22_sigterm_at_each_step_lets_it_finish() {
    in_time(async {
        for step in ["groups", "connect", "EHLO", "MAIL", "RCPT team-b", "DATA", "message"] {
            let mut world = Surroundings::new().await;
            let mut program = world.start().await;
            let go_on = Arc::new(Notify::new());
            world.at(step, Act::Hold(go_on.clone()));
            let mail = program.send_meanwhile(broken("1"));
            world.wait_for(step).await;
            program.terminate();
            program.wait_for_log("told to stop").await;
            go_on.notify_one();
            assert_eq!(mail.await.expect("it does not panic"), Ok(IN_GOOD_HANDS.into()), "{step}");
            program
                .wait_for_log("stopped: 1 mails acknowledged, 0 not, 0 connections cut off")
                .await;
            let status = program.process.wait().await.expect("it ends");
            assert!(status.success(), "{step}: {status}");
            assert_eq!(world.copies(), [1, 1, 1], "{step}");
        }
    })
    .await;
}

/// As `nothing_blocks_in_async`, but where a call that blocks would be seen: it has one thread, and
/// the mail server only goes on when that thread has greeted another client.
#[tokio::test]
async fn nothing_blocks_its_thread() {
    in_time(async {
        for step in ["groups", "connect", "RCPT team-b", "message"] {
            let mut world = Surroundings::new().await;
            let program = world.start().await;
            let go_on = Arc::new(Notify::new());
            world.at(step, Act::Hold(go_on.clone()));
            let mail = program.send_meanwhile(broken("1"));
            world.wait_for(step).await;
            let another =
                Client::connect(&program.address.0, "another.example.com", Timeouts::default())
                    .await;
            another.expect("a greeting").quit().await.expect("a goodbye");
            go_on.notify_one();
            assert_eq!(mail.await.expect("it does not panic"), Ok(IN_GOOD_HANDS.into()), "{step}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_second_signal_means_at_once() {
    in_time(async {
        let mut world = Surroundings::new().await;
        let mut program = world.start().await;
        world.at("message", Act::Silence);
        let mail = program.send_meanwhile(broken("1"));
        world.wait_for("message").await;
        program.terminate();
        program.wait_for_log("told to stop").await;
        program.terminate();
        program.wait_for_log("told to stop twice").await;
        assert_eq!(program.process.wait().await.expect("it ends").code(), Some(1));
        assert!(mail.await.expect("it does not panic").is_err(), "not acknowledged");
    })
    .await;
}

#[tokio::test]
async fn each_mail_has_one_line_in_the_log() {
    in_time(async {
        let world = Surroundings::new().await;
        let mut program = world.start().await;
        assert_eq!(program.send(&broken("1")).await, Ok(IN_GOOD_HANDS.into()));
        let line = program.wait_for_log("from <").await;
        let (time, line) = line.split_once(' ').expect("a time");
        assert!(time.len() == 20 && time.ends_with('Z'), "{time}");
        let expected = "250 from <go@example.com> to <mail2alert@example.com>, \
            \"Stage [p1/2/s/1] failed\": BREAKS, \
            \"a\" and \"b\" and \"c\", sent to 3";
        assert_eq!(line, expected);
        world.at("RCPT", say("450 4.2.1 busy\u{1b}[31m"));
        assert!(
            program.send(&notification("2", "Stage [p1/4/s/1] \u{1b}[31m\"failed")).await.is_ok()
        );
        let line = program.wait_for_log("from <").await;
        assert!(
            line.contains(
                r#""Stage [p1/4/s/1] \u{1b}[31m\"failed": no rule, passes through; 0 of 1 taken"#
            ),
            "{line}"
        );
        assert!(!line.contains('\u{1b}'), "nothing in it moves a terminal: {line}");
    })
    .await;
}

/// What the program says when it is started so, and with which status it ends.
async fn said(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_mail2alert"))
        .args(arguments)
        .env_remove("GO_PASSWORD")
        .output();
    let output = timeout(Duration::from_secs(900), output)
        .await
        .expect("it ends by itself")
        .expect("the program");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[tokio::test]
async fn what_is_wrong_is_one_sentence_and_a_status() {
    let world = Surroundings::new().await;
    let config = world.config.to_str().expect("a path");
    let help = "; mail2alert --help says more\n";
    for (arguments, status, error) in [
        (&[][..], 2, format!("mail2alert: the configuration is missing{help}")),
        (&["--chekc", "x"], 2, format!("mail2alert: invalid option '--chekc'{help}")),
        (&["--check"], 2, format!("mail2alert: the configuration is missing{help}")),
        (&["a", "b"], 2, format!("mail2alert: unexpected argument \"b\"{help}")),
        (
            &["/nowhere/x"],
            2,
            "mail2alert: cannot read /nowhere/x: No such file or directory (os error 2)\n".into(),
        ),
    ] {
        assert_eq!(said(arguments).await, (Some(status), String::new(), error), "{arguments:?}");
    }

    let broken = world.folder.path().join("broken.toml");
    let text = std::fs::read_to_string(config).expect("the file").replace("hops", "hopps");
    std::fs::write(&broken, text).expect("the file");
    let (status, out, error) = said(&["--check", broken.to_str().expect("a path")]).await;
    assert_eq!((status, &out[..]), (Some(2), ""));
    let expected = format!(
        "mail2alert: {}, line 23: the key \"hopps\" is unknown here; known are `answer`",
        broken.display()
    );
    assert!(error.starts_with(&expected), "{error}");
    assert_eq!(error.lines().count(), 1);

    let program = world.start().await;
    let (status, _, error) = said(&[config]).await;
    assert_eq!(status, Some(1));
    assert!(
        error.contains("the ledger: the journal ")
            && error.ends_with(" is in use by another process\n"),
        "{error}"
    );
    let second = world.folder.path().join("second.toml");
    let text = std::fs::read_to_string(config).expect("the file").replace("/ledger\"", "/second\"");
    std::fs::write(&second, text.replace("127.0.0.1:0", &program.address.0)).expect("the file");
    let (status, _, error) = said(&[second.to_str().expect("a path")]).await;
    assert_eq!(status, Some(1));
    assert!(
        error.starts_with(&format!("mail2alert: cannot listen on {}: ", program.address)),
        "{error}"
    );
}

#[tokio::test]
async fn help_and_check_say_what_they_say_on_the_standard_output() {
    let (status, out, error) = said(&["--help"]).await;
    assert_eq!((status, &error[..]), (Some(0), ""));
    assert!(out.starts_with("Usage: mail2alert CONFIG\n"), "{out}");
    let world = Surroundings::new().await;
    let (status, out, error) = said(&["--check", world.config.to_str().expect("a path")]).await;
    assert_eq!((status, &error[..]), (Some(0), ""));
    assert!(
        out.starts_with("# Where to listen for mail: host and port.\nlisten = \"127.0.0.1:0\"\n"),
        "{out}"
    );
    assert!(!world.folder.path().join("ledger").exists(), "it does nothing");
}

#[tokio::test]
async fn what_is_not_a_plain_file_is_not_taken_for_a_ledger() {
    let world = Surroundings::new().await;
    let folder = world.folder.path();
    let pipe = folder.join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(made.success());
    let text = std::fs::read_to_string(&world.config).expect("the file");
    let ledger = folder.join("ledger");
    for (path, what) in [
        (std::path::Path::new("/dev/null"), "a device"),
        (folder, "a directory"),
        (&pipe, "a pipe"),
    ] {
        let other = folder.join("other.toml");
        let changed = text.replace(&format!("{ledger:?}"), &format!("{path:?}"));
        std::fs::write(&other, changed).expect("the file");
        let (status, out, error) = said(&[other.to_str().expect("a path")]).await;
        let expected = format!(
            "mail2alert: the ledger: cannot use the journal {}: it is {what}, not a plain file\n",
            path.display()
        );
        assert_eq!((status, out.as_str(), error), (Some(1), "", expected));
    }
    let null = std::fs::metadata("/dev/null").expect("it is there");
    assert!(!null.is_file(), "the device is still a device");
}

#[tokio::test]
async fn what_is_not_a_plain_file_is_not_taken_for_a_configuration() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(made.success());
    for (path, what) in [
        (std::path::Path::new("/dev/zero"), "a device"),
        (folder.path(), "a directory"),
        (&pipe, "a pipe"),
    ] {
        let path = path.to_str().expect("a path");
        let expected = format!("mail2alert: cannot read {path}: it is {what}, not a plain file\n");
        for arguments in [&[path][..], &["--check", path]] {
            let (status, out, error) = said(arguments).await;
            assert_eq!((status, out.as_str(), error), (Some(2), "", expected.clone()));
        }
    }
}

#[tokio::test]
async fn two_processes_cannot_have_one_ledger_under_two_names() {
    in_time(async {
        let world = Surroundings::new().await;
        let _program = world.start().await;
        let (ledger, link) = (world.folder.path().join("ledger"), world.folder.path().join("link"));
        std::os::unix::fs::symlink(&ledger, &link).expect("a link");
        let text = std::fs::read_to_string(&world.config).expect("the file");
        let other = world.folder.path().join("other.toml");
        let changed = text.replace(&format!("{ledger:?}"), &format!("{link:?}"));
        std::fs::write(&other, changed).expect("the file");
        let (status, _, error) = said(&[other.to_str().expect("a path")]).await;
        assert_eq!(status, Some(1));
        assert!(error.ends_with("is in use by another process\n"), "{error}");
    })
    .await;
}

/// A full disk, as far as one process can have one: no file may become longer than 1 kB.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_said_once_and_a_restart_works() {
    in_time(async {
        let world = Surroundings::new().await;
        let mut program = world.start().await;
        assert_eq!(program.send(&broken("0")).await, Ok(IN_GOOD_HANDS.to_owned()));
        program.kill().await;
        // A ledger that ends in the middle of a line, and to which nothing can be added.
        let ledger = world.folder.path().join("ledger");
        let mut text = std::fs::read_to_string(&ledger).expect("the ledger");
        text += &"12345678 {".repeat(200);
        std::fs::write(&ledger, &text).expect("the ledger");
        let mut program =
            world.start_by(&["sh", "-c", "trap '' XFSZ; ulimit -S -f 1; exec \"$0\" \"$@\""]).await;
        for number in 1..=5 {
            let sent = program.send(&broken(&number.to_string())).await;
            assert_eq!(sent, Ok(IN_GOOD_HANDS.to_owned()), "every recipient has it");
        }
        assert_eq!(world.copies(), [6, 6, 6]);
        // There is room again.
        let id = program.process.id().expect("it runs").to_string();
        let limit = ["--fsize=unlimited:", "--pid", &id];
        let freed = std::process::Command::new("prlimit").args(limit).status().expect("prlimit");
        assert!(freed.success());
        let sent = program.send(&broken("6")).await;
        assert_eq!(sent, Ok(IN_GOOD_HANDS.to_owned()));
        program.terminate();
        let mut fails = 0;
        let mut works_again = 0;
        while let Some(line) = program.log.next_line().await.expect("a log") {
            fails += usize::from(line.contains("cannot be written"));
            works_again += usize::from(line.contains("can be written again"));
        }
        assert_eq!((fails, works_again), (1, 1), "said once, and once when it was over");
        // What could not be written then is in the ledger now: the retries go to no recipient.
        let program = world.start().await;
        for number in 0..=6 {
            let sent = program.send(&broken(&number.to_string())).await;
            assert_eq!(sent, Ok(IN_GOOD_HANDS.to_owned()));
        }
        assert_eq!(world.copies(), [7, 7, 7]);
    })
    .await;
}

/// A disk of 64 kB. It goes with this.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(path: PathBuf) -> SmallDisk {
        std::fs::create_dir(&path).expect("a folder");
        let mount = ["-t", "tmpfs", "-o", "size=64k", "tmpfs"];
        let mounted = std::process::Command::new("mount").args(mount).arg(&path).status();
        assert!(mounted.expect("mount").success(), "this needs root");
        SmallDisk(path)
    }

    /// Fills it up to the last byte.
    fn fill(&self) {
        use std::io::Write;
        let mut file = std::fs::File::create(self.0.join("other")).expect("a file");
        while file.write_all(&[0; 1024]).is_ok() {}
        while file.write_all(&[0]).is_ok() {}
    }

    fn make_room(&self) {
        std::fs::remove_file(self.0.join("other")).expect("the file");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

/// The same on a disk that is really full: it starts on it, with a ledger that ends in the middle
/// of a line, and relays; and what it could not write is written when there is room.
#[tokio::test]
#[ignore = "needs root, to mount a disk of 64 kB"]
async fn it_starts_and_relays_on_a_disk_that_is_full() {
    in_time(async {
        let world = Surroundings::new().await;
        let disk = SmallDisk::mount(world.folder.path().join("disk"));
        let ledger = disk.0.join("ledger");
        let text = std::fs::read_to_string(&world.config).expect("the configuration");
        let old = world.folder.path().join("ledger");
        let text = text.replace(&format!("{old:?}"), &format!("{ledger:?}"));
        std::fs::write(&world.config, text).expect("the configuration");
        let mut program = world.start().await;
        assert_eq!(program.send(&broken("0")).await, Ok(IN_GOOD_HANDS.to_owned()));
        program.kill().await;

        let mut text = std::fs::read_to_string(&ledger).expect("the ledger");
        text += "12345678 {\"at\":15112";
        std::fs::write(&ledger, &text).expect("the ledger");
        disk.fill();
        let mut program = world.start().await;
        let sent = program.send(&broken("0")).await;
        assert_eq!(sent, Ok(IN_GOOD_HANDS.to_owned()), "a retry, which goes to no recipient");
        assert_eq!(world.copies(), [1, 1, 1], "it knows what it has read");
        for number in 1..=50 {
            let sent = program.send(&broken(&number.to_string())).await;
            assert_eq!(sent, Ok(IN_GOOD_HANDS.to_owned()), "every recipient has it");
        }
        disk.make_room();
        assert_eq!(program.send(&broken("51")).await, Ok(IN_GOOD_HANDS.to_owned()));
        program.terminate();
        let mut log = vec![];
        while let Some(line) = program.log.next_line().await.expect("a log") {
            log.push(line);
        }
        let said = |what: &str| log.iter().filter(|line| line.contains(what)).count();
        assert_eq!(said("cannot be written"), 1, "{log:#?}");
        assert_eq!(said("can be written again"), 1, "{log:#?}");
        let program = world.start().await;
        for number in 0..=51 {
            let sent = program.send(&broken(&number.to_string())).await;
            assert_eq!(sent, Ok(IN_GOOD_HANDS.to_owned()));
        }
        assert_eq!(world.copies(), [52, 52, 52], "no retry goes to a recipient that has it");
    })
    .await;
}

/// What can be said of the unit file without a systemd that runs.
#[test]
#[ignore = "needs systemd-analyze"]
fn the_unit_file_has_nothing_that_systemd_does_not_understand() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd/mail2alert.service");
    let unit = std::fs::read_to_string(path).expect("the unit file");
    let here = env!("CARGO_BIN_EXE_mail2alert");
    let unit = unit.replace("/usr/local/bin/mail2alert", here);
    assert!(unit.contains(here), "it starts the program");
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("mail2alert.service");
    std::fs::write(&copy, unit).expect("a file");
    let verified = std::process::Command::new("systemd-analyze")
        .arg("verify")
        .arg(&copy)
        .output()
        .expect("systemd-analyze");
    let said = String::from_utf8_lossy(&verified.stderr);
    assert!(verified.status.success(), "{said}");
    assert!(!said.contains("mail2alert.service"), "{said}");
}
