//! The sending side: one connection, any number of messages one after the other, and an outcome for
//! each recipient.
//!
//! A conversation is only worth something as long as both sides agree where in it they are. A
//! `send` that is dropped half way, as by a timeout, leaves replies behind that the next one would
//! take for its own: it would be told "accepted" about a message that was refused. So a client that
//! was left in the middle of something is of no use any more, and says so:
//! [`ClientError::Abandoned`].
use super::codec::{ReplyCodec, ReplyError};
pub use super::outcome::{ClientError, DeliveryOutcome, Phase};
use super::{
    message::{Envelope, Message},
    reply::Reply,
};
use bytes::{Buf, Bytes, BytesMut};
use futures::FutureExt;
use std::{
    fmt::Write,
    future::poll_fn,
    io::{self, IoSlice},
    mem,
    pin::Pin,
    task::Poll,
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpStream, ToSocketAddrs},
    time::timeout,
};
use tokio_util::codec::Decoder;

/// How long to wait for what. The defaults are the least that RFC 5321, 4.5.3.2 wants a client to
/// wait.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For the connection: 30 seconds.
    pub connect: Duration,
    /// For the greeting: 5 minutes.
    pub greeting: Duration,
    /// For each reply to EHLO, MAIL, RCPT, RSET and QUIT: 5 minutes.
    pub command: Duration,
    /// For the reply to DATA: 2 minutes.
    pub data: Duration,
    /// For the server to take another piece of what is sent: 3 minutes.
    pub write: Duration,
    /// For the reply to a message that has been sent: 10 minutes. After giving up here you do not
    /// know whether the message was accepted.
    pub message: Duration,
}

impl Timeouts {
    /// The same for everything.
    pub fn all(each: Duration) -> Timeouts {
        Timeouts {
            connect: each,
            greeting: each,
            command: each,
            data: each,
            write: each,
            message: each,
        }
    }
}

impl Default for Timeouts {
    fn default() -> Timeouts {
        const fn minutes(minutes: u64) -> Duration {
            Duration::from_secs(60 * minutes)
        }
        Timeouts {
            connect: Duration::from_secs(30),
            greeting: minutes(5),
            command: minutes(5),
            data: minutes(2),
            write: minutes(3),
            message: minutes(10),
        }
    }
}

/// What a server offers: RFC 5321, 4.1.1.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extensions {
    /// Commands may be sent without waiting for each reply: RFC 2920.
    pub pipelining: bool,
    /// Messages may have bytes beyond ASCII: RFC 6152.
    pub eight_bit_mime: bool,
    /// Addresses and headers may have characters beyond ASCII: RFC 6531.
    pub smtputf8: bool,
    /// The conversation can change over to TLS: RFC 3207.
    pub start_tls: bool,
    /// A password can be said in one piece: RFC 4616.
    pub auth_plain: bool,
    /// A password can be said in two, as some servers still want it.
    pub auth_login: bool,
    /// Sizes are wanted, and the largest message, if there is a limit: RFC 1870.
    pub size: Option<Option<u64>>,
}

impl Extensions {
    pub(super) fn read(hello: &Reply) -> Extensions {
        let mut extensions = Extensions::default();
        for line in hello.text().split('\n').skip(1) {
            let mut words = line.split_ascii_whitespace();
            match words.next().unwrap_or_default().to_ascii_uppercase().as_str() {
                "PIPELINING" => extensions.pipelining = true,
                "8BITMIME" => extensions.eight_bit_mime = true,
                "SMTPUTF8" => extensions.smtputf8 = true,
                "STARTTLS" => extensions.start_tls = true,
                "AUTH" => {
                    for mechanism in words {
                        extensions.auth_plain |= mechanism.eq_ignore_ascii_case("PLAIN");
                        extensions.auth_login |= mechanism.eq_ignore_ascii_case("LOGIN");
                    }
                }
                "SIZE" => {
                    let limit = words.next().and_then(|limit| limit.parse().ok());
                    // 0: there is no limit that it knows.
                    extensions.size = Some(limit.filter(|limit| *limit > 0));
                }
                _ => {}
            }
        }
        extensions
    }
}

