//! A server over pipes or over TCP, and a client that says exactly what a test wants it to say.
use bytes::Bytes;
use mail::smtp::{
    Address, Envelope, Handler, Limits, Listener, Reply, Server, ServerSummary, Transaction,
};
use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex},
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::Instant,
};

pub const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub fn address(text: &str) -> Address {
    Address::new(text).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

pub fn envelope(to: &[&str]) -> Envelope {
    Envelope {
        from: Some(address("alice@example.net")),
        to: to.iter().map(|to| address(to)).collect(),
    }
}

/// A handler that keeps everything. What the local part of a sender, or of the first recipient,
/// says is what it does: `slow` takes ten seconds, `panic` panics, and `unknown` is refused.
#[derive(Clone, Default)]
pub struct Postbox(Arc<Mutex<Vec<(Transaction, Bytes)>>>);

impl Postbox {
    pub fn bodies(&self) -> Vec<Bytes> {
        self.0.lock().unwrap().iter().map(|(_, body)| body.clone()).collect()
    }

    async fn behave(&self, address: Option<&Address>) -> Reply {
        match address.map_or("", |address| address.local_part()) {
            "slow" => tokio::time::sleep(seconds(10)).await,
            "endless" => std::future::pending().await,
            "panic" => panic!("as you wish"),
            "unknown" => return Reply::no_such_mailbox("no such mailbox"),
            _ => {}
        }
        Reply::accepted("fine")
    }
}

impl Handler for Postbox {
    async fn sender(&self, mail: &Transaction) -> Reply {
        self.behave(mail.envelope.from.as_ref()).await
    }

    async fn recipient(&self, _: &Transaction, to: &Address) -> Reply {
        // So that the message of a slow recipient is slow, and not the question.
        if to.domain() == Some("message") {
            Reply::accepted("we will see")
        } else {
            self.behave(Some(to)).await
        }
    }

    async fn message(&self, mail: Transaction, body: Bytes) -> Reply {
        let answer = self.behave(mail.envelope.to.first()).await;
        if answer.is_positive() {
            self.0.lock().unwrap().push((mail, body));
        }
        answer
    }
}

/// Where pipes come from instead of sockets.
pub struct Pipes(mpsc::UnboundedReceiver<DuplexStream>);

impl Listener for Pipes {
    type Io = DuplexStream;

    async fn accept(&mut self) -> io::Result<(DuplexStream, Option<SocketAddr>)> {
        match self.0.recv().await {
            Some(pipe) => Ok((pipe, None)),
            None => std::future::pending().await,
        }
    }
}

impl Pipes {
    pub fn new() -> (Pipes, mpsc::UnboundedSender<DuplexStream>) {
        let (connect, pipes) = mpsc::unbounded_channel();
        (Pipes(pipes), connect)
    }
}

/// A server that runs, over pipes.
pub struct Running {
    connect: mpsc::UnboundedSender<DuplexStream>,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<ServerSummary>,
}

impl Running {
    pub fn new(handler: impl Handler, limits: Limits) -> Running {
        Running::of(Server::new(handler, limits))
    }

    pub fn of(server: Server<impl Handler>) -> Running {
        let (pipes, connect) = Pipes::new();
        let (stop, stopped) = oneshot::channel::<()>();
        let server = server.host("host").serve(pipes, async { _ = stopped.await });
        Running { connect, stop: Some(stop), server: tokio::spawn(server) }
    }

    pub fn pipe(&self, size: usize) -> DuplexStream {
        let (ours, theirs) = duplex(size);
        self.connect.send(theirs).expect("the server runs");
        ours
    }

    pub fn connect(&self) -> Raw {
        Raw::new(self.pipe(64 * 1024))
    }

    pub fn has_been_told_to_stop(&mut self) {
        self.stop = None;
    }

    pub async fn end(mut self) -> ServerSummary {
        self.stop = None;
        self.server.await.expect("a server does not panic")
    }
}

/// A client that speaks for itself.
pub struct Raw(BufReader<DuplexStream>);

impl Raw {
    pub fn new(pipe: DuplexStream) -> Raw {
        Raw(BufReader::new(pipe))
    }

    /// Says this, and nothing else.
    pub async fn say(&mut self, text: &str) {
        self.0.get_mut().write_all(text.as_bytes()).await.expect("the server reads it");
    }

    pub async fn try_to_say(&mut self, text: &str) -> io::Result<()> {
        self.0.get_mut().write_all(text.as_bytes()).await
    }

    /// The next line of a reply, without its CRLF; `None` at the end.
    pub async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.0.read_line(&mut line).await {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(line.strip_suffix("\r\n").expect("a reply ends with CRLF").to_owned()),
        }
    }

    /// The next reply: its last line.
    pub async fn reply(&mut self) -> String {
        loop {
            let line = self.line().await.expect("a reply");
            if line.as_bytes()[3] == b' ' {
                return line;
            }
        }
    }

    /// Says this, and returns the code of the reply.
    pub async fn ask(&mut self, text: &str) -> u16 {
        self.say(text).await;
        self.reply().await[..3].parse().expect("a code")
    }

    /// Reads the greeting, and says EHLO.
    pub async fn hello(&mut self) {
        assert!(self.reply().await.starts_with("220 "));
        assert_eq!(self.ask("EHLO client\r\n").await, 250);
    }

    /// As far as the 354, for a message to this recipient.
    pub async fn data(&mut self, to: &str) {
        assert_eq!(self.ask("MAIL FROM:<alice@example.net>\r\n").await, 250);
        assert_eq!(self.ask(&format!("RCPT TO:<{to}>\r\n")).await, 250);
        assert_eq!(self.ask("DATA\r\n").await, 354);
    }

    /// Everything up to the end.
    pub async fn rest(&mut self) -> String {
        let mut rest = String::new();
        let _ = self.0.read_to_string(&mut rest).await;
        rest
    }

    pub fn hang_up(self) {}
}

/// The time that has passed since, to the millisecond.
pub fn since(begin: Instant) -> Duration {
    Duration::from_millis(u64::try_from(begin.elapsed().as_millis()).expect("not that long"))
}
