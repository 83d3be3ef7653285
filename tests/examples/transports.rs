//! The examples of the topic `transports`.
use super::{
    all::{echo, flow_control, http, protocol, subprocess, udp_echo},
    assert_run, assert_took, ms,
};
use async_concepts::{
    LaneExt,
    protocol::{Outbox, Protocol},
    record, say,
    stage::Stage,
    timeline::{Chart, Clock, End, Observe, Recorder, Recording},
};
use futures::{future::pending, join};
use std::{cell::Cell, error::Error, io};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader, duplex, empty, sink},
    time::{Instant, sleep},
};

/// The scenes of an example that does real I/O: each title, and the lines without when they were
/// said.
fn scenes(stage: Stage) -> Vec<(&'static str, Vec<String>)> {
    let mut scenes = vec![];
    for scene in stage.run_for_test(Observe::Everything) {
        // Virtual time would pass while a scene waits for a socket.
        assert_eq!(scene.real_clock, scene.title != "in memory", "{}", scene.title);
        let mut lines: Vec<String> =
            scene.lines.iter().map(|line| format!("{} {}", line.lane, line.text)).collect();
        if let Some(error) = scene.error {
            lines.push(format!("error: {error}"));
        }
        scenes.push((scene.title, lines));
    }
    scenes
}

/// So often a scene on the real clock may be disturbed: its machine may stand still for longer than
/// a scene waits for an answer. It does not do so twenty times in a row, and wrong code does.
pub const TIMES: usize = 20;

/// What the scenes of an example that does real I/O show, on a machine that does not stand still.
#[track_caller]
fn show(stage: fn() -> Stage, expected: &[(&'static str, Vec<String>)]) {
    let mut seen = vec![];
    for _ in 0..TIMES {
        seen = scenes(stage());
        if seen == expected {
            return;
        }
    }
    assert_eq!(seen, expected);
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| line.to_string()).collect()
}

fn end<'a>(chart: &'a Chart, name: &str) -> &'a End {
    &chart
        .rows
        .iter()
        .find(|row| row.name == name)
        .unwrap_or_else(|| panic!("there is no lane {name}"))
        .end
        .1
}

/// Which lane wakes which, apart from `main`.
fn woken(chart: &Chart) -> Vec<(&str, &str)> {
    let name = |lane: usize| chart.rows[lane].name.as_str();
    let wakes = chart.wakes.iter().map(|wake| (name(wake.from), name(wake.to)));
    wakes.filter(|(waker, woken)| *woken != "main" && waker != woken).collect()
}

// protocol

#[test]
fn lines_that_come_in_one_piece_are_answered_at_once() {
    let run = record("in one piece", protocol::whole);
    assert_eq!(
        run.transcript(),
        [
            "0.000 main connection made",
            "0.100 main data received: \"one\\ntwo\\nthree\\n\"",
            "0.100 main line: one",
            "0.100 main line: two",
            "0.100 main line: three",
            "0.100 main connection lost",
            "0.100 main answers: \"echo: one\\necho: two\\necho: three\\n\"",
        ]
    );
    assert_eq!(run.output(), "echo: one\necho: two\necho: three\n");
}

#[test]
fn lines_that_are_cut_are_answered_when_they_are_whole() {
    let run = record("cut", protocol::cut);
    assert_eq!(
        run.transcript(),
        [
            "0.000 main connection made",
            "0.100 main data received: \"one\\nt\"",
            "0.100 main line: one",
            "0.200 main data received: \"w\"",
            "0.300 main data received: \"o\\nthree\\n\"",
            "0.300 main line: two",
            "0.300 main line: three",
            "0.300 main connection lost",
            "0.300 main answers: \"echo: one\\necho: two\\necho: three\\n\"",
        ]
    );
    assert_eq!(run.output(), "echo: one\necho: two\necho: three\n");
}

#[test]
fn without_a_codec_the_network_decides_what_a_line_is() {
    let run = record("cut, without a codec", protocol::without_a_codec);
    assert_took(&run, ms(300));
    assert_eq!(run.output(), "echo: one\nt\necho: w\necho: o\nthree\n");
}

