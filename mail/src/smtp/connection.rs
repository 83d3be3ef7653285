//! One session over one stream of bytes: reading, writing, waiting, and asking the application.
//!
//! Written once for everything that can be read and written: TCP, a Unix socket, the two ends of a
//! pipe in a test. All waiting of the receiving side is in this file, and each wait has a deadline.
use super::{
    address::Address,
    budget::{Budget, Reservation},
    codec::{Frame, ServerCodec},
    limits::Limits,
    reply::Reply,
    session::{Action, Question, Response, Session, Transaction},
};
use bytes::{Bytes, BytesMut};
use futures::FutureExt;
use pin_project_lite::pin_project;
use std::{
    io,
    net::SocketAddr,
    panic::AssertUnwindSafe,
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::{Instant, Sleep, sleep_until, timeout, timeout_at},
};
use tokio_util::{
    codec::{Decoder, Encoder},
    sync::{CancellationToken, WaitForCancellationFuture},
};

/// What an application does with mail. Each method is called once for each command, in the order of
/// the commands, and its reply is what the client is told.
///
/// A method that panics costs its own session only: the client is told to try again, and the
/// connection is closed. A method that takes longer than [`Limits::handler`] is dropped, and the
/// client is told to try again. It is also dropped if it still runs when the server's time for
/// ending is up; not if the client hangs up meanwhile.
pub trait Handler: Send + Sync + 'static {
    /// May a message come from there? The envelope has no recipients yet. By default anything may.
    fn sender(&self, _mail: &Transaction) -> impl Future<Output = Reply> + Send {
        async { SENDER_OK }
    }

    /// May this message go to this recipient? If the reply is positive, it is added to the
    /// envelope. The envelope has those that came before it.
    ///
    /// There is no default, since a server that takes mail for all addresses is an open relay. Mail
    /// to the [postmaster](Address::is_postmaster) must be accepted: RFC 5321, 4.5.1.
    fn recipient(&self, mail: &Transaction, to: &Address) -> impl Future<Output = Reply> + Send;

    /// Takes a message, without the dots that were added on its way, and with CRLF at the end of
    /// each line.
    ///
    /// A positive reply is a promise: RFC 5321, 4.2.5. A handler in doubt replies with
    /// [`Reply::try_again`]. If the connection breaks before the reply has arrived, the client will
    /// send the message again.
    ///
    /// The memory of the body counts as used until the last clone of it is gone.
    fn message(&self, mail: Transaction, body: Bytes) -> impl Future<Output = Reply> + Send;

    /// Whether [`acknowledged`](Handler::acknowledged) is called. It is not by default, since it
    /// has a price: the reply to a message must go out at once, and cannot go together with the
    /// replies to the commands that came with the message. A handler that has an `acknowledged` of
    /// its own sets this to true.
    const HEARS_ACKNOWLEDGEMENTS: bool = false;

    /// Hears that a message was accepted, and that the client has been told: the reply has been
    /// written, as far as one can know that. The next command is not read before this is done, or
    /// dropped after [`Limits::handler`]. By default nothing happens. It is called if
    /// [`HEARS_ACKNOWLEDGEMENTS`](Handler::HEARS_ACKNOWLEDGEMENTS) is true.
    fn acknowledged(&self, _mail: &Transaction, _body: &Bytes) -> impl Future<Output = ()> + Send {
        async {}
    }
}

/// A handler can be shared, so that a program can look at what it has received.
impl<H: Handler> Handler for Arc<H> {
    const HEARS_ACKNOWLEDGEMENTS: bool = H::HEARS_ACKNOWLEDGEMENTS;

    async fn sender(&self, mail: &Transaction) -> Reply {
        H::sender(self, mail).await
    }

    async fn recipient(&self, mail: &Transaction, to: &Address) -> Reply {
        H::recipient(self, mail, to).await
    }

    async fn message(&self, mail: Transaction, body: Bytes) -> Reply {
        H::message(self, mail, body).await
    }

