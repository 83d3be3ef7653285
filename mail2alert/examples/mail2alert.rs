//! Mail2alert: a notification is acknowledged when it is in other hands, and not before.
//!
//! In Python: a program of that name on aiosmtpd, which acknowledged a notification whatever
//! became of it.
//! No twin: the original needs Python 3.6.
//! Look for: While the Notifyer waits, Mail2alert waits for the facts, and then for the mail
//! server. Then each of the four fails. The Notifyer sends its mail again, and nothing is lost;
//! only a crash at the worst moment doubles it.
//!
//!     cargo run --package mail2alert --example mail2alert
use async_concepts::{LaneExt, say, stage::Stage};
use bytes::Bytes;
use futures::join;
use mail::smtp::{
    Address, Client, Envelope, Handler, Limits, Message, Reply, Server, Timeouts, Transaction,
};
use mail2alert::{Relay, config::Config, event::RelayEvent, ledger::Ledger, network::Tcp};
use std::{
    collections::BTreeMap,
    error::Error,
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
    spawn,
    sync::Notify,
    task::spawn_blocking,
    time::sleep,
};
use tokio_util::sync::CancellationToken;

#[path = "mail2alert/sequence.rs"]
pub mod sequence;
use sequence::{Party, Picture, Sequence};

/// The four lines of life, from the left.
const PARTIES: [&str; 4] = ["Notifyer", "Mail2alert", "REST API", "mail server"];
const NOTIFYER: Party = 0;
const MAIL2ALERT: Party = 1;
const REST_API: Party = 2;
const MAIL_SERVER: Party = 3;

type BoxError = Box<dyn Error + Send + Sync>;

/// What goes wrong next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Nothing,
    RestApi,
    MailServer,
    Mail2alert,
}

/// What goes wrong next, and what has arrived.
struct World {
    fault: Mutex<Fault>,
    arrived: Mutex<BTreeMap<String, usize>>,
    crash: Notify,
    /// The mail server has a mail, and has not said so yet.
    at_mail_server: Notify,
    /// What is drawn as a sequence diagram when it is over.
    sequence: Sequence,
    folder: TempDir,
    config: Config,
    /// That of Mail2alert, which outlives a crash as that of a service manager does.
    listener: TcpListener,
}

impl World {
    fn fails(&self, fault: Fault) -> bool {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) == fault
    }

    fn next(&self, fault: Fault) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    fn arrived(&self) -> BTreeMap<String, usize> {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

// ANCHOR: mail2alert
/// Everything that it does is a step, and here some of them are lines.
async fn mail2alert(world: Arc<World>) -> Result<(), BoxError> {
    let config = &world.config;
    let (path, bounds) = (world.folder.path().join("ledger"), config.ledger.bounds);
    // On a thread of its own, since a disk may take its time.
    let (ledger, _) = spawn_blocking(move || Ledger::open(&path, bounds)).await??;
    let (mail_server, rest_api) =
        (Tcp(config.downstream.server.clone()), Tcp(config.rest.server.clone()));
    let seen = world.clone();
    let observer = Arc::new(move |event: &RelayEvent| see(&seen, event));
    let relay = Relay::new(config, mail_server, rest_api, ledger, observer);
    serve_one_by_one(relay, &world.listener).await
}

fn see(world: &World, event: &RelayEvent) {
    let sequence = &world.sequence;
    match event {
        RelayEvent::Came { .. } => sequence.request_received(MAIL2ALERT, NOTIFYER),
        RelayEvent::Asks { path } => {
            say!("GET {path}");
            sequence.request(MAIL2ALERT, REST_API, "GET");
        }
        RelayEvent::Asked { .. } => sequence.reply_received(MAIL2ALERT, REST_API),
        RelayEvent::Sends { to } => {
            let to: Vec<&str> = to.iter().map(Address::local_part).collect();
            say!("SEND to {}", to.join(" and "));
            sequence.request(MAIL2ALERT, MAIL_SERVER, format!("SEND to {}", to.join(" and ")));
        }
        RelayEvent::Sent { .. } => sequence.reply_received(MAIL2ALERT, MAIL_SERVER),
        RelayEvent::Answered(answer) => {
            say!("{}", answer.code);
            let label = if answer.code == 250 { "ACK" } else { "451" };
            sequence.reply(MAIL2ALERT, NOTIFYER, label);
        }
        _ => {}
    }
}
// ANCHOR_END: mail2alert

// ANCHOR: world
/// Sends a notification, and waits until it is acknowledged.
async fn notify(world: &World) -> Result<u16, BoxError> {
    let text = "Message-ID: <1@ci>\nSubject: Stage [p1/2/test/1] failed\n\nSee there.\n";
    let envelope = Envelope {
        from: Some("go@example.com".parse()?),
        to: vec!["mail2alert@example.com".parse()?],
    };
    say!("SEND p1 failed");
    world.sequence.request(NOTIFYER, MAIL2ALERT, "SEND");
    let address = world.listener.local_addr()?;
    let mut client = Client::connect(address, "ci.example.com", Timeouts::default()).await?;
    let outcomes = client.send(&envelope, &Message::new(text)).await?;
    world.sequence.reply_received(NOTIFYER, MAIL2ALERT);
    let code = outcomes[0].reply().code();
    say!("{}", if code == 250 { "ACK" } else { "not now" });
    client.quit().await?;
    Ok(code)
}

/// HTTP, as much as it takes: whatever is asked for, the answer is the pipeline groups, after 100
/// ms.
async fn rest_api(world: Arc<World>, listener: TcpListener) -> Result<(), BoxError> {
    const GROUPS: &str = r#"[{"name": "a", "pipelines": [{"name": "p1"}]},
        {"name": "b", "pipelines": [{"name": "p1"}]}]"#;
    loop {
        let mut io = BufReader::new(listener.accept().await?.0);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") && io.read_line(&mut head).await? > 0 {}
        world.sequence.request_received(REST_API, MAIL2ALERT);
        sleep(Duration::from_millis(100)).await;
        let (status, body) =
            if world.fails(Fault::RestApi) { ("500 oops", "") } else { ("200 OK", GROUPS) };
        say!("{status}");
        world.sequence.reply(REST_API, MAIL2ALERT, &status[..3]);
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        io.write_all(answer.as_bytes()).await?;
    }
}

