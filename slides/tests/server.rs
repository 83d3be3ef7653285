//! The server, as a browser and as a stranger see it.
#![cfg(unix)] // the tests look for processes in `/proc` and end them by signals

mod served;

use served::{Server, go_on};
use slides::root;
use std::{
    fs::File,
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

impl Server {
    /// Sends a request.
    fn ask(&self, request: &str, headers: &[(&str, &str)]) -> Answer {
        let mut stream = TcpStream::connect(&self.host).expect("the server listens");
        stream.set_read_timeout(Some(TIME_LIMIT)).expect("a time limit");
        let headers: String =
            headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        write!(
            stream,
            "{request} HTTP/1.1\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n"
        )
        .expect("sent");
        Answer { stream, bytes: vec![] }
    }

    fn answer(&self, request: &str, headers: &[(&str, &str)]) -> String {
        self.ask(request, headers).whole()
    }

    /// As our own page would ask.
    fn run(&self, example: &str) -> Answer {
        let origin = format!("http://{}", self.host);
        self.ask(&format!("POST /run/{example}"), &[("Host", &self.host), ("Origin", &origin)])
    }
}

/// What the server answers, as far as it has come.
struct Answer {
    stream: TcpStream,
    /// All that was read, as it came over the wire.
    bytes: Vec<u8>,
}

impl Answer {
    /// Reads once more. False at the end of the answer.
    fn read(&mut self) -> bool {
        let mut buffer = [0; 1024];
        let length = self.stream.read(&mut buffer).expect("more of the answer");
        self.bytes.extend_from_slice(&buffer[..length]);
        length > 0
    }

    /// Reads until this text has come. Returns all that has come.
    fn until(&mut self, text: &str) -> String {
        loop {
            let seen = text_of(&self.bytes);
            if seen.contains(text) {
                return seen;
            }
            assert!(self.read(), "the answer ended without {text:?}: {seen}");
        }
    }

    /// Reads to the end.
    fn whole(mut self) -> String {
        while self.read() {}
        text_of(&self.bytes)
    }
}

/// The text of an answer: its head as it is, and its body without the lengths of its chunks. What a
/// program prints in one line may come in several chunks, cut also in the middle of a letter (RFC
/// 9112, section 7.1).
fn text_of(answer: &[u8]) -> String {
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n");
    let Some(end) = end else { return String::from_utf8_lossy(answer).into_owned() };
    let (head, mut rest) = answer.split_at(end + 4);
    let head = String::from_utf8_lossy(head).into_owned();
    if !head.to_ascii_lowercase().contains("transfer-encoding: chunked") {
        return head + &String::from_utf8_lossy(rest);
    }
    let mut body = vec![];
    while let Some(line) = rest.windows(2).position(|bytes| bytes == b"\r\n") {
        let length = std::str::from_utf8(&rest[..line]).expect("a length");
        let length = usize::from_str_radix(length, 16).expect("a length");
        let chunk = &rest[line + 2..];
        body.extend_from_slice(&chunk[..length.min(chunk.len())]);
        // Behind each chunk comes the end of a line. What has not come yet is not there.
        rest = chunk.get(length + 2..).unwrap_or_default();
    }
    head + &String::from_utf8_lossy(&body)
}

#[test]
fn text_that_comes_in_several_chunks_is_one_text() {
    let answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
                  2\r\nA \r\nc\r\nFinished ─\r\n1\r\n\n\r\n0\r\n\r\n";
    let cut = answer.replace("c\r\nFinished ─", "5\r\nFinis\r\n7\r\nhed ─");
    for answer in [answer, &cut] {
        assert!(text_of(answer.as_bytes()).ends_with("\r\n\r\nA Finished ─\n"), "{answer:?}");
        for end in 0..answer.len() {
            text_of(&answer.as_bytes()[..end]); // what has not come yet is no error
        }
    }
}

/// Long enough for any machine: only a server that hangs needs longer.
const TIME_LIMIT: Duration = Duration::from_secs(120);

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < TIME_LIMIT, "this does not come true: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Runs gather, and lets it rest as soon as it has printed something. A machine may be so busy that
/// it has ended before it could be told to rest: then it is run once more.
fn resting_gather(server: &Server) -> (Answer, PathBuf) {
    loop {
        let run = server.run("gather");
        let mut resting = None;
        let mut was_there = false;
        until("gather prints something, or ends", || {
            resting = server.lets_rest("gather");
            let is_there = !server.runs("gather").is_empty();
            was_there |= is_there;
            resting.is_some() || (was_there && !is_there)
        });
        if let Some(resting) = resting {
            return (run, resting);
        }
        let ended = run.whole();
        assert!(ended.contains("── ended ──"), "it did not end by itself: {ended}");
    }
}

#[test]
fn it_answers_its_own_page_alone_and_runs_only_what_is_in_the_deck() {
    let server = Server::start();
    let host = server.host.clone();
    let port = host.rsplit(':').next().expect("a port");
    let (ours, localhost) = (format!("http://{host}"), format!("localhost:{port}"));
    let status = |request, headers: &[(&str, &str)]| {
        let answer = server.answer(request, headers);
        answer.split(' ').nth(1).unwrap_or_default().to_owned()
    };
    let page = server.answer("GET /", &[("Host", &host)]);
    assert!(
        page.starts_with("HTTP/1.1 200") && page.contains("data-live"),
        "{}",
        &page[..page.len().min(300)]
    );
    assert_eq!(status("GET /", &[("Host", &localhost)]), "200");

    assert_eq!(status("GET /", &[("Host", "evil.example")]), "403", "a name that points to us");
    assert_eq!(status("GET /", &[("Host", &format!("evil.example:{port}"))]), "403");
    assert_eq!(
        status("POST /run/gather", &[("Host", "evil.example"), ("Origin", "http://evil.example")]),
        "403"
    );
    assert_eq!(
        status("POST /run/gather", &[("Host", &host), ("Origin", "http://evil.example")]),
        "403"
    );
    assert_eq!(status("POST /run/gather", &[("Host", &host), ("Origin", "null")]), "403");
    assert_eq!(
        status("POST /run/gather", &[("Host", &host)]),
        "403",
        "a request that does not say where it comes from"
    );

    let ask = |request| status(request, &[("Host", &host), ("Origin", &ours)]);
    assert_eq!(ask("POST /run/no_such_example"), "404");
    assert_eq!(ask("POST /run/barrier"), "404", "an example that has no button");
    assert_eq!(ask("POST /run/..%2F..%2F..%2Fbin%2Fsh"), "404");
    assert_eq!(ask("GET /run/gather"), "405");
    assert_eq!(ask("GET /Cargo.toml"), "404");
    assert_eq!(server.runs("gather").len(), 0, "nothing of this has run it");
}

#[test]
fn a_run_streams_is_alone_and_ends_when_it_is_not_read_any_more() {
    let server = Server::start();
    let gather = || server.runs("gather").len();

    // Its first lines come while it still runs.
    let (mut run, resting) = resting_gather(&server);
    let head = run.until("compute factorial(2)");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert_eq!(gather(), 1);
    // Another one of it is refused, but not another example.
    let second = server.run("gather").whole();
    assert!(second.starts_with("HTTP/1.1 409") && second.contains("already running"), "{second}");
    server.run("lock").until("── ended ──");
    // It ends by itself, and says so.
    go_on(&resting);
    let tail = run.until("── ended ──");
    assert!(tail.contains("factorial(4) = 24"), "{tail}");
    until("the process is gone", || gather() == 0);

    // A browser that goes away ends it.
    let (mut run, _resting) = resting_gather(&server);
    run.until("compute factorial(2)");
    drop(run);
    until("a run that is not read any more is killed", || gather() == 0);
    // And may run it anew at once.
    server.run("gather").until("compute factorial(2)");
}

/// However the server ends, the example ends with it, although it rests: only a kill can end it.
fn ends_its_runs(signal: rustix::process::Signal) {
    let mut server = Server::start();
    let (mut run, example) = resting_gather(&server);
    run.until("compute factorial(2)");
    let pid = rustix::process::Pid::from_raw(server.process.id() as i32).expect("a process");
    rustix::process::kill_process(pid, signal).expect("it is told to end");
    let status = server.process.wait().expect("an end");
    assert_eq!(status.success(), signal != rustix::process::Signal::KILL, "{status}");
    until("the example has ended with its server", || !example.join("exe").exists());
}

#[test]
fn a_server_that_is_told_to_end_ends_its_runs() {
    ends_its_runs(rustix::process::Signal::TERM);
}

#[test]
fn a_terminal_that_is_closed_ends_server_and_runs() {
    ends_its_runs(rustix::process::Signal::HUP);
}

#[test]
fn a_server_that_is_killed_ends_its_runs() {
    ends_its_runs(rustix::process::Signal::KILL);
}

/// What all of cargo's builds in one folder take turns for. These tests are in it, too.
fn lock_of_cargo() -> File {
    let folder = Path::new(env!("CARGO_BIN_EXE_slides")).parent().expect("a folder");
    let file = File::options().write(true).open(folder.join(".cargo-lock")).expect("the lock");
    file.lock().expect("no other build, in the end");
    file
}

#[test]
fn a_run_answers_before_cargo_does_anything_and_shows_what_it_does() {
    let server = Server::start();
    let locked = lock_of_cargo();
    let mut run = server.run("gather");
    let head = run.until("$ cargo run --example gather\n");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    // Cargo cannot begin, and that is shown, too.
    run.until("waiting for file lock");
    drop(locked);
    run.until("Finished `dev` profile");
    run.until("── ended ──");
}

#[test]
fn a_port_in_use_is_one_sentence() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_slides"))
        .args(["--port", &port])
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        format!(
            "port {port} is in use: choose another one with `--port`, \
             or any free one with `--port 0`\n"
        )
    );
}

#[test]
fn a_file_that_cannot_be_written_is_one_sentence() {
    let mut build = Command::new(env!("CARGO_BIN_EXE_slides"));
    let output = build
        .args(["build", "no/such/folder/deck.html"])
        .current_dir(root())
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        errors
            .lines()
            .last()
            .unwrap_or_default()
            .starts_with("cannot write no/such/folder/deck.html: "),
        "{errors}"
    );
}
