//! The receiving side of SMTP as a state machine: frames in, actions out; no socket, no clock, and
//! nothing to wait for.
//!
//! So its tests are tables and need no runtime, and it does not mind whether it runs over TCP, in a
//! test on a paused clock, or under a fuzzer. What one has to do with its actions is written in
//! [`connection`](super::connection).
use super::{
    address::Address,
    budget::{Budget, Reservation},
    codec::{Frame, Refusal},
    command::{self, Command, CommandError, Parameters},
    limits::Limits,
    message::Envelope,
    reply::Reply,
};
use bytes::Bytes;
use std::{net::SocketAddr, sync::Arc};

/// Who is at the other end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peer {
    /// From where it connected, if that is known.
    pub address: Option<SocketAddr>,
    /// Who it says it is. Empty until it has said so.
    pub name: String,
    /// Whether it said EHLO, and so knows about extensions.
    pub extended: bool,
}

/// A message on its way in: what is known before its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// From whom, and to those that were accepted up to now.
    pub envelope: Envelope,
    /// What the client said about the message.
    pub parameters: Parameters,
    /// Who sends it.
    pub peer: Arc<Peer>,
}

/// What the session wants to be done.
#[derive(Debug)]
pub enum Action {
    /// Say this, and go on.
    Reply(Reply),
    /// Ask whether this may be, and tell the session with [`Session::answered`].
    Ask(Question),
    /// Say this 354, and expect a message.
    ReceiveMessage(Reply),
    /// Hand the message over, say what comes of it, and tell the session with
    /// [`Session::delivered`]. The memory of the envelope is reserved until the last field is
    /// dropped.
    Deliver(Transaction, Bytes, Reservation),
    /// Say this, and close the connection.
    Close(Reply),
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
    host: Arc<str>,
    limits: Arc<Limits>,
    budget: Budget,
    peer: Arc<Peer>,
    transaction: Option<Transaction>,
    /// For what the transaction keeps.
    memory: Reservation,
    errors: u32,
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
        Session { host, limits, budget, peer, transaction: None, memory, errors: 0 }
    }

    /// What to say first: RFC 5321, 4.3.1.
    pub fn greeting(&self) -> Reply {
        Reply::lines(220, &[format!("{} ESMTP", self.host)])
    }

    /// Whether the client has said who it is.
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
                Err(error) => self.error(error.reply()),
            },
            Frame::LongLine => self.error(LINE_TOO_LONG),
            // What comes after a line that two servers read differently may be a command to one of
            // them only.
            Frame::BareNewline => Action::Close(BARE_NEWLINE_IN_COMMAND),
            Frame::Message(Ok(body)) => self.message(body),
            Frame::Message(Err(refusal)) => {
                self.forget_message();
                match refusal {
                    Refusal::LongLine => self.error(TEXT_LINE_TOO_LONG),
                    Refusal::TooLarge => self.error(MESSAGE_TOO_LARGE),
                    Refusal::BareNewline => self.error(BARE_NEWLINE_IN_MESSAGE),
                    Refusal::OutOfMemory => Action::Reply(OUT_OF_MEMORY), // which is not the client's fault
                }
            }
        }
    }

    /// What to do about the answer to a question.
    pub fn answered(&mut self, question: Question, answer: Reply) -> Action {
        if !answer.is_positive() {
            return refusal(answer);
        }
        match (question, &mut self.transaction) {
            (Question::Sender(transaction), none @ None) => *none = Some(transaction),
            (Question::Recipient(to), Some(transaction)) => transaction.envelope.to.push(to),
            _ => return self.error(BAD_SEQUENCE), // the answer to a question that was not asked
        }
        Action::Reply(answer)
    }

    /// What to do about what became of a message.
    pub fn delivered(&mut self, answer: Reply) -> Action {
        if answer.is_positive() {
            self.errors = 0;
            return Action::Reply(answer);
        }
        refusal(answer)
    }

    fn command(&mut self, command: Command) -> Action {
        match command {
            Command::Ehlo(name) => self.hello(name, true),
            Command::Helo(name) => self.hello(name, false),
            Command::Mail { from, parameters } => self.mail(from, parameters),
            Command::Rcpt(to) => self.recipient(to),
            Command::Data => self.data(),
            Command::Rset => {
                self.forget_message();
                Action::Reply(OK)
            }
            Command::Noop => Action::Reply(OK),
            Command::Vrfy => Action::Reply(CANNOT_VERIFY),
            Command::Help => Action::Reply(HELP),
            Command::Quit => Action::Close(BYE),
        }
    }

    /// RFC 5321, 4.1.1.1. A message that was begun is forgotten: 4.1.4.
    fn hello(&mut self, name: String, extended: bool) -> Action {
        self.forget_message();
        self.peer = Arc::new(Peer { address: self.peer.address, name, extended });
        let mut lines = vec![self.host.to_string()];
        if extended {
            let size = format!("SIZE {}", self.limits.message);
            let extensions = ["PIPELINING", &size, "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"];
            lines.extend(extensions.map(str::to_owned));
        }
        Action::Reply(Reply::lines(250, &lines))
    }

    fn mail(&mut self, from: Option<Address>, parameters: Parameters) -> Action {
        if !self.has_been_greeted() || self.transaction.is_some() {
            return self.error(BAD_SEQUENCE);
        }
        if !self.peer.extended && !parameters.is_empty() {
            return self.error(CommandError::UnknownParameter.reply());
        }
        let size = usize::try_from(parameters.size.unwrap_or(0)).unwrap_or(usize::MAX);
        if size > self.limits.message {
            return Action::Reply(MESSAGE_TOO_LARGE); // RFC 1870, 6.1: better now than when all of it has come
        }
        if size > self.budget.left() {
            return Action::Reply(OUT_OF_MEMORY);
        }
        let envelope = Envelope { from, to: vec![] };
        Action::Ask(Question::Sender(Transaction { envelope, parameters, peer: self.peer.clone() }))
    }

    fn recipient(&mut self, to: Address) -> Action {
        let Some(transaction) = &self.transaction else {
            return self.error(BAD_SEQUENCE);
        };
        if !to.is_ascii() && !transaction.parameters.smtputf8 {
            return self.error(CommandError::NeedsUtf8.reply());
        }
        if transaction.envelope.to.len() >= self.limits.recipients {
            return Action::Reply(TOO_MANY_RECIPIENTS); // those before it are kept: RFC 5321, 4.5.3.1.10
        }
        if !self.memory.grow(to.as_str().len() + 2 * size_of::<Address>()) {
            return Action::Reply(OUT_OF_MEMORY);
        }
        Action::Ask(Question::Recipient(to))
    }

    fn data(&mut self) -> Action {
        match &self.transaction {
            Some(transaction) if transaction.envelope.to.is_empty() => self.error(NO_RECIPIENTS),
            Some(_) => Action::ReceiveMessage(GO_AHEAD),
            None => self.error(BAD_SEQUENCE),
        }
    }

    fn message(&mut self, body: Bytes) -> Action {
        let memory = std::mem::replace(&mut self.memory, self.budget.reservation());
        match self.transaction.take() {
            Some(transaction) => Action::Deliver(transaction, body, memory),
            None => self.error(BAD_SEQUENCE), // a message that was not asked for
        }
    }

    fn forget_message(&mut self) {
        self.transaction = None;
        self.memory.clear();
    }

    fn error(&mut self, reply: Reply) -> Action {
        self.errors += 1;
        if self.errors > self.limits.errors {
            Action::Close(TOO_MANY_ERRORS)
        } else {
            Action::Reply(reply)
        }
    }
}

/// 421 means that the connection is closed after it: RFC 5321, 3.8.
fn refusal(reply: Reply) -> Action {
    if reply.code() == 421 { Action::Close(reply) } else { Action::Reply(reply) }
}

const OK: Reply = Reply::own(250, Some((2, 0, 0)), "ok");
const GO_AHEAD: Reply = Reply::own(354, None, "go ahead, and end with a dot on a line of its own");
const CANNOT_VERIFY: Reply = Reply::own(252, Some((2, 5, 2)), "send it, and you will see");
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
const TOO_MANY_ERRORS: Reply = Reply::own(421, Some((4, 7, 0)), "too many errors");
