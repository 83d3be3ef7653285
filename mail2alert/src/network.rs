//! How the relay reaches others: over TCP, or in a test over a pipe in memory, where the clock can
//! be paused.
use std::{fmt, io};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

/// Something that can be connected to, time and again.
pub trait Dial: Send + Sync + 'static {
    /// A connection.
    type Io: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Opens a connection. There is no deadline in it: the caller has one.
    ///
    /// Dropping the future gives up connecting.
    ///
    /// # Errors
    /// If no server can be reached.
    fn dial(&self) -> impl Future<Output = io::Result<Self::Io>> + Send;
}

/// A host and a port, as `mail.example.com:25`. The name is looked up for each connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tcp(pub String);

impl Dial for Tcp {
    type Io = TcpStream;

    async fn dial(&self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(&self.0).await?;
        // Each write is a whole request. With Nagle's algorithm and the peer's delayed
        // acknowledgements, the end of one could wait for 40 ms.
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

impl fmt::Display for Tcp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
