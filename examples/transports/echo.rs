//! Echo: one protocol, one driver, four transports.
//!
//! In Python: `create_server` and `create_connection` with a `Protocol`, see `echo.py` beside this
//! file.
//! Look for: The server prints the same four lines over each transport. Whatever reads and writes
//! bytes is a transport: in memory, over the network, or to a child process. In Python a child's
//! pipes need a protocol of another kind, and an adapter.
//!
//!     cargo run --example echo
use async_concepts::{
    LaneExt,
    protocol::{Deadlines, drive},
    say,
    stage::Stage,
};
use futures::try_join;
use protocol::Echo; // the protocol of the example before this one
use std::{error::Error, net::Ipv4Addr, process::ExitCode, process::Stdio, time::Duration};
use tokio::{
    io::{
        AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, duplex,
        join,
    },
    net::{TcpListener, TcpStream},
    process::Command,
};

#[expect(dead_code, reason = "only the protocol is used here")]
mod protocol;

type Fault = Box<dyn Error + Send + Sync>;

// ANCHOR: echo
// ANCHOR: serve
pub async fn serve(transport: impl AsyncRead + AsyncWrite + Unpin) -> Result<(), Fault> {
    let deadlines = Deadlines { read: Duration::from_secs(5), write: Duration::from_secs(1) };
    // ANCHOR: drive
    Ok(drive(transport, &mut Echo::new(80), deadlines).await?)
    // ANCHOR_END: drive
}
// ANCHOR_END: serve

async fn ask(transport: impl AsyncRead + AsyncWrite + Unpin) -> Result<(), Fault> {
    let mut transport = BufReader::new(transport);
    for line in ["one\n", "two\n"] {
        // ANCHOR: questions
        transport.write_all(line.as_bytes()).await?;
        let mut answer = String::new();
        transport.read_line(&mut answer).await?;
        say!("{}", answer.trim_end());
    }
    transport.shutdown().await?; // no more questions: the server sees the end
    let left = transport.read_to_end(&mut vec![]).await?;
    say!("closed, {left} bytes left");
    // ANCHOR_END: questions
    Ok(())
}

pub async fn in_memory() -> Result<(), Fault> {
    let (near, far) = duplex(64);
    try_join!(serve(far).lane("server"), ask(near).lane("client"))?;
    Ok(())
}

// ANCHOR: tcp
pub async fn tcp() -> Result<(), Fault> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let server = async { serve(listener.accept().await?.0).await };
    let client = async { ask(TcpStream::connect(address).await?).await };
    try_join!(server.lane("server"), client.lane("client"))?;
    Ok(())
}
// ANCHOR_END: tcp

#[cfg(unix)] // tokio has no such socket on Windows
pub async fn unix_socket() -> Result<(), Fault> {
    let (near, far) = tokio::net::UnixStream::pair()?;
    try_join!(serve(far).lane("server"), ask(near).lane("client"))?;
    Ok(())
}
// ANCHOR_END: echo

// ANCHOR: child
/// Asks on its standard output, is answered on its standard input, and fails if the answer is not
/// the expected one.
const CLIENT: &str = r#"
for line in one two; do
    echo $line
    read answer
    [ "$answer" = "echo: $line" ] || exit 1
done
"#;

pub async fn child() -> Result<(), Fault> {
    let mut client = Command::new("sh");
    client.args(["-c", CLIENT]).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut client = client.spawn()?;
    let stdin = client.stdin.take().ok_or("no pipe")?;
    let stdout = client.stdout.take().ok_or("no pipe")?;
    serve(join(stdout, stdin)).lane("server").await?;
    say!("the client: {}", if client.wait().await?.success() { "content" } else { "not content" });
    Ok(())
}
// ANCHOR_END: child

pub fn stage() -> Stage {
    let stage = Stage::of(include_str!("echo.rs")).does_io();
    let stage = stage.try_scene("in memory", in_memory).without_io().try_scene("TCP", tcp);
    #[cfg(unix)]
    let stage = stage.try_scene("Unix socket", unix_socket);
    stage.try_scene("a child's pipes", child)
}

fn main() -> ExitCode {
    stage().run()
}
