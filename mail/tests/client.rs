//! The client, against servers that are not like ours: old ones, strange ones, and ones that stop
//! answering.
use mail::smtp::{
    Address, Client, DeliveryOutcome, Envelope, Message, Timeouts,
    client::{ClientError, Phase},
};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    time::Instant,
};

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn envelope(to: &[&str]) -> Envelope {
    let address = |text: &str| Address::new(text).expect("an address");
    Envelope {
        from: Some(address("me@example.net")),
        to: to.iter().map(|to| address(to)).collect(),
    }
}

fn hello() -> Message {
    Message::new("Subject: hello\n\n.hello\n")
}

/// What a server is going to hear, and what it says to that. A message is heard as one line, `.`.
struct Script {
    io: DuplexStream,
    heard: Vec<String>,
}

impl Script {
    /// Greets, and offers this.
    async fn greeted(io: DuplexStream, extensions: &[&str]) -> Script {
        let mut script = Script { io, heard: vec![] };
        script.say("220 hello").await;
        assert_eq!(script.hear().await, "EHLO client");
        let mut lines = vec!["host"];
        lines.extend(extensions);
        for (number, line) in lines.iter().enumerate() {
            script
                .say(&format!("250{}{line}", if number + 1 < lines.len() { '-' } else { ' ' }))
                .await;
        }
        script.heard.clear();
        script
    }

    async fn say(&mut self, line: &str) {
        self.io.write_all(format!("{line}\r\n").as_bytes()).await.expect("the client is there");
    }

    async fn hear(&mut self) -> String {
        let mut line = String::new();
        while !line.ends_with("\r\n") {
            line.push(self.io.read_u8().await.expect("the client says something").into());
        }
        line.truncate(line.len() - 2);
        self.heard.push(line.clone());
        line
    }

    /// Hears a line, and says this.
    async fn answer(&mut self, reply: &str) {
        self.hear().await;
        self.say(reply).await;
    }

    /// Hears a message to its end, and says this.
    async fn answer_message(&mut self, reply: &str) {
        while self.hear().await != "." {}
        self.say(reply).await;
    }

    /// Nothing more has been said.
    async fn ends(mut self) -> Vec<String> {
        let mut rest = String::new();
        let _ = self.io.read_to_string(&mut rest).await;
        assert_eq!(rest, "", "the client has said more than it should");
        self.heard
    }
}

/// A client, and a server that goes by a script.
async fn play<A, B, S: Future<Output = A>, C: Future<Output = B>>(
    extensions: &'static [&'static str],
    server: impl FnOnce(Script) -> S,
    client: impl FnOnce(Client<DuplexStream>) -> C,
) -> (A, B) {
    let (ours, theirs) = duplex(4096);
    let server = async { server(Script::greeted(theirs, extensions).await).await };
    let client = async {
        client(Client::over(ours, "client", Timeouts::default()).await.expect("it is greeted"))
            .await
    };
    tokio::join!(server, client)
}

fn codes(outcomes: &[DeliveryOutcome]) -> Vec<(u16, Option<Phase>)> {
    let code = |outcome: &DeliveryOutcome| match outcome {
        DeliveryOutcome::Accepted(reply) => (reply.code(), None),
        DeliveryOutcome::Refused { at, reply } => (reply.code(), Some(*at)),
    };
    outcomes.iter().map(code).collect()
}

#[tokio::test(start_paused = true)]
async fn without_pipelining_each_command_waits_for_the_reply_before_it() {
    let server = async |mut server: Script| {
        for (expected, reply) in [
            ("MAIL FROM:<me@example.net>", "250 ok"),
            ("RCPT TO:<a@b>", "550 5.1.1 no"),
            ("RCPT TO:<c@d>", "251 ok"),
            ("DATA", "354 go"),
        ] {
            assert_eq!(server.hear().await, expected);
            // Whatever had been sent already would be there now.
            tokio::time::sleep(seconds(1)).await;
            let mut early = [0];
            let read = tokio::time::timeout(seconds(1), server.io.read(&mut early)).await;
            assert!(read.is_err(), "something came before the reply to {expected}");
            server.say(reply).await;
        }
        server.answer_message("250 kept").await;
        server.ends().await
    };
    let client = async |mut client: Client<_>| {
        client.send(&envelope(&["a@b", "c@d"]), &hello()).await.unwrap()
    };
    let (heard, outcomes) = play(&[], server, client).await;
    assert_eq!(heard[4..], ["Subject: hello", "", "..hello", "."]);
    assert_eq!(codes(&outcomes), [(550, Some(Phase::Recipient)), (250, None)]);
}