/// What the echo answers to pieces and then the end, and whether it closed by itself.
fn echoed(pieces: &[&[u8]]) -> (String, bool) {
    let (mut echo, mut outbox) = (protocol::Echo::new(80), Outbox::new());
    echo.connection_made(&mut outbox);
    for piece in pieces {
        if !outbox.is_closed() {
            echo.data_received(&mut outbox, piece);
        }
    }
    let closed = outbox.is_closed();
    if !closed {
        echo.eof_received(&mut outbox);
    }
    echo.connection_lost(None);
    (String::from_utf8(outbox.take()).expect("Unicode"), closed)
}

#[test]
fn the_echo_answers_the_same_wherever_the_bytes_are_cut() {
    let long = "x".repeat(81);
    let table: [(&[u8], &str, bool); 7] = [
        (b"", "", false),
        (b"\n", "echo: \n", false),
        (b"one\ntwo\r\n", "echo: one\necho: two\n", false),
        (b"one\nunfinished", "echo: one\necho: unfinished\n", false),
        (
            "caf\u{e9}\n\u{65e5}\u{672c}\n".as_bytes(),
            "echo: caf\u{e9}\necho: \u{65e5}\u{672c}\n",
            false,
        ),
        (b"not \xff Unicode\n", "echo: not \u{fffd} Unicode\n", false),
        (&[b"one\n", long.as_bytes(), b"\ntwo\n"].concat(), "echo: one\ntoo long\n", true),
    ];
    for (input, answers, closed) in table {
        for cut in 0..=input.len() {
            let (start, rest) = input.split_at(cut);
            assert_eq!(echoed(&[start, rest]), (answers.into(), closed), "{input:?}, cut at {cut}");
        }
        let bytes: Vec<&[u8]> = input.chunks(1).collect();
        assert_eq!(echoed(&bytes), (answers.into(), closed), "{input:?}, byte by byte");
    }
}

#[test]
fn an_echo_that_has_closed_looks_at_no_more_lines() {
    let run =
        record("too long", || async { echoed(&[format!("{}\ntwo\n", "x".repeat(81)).as_bytes()]) });
    assert_eq!(run.transcript(), ["0.000 main connection made", "0.000 main connection lost"]);
    assert_eq!(run.output(), ("too long\n".into(), true));
}

// echo

const ECHOED: [&str; 7] = [
    "server connection made",
    "server line: one",
    "client echo: one",
    "server line: two",
    "client echo: two",
    "server connection lost",
    "client closed, 0 bytes left",
];

#[test]
fn one_protocol_says_the_same_over_any_transport() {
    let echoed = owned(&ECHOED);
    let child = owned(&[
        "server connection made",
        "server line: one",
        "server line: two",
        "server connection lost",
        "main the client: content",
    ]);
    let mut expected = vec![("in memory", echoed.clone()), ("TCP", echoed.clone())];
    if cfg!(unix) {
        expected.push(("Unix socket", echoed));
    }
    expected.push(("a child's pipes", child));
    show(echo::stage, &expected);
}

#[test]
fn in_memory_no_time_passes() {
    let run = record("in memory", echo::in_memory);
    assert_eq!(run.transcript(), ECHOED.map(|line| format!("0.000 {line}")));
    assert_took(&run, ms(0));
    run.output().expect("nothing fails in memory");
}

/// The error of a run that fails.
fn error<T>(result: Result<T, Box<dyn Error + Send + Sync>>) -> String {
    result.err().expect("it fails").to_string()
}

#[test]
fn an_echo_that_is_asked_nothing_ends_after_five_seconds() {
    let run = record("silence", || async {
        let (_near, far) = duplex(64);
        echo::serve(far).lane("server").await
    });
    assert_run(
        &run,
        ["0.000 server connection made", "5.000 server connection lost: nothing came for 5s"],
        ms(5000),
    );
    assert_eq!(error(run.output()), "nothing came for 5s");
}

#[test]
fn an_echo_whose_answers_are_not_taken_ends_after_a_second() {
    let run = record("no reader", || async {
        let (mut near, far) = duplex(8);
        let server = echo::serve(far).lane("server");
        let (result, asked) = join!(server, near.write_all(b"one\ntwo\n"));
        asked.expect("there is room");
        result
    });
    assert_eq!(
        run.transcript().last().unwrap(),
        "1.000 server connection lost: the peer did not take all that was written within 1s"
    );
    assert_took(&run, ms(1000));
    assert_eq!(error(run.output()), "the peer did not take all that was written within 1s");
}

// flow_control

