//! Predict: as in step 4, two mails end at 40 ms, two at 60, one at 80. It is told to stop after 50
//! ms. How long does it take to stop?
//!
//! Capstone, step 5 of 6: a mail that is cut off in the middle may have been received, and nothing
//! says so.
//!
//! See `mail/examples/send_emails.rs`, and the slide “Write to all of them, then do one last
//! thing”.
//!
//! Then try: a mail that waits between two attempts when it is told to stop is given up at once.
use async_concepts::{LaneExt, say};
use futures::future::try_join_all;
use std::{cell::RefCell, io, ops::Range};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt};
use tokio::{join, select, time::sleep};
use tokio_util::sync::CancellationToken;
use workshop::smtp::{Connection, Mail, Server};
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

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
) -> Result<Vec<(usize, Outcome)>> {
    let mut connection = open(server.connect()).await?;
    let mut outcomes = vec![];
    loop {
        let Some(place) = queue.borrow_mut().next() else { break };
        outcomes.push((place, deliver(&mut connection, &mails[place]).await?));
    }
    command(&mut connection, "QUIT").await?;
    Ok(outcomes)
}

/// What became of each mail, in the order of the list.
async fn send_all(
    server: &Server,
    mails: &[Mail],
    stop: &CancellationToken,
) -> Result<Vec<Outcome>> {
    let queue = RefCell::new(0..mails.len());
    let senders =
        [1, 2].map(|number| sender(server, mails, &queue).lane(format!("connection {number}")));
    // TODO: when it is told to stop, no mail is begun; what is under way comes to its end, and then
    // QUIT.
    let mut outcomes = select! {
        outcomes = try_join_all(senders) => outcomes?.concat(),
        () = stop.cancelled() => vec![],
    };
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

/// Is told to stop after 50 ms.
async fn program() -> (Result<Vec<Outcome>>, Server) {
    let server = Server::with_limit(2);
    let stop = CancellationToken::new();
    let mails = mails();
    let told = async {
        sleep(ms(given(50))).await;
        say!("stop");
        stop.cancel();
    };
    let (outcomes, ()) = join!(send_all(&server, &mails, &stop), told.lane("told"));
    (outcomes, server)
}

fn main() {
    workshop::show("shutdown", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(sent: usize) -> Result<Vec<Outcome>> {
        let mut outcomes = vec![Outcome::Sent; sent];
        outcomes.resize(5, Outcome::NotBegun);
        Ok(outcomes)
    }

    /// The first connection has a busy recipient when it is told to stop, and the second goes on.
    async fn the_first_is_busy() -> (Result<Vec<Outcome>>, Server) {
        let server = Server::with_limit(2);
        let stop = CancellationToken::new();
        let mut mails = mails();
        mails[0].to = "busy@example.com";
        let told = async {
            sleep(std::time::Duration::from_millis(50)).await;
            stop.cancel();
        };
        let (outcomes, ()) = join!(send_all(&server, &mails, &stop), told);
        (outcomes, server)
    }

    #[test]
    fn mails_that_are_under_way_come_to_their_end() {
        const BEGUN: &str = "mails were begun after it had been told to stop";
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake("a mail was cut off in the middle: was it received or not?", |run| {
                run.output().is_some_and(|(_, server)| server.cut_off() > 0)
            })
            .mistake("it went on to the end, though it was told to stop", |run| {
                run.output().is_some_and(|(_, server)| server.received().len() == 5)
            })
            .mistake("what was not begun is missing among the outcomes", |run| {
                run.output().is_some_and(|(all, _)| all.as_ref().is_ok_and(|all| all.len() < 5))
            })
            .takes(60)
            .says(&["0.050 told stop"])
            .holds("four mails are sent, and the fifth is not begun", |run| {
                run.output().is_some_and(|(all, server)| {
                    *all == outcomes(4) && server.received().len() == 4 && server.cut_off() == 0
                })
            })
            .verdict();
        workshop::scenario("it is told to stop after 10 ms, before the first mail")
            .value(50_u64, 10)
            .attempt(program)
            .predicted(PREDICTION)
            .mistake(BEGUN, |run| {
                run.output().is_some_and(|(_, server)| !server.received().is_empty())
            })
            .takes(20)
            .holds("no mail is sent, and no connection cut off", |run| {
                run.output().is_some_and(|(all, server)| {
                    *all == outcomes(0) && server.received().is_empty() && server.cut_off() == 0
                })
            })
            .verdict();
        workshop::scenario("the first recipient is busy at the first two attempts")
            .attempt(the_first_is_busy)
            .predicted(PREDICTION)
            .mistake(BEGUN, |run| {
                run.output().is_some_and(|(_, server)| server.received().len() > 3)
            })
            .mistake("a mail that was between two attempts was given up", |run| {
                run.output().is_some_and(|(_, server)| server.received().len() < 3)
            })
            .holds("what is under way is sent, and the two others are not begun", |run| {
                use Outcome::{NotBegun, Sent};
                run.output()
                    .is_some_and(|(all, _)| *all == Ok(vec![Sent, Sent, Sent, NotBegun, NotBegun]))
            })
            .verdict();
        workshop::scenario("it is told to stop after 200 ms, when all is done")
            .value(50_u64, 200)
            .attempt(program)
            .predicted(PREDICTION)
            .holds("all mails are sent", |run| {
                run.output().is_some_and(|(all, _)| *all == outcomes(5))
            })
            .verdict();
        workshop::scenario("it is told to stop at the time at which a mail ends")
            .value(50_u64, 60)
            .every_schedule(program)
            .predicted(PREDICTION)
            .holds("what is said to be sent is what was received", |run| {
                run.outcome.as_ref().is_ok_and(|(all, server)| {
                    let sent = |outcome: &&Outcome| **outcome == Outcome::Sent;
                    all.as_ref()
                        .is_ok_and(|all| all.iter().filter(sent).count() == server.received().len())
                })
            })
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/shutdown.rs"]
mod then_try;
