//! Send e-mails: one message to many recipients at once, and one last thing when all have ended,
//! with or without success.
//!
//! In Python: Twisted's `DeferredList`, see `send_emails.py` beside this file.
//! Look for: Five sends take as long as the slowest of them, and five results stand in the order
//! of the recipients. Two mails are accepted, one is refused, one server thinks for too long, and
//! one sender panics, which in Rust is a third way to end. In the other two scenes one result is
//! enough: there Twisted lets the others go on, and Rust drops them.
//!
//!     cargo run --package async-concepts-mail --example send_emails
//!
//! With `-- --server HOST:PORT` it sends to that server, and not to one of its own.
use async_concepts::{
    LaneExt, say,
    stage::{CommandLine, OwnOption, Stage},
};
use bytes::Bytes;
use futures::future::{join_all, select_ok, try_join_all};
use mail::smtp::{
    Address, Client, ClientError, DeliveryOutcome, Envelope, Handler, Limits, Message, Reply,
    Server, Timeouts, Transaction,
};
use std::{fmt, fmt::Display, process::ExitCode, sync::OnceLock, time::Duration};
use tokio::{net::TcpListener, spawn, sync::oneshot, task::JoinError, time::sleep};
use tokio_util::task::AbortOnDropHandle;

// The last but one signed up when addresses were not checked yet.
pub const RECIPIENTS: [&str; 5] =
    ["alice@example.org", "bob@example.org", "carol@example.org", "dave", "erin@example.org"];

const TEXT: &str = "Subject: The party\n\nis on Saturday. Bring your friends.\n";

// ANCHOR: send
/// Sends the message to one recipient, over a connection of its own.
async fn send(server: String, to: &'static str) -> Result<Reply, SendError> {
    let to: Address = to.parse().expect("addresses are checked when people sign up");
    let timeouts = Timeouts::all(Duration::from_secs(1));
    let mut client = Client::connect(server, "client.example.net", timeouts).await?;
    let envelope =
        Envelope { from: Some("me@example.net".parse().expect("an address")), to: vec![to] };
    // There is one recipient.
    let outcome = client.send(&envelope, &Message::new(TEXT)).await?.remove(0);
    let _ = client.quit().await; // whatever comes of that: the outcome stands
    match outcome {
        DeliveryOutcome::Accepted(reply) => Ok(reply),
        DeliveryOutcome::Refused { reply, .. } => Err(SendError::Refused(reply)),
    }
}

type Sending = AbortOnDropHandle<Result<Reply, SendError>>;

/// Starts all of them. Each is a task, so that a panic in one is its own; and one that is dropped
/// is cancelled.
fn send_to_all(server: &str) -> Vec<Sending> {
    let sending = |to: &'static str| {
        let name = to.split('@').next().unwrap_or(to);
        spawn(told(send(server.to_owned(), to)).lane(name))
    };
    RECIPIENTS.into_iter().map(|to| AbortOnDropHandle::new(sending(to))).collect()
}
// ANCHOR_END: send

// ANCHOR: all
/// `DeferredList(deferreds)`: waits for all of them, however they end.
pub async fn all() -> Vec<String> {
    with_server(async |server| {
        // ANCHOR: results
        let results = join_all(send_to_all(server)).await;
        let mut lines = vec![];
        for (to, result) in RECIPIENTS.iter().zip(results) {
            lines.push(format!("{to}: {}", outcome(flatten(result))));
            say!("{}", lines[lines.len() - 1]);
        }
        say!("the last thing: all {} have ended", lines.len());
        // ANCHOR_END: results
        lines
    })
    .await
}
// ANCHOR_END: all

// ANCHOR: first_success
/// `DeferredList(deferreds, fireOnOneCallback=True)`: waits for the first that succeeds, and drops
/// the others.
pub async fn first_success() -> String {
    with_server(async |server| {
        let sendings = send_to_all(server).into_iter().zip(RECIPIENTS);
        let sendings = sendings
            .map(|(sending, to)| Box::pin(async move { flatten(sending.await).map(|_| to) }));
        let first = match select_ok(sendings).await {
            Ok((to, others)) => {
                drop(others);
                format!("the first to get it is {to}")
            }
            Err(failure) => format!("none got it, and the last one: {failure}"),
        };
        say!("{first}");
        sleep(Duration::from_millis(1200)).await; // to see what becomes of the others
        first
    })
    .await
}
// ANCHOR_END: first_success

