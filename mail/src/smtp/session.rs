//! The receiving side of SMTP as a state machine: frames in, actions out; no socket, no clock, and
//! nothing to wait for.
//!
//! So its tests are tables and need no runtime, and it does not mind whether it runs over TCP, in a
//! test on a paused clock, or under a fuzzer. What has to be done with its actions is written in
//! [`connection`](super::connection).
use super::{
    address::Address,
    budget::{Budget, Reservation},
    codec::{Frame, MessageError},
    command::{self, Command, CommandError, Parameters},
    limits::Limits,
    message::Envelope,
    reply::Reply,
};
use bytes::Bytes;
use std::{net::SocketAddr, sync::Arc};

/// The client at the other end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peer {
    /// From where it connected, if that is known.
    pub address: Option<SocketAddr>,
    /// What it calls itself. Empty until it has said so.
    pub name: String,
    /// Whether it said EHLO, and so knows about extensions.
    pub extended: bool,
}

/// A message on its way in: what is known before its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// The sender, and the recipients that were accepted up to now.
    pub envelope: Envelope,
    /// What the client said about the message.
    pub parameters: Parameters,
    /// The client that sends it.
    pub peer: Arc<Peer>,
}

/// What the server says to a command or a message.
#[derive(Debug)]
pub enum Response {
    /// Say this, and go on.
    Reply(Reply),
    /// Say this, and close the connection.
    Close(Reply),
}

/// What the session wants to be done.
#[derive(Debug)]
pub enum Action {
    /// Say this.
    Respond(Response),
    /// Ask whether this may be, and tell the session with [`Session::answered`].
    Ask(Question),
    /// Say this 354, and expect a message.
    ReceiveMessage(Reply),
    /// Hand the message over, say what comes of it, and tell the session with
    /// [`Session::delivered`]. The memory of the envelope is reserved until the last field is
    /// dropped.
    Deliver(Transaction, Bytes, Reservation),
}

impl From<Response> for Action {
    fn from(response: Response) -> Action {
        Action::Respond(response)
    }
}

/// What is to be decided by the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// May a message come from there?
    Sender(Transaction),
    /// May this message go there, too?
    Recipient(Address),
}

/// One conversation.
#[derive(Debug)]
pub struct Session {
    /// What the server calls itself: in the greeting and in the reply to EHLO.
    host: Arc<str>,
    /// How much one client may ask for.
    limits: Arc<Limits>,
    /// The memory that all sessions share. Each message needs a reservation of its own from it.
    budget: Budget,
    /// What the client has said about itself. Transactions share it.
    peer: Arc<Peer>,
    /// The message that was begun with MAIL.
    transaction: Option<Transaction>,
    /// For what the transaction keeps.
    memory: Reservation,
    /// The client's own mistakes since the last message that was accepted.
    errors: u32,
    /// Recipients that were refused since the last message that was accepted. They are no errors,
    /// but a client that only tries addresses out has to come to an end, too.
    refused_recipients: usize,
    /// A refusal of ours stands between the client and DATA. A client that pipelines (RFC 2920) has
    /// sent RCPT and DATA before it could hear of the refusal, so what it gets for them is not an
    /// error of its own.
    refused: bool,
}

impl Session {
    /// A session that has just begun. `host` is what the server calls itself.
    pub fn new(
        host: Arc<str>,
        limits: Arc<Limits>,
        budget: Budget,
        address: Option<SocketAddr>,
    ) -> Session {
        let peer = Arc::new(Peer { address, ..Peer::default() });
        let memory = budget.reservation();
        Session {
            host,
            limits,
            budget,
            peer,
            transaction: None,
            memory,
            errors: 0,
            refused_recipients: 0,
            refused: false,
        }
    }

    /// What to say first: RFC 5321, 4.3.1.
    pub fn greeting(&self) -> Reply {
        Reply::lines(220, &[format!("{} ESMTP", self.host)])
    }

    /// Whether the client has named itself with EHLO or HELO.
    pub fn has_been_greeted(&self) -> bool {
        !self.peer.name.is_empty()
    }

    /// The message that is on its way in.
    pub fn transaction(&self) -> Option<&Transaction> {
        self.transaction.as_ref()
    }

