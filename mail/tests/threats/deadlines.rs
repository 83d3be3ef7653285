//! Threats 9 and 10: clients that take their time. On a paused clock, so to the millisecond.
use crate::scene::{Postbox, Raw, Running, seconds, since};
use mail::smtp::{ConnectionEnd, Limits, Server};
use std::time::Duration;
use tokio::{
    io::{AsyncWriteExt, duplex, split},
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

const TOO_SLOW: &str = "421 4.4.2 that took too long";

/// Says this again and again, with ten seconds in between, until the server has had enough; and
/// returns when that was.
async fn drip(client: &mut Raw, text: &str) -> Duration {
    let begin = Instant::now();
    let mut clock = tokio::time::interval(seconds(10));
    clock.tick().await;
    loop {
        tokio::select! {
            biased;
            line = client.line() => match line {
                Some(line) if line == TOO_SLOW => return since(begin),
                Some(line) => assert!(line.starts_with("250"), "{line}"),
                None => panic!("hung up without a word"),
            },
            _ = clock.tick() => {
                assert!(since(begin) < seconds(7200), "{text:?} keeps a connection for ever");
                drop(client.try_to_say(text).await);
            }
        }
    }
}

async fn greeted() -> (Running, Raw) {
    let server = Running::new(Postbox::default(), Limits::default());
    let mut client = server.connect();
    client.hello().await;
    (server, client)
}

#[tokio::test(start_paused = true)]
async fn threat_9_a_byte_now_and_then_does_not_make_a_greeting() {
    let server = Running::new(Postbox::default(), Limits::default());
    for junk in ["E", "NOOP\r\n", ""] {
        let mut client = server.connect();
        assert!(client.reply().await.starts_with("220"));
        assert_eq!(drip(&mut client, junk).await, seconds(60), "{junk:?} keeps a slot");
    }
}

#[tokio::test(start_paused = true)]
async fn threat_9_a_byte_now_and_then_does_not_make_a_command() {
    for junk in ["N", ""] {
        let (_server, mut client) = greeted().await;
        assert_eq!(drip(&mut client, junk).await, seconds(5 * 60), "{junk:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn threat_9_commands_that_lead_nowhere_do_not_keep_a_connection_for_ever() {
    for junk in ["NOOP\r\n", "RSET\r\n", "EHLO again\r\n", "MAIL FROM:<a@b>\r\nRSET\r\n"] {
        let (_server, mut client) = greeted().await;
        assert_eq!(drip(&mut client, junk).await, seconds(30 * 60), "{junk:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn threat_9_a_message_that_stops_is_not_waited_for() {
    let (_server, mut client) = greeted().await;
    client.data("bob@example.org").await;
    assert_eq!(drip(&mut client, "").await, seconds(3 * 60));
}

#[tokio::test(start_paused = true)]
async fn threat_9_a_message_that_only_drips_is_not_waited_for_for_ever() {
    for drop in ["x", "\r\n"] {
        let (_server, mut client) = greeted().await;
        client.data("bob@example.org").await;
        assert_eq!(drip(&mut client, drop).await, seconds(30 * 60), "{drop:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn threat_9_a_message_that_gets_on_has_time() {
    let (_server, mut client) = greeted().await;
    for _ in 0..10 {
        sleep(seconds(4 * 60)).await;
        client.data("bob@example.org").await;
        for _ in 0..10 {
            sleep(seconds(2 * 60)).await;
            client.say("a line now and then\r\n").await;
        }
        assert_eq!(client.ask(".\r\n").await, 250);
    }
}

#[tokio::test(start_paused = true)]
async fn threat_9_a_handler_that_takes_too_long_is_given_up_while_the_client_still_waits() {
    for (from, to, refused) in
        [("endless@x", "b@x", 0), ("a@x", "endless@x", 1), ("a@x", "endless@message", 3)]
    {
        let server = Running::new(Postbox::default(), Limits::default());
        let mut client = server.connect();
        client.hello().await;
        let begin = Instant::now();
        for (number, command) in [
            format!("MAIL FROM:<{from}>\r\n"),
            format!("RCPT TO:<{to}>\r\n"),
            "DATA\r\n".into(),
            "hi\r\n.\r\n".into(),
        ]
        .iter()
        .enumerate()
        {
            client.say(command).await;
            let reply = client.reply().await;
            if number == refused {
                assert_eq!(reply, "451 4.3.0 this takes too long; try again later");
                assert_eq!(since(begin), seconds(5 * 60));
                break;
            }
        }
        assert_eq!(client.ask("RSET\r\n").await, 250, "the session goes on");
    }
}

#[tokio::test(start_paused = true)]
async fn threat_10_a_client_that_writes_and_never_reads_is_cut_off() {
    let server = Server::new(Postbox::default(), Limits::default());
    let (ours, theirs) = duplex(64);
    let (_never_read, mut writing) = split(ours);
    let stop = CancellationToken::new();
    let begin = Instant::now();
    let write = async { while writing.write_all(b"NOOP\r\n").await.is_ok() {} };
    let converse = async {
        let outcome = server.converse(theirs, &stop).await;
        assert_eq!(since(begin), seconds(60));
        outcome
    };
    let (outcome, ()) = tokio::join!(converse, write);
    assert!(matches!(outcome.end, ConnectionEnd::WriteTimedOut), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn threat_10_many_commands_at_once_are_no_reason_to_keep_all_their_replies() {
    // Ten thousand commands are read only as fast as their replies are.
    let server = Server::new(Postbox::default(), Limits::default());
    let (ours, theirs) = duplex(64);
    let (reading, mut writing) = split(ours);
    let stop = CancellationToken::new();
    let write = async {
        writing.write_all(b"NOOP\r\n".repeat(10_000).as_slice()).await.unwrap();
        writing.write_all(b"QUIT\r\n").await.unwrap();
    };
    let read = async {
        let mut replies = String::new();
        tokio::io::AsyncReadExt::read_to_string(&mut { reading }, &mut replies).await.unwrap();
        replies.lines().count()
    };
    let (outcome, (), replies) = tokio::join!(server.converse(theirs, &stop), write, read);
    assert!(matches!(outcome.end, ConnectionEnd::Quit), "{outcome:?}");
    assert_eq!(replies, 10_002);
}
