//! The world around the relay: a Notifyer, a REST API and a mail server, all of whose faults are to order. They talk over
//! pipes in memory, so that the clock can be paused and every deadline is exact; or over TCP, to a process of its own.
use mail::{
    mail2alert::{
        self,
        config::Config,
        ledger::Ledger,
        network::Dial,
        step::{Step, Watch},
    },
    smtp::{Client, Envelope, Listener, Message, Summary, Timeouts, client},
};
use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, DuplexStream, duplex},
    sync::{Notify, mpsc, oneshot},
    task::JoinHandle,
    time::{Instant, sleep},
};

pub const HOUR: Duration = Duration::from_secs(3600);

/// What can be connected to, in memory. Clones lead to the same place.
#[derive(Clone)]
pub struct Knocker(mpsc::UnboundedSender<DuplexStream>);

/// Where those connections come out.
pub struct Door(mpsc::UnboundedReceiver<DuplexStream>);

pub fn door() -> (Knocker, Door) {
    let (knocker, door) = mpsc::unbounded_channel();
    (Knocker(knocker), Door(door))
}

impl Dial for Knocker {
    type Io = DuplexStream;

    async fn dial(&self) -> io::Result<DuplexStream> {
        let (ours, theirs) = duplex(1 << 16);
        self.0.send(theirs).map_err(|_| io::ErrorKind::ConnectionRefused)?;
        Ok(ours)
    }
}

impl Listener for Door {
    type Io = DuplexStream;

    async fn accept(&mut self) -> io::Result<(DuplexStream, Option<SocketAddr>)> {
        match self.0.recv().await {
            Some(io) => Ok((io, None)),
            None => std::future::pending().await,
        }
    }
}

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
    /// It does what it should, but not before the test says so.
    Hold(Arc<Notify>),
    /// It says this again and again, without ever ending its line.
    Endless(String),
}

pub fn say(text: &str) -> Act {
    Act::Say(text.to_owned())
}

/// Decides what a server does at which step, and may be asked how often it got there: the step is given, and how many
/// times it has come up before.
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
        (Script { decide: Arc::new(Mutex::new(decide)), steps: Arc::default(), announce }, Announced(announced))
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub from: String,
    pub to: Vec<String>,
    pub text: String,
}

