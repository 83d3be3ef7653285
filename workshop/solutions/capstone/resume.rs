//! The journal says that a mail is begun before it is sent. So a crash at any moment leaves either
//! nothing, and it can be sent; or “begun” and no more, and it is in doubt; or “done”.
use async_concepts::{LaneExt, say};
use futures::future::try_join_all;
use std::{cell::RefCell, io, ops::Range};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use workshop::smtp::{Connection, Journal, Mail, Server};
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = Some((126, ""));

/// What the server says.
#[derive(Clone, Debug, PartialEq)]
struct Reply {
    code: u16,
    text: String,
}

#[derive(Clone, Debug, PartialEq)]
enum SmtpError {
    Io(io::ErrorKind),
    /// A line that is no reply.
    Garbled(String),
    /// The code with which the server refuses.
    Refused(u16),
}

impl From<io::Error> for SmtpError {
    fn from(error: io::Error) -> SmtpError {
        SmtpError::Io(error.kind())
    }
}

type Result<T> = std::result::Result<T, SmtpError>;

/// What became of a mail.
#[allow(dead_code, reason = "as long as the step is not solved")]
#[derive(Clone, Debug, PartialEq)]
enum Outcome {
    Sent,
    /// Refused with this code, for good.
    Refused(u16),
    /// Three attempts, and the server said “later” with this code each time.
    GivenUp(u16),
    /// The program was told to stop before it was begun.
    NotBegun,
    /// An earlier run is done with it.
    Earlier,
    /// An earlier run had begun it, and did not live to see the end: it may have been received.
    InDoubt,
}

/// The code of a line, what comes behind it (a hyphen if more lines follow), and the text.
fn parse(line: &str) -> Option<(u16, char, &str)> {
    let code = line.get(..3)?.parse().ok()?;
    let sign = line.chars().nth(3).unwrap_or(' ');
    Some((code, sign, line.get(4..).unwrap_or_default()))
}

async fn read_reply(server: &mut Connection) -> Result<Reply> {
    let mut lines: Vec<String> = vec![];
    loop {
        let mut line = String::new();
        if server.read_line(&mut line).await? == 0 {
            return Err(SmtpError::Io(io::ErrorKind::UnexpectedEof));
        }
        let Some((code, sign, text)) = parse(line.trim_end()) else {
            return Err(SmtpError::Garbled(line));
        };
        lines.push(text.to_owned());
        if sign != '-' {
            return Ok(Reply { code, text: lines.join(" ") });
        }
    }
}

async fn command(server: &mut Connection, line: &str) -> Result<Reply> {
    server.write_all(format!("{line}\r\n").as_bytes()).await?;
    read_reply(server).await
}

/// A text as it goes over the wire: a line with nothing but a dot is its end.
fn wire(text: &str) -> String {
    let mut wire = String::new();
    for line in text.lines() {
        if line.starts_with('.') {
            wire.push('.');
        }
        wire += line;
        wire += "\r\n";
    }
    wire + ".\r\n"
}

/// A reply that refuses is an error from now on.
fn accepted(reply: Reply) -> Result<Reply> {
    if reply.code < 400 { Ok(reply) } else { Err(SmtpError::Refused(reply.code)) }
}

/// Waits for the greeting, and introduces itself.
async fn open(mut server: Connection) -> Result<Connection> {
    accepted(read_reply(&mut server).await?)?;
    accepted(command(&mut server, "EHLO me.example.org").await?)?;
    Ok(server)
}

async fn send(server: &mut Connection, mail: &Mail) -> Result<Reply> {
    accepted(command(server, "MAIL FROM:<me@example.org>").await?)?;
    accepted(command(server, &format!("RCPT TO:<{}>", mail.to)).await?)?;
    accepted(command(server, "DATA").await?)?;
    server.write_all(wire(mail.text).as_bytes()).await?;
    accepted(read_reply(server).await?)
}

/// Sends a mail, in three attempts at most, with 100 ms between them.
async fn deliver(server: &mut Connection, mail: &Mail) -> Result<Outcome> {
    let mut attempt = 1;
    loop {
        let code = match send(server, mail).await {
            Ok(_) => return Ok(Outcome::Sent),
            Err(SmtpError::Refused(code)) => code,
            Err(error) => return Err(error),
        };
        command(server, "RSET").await?;
        if code >= 500 {
            return Ok(Outcome::Refused(code));
        }
        if attempt == 3 {
            return Ok(Outcome::GivenUp(code));
        }
        attempt += 1;
        sleep(ms(100)).await;
    }
}