/// A connection to a server, after EHLO.
#[derive(Debug)]
pub struct Client<S> {
    /// The transport: any stream of bytes in both directions.
    pub(super) io: S,
    /// What has been read from it and not been understood yet.
    pub(super) read: BytesMut,
    /// The reply of which the first lines have come.
    replies: ReplyCodec,
    /// How long to wait for what.
    timeouts: Timeouts,
    /// What the server has offered last.
    pub(super) extensions: Extensions,
    /// Whether both sides agree on where in the conversation they are.
    state: State,
    /// The next message, if it was announced together with the end of the one before it.
    announced: Option<Announced>,
}

/// What has been sent of a message: its MAIL, RCPT and DATA, to which the replies are still to
/// come.
#[derive(Debug)]
struct Announced {
    /// Its sender and recipients: nothing else can be sent now.
    envelope: Envelope,
    /// The MAIL command, which also says how large the message is.
    mail: String,
    /// What the server has not taken yet. As a rule it is empty.
    unsent: Bytes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Ready,
    /// A message was refused after MAIL: the server has to forget it first.
    NeedsReset,
    /// In the middle of something.
    Busy,
}

impl Client<TcpStream> {
    /// Connects, waits for the greeting, and says EHLO with `name`, which is what this machine
    /// calls itself.
    ///
    /// # Errors
    /// If there is no connection, or no server that wants to talk.
    pub async fn connect(
        address: impl ToSocketAddrs,
        name: &str,
        timeouts: Timeouts,
    ) -> Result<Client<TcpStream>, ClientError> {
        let stream = match timeout(timeouts.connect, TcpStream::connect(address)).await {
            Ok(stream) => stream.map_err(|error| ClientError::Io(Phase::Connect, error))?,
            Err(_) => return Err(ClientError::TimedOut(Phase::Connect)),
        };
        // Or the end of each message might wait for the acknowledgement of its beginning: 40 ms
        // each.
        stream.set_nodelay(true).map_err(|error| ClientError::Io(Phase::Connect, error))?;
        Client::over(stream, name, timeouts).await
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// Waits for the greeting, and says EHLO with `name`, or HELO if the server does not know that.
    ///
    /// # Errors
    /// If there is no server that wants to talk.
    ///
    /// # Panics
    /// If the name is not a word of visible ASCII.
    pub async fn over(io: S, name: &str, timeouts: Timeouts) -> Result<Client<S>, ClientError> {
        assert!(
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic()),
            "{name:?} is not a name"
        );
        let mut client = Client::new(io, timeouts);
        let greeting = client.reply(Phase::Greeting).await?;
        if !greeting.is_positive() {
            return Err(ClientError::Refused(Phase::Greeting, greeting));
        }
        let mut hello = client.say(Phase::Hello, &format!("EHLO {name}\r\n")).await?;
        if hello.is_positive() {
            client.extensions = Extensions::read(&hello);
        } else if hello.is_permanent() {
            hello = client.say(Phase::Hello, &format!("HELO {name}\r\n")).await?;
        }
        if !hello.is_positive() {
            return Err(ClientError::Refused(Phase::Hello, hello));
        }
        client.state = State::Ready;
        Ok(client)
    }

    /// A client that has said and heard nothing yet.
    pub(super) fn new(io: S, timeouts: Timeouts) -> Client<S> {
        Client {
            io,
            read: BytesMut::new(),
            replies: ReplyCodec::default(),
            timeouts,
            extensions: Extensions::default(),
            state: State::Busy,
            announced: None,
        }
    }

    /// In the middle of something, until [`is_ready`](Client::is_ready).
    #[cfg(feature = "tls")]
    pub(super) fn is_busy(&mut self) {
        self.state = State::Busy;
    }

    /// A message can be sent now.
    #[cfg(feature = "tls")]
    pub(super) fn is_ready(&mut self) {
        self.state = State::Ready;
    }

    /// What the server offers.
    pub fn extensions(&self) -> Extensions {
        self.extensions
    }

    /// Whether another message can be sent over this connection.
    pub fn is_usable(&self) -> bool {
        self.state != State::Busy
    }

    /// Sends a message, and returns what became of it for each recipient, in their order.
    ///
    /// Commands go out together if the server can take that, and the message in one piece.
    ///
    /// # Errors
    /// If the conversation did not come to its end. Unless [`ClientError::is_in_doubt`], no
    /// recipient got the message.
    ///
    /// # Cancellation
    /// Dropping the future leaves the connection in the middle of something: the next call returns
    /// [`ClientError::Abandoned`]. Whether the server accepts the message is unknown then.
    pub async fn send(
        &mut self,
        envelope: &Envelope,
        message: &Message,
    ) -> Result<Vec<DeliveryOutcome>, ClientError> {
        self.send_before(envelope, message, None).await
    }