#[tokio::test(start_paused = true)]
async fn with_pipelining_and_size_everything_up_to_data_is_said_at_once() {
    let server = async |mut server: Script| {
        for _ in 0..4 {
            server.hear().await;
        }
        for reply in ["250 ok", "450 4.2.1 later", "250 ok", "354 go"] {
            server.say(reply).await;
        }
        server.answer_message("250 kept").await;
        server.ends().await
    };
    let client = async |mut client: Client<_>| {
        let message = Message::new("Subject: hello\n\nGrüße\n");
        client.send(&envelope(&["a@b", "c@d"]), &message).await.unwrap()
    };
    let (heard, outcomes) = play(&["PIPELINING", "SIZE 1000", "8BITMIME"], server, client).await;
    assert_eq!(heard[0], "MAIL FROM:<me@example.net> SIZE=27 BODY=8BITMIME");
    assert_eq!(codes(&outcomes), [(450, Some(Phase::Recipient)), (250, None)]);
}

#[tokio::test(start_paused = true)]
async fn smtputf8_is_asked_for_only_if_it_is_needed() {
    let server = async |mut server: Script| {
        for _ in 0..2 {
            for _ in 0..3 {
                server.hear().await;
            }
            for reply in ["250 ok", "250 ok", "354 go"] {
                server.say(reply).await;
            }
            server.answer_message("250 kept").await;
        }
        server.ends().await
    };
    let client = async |mut client: Client<_>| {
        client.send(&envelope(&["a@b"]), &hello()).await.unwrap();
        client.send(&envelope(&["用户@例子.网"]), &hello()).await.unwrap();
    };
    let (heard, ()) = play(&["PIPELINING", "SMTPUTF8"], server, client).await;
    let mails: Vec<&String> = heard.iter().filter(|line| line.starts_with("MAIL")).collect();
    assert_eq!(mails, ["MAIL FROM:<me@example.net>", "MAIL FROM:<me@example.net> SMTPUTF8"]);
}

#[tokio::test(start_paused = true)]
async fn if_all_are_refused_a_server_that_waits_for_the_message_gets_a_dot() {
    let server = async |mut server: Script| {
        for _ in 0..3 {
            server.hear().await;
        }
        for reply in ["250 ok", "550 no", "354 go"] {
            server.say(reply).await;
        }
        server.answer("554 no recipients").await;
        for _ in 0..3 {
            server.hear().await;
        }
        for reply in ["250 ok", "250 ok", "354 go"] {
            server.say(reply).await;
        }
        server.answer_message("250 kept").await;
        server.ends().await
    };
    let client = async |mut client: Client<_>| {
        let refused = client.send(&envelope(&["a@b"]), &hello()).await.unwrap();
        assert_eq!(
            codes(&refused),
            [(550, Some(Phase::Recipient))],
            "the outcome is that on the recipient"
        );
        assert!(client.send(&envelope(&["c@d"]), &hello()).await.unwrap()[0].is_accepted());
    };
    let (heard, ()) = play(&["PIPELINING"], server, client).await;
    assert_eq!(heard[3], ".", "and not the message");
}

#[tokio::test(start_paused = true)]
async fn what_was_refused_half_way_is_forgotten_before_the_next_message() {
    let server = async |mut server: Script| {
        for reply in
            ["250 ok", "250 ok", "451 4.3.0 no room", "250 forgotten", "250 ok", "250 ok", "354 go"]
        {
            server.answer(reply).await;
        }
        server.answer_message("250 kept").await;
        server.ends().await
    };
    let client = async |mut client: Client<_>| {
        let refused = client.send(&envelope(&["a@b"]), &hello()).await.unwrap();
        assert_eq!(codes(&refused), [(451, Some(Phase::Data))]);
        assert!(client.send(&envelope(&["a@b"]), &hello()).await.unwrap()[0].is_accepted());
    };
    let (heard, ()) = play(&[], server, client).await;
    assert_eq!(heard[3], "RSET");
}