#[test]
fn without_back_pressure_everything_is_written_before_anything_is_read() {
    let run = record("no back-pressure", flow_control::unbounded);
    assert_eq!(
        run.transcript(),
        [
            "0.000 writer wrote each",
            "0.000 writer wrote word",
            "0.000 writer wrote four",
            "0.000 writer wrote byte",
            "0.100 reader read each",
            "0.200 reader read word",
            "0.300 reader read four",
            "0.400 reader read byte",
            "0.500 reader end",
        ]
    );
    assert!(!woken(&run.chart()).contains(&("reader", "writer")), "the writer waits for no lane");
}

#[test]
fn with_back_pressure_each_read_wakes_the_writer() {
    let run = record("back-pressure", flow_control::back_pressure);
    assert_eq!(
        run.transcript(),
        [
            "0.000 writer wrote each",
            "0.100 reader read each",
            "0.100 writer wrote word",
            "0.200 reader read word",
            "0.200 writer wrote four",
            "0.300 reader read four",
            "0.300 writer wrote byte",
            "0.400 reader read byte",
            "0.500 reader end",
        ]
    );
    assert_eq!(woken(&run.chart()), [("reader", "writer"); 3]);
}

#[test]
fn two_peers_that_write_before_they_read_wait_for_each_other_until_the_deadline() {
    let run = record("both write first", flow_control::both_write_first);
    assert_run(
        &run,
        ["1.000 A the peer does not read", "1.000 B the peer does not read"],
        ms(1000),
    );
}

#[test]
fn two_peers_that_write_and_read_at_once_need_no_room() {
    let run = record("both write and read", flow_control::both_at_once);
    assert_run(&run, ["0.000 B heard the question", "0.000 A heard the question"], ms(0));
}

#[test]
fn a_half_that_is_only_dropped_ends_nothing() {
    let run = record("a half that is dropped", flow_control::half_dropped);
    assert_run(&run, ["1.000 client no answer", "1.000 server asked for 1+2+3"], ms(1100));
}

#[test]
fn a_peer_that_has_closed_one_half_still_hears_the_answer() {
    let run = record("half-close", flow_control::half_closed);
    assert_run(&run, ["0.000 server asked for 1+2+3", "0.100 client answer: 6"], ms(100));
}

// subprocess

#[cfg(unix)] // its last child is ended by a signal
#[test]
fn a_child_is_heard_while_it_runs_and_ends_with_its_driver_only_if_that_was_asked_for() {
    // The first child waits for an answer to each of its lines: to hear them at its end would be
    // too late.
    show(
        subprocess::stage,
        &[
            ("line by line", owned(&["child 3", "child 2", "child 1", "main exit status 7"])),
            ("cancelled", owned(&["main cancelled", "main still there"])),
            (
                "cancelled, with kill_on_drop",
                owned(&["main cancelled", "main its output has ended"]),
            ),
            ("killed", owned(&["main ended by signal 9"])),
        ],
    );
}

#[test]
fn a_child_whose_waiter_is_cancelled_lives_on_unless_it_is_killed() {
    let on_the_real_clock = |title| Recorder::new(title).clock(Clock::Real);
    let run = on_the_real_clock("cancelled").record(subprocess::left_alone);
    assert!(matches!(end(&run.chart(), "wait"), End::Cancelled { .. }));
    assert!(run.output().expect("a child"), "it answers");
    let run = on_the_real_clock("killed").record(subprocess::killed);
    assert!(matches!(end(&run.chart(), "wait"), End::Cancelled { .. }));
    assert!(
        !run.output().expect("a child"),
        "the child is killed with its owner, so it does not answer"
    );
}

#[test]
fn a_child_that_says_nothing_is_waited_for_five_seconds() {
    let run = record("silent", || async {
        let (mut child, output) = duplex(64);
        let work = async {
            sleep(ms(4000)).await;
            child.write_all(b"alive\n").await.expect("the peer reads");
            pending::<()>().await;
        };
        let followed = subprocess::follow(BufReader::new(output), sink());
        tokio::select! {
            biased;
            result = followed => result,
            () = work => unreachable!("it never ends"),
        }
    });
    assert_eq!(run.transcript(), ["4.000 main alive"]);
    assert_took(&run, ms(4000 + 100 + 5000));
    assert_eq!(error(run.output()), "deadline has elapsed");
}

#[test]
fn a_child_that_does_not_listen_is_waited_for_five_seconds() {
    let run = record("deaf", || async {
        let (input, _child) = duplex(4);
        subprocess::follow(&b"one\ntwo\n"[..], input).await
    });
    assert_run(&run, ["0.000 main one"], ms(100 + 5000));
    assert_eq!(error(run.output()), "deadline has elapsed");
}