    /// What to do about what came.
    pub fn frame(&mut self, frame: Frame) -> Action {
        match frame {
            Frame::Line(line) => match command::parse(&line) {
                Ok(command) => self.command(command),
                Err(error) if error.ends_the_session() => Response::Close(error.reply()).into(),
                Err(error) => {
                    self.refused |= self.others_may_follow(&line);
                    self.error(error.reply()).into()
                }
            },
            Frame::LongLine => self.error(LINE_TOO_LONG).into(),
            // What comes after a line that two servers read differently may be a command to only
            // one of them.
            Frame::BareNewline => Response::Close(BARE_NEWLINE_IN_COMMAND).into(),
            Frame::Message(Ok(body)) => self.message(body),
            Frame::Message(Err(refusal)) => {
                self.forget_message();
                match refusal {
                    MessageError::LongLine => self.error(TEXT_LINE_TOO_LONG).into(),
                    MessageError::TooLarge => self.error(MESSAGE_TOO_LARGE).into(),
                    MessageError::BareNewline => self.error(BARE_NEWLINE_IN_MESSAGE).into(),
                    // That is not the client's fault.
                    MessageError::OutOfMemory => Response::Reply(OUT_OF_MEMORY).into(),
                }
            }
        }
    }

    /// What to do about the answer to a question. Whatever the answer is, the session has to hear
    /// of it: a refused recipient gives its memory back here.
    pub fn answered(&mut self, question: Question, answer: Reply) -> Response {
        if !answer.is_positive() {
            return self.answered_with_a_refusal(question, answer);
        }
        match (question, &mut self.transaction) {
            (Question::Sender(transaction), none @ None) => *none = Some(transaction),
            (Question::Recipient(to), Some(transaction)) => transaction.envelope.to.push(to),
            // The answer to a question that was not asked.
            _ => return self.error(BAD_SEQUENCE),
        }
        Response::Reply(answer)
    }

    fn answered_with_a_refusal(&mut self, question: Question, answer: Reply) -> Response {
        self.refused = true;
        if let Question::Recipient(to) = question {
            self.memory.shrink(memory_of(&to));
            self.refused_recipients += 1;
            if self.refused_recipients > self.limits.recipients {
                return Response::Close(TOO_MANY_REFUSED);
            }
        }
        refusal(answer)
    }

    /// What to do about what became of a message.
    pub fn delivered(&mut self, answer: Reply) -> Response {
        if answer.is_positive() {
            self.errors = 0;
            self.refused_recipients = 0;
            return Response::Reply(answer);
        }
        refusal(answer)
    }

    fn command(&mut self, command: Command) -> Action {
        match command {
            Command::Ehlo(name) => self.hello(name, true).into(),
            Command::Helo(name) => self.hello(name, false).into(),
            Command::Mail { from, parameters } => self.mail(from, parameters),
            Command::Rcpt(to) => self.recipient(to),
            Command::Data => self.data(),
            Command::Rset => {
                self.forget_message();
                Response::Reply(OK).into()
            }
            Command::Noop => Response::Reply(OK).into(),
            Command::Vrfy => Response::Reply(CANNOT_VERIFY).into(),
            Command::Help => Response::Reply(HELP).into(),
            Command::Quit => Response::Close(BYE).into(),
        }
    }

    /// RFC 5321, 4.1.1.1. A message that was begun is forgotten: 4.1.4.
    fn hello(&mut self, name: String, extended: bool) -> Response {
        self.forget_message();
        self.peer = Arc::new(Peer { address: self.peer.address, name, extended });
        let mut lines = vec![self.host.to_string()];
        if extended {
            let size = format!("SIZE {}", self.limits.message);
            let extensions = ["PIPELINING", &size, "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"];
            lines.extend(extensions.map(str::to_owned));
        }
        Response::Reply(Reply::lines(250, &lines))
    }

    fn mail(&mut self, from: Option<Address>, parameters: Parameters) -> Action {
        if !self.has_been_greeted() || self.transaction.is_some() {
            self.refused |= self.transaction.is_none();
            return self.error(BAD_SEQUENCE).into();
        }
        if !self.peer.extended && !parameters.is_empty() {
            self.refused = true;
            return self.error(CommandError::UnknownParameter.reply()).into();
        }
        self.refused = false;
        let size = usize::try_from(parameters.size.unwrap_or(0)).unwrap_or(usize::MAX);
        if size > self.limits.message {
            // RFC 1870, 6.1: it is better said now than when all of the message has come.
            self.refused = true;
            return Response::Reply(MESSAGE_TOO_LARGE).into();
        }
        if size > self.budget.left() {
            self.refused = true;
            return Response::Reply(OUT_OF_MEMORY).into();
        }
        let envelope = Envelope { from, to: vec![] };
        Action::Ask(Question::Sender(Transaction { envelope, parameters, peer: self.peer.clone() }))
    }

