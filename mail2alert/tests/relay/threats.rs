//! The threats to a relay, by their numbers in the list that the README has, and what it does about
//! each of them.
use super::world::{
    Act, CCTRAY, GROUPS, HOUR, TEAMS, World, broken, config, door, notification, ok, say,
    send_bytes,
};
use futures::future::join_all;
use mail2alert::{event::RelayEvent, ledger::Ledger};
use std::{
    sync::{Arc, atomic::AtomicUsize, atomic::Ordering::SeqCst},
    time::Duration,
};
use tokio::time::{Instant, advance, sleep};

const IN_GOOD_HANDS: &str = "250 2.0.0 it is in good hands";

// 14: an open relay.

#[tokio::test(start_paused = true)]
async fn threat_14_only_own_recipients() {
    let world = World::new().await;
    for (to, code) in [
        ("mail2alert@example.com", 250),
        ("bob@people.example.com", 250),
        ("postmaster@people.example.com", 250),
        ("postmaster@example.com", 250),
        ("Postmaster@mail2alert.example.com", 250),
        ("other@example.net", 550),
        ("other@example.com", 550),
        ("postmaster@example.net", 550),
        ("other%example.net@people.example.com", 550),
        ("example.net!other@people.example.com", 550),
        ("\"other@example.net\"@people.example.com", 550),
        ("other@[192.0.2.1]", 550),
    ] {
        let outcomes = world.send_to(&[to], "Subject: x\n\nx\n").await;
        let expected = if code == 250 { IN_GOOD_HANDS } else { "550 5.7.1 relaying denied" };
        assert_eq!(outcomes, [expected], "{to}");
    }
    let mut expected = vec![
        "boss@example.com",
        "boss@example.com",
        "bob@people.example.com",
        "mail2alert@example.com",
    ];
    expected.push("postmaster@people.example.com"); // a mailbox of its own
    expected.sort();
    assert_eq!(
        world.mail_server.recipients(),
        expected,
        "and no other, whichever way it was tried"
    );
}

#[tokio::test(start_paused = true)]
async fn threat_14_a_source_route_is_no_way_round() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let world = World::new().await;
    let mut io = mail2alert::network::Dial::dial(&world.notifyer).await.expect("a connection");
    io.write_all(
        b"EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<@people.example.com:other@example.net>\r\n\
        RCPT TO:<@example.net:bob@people.example.com>\r\nRCPT TO:<Postmaster>\r\nQUIT\r\n",
    )
    .await
    .expect("it is written");
    let mut said = String::new();
    io.read_to_string(&mut said).await.expect("it says goodbye");
    let outcomes: Vec<&str> =
        said.lines().filter(|line| line[4..].starts_with(['2', '5']) && line.len() > 9).collect();
    let recipients: Vec<&str> = outcomes.iter().map(|line| &line[..9]).collect();
    assert!(recipients.ends_with(&["550 5.7.1", "250 2.1.5", "250 2.1.5", "221 2.0.0"]), "{said}");
}

// 15: a mail that goes round in circles.

#[tokio::test(start_paused = true)]
async fn threat_15_a_mail_loop_ends() {
    // The relay's mail server is the relay.
    let (knocker, listener) = door();
    let (to_rest, _rest) = door();
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(str::to_owned);
    let (ledger, _) =
        Ledger::open(&folder.path().join("ledger"), config.ledger.bounds).expect("a ledger");
    let came = Arc::new(AtomicUsize::new(0));
    let counted = came.clone();
    let watch = Arc::new(move |step: &RelayEvent| {
        counted.fetch_add(usize::from(matches!(step, RelayEvent::Came { .. })), SeqCst);
    });
    let mail_server = knocker.clone();
    let relay = async move {
        mail2alert::serve(
            &config,
            ledger,
            listener,
            mail_server,
            to_rest,
            watch,
            std::future::pending(),
        )
        .await
    };
    tokio::spawn(relay);
    let outcomes =
        super::world::send_to(&knocker, &["bob@people.example.com"], "Subject: x\n\nx\n").await;
    let outcome = &outcomes.expect("an outcome")[0];
    assert!(outcome.starts_with("554 ") && outcome.contains("goes round in circles"), "{outcome}");
    assert_eq!(came.load(SeqCst), 6, "it came five times, and once too often");
}

// 16: a mail server with every fault.

