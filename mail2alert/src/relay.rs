//! The relay itself: what happens between the end of a mail and its acknowledgement.
//!
//! A 250 is a promise (RFC 5321, 4.2.5): the server that says it is responsible. The relay keeps no
//! mail, so it can only promise what others have promised already. As long as the Notifyer has no
//! 250, the mail is the Notifyer's, and it will send it again; so an error costs a delay, and
//! nothing is ever lost.
use super::{
    addresses::{EnvelopeAddress, OwnAddress},
    cache::{Cache, CachePolicy, Cached},
    config::{Config, Notifications, Unmatched},
    downstream::{MailServer, SendOutcome},
    event::{MailOutcome, Observer, RelayEvent},
    gocd::{PipelineGroups, StageEnd, StageEvent, StageReport, parse_cctray},
    ledger::{Digest, Ledger, LedgerError},
    network::Dial,
    notification::Header,
    rest::{RestError, RestServer},
    rules::{Notification, Rule, apply},
    trace::{notice, with_trace},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use mail::smtp::{Address, Handler, Reply, Transaction};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};
use tokio::time::timeout;

/// The relay. It is a [`Handler`] of the SMTP server; `M` is how to reach the mail server behind.
pub struct Relay<M> {
    /// What it calls itself, in the trace that it adds and in its notices.
    hostname: String,
    /// The recipients that it takes mail for: all others would make it an open relay.
    own: Vec<OwnAddress>,
    /// Gets the notices about mail that was refused for some of its recipients.
    postmaster: EnvelopeAddress,
    /// Which mail is a notification.
    notifications: Notifications,
    /// Where notifications go.
    rules: Vec<Rule>,
    /// The time for all that is done about one mail: the Notifyer does not wait for ever.
    answer: Duration,
    /// A mail that this many servers have had before goes round in circles.
    hops: usize,
    /// Where all mail goes.
    mail_server: MailServer<M>,
    /// Which pipelines belong to which group, as the build server says.
    groups: Cache<PipelineGroups>,
    /// How all stages ended before the first notification came, as the build server says.
    baseline: Cache<Vec<StageEnd>>,
    /// Whether the baseline is in the ledger.
    has_baseline: AtomicBool,
    /// Whether the ledger could not be written the last time.
    ledger_fails: AtomicBool,
    /// Which recipients have had which mail, and how stages ended.
    ledger: Ledger,
    /// The mails that are under way: of two with the same bytes, the second one waits for what
    /// becomes of the first.
    under_way: Mutex<HashMap<Digest, Weak<tokio::sync::Mutex<()>>>>,
    /// Hears of each step: for the log, and for a drawing.
    watch: Observer,
}

/// What becomes of a mail.
enum RelayOutcome {
    /// It is in other hands, for all of its recipients.
    Accepted(String),
    /// In doubt: 451.
    Later(String),
    /// Never, for any recipient.
    Refused(Reply),
}

/// What is known of a mail before anything is done about it.
struct Mail<'a> {
    /// The envelope's sender; `None` is `<>`.
    from: Option<EnvelopeAddress>,
    /// The envelope's recipients, with the postmaster's address for mail to the postmaster.
    to: Vec<EnvelopeAddress>,
    /// What its headers say that matters here.
    header: Header,
    /// By this it is known when it is sent again.
    digest: Digest,
    /// Its bytes, as they came.
    body: &'a Bytes,
    /// What the client said about it, for the trace.
    transaction: &'a Transaction,
}

/// Where a mail is to go, and why.
struct Plan {
    /// Each of them once.
    recipients: Vec<EnvelopeAddress>,
    /// What is said of it in the log.
    because: String,
}