    /// Sends a message, as [`send`](Client::send) does, and announces the next one together with
    /// its end: that saves a round trip and half of the system calls. RFC 2920, 3.1 allows it,
    /// since the text of a message may be the first "command" of a group. If the server does not
    /// offer PIPELINING, `next` is ignored.
    ///
    /// The next message must be sent next. If another one is, the server would take it for this
    /// one; so that returns [`ClientError::Abandoned`], and the connection cannot be used any more.
    /// If none is, [`quit`](Client::quit) closes the connection: of an announced message nothing
    /// has been sent that could be delivered.
    ///
    /// # Errors
    /// As for [`send`](Client::send), and of this message only.
    ///
    /// # Cancellation
    /// As for [`send`](Client::send).
    pub async fn send_before(
        &mut self,
        envelope: &Envelope,
        message: &Message,
        next: Option<(&Envelope, &Message)>,
    ) -> Result<Vec<DeliveryOutcome>, ClientError> {
        if self.state == State::Busy {
            return Err(ClientError::Abandoned);
        }
        if envelope.to.is_empty() {
            return Err(ClientError::NoRecipients);
        }
        let mail = self.mail_command(envelope, message)?;
        // From here on, until the last reply has been read.
        let state = mem::replace(&mut self.state, State::Busy);
        if state == State::NeedsReset {
            let reply = self.say(Phase::Reset, "RSET\r\n").await?;
            if !reply.is_positive() {
                return Err(ClientError::Refused(Phase::Reset, reply));
            }
        }
        let (mut outcomes, go_ahead) = match self.announced.take() {
            Some(announced) if announced.envelope != *envelope || announced.mail != mail => {
                return Err(ClientError::Abandoned);
            }
            Some(announced) => self.read_announced(&announced.unsent, envelope).await?,
            None if self.extensions.pipelining => {
                let batch = announcement(&mail, envelope);
                self.read_announced(batch.as_bytes(), envelope).await?
            }
            None => self.announce(mail, envelope).await?,
        };
        let Some(go_ahead) = go_ahead else {
            self.state = State::NeedsReset;
            return Ok(outcomes.into_iter().flatten().collect()); // all were refused
        };
        let (at, last) = if go_ahead.code() == 354 {
            // If all are refused, the server waits for it nevertheless: RFC 2920, 3.1.
            let refused = outcomes.iter().all(Option::is_some);
            let text = if refused { b".\r\n" } else { &message.wire()[..] };
            let (at, reply, announced) = self.deliver(text, next).await?;
            // A server that did not wait for the end of the message may be in the middle of it.
            if at == Phase::FinalReply {
                self.announced = announced;
                self.state = State::Ready;
            }
            (at, reply)
        } else {
            self.state = State::NeedsReset;
            (Phase::Data, go_ahead)
        };
        if last.code() == 421 {
            self.state = State::Busy; // it hangs up now
        }
        for outcome in &mut outcomes {
            outcome.get_or_insert_with(|| match last.is_positive() {
                true => DeliveryOutcome::Accepted(last.clone()),
                false => DeliveryOutcome::Refused { at, reply: last.clone() },
            });
        }
        Ok(outcomes.into_iter().flatten().collect())
    }

    /// Says QUIT, and waits for the reply. If a message has been announced and not sent, it only
    /// closes the connection, since the server would take QUIT for a line of that message.
    ///
    /// # Errors
    /// If that does not work. All outcomes that were returned stay as they are.
    pub async fn quit(mut self) -> Result<(), ClientError> {
        if self.state == State::Busy {
            return Err(ClientError::Abandoned);
        }
        if self.announced.is_some() {
            return Ok(());
        }
        let reply = self.say(Phase::Quit, "QUIT\r\n").await?;
        if reply.is_positive() { Ok(()) } else { Err(ClientError::Refused(Phase::Quit, reply)) }
    }