/// A mail server that takes all mail, and can be told to fail at `connect`, `EHLO`, `MAIL`, `RCPT address`, `DATA`, or
/// `message`.
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
                let _ = server.converse(io).await; // whoever hangs up has a reason
            });
        }
    }

    async fn converse<S: AsyncRead + AsyncWrite + Unpin>(&self, io: S) -> io::Result<()> {
        let mut io = BufReader::new(io);
        if !self.act(&mut io, "connect", "220 mail.example.com", || ()).await? {
            return Ok(());
        }
        let mut began = false;
        let (mut mail, mut line) = (Taken { from: String::new(), to: vec![], text: String::new() }, String::new());
        loop {
            line.clear();
            if io.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let (verb, rest) = line.trim_end().split_once([' ', ':']).unwrap_or((line.trim_end(), ""));
            let address = rest.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
            let goes_on = match verb {
                "EHLO" => {
                    self.act(&mut io, "EHLO", "250-mail.example.com\r\n250-PIPELINING\r\n250 8BITMIME", || ()).await?
                }
                "MAIL" => {
                    mail = Taken { from: address, to: vec![], text: String::new() };
                    began = false;
                    self.act(&mut io, "MAIL", "250 ok", || began = true).await?
                }
                "RCPT" if !began => self.act(&mut io, "RCPT", "503 MAIL first", || ()).await?,
                "RCPT" => self.act(&mut io, &format!("RCPT {address}"), "250 ok", || mail.to.push(address)).await?,
                "DATA" if mail.to.is_empty() => self.act(&mut io, "DATA", "554 nobody", || ()).await?,
                "DATA" => match self.script.next("DATA") {
                    act @ (Act::Serve | Act::Late(_) | Act::Hold(_)) => {
                        self.do_so(&mut io, act, "354 go ahead", || ()).await?;
                        mail.text = read_message(&mut io).await?;
                        self.act(&mut io, "message", "250 taken", || self.taken.lock().unwrap().push(mail.clone()))
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

    /// To whom mail went, in the order of their names, as often as it did.
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
    {"name":"team-b","pipelines":[{"name":"p1"},{"name":"p2"}]},{"name":"team-c","pipelines":[{"name":"p1"}]}]"#;
pub const CCTRAY: &str = r#"<Projects><Project name="p1 :: s" lastBuildStatus="Success" lastBuildLabel="1"/>
    <Project name="p2 :: s" lastBuildStatus="Failure" lastBuildLabel="1"/></Projects>"#;

/// A REST API that has pipeline groups and a `cctray.xml`, and can be told to fail at `groups` or at `cctray`. What it is
/// told to say instead is the whole answer, with its head.
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
                let _ = server.converse(io).await; // whoever hangs up has a reason
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
            Act::Say(other) => io.write_all(other.as_bytes()).await?,
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

/// Everything that the relay does not see of itself.
pub struct World {
    pub mail_server: MailServer,
    pub at_mail_server: Announced,
    pub rest: Rest,
    pub at_rest: Announced,
    pub notifyer: Knocker,
    pub log: Arc<Mutex<Vec<String>>>,
    pub folder: tempfile::TempDir,
    config: Config,
    knockers: (Knocker, Knocker),
    stop: Option<oneshot::Sender<()>>,
    relay: JoinHandle<Summary>,
    servers: Vec<JoinHandle<()>>,
}

/// The configuration of all tests, with patience of a different number of seconds for everything.
pub fn config(more: impl FnOnce(&str) -> String) -> Config {
    Config::parse(&more(CONFIG), |_| None).unwrap_or_else(|problems| panic!("{problems:?}"))
}

pub const CONFIG: &str = r#"
        listen = "127.0.0.1:0"
        hostname = "mail2alert.example.com"
        recipients = ["mail2alert@example.com", "@people.example.com"]
        postmaster = "boss@example.com"
        [notifications]
        to = ["mail2alert@example.com"]
        [downstream]
        server = "127.0.0.1:25"
        patience = "7 s"
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

impl World {
    pub async fn new() -> World {
        World::with(config(str::to_owned)).await
    }

    pub async fn with(config: Config) -> World {
        let (mail_server, at_mail_server) = MailServer::new();
        let (rest, at_rest) = Rest::new();
        let (to_mail_server, mail_door) = door();
        let (to_rest, rest_door) = door();
        let servers =
            vec![tokio::spawn(mail_server.clone().serve(mail_door)), tokio::spawn(rest.clone().serve(rest_door))];
        let folder = tempfile::tempdir().expect("a folder");
        let log = Arc::<Mutex<Vec<String>>>::default();
        let knockers = (to_mail_server, to_rest);
        let (notifyer, stop, relay) = start(&config, &folder, &knockers, &log, |_| ());
        World {
            mail_server,
            at_mail_server,
            rest,
            at_rest,
            notifyer,
            log,
            folder,
            config,
            knockers,
            stop: Some(stop),
            relay,
            servers,
        }
    }

    /// A relay whose steps are seen by somebody else, too.
    pub async fn watched(config: Config, see: impl Fn(&Step) + Send + Sync + 'static) -> World {
        let mut world = World::with(config).await;
        world.stop().await;
        let (notifyer, stop, relay) = start(&world.config, &world.folder, &world.knockers, &world.log, see);
        (world.notifyer, world.stop, world.relay) = (notifyer, Some(stop), relay);
        world
    }

    /// Tells the relay to stop, and waits for it.
    pub async fn stop(&mut self) -> Summary {
        drop(self.stop.take());
        (&mut self.relay).await.expect("it does not panic")
    }

    /// Tells the relay to stop, and does not wait.
    pub fn tell_to_stop(&mut self) {
        drop(self.stop.take());
    }

    /// Cuts the relay off, as it stands, and starts another one with the same ledger.
    pub async fn crash_and_restart(&mut self) {
        self.relay.abort();
        let _ = (&mut self.relay).await;
        // What it was writing to the disk is written before the ledger is free. (`kill -9` has a test of its own.)
        while self.ledger_is_busy() {
            tokio::task::yield_now().await;
        }
        let (notifyer, stop, relay) = start(&self.config, &self.folder, &self.knockers, &self.log, |_| ());
        (self.notifyer, self.stop, self.relay) = (notifyer, Some(stop), relay);
    }

    fn ledger_is_busy(&self) -> bool {
        let lock = std::fs::File::open(self.folder.path().join("ledger.lock")).expect("a file");
        lock.try_lock().is_err()
    }

    /// From now on nobody is there.
    pub async fn lose_the_mail_server(&mut self) {
        self.servers[0].abort();
        let _ = (&mut self.servers[0]).await;
    }

    /// From now on nobody is there.
    pub async fn lose_the_rest_api(&mut self) {
        self.servers[1].abort();
        let _ = (&mut self.servers[1]).await;
    }

    /// Sends a mail to the relay, as the Notifyer would: what became of it for its only recipient, and in how many
    /// virtual milliseconds.
    pub async fn send(&self, text: &str) -> (String, u128) {
        let start = Instant::now();
        let verdict = self.send_to(&["mail2alert@example.com"], text).await;
        (verdict.into_iter().next().expect("a verdict"), start.elapsed().as_millis())
    }

    pub async fn send_to(&self, to: &[&str], text: &str) -> Vec<String> {
        match send_to(&self.notifyer, to, text).await {
            Ok(verdicts) => verdicts,
            Err(error) => to.iter().map(|_| error.to_string()).collect(),
        }
    }

    /// The code that a mail got.
    pub async fn code(&self, text: &str) -> u16 {
        let (verdict, _) = self.send(text).await;
        verdict.get(..3).and_then(|code| code.parse().ok()).unwrap_or_else(|| panic!("no code: {verdict}"))
    }

    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }
}

type Started = (Knocker, oneshot::Sender<()>, JoinHandle<Summary>);

fn start(
    config: &Config,
    folder: &tempfile::TempDir,
    knockers: &(Knocker, Knocker),
    log: &Arc<Mutex<Vec<String>>>,
    see: impl Fn(&Step) + Send + Sync + 'static,
) -> Started {
    let (ledger, damaged) = Ledger::open(&folder.path().join("ledger"), config.ledger.bounds).expect("a ledger");
    assert_eq!(damaged, 0, "nothing but kill -9 can damage it");
    let (notifyer, listener) = door();
    let (stop, stopped) = oneshot::channel::<()>();
    let log = log.clone();
    let watch: Watch = Arc::new(move |step: &Step| {
        log.lock().unwrap().push(step.to_string());
        see(step);
    });
    let (config, (mail_server, rest)) = (config.clone(), knockers.clone());
    let relay = tokio::spawn(async move {
        let stopped = async { drop(stopped.await) };
        mail2alert::serve(&config, ledger, listener, mail_server, rest, watch, stopped).await
    });
    (notifyer, stop, relay)
}

/// Sends a mail over any connection.
pub async fn send_to(dial: &impl Dial, to: &[&str], text: &str) -> Result<Vec<String>, client::Error> {
    let io = dial.dial().await.map_err(|error| client::Error::Io(client::Stage::Connect, error))?;
    // A Notifyer that waits longer than any deadline of the relay.
    let mut client = Client::over(io, "ci.example.com", Timeouts::all(HOUR)).await?;
    let envelope = Envelope {
        from: Some("go@example.com".parse().expect("an address")),
        to: to.iter().map(|to| to.parse().expect("an address")).collect(),
    };
    let verdicts = client.send(&envelope, &Message::new(text)).await?;
    let _ = client.quit().await; // the verdict counts
    Ok(verdicts.iter().map(ToString::to_string).collect())
}

/// A notification with an identity of its own.
pub fn notification(id: &str, subject: &str) -> String {
    format!(
        "From: go@example.com\nTo: mail2alert@example.com\nMessage-ID: <{id}@ci>\nSubject: {subject}\n\nSee there.\n"
    )
}

/// The notification that breaks `p1`, about which all three teams want to hear.
pub fn broken(id: &str) -> String {
    notification(id, "Stage [p1/2/s/1] failed")
}

pub const TEAMS: [&str; 3] = ["team-a@example.com", "team-b@example.com", "team-c@example.com"];
