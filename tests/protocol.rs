//! Protocols without I/O, and the driver: in which order it calls, what it keeps to, and what
//! becomes of a connection that ends in any other way than by being closed.
use async_concepts::{
    protocol::{ConnectionError, Deadlines, Lines, Outbox, Protocol, TooLong, drive},
    record,
};
use futures::{FutureExt, join};
use std::{
    io,
    panic::AssertUnwindSafe,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWrite, AsyncWriteExt, duplex, empty, join as both},
    time::{Instant, sleep, timeout},
};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

const DEADLINES: Deadlines = Deadlines { read: ms(1000), write: ms(300) };

// Lines

fn taken(lines: &mut Lines) -> Vec<Result<String, TooLong>> {
    lines.map(|line| line.map(|line| String::from_utf8(line).expect("Unicode"))).collect()
}

#[test]
fn lines_are_the_same_wherever_the_bytes_are_cut() {
    let line = |line: &str| Ok(line.to_owned());
    type Line = Result<String, TooLong>;
    let table: [(&str, &[Line], Option<&str>); 8] = [
        ("", &[], None),
        ("\n\r\n", &[line(""), line("")], None),
        ("one\ntwo\r\n", &[line("one"), line("two")], None),
        ("one\nunfinished", &[line("one")], Some("unfinished")),
        ("only\rhere\r\r\n", &[line("only\rhere\r")], None),
        ("0123456789\n0123456789\r\n", &[line("0123456789"), line("0123456789")], None),
        ("0123456789a\nnext\n", &[Err(TooLong), line("next")], None),
        (
            "much, much too long\nnext\nmuch, much too long",
            &[Err(TooLong), line("next"), Err(TooLong)],
            None,
        ),
    ];
    for (input, expected, rest) in table {
        let input = input.as_bytes();
        for (first, second) in
            (0..=input.len()).flat_map(|second| (0..=second).map(move |first| (first, second)))
        {
            let (mut lines, mut seen) = (Lines::up_to(10), vec![]);
            for piece in [&input[..first], &input[first..second], &input[second..]] {
                lines.push(piece);
                seen.extend(taken(&mut lines));
            }
            let text = String::from_utf8_lossy(input);
            assert_eq!(seen, expected, "{text:?}, cut at {first} and at {second}");
            assert_eq!(
                lines.rest().as_deref(),
                rest.map(str::as_bytes),
                "the rest of {text:?}, cut at {first}, {second}"
            );
        }
    }
}

#[test]
fn lines_can_be_of_any_length() {
    let mut lines = Lines::up_to(usize::MAX);
    lines.push(b"a line that has no");
    assert_eq!(lines.next(), None);
    lines.push(b" limit\n");
    assert_eq!(lines.next(), Some(Ok(b"a line that has no limit".to_vec())));
}

#[test]
fn a_line_that_is_too_long_is_reported_once_before_its_end_has_come_and_is_not_kept() {
    let mut lines = Lines::up_to(10);
    lines.push(&[b'x'; 100]);
    assert_eq!(taken(&mut lines), [Err(TooLong)]);
    for _ in 0..100 {
        lines.push(&[b'x'; 100]);
        assert_eq!(taken(&mut lines), [], "it has been reported");
    }
    let kept = format!("{lines:?}");
    assert!(kept.contains("bytes: []"), "nothing of it should be kept: {kept}");
    lines.push(b"x\nnext\n");
    assert_eq!(taken(&mut lines), [Ok("next".into())]);
}

#[test]
fn after_the_rest_of_one_connection_lines_start_anew() {
    let mut lines = Lines::up_to(10);
    lines.push(b"much, much too long");
    assert_eq!(taken(&mut lines), [Err(TooLong)]);
    assert_eq!(lines.rest(), None);
    lines.push(b"next\nrest");
    assert_eq!(taken(&mut lines), [Ok("next".into())]);
    assert_eq!(lines.rest(), Some(b"rest".to_vec()));
    lines.push(b"new\n");
    assert_eq!(taken(&mut lines), [Ok("new".into())]);
}

// The outbox

#[test]
fn nothing_is_written_after_the_end() {
    let mut outbox = Outbox::new();
    outbox.write(b"one");
    outbox.close();
    outbox.write(b"two");
    assert!(outbox.is_closed());
    assert_eq!(outbox.take(), b"one");
    assert_eq!(outbox.take(), b"", "it has been taken out");
}

// The driver

