//! The driver: all that waits.
use super::{Outbox, Protocol};
use std::{
    error::Error,
    fmt::{self, Display},
    io,
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::timeout,
};

/// How long the other side may take, on the runtime's clock.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// How long the peer may take to send something. The time starts anew when something comes, so
    /// a silent peer is disconnected, and a slow one is not.
    pub read: Duration,
    /// How long the peer may take to accept all answers to one read. The time does not start anew
    /// when the peer accepts a part of them.
    pub write: Duration,
}

/// Why a connection is gone that neither side has closed.
#[derive(Debug)]
pub enum ConnectionError {
    /// Nothing came for this long.
    ReadTimedOut(Duration),
    /// The peer did not take all that was written in this time.
    WriteTimedOut(Duration),
    /// The transport failed.
    Broken(io::Error),
    /// The driver was dropped.
    Cancelled,
}

impl Display for ConnectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConnectionError::ReadTimedOut(limit) => write!(f, "nothing came for {limit:?}"),
            ConnectionError::WriteTimedOut(limit) => {
                write!(f, "the peer did not take all that was written within {limit:?}")
            }
            ConnectionError::Broken(error) => write!(f, "the transport failed: {error}"),
            ConnectionError::Cancelled => f.write_str("cancelled"),
        }
    }
}

impl Error for ConnectionError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            ConnectionError::Broken(error) => Some(error),
            _ => None,
        }
    }
}

/// Lets a protocol talk over a transport, until one of the two sides closes it.
///
/// It reads a piece, hands it over, sends all that the protocol has to say to it, and only then
/// reads on. When one of the two sides has closed, the transport is shut down and dropped; after an
/// error it is only dropped. (It is the drop that closes a child's standard input.) On TCP, if the
/// protocol closes while the peer is still sending, the peer may be told of a broken connection
/// before it has read the last answer.
///
/// Dropping this future drops the transport, tells the protocol [`ConnectionError::Cancelled`], and
/// loses what was not sent.
///
/// # Errors
/// If a deadline passes or the transport fails; the protocol has been told the same.
///
/// # Panics
/// Where the runtime has no clock, and if the protocol panics; then none of its methods is called
/// any more.
pub async fn drive<T, P>(
    mut transport: T,
    protocol: &mut P,
    deadlines: Deadlines,
) -> Result<(), ConnectionError>
where
    T: AsyncRead + AsyncWrite + Unpin,
    P: Protocol + ?Sized,
{
    let mut connection = Connection(Some(protocol));
    let result = converse(&mut transport, connection.protocol(), deadlines).await;
    connection.lost(result.as_ref().err());
    result
}

/// The conversation, from `connection_made` to its end. [`drive`] tells the protocol that the
/// connection is gone, since it knows the error, too.
async fn converse<T, P>(
    transport: &mut T,
    protocol: &mut P,
    deadlines: Deadlines,
) -> Result<(), ConnectionError>
where
    T: AsyncRead + AsyncWrite + Unpin,
    P: Protocol + ?Sized,
{
    let mut outbox = Outbox::new();
    // On the heap, since all that an `async fn` keeps over an `.await` is a part of its future.
    let mut piece = vec![0; 4096];
    protocol.connection_made(&mut outbox);
    loop {
        // Before each read: a protocol that speaks first has written already, and nothing is read
        // while an answer has not been taken.
        send(transport, &mut outbox, deadlines.write).await?;
        if outbox.is_closed() {
            return Ok(());
        }
        let length = match timeout(deadlines.read, transport.read(&mut piece)).await {
            Ok(read) => read.map_err(ConnectionError::Broken)?,
            Err(_) => return Err(ConnectionError::ReadTimedOut(deadlines.read)),
        };
        if length > 0 {
            protocol.data_received(&mut outbox, &piece[..length]);
        } else {
            // The peer can still read: what the protocol writes now is sent before the connection
            // is closed.
            protocol.eof_received(&mut outbox);
            outbox.close();
        }
    }
}

/// Sends all that is in the outbox, and then the end if it is closed.
async fn send<T: AsyncWrite + Unpin>(
    transport: &mut T,
    outbox: &mut Outbox,
    limit: Duration,
) -> Result<(), ConnectionError> {
    let bytes = outbox.take();
    // One deadline for all bytes. With one for each write, a peer that takes a byte now and then
    // could keep the connection for ever.
    let sending = timeout(limit, async {
        transport.write_all(&bytes).await?;
        if outbox.is_closed() { transport.shutdown().await } else { transport.flush().await }
    });
    match sending.await {
        Ok(sent) => sent.map_err(ConnectionError::Broken),
        Err(_) => Err(ConnectionError::WriteTimedOut(limit)),
    }
}

/// A protocol that has to be told when the connection is gone, even if the driver is dropped.
///
/// The protocol is taken out of the option when it is told, so that it is told once.
struct Connection<'a, P: Protocol + ?Sized>(Option<&'a mut P>);

impl<P: Protocol + ?Sized> Connection<'_, P> {
    /// The protocol, as long as it has not been told.
    fn protocol(&mut self) -> &mut P {
        self.0.as_mut().expect("it is there until the connection is lost")
    }

    /// Tells the protocol, unless that was done before.
    fn lost(&mut self, error: Option<&ConnectionError>) {
        if let Some(protocol) = self.0.take() {
            protocol.connection_lost(error);
        }
    }
}

impl<P: Protocol + ?Sized> Drop for Connection<'_, P> {
    fn drop(&mut self) {
        // If the protocol has panicked, its state may be anything. (If something else on this
        // thread has panicked, the protocol is not told either: the two cannot be told apart.)
        if !std::thread::panicking() {
            self.lost(Some(&ConnectionError::Cancelled));
        }
    }
}
