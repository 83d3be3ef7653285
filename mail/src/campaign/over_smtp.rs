//! A campaign over SMTP.
use super::{AttemptOutcome, Connector, MailConnection, Recipient};
use crate::smtp::{Client, DeliveryOutcome, Envelope, Message, client::ClientError};
use std::rc::Rc;
use tokio::io::{AsyncRead, AsyncWrite};

/// Sends mails over SMTP: `connect` opens a connection, and `mail` makes the envelope and the
/// message for a recipient.
///
/// Each mail is a message of its own, with one recipient, since each is written for its
/// reader.
pub struct OverSmtp<C, M> {
    /// Opens a connection.
    connect: C,
    /// Makes the mail for a recipient. All connections share it.
    mail: Rc<M>,
}

impl<C, M> OverSmtp<C, M> {
    /// Over connections that `connect` opens, what `mail` makes.
    pub fn new<S>(connect: C, mail: M) -> OverSmtp<C, M>
    where
        C: AsyncFn() -> Result<Client<S>, ClientError>,
        M: Fn(&Recipient) -> Result<(Envelope, Message), String>,
    {
        OverSmtp { connect, mail: Rc::new(mail) }
    }
}

impl<S, C, M> Connector for OverSmtp<C, M>
where
    S: AsyncRead + AsyncWrite + Unpin,
    C: AsyncFn() -> Result<Client<S>, ClientError>,
    M: Fn(&Recipient) -> Result<(Envelope, Message), String>,
{
    type Connection = SmtpConnection<S, M>;

    async fn connect(&self) -> Result<SmtpConnection<S, M>, String> {
        match (self.connect)().await {
            Ok(client) => Ok(SmtpConnection { client, mail: self.mail.clone(), next: None }),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// A connection of [`OverSmtp`].
pub struct SmtpConnection<S, M> {
    /// The conversation with the server.
    client: Client<S>,
    /// Makes the mail for a recipient.
    mail: Rc<M>,
    /// The mail that was announced, and its recipient: it must not be made a second time, since
    /// it might be another one (its `Date`, its `Message-ID`).
    next: Option<(Recipient, Mail)>,
}

/// What `mail` makes.
type Mail = Result<(Envelope, Message), String>;

impl<S, M> MailConnection for SmtpConnection<S, M>
where
    S: AsyncRead + AsyncWrite + Unpin,
    M: Fn(&Recipient) -> Result<(Envelope, Message), String>,
{
    async fn deliver(&mut self, recipient: &Recipient) -> AttemptOutcome {
        match self.mail_for(recipient) {
            Ok((envelope, message)) => outcome(self.client.send(&envelope, &message).await),
            Err(why) => AttemptOutcome::CannotBeSent(why),
        }
    }

    async fn deliver_before(&mut self, recipient: &Recipient, next: &Recipient) -> AttemptOutcome {
        let (envelope, message) = match self.mail_for(recipient) {
            Ok(mail) => mail,
            Err(why) => return AttemptOutcome::CannotBeSent(why),
        };
        let (_, announced) = self.next.insert((next.clone(), (self.mail)(next)));
        let announced = match announced {
            Ok((envelope, message)) => Some((&*envelope, &*message)),
            Err(_) => None,
        };
        outcome(self.client.send_before(&envelope, &message, announced).await)
    }

    /// Servers without PIPELINING are told one thing after the other.
    fn looks_ahead(&self) -> bool {
        self.client.extensions().pipelining
    }

    fn is_usable(&self) -> bool {
        self.client.is_usable()
    }

    async fn close(self) {
        // Everything that matters has been said; if the server does not say goodbye, that is its
        // own affair.
        let _ = self.client.quit().await;
    }
}

impl<S, M> SmtpConnection<S, M>
where
    M: Fn(&Recipient) -> Mail,
{
    fn mail_for(&mut self, recipient: &Recipient) -> Mail {
        match self.next.take() {
            Some((next, mail)) if next == *recipient => mail,
            _ => (self.mail)(recipient),
        }
    }
}

/// What an attempt has come to, of which the client says this.
fn outcome(sent: Result<Vec<DeliveryOutcome>, ClientError>) -> AttemptOutcome {
    let error = match sent {
        Ok(outcomes) => {
            return outcomes
                .into_iter()
                .find(|outcome| !outcome.is_accepted())
                .map_or(AttemptOutcome::Sent, refusal);
        }
        Err(error) => error,
    };
    let why = error.to_string();
    match error {
        _ if error.is_in_doubt() => AttemptOutcome::InDoubt(why),
        _ if error.is_permanent() => AttemptOutcome::Refused(why),
        // The server has not refused it, but over this server it cannot go.
        ClientError::NotOffered(_) => AttemptOutcome::CannotBeSent(why),
        // `Refused` is 421 now, with which a server ends a connection of which it has enough; or it
        // is the 250 of a server that lost its place. In both cases it does not have the mail.
        ClientError::HungUp(_) | ClientError::Io(..) | ClientError::Refused(..) => {
            AttemptOutcome::Lost(why)
        }
        _ => AttemptOutcome::NotNow(why),
    }
}

fn refusal(outcome: DeliveryOutcome) -> AttemptOutcome {
    let why = outcome.to_string();
    match outcome.reply().code() {
        421 => AttemptOutcome::Lost(why),
        _ if outcome.is_permanent() => AttemptOutcome::Refused(why),
        _ => AttemptOutcome::NotNow(why),
    }
}