    fn mail_command(&self, envelope: &Envelope, message: &Message) -> Result<String, ClientError> {
        let from = envelope.from.as_ref().map_or("", |from| from.as_str());
        let mut command = format!("MAIL FROM:<{from}>");
        if self.extensions.size.is_some() {
            let _ = write!(command, " SIZE={}", message.size());
        }
        if message.is_eight_bit() {
            if self.extensions.eight_bit_mime {
                command += " BODY=8BITMIME";
            } else if message.needs_eight_bit_mime() {
                return Err(ClientError::NotOffered("8BITMIME"));
            }
        }
        let ascii = from.is_ascii() && envelope.to.iter().all(|to| to.is_ascii());
        if !ascii || message.needs_smtputf8() {
            if !self.extensions.smtputf8 {
                return Err(ClientError::NotOffered("SMTPUTF8"));
            }
            command += " SMTPUTF8";
        }
        command += "\r\n";
        Ok(command)
    }

    /// Reads the replies to MAIL, RCPT and DATA, which went out in one piece (RFC 2920), but for
    /// what is `unsent`. Returns the outcomes that are known already, and the reply to DATA.
    async fn read_announced(
        &mut self,
        unsent: &[u8],
        envelope: &Envelope,
    ) -> Result<Announcement, ClientError> {
        let Client { io, read, replies, timeouts, .. } = self;
        if unsent.is_empty() {
            return read_announcement(io, read, replies, timeouts, envelope).await;
        }
        let written = write_taken(io, unsent, b"").await.map_err(at(Phase::Mail))?;
        if written == unsent.len() {
            flush(io, Phase::Mail, timeouts.write).await?;
            return read_announcement(io, read, replies, timeouts, envelope).await;
        }
        // The server may want its replies to be read before it reads on: so both at once.
        let (mut reading, mut writing) = tokio::io::split(io);
        let (announcement, ()) = tokio::try_join!(
            read_announcement(&mut reading, read, replies, timeouts, envelope),
            write(&mut writing, &unsent[written..], Phase::Mail, timeouts.write)
        )?;
        Ok(announcement)
    }

    /// MAIL, RCPT and DATA one after the other, for servers that cannot take more. DATA is left out
    /// if all recipients are refused.
    async fn announce(
        &mut self,
        mail: String,
        envelope: &Envelope,
    ) -> Result<Announcement, ClientError> {
        let reply = self.say(Phase::Mail, &mail).await?;
        if let Some(outcome) = refusal(Phase::Mail, reply) {
            return Ok((vec![Some(outcome); envelope.to.len()], None));
        }
        let mut outcomes = Vec::with_capacity(envelope.to.len());
        for to in &envelope.to {
            let reply = self.say(Phase::Recipient, &format!("RCPT TO:<{to}>\r\n")).await?;
            outcomes.push(refusal(Phase::Recipient, reply));
        }
        if outcomes.iter().all(Option::is_some) {
            return Ok((outcomes, None));
        }
        let data = self.say(Phase::Data, "DATA\r\n").await?;
        Ok((outcomes, Some(data)))
    }

    /// Says something, and waits for the reply. 421 ends the conversation.
    pub(super) async fn say(&mut self, phase: Phase, command: &str) -> Result<Reply, ClientError> {
        write(&mut self.io, command.as_bytes(), phase, self.timeouts.write).await?;
        not_the_end(phase, self.reply(phase).await?)
    }

    /// Sends what follows the 354, and the announcement of the next message if there is one; and
    /// waits for the reply. It answers the whole message ([`Phase::FinalReply`]), or it came before
    /// the end and refuses what there was of it ([`Phase::Message`]).
    async fn deliver(
        &mut self,
        text: &[u8],
        next: Option<(&Envelope, &Message)>,
    ) -> Result<(Phase, Reply, Option<Announced>), ClientError> {
        let mut announced = self.announcement_of(next);
        let mut after = match &announced {
            Some(announced) => announced.unsent.clone(),
            None => Bytes::new(),
        };
        let mut text = text;
        let Client { io, read, replies, timeouts, .. } = self;
        let limit = timeouts.of(Phase::FinalReply);
        // A server that has something to say already does not want the message. And what it has
        // said must not be taken for the reply to the message.
        let early = read_any_reply(io, read, replies, Phase::Message).now_or_never();
        if let Some(early) = early {
            return Ok((Phase::Message, early_refusal(early?)?, None));
        }
        loop {
            let written = write_taken(io, text, &after).await.map_err(at(Phase::Message))?;
            let of_text = written.min(text.len());
            text = &text[of_text..];
            after.advance(written - of_text);
            if text.is_empty() {
                break;
            }
            if written > 0 {
                continue;
            }
            let (mut reading, mut writing) = tokio::io::split(&mut *io);
            let piece = &text[..text.len().min(PIECE)];
            tokio::select! {
                biased;
                // Nor does it want the rest then, and will not read it.
                early = read_any_reply(&mut reading, read, replies, Phase::Message) => {
                    return Ok((Phase::Message, early_refusal(early?)?, None));
                }
                written = write(&mut writing, piece, Phase::Message, timeouts.write) => written?,
            }
            text = &text[piece.len()..];
            if text.is_empty() {
                break;
            }
        }
        flush(io, Phase::Message, timeouts.write).await?;
        let reply = read_reply(io, read, replies, Phase::FinalReply, limit).await?;
        if let Some(announced) = &mut announced {
            announced.unsent = after;
        }
        Ok((Phase::FinalReply, reply, announced))
    }

