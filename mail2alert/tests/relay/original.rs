//! What the original did, and did wrong.
use super::world::{Act, GROUPS, HOUR, TEAMS, World, broken, config, notification, ok, say};
use mail::smtp::{Client, Timeouts};
use mail2alert::network::Dial;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

// What it was tested for.

#[tokio::test(start_paused = true)]
async fn mail_that_is_no_notification_passes_through() {
    let world = World::new().await;
    let outcomes = world
        .send_to(&["bob@people.example.com", "eve@people.example.com"], "Subject: lunch\n\n.hi\n")
        .await;
    assert!(outcomes.iter().all(|outcome| outcome.starts_with("250 ")), "{outcomes:?}");
    assert_eq!(
        world.mail_server.recipients(),
        ["bob@people.example.com", "eve@people.example.com"]
    );
    let taken = world.mail_server.taken.lock().unwrap()[0].clone();
    assert_eq!(taken.from, "go@example.com");
    let (trace, mail) = taken.text.split_at(taken.text.find("Subject:").expect("the mail"));
    assert_eq!(mail, "Subject: lunch\r\n\r\n.hi\r\n", "it is what it was");
    assert!(
        trace.starts_with(
            "Received: from ci.example.com\r\n\tby mail2alert.example.com with ESMTP;\r\n\t"
        ),
        "{trace}"
    );
    assert_eq!(trace.matches("\r\n").count(), 3);
    assert_eq!(world.rest.script.count("groups"), 0, "no facts were needed for that");
}

#[tokio::test(start_paused = true)]
async fn a_notification_goes_to_those_that_the_rules_name() {
    let world = World::new().await;
    assert_eq!(world.code(&broken("1")).await, 250);
    assert_eq!(world.mail_server.recipients(), TEAMS);
    assert_eq!(world.code(&notification("2", "Stage [p2/2/s/1] passed")).await, 250);
    let and_team_b =
        ["team-a@example.com", "team-b@example.com", "team-b@example.com", "team-c@example.com"];
    assert_eq!(world.mail_server.recipients(), and_team_b, "p2 failed before, so it is fixed");
}

#[tokio::test(start_paused = true)]
async fn a_big_notification_arrives_whole() {
    let world = World::new().await;
    let big = broken("1") + &".a line of the log of a build, åäö\r\n".repeat(50_000);
    assert_eq!(world.code(&big).await, 250);
    let taken = world.mail_server.taken.lock().unwrap()[0].text.clone();
    assert!(taken.ends_with(&big.replace("\r\n", "\n").replace('\n', "\r\n")));
}

#[tokio::test(start_paused = true)]
async fn what_no_rule_is_about_is_passed_through_or_dropped() {
    let passing = World::new().await;
    assert_eq!(passing.code(&notification("1", "not my cup of tea")).await, 250);
    assert_eq!(passing.mail_server.recipients(), ["mail2alert@example.com"]);

    let to = "to = [\"mail2alert@example.com\"]\n";
    let dropping =
        World::with(config(|text| text.replace(to, &format!("{to}unmatched = \"drop\"\n")))).await;
    assert_eq!(dropping.code(&notification("1", "not my cup of tea")).await, 250);
    assert_eq!(dropping.code(&notification("2", "Stage [p1/2/s/1] passed")).await, 250);
    assert_eq!(dropping.mail_server.recipients(), [""; 0]);
    let others_too = ["mail2alert@example.com", "bob@people.example.com"];
    assert!(
        dropping
            .send_to(&others_too, &notification("3", "tea"))
            .await
            .iter()
            .all(|said| said.starts_with("250 "))
    );
    assert_eq!(
        dropping.mail_server.recipients(),
        ["bob@people.example.com"],
        "it is no notification to him"
    );
}

