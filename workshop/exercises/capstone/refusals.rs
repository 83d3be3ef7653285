//! Predict: EHLO takes 20 ms, and to keep a mail 20 ms. The second recipient is busy at the first
//! two attempts, the third does not exist. How long do four mails take, with pauses of 100 ms?
//!
//! Capstone, step 3 of 6: a server may refuse. 4xx passes, 5xx does not, and the next mail is not
//! to blame for either.
//!
//! See `mail/examples/send_emails.rs`, and the slide “Write to all of them, then do one last
//! thing”.
//!
//! Then try: put a mail that was refused with 4xx behind the others, instead of letting them wait
//! for it.
use async_concepts::say;
use std::io;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt};
use workshop::Prediction;
use workshop::smtp::{Connection, Mail, Server};

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
    // TODO: 4xx means “later”, 5xx means “never”. After either, RSET makes the server forget the
    // mail. `tokio::time::sleep(workshop::ms(100))` is a pause that the tests can measure.
    send(server, mail).await?;
    Ok(Outcome::Sent)
}

/// What became of each mail.
async fn send_all(server: &Server, mails: Vec<Mail>) -> Result<Vec<Outcome>> {
    let mut connection = open(server.connect()).await?;
    let mut outcomes = vec![];
    for mail in &mails {
        let outcome = deliver(&mut connection, mail).await?;
        say!("{} {outcome:?}", mail.to);
        outcomes.push(outcome);
    }
    command(&mut connection, "QUIT").await?;
    Ok(outcomes)
}

async fn program() -> Result<Vec<Outcome>> {
    send_all(&Server::new(), mails()).await
}

fn mails() -> Vec<Mail> {
    let to = ["ann@example.com", "busy@example.com", "gone@example.com", "dan@example.com"];
    to.map(|to| Mail { to, text: "good news\n" }).to_vec()
}

fn main() {
    workshop::show("refusals", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_an_outcome_of_one_mail() {
        const AT_ONCE: &str = "it tried again at once, and the server was still busy";
        const NESTED: &str =
            "the mail after a refusal was begun within the one that was refused: RSET ends that";
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake("the first refusal ended everything", |run| {
                matches!(run.output(), Some(Err(SmtpError::Refused(451))))
            })
            .mistake(NESTED, |run| {
                run.output().is_some_and(|all| {
                    all.as_ref().is_ok_and(|all| all.contains(&Outcome::Refused(503)))
                })
            })
            .mistake("a mail was not tried again, though 4xx passes", |run| {
                run.output()
                    .is_some_and(|all| all.as_ref().is_ok_and(|all| all[1] != Outcome::Sent))
            })
            .mistake(AT_ONCE, |run| run.took(80))
            .mistake("a mail that is refused for good was tried again", |run| {
                run.took_more_than(280)
            })
            .takes(280)
            .says(&[
                "0.040 main ann@example.com Sent",
                "0.260 main busy@example.com Sent",
                "0.260 main gone@example.com Refused(550)",
                "0.280 main dan@example.com Sent",
            ])
            .returns(Ok(vec![Outcome::Sent, Outcome::Sent, Outcome::Refused(550), Outcome::Sent]))
            .verdict();
        workshop::scenario("the second recipient is always busy")
            .value(2_usize, 9)
            .attempt(program)
            .predicted(PREDICTION)
            .mistake(
                "it tried more often than three times, or waited after the last attempt",
                |run| run.took_more_than(260),
            )
            .takes(260)
            .returns(Ok(vec![
                Outcome::Sent,
                Outcome::GivenUp(451),
                Outcome::Refused(550),
                Outcome::Sent,
            ]))
            .verdict();
        workshop::scenario("the server keeps no mail today")
            .value("250 kept", "554 no mail today")
            .attempt(program)
            .predicted(PREDICTION)
            .takes(280)
            .returns(Ok(vec![
                Outcome::Refused(554),
                Outcome::Refused(554),
                Outcome::Refused(550),
                Outcome::Refused(554),
            ]))
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/refusals.rs"]
mod then_try;
