//! Any bytes at all, as a server and as a client would get them.
#![no_main]
use bytes::{Bytes, BytesMut};
use libfuzzer_sys::fuzz_target;
use mail::smtp::{
    BareNewlines, Budget, Limits, Message, Reply,
    codec::{Frame, ReplyCodec, ServerCodec},
    command::{Command, parse},
    session::{Action, Response, Session},
};
use std::sync::Arc;
use tokio_util::codec::Decoder;

fuzz_target!(|input: &[u8]| {
    let [choice, cuts, input @ ..] = input else { return };
    let bare_newlines =
        if choice % 2 == 0 { BareNewlines::Refuse } else { BareNewlines::Normalise };
    // Small limits, so that a short input reaches them.
    let limits = Limits {
        command_line: 64,
        text_line: 40,
        message: 200,
        recipients: 3,
        memory: 1000,
        bare_newlines,
        ..Limits::default()
    };
    cuts_make_no_difference(input, *cuts, &limits);
    a_message_stays_one_message(input);
    what_is_understood_can_be_said_again(input);
    replies_are_bounded(input, *cuts);
});

/// What a server says, and what it delivers, does not depend on how the bytes arrive.
fn cuts_make_no_difference(input: &[u8], cuts: u8, limits: &Limits) {
    let by_lines = serve(input.split_inclusive(|byte| *byte == b'\n'), limits);
    assert_eq!(serve(input.chunks(1 + usize::from(cuts)), limits), by_lines);
    assert_eq!(serve(input.chunks(1), limits), by_lines);
    for body in &by_lines.1 {
        assert!(body.len() <= limits.message);
        let lines = body.strip_suffix(b"\r\n").unwrap_or(body).split(|byte| *byte == b'\n');
        let bare = |line: &[u8]| line.strip_suffix(b"\r").unwrap_or(line).contains(&b'\r');
        assert!(body.is_empty() || body.ends_with(b"\r\n"));
        assert!(!lines.clone().any(bare));
        assert!(body.windows(2).all(|pair| pair[1] != b'\n' || pair[0] == b'\r'));
    }
}

fn serve<'a>(pieces: impl Iterator<Item = &'a [u8]>, limits: &Limits) -> (Vec<String>, Vec<Bytes>) {
    let (limits, budget) = (Arc::new(limits.clone()), Budget::new(limits.memory));
    let (mut replies, mut bodies) = (vec![], vec![]);
    {
        let mut codec = ServerCodec::new(&limits, budget.clone());
        let mut session = Session::new("host".into(), limits.clone(), budget.clone(), None);
        let mut unread = BytesMut::new();
        'input: for piece in pieces {
            unread.extend_from_slice(piece);
            while let Some(frame) = codec.decode(&mut unread).expect("it never fails") {
                let response = match session.frame(frame) {
                    Action::Respond(response) => response,
                    Action::Ask(question) => session.answered(question, Reply::accepted("yes")),
                    Action::Deliver(_, body, _) => {
                        bodies.push(Bytes::copy_from_slice(&body));
                        session.delivered(Reply::accepted("delivered"))
                    }
                    Action::ReceiveMessage(reply) => {
                        codec.expect_message();
                        Response::Reply(reply)
                    }
                };
                let (reply, closed) = match response {
                    Response::Reply(reply) => (reply, false),
                    Response::Close(reply) => (reply, true),
                };
                let mut wire = String::new();
                reply.write_to(&mut wire).expect("a String takes everything");
                for line in wire.split_inclusive("\r\n") {
                    assert!(line.len() <= 512 && line.ends_with("\r\n"), "{wire:?}");
                }
                replies.push(wire);
                if closed {
                    break 'input;
                }
            }
            let most = limits.command_line.max(limits.text_line);
            assert!(unread.len() <= most, "{} bytes are kept", unread.len());
        }
    }
    assert_eq!(budget.left(), limits.memory, "some memory was lost");
    (replies, bodies)
}

/// Whatever a message contains, it is one, and what follows it is a command.
fn a_message_stays_one_message(input: &[u8]) {
    let limits = Limits { text_line: 1 << 20, ..Limits::default() };
    let budget = Budget::new(64 << 20);
    let message = Message::new(input);
    let mut codec = ServerCodec::new(&limits, budget);
    codec.expect_message();
    let mut wire = BytesMut::from(&message.wire()[..]);
    wire.extend_from_slice(b"NOOP\r\n");
    let Some(Frame::Message(Ok(body))) = codec.decode(&mut wire).expect("it never fails") else {
        panic!("not a message");
    };
    assert_eq!(body.len(), message.size());
    let next = codec.decode(&mut wire).expect("it never fails");
    assert_eq!(next, Some(Frame::Line(Bytes::from_static(b"NOOP"))));
    assert_eq!(Message::new(&body), message, "canonical text is not changed");
}

/// An address that was understood is understood in the same way by the next server.
fn what_is_understood_can_be_said_again(input: &[u8]) {
    for line in input.split(|byte| *byte == b'\n') {
        match parse(line) {
            Ok(Command::Mail { from, parameters }) => {
                let said = from.as_ref().map_or("", |from| from.as_str());
                let utf8 = if parameters.smtputf8 { " SMTPUTF8" } else { "" };
                let again = parse(format!("MAIL FROM:<{said}>{utf8}").as_bytes());
                let same = matches!(again, Ok(Command::Mail { from: again, .. }) if again == from);
                assert!(same, "{said:?}");
            }
            Ok(Command::Rcpt(to)) => {
                let again = parse(format!("RCPT TO:<{to}>").as_bytes());
                assert_eq!(again, Ok(Command::Rcpt(to.clone())));
                let forbidden = |c: char| c.is_control() || c == '<' || c == '>';
                assert!(!to.as_str().chars().any(forbidden), "{to:?}");
            }
            Ok(_) => {}
            Err(error) => assert!(matches!(error.reply().code(), 500..=599)),
        }
    }
}

/// A client reads the same replies however they arrive, and never keeps more than one can be.
fn replies_are_bounded(input: &[u8], cuts: u8) {
    let read = |size: usize| {
        let (mut codec, mut unread, mut replies) = (ReplyCodec::default(), BytesMut::new(), vec![]);
        for piece in input.chunks(size) {
            unread.extend_from_slice(piece);
            loop {
                match codec.decode(&mut unread) {
                    Ok(Some(reply)) => replies.push(reply),
                    Ok(None) => break,
                    Err(_) => return (replies, false),
                }
            }
            assert!(unread.len() <= 2048 + size);
        }
        (replies, true)
    };
    let whole = read(input.len().max(1));
    assert_eq!(read(1 + usize::from(cuts)), whole);
    assert_eq!(read(1), whole);
    for reply in whole.0 {
        assert!(matches!(reply.code(), 200..=599));
        assert!(!reply.text().replace('\n', "").contains(char::is_control));
    }
}