    /// What can be said of the next message together with the end of this one: nothing if the
    /// server does not offer PIPELINING, or cannot take this message.
    fn announcement_of(&self, next: Option<(&Envelope, &Message)>) -> Option<Announced> {
        let (envelope, message) = next?;
        if !self.extensions.pipelining || envelope.to.is_empty() {
            return None;
        }
        // If the server cannot take it, that is an error of its own `send`.
        let mail = self.mail_command(envelope, message).ok()?;
        let unsent = announcement(&mail, envelope).into();
        Some(Announced { envelope: envelope.clone(), mail, unsent })
    }

    async fn reply(&mut self, phase: Phase) -> Result<Reply, ClientError> {
        let limit = self.timeouts.of(phase);
        read_reply(&mut self.io, &mut self.read, &mut self.replies, phase, limit).await
    }
}

impl Timeouts {
    fn of(&self, phase: Phase) -> Duration {
        match phase {
            Phase::Connect => self.connect,
            Phase::Greeting | Phase::Tls => self.greeting,
            Phase::Hello
            | Phase::Authenticate
            | Phase::Reset
            | Phase::Mail
            | Phase::Recipient
            | Phase::Quit => self.command,
            Phase::Data => self.data,
            Phase::Message | Phase::FinalReply => self.message,
        }
    }
}

/// What is known before the message goes out: the outcomes of recipients that do not get it, and
/// the reply to DATA, if that was said.
type Announcement = (Vec<Option<DeliveryOutcome>>, Option<Reply>);

/// MAIL, RCPT and DATA in one piece: RFC 2920.
fn announcement(mail: &str, envelope: &Envelope) -> String {
    let mut batch = mail.to_owned();
    for to in &envelope.to {
        batch.push_str("RCPT TO:<");
        batch.push_str(to.as_str());
        batch.push_str(">\r\n");
    }
    batch.push_str("DATA\r\n");
    batch
}

/// Reads the replies to an announcement.
async fn read_announcement(
    io: &mut (impl AsyncRead + Unpin),
    read: &mut BytesMut,
    replies: &mut ReplyCodec,
    timeouts: &Timeouts,
    envelope: &Envelope,
) -> Result<Announcement, ClientError> {
    let mail = read_reply(io, read, replies, Phase::Mail, timeouts.command).await?;
    let mail = refusal(Phase::Mail, not_the_end(Phase::Mail, mail)?);
    let mut outcomes = Vec::with_capacity(envelope.to.len());
    for _ in &envelope.to {
        let reply = read_reply(io, read, replies, Phase::Recipient, timeouts.command).await?;
        outcomes.push(refusal(Phase::Recipient, not_the_end(Phase::Recipient, reply)?));
    }
    let data = read_reply(io, read, replies, Phase::Data, timeouts.data).await?;
    let data = not_the_end(Phase::Data, data)?;
    if mail.is_some() {
        outcomes.fill(mail);
    }
    Ok((outcomes, Some(data)))
}

/// 421 ends the conversation, whatever it answers: RFC 5321, 3.8.
fn not_the_end(phase: Phase, reply: Reply) -> Result<Reply, ClientError> {
    if reply.code() == 421 { Err(ClientError::Refused(phase, reply)) } else { Ok(reply) }
}

