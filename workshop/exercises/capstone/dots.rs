//! Predict: EHLO takes 20 ms, and the server another 20 ms to keep a mail. How long does it all
//! take, and what of the mail is kept?
//!
//! Capstone, step 2 of 6: the client of step 1 sends a mail. Its text ends with a line that has
//! nothing but a dot.
//!
//! See `examples/transports/protocol.rs`, and the slide “A protocol does no I/O”.
//!
//! Then try: refuse a text with a line of more than 998 bytes as garbled, before anything is sent.
use async_concepts::say;
use std::io;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt};
use workshop::smtp::{Connection, Mail, Server};
use workshop::{Prediction, given};

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
}

impl From<io::Error> for SmtpError {
    fn from(error: io::Error) -> SmtpError {
        SmtpError::Io(error.kind())
    }
}

type Result<T> = std::result::Result<T, SmtpError>;

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
        // TODO: what if the text has such a line? The server takes one dot away where a line begins
        // with one.
        wire += line;
        wire += "\r\n";
    }
    wire + ".\r\n"
}

/// Waits for the greeting, and introduces itself.
async fn open(mut server: Connection) -> Result<Connection> {
    read_reply(&mut server).await?;
    command(&mut server, "EHLO me.example.org").await?;
    Ok(server)
}

async fn send(server: &mut Connection, mail: &Mail) -> Result<Reply> {
    command(server, "MAIL FROM:<me@example.org>").await?;
    command(server, &format!("RCPT TO:<{}>", mail.to)).await?;
    command(server, "DATA").await?;
    server.write_all(wire(mail.text).as_bytes()).await?;
    read_reply(server).await
}

async fn one_mail(server: &Server, mail: &Mail) -> Result<()> {
    let mut connection = open(server.connect()).await?;
    let reply = send(&mut connection, mail).await?;
    say!("{}", reply.text);
    command(&mut connection, "QUIT").await?;
    Ok(())
}

/// What the server has received, and how many lines it took for commands that it does not know.
async fn program() -> (Vec<(String, String)>, usize) {
    let server = Server::new();
    let mail = Mail { to: "ann@example.com", text: given("one\n.\nthree\n") };
    if let Err(error) = one_mail(&server, &mail).await {
        say!("{error:?}");
    }
    (server.received(), server.unknown_commands())
}

fn main() {
    workshop::show("dots", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str) -> (Vec<(String, String)>, usize) {
        (vec![("ann@example.com".to_owned(), text.to_owned())], 0)
    }

    #[test]
    fn a_text_arrives_as_it_was_written() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake(
                "the mail ended at a dot of its text, and the rest was taken for commands",
                |run| run.output().is_some_and(|(_, unknown)| *unknown > 0),
            )
            .hangs("the mail has no end: the server waits for the dot", |_| true)
            .takes(40)
            .says(&["0.040 main kept"])
            .returns(kept("one\n.\nthree\n"))
            .verdict();
        workshop::scenario("lines that begin with dots")
            .value("one\n.\nthree\n", "..\n...\n.hidden\na.b\n.")
            .attempt(program)
            .predicted(PREDICTION)
            .mistake("a dot was lost at the beginning of a line, or one was added", |run| {
                run.output().is_some_and(|(received, _)| !received.is_empty())
            })
            .takes(40)
            .returns(kept("..\n...\n.hidden\na.b\n.\n"))
            .verdict();
        workshop::scenario("an empty mail")
            .value("one\n.\nthree\n", "")
            .attempt(program)
            .predicted(PREDICTION)
            .takes(40)
            .returns(kept(""))
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/dots.rs"]
mod then_try;
