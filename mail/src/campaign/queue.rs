//! Which recipient is next: the list, those that wait for another attempt, and what is noted.
//!
//! Nothing in here waits: all workers share one queue, on one thread, and each visit is over before
//! the next begins.
use super::{
    AttemptOutcome, CampaignEvent, CampaignJournal, CampaignSummary, EarlyEnd, FailedList,
    IfInDoubt, ListError, Progress, Recipient, RecipientOutcome, Record, ResumeError, Settings,
    Unfinished,
};
use std::{cmp::Reverse, collections::BinaryHeap, io};
use tokio::{task::coop::consume_budget, time::Instant};

/// A recipient, and how many attempts have failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Attempt {
    pub recipient: Recipient,
    pub attempts: u32,
    /// The server may have it already, from an attempt before.
    in_doubt: bool,
}

/// A recipient that waits for another attempt. The earliest is the greatest, which is the one that
/// a heap gives first.
struct Waiting {
    /// When it is tried again, and its number, so that of two the first in the list is first.
    due: Reverse<(Instant, u64)>,
    /// Which recipient.
    attempt: Attempt,
    /// Why the last attempt failed: for the report, if there is no other.
    why: String,
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Waiting) -> bool {
        self.due == other.due
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Waiting) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Waiting) -> std::cmp::Ordering {
        self.due.cmp(&other.due)
    }
}

/// What a worker is told when it asks for work.
pub(super) enum Next {
    Attempt(Attempt),
    /// What stood in the list was no recipient: ask again.
    BadLine,
    /// There is nothing to send before then.
    WaitUntil(Instant),
    /// The list is at its end, and no recipient waits.
    Nothing,
}

/// What ends a campaign early, and is not the server.
pub(super) enum QueueError {
    List(io::Error),
    Journal(io::Error),
    FailedList(io::Error),
}

/// Why a recipient that was taken early waits.
const NOT_BEGUN: &str = "not begun";

pub(super) struct Queue<'a, I> {
    /// The list, which is read as it is used.
    recipients: I,
    /// The list has ended, or cannot be read any further: it is not asked again.
    exhausted: bool,
    /// The recipients that are tried again. Their number is bounded.
    waiting: BinaryHeap<Waiting>,
    /// How often a mail is tried, and what to do when it is in doubt.
    settings: &'a Settings,
    /// Has each step before anything is built on it.
    journal: Option<CampaignJournal>,
    /// Has each recipient that does not get the mail.
    failed: Option<FailedList>,
    /// Called with all that happens.
    on_event: Box<dyn FnMut(CampaignEvent<'_>) + 'a>,
    pub summary: CampaignSummary,
}

impl<'a, I: Iterator<Item = Result<Recipient, ListError>>> Queue<'a, I> {
    pub fn new(
        recipients: I,
        settings: &'a Settings,
        journal: Option<CampaignJournal>,
        failed: Option<FailedList>,
        on_event: Box<dyn FnMut(CampaignEvent<'_>) + 'a>,
    ) -> Queue<'a, I> {
        let waiting = BinaryHeap::new();
        let summary = CampaignSummary::default();
        Queue {
            recipients,
            exhausted: false,
            waiting,
            settings,
            journal,
            failed,
            on_event,
            summary,
        }
    }

    /// The next recipient. In the journal it is in flight from now on.
    pub fn next(&mut self, now: Instant) -> Result<Next, QueueError> {
        let next = self.choose(now)?;
        let Next::Attempt(attempt) = next else { return Ok(next) };
        let Recipient { number, address } = &attempt.recipient;
        let number = *number;
        let is_new = number > self.summary.taken_up_to;
        let noted = self.note(if is_new {
            Record::Take(number, address.as_str())
        } else {
            Record::Retry(number)
        });
        match noted {
            Ok(()) => {
                self.summary.taken_up_to = self.summary.taken_up_to.max(number);
                (self.on_event)(CampaignEvent::Begins(&attempt.recipient));
                Ok(Next::Attempt(attempt))
            }
            // No mail may be sent to a recipient that is not in the journal.
            Err(failure) if is_new => {
                self.summary.next.get_or_insert(attempt.recipient);
                Err(failure)
            }
            Err(failure) => {
                self.waiting.push(Waiting {
                    due: Reverse((now, number)),
                    attempt,
                    why: String::new(),
                });
                Err(failure)
            }
        }
    }