#[tokio::test(start_paused = true)]
async fn a_sender_that_is_refused_is_refused_for_all_recipients() {
    for extensions in [&["PIPELINING"][..], &[]] {
        let server = async move |mut server: Script| {
            server.answer("550 5.7.1 not you").await;
            if !extensions.is_empty() {
                for _ in 0..3 {
                    server.answer("503 MAIL first").await;
                }
            }
            server.ends().await
        };
        let client = async |mut client: Client<_>| {
            client.send(&envelope(&["a@b", "c@d"]), &hello()).await.unwrap()
        };
        let (_, outcomes) = play(extensions, server, client).await;
        assert_eq!(codes(&outcomes), [(550, Some(Phase::Mail)); 2]);
        assert!(outcomes[0].is_permanent());
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_hangs_up_says_how_far_it_has_come() {
    for (place, phase, in_doubt) in [
        (0, Phase::Mail, false),
        (1, Phase::Recipient, false),
        (2, Phase::Data, false),
        (3, Phase::FinalReply, true), // the end of the message may have been understood
    ] {
        let server = async move |mut server: Script| {
            for reply in ["250 ok", "250 ok", "354 go"].iter().take(place) {
                server.answer(reply).await;
            }
            if place == 3 {
                while server.hear().await != "." {}
            } else {
                server.hear().await;
            }
        };
        let client = async |mut client: Client<_>| {
            let error = client.send(&envelope(&["a@b"]), &hello()).await.unwrap_err();
            assert!(matches!(
                client.send(&envelope(&["a@b"]), &hello()).await,
                Err(ClientError::Abandoned)
            ));
            error
        };
        let ((), error) = play(&[], server, client).await;
        assert!(matches!(error, ClientError::HungUp(at) if at == phase), "{error}");
        assert_eq!(error.is_in_doubt(), in_doubt, "{error}");
        assert!(!error.is_permanent());
    }
}

#[tokio::test(start_paused = true)]
async fn a_421_ends_the_conversation_wherever_it_comes() {
    for place in 0..3 {
        for extensions in [&["PIPELINING"][..], &[]] {
            let server = async move |mut server: Script| {
                if !extensions.is_empty() {
                    for _ in 0..3 {
                        server.hear().await;
                    }
                }
                for number in 0..=place {
                    if extensions.is_empty() {
                        server.hear().await;
                    }
                    server.say(if number < place { "250 ok" } else { "421 4.3.2 stopping" }).await;
                }
            };
            let client = async |mut client: Client<_>| {
                client.send(&envelope(&["a@b"]), &hello()).await.unwrap_err()
            };
            let ((), error) = play(extensions, server, client).await;
            let phase = [Phase::Mail, Phase::Recipient, Phase::Data][place];
            assert!(
                matches!(&error, ClientError::Refused(at, reply)
                    if *at == phase && reply.code() == 421),
                "{error}"
            );
            assert!(!error.is_in_doubt() && !error.is_permanent());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_has_enough_of_a_message_is_believed_before_the_end() {
    let server = async |mut server: Script| {
        for reply in ["250 ok", "250 ok", "354 go"] {
            server.answer(reply).await;
        }
        server.hear().await; // the first line; it reads no more
        server.say("421 4.3.1 disk full").await;
        tokio::time::sleep(seconds(3600)).await;
    };
    let client = async |mut client: Client<_>| {
        let begin = Instant::now();
        let large = Message::new("a line\n".repeat(100_000));
        let error = client.send(&envelope(&["a@b"]), &large).await.unwrap_err();
        assert_eq!(begin.elapsed(), seconds(0), "it need not time out");
        error
    };
    let ((), error) = play(&[], server, client).await;
    assert!(
        matches!(&error, ClientError::Refused(Phase::Message, reply) if reply.code() == 421),
        "{error}"
    );
    assert!(!error.is_in_doubt(), "the end was not sent");
}

#[tokio::test(start_paused = true)]
async fn each_wait_has_its_deadline_and_a_byte_now_and_then_does_not_move_it() {
    let timeouts = Timeouts {
        connect: seconds(1),
        greeting: seconds(2),
        command: seconds(3),
        data: seconds(4),
        write: seconds(5),
        message: seconds(6),
    };
    for drips in [false, true] {
        for (place, limit, phase) in [
            (0, 2, Phase::Greeting),
            (1, 3, Phase::Hello),
            (2, 3, Phase::Mail),
            (3, 3, Phase::Recipient),
            (4, 4, Phase::Data),
            (5, 6, Phase::FinalReply),
        ] {
            let (ours, theirs) = duplex(4096);
            let (mut reading, mut writing) = tokio::io::split(theirs);
            // It takes whatever comes, and says so much and no more.
            let reading = tokio::spawn(async move {
                while reading.read(&mut [0; 1024]).await.is_ok_and(|read| read > 0) {}
            });
            let said = ["220 hi\r\n", "250 hi\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n"];
            writing.write_all(said[..place].concat().as_bytes()).await.unwrap();
            let writing = tokio::spawn(async move {
                while drips && writing.write_all(b"2").await.is_ok() {
                    tokio::time::sleep(seconds(1)).await;
                }
                tokio::time::sleep(seconds(3600)).await;
            });
            let begin = Instant::now();
            let result = async {
                let mut client = Client::over(ours, "client", timeouts).await?;
                client.send(&envelope(&["a@b"]), &hello()).await
            };
            match result.await {
                Err(ClientError::TimedOut(at)) if at == phase => {
                    assert_eq!(begin.elapsed(), seconds(limit), "{phase:?}")
                }
                other => panic!("{phase:?}: {other:?}"),
            }
            reading.abort();
            writing.abort();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_read_is_not_waited_for_for_ever() {
    let server = async |mut server: Script| {
        for reply in ["250 ok", "250 ok", "354 go"] {
            server.answer(reply).await;
        }
        tokio::time::sleep(seconds(3600)).await;
    };
    let client = async |mut client: Client<_>| {
        let begin = Instant::now();
        let error = client
            .send(&envelope(&["a@b"]), &Message::new("a line\n".repeat(10_000)))
            .await
            .unwrap_err();
        assert_eq!(begin.elapsed(), seconds(180));
        error
    };
    let ((), error) = play(&[], server, client).await;
    assert!(matches!(error, ClientError::TimedOut(Phase::Message)), "{error}");
    assert!(!error.is_in_doubt());
}

#[tokio::test(start_paused = true)]
async fn what_is_no_reply_is_not_taken_for_one() {
    let endless_line = "250 ".to_owned() + &"x".repeat(100_000);
    let endless_reply = "250-x\r\n".repeat(100_000);
    for (greeting, why) in [
        ("SSH-2.0-OpenSSH_9.2p1\r\n", "a line does not begin with a code"),
        ("220\n", "a line does not end with CRLF"),
        ("220-a\r\n250 b\r\n", "the lines of one reply have different codes"),
        ("120 a\r\n", "a line does not begin with a code"),
        ("2200 a\r\n", "a line does not begin with a code"),
        ("354 go ahead\r\n", "no answer to that"),
        (&endless_line, "a reply is too long"),
        (&endless_reply, "a reply is too long"),
    ] {
        let (ours, mut theirs) = duplex(1024);
        let write = async {
            let _ = theirs.write_all(greeting.as_bytes()).await;
            tokio::time::sleep(seconds(3600)).await;
        };
        let client = Client::over(ours, "client", Timeouts::default());
        tokio::select! {
            () = write => panic!("the client waits for more of {greeting:.20?}"),
            result = client => match result {
                Err(ClientError::NotSmtp(Phase::Greeting, because)) => {
                    assert_eq!(because, why, "{greeting:.20?}");
                }
                other => panic!("{greeting:.20?}: {other:?}"),
            },
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_250_to_data_is_not_the_reply_to_the_message() {
    let server = async |mut server: Script| {
        for reply in ["250 ok", "250 ok", "250 ok"] {
            server.answer(reply).await;
        }
    };
    let client = async |mut client: Client<_>| client.send(&envelope(&["a@b"]), &hello()).await;
    let ((), result) = play(&[], server, client).await;
    assert!(
        matches!(result, Err(ClientError::NotSmtp(Phase::Data, _))),
        "a message that no server has: {result:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn through_a_pipe_of_some_bytes_a_thousand_recipients_do_not_deadlock() {
    // A client that writes all commands before it reads a reply waits for a server that waits for
    // it.
    let server = async |mut server: Script| {
        for _ in 0..1001 {
            server.answer("250 ok, and a good many words that fill the pipe").await;
        }
        server.answer("354 go").await;
        server.answer_message("250 kept").await;
    };
    let to: Vec<String> = (0..1000).map(|number| format!("r{number}@example.org")).collect();
    let to: Vec<&str> = to.iter().map(String::as_str).collect();
    let (ours, theirs) = duplex(16);
    let server = async { server(Script::greeted(theirs, &["PIPELINING"]).await).await };
    let client = async {
        let mut client = Client::over(ours, "client", Timeouts::default()).await.unwrap();
        client.send(&envelope(&to), &hello()).await.unwrap()
    };
    let ((), outcomes) = tokio::join!(server, client);
    assert!(outcomes.len() == 1000 && outcomes.iter().all(DeliveryOutcome::is_accepted));
}

#[tokio::test(start_paused = true)]
async fn an_envelope_without_recipients_is_an_error() {
    let server = async |server: Script| server.ends().await;
    let client = async |mut client: Client<_>| {
        assert!(matches!(
            client.send(&envelope(&[]), &hello()).await,
            Err(ClientError::NoRecipients)
        ));
        assert!(client.is_usable());
    };
    let (heard, ()) = play(&[], server, client).await;
    assert_eq!(heard, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn permanent_is_only_what_the_server_has_said_of_this_message() {
    let of = |at: Phase, code: &'static str| DeliveryOutcome::Refused { at, reply: reply(code) };
    assert!(!of(Phase::Recipient, "552 5.2.2 too many").is_permanent(), "RFC 5321, 4.5.3.1.10");
    assert!(of(Phase::Recipient, "550 5.1.1 unknown").is_permanent());
    assert!(of(Phase::FinalReply, "552 5.2.2 too large").is_permanent());
    assert!(of(Phase::Message, "552 too large").is_permanent());
    for at in [Phase::Mail, Phase::Recipient, Phase::Data, Phase::Message, Phase::FinalReply] {
        assert!(!of(at, "530 5.7.0 Authentication required").is_permanent(), "RFC 4954, 6");
        assert!(!of(at, "530 Must issue a STARTTLS command first").is_permanent(), "RFC 3207, 4");
        assert!(!of(at, "503 5.5.1 bad sequence").is_permanent(), "{at:?}");
        assert!(of(at, "554 5.7.1 never").is_permanent(), "{at:?}");
    }
    assert!(!ClientError::Refused(Phase::Greeting, reply("554 go away")).is_permanent());
    assert!(!ClientError::Refused(Phase::Hello, reply("550 you are unknown")).is_permanent());
    assert!(ClientError::NoRecipients.is_permanent());
    assert!(!ClientError::NotOffered("SMTPUTF8").is_permanent());
}

/// A reply as a client reads it.
fn reply(line: &str) -> mail::smtp::Reply {
    use tokio_util::codec::Decoder;
    let mut bytes = bytes::BytesMut::from(format!("{line}\r\n").as_bytes());
    let decoded = mail::smtp::codec::ReplyCodec::default().decode(&mut bytes);
    decoded.expect("it is one").expect("it is whole")
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_passed_on_asks_for_what_it_came_with_and_no_more() {
    const LATIN1: &[u8] = b"Subject: Gr\xfc\xdfe\n\nhello\n";
    const UTF8: &[u8] = "Subject: Grüße\n\nhello\n".as_bytes();
    const BODY: &[u8] = b"Subject: hello\n\n\xfc\n";
    const EVERYTHING: &[&str] = &["8BITMIME", "SMTPUTF8"];
    for (text, came_with_smtputf8, offered, expected) in [
        (LATIN1, false, EVERYTHING, Some(" BODY=8BITMIME")),
        (LATIN1, false, &["8BITMIME"], Some(" BODY=8BITMIME")),
        (LATIN1, false, &[], Some("")),
        (UTF8, false, EVERYTHING, Some(" BODY=8BITMIME")),
        (UTF8, true, EVERYTHING, Some(" BODY=8BITMIME SMTPUTF8")),
        (UTF8, true, &["8BITMIME"], None),
        (BODY, false, EVERYTHING, Some(" BODY=8BITMIME")),
        (BODY, true, &["8BITMIME"], Some(" BODY=8BITMIME")),
        (BODY, false, &[], Some("")),
    ] {
        let message = Message::passed_on(text, came_with_smtputf8);
        let server = async move |mut server: Script| {
            if expected.is_some() {
                for reply in ["250 ok", "250 ok", "354 go"] {
                    server.answer(reply).await;
                }
                server.answer_message("250 taken").await;
            }
            server.ends().await
        };
        let client = async move |mut client: Client<_>| {
            client.send(&envelope(&["bob@example.org"]), &message).await
        };
        let (heard, sent) = play(offered, server, client).await;
        match expected {
            Some(parameters) => {
                assert_eq!(heard[0], format!("MAIL FROM:<me@example.net>{parameters}"));
                assert!(sent.expect("it is sent")[0].is_accepted());
            }
            None => assert!(matches!(sent, Err(ClientError::NotOffered("SMTPUTF8")))),
        }
    }
    // A message of our own with Latin 1 in a header is not called UTF-8.
    assert!(!Message::new(LATIN1).needs_smtputf8());
    assert!(Message::new(UTF8).needs_smtputf8());
    assert!(Message::new(BODY).needs_eight_bit_mime());
}

/// Two messages, of which the second is announced with the end of the first.
async fn two(client: &mut Client<DuplexStream>) -> Vec<Vec<(u16, Option<Phase>)>> {
    let (one, two) = (envelope(&["a@b"]), envelope(&["c@d"]));
    let first = client.send_before(&one, &hello(), Some((&two, &hello()))).await.unwrap();
    let second = client.send(&two, &hello()).await.unwrap();
    vec![codes(&first), codes(&second)]
}

/// Hears MAIL, one RCPT and DATA, and allows all of them.
async fn allow(server: &mut Script) {
    for _ in 0..3 {
        server.hear().await;
    }
    for reply in ["250 ok", "250 ok", "354 go"] {
        server.say(reply).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_message_is_announced_with_the_end_of_the_one_before() {
    let server = async |mut server: Script| {
        allow(&mut server).await;
        while server.hear().await != "." {}
        // All of this has come before there was a reply to the message.
        for expected in ["MAIL FROM:<me@example.net>", "RCPT TO:<c@d>", "DATA"] {
            assert_eq!(server.hear().await, expected);
        }
        server.say("250 first").await;
        tokio::time::sleep(seconds(1)).await;
        for reply in ["250 ok", "250 ok", "354 go"] {
            server.say(reply).await;
        }
        server.answer_message("250 second").await;
        server.answer("221 bye").await;
        server.ends().await
    };
    let client = async |mut client: Client<_>| {
        let outcomes = two(&mut client).await;
        client.quit().await.unwrap();
        outcomes
    };
    let (heard, outcomes) = play(&["PIPELINING"], server, client).await;
    assert_eq!(outcomes, [[(250, None)], [(250, None)]]);
    assert_eq!(heard.iter().filter(|line| *line == "DATA").count(), 2);
    assert_eq!(heard.last().unwrap(), "QUIT");
}

#[tokio::test(start_paused = true)]
async fn the_outcome_of_a_message_does_not_wait_for_the_next_one() {
    let server = async |mut server: Script| {
        allow(&mut server).await;
        server.answer_message("250 first").await;
        tokio::time::sleep(seconds(60)).await;
    };
    let client = async |mut client: Client<_>| {
        let begin = Instant::now();
        let (one, next) = (envelope(&["a@b"]), envelope(&["c@d"]));
        client.send_before(&one, &hello(), Some((&next, &hello()))).await.unwrap();
        begin.elapsed()
    };
    let ((), took) = play(&["PIPELINING"], server, client).await;
    assert_eq!(took, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn an_announced_message_that_is_refused_is_refused_itself_and_not_the_one_before() {
    let server = async |mut server: Script| {
        allow(&mut server).await;
        server.answer_message("250 first").await;
        for reply in ["250 ok", "550 5.1.1 no", "554 no recipients"] {
            server.answer(reply).await;
        }
        server.answer("250 forgotten").await;
        allow(&mut server).await;
        server.answer_message("250 third").await;
        server.ends().await
    };
    let client = async |mut client: Client<_>| {
        let outcomes = two(&mut client).await;
        let third = client.send(&envelope(&["e@f"]), &hello()).await.unwrap();
        (outcomes, codes(&third))
    };
    let (heard, (outcomes, third)) = play(&["PIPELINING"], server, client).await;
    assert_eq!(outcomes, [[(250, None)], [(550, Some(Phase::Recipient))]]);
    assert_eq!(third, [(250, None)]);
    assert!(heard.contains(&"RSET".to_owned()), "{heard:?}");
}

#[tokio::test(start_paused = true)]
async fn without_pipelining_nothing_is_announced() {
    let server = async |mut server: Script| {
        for _ in 0..2 {
            for reply in ["250 ok", "250 ok", "354 go"] {
                server.answer(reply).await;
            }
            server.answer_message("250 kept").await;
        }
        server.ends().await
    };
    let client = async |mut client: Client<_>| two(&mut client).await;
    let (_, outcomes) = play(&[], server, client).await;
    assert_eq!(outcomes, [[(250, None)], [(250, None)]]);
}

#[tokio::test(start_paused = true)]
async fn only_the_message_that_was_announced_can_be_sent_next() {
    let other = Message::new("Subject: hello\n\nanother, which is longer\n");
    for (to, message) in [("e@f", hello()), ("c@d", other)] {
        let server = async |mut server: Script| {
            allow(&mut server).await;
            server.answer_message("250 first").await;
            allow(&mut server).await;
            server.ends().await // nothing of it has come
        };
        let client = async |mut client: Client<_>| {
            let (one, next) = (envelope(&["a@b"]), envelope(&["c@d"]));
            client.send_before(&one, &hello(), Some((&next, &hello()))).await.unwrap();
            let error = client.send(&envelope(&[to]), &message).await.unwrap_err();
            assert!(matches!(error, ClientError::Abandoned), "{error}");
            assert!(!client.is_usable());
        };
        play(&["PIPELINING", "SIZE"], server, client).await;
    }
}

#[tokio::test(start_paused = true)]
async fn after_an_announcement_there_is_no_quit_that_could_become_a_line_of_the_message() {
    let server = async |mut server: Script| {
        allow(&mut server).await;
        server.answer_message("250 first").await;
        allow(&mut server).await;
        server.ends().await
    };
    let client = async |mut client: Client<_>| {
        let (one, next) = (envelope(&["a@b"]), envelope(&["c@d"]));
        client.send_before(&one, &hello(), Some((&next, &hello()))).await.unwrap();
        client.quit().await.unwrap();
    };
    let (heard, ()) = play(&["PIPELINING"], server, client).await;
    assert_eq!(heard.last().unwrap(), "DATA");
}

#[tokio::test(start_paused = true)]
async fn a_421_to_a_message_ends_what_was_announced_with_it() {
    let server = async |mut server: Script| {
        allow(&mut server).await;
        server.answer_message("421 enough").await;
        drop(server);
    };
    let client = async |mut client: Client<_>| {
        let (one, next) = (envelope(&["a@b"]), envelope(&["c@d"]));
        let first = client.send_before(&one, &hello(), Some((&next, &hello()))).await.unwrap();
        assert!(!client.is_usable());
        codes(&first)
    };
    let ((), first) = play(&["PIPELINING"], server, client).await;
    assert_eq!(first, [(421, Some(Phase::FinalReply))]);
}

/// A server that says something before it can have the message.
#[tokio::test(start_paused = true)]
async fn what_was_said_before_the_message_is_not_the_reply_to_it() {
    let server = async |mut server: Script| {
        allow(&mut server).await;
        server.say("250 kept").await;
        let _ = server.io.read_to_end(&mut vec![]).await;
    };
    let client = async |mut client: Client<_>| {
        // So that all of it is there when the message is to go out.
        let error = client.send(&envelope(&["a@b"]), &hello()).await.unwrap_err();
        assert!(matches!(error, ClientError::Refused(Phase::Message, _)), "{error}");
        assert!(!error.is_in_doubt());
    };
    play(&["PIPELINING"], server, client).await;
}

#[tokio::test(start_paused = true)]
async fn a_refusal_before_the_end_is_for_those_recipients_that_have_no_outcome_yet() {
    let to = ["a@b", "c@d", "e@f"];
    let expected =
        [(554, Some(Phase::Message)), (451, Some(Phase::Recipient)), (550, Some(Phase::Recipient))];
    // It is there before the message goes out.
    let server = async |mut server: Script| {
        for reply in ["250 ok", "250 ok", "451 later", "550 unknown"] {
            server.answer(reply).await;
        }
        server.answer("354 go\r\n554 no, do not").await;
        server.ends().await
    };
    let client = async |mut client: Client<_>| {
        let outcomes = client.send(&envelope(&to), &hello()).await.unwrap();
        assert_eq!(codes(&outcomes), expected);
        assert!(!client.is_usable(), "nothing can follow half a message");
        let error = client.send(&envelope(&to), &hello()).await.unwrap_err();
        assert!(matches!(error, ClientError::Abandoned), "{error}");
        drop(client);
    };
    play(&["PIPELINING"], server, client).await;
    // It comes in the middle of the message.
    let server = async |mut server: Script| {
        for reply in ["250 ok", "250 ok", "451 later", "550 unknown", "354 go"] {
            server.answer(reply).await;
        }
        server.hear().await; // the first line; it reads no more
        server.say("554 too large").await;
        tokio::time::sleep(seconds(3600)).await;
    };
    let client = async |mut client: Client<_>| {
        let begin = Instant::now();
        let large = Message::new("a line\n".repeat(100_000));
        let outcomes = client.send(&envelope(&to), &large).await.unwrap();
        assert_eq!(begin.elapsed(), seconds(0), "it need not time out");
        assert_eq!(codes(&outcomes), expected);
        assert!(!client.is_usable());
    };
    play(&[], server, client).await;
}

#[tokio::test(start_paused = true)]
async fn through_a_pipe_of_some_bytes_announcements_do_not_deadlock() {
    use mail::smtp::{Handler, Limits, Reply, Server, Transaction};

    struct Takes;

    impl Handler for Takes {
        async fn recipient(&self, _: &Transaction, _: &Address) -> Reply {
            Reply::recipient_ok()
        }

        async fn message(&self, mail: Transaction, body: bytes::Bytes) -> Reply {
            Reply::accepted(format!("{} of {}", mail.envelope.to[0], body.len()))
        }
    }

    let (ours, theirs) = duplex(16);
    let server = Server::new(Takes, Limits::default());
    let stop = tokio_util::sync::CancellationToken::new();
    let client = async {
        let mut client = Client::over(ours, "client", Timeouts::all(seconds(60))).await.unwrap();
        let mut mails = vec![];
        for number in 0..20 {
            let mut to = vec![];
            for part in 0..30 {
                to.push(format!("r{number}.{part}@example.org"));
            }
            let to: Vec<&str> = to.iter().map(String::as_str).collect();
            let text = format!("Subject: {number}\n\n{}", ".x\n".repeat(100 * number));
            mails.push((envelope(&to), Message::new(text)));
        }
        for (number, (envelope, message)) in mails.iter().enumerate() {
            let next = mails.get(number + 1).map(|(envelope, message)| (envelope, message));
            let outcomes = client.send_before(envelope, message, next).await.unwrap();
            assert_eq!(outcomes.len(), 30);
            let expected = format!("r{number}.0@example.org of {}", message.size());
            for outcome in &outcomes {
                assert_eq!(outcome.reply().text(), expected, "each has its own outcome");
            }
        }
        client.quit().await.unwrap();
    };
    let (outcome, ()) = tokio::join!(server.converse(theirs, &stop), client);
    assert_eq!(outcome.messages, 20);
}