#[tokio::test(start_paused = true)]
async fn threat_16_every_doubt_about_the_mail_server_is_a_451_in_time() {
    let late = Act::Late(Duration::from_secs(8)); // it would have been good for 7
    let endless = Act::Endless("250-".into());
    for (at, act, code, ms, says) in [
        ("connect", Act::Cut, 451, 0, "hung up while waiting for the greeting"),
        ("connect", Act::Silence, 451, 7000, "took too long while waiting for the greeting"),
        ("connect", late.clone(), 451, 7000, "took too long"),
        ("connect", say("421 busy"), 451, 0, "421 busy"),
        ("connect", say("554 go away"), 451, 0, "554 go away"),
        ("connect", say("HTTP/1.1 400 Bad Request"), 451, 0, "not SMTP"),
        ("connect", endless.clone(), 451, 0, "not SMTP"),
        ("EHLO", say("421 busy"), 451, 0, "421 busy"),
        ("EHLO", Act::Cut, 451, 0, "hung up while saying EHLO"),
        ("MAIL", say("452 no space"), 451, 0, "452 no space"),
        ("MAIL", say("530 5.7.0 Authentication required"), 451, 0, "530 5.7.0 Authentication"),
        ("MAIL", say("530 Must issue STARTTLS first"), 451, 0, "530 Must issue STARTTLS"),
        ("MAIL", say("503 EHLO first"), 451, 0, "503 EHLO first"),
        ("MAIL", say("552 no space ever"), 552, 0, "552 no space ever"),
        ("MAIL", Act::Silence, 451, 7000, "took too long while naming the sender"),
        ("RCPT", say("450 busy"), 451, 0, "450 busy"),
        ("RCPT", say("530 5.7.0 Authentication required"), 451, 0, "530 5.7.0 Authentication"),
        ("RCPT", say("550 unknown"), 550, 0, "550 unknown"),
        ("RCPT", say("550 5.1.1 unknown"), 550, 0, "550 5.1.1 unknown"),
        ("RCPT", say("552 too many"), 451, 0, "552 too many"), // RFC 5321, 4.5.3.1.10
        ("RCPT", say("garbage"), 451, 0, "not SMTP"),
        ("RCPT", Act::Cut, 451, 0, "hung up while naming a recipient"),
        ("DATA", say("451 later"), 451, 0, "451 later"),
        ("DATA", say("554 never"), 554, 0, "554 never"),
        ("DATA", say("354 go\r\n554 no, do not"), 554, 0, "554 no, do not"),
        ("DATA", say("354 go\r\n451 no, do not"), 451, 0, "451 no, do not"),
        ("DATA", say("250 ok"), 451, 0, "not SMTP"),
        ("DATA", Act::Cut, 451, 0, "hung up"),
        ("DATA", Act::Silence, 451, 7000, "took too long"),
        ("message", say("451 later"), 451, 0, "451 later"),
        ("message", say("421 down"), 451, 0, "421 down"),
        ("message", say("554 spam"), 554, 0, "554 spam"),
        ("message", say("354 more"), 451, 0, "not SMTP"),
        ("message", Act::Cut, 451, 0, "hung up while waiting for the reply to the message"),
        (
            "message",
            Act::Silence,
            451,
            7000,
            "took too long while waiting for the reply to the message",
        ),
        ("message", late, 451, 7000, "took too long while waiting for the reply to the message"),
        ("message", endless, 451, 0, "not SMTP"),
    ] {
        let world = World::new().await;
        world.mail_server.script.at(at, act.clone());
        let (outcome, took) = world.send(&broken("1")).await;
        assert!(outcome.starts_with(&format!("{code} ")), "{at}: {act:?}: {outcome}");
        assert!(outcome.contains(says), "{at}: {act:?}: {outcome}");
        assert_eq!(took, ms, "{at}: {act:?}: {outcome}");
        assert_eq!(world.mail_server.recipients(), [""; 0], "{at}: {act:?}");
        world.mail_server.script.behave();
        assert_eq!(
            world.send(&broken("1")).await,
            (IN_GOOD_HANDS.into(), 0),
            "{at}: {act:?}, and the next time"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn threat_16_slow_at_every_step_is_too_slow_in_all() {
    let world = World::new().await;
    world.mail_server.script.decide(|_, _| Act::Late(Duration::from_secs(6)));
    let (outcome, took) = world.send(&broken("1")).await;
    assert_eq!(
        (&outcome[..], took),
        ("451 4.3.0 it takes too long", 20_000),
        "no single wait of 7 s was too long"
    );
}

#[tokio::test(start_paused = true)]
async fn threat_16_no_server_there() {
    let mut world = World::new().await;
    world.lose_the_mail_server().await;
    let (outcome, took) = world.send(&broken("1")).await;
    assert!(outcome.contains("no connection to the mail server: connection refused"), "{outcome}");
    assert_eq!((&outcome[..4], took), ("451 ", 0));
}

#[tokio::test(start_paused = true)]
async fn threat_16_connections_to_the_mail_server_are_bounded() {
    let world =
        World::with(config(|text| text.replace("timeout", "connections = 2\ntimeout"))).await;
    world.mail_server.script.at("message", Act::Late(Duration::from_secs(3)));
    let mails: Vec<String> = (0..6).map(|number| broken(&number.to_string())).collect();
    let start = Instant::now();
    let sent = join_all(
        mails.iter().map(async |mail| (world.code(mail).await, start.elapsed().as_secs())),
    )
    .await;
    assert_eq!(sent, [(250, 3), (250, 3), (250, 6), (250, 6), (250, 9), (250, 9)]);
}

// 17: some have it, and some do not.

#[tokio::test(start_paused = true)]
async fn threat_17_a_retry_goes_to_those_that_are_missing() {
    let world = World::new().await;
    world.mail_server.script.at("RCPT team-b", say("450 busy"));
    let (outcome, _) = world.send(&broken("1")).await;
    assert_eq!(
        outcome,
        "451 4.3.0 BREAKS, \"a\" and \"b\" and \"c\"; 2 of 3 taken, team-b@example.com: 450 busy"
    );
    world.mail_server.script.behave();
    assert_eq!(world.send(&broken("1")).await.0, IN_GOOD_HANDS);
    assert_eq!(world.mail_server.recipients(), TEAMS, "each gets exactly one mail after one retry");
    assert_eq!(world.send(&broken("1")).await.0, IN_GOOD_HANDS);
    assert_eq!(
        world.mail_server.recipients(),
        TEAMS,
        "if it did not hear that, the next retry goes to no recipient"
    );
    assert_eq!(world.send(&broken("2")).await.0, IN_GOOD_HANDS);
    assert_eq!(world.mail_server.recipients().len(), 6, "another mail does");
}

#[tokio::test(start_paused = true)]
async fn threat_17_a_refusal_before_the_end_of_the_message_leaves_a_busy_recipient_in_doubt() {
    let world = World::new().await;
    world.mail_server.script.decide(|step, _| match step {
        "RCPT team-b@example.com" => say("450 busy"),
        "DATA" => say("354 go\r\n554 no, do not"),
        _ => Act::Serve,
    });
    let (outcome, _) = world.send(&broken("1")).await;
    assert!(outcome.starts_with("451 "), "{outcome}");
    assert!(outcome.contains("team-b@example.com: 450 busy"), "{outcome}");
    assert!(outcome.contains("team-a@example.com: 554 no, do not"), "{outcome}");
    world.mail_server.script.behave();
    assert_eq!(world.send(&broken("1")).await.0, IN_GOOD_HANDS);
    assert_eq!(world.mail_server.recipients(), TEAMS);
}

#[tokio::test(start_paused = true)]
async fn threat_17_the_ledger_survives_a_restart() {
    let mut world = World::new().await;
    world.mail_server.script.at("RCPT team-b", say("450 busy"));
    assert_eq!(world.code(&broken("1")).await, 451);
    world.crash_and_restart().await;
    world.mail_server.script.behave();
    assert_eq!(world.send(&broken("1")).await.0, IN_GOOD_HANDS);
    assert_eq!(world.mail_server.recipients(), TEAMS);
}

#[tokio::test(start_paused = true)]
async fn threat_17_the_ledger_forgets_after_its_time() {
    let world = World::new().await;
    world.mail_server.script.at("RCPT team-b", say("450 busy"));
    assert_eq!(world.code(&broken("1")).await, 451);
    advance(Duration::from_secs(5 * 86_400 - 1)).await;
    assert_eq!(world.code(&broken("1")).await, 451);
    assert_eq!(world.mail_server.recipients().len(), 2);
    advance(Duration::from_secs(1)).await;
    assert_eq!(world.code(&broken("1")).await, 451);
    assert_eq!(
        world.mail_server.recipients().len(),
        4,
        "a duplicate, after five days, and nothing is lost"
    );
}

#[tokio::test(start_paused = true)]
async fn threat_17_what_is_refused_for_good_is_told_to_the_postmaster() {
    let world = World::new().await;
    world.mail_server.script.at("RCPT team-b", say("550 5.1.1 no team b"));
    assert_eq!(world.send(&broken("1")).await.0, IN_GOOD_HANDS, "there is nothing to try again");
    let recipients = ["boss@example.com", "team-a@example.com", "team-c@example.com"];
    assert_eq!(world.mail_server.recipients(), recipients);
    let notice = world.mail_server.taken.lock().unwrap()[1].clone();
    assert_eq!(
        (notice.from.as_str(), notice.to),
        ("", vec!["boss@example.com".to_owned()]),
        "no machine answers it"
    );
    assert!(
        notice.text.contains("\r\n    team-b@example.com: 550 5.1.1 no team b\r\n"),
        "{}",
        notice.text
    );
    assert!(notice.text.contains("\r\n    Stage [p1/2/s/1] failed\r\n"), "{}", notice.text);
    assert_eq!(world.send(&broken("1")).await.0, IN_GOOD_HANDS);
    assert_eq!(world.mail_server.recipients(), recipients, "and told once");
}

#[tokio::test(start_paused = true)]
async fn threat_17_as_long_as_the_postmaster_cannot_be_told_it_is_not_done() {
    let world = World::new().await;
    world.mail_server.script.decide(|step, _| match step {
        "RCPT team-b@example.com" => say("550 no team b"),
        "RCPT boss@example.com" => say("450 busy"),
        _ => Act::Serve,
    });
    let (outcome, _) = world.send(&broken("1")).await;
    assert!(
        outcome.starts_with("451 ") && outcome.contains("the postmaster cannot be told"),
        "{outcome}"
    );
    world.mail_server.script.at("RCPT team-b", say("550 no team b"));
    assert_eq!(world.send(&broken("1")).await.0, IN_GOOD_HANDS);
    assert_eq!(
        world.mail_server.recipients(),
        ["boss@example.com", "team-a@example.com", "team-c@example.com"]
    );
}

#[tokio::test(start_paused = true)]
async fn threat_17_doubt_about_one_outweighs_a_refusal_of_another() {
    let world = World::new().await;
    world.mail_server.script.decide(|step, _| match step {
        "RCPT team-a@example.com" => say("450 busy"),
        "RCPT team-b@example.com" | "RCPT team-c@example.com" => say("550 unknown"),
        _ => Act::Serve,
    });
    assert_eq!(world.code(&broken("1")).await, 451, "there may be something in trying again");
    world.mail_server.script.at("RCPT", say("550 unknown"));
    assert_eq!(world.code(&broken("1")).await, 550, "it is refused for good, for all");
    assert_eq!(
        world.mail_server.recipients(),
        [""; 0],
        "and the Notifyer knows it, so no notice is needed"
    );
}

#[tokio::test(start_paused = true)]
async fn threat_17_a_mail_without_identity_is_a_new_one_once_it_was_acknowledged() {
    let world = World::new().await;
    let alarm = "Subject: lunch\n\nThe same each day.\n";
    let to = ["ann@people.example.com", "bob@people.example.com"];
    for day in 1..=3 {
        assert_eq!(world.send_to(&to, alarm).await, [IN_GOOD_HANDS; 2]);
        assert_eq!(world.mail_server.recipients().len(), 2 * day, "no recipient has to go without");
    }
    world.mail_server.script.at("RCPT bob", say("450 busy"));
    assert!(world.send_to(&to, alarm).await[0].starts_with("451 "));
    world.mail_server.script.behave();
    assert_eq!(world.send_to(&to, alarm).await, [IN_GOOD_HANDS; 2]);
    assert_eq!(world.mail_server.recipients().len(), 8, "after a 451, it is the same one");
    assert_eq!(world.send_to(&to, alarm).await, [IN_GOOD_HANDS; 2]);
    assert_eq!(world.mail_server.recipients().len(), 10, "after a 250, it is not");
}

#[tokio::test(start_paused = true)]
async fn threat_17_a_retry_that_comes_too_soon_does_not_double_it() {
    let world = World::new().await;
    world.mail_server.script.at("message", Act::Late(Duration::from_secs(3)));
    let text = broken("1");
    let both = futures::join!(world.send(&text), world.send(&text));
    assert_eq!(both.0, (IN_GOOD_HANDS.into(), 3000));
    assert_eq!(both.1, (IN_GOOD_HANDS.into(), 3000), "it waits for what becomes of the first one");
    assert_eq!(world.mail_server.recipients(), TEAMS);
}

#[tokio::test(start_paused = true)]
async fn threat_17_a_mail_that_is_refused_in_the_end_is_answered_for_by_those_that_had_it() {
    let world = World::new().await;
    world.mail_server.script.at("RCPT team-b", say("450 busy"));
    assert_eq!(world.code(&broken("1")).await, 451);
    world.mail_server.script.at("RCPT team-b", say("550 gone"));
    assert_eq!(
        world.code(&broken("1")).await,
        250,
        "two have it already, so it cannot be refused any more"
    );
    assert_eq!(
        world.mail_server.recipients(),
        ["boss@example.com", "team-a@example.com", "team-c@example.com"]
    );
}

#[tokio::test(start_paused = true)]
async fn threat_17_the_rules_may_name_others_the_next_time() {
    let world = World::new().await;
    world.mail_server.script.at("RCPT team-b", say("450 busy"));
    assert_eq!(world.code(&broken("1")).await, 451);
    let only_b = r#"[{"name":"team-b","pipelines":[{"name":"p1"}]}]"#;
    world.rest.script.at("groups", say(&ok(only_b)));
    advance(Duration::from_secs(30)).await;
    world.mail_server.script.at("RCPT team-b", say("550 gone"));
    assert_eq!(
        world.code(&broken("1")).await,
        250,
        "two have it, though no rule names them any more"
    );
    assert_eq!(
        world.mail_server.recipients(),
        ["boss@example.com", "team-a@example.com", "team-c@example.com"]
    );
}

// 18: the mail server has it, and cannot say so any more.

#[tokio::test(start_paused = true)]
async fn threat_18_a_cut_after_the_final_dot_costs_one_duplicate_a_retry() {
    let world = World::new().await;
    let copies = || {
        world
            .mail_server
            .taken
            .lock()
            .unwrap()
            .iter()
            .filter(|mail| mail.text.contains("<1@ci>"))
            .count()
    };
    world.mail_server.script.at("message", Act::TakeAndCut);
    for retry in 1..=3 {
        assert_eq!(world.code(&broken("1")).await, 451);
        assert_eq!(copies(), retry, "at most one for each time that it is tried");
    }
    world.mail_server.script.behave();
    assert_eq!(world.code(&broken("1")).await, 250);
    assert_eq!(copies(), 4);
    assert_eq!(world.code(&broken("1")).await, 250);
    assert_eq!(copies(), 4, "and none once it has said so");
}

#[tokio::test(start_paused = true)]
async fn threat_18_a_reply_that_ends_with_lf_alone_is_no_reply() {
    // RFC 5321, 2.3.8: CRLF ends a line, and nothing else. So the mail server has not said it, and
    // each retry is one more duplicate, until it says it in a way that counts.
    let world = World::new().await;
    let bytes = "250 taken\n".to_owned();
    world.mail_server.script.at("message", Act::TakeAndSayBytes(bytes));
    for retry in 1..=3 {
        assert_eq!(world.code(&broken("1")).await, 451);
        assert_eq!(world.mail_server.recipients().len(), 3 * retry);
    }
    world.mail_server.script.behave();
    for _ in 0..2 {
        assert_eq!(world.code(&broken("1")).await, 250);
        assert_eq!(world.mail_server.recipients().len(), 3 * 4);
    }
}

#[tokio::test(start_paused = true)]
async fn threat_16_a_mail_in_latin_1_is_passed_on_as_it_is() {
    // Whatever the mail server offers or not: it has not refused the mail, and an alarm that
    // arrives with a strange letter is better than none.
    const HEADER: &[u8] =
        b"Subject: Stage [p1/2/s/1] failed\nX-Note: Gr\xfc\xdfe\nMessage-ID: <1@ci>\n\nhello\n";
    const BODY: &[u8] = b"Subject: Stage [p1/2/s/1] failed\nMessage-ID: <2@ci>\n\n\xfc\n";
    for offered in ["250 mail.example.com", "250-mail.example.com\r\n250 8BITMIME"] {
        for mail in [HEADER, BODY] {
            let world = World::new().await;
            world.mail_server.script.at("EHLO", say(offered));
            assert_eq!(send_bytes(&world.notifyer, mail).await, IN_GOOD_HANDS, "{offered}");
            assert_eq!(world.mail_server.recipients(), TEAMS);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn threat_16_a_mail_in_latin_1_is_not_called_utf_8_where_that_is_offered() {
    // Or the next server, without SMTPUTF8, would have to send it back.
    const MAIL: &[u8] =
        b"Subject: Stage [p1/2/s/1] failed\nX-Note: Gr\xfc\xdfe\nMessage-ID: <1@ci>\n\nhello\n";
    let world = World::new().await;
    let offered = "250-mail.example.com\r\n250-8BITMIME\r\n250 SMTPUTF8";
    world.mail_server.script.at("EHLO", say(offered));
    assert_eq!(send_bytes(&world.notifyer, MAIL).await, IN_GOOD_HANDS);
    let taken = world.mail_server.taken.lock().unwrap();
    assert_eq!(taken[0].parameters, " BODY=8BITMIME");
}

#[tokio::test(start_paused = true)]
async fn threat_16_a_server_that_refuses_to_be_greeted_has_said_nothing_of_the_mail() {
    let world = World::new().await;
    world.mail_server.script.decide(|step, _| match step {
        "EHLO" | "HELO" => say("550 5.7.1 you are unknown"),
        _ => Act::Serve,
    });
    assert_eq!(world.code(&broken("1")).await, 451);
    world.mail_server.script.behave();
    assert_eq!(world.code(&broken("1")).await, 250);
}

#[tokio::test(start_paused = true)]
async fn threat_16_the_status_of_a_refusal_goes_on_to_the_notifyer_if_all_recipients_have_it() {
    for (b_and_c, expected) in [
        ("550 5.1.1 unknown", "550 5.1.1 "),
        ("550 5.7.1 unwanted", "554 5.0.0 "),
        ("553 5.1.1 unknown", "554 5.0.0 "),
    ] {
        let world = World::new().await;
        world.mail_server.script.decide(move |step, _| match step {
            "RCPT team-a@example.com" => say("550 5.1.1 unknown"),
            step if step.starts_with("RCPT") => say(b_and_c),
            _ => Act::Serve,
        });
        let (outcome, _) = world.send(&broken("1")).await;
        assert!(outcome.starts_with(expected), "{b_and_c}: {outcome}");
    }
}

// 19: a REST API with every fault.

#[tokio::test(start_paused = true)]
async fn threat_19_every_doubt_about_the_facts_is_a_451_in_time() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n";
    for (act, ms, says) in [
        (say("HTTP/1.1 500 Oops\r\n\r\n"), 0, "it answered 500"),
        (say("HTTP/1.1 404 Not Found\r\n\r\n"), 0, "it answered 404"),
        (say("HTTP/1.1 401 Unauthorized\r\n\r\n"), 0, "it answered 401"),
        (
            say("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/login\r\n\r\n"),
            0,
            "which is not followed",
        ),
        (say(&ok("<html>Please log in</html>")), 0, "that is no "),
        (say(&ok("null")), 0, "that is no "),
        (say(&ok("")), 0, "that is no "),
        (say(&ok(&GROUPS[..GROUPS.len() - 1])), 0, "that is no "),
        (say(&format!("{head}[]")), 0, "a broken answer"),
        (say(&ok(&" ".repeat(3_000_000))), 0, "more than 10000 bytes"),
        (Act::Endless("HTTP/1.1 200 OK\r\nX: ".into()), 0, "a broken answer"),
        (say("220 mail.example.com\r\n"), 0, "a broken answer"),
        (Act::Cut, 0, "a broken answer"),
        (Act::Silence, 2000, "no answer within 2s"),
        (Act::Late(HOUR), 2000, "no answer within 2s"),
    ] {
        for which in ["groups", "cctray"] {
            let world = World::with(config(str::to_owned)).await;
            world.rest.script.at(which, act.clone());
            let (outcome, took) = world.send(&broken("1")).await;
            assert!(
                outcome.starts_with("451 4.3.0 the facts are missing: "),
                "{which}: {act:?}: {outcome}"
            );
            assert!(outcome.contains(says), "{which}: {act:?}: {outcome}");
            assert_eq!(took, ms, "{which}: {act:?}");
            assert_eq!(world.mail_server.recipients(), [""; 0]);
            world.rest.script.behave();
            assert_eq!(
                world.send(&broken("1")).await,
                (IN_GOOD_HANDS.into(), 0),
                "{which}: {act:?}, and the next time"
            );
            assert_eq!(world.mail_server.recipients(), TEAMS);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn threat_19_a_slow_body_has_its_own_deadline() {
    let world = World::new().await;
    world.rest.script.at("groups", Act::Endless("HTTP/1.1 200 OK\r\n\r\n".into()));
    let (outcome, took) = world.send(&broken("1")).await;
    assert!(outcome.contains("more than 10000 bytes"), "{outcome}");
    assert_eq!(took, 0, "a body without an end is cut off by its length");
}

#[tokio::test(start_paused = true)]
async fn threat_19_no_server_there() {
    let mut world = World::new().await;
    world.lose_the_rest_api().await;
    assert_eq!(world.code(&broken("1")).await, 451);
    assert_eq!(
        world.send_to(&["bob@people.example.com"], "Subject: x\n\nx\n").await,
        [IN_GOOD_HANDS],
        "no facts needed"
    );
}

#[tokio::test(start_paused = true)]
async fn threat_19_no_facts_are_better_than_a_wrong_guess_but_not_needed_for_everything() {
    let world = World::new().await;
    world.rest.script.at("groups", say("HTTP/1.1 500 Oops\r\n\r\n"));
    assert_eq!(
        world.code(&notification("1", "Stage [p1/2/s/1] is cancelled")).await,
        250,
        "no rule asks for groups"
    );
    assert_eq!(world.code(&notification("2", "Stage [p1/2/s/1] failed")).await, 451);
}

// 20: many at once.

#[tokio::test(start_paused = true)]
async fn threat_20_a_hundred_notifications_at_once_are_one_get() {
    let world = World::new().await;
    world.rest.script.decide(|_, _| Act::Late(Duration::from_secs(1)));
    let mails: Vec<String> = (0..100).map(|number| broken(&number.to_string())).collect();
    let start = Instant::now();
    let codes = join_all(mails.iter().map(|mail| world.code(mail))).await;
    assert_eq!(codes, [250; 100]);
    assert_eq!((world.rest.script.count("groups"), world.rest.script.count("cctray")), (1, 1));
    assert_eq!(world.mail_server.recipients().len(), 300);
    assert_eq!(
        start.elapsed(),
        Duration::from_secs(2),
        "one for the groups after one for how the stages ended"
    );
}

#[tokio::test(start_paused = true)]
async fn threat_20_stale_facts_are_used_for_a_stated_time() {
    let world = World::new().await;
    assert_eq!(world.code(&broken("1")).await, 250);
    world.rest.script.at("groups", say("HTTP/1.1 500 Oops\r\n\r\n"));
    advance(Duration::from_secs(29)).await;
    assert_eq!(world.code(&broken("2")).await, 250);
    assert_eq!(world.rest.script.count("groups"), 1, "they are fresh");
    advance(Duration::from_secs(71)).await;
    assert_eq!(world.code(&broken("3")).await, 250);
    let stale = "the pipeline groups of 100 s ago are used: it answered 500 Internal Server Error";
    assert!(world.log().iter().any(|line| line == stale), "{:?}", world.log());
    advance(Duration::from_secs(1)).await;
    assert_eq!(world.code(&broken("4")).await, 451, "they are too old");
    world.rest.script.behave();
    assert_eq!(world.code(&broken("4")).await, 250);
}

// 21: what a stage did is learnt when it has been acknowledged.

#[tokio::test(start_paused = true)]
async fn threat_21_failed_once_and_still_breaks_whatever_went_wrong() {
    let mut world = World::new().await;
    world.rest.script.at("groups", Act::Cut);
    assert_eq!(world.code(&broken("1")).await, 451);
    world.rest.script.behave();
    world.mail_server.script.at("connect", Act::Cut);
    assert_eq!(world.code(&broken("1")).await, 451);
    world.crash_and_restart().await;
    world.mail_server.script.at("RCPT team-b", say("450 busy"));
    assert_eq!(
        world.code(&broken("1")).await,
        451,
        "two have it, and it is still not acknowledged"
    );
    world.mail_server.script.behave();
    assert_eq!(world.code(&broken("1")).await, 250);
    assert_eq!(world.mail_server.recipients(), TEAMS, "to a rule about BREAKS");
    let events: Vec<bool> = world
        .log()
        .iter()
        .filter(|line| line.contains("from <go@"))
        .map(|line| line.contains("BREAKS"))
        .collect();
    assert_eq!(events, [false, true, true, true], "but for the one time when there were no facts");
}

#[tokio::test(start_paused = true)]
async fn threat_21_what_was_learnt_survives_a_restart() {
    let mut world = World::new().await;
    assert_eq!(world.code(&broken("1")).await, 250);
    // The build server's list is older than what was acknowledged.
    world.crash_and_restart().await;
    assert_eq!(world.code(&notification("2", "Stage [p1/3/s/1] failed")).await, 250);
    assert_eq!(
        world.mail_server.recipients().len(),
        4,
        "it FAILS, about which no rule is, and passes through"
    );
    assert_eq!(world.code(&broken("1")).await, 250);
    assert_eq!(world.code(&notification("3", "Stage [p1/4/s/1] passed")).await, 250);
    assert_eq!(world.mail_server.recipients().len(), 7, "it is FIXED");
}

#[tokio::test(start_paused = true)]
async fn threat_21_another_ack_meanwhile_changes_nothing() {
    let world = World::new().await;
    world.mail_server.script.at("RCPT team-b", say("450 busy"));
    assert_eq!(world.code(&broken("1")).await, 451);
    world.mail_server.script.behave();
    // The build goes on failing while the Notifyer waits before it tries again.
    assert_eq!(world.code(&notification("2", "Stage [p1/3/s/1] failed")).await, 250);
    assert_eq!(world.code(&notification("3", "Stage [p1/4/s/1] failed")).await, 250);
    let before = world.mail_server.recipients().len();
    assert_eq!(world.code(&broken("1")).await, 250);
    assert_eq!(
        world.mail_server.recipients().len(),
        before + 1,
        "team b hears that run 2 broke it, if late"
    );
}

#[tokio::test(start_paused = true)]
async fn threat_21_nothing_is_learnt_from_an_ack_that_was_not_heard() {
    use mail2alert::network::Dial;
    use tokio::io::AsyncWriteExt;
    let world = World::new().await;
    world.mail_server.script.at("message", Act::Late(Duration::from_secs(3)));
    let mut io = world.notifyer.dial().await.expect("a connection");
    let mail =
        "EHLO x\r\nMAIL FROM:<go@example.com>\r\nRCPT TO:<mail2alert@example.com>\r\nDATA\r\n";
    io.write_all(mail.as_bytes()).await.expect("it is written");
    sleep(Duration::from_secs(1)).await; // for the 354
    let text = "Subject: Stage [p1/2/s/1] failed\r\n\r\n.\r\n";
    io.write_all(text.as_bytes()).await.expect("it is written");
    sleep(Duration::from_secs(1)).await;
    drop(io); // it does not wait for the 250
    sleep(Duration::from_secs(5)).await;
    assert_eq!(world.mail_server.recipients(), TEAMS, "what was begun is done");
    // A stage without counters has nothing but the acknowledgement to be known by.
    assert!(world.log().iter().any(|line| line.starts_with("250 ")), "{:?}", world.log());
    assert_eq!(world.code(&notification("2", "Stage [p1/x/s/1] failed")).await, 250);
    assert_eq!(
        world.mail_server.recipients().len(),
        6,
        "it still BREAKS, since the failure before was not acknowledged"
    );
}

#[tokio::test(start_paused = true)]
async fn threat_21_the_build_server_tells_each_of_its_users() {
    let world = World::new().await;
    for user in ["1", "2"] {
        assert_eq!(world.code(&broken(user)).await, 250);
    }
    assert_eq!(world.mail_server.recipients().len(), 6, "both are about the run that broke");
}

#[tokio::test(start_paused = true)]
async fn threat_21_how_stages_ended_is_asked_at_the_start() {
    let world = World::new().await;
    sleep(Duration::from_millis(1)).await;
    assert_eq!(
        world.rest.script.count("cctray"),
        1,
        "before any notification, which it would already know about"
    );
    // From now on it knows of a later run.
    let later = CCTRAY.replace("Success", "Failure").replace("\"1\"", "\"2\"");
    world.rest.script.at("cctray", say(&ok(&later)));
    assert_eq!(world.code(&broken("1")).await, 250);
    assert_eq!(world.mail_server.recipients(), TEAMS);
    assert_eq!(world.rest.script.count("cctray"), 1);
}

// 22: an orderly end, at each step of the diagram.

#[tokio::test(start_paused = true)]
async fn threat_22_what_is_under_way_is_finished_when_it_is_told_to_stop() {
    for (server, step) in [
        ("rest", "groups"),
        ("mail", "connect"),
        ("mail", "EHLO"),
        ("mail", "MAIL"),
        ("mail", "RCPT team-b"),
        ("mail", "DATA"),
        ("mail", "message"),
    ] {
        let mut world = World::new().await;
        let late = move |came: &str, _| match came.starts_with(step) {
            true => Act::Late(Duration::from_millis(1500)),
            false => Act::Serve,
        };
        if server == "rest" {
            world.rest.script.decide(late)
        } else {
            world.mail_server.script.decide(late)
        };
        let notifyer = world.notifyer.clone();
        let mail = tokio::spawn(async move {
            let outcomes =
                super::world::send_to(&notifyer, &["mail2alert@example.com"], &broken("1")).await;
            outcomes.map_err(|error| error.to_string())
        });
        if server == "rest" {
            world.at_rest.wait_for(step).await
        } else {
            world.at_mail_server.wait_for(step).await
        };

        let start = Instant::now();
        world.tell_to_stop();
        sleep(Duration::from_millis(1)).await;
        let another = world.send(&broken("2")).await.0;
        assert!(
            another.contains("the connection broke"),
            "{step}: it accepts no client any more: {another}"
        );
        let summary = world.stop().await;
        assert_eq!(
            mail.await.expect("it does not panic"),
            Ok(vec![IN_GOOD_HANDS.to_owned()]),
            "{step}"
        );
        assert_eq!(world.mail_server.recipients(), TEAMS, "{step}");
        assert_eq!((summary.messages, summary.cut_off), (1, 0), "{step}");
        assert_eq!(start.elapsed(), Duration::from_millis(1500), "{step}: as soon as it is done");
    }
}

#[tokio::test(start_paused = true)]
async fn threat_22_what_takes_too_long_is_cut_off_and_never_acknowledged() {
    for (server, step, at) in [
        ("rest", "groups", 2000),
        ("mail", "connect", 7000),
        ("mail", "RCPT team-b", 7000),
        ("mail", "message", 7000),
    ] {
        // The relay's own deadlines are shorter than its time to stop: it can still say 451.
        let mut world = World::new().await;
        if server == "rest" {
            world.rest.script.at(step, Act::Silence)
        } else {
            world.mail_server.script.at(step, Act::Silence)
        };
        let notifyer = world.notifyer.clone();
        let mail = tokio::spawn(async move {
            super::world::send_to(&notifyer, &["mail2alert@example.com"], &broken("1"))
                .await
                .expect("an answer")
        });
        if server == "rest" {
            world.at_rest.wait_for(step).await
        } else {
            world.at_mail_server.wait_for(step).await
        };
        let start = Instant::now();
        let summary = world.stop().await;
        assert_eq!(&mail.await.expect("it does not panic")[0][..4], "451 ", "{step}");
        assert_eq!((start.elapsed().as_millis(), summary.cut_off), (at, 0), "{step}");

        // If they are longer, it is cut off, and the Notifyer has no answer.
        let mut world =
            World::with(config(|text| text.replace("shutdown = \"10 s\"", "shutdown = \"1 s\"")))
                .await;
        if server == "rest" {
            world.rest.script.at(step, Act::Silence)
        } else {
            world.mail_server.script.at(step, Act::Silence)
        };
        let notifyer = world.notifyer.clone();
        let mail = tokio::spawn(async move {
            super::world::send_to(&notifyer, &["mail2alert@example.com"], &broken("1"))
                .await
                .map_err(|error| error.to_string())
        });
        if server == "rest" {
            world.at_rest.wait_for(step).await
        } else {
            world.at_mail_server.wait_for(step).await
        };
        let start = Instant::now();
        let summary = world.stop().await;
        let error = mail.await.expect("it does not panic").expect_err("it has no outcome");
        assert!(error.contains("hung up"), "{step}: {error}");
        assert_eq!((start.elapsed().as_millis(), summary.cut_off), (1000, 1), "{step}");
        assert_eq!(
            world.mail_server.recipients(),
            [""; 0],
            "{step}: not acknowledged, and not lost either"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn threat_22_a_silent_client_is_told_to_go() {
    use mail2alert::network::Dial;
    use tokio::io::AsyncReadExt;
    let mut world = World::new().await;
    let mut idle = world.notifyer.dial().await.expect("a connection");
    sleep(Duration::from_millis(1)).await;
    let start = Instant::now();
    world.tell_to_stop();
    let mut said = String::new();
    idle.read_to_string(&mut said).await.expect("it is told");
    assert!(said.ends_with("421 4.3.2 the server is being stopped\r\n"), "{said}");
    drop(idle);
    world.stop().await;
    assert_eq!(start.elapsed(), Duration::ZERO);
}

// 26: the deadline and the panic, as far as they are a relay's.

#[tokio::test(start_paused = true)]
async fn threat_26_one_that_hangs_does_not_keep_the_others_waiting_for_ever() {
    let world = World::new().await;
    world.mail_server.script.at("RCPT team-c", Act::Silence);
    let (outcome, took) = world.send(&broken("1")).await;
    assert!(
        outcome.starts_with("451 ") && outcome.contains("0 of 3 taken"),
        "all outcomes, in order: {outcome}"
    );
    assert_eq!(took, 7000);
}

#[tokio::test(start_paused = true)]
async fn threat_26_a_panic_costs_one_session_and_is_counted() {
    let hits = AtomicUsize::new(0);
    let panics_once = move |step: &RelayEvent| {
        if matches!(step, RelayEvent::Sends { .. }) && hits.fetch_add(1, SeqCst) == 0 {
            panic!("a panic on purpose");
        }
    };
    let mut world = World::watched(config(str::to_owned), panics_once).await;
    assert_eq!(world.code(&broken("1")).await, 451);
    assert_eq!(world.code(&broken("1")).await, 250, "the relay lives, and nothing is locked");
    assert_eq!(world.mail_server.recipients(), TEAMS);
    assert_eq!(world.stop().await.panics, 1);
}
