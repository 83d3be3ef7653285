//! What is around the relay: a REST API and a mail server, with faults to order, and a
//! Notifyer. They talk over any stream of bytes: a pipe in memory, so that the clock can be paused
//! and every deadline is exact, or TCP, to a process of its own.
#![allow(dead_code)] // two sets of tests use it, each another part of it

use mail::smtp::{Client, ClientError, Envelope, Listener, Message, Timeouts, client};
use mail2alert::network::Dial;
use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    sync::{Notify, mpsc},
    time::sleep,
};

pub const HOUR: Duration = Duration::from_secs(3600);

/// What a server does when it is its turn.
#[derive(Clone, Debug)]
pub enum Act {
    /// It does what it should.
    Serve,
    /// It says this instead; a line break is added.
    Say(String),
    /// It does what it should, but only after this time.
    Late(Duration),
    /// It says nothing any more.
    Silence,
    /// It closes the connection.
    Cut,
    /// It takes the mail, and closes the connection before it says so.
    TakeAndCut,
    /// It takes the mail, and never says so.
    TakeAndSilence,
    /// It takes the mail, and says so in these bytes; no line break is added.
    TakeAndSayBytes(String),
    /// It does what it should, but not before the test says so.
    Hold(Arc<Notify>),
    /// It says this again and again, without ever ending its line.
    Endless(String),
}

pub fn say(text: &str) -> Act {
    Act::Say(text.to_owned())
}

/// Decides what a server does at which step, and may be asked how often it got there: the step is
/// given, and how many times it has come up before.
type Decide = dyn Fn(&str, usize) -> Act + Send;

/// What a server has seen, and what it does about it.
#[derive(Clone)]
pub struct Script {
    decide: Arc<Mutex<Box<Decide>>>,
    steps: Arc<Mutex<Vec<String>>>,
    /// Tells a test of each step before it is taken.
    announce: mpsc::UnboundedSender<String>,
}

/// Hears of a server's steps.
pub struct Announced(mpsc::UnboundedReceiver<String>);

impl Announced {
    /// Forgets the steps that it has come to.
    pub fn clear(&mut self) {
        while self.0.try_recv().is_ok() {}
    }

    /// Waits until the server has come to a step.
    pub async fn wait_for(&mut self, step: &str) {
        loop {
            let came = self.0.recv().await.expect("the server still runs");
            if came.starts_with(step) {
                return;
            }
        }
    }
}

impl Script {
    pub fn new() -> (Script, Announced) {
        let (announce, announced) = mpsc::unbounded_channel();
        let decide: Box<Decide> = Box::new(|_, _| Act::Serve);
        (
            Script { decide: Arc::new(Mutex::new(decide)), steps: Arc::default(), announce },
            Announced(announced),
        )
    }

    /// From now on, this is how it decides.
    pub fn decide(&self, decide: impl Fn(&str, usize) -> Act + Send + 'static) {
        *self.decide.lock().unwrap() = Box::new(decide);
    }

    /// From now on, this is what it does at one step, and all else as it should.
    pub fn at(&self, step: &'static str, act: Act) {
        self.decide(move |came, _| if came.starts_with(step) { act.clone() } else { Act::Serve });
    }

    pub fn behave(&self) {
        self.decide(|_, _| Act::Serve);
    }

    fn next(&self, step: &str) -> Act {
        let before = self.count(step);
        self.steps.lock().unwrap().push(step.to_owned());
        let _ = self.announce.send(step.to_owned()); // a test need not listen
        (self.decide.lock().unwrap())(step, before)
    }

    /// How often it has come to a step that begins so.
    pub fn count(&self, step: &str) -> usize {
        self.steps.lock().unwrap().iter().filter(|taken| taken.starts_with(step)).count()
    }
}

/// A mail that the mail server has taken.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Taken {
    /// What MAIL said besides the sender.
    pub parameters: String,
    pub from: String,
    pub to: Vec<String>,
    pub text: String,
}

/// A mail server that takes all mail, and can be told to fail at `connect`, `EHLO`, `MAIL`, `RCPT
/// address`, `DATA`, or `message`.
#[derive(Clone)]
pub struct MailServer {
    pub script: Script,
    pub taken: Arc<Mutex<Vec<Taken>>>,
}

impl MailServer {
    pub fn new() -> (MailServer, Announced) {
        let (script, announced) = Script::new();
        (MailServer { script, taken: Arc::default() }, announced)
    }

    pub async fn serve(self, mut listener: impl Listener) {
        loop {
            let (io, _) = listener.accept().await.expect("a connection");
            let server = self.clone();
            tokio::spawn(async move {
                let _ = server.converse(io).await; // a client that hangs up has a reason
            });
        }
    }