    /// The one after, for a connection that can announce its mail early; `None` if there is none
    /// right now. It is taken from the list, and in the journal it waits: no byte of its mail goes
    /// out before [`begin`](Queue::begin).
    pub fn take_ahead(&mut self, now: Instant) -> Result<Option<Attempt>, QueueError> {
        let Next::Attempt(attempt) = self.choose(now)? else { return Ok(None) };
        let Recipient { number, address } = &attempt.recipient;
        let number = *number;
        if number <= self.summary.taken_up_to {
            return Ok(Some(attempt)); // in the journal it waits already
        }
        let records = [Record::Take(number, address.as_str()), Record::Again(number, 0, NOT_BEGUN)];
        if let Some(journal) = &mut self.journal
            && let Err(error) = journal.note_all(&records)
        {
            self.summary.next.get_or_insert(attempt.recipient);
            return Err(QueueError::Journal(error));
        }
        self.summary.taken_up_to = number;
        Ok(Some(attempt))
    }

    /// Now it is in flight.
    pub fn begin(&mut self, attempt: Attempt) -> Result<Attempt, QueueError> {
        match self.note(Record::Retry(attempt.recipient.number)) {
            Ok(()) => {
                (self.on_event)(CampaignEvent::Begins(&attempt.recipient));
                Ok(attempt)
            }
            Err(failure) => {
                self.give_back(attempt, Instant::now());
                Err(failure)
            }
        }
    }

    /// Gives back one that was taken early and has not begun. In the journal it waits already.
    pub fn give_back(&mut self, attempt: Attempt, now: Instant) {
        let due = Reverse((now, attempt.recipient.number));
        self.waiting.push(Waiting { due, attempt, why: NOT_BEGUN.to_owned() });
    }

    fn choose(&mut self, now: Instant) -> Result<Next, QueueError> {
        let earliest = self.waiting.peek().map(|waiting| waiting.due.0.0);
        match earliest {
            Some(due) if due <= now => {
                return Ok(Next::Attempt(
                    self.waiting.pop().expect("one was there to be looked at").attempt,
                ));
            }
            // Too many wait already: one more from the list might have to wait, too.
            Some(due) if self.waiting.len() >= self.settings.most_waiting.get() => {
                return Ok(Next::WaitUntil(due));
            }
            _ => {}
        }
        if !self.exhausted {
            match self.recipients.next() {
                Some(Ok(recipient)) => {
                    return Ok(Next::Attempt(Attempt { recipient, attempts: 0, in_doubt: false }));
                }
                Some(Err(ListError::BadLine { number, why })) => {
                    self.bad_line(number, &why);
                    return Ok(Next::BadLine);
                }
                Some(Err(ListError::Unreadable(error))) => {
                    self.exhausted = true;
                    return Err(QueueError::List(error));
                }
                None => self.exhausted = true,
            }
        }
        Ok(earliest.map_or(Next::Nothing, Next::WaitUntil))
    }

