//! How a message can end for its sender: an outcome for each recipient, or an error that says how
//! far it had come.
use super::reply::Reply;
use std::{
    fmt::{self, Display},
    io,
};

/// How far a conversation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Connecting.
    Connect,
    /// Waiting for the greeting.
    Greeting,
    /// EHLO or HELO.
    Hello,
    /// STARTTLS, and the handshake of TLS.
    Tls,
    /// AUTH: the password.
    Authenticate,
    /// RSET, after a message that was refused half way.
    Reset,
    /// MAIL: the sender.
    Mail,
    /// RCPT: a recipient.
    Recipient,
    /// DATA: may the message come?
    Data,
    /// The message itself.
    Message,
    /// Waiting for the reply to the message.
    FinalReply,
    /// QUIT.
    Quit,
}

impl Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Connect => "connecting",
            Phase::Greeting => "waiting for the greeting",
            Phase::Hello => "saying EHLO",
            Phase::Tls => "beginning TLS",
            Phase::Authenticate => "saying the password",
            Phase::Reset => "saying RSET",
            Phase::Mail => "naming the sender",
            Phase::Recipient => "naming a recipient",
            Phase::Data => "announcing the message",
            Phase::Message => "sending the message",
            Phase::FinalReply => "waiting for the reply to the message",
            Phase::Quit => "saying QUIT",
        })
    }
}

/// What became of a message for one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// The server is responsible for it from now on.
    Accepted(Reply),
    /// The server does not take it, for now or for good.
    Refused {
        /// What it refused: the sender, this recipient, or the message.
        at: Phase,
        /// What it said.
        reply: Reply,
    },
}

impl DeliveryOutcome {
    /// What the server said.
    pub fn reply(&self) -> &Reply {
        match self {
            DeliveryOutcome::Accepted(reply) | DeliveryOutcome::Refused { reply, .. } => reply,
        }
    }

    /// The server is responsible for it from now on.
    pub fn is_accepted(&self) -> bool {
        matches!(self, DeliveryOutcome::Accepted(_))
    }

    /// The server has refused it for good: to try again is of no use.
    ///
    /// That takes a 5xx which says something about this message. These do not:
    ///
    /// - 530: the server wants a password (RFC 4954, 6) or TLS (RFC 3207, 4) before any message.
    ///   Once one of the two sides is configured for it, the server may take the same message.
    /// - 503: the command came out of order (RFC 5321, 4.2.2), whatever the message is.
    /// - 552 for a recipient: for a long time it was the code of "too many recipients", and a
    ///   client is to treat it as a 452 (RFC 5321, 4.5.3.1.10).
    pub fn is_permanent(&self) -> bool {
        let DeliveryOutcome::Refused { at, reply } = self else { return false };
        match (reply.code(), at) {
            (503 | 530, _) | (552, Phase::Recipient) => false,
            _ => reply.is_permanent(),
        }
    }
}

/// The server's reply in one line.
impl Display for DeliveryOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reply().fmt(f)
    }
}

/// Why there are no outcomes.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The connection could not be made, or broke.
    #[error("the connection broke while {0}: {1}")]
    Io(Phase, #[source] io::Error),
    /// The server closed the connection.
    #[error("the server hung up while {0}")]
    HungUp(Phase),
    /// The server took too long.
    #[error("the server took too long while {0}")]
    TimedOut(Phase),
    /// What the server said is not a reply of SMTP, or is longer than one can be.
    #[error("what the server said while {0} is not SMTP: {1}")]
    NotSmtp(Phase, &'static str),
    /// The server refused the connection, or EHLO, or closed the conversation with 421; or it
    /// said that it has the message before it can have it.
    #[error("the server refused while {0}: {1}")]
    Refused(Phase, Reply),
    /// The message or an address needs an extension that this server does not offer. Nothing was
    /// sent, and the connection can be used.
    #[error("the server does not offer {0}, which this needs")]
    NotOffered(&'static str),
    /// An envelope without recipients. Nothing was sent, and the connection can be used.
    #[error("there are no recipients")]
    NoRecipients,
    /// An earlier call did not come to its end: it was dropped, or failed. The connection cannot be
    /// used any more.
    #[error(
        "an earlier message was abandoned half way, so this connection cannot be used any more"
    )]
    Abandoned,
}

impl ClientError {
    /// Whether the message may have been accepted all the same: its end may have been sent, and the
    /// outcome did not come.
    pub fn is_in_doubt(&self) -> bool {
        match self {
            ClientError::Io(phase, _)
            | ClientError::HungUp(phase)
            | ClientError::TimedOut(phase)
            | ClientError::NotSmtp(phase, _) => *phase == Phase::FinalReply,
            _ => false,
        }
    }

    /// Whether to try again is of no use: only if there are no recipients.
    ///
    /// No other error is for good. A message that the server has refused is no error, but has
    /// outcomes, of which each knows [whether it is for good](DeliveryOutcome::is_permanent). A
    /// greeting, or a reply to EHLO, of 5xx says nothing about any message: the server may be
    /// misconfigured for a minute. And an extension that is not offered is what *we* would need;
    /// another server, or this one on another day, may offer it.
    pub fn is_permanent(&self) -> bool {
        matches!(self, ClientError::NoRecipients)
    }
}
