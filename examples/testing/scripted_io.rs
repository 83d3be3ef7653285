//! Scripted I/O: a peer that sends and expects exactly the bytes of a script.
//!
//! In Python: a `StreamReader` that a test feeds, see `scripted_io.py` beside this file.
//! Look for: The client is greeted, asks, and reads an answer that comes in two pieces with a pause
//! between them. In a test, `tokio_test::io::Builder` plays the server: a byte that it does not
//! expect panics, and so does one that is missing at the end.
//!
//!     cargo run --example scripted_io
use async_concepts::{LaneExt, say, stage::Stage};
use futures::join;
use std::{io, process::ExitCode, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader, duplex},
    time::sleep,
};

// ANCHOR: client
/// Over any transport: a socket, a pipe in memory, a script.
pub async fn ask(server: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<String> {
    let mut server = BufReader::new(server);
    let mut line = String::new();
    server.read_line(&mut line).await?;
    say!("greeted: {}", line.trim_end());
    server.write_all(b"time\n").await?;
    line.clear();
    server.read_line(&mut line).await?;
    say!("answered: {}", line.trim_end());
    Ok(line)
}
// ANCHOR_END: client

// ANCHOR: test
// What the test of it looks like; it stands in `tests/examples/testing.rs`, too:
//
//     let script = tokio_test::io::Builder::new()
//         .read(b"hello\n")
//         .write(b"time\n")
//         .read(b"twelve ")
//         .wait(Duration::from_millis(100))
//         .read(b"o'clock\n")
//         .build();
//     assert_eq!(ask(script).await.expect("no error"), "twelve o'clock\n");
// ANCHOR_END: test

/// The server of the run below, which does what the script says.
async fn serve(client: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let mut client = BufReader::new(client);
    client.write_all(b"hello\n").await?;
    let mut question = String::new();
    client.read_line(&mut question).await?;
    client.write_all(b"twelve ").await?;
    sleep(Duration::from_millis(100)).await;
    client.write_all(b"o'clock\n").await
}

pub async fn scripted_io() -> io::Result<String> {
    let (near, far) = duplex(64);
    let (answer, served) = join!(ask(near).lane("client"), serve(far).lane("server"));
    served.and(answer)
}

pub fn stage() -> Stage {
    Stage::of(include_str!("scripted_io.rs")).scene("scripted_io", scripted_io)
}

fn main() -> ExitCode {
    stage().run()
}