// udp_echo

#[test]
fn a_datagram_comes_whole_or_cut_off_or_not_at_all() {
    show(
        udp_echo::stage,
        &[
            (
                "boundaries",
                owned(&[
                    "client send \"one\"",
                    "client send \"two\"",
                    "client send \"\"",
                    "client received \"one\"",
                    "client received \"two\"",
                    "client received \"\"",
                ]),
            ),
            (
                "truncated",
                owned(&[
                    "client send \"hello, world\"",
                    "client received \"hello\"",
                    "client send \"bye\"",
                    "client received \"bye\"",
                ]),
            ),
            (
                "lost",
                owned(&[
                    "client send \"hello\"",
                    "client no answer to attempt 1",
                    "client send \"hello\"",
                    "client received \"hello\"",
                ]),
            ),
            (
                "nothing listens",
                owned(&[
                    "main sent 5 bytes to an address where nothing listens",
                    "main nothing listens there",
                ]),
            ),
        ],
    );
}

#[test]
fn what_is_lost_is_sent_again_after_the_deadline() {
    let run = record("lost once", || async {
        let attempts = Cell::new(0);
        let attempt = async || {
            attempts.set(attempts.get() + 1);
            say!("send");
            sleep(if attempts.get() == 1 { ms(301) } else { ms(299) }).await;
            Ok("answer")
        };
        udp_echo::retry(attempt).await
    });
    assert_run(
        &run,
        ["0.000 main send", "0.300 main no answer to attempt 1", "0.300 main send"],
        ms(300 + 299),
    );
    assert_eq!(run.output().expect("an answer"), "answer");
}

#[test]
fn after_three_attempts_it_gives_up() {
    let run = record("lost", || udp_echo::retry(pending::<io::Result<()>>));
    assert_eq!(
        run.transcript(),
        [
            "0.300 main no answer to attempt 1",
            "0.600 main no answer to attempt 2",
            "0.900 main no answer to attempt 3"
        ]
    );
    assert_eq!(run.output().expect_err("the peer does not answer").kind(), io::ErrorKind::TimedOut);
}

#[test]
fn an_error_is_no_loss() {
    let run = record("refused", || {
        udp_echo::retry(async || Err::<(), io::Error>(io::ErrorKind::ConnectionRefused.into()))
    });
    assert_eq!(run.transcript(), [""; 0], "nothing is sent again");
    assert_eq!(run.output().expect_err("refused").kind(), io::ErrorKind::ConnectionRefused);
}

// http

const REQUEST: [&str; 2] = ["client > Host: localhost", "client > Connection: close"];

#[test]
fn the_end_of_a_body_is_found_in_three_ways() {
    let dialogue = |path: &str, answer: &[&str]| {
        let mut lines = vec![format!("client > GET {path} HTTP/1.1")];
        lines.extend(owned(&REQUEST));
        lines.push(format!("server asked for GET {path} HTTP/1.1"));
        lines.extend(answer.iter().map(|line| format!("client {line}")));
        lines
    };
    show(
        http::stage,
        &[
            (
                "content-length",
                dialogue(
                    "/length",
                    &["< HTTP/1.1 200 OK", "< Content-Length: 12", "body: hello, world"],
                ),
            ),
            (
                "chunked",
                dialogue(
                    "/chunked",
                    &[
                        "< HTTP/1.1 200 OK",
                        "< Transfer-Encoding: chunked",
                        "< chunk of 5 bytes",
                        "< chunk of 4 bytes",
                        "< chunk of 6 bytes",
                        "body: slow and steady",
                    ],
                ),
            ),
            (
                "until the connection ends",
                dialogue("/close", &["< HTTP/1.1 200 OK", "body: until the end"]),
            ),
            (
                "a server that says nothing",
                dialogue("/silent", &["error: the other side is silent for 200ms"]),
            ),
        ],
    );
}

type Got = Result<Vec<u8>, Box<dyn Error + Send + Sync>>;

/// Asks the example's own server, in memory and on the paused clock.
fn asked(path: &'static str) -> Recording<Got> {
    record(path, move || async move {
        let (near, far) = duplex(16);
        let client = async { http::get(near, path, ms(200)).await };
        let (body, answered) = join!(client.lane("client"), http::answer(far).lane("server"));
        answered.expect("the server is content");
        body
    })
}

