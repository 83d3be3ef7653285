//! Threat 24: a `send` that is dropped half way must not make the next one believe its replies.
use crate::scene::{Postbox, Running, envelope, seconds};
use futures::FutureExt;
use mail::smtp::{Client, ClientError, Limits, Message, Timeouts, client::Extensions};
use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    task::yield_now,
    time::{sleep, timeout},
};

#[tokio::test(start_paused = true)]
async fn threat_24_wherever_a_send_is_dropped_the_next_one_gets_its_own_outcome_or_none() {
    // Through a pipe of some bytes a message takes many polls, and each of them is a place where it
    // can be dropped.
    for size in [7, 64, 4096] {
        let mut polls = 0;
        let (mut abandoned, mut untouched) = (0, 0);
        loop {
            let postbox = Postbox::default();
            let server = Running::new(postbox.clone(), Limits::default());
            let mut client =
                Client::over(server.pipe(size), "client", Timeouts::default()).await.unwrap();
            // The first is refused, the second would be accepted: a client that mixes them up is
            // found out.
            let one = envelope(&["unknown@message"]);
            let two = envelope(&["bob@example.org", "unknown@example.org"]);
            let done = {
                let (first_text, mut count) = (Message::new("one\n".repeat(20)), 0);
                let mut first = pin!(client.send(&one, &first_text));
                loop {
                    if count == polls {
                        break false;
                    }
                    count += 1;
                    if let Poll::Ready(outcomes) =
                        first.as_mut().poll(&mut Context::from_waker(Waker::noop()))
                    {
                        assert_eq!(outcomes.unwrap()[0].reply().code(), 550);
                        break true;
                    }
                    for _ in 0..4 {
                        yield_now().await; // the server's turn
                    }
                }
            };
            match client.send(&two, &Message::new("two\n")).await {
                Ok(outcomes) => {
                    let codes: Vec<u16> =
                        outcomes.iter().map(|outcome| outcome.reply().code()).collect();
                    assert_eq!(
                        codes,
                        [250, 550],
                        "these are not the outcomes of the second message, after {polls} polls"
                    );
                    assert_eq!(postbox.bodies(), ["two\r\n"]);
                    untouched += 1;
                }
                Err(ClientError::Abandoned) => abandoned += 1,
                Err(error) => panic!("{error}, after {polls} polls"),
            }
            if done {
                break;
            }
            polls += 1;
        }
        assert_eq!(untouched, 2, "before its first poll and after its last");
        assert!(abandoned >= 2, "a pipe of {size} bytes: {abandoned}");
    }
}

/// A server that says yes to everything, and thinks for a second about the first message before it
/// refuses it.
async fn ponders(mut io: DuplexStream) {
    let mut messages = 0;
    io.write_all(b"220 ponders\r\n").await.unwrap();
    let (mut line, mut in_message) = (String::new(), false);
    while let Ok(byte) = io.read_u8().await {
        line.push(byte.into());
        if byte != b'\n' {
            continue;
        }
        let reply = match (line.as_str(), in_message) {
            (".\r\n", true) => {
                in_message = false;
                messages += 1;
                if messages == 1 {
                    sleep(seconds(1)).await;
                }
                if messages == 1 {
                    "250 the first is fine\r\n"
                } else {
                    "554 the second is refused\r\n"
                }
            }
            (_, true) => "",
            ("DATA\r\n", false) => {
                in_message = true;
                "354 go ahead\r\n"
            }
            _ => "250 fine\r\n",
        };
        line.clear();
        if io.write_all(reply.as_bytes()).await.is_err() {
            return;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn threat_24_after_a_timeout_no_message_is_taken_for_accepted_that_was_refused() {
    let (ours, theirs) = duplex(1024);
    tokio::spawn(ponders(theirs));
    let mut client = Client::over(ours, "client", Timeouts::default()).await.unwrap();
    assert_eq!(client.extensions(), Extensions::default());
    let (to, message) = (envelope(&["bob@example.org"]), Message::new("hello\n"));
    assert!(
        timeout(seconds(1) / 2, client.send(&to, &message)).await.is_err(),
        "the server thinks for longer"
    );
    // Now the reply to the first message is there, and might be taken for another one.
    sleep(seconds(5)).await;
    assert!(!client.is_usable());
    let second = client.send(&to, &message).await;
    assert!(matches!(second, Err(ClientError::Abandoned)), "{second:?}");
    assert!(matches!(client.quit().await, Err(ClientError::Abandoned)));
}

#[tokio::test(start_paused = true)]
async fn threat_24_a_send_that_timed_out_by_itself_is_the_same() {
    let (ours, theirs) = duplex(1024);
    tokio::spawn(ponders(theirs));
    let timeouts = Timeouts { message: seconds(1) / 2, ..Timeouts::default() };
    let mut client = Client::over(ours, "client", timeouts).await.unwrap();
    let (to, message) = (envelope(&["bob@example.org"]), Message::new("hello\n"));
    let first = client.send(&to, &message).await.unwrap_err();
    assert!(matches!(first, ClientError::TimedOut(_)) && first.is_in_doubt(), "{first:?}");
    sleep(seconds(5)).await;
    assert!(matches!(client.send(&to, &message).await, Err(ClientError::Abandoned)));
}

#[tokio::test(start_paused = true)]
async fn a_send_that_was_never_polled_has_left_nothing_behind() {
    let server = Running::new(Postbox::default(), Limits::default());
    let mut client = Client::over(server.pipe(1024), "client", Timeouts::default()).await.unwrap();
    let (to, message) = (envelope(&["bob@example.org"]), Message::new("hello\n"));
    drop(client.send(&to, &message));
    assert!(client.is_usable());
    assert!(client.send(&to, &message).now_or_never().is_none());
    assert!(!client.is_usable());
}