    /// Writes down what became of a recipient that was in flight.
    pub fn complete(
        &mut self,
        mut attempt: Attempt,
        outcome: AttemptOutcome,
        now: Instant,
    ) -> Result<(), QueueError> {
        attempt.in_doubt |= matches!(outcome, AttemptOutcome::InDoubt(_));
        let in_doubt = attempt.in_doubt;
        let leave = self.settings.if_in_doubt == IfInDoubt::Leave;
        let outcome = match outcome {
            AttemptOutcome::Sent => RecipientOutcome::Sent,
            // What is in doubt from an attempt before stays in doubt, whatever became of this one.
            AttemptOutcome::Refused(why) | AttemptOutcome::CannotBeSent(why) if in_doubt => {
                RecipientOutcome::InDoubt(why)
            }
            AttemptOutcome::Refused(why) => RecipientOutcome::Refused(why),
            AttemptOutcome::CannotBeSent(why) => RecipientOutcome::GaveUp(why),
            AttemptOutcome::InDoubt(why) if leave => RecipientOutcome::InDoubt(why),
            AttemptOutcome::InDoubt(why)
            | AttemptOutcome::NotNow(why)
            | AttemptOutcome::Lost(why) => {
                attempt.attempts += 1;
                if attempt.attempts < self.settings.attempts.get() {
                    let due = now + self.settings.backoff.after(attempt.attempts);
                    return self.wait(attempt, due, why);
                }
                if in_doubt {
                    RecipientOutcome::InDoubt(why)
                } else {
                    RecipientOutcome::GaveUp(why)
                }
            }
        };
        self.end(attempt, outcome, now)
    }

    /// Puts a recipient back for which no attempt was made.
    pub fn put_back(
        &mut self,
        attempt: Attempt,
        why: &str,
        now: Instant,
    ) -> Result<(), QueueError> {
        self.wait(attempt, now, why.to_owned())
    }

    fn wait(&mut self, attempt: Attempt, due: Instant, why: String) -> Result<(), QueueError> {
        (self.on_event)(CampaignEvent::Waits {
            recipient: &attempt.recipient,
            attempts: attempt.attempts,
            until: due,
            why: &why,
        });
        let noted = self.note(Record::Again(attempt.recipient.number, attempt.attempts, &why));
        self.waiting.push(Waiting { due: Reverse((due, attempt.recipient.number)), attempt, why });
        noted
    }

    /// A recipient has an end. It is listed among the failures first, and the journal notes the end
    /// only if that worked: what the journal calls ended is not looked at by the next run, so a
    /// recipient that is in neither list would be forgotten.
    fn end(
        &mut self,
        attempt: Attempt,
        outcome: RecipientOutcome,
        now: Instant,
    ) -> Result<(), QueueError> {
        if let Some(failed) = &mut self.failed
            && let Err(error) = failed.add(&attempt.recipient, &outcome)
        {
            return Err(self.not_listed(attempt, &outcome, now, error));
        }
        self.summary.count(&outcome);
        (self.on_event)(CampaignEvent::Ends(&attempt.recipient, &outcome));
        let number = attempt.recipient.number;
        self.note(match &outcome {
            RecipientOutcome::Sent => Record::Sent(number),
            RecipientOutcome::Refused(why) => Record::Refused(number, why),
            RecipientOutcome::GaveUp(why) => Record::GaveUp(number, why),
            RecipientOutcome::InDoubt(why) => Record::InDoubt(number, why),
        })
    }

    /// The list of failures could not be written. A recipient that certainly has no mail waits, so
    /// that the next run tries it again and lists it then. One that is in doubt stays in flight in
    /// the journal, which is what "in doubt" means there.
    fn not_listed(
        &mut self,
        attempt: Attempt,
        outcome: &RecipientOutcome,
        now: Instant,
        error: io::Error,
    ) -> QueueError {
        let (RecipientOutcome::Refused(why) | RecipientOutcome::GaveUp(why)) = outcome else {
            self.summary.count(outcome);
            return QueueError::FailedList(error);
        };
        // If the journal cannot be written either, the first error is the one to report.
        let _ = self.wait(attempt, now, why.clone());
        QueueError::FailedList(error)
    }

    fn note(&mut self, step: Record<'_>) -> Result<(), QueueError> {
        match &mut self.journal {
            Some(journal) => journal.note(step).map_err(QueueError::Journal),
            None => Ok(()),
        }
    }