/// Notes each call. It greets, and answers each piece with as many bytes as it is told to, `q` with
/// the end of the conversation and `p` with a panic.
#[derive(Default)]
struct Notes {
    calls: Vec<String>,
    answer: usize,
}

impl Protocol for Notes {
    fn connection_made(&mut self, outbox: &mut Outbox) {
        self.calls.push("made".into());
        outbox.write(b"hello");
    }

    fn data_received(&mut self, outbox: &mut Outbox, data: &[u8]) {
        self.calls.push(format!("received {}", String::from_utf8_lossy(data)));
        outbox.write(&vec![b'a'; self.answer]);
        match data {
            b"q" => outbox.close(),
            b"p" => panic!("no more"),
            _ => {}
        }
    }

    fn eof_received(&mut self, outbox: &mut Outbox) {
        self.calls.push("eof".into());
        outbox.write(b"bye");
    }

    fn connection_lost(&mut self, error: Option<&ConnectionError>) {
        self.calls.push(error.map_or("lost".into(), |error| format!("lost: {error}")));
    }
}

#[test]
fn a_protocol_is_called_in_order_and_all_its_answers_are_sent() {
    let run = record("order", async || {
        let (mut near, far) = duplex(64);
        let mut notes = Notes { answer: 2, ..Notes::default() };
        let client = async {
            for piece in ["one", "two"] {
                near.write_all(piece.as_bytes()).await.unwrap();
                sleep(ms(100)).await;
            }
            near.shutdown().await.unwrap();
            let mut answers = String::new();
            near.read_to_string(&mut answers).await.unwrap();
            answers
        };
        let (result, answers) = join!(drive(far, &mut notes, DEADLINES), client);
        (result.is_ok(), answers, notes.calls)
    });
    let (ok, answers, calls) = run.output();
    assert!(ok);
    assert_eq!(calls, ["made", "received one", "received two", "eof", "lost"]);
    assert_eq!(answers, "helloaaaabye");
}

#[test]
fn a_protocol_that_closes_hears_nothing_any_more() {
    let run = record("close", async || {
        let (mut near, far) = duplex(64);
        let mut notes = Notes { answer: 3, ..Notes::default() };
        let client = async {
            near.write_all(b"q").await.unwrap();
            let mut answers = String::new();
            near.read_to_string(&mut answers).await.unwrap();
            (answers, near.write_all(b"more").await.map_err(|error| error.kind()))
        };
        let (result, (answers, more)) = join!(drive(far, &mut notes, DEADLINES), client);
        (result.is_ok(), answers, more, notes.calls)
    });
    let (ok, answers, more, calls) = run.output();
    assert!(ok);
    assert_eq!(calls, ["made", "received q", "lost"]);
    assert_eq!(answers, "helloaaa", "all that was written before");
    assert_eq!(more, Err(io::ErrorKind::BrokenPipe), "the peer is gone and cannot read it");
}

#[test]
fn a_silent_peer_is_left_at_the_deadline_and_each_byte_starts_it_anew() {
    let run = record("silence", async || {
        let (mut near, far) = duplex(64);
        let mut notes = Notes::default();
        let client = async {
            for _ in 0..3 {
                sleep(ms(999)).await;
                near.write_all(b"x").await.unwrap();
            }
            let mut answers = String::new();
            near.read_to_string(&mut answers).await.unwrap();
        };
        let (result, ()) = join!(drive(far, &mut notes, DEADLINES), client);
        (result.map_err(|lost| lost.to_string()), notes.calls)
    });
    assert_eq!(run.elapsed, ms(3 * 999 + 1000));
    let (result, calls) = run.output();
    assert_eq!(result, Err("nothing came for 1s".into()));
    assert_eq!(calls.last().unwrap(), "lost: nothing came for 1s", "the protocol hears the same");
}

#[test]
fn a_peer_that_takes_nothing_is_left_at_the_deadline_and_single_bytes_do_not_start_it_anew() {
    let run = record("no reader", async || {
        let (mut near, far) = duplex(4);
        let mut notes = Notes { answer: 100, ..Notes::default() };
        let begin = Instant::now();
        let client = async {
            let mut greeting = [0; 5];
            near.read_exact(&mut greeting).await.unwrap();
            near.write_all(b"x").await.unwrap();
            let mut taken = 0;
            loop {
                sleep(ms(49)).await;
                match near.read(&mut [0]).await.unwrap() {
                    0 => return taken,
                    length => taken += length,
                }
            }
        };
        let driver = drive(far, &mut notes, DEADLINES)
            .map(|result| (result.map_err(|lost| lost.to_string()), begin.elapsed()));
        let ((result, ended), taken) = join!(driver, client);
        (result, ended, taken, notes.calls)
    });
    let (result, ended, taken, calls) = run.output();
    assert_eq!(result, Err("the peer did not take all that was written within 300ms".into()));
    assert_eq!(ended, ms(300), "though a byte was taken every 49 ms");
    assert_eq!(taken, 6 + 4, "one byte each 49 ms, and then what was still in the pipe");
    assert_eq!(
        calls,
        ["made", "received x", "lost: the peer did not take all that was written within 300ms"]
    );
}

