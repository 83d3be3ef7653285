//! Who is next: the list, those who wait for another attempt, and the books.
//!
//! Nothing in here waits: all workers share one desk, on one thread, and each visit is over before the next begins.
use super::{
    Event, FailedList, Fate, IfInDoubt, Journal, ListError, Open, Outcome, Past, Recipient,
    ResumeError, Settings, Step, Stopped, Summary,
};
use std::{cmp::Reverse, collections::BinaryHeap, io};
use tokio::{task::coop::consume_budget, time::Instant};

/// A recipient, and how many attempts have failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Job {
    pub recipient: Recipient,
    pub attempts: u32,
    /// The server may have it already, from an attempt before.
    in_doubt: bool,
}

/// One who waits for another attempt. The earliest is the greatest, which is the one that a heap gives first.
struct Waiting {
    due: Reverse<(Instant, u64)>,
    job: Job,
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

/// What a worker is told who asks for work.
pub(super) enum Next {
    Job(Job),
    /// What stood in the list was no recipient: ask again.
    BadLine,
    /// Nobody is to be sent to before then.
    WaitUntil(Instant),
    /// The list is at its end, and nobody waits.
    Nothing,
}

/// What ends a campaign early, and is not the server.
pub(super) enum Failure {
    List(io::Error),
    Journal(io::Error),
    FailedList(io::Error),
}

pub(super) struct Desk<'a, I> {
    recipients: I,
    exhausted: bool,
    waiting: BinaryHeap<Waiting>,
    settings: &'a Settings,
    journal: Option<Journal>,
    failed: Option<FailedList>,
    watch: Box<dyn FnMut(Event<'_>) + 'a>,
    pub summary: Summary,
}

impl<'a, I: Iterator<Item = Result<Recipient, ListError>>> Desk<'a, I> {
    pub fn new(
        recipients: I,
        settings: &'a Settings,
        journal: Option<Journal>,
        failed: Option<FailedList>,
        watch: Box<dyn FnMut(Event<'_>) + 'a>,
    ) -> Desk<'a, I> {
        let (waiting, summary) = (BinaryHeap::new(), Summary::default());
        Desk { recipients, exhausted: false, waiting, settings, journal, failed, watch, summary }
    }

    /// Who is next. In the journal it is in flight from now on.
    pub fn next(&mut self, now: Instant) -> Result<Next, Failure> {
        let next = self.choose(now)?;
        let Next::Job(job) = next else { return Ok(next) };
        let Recipient { number, address } = &job.recipient;
        let number = *number;
        let is_new = number > self.summary.taken_up_to;
        let noted = self.note(if is_new {
            Step::Take(number, address.as_str())
        } else {
            Step::Retry(number)
        });
        match noted {
            Ok(()) => {
                self.summary.taken_up_to = self.summary.taken_up_to.max(number);
                (self.watch)(Event::Begins(&job.recipient));
                Ok(Next::Job(job))
            }
            // Nobody may be sent to who is not in the journal.
            Err(failure) if is_new => {
                self.summary.next.get_or_insert(job.recipient);
                Err(failure)
            }
            Err(failure) => {
                self.waiting.push(Waiting { due: Reverse((now, number)), job, why: String::new() });
                Err(failure)
            }
        }
    }

    fn choose(&mut self, now: Instant) -> Result<Next, Failure> {
        let earliest = self.waiting.peek().map(|waiting| waiting.due.0.0);
        match earliest {
            Some(due) if due <= now => {
                return Ok(Next::Job(self.waiting.pop().expect("somebody waits").job));
            }
            // Too many wait already: take nobody more from the list, who might have to wait, too.
            Some(due) if self.waiting.len() >= self.settings.most_waiting.get() => {
                return Ok(Next::WaitUntil(due));
            }
            _ => {}
        }
        if !self.exhausted {
            match self.recipients.next() {
                Some(Ok(recipient)) => {
                    return Ok(Next::Job(Job { recipient, attempts: 0, in_doubt: false }));
                }
                Some(Err(ListError::BadLine { number, why })) => {
                    self.bad_line(number, &why);
                    return Ok(Next::BadLine);
                }
                Some(Err(ListError::Unreadable(error))) => {
                    self.exhausted = true;
                    return Err(Failure::List(error));
                }
                None => self.exhausted = true,
            }
        }
        Ok(earliest.map_or(Next::Nothing, Next::WaitUntil))
    }

