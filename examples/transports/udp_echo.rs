//! UDP echo: datagrams are no stream.
//!
//! In Python: `create_datagram_endpoint`, see `udp_echo.py` beside this file.
//! Look for: A datagram stays whole, even an empty one, so nothing has to be cut into lines. It may
//! be lost, and is sent again after a deadline; a small buffer cuts it off; and sending to an
//! address where nothing listens succeeds.
//!
//!     cargo run --example udp_echo
use async_concepts::{LaneExt, say, stage::Stage};
use futures::future::{Either, select};
use std::{error::Error, io, net::Ipv4Addr, pin::pin, process::ExitCode, time::Duration};
use tokio::{net::UdpSocket, time::timeout};

type Fault = Box<dyn Error + Send + Sync>;

/// How long to wait for a single answer.
const TIMEOUT: Duration = Duration::from_millis(300);

// ANCHOR: server
/// Sends each datagram back to where it came from, but loses the first ones.
async fn serve(socket: &UdpSocket, lose: usize) -> io::Result<()> {
    let mut datagram = [0; 65_535]; // none is longer
    for number in 0.. {
        let (length, sender) = socket.recv_from(&mut datagram).await?;
        if number >= lose {
            socket.send_to(&datagram[..length], sender).await?;
        }
    }
    Ok(())
}
// ANCHOR_END: server

/// Runs a client, connected to a server, for as long as the client runs.
async fn beside_a_server(
    lose: usize,
    client: impl AsyncFnOnce(UdpSocket) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let server = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    // Only a default address; the server does not hear of it.
    socket.connect(server.local_addr()?).await?;
    let client = pin!(client(socket).lane("client"));
    let server = pin!(serve(&server, lose).lane("server"));
    match select(client, server).await {
        Either::Left((result, _)) => result,
        Either::Right((result, _)) => Ok(result?),
    }
}

// ANCHOR: client
/// Receives one datagram; of a longer one only the beginning.
async fn receive(socket: &UdpSocket, room: usize) -> io::Result<()> {
    let mut datagram = vec![0; room];
    let length = socket.recv(&mut datagram).await?;
    say!("received {:?}", String::from_utf8_lossy(&datagram[..length]));
    Ok(())
}

pub async fn boundaries() -> Result<(), Fault> {
    let client = async |socket: UdpSocket| {
        for datagram in ["one", "two", ""] {
            say!("send {datagram:?}");
            socket.send(datagram.as_bytes()).await?;
        }
        for _ in 0..3 {
            // The empty one is not the end of anything.
            timeout(TIMEOUT, receive(&socket, 80)).await??;
        }
        Ok(())
    };
    beside_a_server(0, client).await
}

pub async fn truncated() -> Result<(), Fault> {
    let client = async |socket: UdpSocket| {
        for datagram in ["hello, world", "bye"] {
            say!("send {datagram:?}");
            socket.send(datagram.as_bytes()).await?;
            timeout(TIMEOUT, receive(&socket, 5)).await??; // a trap: the rest is gone
        }
        Ok(())
    };
    beside_a_server(0, client).await
}
// ANCHOR_END: client

// ANCHOR: lost
/// Tries up to three times: what may be lost has to be sent again by the sender.
pub async fn retry<T>(mut attempt: impl AsyncFnMut() -> io::Result<T>) -> io::Result<T> {
    for number in 1..=3 {
        match timeout(TIMEOUT, attempt()).await {
            Ok(result) => return result,
            Err(_) => say!("no answer to attempt {number}"),
        }
    }
    Err(io::ErrorKind::TimedOut.into())
}

pub async fn lost() -> Result<(), Fault> {
    let client = async |socket: UdpSocket| {
        let attempt = async || {
            say!("send \"hello\"");
            socket.send(b"hello").await?;
            receive(&socket, 80).await
        };
        Ok(retry(attempt).await?)
    };
    beside_a_server(1, client).await
}
// ANCHOR_END: lost

// ANCHOR: unheard
pub async fn unheard() -> Result<(), Fault> {
    // Closed again at once.
    let unheard = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?.local_addr()?;
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    socket.connect(unheard).await?;
    let sent = socket.send(b"hello").await?;
    say!("sent {sent} bytes to an address where nothing listens");
    // On the same machine the system may report it, at the next call; from afar only
    // silence comes back.
    match timeout(TIMEOUT, receive(&socket, 80)).await {
        Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => {
            say!("nothing listens there")
        }
        other => say!("unexpected: {other:?}"),
    }
    Ok(())
}
// ANCHOR_END: unheard

pub fn stage() -> Stage {
    Stage::of(include_str!("udp_echo.rs"))
        .does_io()
        .try_scene("boundaries", boundaries)
        .try_scene("truncated", truncated)
        .try_scene("lost", lost)
        .try_scene("nothing listens", unheard)
}

fn main() -> ExitCode {
    stage().run()
}