    async fn acknowledged(&self, mail: &Transaction, body: &Bytes) {
        H::acknowledged(self, mail, body).await
    }
}

/// How a connection ended.
#[derive(Debug)]
pub enum ConnectionEnd {
    /// The client said QUIT.
    Quit,
    /// The client hung up between two messages.
    HungUp,
    /// The client hung up in the middle of a message, which is lost, as it should be.
    HungUpInMessage,
    /// The client broke a rule so that the connection had to be closed, or did so too often; or the
    /// handler wanted it.
    Refused(Reply),
    /// The client took too long to say something.
    TimedOut,
    /// The client did not take its replies.
    WriteTimedOut,
    /// The server is being stopped.
    Stopped,
    /// The handler panicked.
    Panicked,
    /// The connection broke.
    Broken(io::Error),
}

/// What became of a connection.
#[derive(Debug)]
pub struct ConnectionOutcome {
    /// How it ended.
    pub end: ConnectionEnd,
    /// How many messages were accepted.
    pub messages: u64,
    /// How many messages were refused, for now or for good, when they had come.
    pub refused: u64,
}

/// What all connections of a server have in common.
pub(super) struct Common<H> {
    /// What the server calls itself.
    pub host: Arc<str>,
    /// How much one client may ask for, and how long it may take.
    pub limits: Arc<Limits>,
    /// The memory for messages, which all connections share.
    pub budget: Budget,
    /// The application.
    pub handler: H,
}

/// Holds one conversation, from the greeting to the end: see
/// [`Server::converse`](super::Server::converse).
pub(super) async fn converse<H, S>(
    common: &Common<H>,
    io: S,
    from: Option<SocketAddr>,
    stop: &CancellationToken,
) -> ConnectionOutcome
where
    H: Handler,
    S: AsyncRead + AsyncWrite + Unpin,
{
    let session =
        Session::new(common.host.clone(), common.limits.clone(), common.budget.clone(), from);
    let codec = ServerCodec::new(&common.limits, common.budget.clone());
    let now = Instant::now();
    let mut connection = Connection {
        handler: &common.handler,
        limits: &common.limits,
        wire: Wire {
            io,
            codec,
            read: BytesMut::new(),
            written: BytesMut::new(),
            limits: &common.limits,
        },
        session,
        stop,
        moments: Moments { began: now, waits_since: now, last_message: now, last_read: now },
        messages: 0,
        refused: 0,
    };
    let end = connection.run().await;
    ConnectionOutcome { end, messages: connection.messages, refused: connection.refused }
}

struct Connection<'a, H, S> {
    /// The application, which decides.
    handler: &'a H,
    /// How long each wait may take.
    limits: &'a Limits,
    /// The stream, and what is on its way in both directions.
    wire: Wire<'a, S>,
    /// The protocol: what to say to what comes.
    session: Session,
    /// Cancelled when the server is to end.
    stop: &'a CancellationToken,
    /// What the deadlines are counted from.
    moments: Moments,
    /// How many messages were accepted: for the outcome.
    messages: u64,
    /// How many were refused: for the outcome.
    refused: u64,
}

/// What the deadlines are counted from.
struct Moments {
    /// When the client connected.
    began: Instant,
    /// Since when a command, or a message, is waited for.
    waits_since: Instant,
    /// When the last message was answered, or else when the client connected.
    last_message: Instant,
    /// When the last piece of a message came.
    last_read: Instant,
}

pin_project! {
    /// What a session waits for besides its client. Both last as long as the session: to register
    /// them anew for each command would cost more than to read the command.
    struct Waits<'a> {
        // The server stops: the session ends after the command that it is in.
        #[pin]
        stopped: WaitForCancellationFuture<'a>,
        // How long the client may be silent: moved on with each command, not made anew.
        #[pin]
        deadline: Sleep,
    }
}