    /// Writes down what became of a recipient who was in flight.
    pub fn settle(&mut self, mut job: Job, outcome: Outcome, now: Instant) -> Result<(), Failure> {
        job.in_doubt |= matches!(outcome, Outcome::InDoubt(_));
        let (why, final_fate): (String, fn(String) -> Fate) = match outcome {
            Outcome::Sent => return self.end(&job.recipient, Fate::Sent),
            Outcome::Refused(why) => (why, Fate::Refused),
            Outcome::InDoubt(why) if self.settings.if_in_doubt == IfInDoubt::Leave => {
                (why, Fate::InDoubt)
            }
            Outcome::InDoubt(why) | Outcome::NotNow(why) | Outcome::Lost(why) => {
                job.attempts += 1;
                if job.attempts < self.settings.attempts.get() {
                    let due = now + self.settings.backoff.after(job.attempts);
                    return self.wait(job, due, why);
                }
                (why, Fate::GaveUp)
            }
        };
        self.end(&job.recipient, if job.in_doubt { Fate::InDoubt(why) } else { final_fate(why) })
    }

    /// Puts somebody back whom nobody has tried to send to.
    pub fn put_back(&mut self, job: Job, why: &str, now: Instant) -> Result<(), Failure> {
        self.wait(job, now, why.to_owned())
    }

    fn wait(&mut self, job: Job, due: Instant, why: String) -> Result<(), Failure> {
        (self.watch)(Event::Waits {
            recipient: &job.recipient,
            attempts: job.attempts,
            until: due,
            why: &why,
        });
        let noted = self.note(Step::Again(job.recipient.number, job.attempts, &why));
        self.waiting.push(Waiting { due: Reverse((due, job.recipient.number)), job, why });
        noted
    }

    fn end(&mut self, recipient: &Recipient, fate: Fate) -> Result<(), Failure> {
        self.summary.count(&fate);
        (self.watch)(Event::Ends(recipient, &fate));
        // The list of failures first: if the program ends in between, somebody is listed twice, but nobody is forgotten.
        let listed = match &mut self.failed {
            Some(failed) => failed.add(recipient, &fate).map_err(Failure::FailedList),
            None => Ok(()),
        };
        let number = recipient.number;
        let noted = self.note(match &fate {
            Fate::Sent => Step::Sent(number),
            Fate::Refused(why) => Step::Refused(number, why),
            Fate::GaveUp(why) => Step::GaveUp(number, why),
            Fate::InDoubt(why) => Step::InDoubt(number, why),
        });
        listed.and(noted)
    }

    fn note(&mut self, step: Step<'_>) -> Result<(), Failure> {
        match &mut self.journal {
            Some(journal) => journal.note(step).map_err(Failure::Journal),
            None => Ok(()),
        }
    }

    /// Whether everybody has an end. Looks who would be next, if nobody has yet found the end of the list.
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
        (self.watch)(Event::BadLine(number, why));
    }

    pub fn not_connected(&mut self, why: &str) {
        (self.watch)(Event::NotConnected(why));
    }

    /// Goes on where the runs before have ended: passes over everybody they have taken, and takes back those who have no
    /// end yet.
    pub async fn go_on(&mut self, past: &Past) -> Result<Result<(), Failure>, ResumeError> {
        let Past { taken_up_to, sent, refused, gave_up, in_doubt, .. } = *past;
        self.summary =
            Summary { taken_up_to, sent, refused, gave_up, in_doubt, ..Summary::default() };
        let taken = match &self.journal {
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
            if let Some(open) = past.open.get(&journal.number) {
                unfinished.push((journal, *open));
            }
        }
        // Only now, when it is sure that it is the same list.
        for (recipient, open) in unfinished {
            let settled = match open {
                Open::Waiting(attempts) => {
                    let job = Job { recipient, attempts, in_doubt: false };
                    self.put_back(job, "it was not sent in the run before", Instant::now())
                }
                Open::InFlight(attempts) => {
                    let why = "the run before ended while it was being sent".to_owned();
                    let job = Job { recipient, attempts, in_doubt: true };
                    self.settle(job, Outcome::InDoubt(why), Instant::now())
                }
            };
            if let Err(failure) = settled {
                return Ok(Err(failure));
            }
        }
        Ok(Ok(()))
    }

    /// Closes the books.
    pub fn finish(mut self, mut stopped: Option<Stopped>) -> Summary {
        let mut waiting = std::mem::take(&mut self.waiting).into_vec();
        waiting.sort_by_key(|waiting| waiting.job.recipient.number);
        for Waiting { job, why, .. } in waiting {
            // Without a journal nobody else remembers who it was.
            if let (Some(failed), None) = (&mut self.failed, &self.journal)
                && let Err(error) =
                    failed.add(&job.recipient, &Fate::GaveUp(format!("not tried again: {why}")))
            {
                stopped.get_or_insert(Stopped::FailedList(error));
            }
            self.summary.waiting.push(job.recipient);
        }
        if let Some(journal) = &self.journal
            && let Err(error) = journal.sync()
        {
            stopped.get_or_insert(Stopped::Journal(error));
        }
        Summary { stopped, ..self.summary }
    }
}