// ANCHOR: first_failure
/// `DeferredList(deferreds, fireOnOneErrback=True)`: waits for all, or for the first that fails,
/// and drops the others.
pub async fn first_failure() -> String {
    with_server(async |server| {
        let sendings = send_to_all(server).into_iter().zip(RECIPIENTS);
        let sendings = sendings.map(|(sending, to)| async move {
            flatten(sending.await).map_err(|failure| format!("{to}: {failure}"))
        });
        let end = match try_join_all(sendings).await {
            Ok(replies) => format!("all {} got it", replies.len()),
            Err(failure) => format!("the first to fail is {failure}"),
        };
        say!("{end}");
        sleep(Duration::from_millis(1200)).await;
        end
    })
    .await
}
// ANCHOR_END: first_failure

/// How a sending can end if it does not succeed. In Python all of these are exceptions.
#[derive(Debug)]
enum SendError {
    Refused(Reply),
    Broken(ClientError),
    Panicked,
}

impl From<ClientError> for SendError {
    fn from(error: ClientError) -> SendError {
        SendError::Broken(error)
    }
}

impl Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SendError::Refused(reply) => write!(f, "refused: {}", reply.code()),
            SendError::Broken(ClientError::TimedOut(_)) => write!(f, "timed out"),
            SendError::Broken(error) => write!(f, "failed: {error}"),
            SendError::Panicked => write!(f, "panicked"),
        }
    }
}

/// A panic as one more failure.
fn flatten(result: Result<Result<Reply, SendError>, JoinError>) -> Result<Reply, SendError> {
    match result {
        Ok(result) => result,
        Err(error) if error.is_panic() => Err(SendError::Panicked),
        Err(_) => unreachable!("what is still waited for is not aborted"),
    }
}

fn outcome(result: Result<Reply, SendError>) -> String {
    match result {
        Ok(_) => "accepted".to_owned(),
        Err(failure) => failure.to_string(),
    }
}

/// Says on its own lane how it ended.
async fn told(sending: impl Future<Output = Result<Reply, SendError>>) -> Result<Reply, SendError> {
    let result = sending.await;
    match &result {
        Ok(_) => say!("accepted"),
        Err(failure) => say!("{failure}"),
    }
    result
}

/// A server that has no Bob, and that thinks about the others for different times; about Carol for
/// longer than a client waits.
struct Postbox;

impl Handler for Postbox {
    async fn recipient(&self, _: &Transaction, to: &Address) -> Reply {
        match to.local_part() {
            "bob" => Reply::no_such_mailbox("there is no bob here"),
            _ => Reply::accepted("recipient ok"),
        }
    }

    async fn message(&self, mail: Transaction, _: Bytes) -> Reply {
        let to = mail.envelope.to[0].local_part();
        let thinks = match to {
            "alice" => 100,
            "carol" => 60_000,
            _ => 300,
        };
        sleep(Duration::from_millis(thinks)).await;
        say!("delivered to {to}");
        Reply::accepted("delivered")
    }
}

/// `HOST:PORT`, if another server than that one is wanted.
static SERVER: OnceLock<String> = OnceLock::new();

/// Runs a scene with a server on a free port, or with the one that the command line names.
async fn with_server<T>(scene: impl AsyncFnOnce(&str) -> T) -> T {
    if let Some(server) = SERVER.get() {
        return scene(server).await;
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port that is free");
    let address = listener.local_addr().expect("it is bound").to_string();
    let (stop, stopped) = oneshot::channel::<()>();
    let limits = Limits { shutdown: Duration::ZERO, ..Limits::default() };
    let server =
        Server::new(Postbox, limits).lane("server").serve(listener, async { _ = stopped.await });
    let server = AbortOnDropHandle::new(spawn(server));
    let result = scene(&address).await;
    drop(stop);
    server.await.expect("a server does not panic");
    result
}

fn take_server(server: &str) -> Result<(), String> {
    let port = server.rsplit_once(':').and_then(|(host, port)| (!host.is_empty()).then_some(port));
    match port.map(str::parse::<u16>) {
        Some(Ok(1..)) => {
            SERVER.get_or_init(|| server.to_owned());
            Ok(())
        }
        _ => Err(format!("--server wants HOST:PORT, such as localhost:2525, and not {server:?}")),
    }
}

const NEXT: &str = "--package async-concepts-mail --example send_millions";

pub fn stage() -> Stage {
    const SERVER: OwnOption = OwnOption {
        name: "server",
        value: "HOST:PORT",
        help: "Send to this server, and not to one of its own",
        take: take_server,
    };
    let options = CommandLine { package: Some(env!("CARGO_PKG_NAME")), options: &[SERVER] };
    Stage::of(include_str!("send_emails.rs"))
        .place("mail/examples/send_emails.rs", Some(NEXT))
        .does_io()
        .scene("all", all)
        .scene("first success", first_success)
        .scene("first failure", first_failure)
        .command_line(options)
}

fn main() -> ExitCode {
    stage().run()
}