/// Sends mails over one connection, as long as there are any; `queue` gives their places in the
/// list.
async fn sender(
    server: &Server,
    mails: &[Mail],
    queue: &RefCell<Range<usize>>,
    stop: &CancellationToken,
    journal: &Journal,
) -> Result<Vec<(usize, Outcome)>> {
    let mut connection = open(server.connect()).await?;
    let mut outcomes = vec![];
    loop {
        let Some(place) = queue.borrow_mut().next() else { break };
        let mail = &mails[place];
        let outcome = if stop.is_cancelled() {
            Outcome::NotBegun
        } else if journal.has(&format!("done {}", mail.to)) {
            Outcome::Earlier
        } else if journal.has(&format!("begun {}", mail.to)) {
            Outcome::InDoubt
        } else {
            journal.write(&format!("begun {}", mail.to)).await;
            let outcome = deliver(&mut connection, mail).await?;
            journal.write(&format!("done {}", mail.to)).await;
            outcome
        };
        outcomes.push((place, outcome));
    }
    command(&mut connection, "QUIT").await?;
    Ok(outcomes)
}

/// What became of each mail, in the order of the list.
async fn send_all(
    server: &Server,
    mails: &[Mail],
    stop: &CancellationToken,
    journal: &Journal,
) -> Result<Vec<Outcome>> {
    let queue = RefCell::new(0..mails.len());
    let senders = [1, 2].map(|number| {
        sender(server, mails, &queue, stop, journal).lane(format!("connection {number}"))
    });
    let mut outcomes = try_join_all(senders).await?.concat();
    outcomes.sort_by_key(|(place, _)| *place);
    Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
}

fn mails() -> Vec<Mail> {
    let to = [
        "ann@example.com",
        "bob@example.com",
        "cid@example.com",
        "dan@example.com",
        "eve@example.com",
    ];
    to.map(|to| Mail { to, text: "good news\n" }).to_vec()
}

/// The first run crashes after 46 ms; the second one begins with what is in the journal.
async fn program() -> (Result<Vec<Outcome>>, Server) {
    let (server, journal) = (Server::with_limit(2), Journal::default());
    let (mails, stop) = (mails(), CancellationToken::new());
    let first = send_all(&server, &mails, &stop, &journal).lane("first run");
    let crashed = timeout(ms(given(46)), first).await.is_err();
    say!("{} mails received, crashed: {crashed}", server.received().len());
    let outcomes = send_all(&server, &mails, &stop, &journal).lane("second run").await;
    (outcomes, server)
}

