//! What the server and the client do together, in the plain case.
use bytes::Bytes;
use mail::smtp::{
    Address, Client, Envelope, Handler, Limits, Message, Reply, Server, Timeouts, Transaction,
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, duplex},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    time::Instant,
};
use tokio_util::sync::CancellationToken;

/// Keeps what it gets. It has no mailbox mallory.
#[derive(Default)]
struct Postbox(Mutex<Vec<(Transaction, Bytes)>>);

impl Handler for Postbox {
    async fn recipient(&self, _: &Transaction, to: &Address) -> Reply {
        match to.local_part() {
            "mallory" => Reply::no_such_mailbox("no mallory here"),
            _ => Reply::accepted("recipient ok"),
        }
    }

    async fn message(&self, mail: Transaction, body: Bytes) -> Reply {
        self.0.lock().unwrap().push((mail, body));
        Reply::accepted("kept")
    }
}

fn envelope(to: &[&str]) -> Envelope {
    let address = |text: &str| Address::new(text).expect("an address");
    Envelope {
        from: Some(address("alice@example.net")),
        to: to.iter().map(|to| address(to)).collect(),
    }
}

#[tokio::test(start_paused = true)]
async fn each_recipient_gets_an_outcome_of_its_own() {
    let postbox = Arc::new(Postbox::default());
    let server = Server::new(postbox.clone(), Limits::default());
    let (ours, theirs) = duplex(64);
    let stop = CancellationToken::new();
    let talk = async {
        let mut client = Client::over(ours, "client", Timeouts::default()).await.unwrap();
        let envelope = envelope(&["bob@example.org", "mallory@example.org", "carol@example.org"]);
        let outcomes = client.send(&envelope, &Message::new("one\n.two\n..\n")).await.unwrap();
        let outcomes: Vec<String> = outcomes.iter().map(ToString::to_string).collect();
        assert_eq!(outcomes, ["250 2.0.0 kept", "550 5.1.1 no mallory here", "250 2.0.0 kept"]);
        client.quit().await.unwrap();
    };
    let (report, ()) = tokio::join!(server.converse(theirs, &stop), talk);
    assert_eq!(report.messages, 1);
    let kept = postbox.0.lock().unwrap();
    assert_eq!(kept[0].1, "one\r\n.two\r\n..\r\n");
    assert_eq!(kept[0].0.envelope, envelope(&["bob@example.org", "carol@example.org"]));
}

/// Hears of what was acknowledged.
#[derive(Default)]
struct Listening(Mutex<Vec<Bytes>>);

impl Handler for Listening {
    const HEARS_ACKNOWLEDGEMENTS: bool = true;

    async fn recipient(&self, _: &Transaction, _: &Address) -> Reply {
        Reply::accepted("recipient ok")
    }

    async fn message(&self, _: Transaction, body: Bytes) -> Reply {
        if body.starts_with(b"later") {
            Reply::try_again("not now")
        } else {
            Reply::accepted("kept")
        }
    }