    async fn converse<S: AsyncRead + AsyncWrite + Unpin>(&self, io: S) -> io::Result<()> {
        let mut io = BufReader::new(io);
        if !self.act(&mut io, "connect", "220 mail.example.com", || ()).await? {
            return Ok(());
        }
        let mut began = false;
        let mut mail = Taken::default();
        let mut line = String::new();
        loop {
            line.clear();
            if io.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let (verb, rest) =
                line.trim_end().split_once([' ', ':']).unwrap_or((line.trim_end(), ""));
            let address = rest.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
            let goes_on = match verb {
                "EHLO" => {
                    self.act(
                        &mut io,
                        "EHLO",
                        "250-mail.example.com\r\n250-PIPELINING\r\n250 8BITMIME",
                        || (),
                    )
                    .await?
                }
                "MAIL" => {
                    let (_, parameters) = rest.rsplit_once('>').unwrap_or_default();
                    mail =
                        Taken { from: address, parameters: parameters.into(), ..Taken::default() };
                    began = false;
                    self.act(&mut io, "MAIL", "250 ok", || began = true).await?
                }
                "RCPT" if !began => self.act(&mut io, "RCPT", "503 MAIL first", || ()).await?,
                "RCPT" => {
                    self.act(&mut io, &format!("RCPT {address}"), "250 ok", || {
                        mail.to.push(address)
                    })
                    .await?
                }
                "DATA" if mail.to.is_empty() => {
                    self.act(&mut io, "DATA", "554 no recipients", || ()).await?
                }
                "DATA" => match self.script.next("DATA") {
                    act @ (Act::Serve | Act::Late(_) | Act::Hold(_)) => {
                        self.do_so(&mut io, act, "354 go ahead", || ()).await?;
                        mail.text = read_message(&mut io).await?;
                        self.act(&mut io, "message", "250 taken", || {
                            self.taken.lock().unwrap().push(mail.clone())
                        })
                        .await?
                    }
                    other => self.do_so(&mut io, other, "354 go ahead", || ()).await?,
                },
                "QUIT" => {
                    io.write_all(b"221 bye\r\n").await?;
                    false
                }
                _ => self.act(&mut io, verb, "250 ok", || ()).await?,
            };
            if !goes_on {
                return Ok(());
            }
        }
    }

    /// Comes to a step, and does what is to be done there. Whether the conversation goes on.
    async fn act<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        io: &mut BufReader<S>,
        step: &str,
        answer: &str,
        take: impl FnOnce(),
    ) -> io::Result<bool> {
        let act = self.script.next(step);
        self.do_so(io, act, answer, take).await
    }

    async fn do_so<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        io: &mut BufReader<S>,
        act: Act,
        answer: &str,
        take: impl FnOnce(),
    ) -> io::Result<bool> {
        let answer = match act {
            Act::Serve => {
                take();
                answer.to_owned()
            }
            Act::Late(time) => {
                sleep(time).await;
                take();
                answer.to_owned()
            }
            Act::Say(other) => other,
            Act::Silence => {
                wait_for_the_end(io).await;
                return Ok(false);
            }
            Act::Cut => return Ok(false),
            Act::TakeAndCut => {
                take();
                return Ok(false);
            }
            Act::TakeAndSilence => {
                take();
                wait_for_the_end(io).await;
                return Ok(false);
            }
            Act::TakeAndSayBytes(bytes) => {
                take();
                io.write_all(bytes.as_bytes()).await?;
                return Ok(true);
            }
            Act::Hold(until) => {
                until.notified().await;
                take();
                answer.to_owned()
            }
            Act::Endless(text) => {
                // Without a pause it would fill the time that is not to pass.
                while io.write_all(text.as_bytes()).await.is_ok() {}
                return Ok(false);
            }
        };
        io.write_all(format!("{answer}\r\n").as_bytes()).await?;
        Ok(true)
    }

    /// The recipients of mail, in the order of their names, each as often as it got one.
    pub fn recipients(&self) -> Vec<String> {
        let taken = self.taken.lock().unwrap();
        let mut recipients: Vec<String> = taken.iter().flat_map(|mail| mail.to.clone()).collect();
        recipients.sort();
        recipients
    }
}

async fn wait_for_the_end(io: &mut (impl AsyncRead + Unpin)) {
    let mut rest = [0; 1024];
    while io.read(&mut rest).await.is_ok_and(|read| read > 0) {}
}

async fn read_message(io: &mut (impl AsyncBufReadExt + Unpin)) -> io::Result<String> {
    let (mut text, mut line) = (String::new(), vec![]);
    loop {
        line.clear();
        if io.read_until(b'\n', &mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(text);
        }
        text += &String::from_utf8_lossy(line.strip_prefix(b".").unwrap_or(&line));
    }
}

pub const GROUPS: &str = r#"[{"name":"team-a","pipelines":[{"name":"p1"}]},
    {"name":"team-b","pipelines":[{"name":"p1"},{"name":"p2"}]},
    {"name":"team-c","pipelines":[{"name":"p1"}]}]"#;
pub const CCTRAY: &str = r#"<Projects>
    <Project name="p1 :: s" lastBuildStatus="Success" lastBuildLabel="1"/>
    <Project name="p2 :: s" lastBuildStatus="Failure" lastBuildLabel="1"/></Projects>"#;

/// A REST API that has pipeline groups and a `cctray.xml`, and can be told to fail at `groups` or
/// at `cctray`. What it is told to say instead is the whole answer, with its head.
#[derive(Clone)]
pub struct Rest {
    pub script: Script,
}

