//! A reply ends with the line that has no hyphen behind its code. A read that gives nothing is the
//! end of the connection, and then no line will come any more.
use async_concepts::say;
use std::io;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt};
use workshop::Prediction;
use workshop::smtp::{Connection, Server, connection};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = Some((20, ""));

/// What the server says.
#[derive(Clone, Debug, PartialEq)]
struct Reply {
    code: u16,
    /// The texts of all its lines, with a space between two of them.
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

/// The replies to EHLO and to NOOP.
async fn talk(mut server: Connection) -> Result<[Reply; 2]> {
    let greeting = read_reply(&mut server).await?;
    say!("{}", greeting.text);
    let hello = command(&mut server, "EHLO me.example.org").await?;
    let here = command(&mut server, "NOOP").await?;
    Ok([hello, here])
}

async fn program() -> Result<[Reply; 2]> {
    talk(connection(Server::new().connect())).await
}

fn main() {
    workshop::show("replies", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that says these bytes, whatever it is asked, and hangs up.
    async fn says(bytes: &'static [u8]) -> Result<Reply> {
        let script = tokio_test::io::Builder::new().read(bytes).build();
        read_reply(&mut connection(script)).await
    }

    fn reply(text: &str) -> Reply {
        Reply { code: 250, text: text.to_owned() }
    }

    #[test]
    fn a_reply_ends_with_the_line_that_has_no_hyphen() {
        const OUT_OF_STEP: &str =
            "one line was taken for the whole reply, and the next reply is out of step";
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake(
                OUT_OF_STEP,
                |run| matches!(run.output(), Some(Ok([_, here])) if here.text != "here"),
            )
            .mistake(
                "lines of a reply were thrown away",
                |run| matches!(run.output(), Some(Ok([hello, _])) if hello.text.len() < 40),
            )
            .takes(20)
            .says(&["0.000 main mail.example.org"])
            .returns(Ok([reply("mail.example.org SIZE 1000000 PIPELINING"), reply("here")]))
            .verdict();
        workshop::scenario("the greeting has three lines, and the reply to EHLO has one")
            .value("220 mail.example.org", "220-mail.example.org\n220-no spam\n220 please")
            .value("250-mail.example.org\n250-SIZE 1000000\n250 PIPELINING", "250 mail.example.org")
            .attempt(program)
            .predicted(PREDICTION)
            .mistake(
                OUT_OF_STEP,
                |run| matches!(run.output(), Some(Ok([_, here])) if here.text != "here"),
            )
            .takes(20)
            .says(&["0.020 main mail.example.org no spam please"])
            .returns(Ok([reply("mail.example.org"), reply("here")]))
            .verdict();
    }

    #[test]
    fn only_the_sign_behind_the_code_tells_whether_a_line_is_the_last() {
        workshop::scenario("the last line of a reply has a hyphen in its text")
            .value(
                "250-mail.example.org\n250-SIZE 1000000\n250 PIPELINING",
                "250-mail.example.org\n250 8-BIT",
            )
            .attempt(program)
            .predicted(PREDICTION)
            .hangs("it waits for a line after the last one: its text has a hyphen", |_| true)
            .takes(10)
            .returns(Ok([reply("mail.example.org 8-BIT"), reply("here")]))
            .verdict();
    }

    #[test]
    fn a_server_that_hangs_up_is_an_error() {
        workshop::scenario("the server hangs up in the middle of a reply")
            .attempt(|| says(b"250-mail.example.org\r\n"))
            .predicted(PREDICTION)
            .blocks("it reads on and on when the connection has ended", |_| true)
            .panics("a connection that ends was made into a panic", "")
            .mistake("half a reply was taken for a whole one", |run| {
                run.output().is_some_and(|reply| reply.is_ok())
            })
            .returns(Err(SmtpError::Io(io::ErrorKind::UnexpectedEof)))
            .verdict();
        workshop::scenario("the server says something that is no reply")
            .attempt(|| says(b"hello\r\n"))
            .predicted(PREDICTION)
            .holds("it is garbled", |run| match run.output() {
                Some(Err(SmtpError::Garbled(line))) => line.trim_end() == "hello",
                _ => false,
            })
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/replies.rs"]
mod then_try;
