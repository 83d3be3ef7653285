//! Threats 8, 12 and 13: how many, and how much for all together.
use crate::{
    scene::{Pipes, Postbox, Raw, Running, seconds},
    single_connection::SingleConnection,
};
use mail::smtp::{Limits, Listener, Reply, Server, session::Question};
use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::DuplexStream,
    time::{Instant, sleep},
};

// 8: recipients, errors

#[test]
fn threat_8_the_1001st_recipient_is_told_to_wait_and_those_before_it_are_kept() {
    let mut connection = SingleConnection::new(Limits::default());
    connection.feed(b"EHLO c\r\nMAIL FROM:<a@b>\r\n");
    for number in 0..1100 {
        connection.feed(format!("RCPT TO:<r{number}@example.org>\r\n").as_bytes());
    }
    let codes = connection.codes();
    assert!(codes[2..1002].iter().all(|code| *code == "250"));
    assert!(
        codes[1002..].iter().all(|code| *code == "452"),
        "and it is no error to try: {:?}",
        connection.replies.last()
    );
    connection.feed(b"DATA\r\nhello\r\n.\r\n");
    assert_eq!(connection.codes()[1102..], ["354", "250"]);
}

#[test]
fn threat_8_after_the_11th_error_the_session_ends() {
    let mut connection = SingleConnection::new(Limits::default());
    connection.feed(&b"WHAT\r\n".repeat(12));
    let mut codes = vec!["500"; 10];
    codes.push("421");
    assert_eq!(connection.codes(), codes);
    assert!(connection.closed);
}

