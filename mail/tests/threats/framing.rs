//! Threats 1 to 3 and 5 to 7: where a line ends, and where a message ends.
use crate::{
    scene::{Postbox, Running},
    single_connection::SingleConnection,
};
use bytes::{Bytes, BytesMut};
use mail::smtp::{
    BareNewlines, Budget, Limits, Message, Server,
    codec::{Frame, MessageError, ServerCodec},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_util::{codec::Decoder, sync::CancellationToken};

// 1: bare CR and LF, and ends that are none

/// What one server or another has taken for the end of a message.
const FAKE_ENDS: [&str; 12] = [
    "\n.\n",
    "\n.\r\n",
    "\r\n.\n",
    "\r.\r\n",
    "\r.\r",
    "\r\n.\r",
    "\n.\r",
    "\r.\n",
    "\r\n.\r\r\n",
    "\r\n.\n\r\n",
    "\r\n\n.\r\n",
    "\r\r.\r\n",
];

const FORGED: &str =
    "MAIL FROM:<boss@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nforged\r\n.\r\nQUIT\r\n";

/// A message with something in it that is not its end, and a second message behind that.
fn smuggled(fake_end: &str) -> Vec<u8> {
    // As it travels through a server that sees only one message.
    let forged = FORGED.replace("\r\n.\r\n", "\r\n..\r\n");
    format!("Subject: hello\r\n\r\nhello{fake_end}{forged}\r\n.\r\n").into_bytes()
}

#[test]
fn threat_1_a_message_only_ends_at_a_dot_between_two_crlf() {
    for fake_end in FAKE_ENDS {
        let wire = smuggled(fake_end);
        for cut in 0..=wire.len() {
            let mut connection = SingleConnection::after_data(Limits::default());
            connection.feed(&wire[..cut]);
            connection.feed(&wire[cut..]);
            let refused = ["554 5.6.0 CR or LF on its own in the message"];
            assert_eq!(
                connection.replies, refused,
                "{fake_end:?} made two messages of one, cut at {cut}"
            );
            assert!(connection.delivered.is_empty());
        }
    }
}

#[test]
fn threat_1_normalised_it_is_still_one_message() {
    for fake_end in FAKE_ENDS {
        let wire = smuggled(fake_end);
        for cut in 0..=wire.len() {
            let mut connection = SingleConnection::after_data(Limits {
                bare_newlines: BareNewlines::Normalise,
                ..Limits::default()
            });
            connection.feed(&wire[..cut]);
            connection.feed(&wire[cut..]);
            assert_eq!(connection.codes(), ["250"], "{fake_end:?}, cut at {cut}");
            let body = &connection.delivered[0];
            let text = std::str::from_utf8(body).unwrap();
            assert!(text.ends_with("forged\r\n.\r\nQUIT\r\n\r\n"), "{fake_end:?}: {text:?}");
            assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "{fake_end:?}: {text:?}");
        }
    }
}

#[test]
fn threat_1_what_is_normalised_is_what_was_meant() {
    // As Python's smtplib sends bytes with LF: dots are added after LF, too, and the end is right.
    let mut connection = SingleConnection::after_data(Limits {
        bare_newlines: BareNewlines::Normalise,
        ..Limits::default()
    });
    connection.feed(b"one\n..two\rthree\n\r\n.\r\n");
    assert_eq!(connection.delivered, ["one\r\n.two\r\nthree\r\n\r\n"]);
}

/// Random bytes from those that matter, and limits that are reached all the time.
fn frames(pieces: &[&[u8]], bare_newlines: BareNewlines) -> Vec<Frame> {
    let limits =
        Limits { command_line: 12, text_line: 9, message: 40, bare_newlines, ..Limits::default() };
    let mut codec = ServerCodec::new(&limits, Budget::new(1 << 20));
    let (mut unread, mut frames) = (BytesMut::new(), vec![]);
    for piece in pieces {
        unread.extend_from_slice(piece);
        while let Some(frame) = codec.decode(&mut unread).unwrap() {
            if frame == Frame::Line(Bytes::from_static(b"D")) {
                codec.expect_message();
            }
            frames.push(frame);
        }
        assert!(unread.len() <= 12, "the codec keeps {} bytes", unread.len());
    }
    frames
}

