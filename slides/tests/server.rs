//! The server, as a browser and as a stranger see it.
#![cfg(unix)] // the tests look for processes in `/proc` and end them by signals

mod served;

use served::{Server, go_on};
use slides::root;
use std::{
    io::{Read, Write},
    net::TcpStream,
    path::PathBuf,
    process::Command,
    time::{Duration, Instant},
};

impl Server {
    /// Sends a request, and gives what can be read of the answer.
    fn ask(&self, request: &str, headers: &[(&str, &str)]) -> TcpStream {
        let mut stream = TcpStream::connect(&self.host).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("patience");
        let headers: String =
            headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        write!(
            stream,
            "{request} HTTP/1.1\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n"
        )
        .expect("sent");
        stream
    }

    fn answer(&self, request: &str, headers: &[(&str, &str)]) -> String {
        let mut answer = vec![];
        self.ask(request, headers).read_to_end(&mut answer).expect("an answer");
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// As our own page would ask.
    fn run(&self, example: &str) -> TcpStream {
        let origin = format!("http://{}", self.host);
        self.ask(&format!("POST /run/{example}"), &[("Host", &self.host), ("Origin", &origin)])
    }
}

const PATIENCE: Duration = Duration::from_secs(60);

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "this does not come true: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Reads until this text has come.
fn read_until(stream: &mut TcpStream, text: &str) -> String {
    let (mut raw, mut buffer) = (vec![], [0; 1024]);
    loop {
        let seen = text_of(&raw);
        if seen.contains(text) {
            return seen;
        }
        let length = stream.read(&mut buffer).expect("more of the answer");
        assert!(length > 0, "the answer ended without {text:?}: {seen}");
        raw.extend_from_slice(&buffer[..length]);
    }
}

/// What has come of an answer: its head, and its body without the lengths of its chunks, since a
/// chunk may end within a line or a letter (RFC 9112, section 7.1).
fn text_of(raw: &[u8]) -> String {
    let Some(end) = find(raw, b"\r\n\r\n") else {
        return String::from_utf8_lossy(raw).into_owned();
    };
    let (head, mut rest) = raw.split_at(end + 4);
    let mut text = head.to_vec();
    if find(head, b"transfer-encoding: chunked").is_none() {
        text.extend_from_slice(rest);
        return String::from_utf8_lossy(&text).into_owned();
    }
    while let Some(end) = find(rest, b"\r\n") {
        let length = str::from_utf8(&rest[..end]).expect("a length in ASCII");
        let length = usize::from_str_radix(length, 16).expect("a length in hexadecimal");
        let data = &rest[end + 2..];
        text.extend_from_slice(&data[..length.min(data.len())]);
        // The data ends with a line break of its own.
        rest = data.get(length + 2..).unwrap_or_default();
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// Where this begins.
fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

/// Lets the example rest that was asked for, as soon as it has printed something.
fn rest(server: &Server, example: &str) -> PathBuf {
    let mut resting = None;
    until("the example prints something", || {
        resting = server.lets_rest(example);
        resting.is_some()
    });
    resting.expect("it rests")
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
    let mut run = server.run("gather");
    let resting = rest(&server, "gather");
    let head = read_until(&mut run, "compute factorial(2)");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert_eq!(gather(), 1);
    // Another one of it is refused, but not another example.
    let mut second = String::new();
    server.run("gather").read_to_string(&mut second).expect("an answer");
    assert!(second.starts_with("HTTP/1.1 409") && second.contains("already running"), "{second}");
    let mut other = server.run("lock");
    read_until(&mut other, "ended");
    // It ends by itself, and says so.
    go_on(&resting);
    let tail = read_until(&mut run, "── ended ──");
    assert!(tail.contains("factorial(4) = 24"), "{tail}");
    until("the process is gone", || gather() == 0);

    // A browser that goes away ends it.
    let mut run = server.run("gather");
    rest(&server, "gather");
    read_until(&mut run, "compute factorial(2)");
    drop(run);
    until("a run that is not read any more is killed", || gather() == 0);
    // And may run it anew at once.
    let mut run = server.run("gather");
    read_until(&mut run, "compute factorial(2)");
}

/// However the server ends, the example ends with it, although it rests: only a kill can end it.
fn ends_its_runs(signal: rustix::process::Signal) {
    let mut server = Server::start();
    let mut run = server.run("gather");
    let example = rest(&server, "gather");
    read_until(&mut run, "compute factorial(2)");
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

/// Cargo writes a line in several pieces, and each that is read alone becomes a chunk.
#[test]
fn a_line_in_two_chunks_is_one_line() {
    let answer = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\
                  C\r\n    Finished\r\nE\r\n `dev` profile\r\n";
    assert!(text_of(answer.as_bytes()).ends_with("\r\n\r\n    Finished `dev` profile"));
    // However far it has come, nothing of a length is text, and no letter is lost.
    for end in 0..answer.len() {
        let text = text_of(&answer.as_bytes()[..end]);
        assert!(text_of(answer.as_bytes()).starts_with(&text), "{text:?}");
    }
}

#[test]
fn a_run_answers_at_once_and_shows_what_cargo_does() {
    let server = Server::start();
    // Cargo has built it when the deck was made; this run warms what the system caches.
    server.run("gather").read_to_string(&mut String::new()).expect("an answer");
    // The best of a few, since other tests may have the processors.
    let mut first = Duration::MAX;
    for _ in 0..5 {
        let asked = Instant::now();
        let mut run = server.run("gather");
        let head = read_until(&mut run, "$ cargo run --example gather\n");
        first = first.min(asked.elapsed());
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    }
    assert!(first < Duration::from_millis(300), "the first byte came after {first:?}");
    let mut run = server.run("gather");
    read_until(&mut run, "Finished `dev` profile");
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