    fn recipient(&mut self, to: Address) -> Action {
        let Some(transaction) = &self.transaction else {
            return self.out_of_order(BAD_SEQUENCE).into();
        };
        if !to.is_ascii() && !transaction.parameters.smtputf8 {
            self.refused = true;
            return self.error(CommandError::NeedsUtf8.reply()).into();
        }
        if transaction.envelope.to.len() >= self.limits.recipients {
            // Those before it are kept: RFC 5321, 4.5.3.1.10.
            return Response::Reply(TOO_MANY_RECIPIENTS).into();
        }
        // Before the question, so that what is accepted can be kept.
        if !self.memory.grow(memory_of(&to)) {
            self.refused = true;
            return Response::Reply(OUT_OF_MEMORY).into();
        }
        Action::Ask(Question::Recipient(to))
    }

    fn data(&mut self) -> Action {
        match &self.transaction {
            Some(transaction) if transaction.envelope.to.is_empty() => {
                self.out_of_order(NO_RECIPIENTS).into()
            }
            Some(_) => Action::ReceiveMessage(GO_AHEAD),
            None => self.out_of_order(BAD_SEQUENCE).into(),
        }
    }

    fn message(&mut self, body: Bytes) -> Action {
        let memory = std::mem::replace(&mut self.memory, self.budget.reservation());
        self.refused = false;
        match self.transaction.take() {
            Some(transaction) => Action::Deliver(transaction, body, memory),
            // A message that was not asked for.
            None => self.error(BAD_SEQUENCE).into(),
        }
    }

    fn forget_message(&mut self) {
        self.transaction = None;
        self.refused = false;
        self.memory.clear();
    }

    /// Whether a client that pipelines has sent other commands behind this line in the belief that
    /// it would be obeyed: behind MAIL; and behind RCPT, if there is a message for it. The line
    /// itself is an error, and so is all junk.
    fn others_may_follow(&self, line: &[u8]) -> bool {
        match line.split(|byte| *byte == b' ').next() {
            Some(verb) if verb.eq_ignore_ascii_case(b"MAIL") => true,
            Some(verb) if verb.eq_ignore_ascii_case(b"RCPT") => self.transaction.is_some(),
            _ => false,
        }
    }

    /// A command that cannot come now: an error, unless it follows from a refusal of ours.
    fn out_of_order(&mut self, reply: Reply) -> Response {
        if self.refused { Response::Reply(reply) } else { self.error(reply) }
    }

    fn error(&mut self, reply: Reply) -> Response {
        self.errors += 1;
        if self.errors > self.limits.errors {
            Response::Close(TOO_MANY_ERRORS)
        } else {
            Response::Reply(reply)
        }
    }
}

/// What an accepted recipient costs: its text, and its place in a list that may grow to twice of
/// what is needed.
fn memory_of(to: &Address) -> usize {
    to.as_str().len() + 2 * size_of::<Address>()
}

/// 421 means that the connection is closed after it: RFC 5321, 3.8.
fn refusal(reply: Reply) -> Response {
    if reply.code() == 421 { Response::Close(reply) } else { Response::Reply(reply) }
}

const OK: Reply = Reply::own(250, Some((2, 0, 0)), "ok");
const GO_AHEAD: Reply = Reply::own(354, None, "go ahead, and end with a dot on a line of its own");
const CANNOT_VERIFY: Reply =
    Reply::own(252, Some((2, 5, 2)), "cannot say; send a message to find out");
const HELP: Reply = Reply::own(214, Some((2, 0, 0)), "see RFC 5321");
const BYE: Reply = Reply::own(221, Some((2, 0, 0)), "bye");
const LINE_TOO_LONG: Reply = Reply::own(500, Some((5, 5, 6)), "this line is too long");
const BAD_SEQUENCE: Reply =
    Reply::own(503, Some((5, 5, 1)), "not now; the order is EHLO, MAIL, RCPT, DATA");
const NO_RECIPIENTS: Reply = Reply::own(554, Some((5, 5, 1)), "no valid recipients");
const BARE_NEWLINE_IN_COMMAND: Reply =
    Reply::own(521, Some((5, 5, 2)), "CR or LF on its own in a command");
const BARE_NEWLINE_IN_MESSAGE: Reply =
    Reply::own(554, Some((5, 6, 0)), "CR or LF on its own in the message");
const TEXT_LINE_TOO_LONG: Reply =
    Reply::own(554, Some((5, 6, 0)), "a line of the message is too long");
const MESSAGE_TOO_LARGE: Reply = Reply::own(552, Some((5, 3, 4)), "the message is too large");
const OUT_OF_MEMORY: Reply =
    Reply::own(452, Some((4, 3, 1)), "no memory left for this now; try again later");
const TOO_MANY_RECIPIENTS: Reply =
    Reply::own(452, Some((4, 5, 3)), "too many recipients; send to those before it first");
const TOO_MANY_REFUSED: Reply =
    Reply::own(421, Some((4, 7, 0)), "too many recipients were refused");
const TOO_MANY_ERRORS: Reply = Reply::own(421, Some((4, 7, 0)), "too many errors");