impl<M: Dial> Relay<M> {
    /// A relay. `rest` is how to reach the REST API; `watch` hears of each step.
    pub fn new<R: Dial>(
        config: &Config,
        mail_server: M,
        rest: R,
        ledger: Ledger,
        watch: Observer,
    ) -> Relay<M> {
        let authorization = config.rest.credentials.as_ref();
        let authorization = authorization.map(|(user, password)| {
            format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}"))) // RFC 7617
        });
        let rest = Arc::new(RestServer {
            dial: rest,
            host: config.rest.host.clone(),
            authorization,
            timeouts: config.rest.timeouts,
            longest: config.rest.longest,
        });
        let parse_groups = |json: &[u8]| PipelineGroups::parse(json);
        let groups =
            facts(config.rest.keep, &rest, &config.rest.pipeline_groups, &watch, parse_groups);
        let for_ever = CachePolicy { fresh: Duration::MAX, stale: Duration::MAX };
        let parse_baseline = |xml: &[u8]| {
            let xml =
                std::str::from_utf8(xml).map_err(|error| format!("that is no text: {error}"))?;
            parse_cctray(xml)
        };
        let baseline = facts(for_ever, &rest, &config.rest.cctray, &watch, parse_baseline);
        Relay {
            hostname: config.hostname.clone(),
            own: config.recipients.clone(),
            postmaster: config.postmaster.clone(),
            notifications: config.notifications.clone(),
            rules: config.rules.clone(),
            answer: config.limits.answer,
            hops: config.limits.hops,
            mail_server: MailServer::new(
                &config.downstream,
                &config.hostname,
                mail_server,
                watch.clone(),
            ),
            groups,
            baseline,
            has_baseline: AtomicBool::new(false),
            ledger_fails: AtomicBool::new(false),
            ledger,
            under_way: Mutex::default(),
            watch,
        }
    }

    /// Asks the build server how all stages ended, before the first notification comes. If it
    /// cannot be asked now, the first notification will have to wait for it.
    pub async fn learn_baseline(&self) -> Result<(), RestError> {
        if self.has_baseline.load(SeqCst) {
            return Ok(());
        }
        let baseline = self.baseline.get().await?.facts;
        let news = self.ledger.stages(|stages| stages.news(&baseline));
        self.learn(news).await;
        self.has_baseline.store(true, SeqCst);
        Ok(())
    }

    /// Decides about a mail, and does what has been decided.
    async fn relay(&self, mail: &Mail<'_>) -> RelayOutcome {
        if mail.header.hops >= self.hops {
            let why = format!(
                "{} servers have had this mail before: it goes round in circles",
                mail.header.hops
            );
            return RelayOutcome::Refused(Reply::new(554, (5, 4, 6), why)); // RFC 3463, 3.5
        }
        // A client that does not want to wait any longer may send the same bytes once more. The
        // second mail waits for what becomes of the first.
        let lock = self.lock_for(mail.digest);
        let _guard = lock.lock().await;
        let plan = match self.plan(mail).await {
            Ok(plan) => plan,
            Err(error) => {
                return RelayOutcome::Later(format!("the facts are missing: {error}"));
            }
        };
        self.deliver(mail, &plan).await
    }

    fn lock_for(&self, digest: Digest) -> Arc<tokio::sync::Mutex<()>> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = under_way.get(&digest).and_then(Weak::upgrade) {
            return lock;
        }
        under_way.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::default();
        under_way.insert(digest, Arc::downgrade(&lock));
        lock
    }

    /// Where it is to go. A recipient for whom it is a notification is replaced by the addresses
    /// that the rules name; all other recipients stay.
    async fn plan(&self, mail: &Mail<'_>) -> Result<Plan, RestError> {
        let is_listed = |listed: &[EnvelopeAddress], mailbox: &EnvelopeAddress| {
            listed.iter().any(|listed| listed.means(mailbox))
        };
        let from_notifyer =
            matches!(&mail.from, Some(from) if is_listed(&self.notifications.from, from));
        let (notified, others): (Vec<EnvelopeAddress>, Vec<EnvelopeAddress>) = mail
            .to
            .iter()
            .cloned()
            .partition(|to| from_notifyer || is_listed(&self.notifications.to, to));
        if notified.is_empty() {
            return Ok(Plan { recipients: unique(others), because: "passes through".into() });
        }

        let report = StageReport::parse(&mail.header.subject);
        let event = match &report {
            Some(report) => Some(self.event(report).await?),
            None => None,
        };
        let notification = Notification {
            to: &notified,
            from: mail.from.as_ref(),
            subject: &mail.header.subject,
            stage: report.as_ref().map(|report| &report.stage).zip(event),
        };
        let groups = match self.rules.iter().any(|rule| rule.needs_facts(&notification)) {
            true => self.groups().await?,
            false => Arc::default(),
        };
        let (rules, recipients) = apply(&self.rules, &notification, &groups);

        let event = match event {
            Some(event) => format!("{event}, "),
            None => String::new(),
        };
        let (recipients, because) = match self.notifications.unmatched {
            _ if !rules.is_empty() => {
                let names: Vec<String> =
                    rules.iter().map(|rule| format!("{:?}", rule.name)).collect();
                (recipients, format!("{event}{}", names.join(" and ")))
            }
            Unmatched::Pass => (notified, format!("{event}no rule, passes through")),
            Unmatched::Drop => (vec![], format!("{event}no rule, dropped")),
        };
        Ok(Plan { recipients: unique([recipients, others].concat()), because })
    }

    /// What a report means. That depends on how the stage ended before, which is asked for only if
    /// there is a rule about events.
    async fn event(&self, report: &StageReport) -> Result<StageEvent, RestError> {
        if self.rules.iter().any(|rule| !rule.events.is_empty()) {
            self.learn_baseline().await?;
        }
        Ok(self.ledger.stages(|stages| stages.event(report)))
    }

    async fn groups(&self) -> Result<Arc<PipelineGroups>, RestError> {
        let Cached { facts, age, stale } = self.groups.get().await?;
        if let Some(error) = stale {
            self.see(RelayEvent::Stale { age, error });
        }
        Ok(facts)
    }

    /// Sends a mail to all that have not had it.
    async fn deliver(&self, mail: &Mail<'_>, plan: &Plan) -> RelayOutcome {
        let missing = self.ledger.missing(&mail.digest, &plan.recipients);
        let had = plan.recipients.len() - missing.len();
        let because = match had {
            0 => plan.because.clone(),
            _ => format!("{}, {had} had it before", plan.because),
        };
        if missing.is_empty() {
            return self.accept(mail, had, because).await;
        }

        let message = with_trace(mail.transaction, mail.body, &self.hostname);
        let outcome = self.mail_server.send(mail.from.as_ref(), &missing, &message).await;
        let accepted = outcome.accepted();
        // Without a `Message-ID`, the same bytes may be a new alarm once this mail is acknowledged.
        // So if all recipients have it at the first attempt, it is not even written down.
        let is_done_with =
            accepted.len() == missing.len() && had == 0 && !mail.header.has_message_id;
        if !accepted.is_empty() && !is_done_with {
            self.noted(self.ledger.sent(mail.digest, &accepted).await);
        }

        let refused = outcome.refusals();
        let served = had + accepted.len();
        if outcome.is_doubtful() {
            return RelayOutcome::Later(format!("{because}; {outcome}"));
        }
        // The configuration may have changed since the last attempt, and its rules may have named
        // other recipients, which have the mail. Then it cannot be refused any more.
        if served == 0 && !self.ledger.knows(&mail.digest) {
            return RelayOutcome::Refused(outcome.refusal());
        }
        if !refused.is_empty()
            && let Err(why) = self.tell_the_postmaster(mail, &outcome).await
        {
            return RelayOutcome::Later(format!(
                "{because}; {outcome}; and the postmaster cannot be told: {why}"
            ));
        }
        let because = if refused.is_empty() {
            because
        } else {
            format!("{because}; {outcome}, the postmaster knows")
        };
        self.accept(mail, served, because).await
    }

    async fn accept(&self, mail: &Mail<'_>, served: usize, because: String) -> RelayOutcome {
        if !mail.header.has_message_id {
            for digest in [mail.digest, self.notice_of(mail)] {
                // After a crash, another mail with the same bytes would be taken for a retry of
                // this one, and get lost.
                if let Err(error) = self.ledger.forget(digest).await {
                    return RelayOutcome::Later(error.to_string());
                }
            }
        }
        RelayOutcome::Accepted(format!("{because}, sent to {served}"))
    }

    /// Some recipients have the mail, and others never will: the postmaster has to know.
    async fn tell_the_postmaster(
        &self,
        mail: &Mail<'_>,
        outcome: &SendOutcome,
    ) -> Result<(), String> {
        let digest = self.notice_of(mail);
        let postmaster = std::slice::from_ref(&self.postmaster);
        if self.ledger.missing(&digest, postmaster).is_empty() {
            return Ok(());
        }
        let notice =
            notice(&self.hostname, &self.postmaster, &mail.header.subject, &outcome.refusals());
        let notice = notice.map_err(|error| error.to_string())?;
        // From `<>`, so that nothing comes back.
        let told = self.mail_server.send(None, postmaster, &notice).await;
        if told.accepted().is_empty() {
            return Err(told.to_string());
        }
        self.noted(self.ledger.sent(digest, postmaster).await);
        Ok(())
    }

    /// Under what the notice about a mail stands in the ledger.
    fn notice_of(&self, mail: &Mail<'_>) -> Digest {
        Digest::of(Some(&self.postmaster), &mail.digest.0)
    }

    /// Where mail to a recipient goes; `None` if it is none of ours.
    fn recipient_of(&self, to: &Address) -> Option<EnvelopeAddress> {
        let mailbox = EnvelopeAddress::new(to.clone());
        if self.own.iter().any(|own| own.covers(&mailbox)) {
            return Some(mailbox);
        }
        // Mail to the postmaster must be taken, by itself and in each domain for which there is
        // mail: RFC 5321, 4.5.1.
        let is_ours = match to.domain() {
            None => true,
            Some(domain) => {
                domain.eq_ignore_ascii_case(&self.hostname)
                    || self.own.iter().any(|own| own.is_in(domain))
            }
        };
        if to.is_postmaster() && is_ours { Some(self.postmaster.clone()) } else { None }
    }

    /// Notes how stages ended. That there is nothing to note says nothing about the disk.
    async fn learn(&self, ended: Vec<StageEnd>) {
        if !ended.is_empty() {
            self.noted(self.ledger.learn(ended).await);
        }
    }

    /// A ledger that cannot be written still remembers, until the process ends; and to say 451
    /// about a mail that every recipient has would only make it worse. So it is only said: once
    /// when it begins, and once when it is over, not with each mail.
    fn noted(&self, noted: Result<(), LedgerError>) {
        let fails = noted.is_err();
        if self.ledger_fails.swap(fails, SeqCst) == fails {
            return;
        }
        match noted {
            Err(error) => self.see(RelayEvent::LedgerFails(error)),
            Ok(()) => self.see(RelayEvent::LedgerWorksAgain),
        }
    }

    fn see(&self, step: RelayEvent) {
        (self.watch)(&step);
    }
}

