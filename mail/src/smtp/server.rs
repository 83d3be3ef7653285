//! The server: accepts connections, as many as it may have, and comes to an orderly end.
use super::{
    budget::Budget,
    connection::{Common, ConnectionEnd, ConnectionOutcome, Handler, converse},
    limits::Limits,
};
use async_concepts::LaneExt;
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    task::{JoinError, JoinSet},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

/// Where connections come from: a [`TcpListener`], or any other source. Tests have one that fails.
pub trait Listener: Send {
    /// What a connection is.
    type Io: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Waits for a connection, and says from where it comes, if that is known. Dropping the future
    /// must not lose one.
    fn accept(&mut self)
    -> impl Future<Output = io::Result<(Self::Io, Option<SocketAddr>)>> + Send;
}

impl Listener for TcpListener {
    type Io = TcpStream;

    async fn accept(&mut self) -> io::Result<(TcpStream, Option<SocketAddr>)> {
        let (stream, address) = TcpListener::accept(self).await?;
        // Replies are small, and should not wait: with Nagle's algorithm and the other
        // side's delayed acknowledgements it can take 40 ms. If that cannot be set, it is only
        // slow.
        let _ = stream.set_nodelay(true);
        Ok((stream, Some(address)))
    }
}

/// A server that gives what it receives to a [`Handler`].
pub struct Server<H> {
    /// What all sessions use.
    common: Common<H>,
    /// How its sessions are called in a timeline.
    lane: String,
}

/// What a server has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServerSummary {
    /// How many connections there were, without those that were turned away.
    pub connections: u64,
    /// How many there were too many; they were told 421.
    pub turned_away: u64,
    /// How many messages were accepted.
    pub messages: u64,
    /// How many messages were refused, for now or for good, after they had come.
    pub refused: u64,
    /// How many connections ended with a panic of the handler.
    pub panics: u64,
    /// How many connections were cut off because time was up when the server was told to stop.
    /// Whatever they were doing, their clients were not told that it succeeded.
    pub cut_off: u64,
}

impl<H: Handler> Server<H> {
    /// A server that calls itself `localhost`.
    pub fn new(handler: H, limits: Limits) -> Server<H> {
        let budget = Budget::new(limits.memory);
        let common = Common { host: "localhost".into(), limits: Arc::new(limits), budget, handler };
        Server { common, lane: "session".to_owned() }
    }

    /// What it calls itself.
    pub fn host(mut self, host: &str) -> Server<H> {
        self.common.host = host.into();
        self
    }

    /// How its sessions are called in a timeline: the first one like this, the others with a
    /// number. Without this they are called `session`.
    pub fn lane(mut self, lane: &str) -> Server<H> {
        lane.clone_into(&mut self.lane);
        self
    }

    /// The memory that its sessions share.
    pub fn budget(&self) -> &Budget {
        &self.common.budget
    }