impl<H: Handler, S: AsyncRead + AsyncWrite + Unpin> Connection<'_, H, S> {
    /// Runs the conversation. It has no other end than that the connection is closed.
    async fn run(&mut self) -> ConnectionEnd {
        if let Err(end) = self.wire.put(&self.session.greeting()).await {
            return end;
        }
        let stop = self.stop;
        let mut waits =
            pin!(Waits { stopped: stop.cancelled(), deadline: sleep_until(self.moments.began) });
        loop {
            if let Err(end) = self.step(waits.as_mut()).await {
                return end;
            }
        }
    }

    /// One frame, and what follows from it.
    async fn step(&mut self, waits: Pin<&mut Waits<'_>>) -> Result<(), ConnectionEnd> {
        let frame = self.next_frame(waits).await?;
        match self.session.frame(frame) {
            Action::Respond(response) => self.respond(response).await,
            Action::ReceiveMessage(reply) => self.expect_message(&reply).await,
            Action::Ask(question) => {
                let response = self.ask(question).await?;
                self.respond(response).await
            }
            Action::Deliver(mail, body, memory) => self.deliver(mail, body, memory).await,
        }
    }

    async fn respond(&mut self, response: Response) -> Result<(), ConnectionEnd> {
        match response {
            Response::Reply(reply) => self.wire.put(&reply).await,
            Response::Close(reply) => Err(self.close(reply).await),
        }
    }

    /// The next frame. Replies that are due are sent before it waits for the client, and not
    /// earlier: so a client that sends many commands at once gets all replies in one piece (RFC
    /// 2920, 3.2).
    async fn next_frame(&mut self, waits: Pin<&mut Waits<'_>>) -> Result<Frame, ConnectionEnd> {
        let mut waits = waits.project();
        self.moments.waits_since = Instant::now();
        self.moments.last_read = self.moments.waits_since;
        loop {
            if let Some(frame) =
                self.wire.codec.decode(&mut self.wire.read).map_err(ConnectionEnd::Broken)?
            {
                return Ok(frame);
            }
            self.wire.flush().await?;
            let in_message = self.wire.codec.in_message();
            // A message that has begun is brought to its end. Between two messages there is nothing
            // to lose.
            if !in_message && self.stop.is_cancelled() {
                return Err(self.say_and_close(STOPPING, ConnectionEnd::Stopped).await);
            }
            waits.deadline.as_mut().reset(self.deadline(in_message));
            let read = tokio::select! {
                biased;
                read = self.wire.read() => Some(read),
                () = waits.stopped.as_mut(), if !in_message => {
                    return Err(self.say_and_close(STOPPING, ConnectionEnd::Stopped).await);
                }
                () = waits.deadline.as_mut() => None,
            };
            match read {
                Some(Ok(0)) if in_message => return Err(ConnectionEnd::HungUpInMessage),
                Some(Ok(0)) => return Err(ConnectionEnd::HungUp),
                Some(Ok(_)) if in_message => self.moments.last_read = Instant::now(),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(ConnectionEnd::Broken(error)),
                None => return Err(self.say_and_close(TOO_SLOW, ConnectionEnd::TimedOut).await),
            }
        }
    }

    /// Until when something must come. No command that leads nowhere, and no part of one, moves it.
    fn deadline(&self, in_message: bool) -> Instant {
        let moments = &self.moments;
        let limits = self.limits;
        if in_message {
            let idle = later(moments.last_read, limits.data_idle);
            return idle.min(later(moments.waits_since, limits.data_total));
        }
        let command = later(moments.waits_since, limits.command);
        let deadline = command.min(later(moments.last_message, limits.between_messages));
        if self.session.has_been_greeted() {
            deadline
        } else {
            deadline.min(later(moments.began, limits.greeting))
        }
    }

    /// Says 354. A client that has sent more already has not waited for it, and what it sent may be
    /// a message or commands: RFC 2920, 3.1 forbids it, since they cannot be told apart.
    async fn expect_message(&mut self, go_ahead: &Reply) -> Result<(), ConnectionEnd> {
        if !self.wire.read.is_empty() {
            return Err(self.close(TOO_EARLY).await);
        }
        self.wire.put(go_ahead).await?;
        self.wire.codec.expect_message();
        Ok(())
    }

    async fn ask(&mut self, question: Question) -> Result<Response, ConnectionEnd> {
        let answer = match (&question, self.session.transaction()) {
            (Question::Sender(mail), _) => {
                handled(self.handler.sender(mail), &mut self.wire).await?
            }
            (Question::Recipient(to), Some(mail)) => {
                handled(self.handler.recipient(mail, to), &mut self.wire).await?
            }
            (Question::Recipient(_), None) => unreachable!("recipients belong to a message"),
        };
        match answer {
            Ok(answer) => Ok(self.session.answered(question, answer)),
            Err(HandlerError::TookTooLong) => Ok(self.session.answered(question, HANDLER_TOO_SLOW)),
            Err(HandlerError::Panicked) => {
                Err(self.say_and_close(HANDLER_PANICKED, ConnectionEnd::Panicked).await)
            }
        }
    }

    async fn deliver(
        &mut self,
        mail: Transaction,
        body: Bytes,
        memory: Reservation,
    ) -> Result<(), ConnectionEnd> {
        // Kept only if it will be needed once more.
        let copy = match H::HEARS_ACKNOWLEDGEMENTS {
            true => Some((mail.clone(), body.clone())),
            false => None,
        };
        let answer = handled(self.handler.message(mail, body), &mut self.wire).await?;
        self.moments.last_message = Instant::now();
        let answer = match answer {
            Ok(answer) => answer,
            Err(HandlerError::TookTooLong) => HANDLER_TOO_SLOW,
            Err(HandlerError::Panicked) => {
                self.refused += 1;
                return Err(self.say_and_close(HANDLER_PANICKED, ConnectionEnd::Panicked).await);
            }
        };
        let is_accepted = answer.is_positive();
        if is_accepted {
            self.messages += 1;
        } else {
            self.refused += 1;
        }
        let response = self.session.delivered(answer);
        self.respond(response).await?;
        if let (true, Some((mail, body))) = (is_accepted, copy) {
            // The handler hears of it when the client has been told, as far as that can be known.
            self.wire.flush().await?;
            let hears = self.handler.acknowledged(&mail, &body);
            // The client has its reply, so there is nothing to say if this takes too long.
            let _ = timeout_at(later(Instant::now(), self.limits.handler), hears).await;
        }
        drop(memory); // which was reserved for the envelope
        Ok(())
    }

    async fn close(&mut self, reply: Reply) -> ConnectionEnd {
        let end = if reply.code() == 221 {
            ConnectionEnd::Quit
        } else {
            ConnectionEnd::Refused(reply.clone())
        };
        self.say_and_close(reply, end).await
    }

    async fn say_and_close(&mut self, reply: Reply, end: ConnectionEnd) -> ConnectionEnd {
        match self.wire.say_last(&reply).await {
            Ok(()) => end,
            // The reason counts, not that the client did not hear it.
            Err(_) if !matches!(end, ConnectionEnd::Quit) => end,
            Err(error) => error,
        }
    }
}