/// Takes mail for all addresses, and thinks about it for 150 ms.
struct MailServer(Arc<World>);

impl Handler for MailServer {
    async fn recipient(&self, _: &Transaction, to: &Address) -> Reply {
        if self.0.fails(Fault::MailServer) && to.local_part() == "team-b" {
            say!("450 for team-b");
            return Reply::new(450, (4, 2, 1), "busy");
        }
        Reply::accepted("ok")
    }

    async fn message(&self, mail: Transaction, _: Bytes) -> Reply {
        self.0.sequence.request_received(MAIL_SERVER, MAIL2ALERT);
        for to in &mail.envelope.to {
            let mut arrived = self.0.arrived.lock().unwrap_or_else(PoisonError::into_inner);
            *arrived.entry(to.local_part().to_owned()).or_default() += 1;
        }
        self.0.at_mail_server.notify_one();
        if self.0.fails(Fault::Mail2alert) {
            self.0.crash.notify_one();
        }
        sleep(Duration::from_millis(150)).await;
        say!("250");
        let some = self.0.fails(Fault::MailServer);
        let label = if some { "ACK team-a, 450 team-b" } else { "ACK" };
        self.0.sequence.reply(MAIL_SERVER, MAIL2ALERT, label);
        Reply::accepted("taken")
    }
}

/// On one lane. Servers that are in a hurry use [`Server::serve`].
async fn serve_one_by_one(handler: impl Handler, listener: &TcpListener) -> Result<(), BoxError> {
    let server = Server::new(handler, Limits::default());
    loop {
        let (io, _) = listener.accept().await?;
        server.converse(io, &CancellationToken::new()).await;
    }
}
// ANCHOR_END: world

fn configuration(mail_server: &TcpListener, rest_api: &TcpListener) -> Result<Config, BoxError> {
    let text = format!(
        r#"
        listen = "127.0.0.1:0"
        hostname = "mail2alert.example.com"
        recipients = ["mail2alert@example.com"]
        postmaster = "postmaster@example.com"
        notifications.to = ["mail2alert@example.com"]
        downstream.server = "{}"
        # So short that each notification is a GET.
        rest = {{ url = "http://{}/go", fresh = "1 ms", stale = "1 ms" }}
        ledger.file = "ledger"
        [[rules]]
        function = "pipelines.in_group"
        args = ["a"]
        mailto = ["team-a@example.com"]
        [[rules]]
        function = "pipelines.in_group"
        args = ["b"]
        mailto = ["team-b@example.com"]
        "#,
        mail_server.local_addr()?,
        rest_api.local_addr()?
    );
    Config::parse(&text, |_| None).map_err(|problems| problems[0].to_string().into())
}

/// What has come of a scene.
#[derive(Debug)]
pub struct Tally {
    /// How many mails each team has.
    pub arrived: BTreeMap<String, usize>,
    /// The codes that the Notifyer got.
    pub codes: Vec<u16>,
    /// The sequence diagram, as text for a narrow terminal, and as SVG.
    pub text: String,
    pub picture: Picture,
}

