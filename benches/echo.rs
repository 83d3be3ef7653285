//! A TCP echo: a client of threads, the same for every server, and two servers.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener as StdListener, TcpStream as StdStream};
use std::process::{Child, Command};
use std::thread;

use async_concepts::event_loop::{Error, EventLoop, create_task, gather};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinSet, LocalSet};

/// How many connections there are at the same time.
pub const CONNECTIONS: usize = 64;

/// How many bytes are sent, and come back, at a time.
const MESSAGE: usize = 64;

/// A listener on a free port, and its address.
pub fn listen() -> (StdListener, SocketAddr) {
    let listener = StdListener::bind("127.0.0.1:0").expect("there is a free port");
    listener.set_nonblocking(true).expect("sockets can be so");
    let address = listener.local_addr().expect("it is bound");
    (listener, address)
}

/// Starts this program as a client in a process of its own, whose time is not the server's.
pub fn start_client(port: u16, messages: u32) -> Child {
    let program = std::env::current_exe().expect("this program has a path");
    let arguments = ["--client".to_owned(), port.to_string(), messages.to_string()];
    Command::new(program).args(arguments).spawn().expect("it can be started again")
}

/// Sends messages on all connections, each after the echo of the one before.
pub fn client(port: u16, messages: u32) {
    let connections = u32::try_from(CONNECTIONS).expect("there are few");
    thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(move || {
                let mut stream = StdStream::connect(("127.0.0.1", port)).expect("it listens");
                stream.set_nodelay(true).expect("TCP can do so");
                let mut buffer = [7; MESSAGE];
                for _ in 0..messages / connections {
                    stream.write_all(&buffer).expect("the server is there");
                    stream.read_exact(&mut buffer).expect("the server answers");
                }
            });
        }
    });
}

/// Sends back what comes, until the client closes the connection.
async fn echo(mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = [0; 1024];
    loop {
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        stream.write_all(&buffer[..count]).await?;
    }
}

async fn echo_task(stream: TcpStream) -> Result<(), Error> {
    echo(stream).await.map_err(Error::exception)
}

/// Serves all connections of one client, each by a task of the event loop.
pub fn serve(event_loop: &EventLoop, listener: StdListener) -> Result<(), Error> {
    event_loop.run_until_complete(async {
        let listener = TcpListener::from_std(listener).map_err(Error::exception)?;
        let mut tasks = Vec::new();
        for _ in 0..CONNECTIONS {
            let (stream, _) = listener.accept().await.map_err(Error::exception)?;
            tasks.push(create_task(echo_task(stream))?);
        }
        gather::<Vec<()>, _>(tasks)?.await.map(drop)
    })
}

/// The same on a `LocalSet`.
pub async fn serve_on_local_set(listener: StdListener) {
    LocalSet::new()
        .run_until(async {
            let listener = TcpListener::from_std(listener).expect("it is a socket");
            let mut tasks = JoinSet::new();
            for _ in 0..CONNECTIONS {
                let (stream, _) = listener.accept().await.expect("there is a client");
                tasks.spawn_local(echo(stream));
            }
            while let Some(ended) = tasks.join_next().await {
                ended.expect("it does not panic").expect("the client is there");
            }
        })
        .await;
}