fn main() {
    workshop::show("resume", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    use mail::smtp::{Address, Handler, Limits, Reply as Answer, Transaction};
    use std::sync::{Arc, Mutex};
    use tokio::net::{TcpListener, TcpStream};

    /// Whether no mail came twice, and each either came or is in doubt.
    fn none_twice_and_none_lost(outcomes: &Result<Vec<Outcome>>, server: &Server) -> bool {
        let received = server.received();
        let Ok(outcomes) = outcomes else { return false };
        mails().iter().zip(outcomes).all(|(mail, outcome)| {
            match received.iter().filter(|(to, _)| to == mail.to).count() {
                0 => *outcome == Outcome::InDoubt,
                times => times == 1,
            }
        })
    }

    /// A first run that is dropped somewhere, and a second one.
    async fn crashes_anywhere() -> (Result<Vec<Outcome>>, Server) {
        let (server, journal) = (Server::with_limit(2), Journal::default());
        let (mails, stop) = (mails(), CancellationToken::new());
        let first = send_all(&server, &mails, &stop, &journal).lane("first run");
        let _ = first.cancellable().await;
        let outcomes = send_all(&server, &mails, &stop, &journal).lane("second run").await;
        (outcomes, server)
    }

    #[test]
    fn no_mail_is_sent_twice_wherever_it_crashes() {
        const TWICE: &str =
            "a mail was sent twice: the first run had sent it, and the journal did not say so yet";
        const LOST: &str = "a mail that had not been begun was not sent by the second run";
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake(TWICE, |run| {
                run.output().is_some_and(|(_, server)| server.received().len() > 5)
            })
            .mistake(LOST, |run| {
                run.output().is_some_and(|(_, server)| server.received().len() < 5)
            })
            .holds("the two that were under way are in doubt, and the others sent", |run| {
                use Outcome::{InDoubt, Sent};
                run.output().is_some_and(|(outcomes, server)| {
                    *outcomes == Ok(vec![InDoubt, InDoubt, Sent, Sent, Sent])
                        && none_twice_and_none_lost(outcomes, server)
                })
            })
            .verdict();
        workshop::scenario("it does not crash")
            .value(46_u64, 5000)
            .attempt(program)
            .predicted(PREDICTION)
            .mistake("the second run does not know what the first has done", |run| {
                run.output().is_some_and(|(outcomes, _)| *outcomes != Ok(vec![Outcome::Earlier; 5]))
            })
            .holds("the second run has nothing to do", |run| {
                run.output().is_some_and(|(outcomes, _)| *outcomes == Ok(vec![Outcome::Earlier; 5]))
            })
            .verdict();
        workshop::scenario("it crashes before the first mail")
            .value(46_u64, 15)
            .attempt(program)
            .predicted(PREDICTION)
            .mistake(LOST, |run| {
                run.output().is_some_and(|(_, server)| server.received().len() < 5)
            })
            .holds("the second run sends all of them", |run| {
                run.output().is_some_and(|(outcomes, _)| *outcomes == Ok(vec![Outcome::Sent; 5]))
            })
            .verdict();
        workshop::every_cancellation(crashes_anywhere)
            .predicted(PREDICTION)
            .mistake(TWICE, |run| match run.output() {
                Some(Some((_, server))) => server.received().len() > 5,
                _ => false,
            })
            .holds("no mail is sent twice, and each is sent or in doubt", |run| {
                match &run.outcome {
                    Ok(Some((all, server))) => none_twice_and_none_lost(all, server),
                    _ => false,
                }
            })
            .verdict();
    }

    /// Keeps what comes, for the project's own server.
    #[derive(Default)]
    struct Inbox(Mutex<Vec<String>>);

    impl Handler for Inbox {
        async fn recipient(&self, _: &Transaction, _: &Address) -> Answer {
            Answer::new(250, (2, 1, 5), "ok")
        }

        async fn message(&self, mail: Transaction, body: bytes::Bytes) -> Answer {
            let text = String::from_utf8_lossy(&body).into_owned();
            let to: Vec<&str> = mail.envelope.to.iter().map(Address::as_str).collect();
            self.0.lock().unwrap().push(format!("{}: {text}", to.join(", ")));
            Answer::new(250, (2, 0, 0), "kept")
        }
    }

    /// The server of the package `async-concepts-mail`, which is strict, behind a socket. Returns
    /// what it has received.
    async fn to_the_server_of_this_project(listener: std::net::TcpListener) -> Result<Vec<String>> {
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        let address = listener.local_addr()?;
        let inbox = Arc::new(Inbox::default());
        let server = mail::smtp::Server::new(inbox.clone(), Limits::default());
        let stop = CancellationToken::new();
        let client = async {
            // Also when the client fails: or the server would wait for others.
            let _stop = stop.clone().drop_guard();
            let stream = TcpStream::connect(address).await?;
            let mut server = open(workshop::smtp::connection(stream)).await?;
            let mail = Mail { to: "ann@example.com", text: "Subject: hello\n\n.\nIt works.\n" };
            say!("{:?}", deliver(&mut server, &mail).await?);
            command(&mut server, "QUIT").await
        };
        let serve = server.serve(listener, stop.cancelled());
        let (goodbye, _) = tokio::join!(client.lane("client"), serve.lane("server"));
        goodbye?;
        Ok(inbox.0.lock().unwrap().clone())
    }

    #[test]
    fn the_server_of_this_project_receives_a_mail_over_tcp() {
        // Where there is no network, not even that of the machine itself, this part is left out.
        let Some(listener) = workshop::loopback() else { return };
        let received = ["ann@example.com: Subject: hello\r\n\r\n.\r\nIt works.\r\n".to_owned()];
        workshop::scenario("the server of the package async-concepts-mail, over TCP")
            .attempt_for_real(|| to_the_server_of_this_project(listener))
            .predicted(PREDICTION)
            .holds("the mail is sent", |run| run.said("client Sent"))
            .returns(Ok(received.to_vec()))
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/resume.rs"]
mod then_try;
