//! Predict: EHLO takes 20 ms, and each mail 20 ms. How long do five mails take, over two
//! connections?
//!
//! Capstone, step 4 of 6: one connection alone is slow, and the server turns away a third one with
//! 421.
//!
//! See `mail/examples/send_millions.rs`, and the slide “A few at a time”.
//!
//! Then try: open the second connection only if a mail waits for it.
use async_concepts::LaneExt;
use futures::future::try_join_all;
use std::io;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt};
use tokio::time::sleep;
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

/// One mail, over a connection of its own.
async fn send_one(server: &Server, mail: &Mail) -> Result<Outcome> {
    let mut connection = open(server.connect()).await?;
    let outcome = deliver(&mut connection, mail).await?;
    command(&mut connection, "QUIT").await?;
    Ok(outcome)
}

/// What became of each mail, in the order of the list.
async fn send_all(server: &Server, mails: &[Mail]) -> Result<Vec<Outcome>> {
    // TODO: the server allows two connections at a time. One can be used for many mails, as in step
    // 3.
    try_join_all(mails.iter().map(|mail| send_one(server, mail).lane(mail.to))).await
}

fn mails() -> Vec<Mail> {
    let to = [
        "ann@example.com",
        given("bob@example.com"),
        "cid@example.com",
        "dan@example.com",
        "eve@example.com",
    ];
    to.map(|to| Mail { to, text: "good news\n" }).to_vec()
}

async fn program() -> (Result<Vec<Outcome>>, Server) {
    let server = Server::with_limit(2);
    let outcomes = send_all(&server, &mails()).await;
    (outcomes, server)
}

fn main() {
    workshop::show("pool", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list of which the first is busy at the first two attempts: what is shared out beforehand
    /// waits behind it.
    async fn the_first_is_busy() -> (Result<Vec<Outcome>>, Server) {
        let server = Server::with_limit(2);
        let mut mails = mails();
        mails[0].to = "busy@example.com";
        let outcomes = send_all(&server, &mails).await;
        (outcomes, server)
    }

    /// Whether a mail came after the one to the busy recipient, over connections that are kept for
    /// several mails: then each takes the next mail that there is, and none waits for another.
    fn a_mail_waited(server: &Server) -> bool {
        let last_is_busy = || server.received().last().is_some_and(|(to, _)| to.contains("busy"));
        server.connections() <= 2 && !last_is_busy()
    }

    #[test]
    fn two_connections_are_used_at_a_time() {
        const WAITED: &str = "a mail had to wait for the busy one, though a connection was free";
        const TOO_MANY: &str = "more connections than two at a time: the server turned some away";
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake(TOO_MANY, |run| {
                run.output().is_some_and(|(_, server)| server.turned_away() > 0)
            })
            .mistake("only one mail was under way at a time", |run| run.took_more_than(120))
            .mistake("a connection was cut off, without QUIT", |run| {
                run.output().is_some_and(|(_, server)| server.cut_off() > 0)
            })
            .holds("five mails do not take longer than three rounds of EHLO and a mail", |run| {
                !run.took_more_than(120)
            })
            .holds("no connection is cut off", |run| {
                run.output().is_some_and(|(_, server)| server.cut_off() == 0)
            })
            .holds("each mail is sent", |run| {
                run.output().is_some_and(|(outcomes, _)| *outcomes == Ok(vec![Outcome::Sent; 5]))
            })
            .verdict();
        workshop::scenario("the second recipient is busy at the first two attempts")
            .value("bob@example.com", "busy@example.com")
            .attempt(program)
            .predicted(PREDICTION)
            .mistake(TOO_MANY, |run| {
                run.output().is_some_and(|(_, server)| server.turned_away() > 0)
            })
            .mistake("mails went in rounds: the free connection waited for the busy one", |run| {
                run.took_more_than(280)
            })
            .mistake(WAITED, |run| run.output().is_some_and(|(_, server)| a_mail_waited(server)))
            .holds("the others do not wait for it", |run| {
                let waited = run.output().is_none_or(|(_, server)| a_mail_waited(server));
                !run.took_more_than(280) && !waited
            })
            .verdict();
        workshop::scenario("the first recipient is busy at the first two attempts")
            .attempt(the_first_is_busy)
            .predicted(PREDICTION)
            .mistake(WAITED, |run| run.output().is_some_and(|(_, server)| a_mail_waited(server)))
            .holds("the others do not wait for it", |run| {
                run.output().is_some_and(|(_, server)| !a_mail_waited(server))
            })
            .verdict();
        workshop::scenario("the second recipient does not exist")
            .value("bob@example.com", "gone@example.com")
            .attempt(program)
            .predicted(PREDICTION)
            .mistake("the outcomes are not in the order of the list", |run| {
                run.output().is_some_and(|(outcomes, _)| {
                    outcomes.as_ref().is_ok_and(|all| all[1] != Outcome::Refused(550))
                })
            })
            .holds("the second outcome is the refusal, and all others were sent", |run| {
                run.output().is_some_and(|(outcomes, server)| {
                    outcomes.as_ref().is_ok_and(|all| all[1] == Outcome::Refused(550))
                        && server.received().len() == 4
                })
            })
            .verdict();
        workshop::every_schedule(program)
            .predicted(PREDICTION)
            .holds("each mail is sent once, over two connections at a time", |run| {
                run.outcome.as_ref().is_ok_and(|(outcomes, server)| {
                    *outcomes == Ok(vec![Outcome::Sent; 5])
                        && server.received().len() == 5
                        && server.most_at_a_time() <= 2
                })
            })
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/pool.rs"]
mod then_try;