impl<M: Dial> Handler for Relay<M> {
    const HEARS_ACKNOWLEDGEMENTS: bool = true;

    /// A server that takes mail for all addresses is an open relay.
    async fn recipient(&self, _mail: &Transaction, to: &Address) -> Reply {
        match self.recipient_of(to) {
            Some(_) => Reply::recipient_ok(),
            None => Reply::new(550, (5, 7, 1), "relaying denied"),
        }
    }

    async fn message(&self, transaction: Transaction, body: Bytes) -> Reply {
        let from = transaction.envelope.from.clone().map(EnvelopeAddress::new);
        let to = transaction.envelope.to.iter().flat_map(|to| self.recipient_of(to)).collect();
        let header = Header::read(&body);
        let digest = Digest::of(from.as_ref(), &body);
        let mail = Mail { from, to, header, digest, body: &body, transaction: &transaction };
        self.see(RelayEvent::Came { subject: mail.header.subject.clone() });

        // ANCHOR: answer
        let answer = timeout(self.answer, self.relay(&mail)).await;
        let answer = answer.unwrap_or_else(|_| RelayOutcome::Later("it takes too long".into()));
        let (reply, why) = match answer {
            RelayOutcome::Accepted(why) => (Reply::accepted("it is in good hands"), why),
            RelayOutcome::Later(why) => (Reply::try_again(why.clone()), why),
            RelayOutcome::Refused(reply) => (reply.clone(), reply.text().to_owned()),
        };
        // ANCHOR_END: answer
        let envelope = &transaction.envelope;
        self.see(RelayEvent::Answered(MailOutcome {
            from: envelope.from.clone(),
            to: envelope.to.clone(),
            subject: mail.header.subject,
            why,
            code: reply.code(),
        }));
        reply
    }