impl Rest {
    pub fn new() -> (Rest, Announced) {
        let (script, announced) = Script::new();
        (Rest { script }, announced)
    }

    pub async fn serve(self, mut listener: impl Listener) {
        loop {
            let (io, _) = listener.accept().await.expect("a connection");
            let server = self.clone();
            tokio::spawn(async move {
                let _ = server.converse(io).await; // a client that hangs up has a reason
            });
        }
    }

    async fn converse<S: AsyncRead + AsyncWrite + Unpin>(&self, io: S) -> io::Result<()> {
        let mut io = BufReader::new(io);
        let mut line = String::new();
        io.read_line(&mut line).await?;
        let (step, body) = match line.split(' ').nth(1) {
            Some("/go/api/config/pipeline_groups") => ("groups", GROUPS),
            Some("/go/cctray.xml") => ("cctray", CCTRAY),
            _ => ("something else", ""),
        };
        while io.read_line(&mut line).await? > 2 {} // the rest of the head
        let answer = ok(body);
        match self.script.next(step) {
            Act::Serve => io.write_all(answer.as_bytes()).await?,
            Act::Late(time) => {
                sleep(time).await;
                io.write_all(answer.as_bytes()).await?;
            }
            Act::Say(other) | Act::TakeAndSayBytes(other) => io.write_all(other.as_bytes()).await?,
            Act::Hold(until) => {
                until.notified().await;
                io.write_all(answer.as_bytes()).await?;
            }
            Act::Silence | Act::TakeAndSilence => wait_for_the_end(&mut io).await,
            Act::Cut | Act::TakeAndCut => {}
            Act::Endless(text) => while io.write_all(text.as_bytes()).await.is_ok() {},
        }
        Ok(())
    }
}

pub fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// The configuration of all tests, with timeouts of a different number of seconds for everything.
pub const CONFIG: &str = r#"
        listen = "127.0.0.1:0"
        hostname = "mail2alert.example.com"
        recipients = ["mail2alert@example.com", "@people.example.com"]
        postmaster = "boss@example.com"
        [notifications]
        to = ["mail2alert@example.com"]
        [downstream]
        server = "127.0.0.1:25"
        timeout = "7 s"
        [rest]
        url = "http://127.0.0.1/go"
        connect = "1 s"
        head = "2 s"
        body = "4 s"
        fresh = "30 s"
        stale = "100 s"
        longest = "10 kB"
        [ledger]
        file = "ledger"
        [limits]
        answer = "20 s"
        hops = 5
        shutdown = "10 s"
        [[rules]]
        name = "a"
        events = ["BREAKS", "FIXED"]
        function = "pipelines.in_group"
        args = ["team-a"]
        mailto = ["team-a@example.com"]
        [[rules]]
        name = "b"
        events = ["BREAKS", "FIXED"]
        function = "pipelines.in_group"
        args = ["team-b"]
        mailto = ["team-b@example.com"]
        [[rules]]
        name = "c"
        events = ["BREAKS", "FIXED"]
        function = "pipelines.in_group"
        args = ["team-c"]
        mailto = ["team-c@example.com"]
    "#;

/// Sends a mail over any connection.
pub async fn send_to(
    dial: &impl Dial,
    to: &[&str],
    text: &str,
) -> Result<Vec<String>, ClientError> {
    let io = dial.dial().await.map_err(|error| ClientError::Io(client::Phase::Connect, error))?;
    // A Notifyer that waits longer than any deadline of the relay.
    let mut client = Client::over(io, "ci.example.com", Timeouts::all(HOUR)).await?;
    let envelope = Envelope {
        from: Some("go@example.com".parse().expect("an address")),
        to: to.iter().map(|to| to.parse().expect("an address")).collect(),
    };
    let outcomes = client.send(&envelope, &Message::new(text)).await?;
    let _ = client.quit().await; // the outcome counts
    Ok(outcomes.iter().map(ToString::to_string).collect())
}

/// Sends bytes that are not UTF-8, as an old program does. The outcome for the only recipient.
pub async fn send_bytes(dial: &impl Dial, bytes: &[u8]) -> String {
    let io = dial.dial().await.expect("a connection");
    let mut client =
        Client::over(io, "ci.example.com", Timeouts::all(HOUR)).await.expect("a server");
    let envelope = Envelope {
        from: Some("go@example.com".parse().expect("an address")),
        to: vec!["mail2alert@example.com".parse().expect("an address")],
    };
    let outcomes =
        client.send(&envelope, &Message::passed_on(bytes, false)).await.expect("a reply");
    outcomes[0].to_string()
}

/// A notification with an identity of its own.
pub fn notification(id: &str, subject: &str) -> String {
    format!(
        "From: go@example.com\nTo: mail2alert@example.com\nMessage-ID: <{id}@ci>\n\
        Subject: {subject}\n\nSee there.\n"
    )
}

/// The notification that breaks `p1`, about which all three teams want to hear.
pub fn broken(id: &str) -> String {
    notification(id, "Stage [p1/2/s/1] failed")
}

pub const TEAMS: [&str; 3] = ["team-a@example.com", "team-b@example.com", "team-c@example.com"];