/// A moment so much later. A limit that is longer than clocks go, such as `Duration::MAX`, is none.
fn later(moment: Instant, by: Duration) -> Instant {
    const FAR: Duration = Duration::from_secs(30 * 365 * 86_400);
    match moment.checked_add(by) {
        Some(later) => later,
        None => moment + FAR,
    }
}

/// Why a handler has not answered.
enum HandlerError {
    TookTooLong,
    Panicked,
}

/// Asks the handler. If it does not answer at once, replies that are due are sent first: otherwise
/// a client that has sent many commands would wait for the first reply until the last one is known.
async fn handled<S: AsyncRead + AsyncWrite + Unpin>(
    handler: impl Future<Output = Reply>,
    wire: &mut Wire<'_, S>,
) -> Result<Result<Reply, HandlerError>, ConnectionEnd> {
    let mut handler = pin!(AssertUnwindSafe(handler).catch_unwind());
    let answer = match futures::poll!(&mut handler) {
        Poll::Ready(answer) => Ok(answer),
        Poll::Pending => {
            let deadline = later(Instant::now(), wire.limits.handler);
            wire.flush().await?;
            timeout_at(deadline, handler).await
        }
    };
    Ok(match answer {
        Ok(Ok(reply)) => Ok(reply),
        Ok(Err(_panic)) => Err(HandlerError::Panicked),
        Err(_) => Err(HandlerError::TookTooLong),
    })
}

