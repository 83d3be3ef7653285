//! Predict: a client writes "hel", "lo, wor" and "ld". How often must the server read, how does it
//! know when to stop, and in which order do client and server end?
//!
//! The same function serves a pipe in memory, a script of `tokio_test::io::Builder`, and a real
//! socket.
//!
//! See `examples/transports/echo.rs`, and the slide “Anything that reads and writes”.
//!
//! Then try: echo whole lines, each in the moment in which it is complete, and nothing before.
use async_concepts::{LaneExt, say};
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, duplex};
use tokio::join;
use workshop::Prediction;

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

/// Sends everything back, until the client is done.
async fn echo(mut client: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let mut buffer = [0; 16];
    // TODO: there is more to come than one read returns.
    let length = client.read(&mut buffer).await?;
    client.write_all(&buffer[..length]).await
}

/// What the client sees: each part comes back, and then nothing more.
async fn talk(mut server: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    for part in ["hel", "lo, wor", "ld"] {
        server.write_all(part.as_bytes()).await?;
        let mut answer = vec![0; part.len()];
        server.read_exact(&mut answer).await?;
        say!("{:?}", String::from_utf8_lossy(&answer));
    }
    server.shutdown().await?;
    let rest = server.read(&mut [0; 16]).await?;
    say!("and {rest} bytes more");
    Ok(())
}

async fn program() {
    let (client, server) = duplex(64);
    let client = async { talk(client).await.unwrap_or_else(|error| say!("{error}")) };
    let _ = join!(client.lane("client"), echo(server).lane("server"));
}

fn main() {
    workshop::show("echo", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    use tokio::net::{TcpListener, TcpStream};

    /// A client that reads one byte every millisecond, behind a pipe that takes no more than four.
    async fn slow_reader() -> String {
        let (client, server) = duplex(4);
        let (mut from, mut to) = tokio::io::split(client);
        let writes = async {
            to.write_all(b"hello, world, and good evening").await?;
            to.shutdown().await
        };
        let reads = async {
            let (mut answer, mut byte) = (vec![], [0]);
            while from.read(&mut byte).await? > 0 {
                answer.push(byte[0]);
                tokio::time::sleep(workshop::ms(1)).await;
            }
            io::Result::Ok(String::from_utf8_lossy(&answer).into_owned())
        };
        let client = async { join!(writes, reads).1 };
        let (answer, _) = join!(client.lane("client"), echo(server).lane("server"));
        answer.unwrap_or_else(|error| error.to_string())
    }

    #[test]
    fn every_part_comes_back_and_then_the_end_from_a_pipe_a_script_and_a_socket() {
        let lines = [
            "0.000 client \"hel\"",
            "0.000 client \"lo, wor\"",
            "0.000 client \"ld\"",
            "0.000 client and 0 bytes more",
        ];
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake("it hung up too soon: one read is not all there is", |run| {
                run.said("broken pipe")
            })
            .mistake("it wrote more than it had read", |run| run.said("\\0"))
            .hangs(
                "the client waits for the echo of its first part: it has to come back at once",
                |run| !run.said("hel"),
            )
            .blocks("a read of 0 bytes is the end, not an empty message", |run| {
                run.said("client \"ld\"")
            })
            .says(&lines)
            .verdict();
        workshop::scenario("a client that reads slowly, behind a pipe that takes four bytes")
            .attempt(slow_reader)
            .predicted(PREDICTION)
            .mistake(
                "not all came back: a `read` or a `write` may do less than it is given",
                |run| run.output().is_some_and(|answer| answer.len() < 30),
            )
            .returns("hello, world, and good evening".to_owned())
            .verdict();
        let mut script = tokio_test::io::Builder::new();
        let client = script.read(b"hel").write(b"hel").read(b"lo, wor").write(b"lo, wor").build();
        workshop::scenario("a script of what is read and written")
            .attempt(|| echo(client))
            .predicted(PREDICTION)
            .verdict();

        // Where there is no network, not even that of the machine itself, this part is left out.
        let Some(listener) = workshop::loopback() else { return };
        let over_tcp = async move || {
            listener.set_nonblocking(true)?;
            let listener = TcpListener::from_std(listener)?;
            let client = TcpStream::connect(listener.local_addr()?).await?;
            let (server, _) = listener.accept().await?;
            tokio::try_join!(talk(client).lane("client"), echo(server).lane("server"))
        };
        workshop::scenario("a socket")
            .attempt_for_real(over_tcp)
            .predicted(PREDICTION)
            .holds("all parts come back over a socket", |run| run.said("and 0"))
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/echo.rs"]
mod then_try;