    /// Whether every recipient has an end. Looks which would be next, if the end of the list has
    /// not been found yet.
    pub fn is_done(&mut self) -> bool {
        while !self.exhausted && self.summary.next.is_none() {
            match self.recipients.next() {
                Some(Ok(recipient)) => self.summary.next = Some(recipient),
                Some(Err(ListError::BadLine { number, why })) => self.bad_line(number, &why),
                Some(Err(ListError::Unreadable(_))) => return false,
                None => self.exhausted = true,
            }
        }
        self.exhausted && self.summary.next.is_none() && self.waiting.is_empty()
    }

    fn bad_line(&mut self, number: u64, why: &str) {
        self.summary.bad_lines += 1;
        (self.on_event)(CampaignEvent::BadLine(number, why));
    }

    pub fn not_connected(&mut self, why: &str) {
        (self.on_event)(CampaignEvent::NotConnected(why));
    }

    /// Goes on where the runs before have ended: passes over all recipients that they have taken,
    /// and takes back those that have no end yet.
    pub async fn resume(
        &mut self,
        progress: &Progress,
    ) -> Result<Result<(), QueueError>, ResumeError> {
        let Progress { taken_up_to, sent, refused, gave_up, in_doubt, .. } = *progress;
        self.summary = CampaignSummary {
            taken_up_to,
            sent,
            refused,
            gave_up,
            in_doubt,
            ..CampaignSummary::default()
        };
        let taken = match &mut self.journal {
            Some(journal) => journal.taken().map_err(ResumeError::Journal)?,
            None => return Ok(Ok(())),
        };
        let mut unfinished = vec![];
        for journal in taken {
            let journal = journal.map_err(ResumeError::Journal)?;
            // This may be a long way.
            consume_budget().await;
            // Bad lines have been reported by the run that met them.
            let list = loop {
                match self.recipients.next() {
                    Some(Err(ListError::BadLine { .. })) => consume_budget().await,
                    Some(Err(ListError::Unreadable(error))) => {
                        return Err(ResumeError::List(error));
                    }
                    Some(Ok(recipient)) => break Some(recipient),
                    None => break None,
                }
            };
            if list.as_ref() != Some(&journal) {
                return Err(ResumeError::AnotherList { journal, list });
            }
            if let Some(open) = progress.open.get(&journal.number) {
                unfinished.push((journal, *open));
            }
        }
        // Only now, when it is sure that it is the same list.
        for (recipient, open) in unfinished {
            let completed = match open {
                Unfinished::Waiting(attempts) => {
                    let attempt = Attempt { recipient, attempts, in_doubt: false };
                    self.put_back(attempt, "it was not sent in the run before", Instant::now())
                }
                Unfinished::InFlight(attempts) => {
                    let why = "the run before ended while it was being sent".to_owned();
                    let attempt = Attempt { recipient, attempts, in_doubt: true };
                    self.complete(attempt, AttemptOutcome::InDoubt(why), Instant::now())
                }
            };
            if let Err(failure) = completed {
                return Ok(Err(failure));
            }
        }
        Ok(Ok(()))
    }

    /// Notes what is left, and returns the summary.
    pub fn finish(mut self, mut stopped: Option<EarlyEnd>) -> CampaignSummary {
        let mut waiting = std::mem::take(&mut self.waiting).into_vec();
        waiting.sort_by_key(|waiting| waiting.attempt.recipient.number);
        for Waiting { attempt, why, .. } in waiting {
            // Without a journal this is the only record of them.
            if let (Some(failed), None) = (&mut self.failed, &self.journal)
                && let Err(error) = failed.add(
                    &attempt.recipient,
                    &RecipientOutcome::GaveUp(format!("not tried again: {why}")),
                )
            {
                stopped.get_or_insert(EarlyEnd::FailedList(error));
            }
            self.summary.waiting.push(attempt.recipient);
        }
        if let Some(journal) = &self.journal
            && let Err(error) = journal.sync()
        {
            stopped.get_or_insert(EarlyEnd::Journal(error));
        }
        CampaignSummary { stopped, ..self.summary }
    }
}
