//! What the capstone needs around it: a mail server that keeps to a script, and a journal that
//! outlives a crash.
//!
//! The server is a stream of bytes and no task: what is written into a connection is answered in
//! the same connection, at the time at which a server would. So a run has no lanes but those of the
//! exercise, and can be run in every schedule and cut short at every await.
use crate::scenario::{given, ms};
use std::{
    collections::VecDeque,
    fmt, io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker, ready},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, BufReader, ReadBuf},
    time::{Instant, Sleep, sleep, sleep_until},
};

/// A stream of bytes in both directions.
pub trait Bytes: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Bytes for S {}

/// A connection to a server, with what a client needs to read lines.
pub type Connection = BufReader<Box<dyn Bytes>>;

/// A connection over any stream of bytes.
pub fn connection(stream: impl Bytes + 'static) -> Connection {
    BufReader::new(Box::new(stream))
}

/// A mail that is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// To whom. For `busy@…` the server has no time at the first two attempts; `gone@…` it does not
    /// know.
    pub to: &'static str,
    /// The text; its lines end with LF.
    pub text: &'static str,
}

/// A mail server that keeps to a script. Clones are the same server.
#[derive(Clone, Default)]
pub struct Server(Arc<Mutex<Seen>>);

/// What the server has seen.
#[derive(Default)]
struct Seen {
    /// More connections than these at a time are turned away; 0 for any number.
    limit: usize,
    /// Connections that are open now, those that are being turned away among them.
    open: usize,
    /// The largest value of `open`: whether a client kept to a limit is only seen afterwards.
    most_open: usize,
    /// All connections that there have been.
    connections: usize,
    /// Connections that ended with QUIT; all others were cut off.
    quits: usize,
    /// Connections that got 421 instead of a greeting.
    turned_away: usize,
    /// How often a busy recipient was asked for.
    busy: usize,
    /// To whom, and which text, without what was added for the way.
    received: Vec<(String, String)>,
    /// Commands that it did not understand: a text that was taken for commands.
    unknown: usize,
}

impl Server {
    /// A server that takes any number of connections.
    pub fn new() -> Server {
        Server::default()
    }

    /// A server that turns away more connections than these at a time, with 421.
    pub fn with_limit(limit: usize) -> Server {
        let server = Server::default();
        server.seen().limit = limit;
        server
    }

    /// Connects, at once. The greeting has not been read yet.
    pub fn connect(&self) -> Connection {
        connection(Dialogue::begin(self))
    }

    /// To whom mails came, and with which text, in the order in which the server kept them.
    pub fn received(&self) -> Vec<(String, String)> {
        self.seen().received.clone()
    }

    /// How many connections there have been.
    pub fn connections(&self) -> usize {
        self.seen().connections
    }

    /// How many connections were open at the same time, at most.
    pub fn most_at_a_time(&self) -> usize {
        self.seen().most_open
    }

    /// How many connections were turned away.
    pub fn turned_away(&self) -> usize {
        self.seen().turned_away
    }

    /// How many connections ended without QUIT, of those that have ended.
    pub fn cut_off(&self) -> usize {
        let seen = self.seen();
        seen.connections - seen.open - seen.quits
    }

    /// How many lines came as commands and are none.
    pub fn unknown_commands(&self) -> usize {
        self.seen().unknown
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a server that has received {:?}", self.received())
    }
}

/// One connection, as the client holds it.
struct Dialogue {
    /// To which it tells what it has seen.
    server: Server,
    /// What has been written and is no whole line yet.
    input: Vec<u8>,
    /// What is to be read, and from when on.
    output: VecDeque<(Instant, Vec<u8>)>,
    /// The text of the mail that is being received, if one is.
    text: Option<String>,
    /// The recipient of that mail, or of the next.
    to: Option<String>,
    /// A mail has been begun, and is neither kept nor reset.
    begun: bool,
    /// It has been told that the end has come: nothing but the rest of the output is read.
    over: bool,
    /// Fires when the first of the output may be read.
    timer: Pin<Box<Sleep>>,
    /// Of a client that reads and has nothing to read.
    waker: Option<Waker>,
}

impl Dialogue {
    fn begin(server: &Server) -> Dialogue {
        let mut dialogue = Dialogue {
            server: server.clone(),
            input: vec![],
            output: VecDeque::new(),
            text: None,
            to: None,
            begun: false,
            over: false,
            timer: Box::pin(sleep_until(Instant::now())),
            waker: None,
        };
        // The lock is given back before there is a reply, which may wake the client.
        let full = {
            let mut seen = server.seen();
            let full = seen.limit > 0 && seen.open >= seen.limit;
            if full {
                seen.turned_away += 1;
            }
            seen.open += 1;
            seen.connections += 1;
            seen.most_open = seen.most_open.max(seen.open);
            full
        };
        if full {
            dialogue.reply("421 too many connections");
            dialogue.over = true;
        } else {
            dialogue.reply(given("220 mail.example.org"));
        }
        dialogue
    }