#[test]
fn chunks_come_before_the_server_knows_the_rest() {
    let run = asked("/chunked");
    let mut chunks = run.transcript();
    chunks.retain(|line| line.contains("chunk of"));
    assert_eq!(
        chunks,
        [
            "0.000 client < chunk of 5 bytes",
            "0.100 client < chunk of 4 bytes",
            "0.200 client < chunk of 6 bytes"
        ]
    );
    assert_eq!(run.output().expect("a body"), b"slow and steady");
}

#[test]
fn a_server_that_says_nothing_is_waited_for_as_long_as_was_said() {
    let run = asked("/silent");
    assert_took(&run, ms(200));
    assert_eq!(error(run.output()), "the other side is silent for 200ms");
}

#[test]
fn a_server_that_reads_nothing_is_waited_for_as_long_as_was_said() {
    let run = record("deaf", || async {
        let (near, _far) = duplex(16);
        http::get(near, "/", ms(200)).await
    });
    assert_took(&run, ms(200));
    assert_eq!(error(run.output()), "the other side is silent for 200ms");
}

/// What the client makes of an answer that comes in these pieces, 1 ms after each other, and then
/// ends.
fn answered(pieces: &[&[u8]]) -> Result<Vec<u8>, String> {
    let pieces: Vec<Vec<u8>> = pieces.iter().map(|piece| piece.to_vec()).collect();
    let run = record("answered", move || async move {
        let (near, mut far) = duplex(1 << 20);
        let server = async move {
            for piece in pieces {
                if far.write_all(&piece).await.is_err() {
                    return; // the client has seen enough
                }
                sleep(ms(1)).await;
            }
            far.shutdown().await.expect("it is open");
            far.read_to_end(&mut vec![]).await.expect("a request");
        };
        let client = async { http::get(near, "/", ms(1000)).await };
        let began = Instant::now();
        let (body, ()) = join!(client, server);
        assert!(began.elapsed() < ms(1000), "it should see the end, and not wait for a deadline");
        body
    });
    run.output().map_err(|error| error.to_string())
}

#[test]
fn a_response_is_read_the_same_wherever_it_is_cut() {
    let early = Err("the connection ends early, or sends too much");
    let table: [(&str, Result<&str, &str>); 10] = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", Ok("hello")),
        ("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello and more", Ok("hello")),
        ("HTTP/1.1 200 OK\n\nto the end", Ok("to the end")),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nmore",
            Ok("abc"),
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", Err("the body ends early")),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", early),
        ("", early),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n", early),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc\r\n",
            Err("the body ends early"),
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello",
            Err("invalid digit found in string"),
        ),
    ];
    for (input, expected) in table {
        let expected =
            expected.map(|body| body.as_bytes().to_vec()).map_err(|error| error.to_owned());
        for cut in 0..=input.len() {
            let (start, rest) = input.as_bytes().split_at(cut);
            assert_eq!(answered(&[start, rest]), expected, "{input:?}, cut at {cut}");
        }
        let bytes: Vec<&[u8]> = input.as_bytes().chunks(1).collect();
        assert_eq!(answered(&bytes), expected, "{input:?}, byte by byte");
    }
}

/// A head without end, and a body that is announced as one: no more than the limit is read, and no
/// memory is taken for what is only announced.
#[test]
fn what_a_server_sends_has_a_limit() {
    let too_much = "x".repeat(http::LARGEST as usize);
    let ok = "HTTP/1.1 200 OK\r\n";
    let endless_line = format!("{ok}X: {too_much}");
    let early = "the connection ends early, or sends too much";
    assert_eq!(answered(&[endless_line.as_bytes()]), Err(early.to_owned()));
    let announced = format!("{ok}Content-Length: {}\r\n\r\n{too_much}", u64::MAX);
    assert_eq!(answered(&[announced.as_bytes()]), Err("the body ends early".into()));
    let to_the_end = format!("{ok}\r\n{too_much}");
    let too_much = Err("the other side sends too much".into());
    assert_eq!(answered(&[to_the_end.as_bytes()]), too_much);
}

#[test]
fn a_server_that_is_gone_is_an_error() {
    let run = record("gone", || http::get(tokio::io::join(empty(), sink()), "/", ms(200)));
    assert_took(&run, ms(0));
    assert_eq!(error(run.output()), "the connection ends early, or sends too much");
}