    /// Only now is it true for us, too, that a stage has ended so: if the Notifyer had to send the
    /// mail again, it would have to mean the same as before.
    async fn acknowledged(&self, _mail: &Transaction, body: &Bytes) {
        let Some(report) = StageReport::parse(&Header::read(body).subject) else { return };
        let lesson = self.ledger.stages(|stages| stages.lesson(&report));
        self.learn(lesson.into_iter().collect()).await;
    }
}

/// Each of them once.
fn unique(mailboxes: Vec<EnvelopeAddress>) -> Vec<EnvelopeAddress> {
    let mut unique: Vec<EnvelopeAddress> = vec![];
    for mailbox in mailboxes {
        if !unique.contains(&mailbox) {
            unique.push(mailbox);
        }
    }
    unique
}

/// The facts that the REST API has at `path`.
fn facts<T: Send + Sync + 'static, R: Dial>(
    keep: CachePolicy,
    rest: &Arc<RestServer<R>>,
    path: &str,
    watch: &Observer,
    parse: fn(&[u8]) -> Result<T, String>,
) -> Cache<T> {
    let rest = rest.clone();
    let path = path.to_owned();
    let watch = watch.clone();
    Cache::new(keep, move || {
        let rest = rest.clone();
        let path = path.clone();
        let watch = watch.clone();
        async move {
            watch(&RelayEvent::Asks { path: path.clone() });
            let answer = rest.get(&path).await;
            let answer = answer.and_then(|answer| parse(&answer).map_err(RestError::Garbage));
            watch(&RelayEvent::Asked { path, error: answer.as_ref().err().cloned() });
            answer
        }
    })
}