    /// A reply, each line of which after the first comes 10 ms after the one before.
    fn reply(&mut self, reply: &str) {
        self.reply_at(Instant::now(), reply);
    }

    fn reply_at(&mut self, begin: Instant, reply: &str) {
        let mut at = begin;
        for line in reply.split('\n') {
            self.output.push_back((at, format!("{line}\r\n").into_bytes()));
            at += ms(10);
        }
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    /// One line that the client has sent, without its end.
    fn line(&mut self, line: &str) {
        if let Some(text) = &mut self.text {
            if line != "." {
                *text += line.strip_prefix('.').unwrap_or(line);
                text.push('\n');
                return;
            }
            let text = self.text.take().unwrap_or_default();
            let to = self.to.take().unwrap_or_default();
            self.begun = false;
            let reply = given("250 kept");
            if reply.starts_with('2') {
                self.server.seen().received.push((to, text));
            }
            // The mail is on the disk before the client hears of it.
            self.reply_at(Instant::now() + ms(20), reply);
            return;
        }
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb {
            "EHLO" => {
                self.reply(given("250-mail.example.org\n250-SIZE 1000000\n250 PIPELINING"));
            }
            "MAIL" if self.begun => self.reply("503 one mail at a time"),
            "MAIL" => {
                self.begun = true;
                self.reply(given("250 sender ok"));
            }
            "RCPT" => {
                let to = rest.trim_start_matches("TO:<").trim_end_matches('>');
                let reply = self.recipient(to);
                if reply.starts_with('2') {
                    self.to = Some(to.to_owned());
                }
                self.reply(reply);
            }
            "DATA" if self.to.is_some() => {
                self.text = Some(String::new());
                self.reply("354 go ahead");
            }
            "DATA" => self.reply("503 no recipient"),
            "RSET" => {
                self.to = None;
                self.begun = false;
                self.reply("250 reset");
            }
            "NOOP" => self.reply("250 here"),
            "QUIT" => {
                self.server.seen().quits += 1;
                self.over = true;
                self.reply("221 goodbye");
            }
            _ => {
                self.server.seen().unknown += 1;
                self.reply("500 what?");
            }
        }
    }

    fn recipient(&self, to: &str) -> &'static str {
        if to.starts_with("gone@") {
            return "550 no such mailbox";
        }
        if to.starts_with("busy@") {
            let mut seen = self.server.seen();
            seen.busy += 1;
            if seen.busy <= given(2) {
                return "451 try again later";
            }
        }
        given("250 recipient ok")
    }
}

impl Drop for Dialogue {
    fn drop(&mut self) {
        self.server.seen().open -= 1;
    }
}

impl AsyncWrite for Dialogue {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.over {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        // All that is written is taken at once, so a client never waits here; what it sent is
        // looked at line by line, however it was cut.
        self.input.extend_from_slice(bytes);
        // A line ends with CR and LF, and with neither of them alone.
        while let Some(end) = self.input.windows(2).position(|end| end == b"\r\n") {
            let line: Vec<u8> = self.input.drain(..end + 2).collect();
            self.line(&String::from_utf8_lossy(&line[..end]));
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Dialogue {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Some(&(due, _)) = self.output.front() else {
            if self.over {
                return Poll::Ready(Ok(()));
            }
            self.waker = Some(context.waker().clone());
            return Poll::Pending;
        };
        // A line is there when its time has come. The timer is kept, since a new one in each poll
        // would be dropped with its waker before it fires.
        if self.timer.deadline() != due {
            self.timer.as_mut().reset(due);
        }
        ready!(self.timer.as_mut().poll(context));
        if let Some((due, mut line)) = self.output.pop_front() {
            // What finds no room in the buffer is the first to be read next.
            let rest = line.split_off(line.len().min(buffer.remaining()));
            buffer.put_slice(&line);
            if !rest.is_empty() {
                self.output.push_front((due, rest));
            }
        }
        Poll::Ready(Ok(()))
    }
}

/// Lines on a disk: what has been written is still there after a crash. Clones are the same
/// journal.
#[derive(Clone, Debug, Default)]
pub struct Journal(Arc<Mutex<Vec<String>>>);

impl Journal {
    /// Writes a line, which takes 5 ms. If this is dropped before it is done, there is no line.
    pub async fn write(&self, line: &str) {
        sleep(ms(5)).await;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_owned());
    }

    /// Whether there is such a line.
    pub fn has(&self, line: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|other| other == line)
    }
}