#[test]
fn threat_8_errors_count_from_the_last_message_that_was_accepted() {
    let mut connection = SingleConnection::new(Limits::default());
    connection.feed(b"EHLO c\r\n");
    for _ in 0..5 {
        connection.feed(&b"WHAT\r\n".repeat(10));
        connection.feed(b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nhello\r\n.\r\n");
        assert_eq!(connection.codes().last(), Some(&"250"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_is_as_large_as_can_be_is_no_limit() {
    let ever = Duration::MAX;
    let limits = Limits {
        command_line: usize::MAX,
        text_line: usize::MAX,
        message: usize::MAX,
        recipients: usize::MAX,
        errors: u32::MAX,
        connections: usize::MAX,
        memory: usize::MAX,
        greeting: ever,
        command: ever,
        between_messages: ever,
        data_idle: ever,
        data_total: ever,
        write: ever,
        handler: ever,
        linger: ever,
        shutdown: ever,
        ..Limits::default()
    };
    let server = Running::new(Postbox::default(), limits);
    let mut client = server.connect();
    client.hello().await;
    client.data("bob@example.org").await;
    assert_eq!(client.ask("hello\r\n.\r\n").await, 250);
    // One that takes a second, and so has to be waited for.
    client.data("slow@message").await;
    assert_eq!(client.ask("hello\r\n.\r\n").await, 250);
    client.hang_up();
    assert_eq!(server.end().await.messages, 2);
}

// 12: connections

#[tokio::test(start_paused = true)]
async fn threat_12_one_connection_too_many_is_told_so_at_once_and_harms_no_other() {
    let server = Running::new(Postbox::default(), Limits::default());
    let mut clients: Vec<Raw> = (0..512).map(|_| server.connect()).collect();
    for client in &mut clients {
        client.hello().await;
    }
    let begin = Instant::now();
    assert_eq!(
        server.connect().rest().await,
        "421 4.7.0 too many connections; try again later\r\n"
    );
    assert_eq!(begin.elapsed(), seconds(0), "at once");
    for client in &mut clients {
        assert_eq!(client.ask("NOOP\r\n").await, 250);
    }
    clients.drain(..256).for_each(Raw::hang_up);
    sleep(seconds(1)).await;
    clients.extend((0..256).map(|_| server.connect()));
    for client in &mut clients[256..] {
        client.hello().await;
    }
    assert!(server.connect().rest().await.starts_with("421"));
    let summary = server.end().await;
    assert_eq!((summary.connections, summary.turned_away), (768, 2));
}

#[tokio::test(start_paused = true)]
async fn threat_12_a_slot_is_free_again_however_its_connection_ended() {
    let limits =
        Limits { connections: 1, greeting: seconds(5), data_idle: seconds(5), ..Limits::default() };
    let server = Running::new(Postbox::default(), limits);
    for ending in [
        "QUIT\r\n",
        "NOOP\n",
        "MAIL FROM:<panic@x>\r\n",
        "WHAT\r\n",
        "hang up",
        "fall silent",
        "in message",
    ] {
        let mut client = server.connect();
        client.hello().await;
        match ending {
            "hang up" => {}
            "fall silent" => assert!(client.rest().await.starts_with("421 4.4.2"), "too slow"),
            "in message" => {
                client.data("bob@example.org").await;
                assert!(client.rest().await.starts_with("421 4.4.2"), "too slow");
            }
            "WHAT\r\n" => {
                client.say(&ending.repeat(11)).await;
                assert!(client.rest().await.ends_with("421 4.7.0 too many errors\r\n"));
            }
            command => {
                client.say(command).await;
                client.rest().await;
            }
        }
        client.hang_up();
        sleep(seconds(2)).await;
        let mut next = server.connect();
        assert!(
            next.reply().await.starts_with("220"),
            "after {ending:?} no client can connect any more"
        );
        next.hang_up();
        sleep(seconds(2)).await;
    }
}

/// A listener that has no file descriptor for a minute.
struct Exhausted {
    begin: Instant,
    asked: Arc<AtomicU32>,
    pipes: Pipes,
}

impl Listener for Exhausted {
    type Io = DuplexStream;

    async fn accept(&mut self) -> io::Result<(DuplexStream, Option<SocketAddr>)> {
        const EMFILE: i32 = 24;
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        assert!(asked < 100_000, "it spins"); // and time would never pass
        match self.begin.elapsed() < seconds(60) {
            true => Err(io::Error::from_raw_os_error(EMFILE)),
            false => self.pipes.accept().await,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn threat_12_a_server_without_file_descriptors_waits_for_one_and_does_not_spin() {
    let asked = Arc::new(AtomicU32::new(0));
    let (pipes, connect) = Pipes::new();
    let listener = Exhausted { begin: Instant::now(), asked: asked.clone(), pipes };
    let server = tokio::spawn(
        Server::new(Postbox::default(), Limits::default()).serve(listener, std::future::pending()),
    );
    let (ours, theirs) = tokio::io::duplex(1024);
    connect.send(theirs).unwrap();
    assert!(Raw::new(ours).reply().await.starts_with("220"));
    let asked = asked.load(Ordering::Relaxed);
    assert!((10..100).contains(&asked), "it asked {asked} times in a minute");
    server.abort();
}

// 13: memory for all together (that it is memory indeed is measured in `tests/memory.rs`)

#[tokio::test(start_paused = true)]
async fn threat_13_many_sessions_that_each_keep_to_their_limit_share_one_budget() {
    const MEGABYTE: usize = 1 << 20;
    let limits = Limits { message: MEGABYTE, memory: 4 * MEGABYTE, ..Limits::default() };
    let postbox = Postbox::default();
    let server = Server::new(postbox.clone(), limits.clone());
    let budget = server.budget().clone();
    let server = Running::of(server);
    let line = format!("{}\r\n", "x".repeat(998));
    let mut clients: Vec<Raw> = (0..8).map(|_| server.connect()).collect();
    for client in &mut clients {
        client.hello().await;
        client.data("bob@example.org").await;
        client.say(&line.repeat(1000)).await; // a message that is not over yet
    }
    assert!(budget.left() < MEGABYTE, "{} bytes are left", budget.left());
    let mut next = server.connect();
    next.hello().await;
    assert_eq!(
        next.ask(&format!("MAIL FROM:<a@b> SIZE={MEGABYTE}\r\n")).await,
        452,
        "it is known that it will not fit"
    );
    let mut codes = vec![];
    for client in &mut clients {
        codes.push(client.ask(".\r\n").await);
    }
    codes.sort_unstable();
    // While the fourth grows to a megabyte, there would be more than four.
    assert_eq!(codes, [250, 250, 250, 452, 452, 452, 452, 452]);
    assert!(budget.left() <= MEGABYTE, "to keep a message is to keep its memory");
    drop(server);
    drop(postbox);
    for client in clients {
        client.hang_up();
    }
    next.hang_up();
    sleep(seconds(5)).await;
    assert_eq!(budget.left(), limits.memory, "all of it has come back");
}

#[test]
fn threat_13_recipients_count_as_well() {
    let mut connection = SingleConnection::new(Limits { memory: 1000, ..Limits::default() });
    connection.feed(b"EHLO c\r\nMAIL FROM:<a@b>\r\n");
    for number in 0..100 {
        connection.feed(format!("RCPT TO:<recipient{number}@example.org>\r\n").as_bytes());
    }
    assert_eq!(
        connection.replies.last().unwrap(),
        "452 4.3.1 no memory left for this now; try again later"
    );
    assert!(
        connection.codes().iter().filter(|code| **code == "250").count() > 5,
        "the first ones are kept"
    );
    connection.feed(b"RSET\r\n");
    assert_eq!(connection.budget.left(), 1000);
}

// A refusal of ours is not charged to the client.

fn refuse_recipients(question: &Question) -> Reply {
    match question {
        Question::Sender(_) => Reply::accepted("yes"),
        Question::Recipient(_) => Reply::no_such_mailbox("no"),
    }
}

#[test]
fn threat_13_a_refused_recipient_keeps_no_memory() {
    let mut connection = SingleConnection::new(Limits::default());
    connection.answer = refuse_recipients;
    connection.feed(b"EHLO c\r\nMAIL FROM:<a@b>\r\n");
    let before = connection.budget.left();
    let address = format!("{}@{}", "l".repeat(60), vec!["d".repeat(60); 3].join("."));
    for _ in 0..1000 {
        connection.feed(format!("RCPT TO:<{address}>\r\n").as_bytes());
    }
    assert_eq!(connection.codes()[2..], ["550"; 1000]);
    assert_eq!(connection.budget.left(), before);
}

#[test]
fn threat_8_a_client_that_only_tries_addresses_out_comes_to_an_end() {
    let mut connection = SingleConnection::new(Limits { recipients: 20, ..Limits::default() });
    connection.answer = refuse_recipients;
    connection.feed(b"EHLO c\r\n");
    for _ in 0..4 {
        connection.feed(b"MAIL FROM:<a@b>\r\n");
        connection.feed(&b"RCPT TO:<c@d>\r\n".repeat(6));
        connection.feed(b"RSET\r\n");
    }
    assert!(connection.closed, "{:?}", connection.codes());
    assert_eq!(connection.codes().iter().filter(|code| **code == "550").count(), 20);
    assert_eq!(connection.codes().last(), Some(&"421"));
}

#[test]
fn threat_8_what_follows_from_a_refusal_is_no_error_of_the_client() {
    // As RFC 2920 wants it: everything in one go, before the client can hear of the refusal.
    let mut connection = SingleConnection::new(Limits::default());
    connection.answer = refuse_recipients;
    connection.feed(b"EHLO c\r\n");
    for _ in 0..50 {
        connection.feed(b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nRSET\r\n");
        assert_eq!(
            connection.codes()[connection.replies.len() - 4..],
            ["250", "550", "554", "250"]
        );
    }
    connection.answer = |question| match question {
        Question::Sender(_) => Reply::try_again("not now"),
        Question::Recipient(_) => Reply::accepted("yes"),
    };
    for _ in 0..50 {
        connection.feed(b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\n");
        assert_eq!(
            connection.codes()[connection.replies.len() - 4..],
            ["451", "503", "503", "503"]
        );
    }
    for _ in 0..50 {
        connection.feed(b"MAIL FROM:<a@b> SIZE=99999999\r\nRCPT TO:<c@d>\r\nDATA\r\n");
        assert_eq!(connection.codes()[connection.replies.len() - 3..], ["552", "503", "503"]);
    }
    assert!(!connection.closed);
    // Without a refusal, they are errors as before.
    connection.feed(b"RSET\r\n");
    connection.feed(&b"RCPT TO:<c@d>\r\n".repeat(11));
    assert!(connection.closed);
}

#[test]
fn threat_8_what_follows_from_a_wrong_line_is_no_further_error() {
    // What is said, the reply to each line, and how many of them are errors.
    for (hello, said, codes, errors) in [
        ("EHLO c", "MAIL FROM:<a..b@x>|RCPT TO:<c@d>|DATA", ["553", "503", "503"], 1),
        ("EHLO c", "MAIL FROM:a@b|RCPT TO:<c@d>|DATA", ["501", "503", "503"], 1),
        ("EHLO c", "mail FROM:<a@b> X=1|RCPT TO:<c@d>|DATA", ["555", "503", "503"], 1),
        ("HELO c", "MAIL FROM:<a@b> SIZE=1|RCPT TO:<c@d>|DATA", ["555", "503", "503"], 1),
        ("NOOP", "MAIL FROM:<a@b>|RCPT TO:<c@d>|DATA", ["503", "503", "503"], 1),
        ("EHLO c", "MAIL FROM:<a@b>|RCPT TO:<a..b@x>|DATA", ["250", "553", "554"], 1),
        ("EHLO c", "MAIL FROM:<a@b>|RCPT TO:<c@d> X=1|DATA", ["250", "555", "554"], 1),
        ("EHLO c", "MAIL FROM:<a@b>|rcpt TO:<ü@d>|DATA", ["250", "553", "554"], 1),
        // Junk stays junk, and a line that came out of order by itself is an error.
        ("EHLO c", "WHAT|WHAT|WHAT", ["500", "500", "500"], 3),
        ("EHLO c", "RCPT TO:<a..b@x>|RCPT TO:<c@d>|DATA", ["553", "503", "503"], 3),
        ("EHLO c", "MAIL FROM:<a@b>|DATA now|DATA", ["250", "501", "554"], 2),
    ] {
        let mut connection = SingleConnection::new(Limits::default());
        connection.feed(format!("{hello}\r\n").as_bytes());
        let lines = format!("{}\r\nRSET\r\n", said.replace('|', "\r\n"));
        for _ in 0..10 / errors {
            connection.feed(lines.as_bytes());
            let replies = connection.codes();
            assert_eq!(replies[replies.len() - 4..], [&codes[..], &["250"]].concat(), "{said}");
        }
        // The eleventh error ends it.
        for _ in 0..10 % errors {
            connection.feed(b"WHAT\r\n");
        }
        assert!(!connection.closed, "{said}");
        connection.feed(b"WHAT\r\n");
        assert!(connection.closed, "{said}");
    }
}

#[test]
fn threat_8_a_refusal_excuses_nothing_that_comes_after_the_message() {
    let mut connection = SingleConnection::new(Limits::default());
    connection.answer = |question| match question {
        Question::Recipient(to) if to.local_part() == "unknown" => Reply::no_such_mailbox("no"),
        _ => Reply::accepted("yes"),
    };
    connection.feed(b"EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<unknown@d>\r\nRCPT TO:<c@d>\r\n");
    connection.feed(b"DATA\r\nhello\r\n.\r\n");
    assert_eq!(connection.codes()[1..], ["250", "550", "250", "354", "250"]);
    connection.feed(&b"RCPT TO:<c@d>\r\n".repeat(11));
    assert_eq!(connection.codes().last(), Some(&"421"));
}

#[test]
fn threat_3_an_http_request_ends_the_session_at_its_first_line() {
    for request in ["GET / HTTP/1.1", "POST /mail HTTP/1.1", "CONNECT mail.example.org:25 HTTP/1.1"]
    {
        let mut connection = SingleConnection::new(Limits::default());
        connection.feed(format!("{request}\r\n").as_bytes());
        assert_eq!(connection.codes(), ["521"], "{request}");
        assert!(connection.closed, "{request}");
        let mail = b"EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nmail\r\n.\r\n";
        connection.feed(mail);
        assert!(connection.delivered.is_empty(), "{request}");
    }
}