/// The stream, and what has been read from it and is to be written to it.
struct Wire<'a, S> {
    /// The stream.
    io: S,
    /// Finds the frames in what is read.
    codec: ServerCodec,
    /// What has been read and not been decoded yet.
    read: BytesMut,
    /// Replies that have not been sent yet.
    written: BytesMut,
    /// How long to wait for the client to take its replies.
    limits: &'a Limits,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<'_, S> {
    /// Reads what there is. Zero bytes are the end of the stream. Nothing is lost if this future is
    /// dropped.
    async fn read(&mut self) -> io::Result<usize> {
        const PIECE: usize = 8 * 1024;
        self.read.reserve(PIECE);
        (&mut self.io).take(PIECE as u64).read_buf(&mut self.read).await
    }

    /// Adds a reply to what is to be said. Only so much is kept: a client that does not read
    /// its replies cannot make us keep them.
    async fn put(&mut self, reply: &Reply) -> Result<(), ConnectionEnd> {
        const ENOUGH: usize = 8 * 1024;
        self.codec.encode(reply, &mut self.written).map_err(ConnectionEnd::Broken)?;
        if self.written.len() >= ENOUGH { self.flush().await } else { Ok(()) }
    }

    /// Says what is to be said.
    async fn flush(&mut self) -> Result<(), ConnectionEnd> {
        if self.written.is_empty() {
            return Ok(());
        }
        let mut write = pin!(async {
            self.io.write_all(&self.written).await?;
            self.io.flush().await
        });
        // Almost always the system takes all of it at once, and there is no time to be measured.
        let written = match futures::poll!(&mut write) {
            Poll::Ready(written) => written,
            Poll::Pending => {
                timeout(self.limits.write, write).await.map_err(|_| ConnectionEnd::WriteTimedOut)?
            }
        };
        written.map_err(ConnectionEnd::Broken)?;
        self.written.clear();
        Ok(())
    }

    /// Sends the last reply, and ends this side of the stream. Then it reads and throws away for a
    /// moment what the client still sends: if a connection is closed while something is unread, TCP
    /// resets it, and the client may never see that reply.
    async fn say_last(&mut self, reply: &Reply) -> Result<(), ConnectionEnd> {
        self.put(reply).await?;
        self.flush().await?;
        let limit = self.limits.linger;
        let linger = async {
            self.io.shutdown().await?;
            for _ in 0..MOST_PIECES_THROWN_AWAY {
                self.read.clear();
                if self.read().await? == 0 {
                    break;
                }
            }
            io::Result::Ok(())
        };
        let _ = timeout(limit, linger).await; // whatever comes of it: it is said
        Ok(())
    }
}

const MOST_PIECES_THROWN_AWAY: usize = 128;

const SENDER_OK: Reply = Reply::own(250, Some((2, 1, 0)), "sender ok");
const STOPPING: Reply = Reply::own(421, Some((4, 3, 2)), "the server is being stopped");
const TOO_SLOW: Reply = Reply::own(421, Some((4, 4, 2)), "that took too long");
const TOO_EARLY: Reply = Reply::own(554, Some((5, 5, 0)), "the message came before the 354");
const HANDLER_TOO_SLOW: Reply =
    Reply::own(451, Some((4, 3, 0)), "this takes too long; try again later");
const HANDLER_PANICKED: Reply =
    Reply::own(451, Some((4, 3, 0)), "something went wrong here; try again later");
