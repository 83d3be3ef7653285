//! How a message can end for its sender: a verdict for each recipient, or an error that says how far it had come.
use super::reply::Reply;
use std::{
    fmt::{self, Display},
    io,
};

/// How far a conversation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Connecting.
    Connect,
    /// Waiting for the greeting.
    Greeting,
    /// EHLO or HELO.
    Hello,
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
    /// Waiting for the verdict on the message.
    Verdict,
    /// QUIT.
    Quit,
}

impl Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stage::Connect => "connecting",
            Stage::Greeting => "waiting for the greeting",
            Stage::Hello => "saying EHLO",
            Stage::Reset => "saying RSET",
            Stage::Mail => "naming the sender",
            Stage::Recipient => "naming a recipient",
            Stage::Data => "announcing the message",
            Stage::Message => "sending the message",
            Stage::Verdict => "waiting for the verdict",
            Stage::Quit => "saying QUIT",
        })
    }
}

/// What became of a message for one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The server is responsible for it from now on.
    Accepted(Reply),
    /// The server does not take it, for now or for good.
    Refused {
        /// What it refused: the sender, this recipient, or the message.
        at: Stage,
        /// What it said.
        reply: Reply,
    },
}

impl Verdict {
    /// What the server said.
    pub fn reply(&self) -> &Reply {
        match self {
            Verdict::Accepted(reply) | Verdict::Refused { reply, .. } => reply,
        }
    }

    /// The server is responsible for it from now on.
    pub fn is_accepted(&self) -> bool {
        matches!(self, Verdict::Accepted(_))
    }

    /// There is no use in trying again.
    pub fn is_permanent(&self) -> bool {
        matches!(self, Verdict::Refused { reply, .. } if reply.is_permanent())
    }
}

/// The server's reply in one line.
impl Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reply().fmt(f)
    }
}

/// Why there are no verdicts.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The connection could not be made, or broke.
    #[error("the connection broke while {0}: {1}")]
    Io(Stage, #[source] io::Error),
    /// The server closed the connection.
    #[error("the server hung up while {0}")]
    HungUp(Stage),
    /// The server took too long.
    #[error("the server took too long while {0}")]
    TimedOut(Stage),
    /// What the server said is not a reply of SMTP, or is longer than one can be.
    #[error("what the server said while {0} is not SMTP: {1}")]
    NotSmtp(Stage, &'static str),
    /// The server refused the connection, or EHLO, or closed the conversation with 421.
    #[error("the server refused while {0}: {1}")]
    Refused(Stage, Reply),
    /// The message or an address needs an extension that this server does not offer. Nothing was sent, and the
    /// connection can be used.
    #[error("the server does not offer {0}, which this needs")]
    NotOffered(&'static str),
    /// An envelope without recipients. Nothing was sent, and the connection can be used.
    #[error("there is nobody to send it to")]
    NoRecipients,
    /// An earlier call did not come to its end: it was dropped, or failed. The connection cannot be used any more.
    #[error(
        "an earlier message was abandoned half way, so this connection cannot be used any more"
    )]
    Abandoned,
}

impl Error {
    /// Whether the message may have been accepted all the same: its end may have been sent, and the verdict did not come.
    pub fn is_in_doubt(&self) -> bool {
        match self {
            Error::Io(stage, _)
            | Error::HungUp(stage)
            | Error::TimedOut(stage)
            | Error::NotSmtp(stage, _) => *stage == Stage::Verdict,
            _ => false,
        }
    }

    /// Whether there is no use in trying again, here or over another connection.
    pub fn is_permanent(&self) -> bool {
        match self {
            Error::Refused(_, reply) => reply.is_permanent(),
            Error::NotOffered(_) | Error::NoRecipients => true,
            _ => false,
        }
    }
}