#[test]
fn nothing_is_read_while_something_is_written() {
    let run = record("back-pressure", async || {
        let (near, far) = duplex(4);
        let (mut reader, mut writer) = tokio::io::split(near);
        let mut notes = Notes { answer: 8, ..Notes::default() };
        let questions = async {
            let asked = timeout(ms(100), writer.write_all(&[b'x'; 400])).await;
            assert!(asked.is_err(), "all was taken, though the client took no answer");
        };
        let driver =
            timeout(ms(200), drive(far, &mut notes, Deadlines { write: ms(10_000), ..DEADLINES }));
        let mut greeting = [0; 5];
        let (_, _, ()) = join!(reader.read_exact(&mut greeting), driver, questions);
        notes.calls
    });
    assert_eq!(run.output(), ["made", "received xxxx", "lost: cancelled"]);
}

/// Takes everything, except for its end.
struct NeverShut;

impl AsyncWrite for NeverShut {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

#[test]
fn the_deadline_for_writing_holds_for_the_end_as_well() {
    let run = record("never shut", async || {
        let mut notes = Notes::default();
        let result = drive(both(empty(), NeverShut), &mut notes, DEADLINES).await;
        (result.map_err(|lost| lost.to_string()), notes.calls)
    });
    assert_eq!(run.elapsed, ms(300));
    let (result, calls) = run.output();
    assert_eq!(result, Err("the peer did not take all that was written within 300ms".into()));
    assert_eq!(
        calls,
        ["made", "eof", "lost: the peer did not take all that was written within 300ms"]
    );
}

#[test]
fn a_driver_that_is_dropped_drops_the_transport_and_tells_the_protocol() {
    let run = record("cancelled", async || {
        let (mut near, far) = duplex(64);
        let mut notes = Notes::default();
        let cancelled = timeout(ms(10), drive(far, &mut notes, DEADLINES)).await.is_err();
        let mut answers = String::new();
        near.read_to_string(&mut answers).await.unwrap();
        (cancelled, answers, notes.calls)
    });
    assert_eq!(run.elapsed, ms(10), "the peer sees the end at once");
    assert_eq!(run.output(), (true, "hello".into(), vec!["made".into(), "lost: cancelled".into()]));
}

#[test]
fn a_driver_that_was_never_polled_has_called_nothing() {
    let run = record("unpolled", async || {
        let mut notes = Notes::default();
        drop(drive(duplex(1).0, &mut notes, DEADLINES));
        notes.calls
    });
    assert_eq!(run.output(), [""; 0]);
}

#[test]
fn a_transport_that_fails_is_told_to_the_protocol_and_to_the_caller() {
    let run = record("broken", async || {
        let broken = io::Error::new(io::ErrorKind::ConnectionReset, "the cable was pulled out");
        let transport =
            tokio_test::io::Builder::new().write(b"hello").read(b"one").read_error(broken).build();
        let mut notes = Notes::default();
        let result = drive(transport, &mut notes, DEADLINES).await;
        let source =
            result.as_ref().err().and_then(std::error::Error::source).map(ToString::to_string);
        (result.map_err(|lost| lost.to_string()), source, notes.calls)
    });
    let (result, source, calls) = run.output();
    assert_eq!(result, Err("the transport failed: the cable was pulled out".into()));
    assert_eq!(source.as_deref(), Some("the cable was pulled out"));
    assert_eq!(
        calls,
        ["made", "received one", "lost: the transport failed: the cable was pulled out"]
    );
}

#[test]
fn a_protocol_that_panicked_is_not_called_again() {
    let run = record("panic", async || {
        let (mut near, far) = duplex(64);
        let mut notes = Notes::default();
        near.write_all(b"p").await.unwrap();
        let panicked =
            AssertUnwindSafe(drive(far, &mut notes, DEADLINES)).catch_unwind().await.is_err();
        (panicked, notes.calls)
    });
    assert_eq!(run.output(), (true, vec!["made".into(), "received p".into()]));
}
