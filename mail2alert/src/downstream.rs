//! The mail server behind: what is sent to it, and what it says, recipient by recipient.
use super::{
    addresses::EnvelopeAddress,
    config::Downstream,
    event::{Observer, RelayEvent},
    network::Dial,
};
use mail::smtp::{Client, ClientError, DeliveryOutcome, Envelope, Message, Reply, Timeouts};
use std::{fmt, sync::Arc, time::Duration};
use tokio::{sync::Semaphore, time::timeout};

/// How long QUIT may take. Nothing depends on the reply to it.
const GOODBYE: Duration = Duration::from_secs(1);

/// The mail server behind, and how to reach it.
pub(super) struct MailServer<M> {
    /// How to reach it.
    dial: M,
    /// What we call ourselves.
    hostname: String,
    /// A permit for each connection that there may be to it.
    connections: Arc<Semaphore>,
    /// How long to wait for each of its replies.
    timeouts: Timeouts,
    /// Hears of each mail that is sent, and of what became of it.
    watch: Observer,
}

impl<M: Dial> MailServer<M> {
    pub fn new(config: &Downstream, hostname: &str, dial: M, watch: Observer) -> MailServer<M> {
        MailServer {
            dial,
            hostname: hostname.to_owned(),
            // More than a semaphore can have is as good as no limit.
            connections: Arc::new(Semaphore::new(config.connections.min(Semaphore::MAX_PERMITS))),
            timeouts: Timeouts::all(config.timeout),
            watch,
        }
    }

    /// Sends a message over a connection of its own. Every recipient has an outcome, whatever
    /// happens.
    ///
    /// Dropping the future closes the connection. Whether the mail server has the message is
    /// unknown then.
    pub async fn send(
        &self,
        from: Option<&EnvelopeAddress>,
        to: &[EnvelopeAddress],
        message: &Message,
    ) -> SendOutcome {
        let envelope = Envelope {
            from: from.map(|from| from.address().clone()),
            to: to.iter().map(|to| to.address().clone()).collect(),
        };
        let sent = self.converse(&envelope, message).await;
        let outcomes = match sent {
            Ok(outcomes) => {
                let outcomes = outcomes.into_iter().map(|outcome| match outcome {
                    DeliveryOutcome::Accepted(reply) => MailboxOutcome::Accepted(reply),
                    refused if refused.is_permanent() => {
                        MailboxOutcome::Refused(refused.reply().clone())
                    }
                    refused => MailboxOutcome::Doubtful(refused.to_string()),
                });
                to.iter().cloned().zip(outcomes).collect()
            }
            Err(outcome) => to.iter().map(|to| (to.clone(), outcome.clone())).collect(),
        };
        let outcome = SendOutcome(outcomes);
        (self.watch)(&RelayEvent::Sent { outcome: outcome.to_string() });
        outcome
    }

    async fn converse(
        &self,
        envelope: &Envelope,
        message: &Message,
    ) -> Result<Vec<DeliveryOutcome>, MailboxOutcome> {
        let connection =
            self.connections.clone().acquire_owned().await.expect("it is never closed");
        (self.watch)(&RelayEvent::Sends { to: envelope.to.clone() });
        let io = match timeout(self.timeouts.connect, self.dial.dial()).await {
            Ok(Ok(io)) => io,
            Ok(Err(error)) => {
                let why = format!("no connection to the mail server: {error}");
                return Err(MailboxOutcome::Doubtful(why));
            }
            Err(_) => {
                let why = "no connection to the mail server in time".into();
                return Err(MailboxOutcome::Doubtful(why));
            }
        };
        // What the mail server has refused for good is an outcome; an error says nothing of that.
        let failed = |error: ClientError| MailboxOutcome::Doubtful(error.to_string());
        let mut client = Client::over(io, &self.hostname, self.timeouts).await.map_err(failed)?;
        let outcomes = client.send(envelope, message).await.map_err(failed)?;
        // What was said is said, and the Notifyer need not wait for a goodbye.
        tokio::spawn(async move {
            let _ = timeout(GOODBYE, client.quit()).await;
            drop(connection);
        });
        Ok(outcomes)
    }
}

/// What became of a mail for one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum MailboxOutcome {
    /// The mail server has it, and said so.
    Accepted(Reply),
    /// The mail server has refused it for good.
    Refused(Reply),
    /// Everything else: it is to be tried again.
    Doubtful(String),
}

impl fmt::Display for MailboxOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MailboxOutcome::Accepted(reply) | MailboxOutcome::Refused(reply) => reply.fmt(f),
            MailboxOutcome::Doubtful(why) => f.write_str(why),
        }
    }
}

/// What became of a mail for each recipient.
pub(super) struct SendOutcome(Vec<(EnvelopeAddress, MailboxOutcome)>);

impl SendOutcome {
    /// The recipients that have it.
    pub fn accepted(&self) -> Vec<EnvelopeAddress> {
        let mut accepted = vec![];
        for (mailbox, outcome) in &self.0 {
            if matches!(outcome, MailboxOutcome::Accepted(_)) {
                accepted.push(mailbox.clone());
            }
        }
        accepted
    }

    /// Whether one of them is to be tried again.
    pub fn is_doubtful(&self) -> bool {
        self.0.iter().any(|(_, outcome)| matches!(outcome, MailboxOutcome::Doubtful(_)))
    }

    /// The recipients that never will have it, and why, a line each.
    pub fn refusals(&self) -> Vec<String> {
        let mut refusals = vec![];
        for (mailbox, outcome) in &self.0 {
            if let MailboxOutcome::Refused(reply) = outcome {
                refusals.push(format!("{mailbox}: {reply}"));
            }
        }
        refusals
    }

    /// What to say of a mail that was refused for all recipients: the code and the status of the
    /// mail server, if all have the same, since a program may look at it (5.1.1: no such mailbox).
    pub fn refusal(&self) -> Reply {
        let mut codes = vec![];
        for (_, outcome) in &self.0 {
            if let MailboxOutcome::Refused(reply) = outcome {
                codes.push((reply.code(), reply.status()));
            }
        }
        let mut code = (554, None);
        if let Some(first) = codes.first()
            && codes.iter().all(|other| other == first)
        {
            code = *first;
        }
        // A mail server without enhanced codes has said no more than "permanent".
        let status = match code.1 {
            Some(status) => (status.class, status.subject, status.detail),
            None => (5, 0, 0),
        };
        Reply::new(code.0, status, self.to_string())
    }
}

/// How many have it, and what was said of each of the others.
impl fmt::Display for SendOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} taken", self.accepted().len(), self.0.len())?;
        for (mailbox, outcome) in &self.0 {
            if !matches!(outcome, MailboxOutcome::Accepted(_)) {
                write!(f, ", {mailbox}: {outcome}")?;
            }
        }
        Ok(())
    }
}