    /// Holds one conversation over any stream of bytes, from the greeting to the end. It does not
    /// count as one of [`Limits::connections`].
    ///
    /// When `stop` is cancelled, a message that is being received or handled is brought to its end,
    /// and then the client is told 421. Dropping the future closes the connection at once; the
    /// client of a message that was on its way gets no outcome then, and will send it again.
    pub async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        io: S,
        stop: &CancellationToken,
    ) -> ConnectionOutcome {
        converse(&self.common, io, None, stop).await
    }

    /// Serves all clients that connect, until `shutdown` is ready. Then it stops to accept, ends
    /// sessions that are between two messages with 421, brings messages to their end that are being
    /// received or handled, and after [`Limits::shutdown`] cuts off the rest.
    ///
    /// Dropping the future cuts off all sessions at once.
    pub async fn serve(
        self,
        mut listener: impl Listener,
        shutdown: impl Future<Output = ()>,
    ) -> ServerSummary {
        // More than a semaphore can have is as good as no limit.
        let connections = self.common.limits.connections.min(Semaphore::MAX_PERMITS);
        let slots = Arc::new(Semaphore::new(connections));
        let mut sessions = Sessions { summary: ServerSummary::default(), tasks: JoinSet::new() };
        let common = Arc::new(self.common);
        let stop = CancellationToken::new();
        let mut pause = FIRST_PAUSE;
        tokio::pin!(shutdown);
        loop {
            let accepted = tokio::select! {
                biased;
                () = &mut shutdown => break,
                Some(ended) = sessions.tasks.join_next() => {
                    sessions.ended(ended);
                    continue;
                }
                accepted = listener.accept() => accepted,
            };
            let (io, address) = match accepted {
                Ok(connection) => connection,
                Err(error) if concerns_one_connection(&error) => continue,
                Err(_) => {
                    // Most likely there are too many open files. Nothing but time will help, and
                    // asking again at once would only keep those tasks from running that could
                    // close some.
                    tokio::select! {
                        () = &mut shutdown => break,
                        () = sleep(pause) => {}
                    }
                    pause = LONGEST_PAUSE.min(2 * pause);
                    continue;
                }
            };
            pause = FIRST_PAUSE;
            let Ok(slot) = slots.clone().try_acquire_owned() else {
                sessions.turn_away(io);
                continue;
            };
            sessions.summary.connections += 1;
            let name = match sessions.summary.connections {
                1 => self.lane.clone(),
                number => format!("{} {number}", self.lane),
            };
            sessions.tasks.spawn(
                session(common.clone(), io, address, stop.clone(), slot).lane_if_recorded(name),
            );
        }
        drop(listener); // or clients would wait for a server that accepts no more
        stop.cancel();
        let limit = common.limits.shutdown;
        let _ = timeout(limit, async {
            while let Some(ended) = sessions.tasks.join_next().await {
                sessions.ended(ended);
            }
        })
        .await;
        sessions.cut_off().await
    }
}

/// A connection that was accepted. The slot is free again however this ends.
async fn session<H: Handler, S: AsyncRead + AsyncWrite + Unpin>(
    common: Arc<Common<H>>,
    io: S,
    address: Option<SocketAddr>,
    stop: CancellationToken,
    _slot: OwnedSemaphorePermit,
) -> TaskEnd {
    TaskEnd::Session(converse(&common, io, address, &stop).await)
}

/// How the task of a connection ended.
enum TaskEnd {
    Session(ConnectionOutcome),
    /// There were too many connections, and the client was told.
    TurnedAway,
}

struct Sessions {
    /// What those that have ended have done.
    summary: ServerSummary,
    /// Those that run. When this is dropped, so are they.
    tasks: JoinSet<TaskEnd>,
}

impl Sessions {
    fn ended(&mut self, ended: Result<TaskEnd, JoinError>) {
        match ended {
            Ok(TaskEnd::Session(outcome)) => {
                self.summary.messages += outcome.messages;
                self.summary.refused += outcome.refused;
                self.summary.panics += u64::from(matches!(outcome.end, ConnectionEnd::Panicked));
            }
            Ok(TaskEnd::TurnedAway) => {}
            Err(error) if error.is_panic() => self.summary.panics += 1,
            Err(_) => self.summary.cut_off += 1,
        }
    }

    /// Tells a client that there are too many: RFC 5321, 3.8. A client that does not take it at
    /// once does not get it.
    fn turn_away(&mut self, mut io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        self.summary.turned_away += 1;
        self.tasks.spawn(async move {
            let say = async {
                io.write_all(b"421 4.7.0 too many connections; try again later\r\n").await?;
                io.shutdown().await
            };
            let _ = timeout(Duration::from_secs(1), say).await;
            TaskEnd::TurnedAway
        });
    }

    async fn cut_off(mut self) -> ServerSummary {
        self.tasks.abort_all();
        while let Some(ended) = self.tasks.join_next().await {
            self.ended(ended);
        }
        self.summary
    }
}

const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// The client has gone again; the next one may be there already.
fn concerns_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