/// Lets all four of them meet, and the Notifyer do as `act` says.
async fn meet<F>(title: &str, act: impl FnOnce(Arc<World>) -> F) -> Result<Tally, BoxError>
where
    F: Future<Output = Result<Vec<u16>, BoxError>> + Send + 'static,
{
    let listen = async || TcpListener::bind("127.0.0.1:0").await;
    let (rest_listener, mail_listener) = (listen().await?, listen().await?);
    let world = Arc::new(World {
        fault: Mutex::new(Fault::Nothing),
        arrived: Mutex::default(),
        crash: Notify::new(),
        at_mail_server: Notify::new(),
        sequence: Sequence::new(&PARTIES),
        folder: tempfile::tempdir()?,
        config: configuration(&mail_listener, &rest_listener)?,
        listener: listen().await?,
    });

    // The lanes stand in the order in which they are made: that of the diagram.
    let mut notifyer = spawn(act(world.clone()).lane("Notifyer"));
    let mut relay = spawn(mail2alert(world.clone()).lane("Mail2alert"));
    let rest_api = spawn(rest_api(world.clone(), rest_listener).lane("REST API"));
    let mail = world.clone();
    let mail_server = async move { serve_one_by_one(MailServer(mail), &mail_listener).await };
    let mail_server = spawn(mail_server.lane("mail server"));
    let mut alive = async || loop {
        tokio::select! {
            biased;
            ended = &mut relay => return ended,
            () = world.crash.notified() => {}
        }
        say!("Mail2alert crashes");
        world.sequence.note(MAIL2ALERT, "crashes");
        relay.abort();
        let _ = (&mut relay).await; // gone, with its hold on the ledger
        say!("Mail2alert starts again");
        world.sequence.note(MAIL2ALERT, "starts again");
        relay = spawn(mail2alert(world.clone()).lane("Mail2alert"));
    };
    let codes = tokio::select! {
        biased;
        codes = &mut notifyer => codes??,
        ended = alive() => {
            let error = match ended? {
                Ok(_) => "it just ended".to_owned(),
                Err(error) => error.to_string(),
            };
            say!("Mail2alert cannot go on: {error}");
            vec![]
        }
    };
    for server in [&relay, &rest_api, &mail_server] {
        server.abort();
    }
    let _ = join!(relay, rest_api, mail_server);
    let arrived = world.arrived();
    for (team, mails) in &arrived {
        say!("{team} has {mails} mail{}", if *mails == 1 { "" } else { "s" });
    }
    let sequence = &world.sequence;
    println!("\n{}", sequence.text(columns()));
    let text = sequence.text(80);
    let picture = sequence.picture(title);
    Ok(Tally { arrived, codes, text, picture })
}

/// How wide the terminal is, as far as that is known.
fn columns() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    columns.unwrap_or(80).clamp(60, 200)
}

// ANCHOR: scenes
pub async fn diagram() -> Result<Tally, BoxError> {
    meet("the diagram", |world| async move { Ok(vec![notify(&world).await?]) }).await
}

pub async fn rest_api_fails() -> Result<Tally, BoxError> {
    meet("the REST API fails", |world| async move {
        world.next(Fault::RestApi);
        let code = notify(&world).await?;
        world.next(Fault::Nothing);
        // Not acknowledged, so the mail is still the Notifyer's.
        Ok(vec![code, notify(&world).await?])
    })
    .await
}

pub async fn mail_server_fails() -> Result<Tally, BoxError> {
    meet("the mail server fails", |world| async move {
        world.next(Fault::MailServer);
        let code = notify(&world).await?;
        world.next(Fault::Nothing);
        Ok(vec![code, notify(&world).await?]) // which goes to those that are missing
    })
    .await
}

pub async fn notifyer_fails() -> Result<Tally, BoxError> {
    meet("the Notifyer fails", |world| async move {
        // In the middle of the mail server's 150 ms.
        tokio::select! {
            biased;
            () = world.at_mail_server.notified() => {
                say!("hangs up");
                world.sequence.note(NOTIFYER, "hangs up");
            }
            code = notify(&world) => return Ok(vec![code?]),
        }
        Ok(vec![notify(&world).await?]) // by now all have it
    })
    .await
}

pub async fn mail2alert_fails() -> Result<Tally, BoxError> {
    meet("Mail2alert fails", |world| async move {
        // ANCHOR: crash
        world.next(Fault::Mail2alert);
        if let Err(error) = notify(&world).await {
            say!("{error}");
        }
        world.next(Fault::Nothing);
        sleep(Duration::from_millis(200)).await; // as any sender, it waits before it tries again
        // The mail server has it already, but Mail2alert does not know: the one duplicate.
        Ok(vec![notify(&world).await?])
        // ANCHOR_END: crash
    })
    .await
}
// ANCHOR_END: scenes

pub fn stage() -> Stage {
    Stage::of(include_str!("mail2alert.rs"))
        .place("mail2alert/examples/mail2alert.rs", None)
        .does_io()
        .scene("the diagram", diagram)
        .scene("the REST API fails", rest_api_fails)
        .scene("the mail server fails", mail_server_fails)
        .scene("the Notifyer fails", notifyer_fails)
        .scene("Mail2alert fails", mail2alert_fails)
}

fn main() -> ExitCode {
    stage().run()
}