    async fn acknowledged(&self, _: &Transaction, body: &Bytes) {
        self.0.lock().unwrap().push(body.clone());
        if body.starts_with(b"endless") {
            std::future::pending().await
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_hears_of_what_it_accepted_and_of_nothing_else_also_if_it_is_shared() {
    let handler = Arc::new(Listening::default());
    let server = Server::new(handler.clone(), Limits::default());
    let (ours, theirs) = duplex(64);
    let stop = CancellationToken::new();
    let talk = async {
        let mut client = Client::over(ours, "client", Timeouts::default()).await.unwrap();
        for text in ["now\n", "later\n"] {
            client.send(&envelope(&["bob@example.org"]), &Message::new(text)).await.unwrap();
        }
        client.quit().await.unwrap();
    };
    let (_, ()) = tokio::join!(server.converse(theirs, &stop), talk);
    assert_eq!(*handler.0.lock().unwrap(), ["now\r\n"], "what it heard to be acknowledged");
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_never_has_done_with_an_acknowledgement_is_given_up_in_time() {
    let server = Server::new(Listening::default(), Limits::default());
    let (ours, theirs) = duplex(64);
    let stop = CancellationToken::new();
    let talk = async {
        let hour = Duration::from_secs(3600);
        let mut client = Client::over(ours, "client", Timeouts::all(hour)).await.unwrap();
        let begin = Instant::now();
        let mut answered = vec![];
        for text in ["endless\n", "now\n"] {
            client.send(&envelope(&["bob@example.org"]), &Message::new(text)).await.unwrap();
            answered.push(begin.elapsed().as_secs());
        }
        client.quit().await.unwrap();
        answered
    };
    let (report, answered) = tokio::join!(server.converse(theirs, &stop), talk);
    assert_eq!(answered, [0, 5 * 60], "the client is told at once, and the session goes on");
    assert_eq!(report.messages, 2);
}

#[tokio::test]
async fn the_same_goes_over_tcp_until_the_server_is_told_to_stop() {
    let postbox = Arc::new(Postbox::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = Server::new(postbox.clone(), Limits::default())
        .serve(listener, async { _ = stopped.await });
    let server = tokio::spawn(server);
    let mut client = Client::connect(address, "client", Timeouts::default()).await.unwrap();
    for _ in 0..3 {
        let outcomes =
            client.send(&envelope(&["bob@example.org"]), &Message::new("hello\n")).await.unwrap();
        assert!(outcomes[0].is_accepted());
    }
    drop(stop);
    let summary = server.await.unwrap();
    assert_eq!((summary.connections, summary.messages, summary.cut_off), (1, 3, 0));
    assert_eq!(postbox.0.lock().unwrap().len(), 3);
}

/// What a server that takes everything has understood of these commands, and what it said to each.
async fn understood(commands: &[&str]) -> (Vec<Envelope>, Vec<String>) {
    let postbox = Arc::new(Postbox::default());
    let server = Server::new(postbox.clone(), Limits::default());
    let (mut ours, theirs) = duplex(4096);
    let stop = CancellationToken::new();
    let talk = async {
        let (reading, mut writing) = tokio::io::split(&mut ours);
        let mut lines = BufReader::new(reading).lines();
        let mut reply = async || {
            loop {
                let line = lines.next_line().await.unwrap().expect("a reply");
                if line.as_bytes()[3] == b' ' {
                    return line;
                }
            }
        };
        reply().await;
        let mut replies = vec![];
        for command in commands {
            writing.write_all(format!("{command}\r\n").as_bytes()).await.unwrap();
            replies.push(reply().await);
        }
        drop((reply, writing));
        drop(ours);
        replies
    };
    let (_, replies) = tokio::join!(server.converse(theirs, &stop), talk);
    let envelopes =
        postbox.0.lock().unwrap().iter().map(|(mail, _)| mail.envelope.clone()).collect();
    (envelopes, replies)
}

#[tokio::test(start_paused = true)]
async fn unusual_addresses_are_kept_as_they_were_written_and_routes_are_ignored() {
    let (envelopes, replies) = understood(&[
        "EHLO client",
        "MAIL FROM:<>",
        "RCPT TO:<Postmaster>",
        "RCPT TO:<\"a b\"@Example.ORG>",
        "RCPT TO:<@relay.example.net,@other.example.net:carol@example.org>",
        "RCPT TO:<dave%example.net@example.org>",
        "RCPT TO:<用户@例子.网>",
        "DATA",
        "hello\r\n.",
    ])
    .await;
    let codes: Vec<&str> = replies.iter().map(|reply| &reply[..3]).collect();
    assert_eq!(
        codes,
        ["250", "250", "250", "250", "250", "250", "553", "354", "250"],
        "SMTPUTF8 was not asked for"
    );
    assert_eq!(envelopes[0].from, None);
    let to: Vec<&str> = envelopes[0].to.iter().map(Address::as_str).collect();
    assert_eq!(
        to,
        ["postmaster", "\"a b\"@Example.ORG", "carol@example.org", "dave%example.net@example.org"]
    );
}

#[tokio::test(start_paused = true)]
async fn commands_come_in_their_order_or_are_told_so() {
    let (envelopes, replies) = understood(&[
        "NOOP",
        "MAIL FROM:<a@b>",
        "HELO client",
        "MAIL FROM:<a@b> SIZE=10",
        "RCPT TO:<c@d>",
        "DATA",
        "MAIL FROM:<a@b>",
        "MAIL FROM:<e@f>",
        "DATA",
        "RCPT TO:<mallory@d>",
        "DATA",
        "RCPT TO:<c@d>",
        "EHLO again",
        "RCPT TO:<c@d>",
        "QUIT",
    ])
    .await;
    let codes: Vec<&str> = replies.iter().map(|reply| &reply[..3]).collect();
    let expected = [
        "250", "503", "250", "555", "503", "503", "250", "503", "554", "550", "554", "250", "250",
        "503", "221",
    ];
    assert_eq!(codes, expected, "{replies:?}");
    assert!(envelopes.is_empty());
}

#[tokio::test]
async fn deadlines_hold_over_tcp_as_well() {
    let short = Duration::from_millis(100);
    for (commands, codes) in
        [("", ["220", "421"].as_slice()), ("EHLO c\r\n", &["220", "250", "421"])]
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        // Before the server accepts it: however slow the machine is, this does not come too late.
        client.write_all(commands.as_bytes()).await.unwrap();
        let limits = Limits { greeting: short, command: short, ..Limits::default() };
        let server = Server::new(Postbox::default(), limits);
        let serve = server.serve(listener, std::future::pending());
        let mut said = String::new();
        let talk = async {
            // Until the server closes the connection.
            client.read_to_string(&mut said).await.unwrap();
        };
        tokio::select! {
            _ = serve => unreachable!("it is not stopped"),
            () = talk => {}
        }
        let last_lines: Vec<&str> =
            said.lines().filter(|line| &line[3..4] == " ").map(|line| &line[..3]).collect();
        assert_eq!(last_lines, codes, "{said}");
    }
}