#[test]
fn input_cut_at_every_byte_gives_the_same_frames() {
    let mut random = fastrand::Rng::with_seed(1);
    let (mut messages, mut refusals, mut lines) = (0, std::collections::HashSet::new(), 0);
    for round in 0..3000 {
        let mut input = vec![];
        for _ in 0..random.usize(..24) {
            let word: &[u8] = random
                .choice([
                    &b"D\r\n"[..],
                    b"\r\n",
                    b"\r\n",
                    b".",
                    b"\r\n.\r\n",
                    b"\r",
                    b"\n",
                    b"xyz",
                    b"12345",
                ])
                .unwrap();
            input.extend_from_slice(word);
        }
        let bare_newlines =
            if round % 2 == 0 { BareNewlines::Refuse } else { BareNewlines::Normalise };
        // The codec may look at a long piece later than at a short one; so the whole is cut where
        // lines end.
        let whole: Vec<&[u8]> = input.split_inclusive(|byte| *byte == b'\n').collect();
        let expected = frames(&whole, bare_newlines);
        for cut in 0..=input.len() {
            let (start, end) = input.split_at(cut);
            assert_eq!(
                frames(&[start, end], bare_newlines),
                expected,
                "cut at {cut}: {:?}",
                input.escape_ascii().to_string()
            );
        }
        let bytes: Vec<&[u8]> = input.chunks(1).collect();
        assert_eq!(
            frames(&bytes, bare_newlines),
            expected,
            "byte by byte: {:?}",
            input.escape_ascii().to_string()
        );
        for frame in expected {
            match frame {
                Frame::Message(Ok(_)) => messages += 1,
                Frame::Message(Err(refusal)) => drop(refusals.insert(format!("{refusal:?}"))),
                _ => lines += 1,
            }
        }
    }
    // Otherwise this would have tested nothing.
    assert!(
        messages > 100 && lines > 1000 && refusals.len() == 3,
        "{messages} {lines} {refusals:?}"
    );
}

// 2: bare LF in commands

#[tokio::test(start_paused = true)]
async fn threat_2_a_bare_newline_in_a_command_ends_the_session() {
    for bare in [
        "NOOP\nMAIL FROM:<a@b>\r\n",
        "NOOP\rMAIL FROM:<a@b>\r\n",
        "NOOP\r\r\nNOOP\r\n",
        "\nNOOP\r\n",
    ] {
        for bare_newlines in [BareNewlines::Refuse, BareNewlines::Normalise] {
            let server =
                Running::new(Postbox::default(), Limits { bare_newlines, ..Limits::default() });
            let mut client = server.connect();
            client.hello().await;
            client.say(bare).await;
            assert_eq!(
                client.rest().await,
                "521 5.5.2 CR or LF on its own in a command\r\n",
                "{bare:?}"
            );
        }
    }
}

// 3: too early