#[tokio::test(start_paused = true)]
async fn mail_from_the_build_server_goes_where_the_rules_say_whatever_its_recipients() {
    let config = config(|text| {
        let text = text.replace(
            "[notifications]",
            "[notifications]\nfrom = [\"go@example.com\"]\nunmatched = \"drop\"",
        );
        let rule = "[[rules]]\nfrom = [\"go@example.com\"]\nfunction = \"mail.in_subject\"\n\
            args = [\"server\", \"backup\"]\n\
            mailto = [\"sys@example.com\", \"op@example.com\"]";
        format!("{text}\n{rule}")
    });
    let world = World::with(config).await;
    for subject in [
        "Server Backup Completed Successfully",
        "Stage [my-pipeline/2/my-stage/1] failed",
        "Server Backup Failed",
    ] {
        let outcomes =
            world.send_to(&["admin@people.example.com"], &notification(subject, subject)).await;
        assert!(outcomes[0].starts_with("250 "), "{outcomes:?}");
    }
    let twice = ["op@example.com", "op@example.com", "sys@example.com", "sys@example.com"];
    assert_eq!(world.mail_server.recipients(), twice);
}

// What it did wrong.

#[tokio::test(start_paused = true)]
async fn no_250_before_delivery() {
    let mut world = World::new().await;
    world.mail_server.script.at("RCPT", say("550 no such user"));
    assert_eq!(world.code(&broken("1")).await, 550, "all recipients were refused");
    world.lose_the_mail_server().await;
    assert_eq!(world.code(&broken("1")).await, 451, "the mail server is dead");
    assert_eq!(world.mail_server.recipients(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn nothing_blocks_in_async() {
    let world = World::new().await;
    world.mail_server.script.at("message", Act::Late(Duration::from_millis(1500)));
    let start = Instant::now();
    let text = broken("1");
    let slow = async {
        assert!(world.send(&text).await.0.starts_with("250 "));
        start.elapsed().as_millis()
    };
    let another = async {
        sleep(Duration::from_millis(100)).await;
        let io = world.notifyer.dial().await.expect("a connection");
        let client =
            Client::over(io, "another.example.com", Timeouts::all(HOUR)).await.expect("a greeting");
        client.quit().await.expect("a goodbye");
        start.elapsed().as_millis()
    };
    assert_eq!(
        futures::join!(slow, another),
        (1500, 100),
        "another client does not wait for a slow mail server"
    );
}

#[tokio::test(start_paused = true)]
async fn groups_are_never_none() {
    let world = World::new().await;
    world.rest.script.at("groups", say("HTTP/1.1 503 Later\r\n\r\n"));
    assert_eq!(world.code(&broken("1")).await, 451, "for now, not for good");
    world.rest.script.behave();
    assert_eq!(
        world.send(&broken("1")).await,
        ("250 2.0.0 it is in good hands".into(), 0),
        "at once, not in half a minute"
    );
    assert_eq!(world.mail_server.recipients(), TEAMS);
}

#[tokio::test(start_paused = true)]
async fn no_state_before_the_ack() {
    let world = World::new().await;
    world.mail_server.script.at("message", say("451 later"));
    assert_eq!(world.code(&broken("1")).await, 451);
    world.mail_server.script.behave();
    assert_eq!(world.code(&broken("1")).await, 250);
    assert_eq!(world.mail_server.recipients(), TEAMS, "the retry is still news");
    assert_eq!(world.code(&notification("2", "Stage [p1/3/s/1] failed")).await, 250);
    assert_eq!(
        world.mail_server.recipients().len(),
        4,
        "the next failure is not, and goes to no team"
    );
}

#[tokio::test(start_paused = true)]
async fn not_all_or_nothing() {
    let world = World::new().await;
    world.mail_server.script.at("RCPT team-b", say("450 mailbox busy"));
    assert_eq!(world.code(&broken("1")).await, 451);
    assert_eq!(world.mail_server.recipients(), ["team-a@example.com", "team-c@example.com"]);
    world.mail_server.script.behave();
    assert_eq!(world.code(&broken("1")).await, 250);
    assert_eq!(world.mail_server.recipients(), TEAMS, "each of them once");
}

/// The tests above rely on it.
#[tokio::test(start_paused = true)]
async fn the_world_is_as_it_says() {
    let world = World::new().await;
    assert!(timeout(HOUR, world.send(&broken("1"))).await.is_ok());
    assert_eq!((world.rest.script.count("groups"), world.rest.script.count("cctray")), (1, 1));
    assert!(ok(GROUPS).ends_with(GROUPS));
}