/// What a server says before the end of the message is the outcome for those recipients that have
/// none yet, if it refuses. To accept what it does not have yet means nothing, and 421 ends the
/// conversation.
fn early_refusal(reply: Reply) -> Result<Reply, ClientError> {
    if reply.is_positive() {
        return Err(ClientError::Refused(Phase::Message, reply));
    }
    not_the_end(Phase::Message, reply)
}

fn refusal(at: Phase, reply: Reply) -> Option<DeliveryOutcome> {
    if reply.is_positive() { None } else { Some(DeliveryOutcome::Refused { at, reply }) }
}

/// How much is written at once. Each piece has its own time: a large message may take long, as long
/// as it gets on.
const PIECE: usize = 64 * 1024;

async fn write(
    io: &mut (impl AsyncWrite + Unpin),
    bytes: &[u8],
    phase: Phase,
    limit: Duration,
) -> Result<(), ClientError> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let piece = &rest[..rest.len().min(PIECE)];
        let written =
            timeout(limit, io.write(piece)).await.map_err(|_| ClientError::TimedOut(phase))?;
        match written.map_err(at(phase))? {
            0 => return Err(ClientError::HungUp(phase)),
            written => rest = &rest[written..],
        }
    }
    flush(io, phase, limit).await
}

async fn flush(
    io: &mut (impl AsyncWrite + Unpin),
    phase: Phase,
    limit: Duration,
) -> Result<(), ClientError> {
    let flushed = timeout(limit, io.flush()).await.map_err(|_| ClientError::TimedOut(phase))?;
    flushed.map_err(at(phase))
}

/// Writes what the stream takes now of two pieces that follow each other, without waiting. Almost
/// always that is all of it, and then there is nothing to be done meanwhile.
async fn write_taken(
    io: &mut (impl AsyncWrite + Unpin),
    first: &[u8],
    second: &[u8],
) -> io::Result<usize> {
    let first = &first[..first.len().min(PIECE)];
    let pieces = [IoSlice::new(first), IoSlice::new(second)];
    poll_fn(|context| {
        let mut io = Pin::new(&mut *io);
        let written = if second.is_empty() || first.len() == PIECE {
            io.as_mut().poll_write(context, first)
        } else {
            io.as_mut().poll_write_vectored(context, &pieces)
        };
        match written {
            Poll::Ready(written) => Poll::Ready(written),
            Poll::Pending => Poll::Ready(Ok(0)),
        }
    })
    .await
}

/// An error of the connection at this phase.
fn at(phase: Phase) -> impl Fn(io::Error) -> ClientError {
    move |error| ClientError::Io(phase, error)
}

impl Reply {
    /// Whether this can be said at that phase: RFC 5321, 4.3.2. A `250` to DATA, taken for an
    /// outcome, would be a message that no server has.
    fn answers(&self, phase: Phase) -> bool {
        match self.code() {
            354 => phase == Phase::Data,
            334 => phase == Phase::Authenticate,
            200..=299 => phase != Phase::Data,
            code => code >= 400,
        }
    }
}

/// Reads until a reply is there. The limit is for all of it, so that a byte now and then does not
/// keep us for ever.
async fn read_reply(
    io: &mut (impl AsyncRead + Unpin),
    read: &mut BytesMut,
    replies: &mut ReplyCodec,
    phase: Phase,
    limit: Duration,
) -> Result<Reply, ClientError> {
    let reply = read_any_reply(io, read, replies, phase);
    timeout(limit, reply).await.unwrap_or(Err(ClientError::TimedOut(phase)))
}

/// The same without a limit. Nothing is lost if the future is dropped.
async fn read_any_reply(
    io: &mut (impl AsyncRead + Unpin),
    read: &mut BytesMut,
    replies: &mut ReplyCodec,
    phase: Phase,
) -> Result<Reply, ClientError> {
    loop {
        match replies.decode(read) {
            Ok(Some(reply)) if !reply.answers(phase) => {
                return Err(ClientError::NotSmtp(phase, "no answer to that"));
            }
            Ok(Some(reply)) => return Ok(reply),
            Ok(None) => {}
            Err(ReplyError::Io(error)) => return Err(ClientError::Io(phase, error)),
            Err(ReplyError::Because(why)) => return Err(ClientError::NotSmtp(phase, why)),
        }
        read.reserve(1024);
        match io.read_buf(read).await {
            Ok(0) => return Err(ClientError::HungUp(phase)),
            Ok(_) => {}
            Err(error) => return Err(ClientError::Io(phase, error)),
        }
    }
}