#[tokio::test]
async fn threat_3_a_message_that_does_not_wait_for_the_354_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut socket = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (accepted, _) = listener.accept().await.unwrap();
    let postbox = Postbox::default();
    let server = Server::new(postbox.clone(), Limits::default());
    // All of it is there before the server begins to read.
    let commands = "EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n";
    socket
        .write_all(format!("{commands}hello\r\n.\r\nMAIL FROM:<evil@b>\r\n").as_bytes())
        .await
        .unwrap();
    socket.shutdown().await.unwrap();
    let stop = CancellationToken::new();
    let mut said = String::new();
    let (report, _) =
        tokio::join!(server.converse(accepted, &stop), socket.read_to_string(&mut said));
    assert!(said.ends_with("554 5.5.0 the message came before the 354\r\n"), "{said}");
    assert!(!said.contains("354 "), "{said}");
    assert_eq!((report.messages, postbox.bodies().len()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn threat_3_there_is_no_starttls_that_something_could_be_injected_behind() {
    let server = Running::new(Postbox::default(), Limits::default());
    let mut client = server.connect();
    assert!(client.reply().await.starts_with("220"));
    client.say("EHLO client\r\n").await;
    while let Some(line) = client.line().await {
        assert!(!line.contains("STARTTLS"), "{line}");
        if line.starts_with("250 ") {
            break;
        }
    }
    // Nothing has become secret, so what follows is what it was before: the next command, with a
    // reply of its own.
    client.say("STARTTLS\r\nNOOP\r\n").await;
    assert!(client.reply().await.starts_with("502 5.5.1"));
    assert!(client.reply().await.starts_with("250"));
}

// 5: dots

/// What arrives of a message that [`Message::new`] made.
fn received(message: &Message) -> Vec<Frame> {
    let mut connection = SingleConnection::after_data(Limits::default());
    connection.feed(message.wire());
    connection.frames
}

#[test]
fn threat_5_what_arrives_is_what_was_sent() {
    for (text, arrives) in [
        ("", ""),
        (".", ".\r\n"),
        ("..\n.\n...", "..\r\n.\r\n...\r\n"),
        ("a\r\n.\r\nb", "a\r\n.\r\nb\r\n"),
        ("lone\rcarriage\r\r\nreturn", "lone\r\ncarriage\r\n\r\nreturn\r\n"),
        ("a\n\n.b\r.c\n", "a\r\n\r\n.b\r\n.c\r\n"),
    ] {
        let message = Message::new(text);
        assert_eq!(received(&message), [Frame::Message(Ok(arrives.into()))], "{text:?}");
        assert_eq!(
            message.size(),
            arrives.len(),
            "SIZE counts no dot that is only added on the way"
        );
    }
}

#[test]
fn threat_5_canonical_text_is_not_changed_and_any_text_becomes_canonical() {
    let mut random = fastrand::Rng::with_seed(5);
    for _ in 0..20_000 {
        let text: String = (0..random.usize(..20))
            .map(|_| *random.choice(b".\r\n\r\na").unwrap() as char)
            .collect();
        let [Frame::Message(Ok(body))] = &received(&Message::new(&text))[..] else {
            panic!("{text:?} is not one message");
        };
        assert!(body.is_empty() || body.ends_with(b"\r\n"), "{text:?}");
        assert_eq!(received(&Message::new(body)), [Frame::Message(Ok(body.clone()))], "{text:?}");
    }
}

// 6: lines without an end

#[test]
fn threat_6_after_a_million_bytes_without_an_end_the_session_is_still_in_step() {
    let mut connection = SingleConnection::new(Limits::default());
    for _ in 0..1000 {
        connection.feed(&[b'x'; 1000]);
        assert!(connection.unread.len() < 2048, "{} bytes are kept", connection.unread.len());
    }
    assert!(connection.replies.is_empty(), "the line has not ended yet");
    connection.feed(b"\r\nNOOP\r\n");
    assert_eq!(connection.codes(), ["500", "250"]);
}

#[test]
fn threat_6_a_command_may_have_its_length_and_not_a_byte_more() {
    let mut connection = SingleConnection::new(Limits { command_line: 20, ..Limits::default() });
    connection.feed(format!("NOOP {}\r\nNOOP {}\r\n", "x".repeat(13), "x".repeat(14)).as_bytes());
    assert_eq!(connection.codes(), ["250", "500"]);
}

// 7: messages that are too large

#[test]
fn threat_7_a_line_that_is_too_long_is_refused_at_the_end_of_the_message() {
    for (line, codes) in [(998, ["250"]), (999, ["554"]), (1_000_000, ["554"])] {
        let mut connection = SingleConnection::after_data(Limits::default());
        for piece in vec![b'x'; line].chunks(7000) {
            connection.feed(piece);
        }
        connection.feed(b"\r\nmore\r\n");
        assert!(
            connection.replies.is_empty(),
            "a reply before the end would be taken for another one"
        );
        connection.feed(b".\r\n");
        assert_eq!(connection.codes(), codes, "{line} bytes");
    }
    // The dot that was added does not count: RFC 5321, 4.5.3.1.6.
    let mut connection = SingleConnection::after_data(Limits::default());
    connection.feed(format!("..{}\r\n.\r\n", "x".repeat(997)).as_bytes());
    assert_eq!(connection.codes(), ["250"]);
}

#[test]
fn threat_7_a_message_that_is_too_large_is_refused_at_its_end_and_its_memory_is_free_at_once() {
    let limits = Limits { message: 10_000, memory: 50_000, ..Limits::default() };
    let line = [&[b'x'; 98][..], b"\r\n"].concat();
    let mut connection = SingleConnection::after_data(limits.clone());
    let before = connection.budget.left();
    for _ in 0..100 {
        connection.feed(&line);
    }
    assert!(connection.budget.left() <= before - 10_000, "what is kept is counted");
    connection.feed(&line);
    assert_eq!(
        connection.budget.left(),
        before,
        "a message that is lost is not kept until its end"
    );
    assert_eq!(connection.frames, []);
    connection.feed(b".\r\nNOOP\r\n");
    assert_eq!(connection.replies, ["552 5.3.4 the message is too large", "250 2.0.0 ok"]);
    assert_eq!(connection.frames[0], Frame::Message(Err(MessageError::TooLarge)));

    let mut connection = SingleConnection::after_data(limits);
    connection.feed(&line.repeat(100));
    connection.feed(b".\r\n");
    assert_eq!(connection.codes(), ["250"], "exactly as large as it may be");
}

#[test]
fn threat_7_a_size_that_is_too_large_is_refused_before_the_message_and_one_that_lies_after_it() {
    let limits = Limits { message: 10_000, ..Limits::default() };
    let announce = |size: &str| {
        let mut connection = SingleConnection::new(limits.clone());
        connection.feed(format!("EHLO c\r\nMAIL FROM:<a@b> SIZE={size}\r\n").as_bytes());
        connection
    };
    for size in ["10001", "4294967297", "18446744073709551616", "99999999999999999999"] {
        assert_eq!(announce(size).replies[1], "552 5.3.4 the message is too large", "SIZE={size}");
    }
    // RFC 1870, 4 has one to twenty digits.
    assert_eq!(announce("999999999999999999999").codes()[1], "501");
    let mut connection = announce("10");
    connection.feed(b"RCPT TO:<c@d>\r\nDATA\r\n");
    for _ in 0..1000 {
        connection.feed(b"more than ten bytes\r\n");
    }
    connection.feed(b".\r\n");
    assert_eq!(connection.codes(), ["250", "250", "250", "354", "552"]);
}
