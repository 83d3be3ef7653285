//! The mail server behind: what is sent to it, and what it says, recipient by recipient.
use super::{
    config::Downstream,
    mailbox::Mailbox,
    network::Dial,
    step::{Step, Watch},
};
use mail::smtp::{Client, Envelope, Message, Timeouts, Verdict, client};
use std::{fmt, sync::Arc, time::Duration};
use tokio::{sync::Semaphore, time::timeout};

/// To say goodbye to a server that has said all that we wanted to hear.
const GOODBYE: Duration = Duration::from_secs(1);

/// The mail server, as one sees it from here.
pub(super) struct MailServer<M> {
    dial: M,
    /// What we call ourselves.
    hostname: String,
    /// As many as there may be connections to it.
    connections: Arc<Semaphore>,
    timeouts: Timeouts,
    watch: Watch,
}

impl<M: Dial> MailServer<M> {
    pub fn new(config: &Downstream, hostname: &str, dial: M, watch: Watch) -> MailServer<M> {
        MailServer {
            dial,
            hostname: hostname.to_owned(),
            connections: Arc::new(Semaphore::new(config.connections)),
            timeouts: Timeouts::all(config.patience),
            watch,
        }
    }

    /// Sends a message over a connection of its own. Every recipient has a fate, whatever happens.
    ///
    /// Dropping the future closes the connection. Whether the mail server has the message is unknown then.
    pub async fn send(&self, from: Option<&Mailbox>, to: &[Mailbox], message: &Message) -> Outcome {
        let envelope = Envelope {
            from: from.map(|from| from.address().clone()),
            to: to.iter().map(|to| to.address().clone()).collect(),
        };
        let sent = self.converse(&envelope, message).await;
        let fates = match sent {
            Ok(verdicts) => {
                let fates = verdicts.into_iter().map(|verdict| match verdict {
                    Verdict::Accepted(reply) => (Fate::Accepted, reply.to_string()),
                    refused if refused.is_permanent() => (Fate::Refused, refused.to_string()),
                    refused => (Fate::Doubtful, refused.to_string()),
                });
                to.iter().cloned().zip(fates).map(|(to, (fate, why))| (to, fate, why)).collect()
            }
            Err((fate, why)) => to.iter().map(|to| (to.clone(), fate, why.clone())).collect(),
        };
        let outcome = Outcome(fates);
        (self.watch)(&Step::Sent { outcome: outcome.to_string() });
        outcome
    }

    async fn converse(
        &self,
        envelope: &Envelope,
        message: &Message,
    ) -> Result<Vec<Verdict>, (Fate, String)> {
        let connection =
            self.connections.clone().acquire_owned().await.expect("it is never closed");
        (self.watch)(&Step::Sends { to: envelope.to.clone() });
        let io = match timeout(self.timeouts.connect, self.dial.dial()).await {
            Ok(Ok(io)) => io,
            Ok(Err(error)) => {
                return Err((Fate::Doubtful, format!("no connection to the mail server: {error}")));
            }
            Err(_) => {
                return Err((Fate::Doubtful, "no connection to the mail server in time".into()));
            }
        };
        let failed = |error: client::Error| {
            let fate = if error.is_permanent() { Fate::Refused } else { Fate::Doubtful };
            (fate, error.to_string())
        };
        let mut client = Client::over(io, &self.hostname, self.timeouts).await.map_err(failed)?;
        let verdicts = client.send(envelope, message).await.map_err(failed)?;
        // What was said is said, and the Notifyer need not wait for a goodbye.
        tokio::spawn(async move {
            let _ = timeout(GOODBYE, client.quit()).await;
            drop(connection);
        });
        Ok(verdicts)
    }
}

/// What became of a mail for one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// The mail server has it.
    Accepted,
    /// The mail server will never have it.
    Refused,
    /// It is to be tried again.
    Doubtful,
}

/// What became of a mail for each recipient, and what the mail server said.
pub(super) struct Outcome(Vec<(Mailbox, Fate, String)>);

impl Outcome {
    /// Whose fate it is.
    pub fn of(&self, fate: Fate) -> Vec<Mailbox> {
        self.0
            .iter()
            .filter(|(_, other, _)| *other == fate)
            .map(|(mailbox, ..)| mailbox.clone())
            .collect()
    }

    /// Who never will have it, and why, a line each.
    pub fn refusals(&self) -> Vec<String> {
        let refused = self.0.iter().filter(|(_, fate, _)| *fate == Fate::Refused);
        refused.map(|(mailbox, _, why)| format!("{mailbox}: {why}")).collect()
    }
}

/// How many have it, and what was said of each of the others.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} taken", self.of(Fate::Accepted).len(), self.0.len())?;
        let others = self.0.iter().filter(|(_, fate, _)| *fate != Fate::Accepted);
        others.into_iter().try_for_each(|(mailbox, _, why)| write!(f, ", {mailbox}: {why}"))
    }
}
