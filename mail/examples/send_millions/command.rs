//! `send_millions` as a program: files, a server, Ctrl-C, and a progress bar.
use super::{options::Options, server::OwnServer};
use indicatif::{HumanCount, ProgressBar, ProgressState, ProgressStyle};
use mail::{
    Draft, DraftError, Mailbox,
    campaign::made_up_recipients,
    campaign::{
        Campaign, CampaignEvent, CampaignJournal, CampaignSummary, FailedList, Heartbeat,
        ListError, OverSmtp, Recipient, RecipientFile, RecipientOutcome,
    },
    files::{is_same_file, plain_file, read_plain_file},
    smtp::{Address, Client, Envelope, Message, Timeouts},
};
use std::{
    cell::RefCell,
    fmt::Display,
    future::pending,
    io::{ErrorKind, Write},
    path::Path,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};
use tokio::{
    task::{JoinError, spawn_blocking},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

/// Sends the mail. The exit status is 0 if every line of the list was an address and got it, 1 if
/// not, 2 if the command line or a file is wrong.
pub fn run(options: Box<Options>) -> ExitCode {
    // One thread: that is how it would be in a program that has other things to do.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(send(*options)),
        Err(error) => Err(error.to_string()),
    };
    match ended {
        Ok(all_sent) => ExitCode::from(u8::from(!all_sent)),
        Err(error) => complain(error),
    }
}

/// Says what is wrong, with the status for it; on a full disk only with the status.
pub fn complain(error: impl Display) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "send_millions: {error}");
    ExitCode::from(2)
}

/// Whether all recipients got the mail.
async fn send(options: Options) -> Result<bool, String> {
    look_at_the_files(&options)?;
    let template = Arc::new(Template::new(&options)?);
    let total = match &options.recipients {
        Some(path) => check_all(path, &template).await?,
        None => {
            check(&template, made_up_recipients(options.count))?;
            options.count
        }
    };
    let (journal, progress) = match &options.resume {
        Some(path) => {
            let (journal, progress) =
                CampaignJournal::open(path).map_err(|error| error.to_string())?;
            (Some(journal), progress)
        }
        None => (None, Default::default()),
    };
    let failed = match &options.failed {
        // A journal that goes on has a list of failures that goes on.
        Some(path) => Some(FailedList::open(path, progress.taken_up_to > 0).map_err(about(path))?),
        None => None,
    };
    let mut settings = options.settings;
    settings.connections = settings
        .connections
        .min(usize::try_from(total).unwrap_or(usize::MAX).max(1).try_into().expect("it is not 0"));
    let own_server = match options.server {
        None => Some(
            OwnServer::start(settings.connections.get())
                .map_err(|error| format!("no server: {error}"))?,
        ),
        Some(_) => None,
    };
    let address = match (&options.server, &own_server) {
        (Some(address), _) => address.clone(),
        (None, Some(server)) => server.address.to_string(),
        (None, None) => unreachable!("one of them is there"),
    };

    let already = progress.sent + progress.refused + progress.gave_up + progress.in_doubt;
    let show = RefCell::new(Show::new(total, already, options.failed.is_none()));
    let stop = CancellationToken::new();
    let connect = || Client::connect(address.as_str(), "localhost", Timeouts::all(options.timeout));
    let mut campaign = Campaign::new(
        OverSmtp::new(connect, |recipient: &Recipient| template.to(recipient)),
        settings,
    )
    .on_event(|event| show.borrow_mut().event(event))
    .stop(stop.clone());
    if let Some(journal) = journal {
        campaign = campaign.journal((journal, progress));
    }
    if let Some(failed) = failed {
        campaign = campaign.failed(failed);
    }
    let list: Box<dyn Iterator<Item = Result<Recipient, ListError>>> = match &options.recipients {
        Some(path) => Box::new(RecipientFile::open(path).map_err(about(path))?),
        None => Box::new(made_up_recipients(total)),
    };

    let (heartbeat, begin) = (Heartbeat::new(Duration::from_millis(10)), Instant::now());
    let ended = tokio::select! {
        biased;
        never = heartbeat.beat() => match never {},
        () = interrupted(&stop, &show) => None,
        ended = campaign.run(list) => Some(ended.map_err(|error| error.to_string())?),
    };
    let show = show.into_inner();
    show.bar.finish_and_clear();
    let Some(summary) = ended else {
        let resume = match &options.resume {
            Some(path) => format!("; the journal {} has their names", path.display()),
            None => String::new(),
        };
        let sent = HumanCount(show.sent);
        print(&format!(
            "{sent} sent, and then interrupted: what was in flight is in doubt{resume}\n"
        ))?;
        return Ok(false);
    };
    let mut said = report(&summary, &show, total, begin.elapsed(), options.resume.as_deref());
    let worst_gap = heartbeat.worst_gap().as_secs_f64() * 1e3;
    said +=
        &format!("\nthe longest time between two heartbeats, of 10 ms each: {worst_gap:.1} ms\n");
    if let Some(server) = own_server {
        said += &format!("the server has {}\n", counted(server.end(), "mail"));
    }
    print(&said)?;
    Ok(summary.all_sent())
}

/// Prints, and does not mind when the reader has gone.
pub fn print(text: &str) -> Result<(), String> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(format!("cannot write what was done: {error}"))
        }
        _ => Ok(()),
    }
}

fn about(path: &Path) -> impl Fn(std::io::Error) -> String {
    move |error| format!("{}: {error}", path.display())
}

/// Looks at every file before one of them is touched: the second run of a campaign is easily given
/// the list of failures of the first one both as what to read and as what to write.
fn look_at_the_files(options: &Options) -> Result<(), String> {
    let read = [("--recipients", &options.recipients), ("--text", &options.text)];
    let written = [("--failed", &options.failed), ("--resume", &options.resume)];
    let mut seen: Vec<(&str, &Path, bool)> = vec![];
    for (files, is_written) in [(read, false), (written, true)] {
        for (option, path) in files {
            let Some(path) = path else { continue };
            plain_file(path).map_err(about(path))?;
            for (other, other_path, other_is_written) in &seen {
                let matters = is_written || *other_is_written;
                if matters && is_same_file(path, other_path).map_err(about(path))? {
                    return Err(format!("{other} and {option} are the same file"));
                }
            }
            seen.push((option, path, is_written));
        }
    }
    Ok(())
}

/// Writes the mail to every recipient in a file once, so that one that cannot be written is known
/// before the first is sent. Says how many there are, which is what "time left" is counted from.
async fn check_all(path: &Path, template: &Arc<Template>) -> Result<u64, String> {
    let list = RecipientFile::open(path).map_err(about(path))?;
    let template = template.clone();
    let checked = spawn_blocking(move || check(&template, list));
    checked.await.map_err(|error: JoinError| error.to_string())?
}

fn check(
    template: &Template,
    list: impl Iterator<Item = Result<Recipient, ListError>>,
) -> Result<u64, String> {
    let mut recipients = 0;
    for entry in list {
        match entry {
            Ok(recipient) => {
                template
                    .message(&recipient.address)
                    .map_err(|error| cannot_be_written(&recipient, error))?;
                recipients += 1;
            }
            // It is reported when its turn comes.
            Err(ListError::BadLine { .. }) => {}
            Err(error @ ListError::Unreadable(_)) => return Err(error.to_string()),
        }
    }
    Ok(recipients)
}

/// What is sent, apart from the address.
struct Template {
    from: Mailbox,
    bounces: Option<Address>,
    subject: String,
    headers: Vec<(String, String)>,
    text: String,
}

impl Template {
    fn new(options: &Options) -> Result<Template, String> {
        let text = match &options.text {
            Some(path) => read_plain_file(path).map_err(about(path))?,
            None => "Dear {address},\n\nthere is news.\n".to_owned(),
        };
        Ok(Template {
            from: options.from.clone(),
            bounces: options.bounces.clone(),
            subject: options.subject.clone(),
            headers: options.headers.clone(),
            text,
        })
    }

    /// The message for one recipient. Its address may make it one that cannot be written, such as
    /// one with a header that is too long.
    fn message(&self, to: &Address) -> Result<Message, DraftError> {
        let filled_in = |text: &str| text.replace("{address}", to.as_str());
        let mut draft = Draft::new(&self.from).to(to.clone()).subject(&filled_in(&self.subject))?;
        for (name, value) in &self.headers {
            draft = draft.header(name, &filled_in(value))?;
        }
        draft.text(&filled_in(&self.text))
    }

    fn to(&self, recipient: &Recipient) -> Result<(Envelope, Message), String> {
        let message = self
            .message(&recipient.address)
            .map_err(|error| cannot_be_written(recipient, error))?;
        let from = self.bounces.as_ref().unwrap_or(self.from.address());
        let envelope = Envelope { from: Some(from.clone()), to: vec![recipient.address.clone()] };
        Ok((envelope, message))
    }
}

fn cannot_be_written(recipient: &Recipient, error: DraftError) -> String {
    let Recipient { number, address } = recipient;
    format!("the mail to {address} (line {number}) cannot be written: {error}")
}

/// Waits for Ctrl-C, and asks for the end; returns when there is a second one.
async fn interrupted(stop: &CancellationToken, show: &RefCell<Show>) {
    for first in [true, false] {
        asked_to_end().await;
        if first {
            show.borrow().say("finishing what is in flight; Ctrl-C once more ends it at once");
            stop.cancel();
        }
    }
}

/// Ctrl-C, or what a system sends to a program that is to end.
async fn asked_to_end() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

/// What is seen while it runs.
struct Show {
    bar: ProgressBar,
    sent: u64,
    failed: u64,
    /// How many attempts have failed that are not the last.
    waits: u64,
    /// Why there was no connection, the last time that there was none.
    last_obstacle: String,
    /// The first of those that did not get the mail, if there is no file for them.
    failures: Option<Vec<String>>,
}

/// At most this many failures are shown at the end.
const SHOWN: usize = 20;

impl Show {
    fn new(total: u64, already: u64, keep_failures: bool) -> Show {
        // It is drawn on the standard error, and only if that is a terminal.
        let bar = ProgressBar::new(total).with_message("none failed").with_position(already);
        let template = "{bar:30} {human_pos}/{human_len}, {rate} a second, {msg}, {eta} left";
        let rate = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            _ = write!(out, "{}", HumanCount(state.per_sec() as u64))
        };
        bar.set_style(
            ProgressStyle::with_template(template).expect("it is one").with_key("rate", rate),
        );
        bar.reset_eta();
        let failures = keep_failures.then(Vec::new);
        Show { bar, sent: 0, failed: 0, waits: 0, last_obstacle: String::new(), failures }
    }

    fn event(&mut self, event: CampaignEvent<'_>) {
        match event {
            CampaignEvent::BadLine(number, why) => self.say(format!("line {number}: {why}")),
            CampaignEvent::NotConnected(why) => self.not_connected(why),
            CampaignEvent::Begins(_) => {}
            CampaignEvent::Waits { .. } => {
                self.waits += 1;
                self.message();
            }
            CampaignEvent::Ends(recipient, outcome) => {
                self.bar.inc(1);
                if *outcome == RecipientOutcome::Sent {
                    self.sent += 1;
                } else {
                    self.failed += 1;
                    self.message();
                    if let Some(failures) = &mut self.failures
                        && failures.len() < SHOWN
                    {
                        failures.push(format!(
                            "line {}: {}: {outcome}",
                            recipient.number, recipient.address
                        ));
                    }
                }
            }
        }
    }

    fn message(&self) {
        self.bar.set_message(format!("{} failed, {} put off", self.failed, self.waits));
    }

    /// All connections meet with the same, most of the time: once is enough.
    fn not_connected(&mut self, why: &str) {
        if self.last_obstacle != why {
            why.clone_into(&mut self.last_obstacle);
            self.say(format!("no connection: {why}"));
        }
    }

    fn say(&self, text: impl Display) {
        // If the reader has gone, it is sent all the same.
        let _ = self.bar.suspend(|| writeln!(std::io::stderr(), "{text}"));
    }
}

fn counted(number: u64, what: &str) -> String {
    format!("{} {what}{}", HumanCount(number), if number == 1 { "" } else { "s" })
}

fn report(
    summary: &CampaignSummary,
    show: &Show,
    total: u64,
    took: Duration,
    resume: Option<&Path>,
) -> String {
    let mut lines = vec![];
    let rate = show.sent as f64 / took.as_secs_f64().max(1e-3);
    lines.push(format!(
        "{} sent in {:.1} s, {} a second",
        HumanCount(show.sent),
        took.as_secs_f64(),
        HumanCount(rate as u64)
    ));
    if summary.sent > show.sent {
        lines.push(format!("{} sent in all, with the runs before", HumanCount(summary.sent)));
    }
    for (number, what) in [
        (summary.refused, "refused"),
        (summary.gave_up, "given up after too many attempts"),
        (summary.in_doubt, "in doubt: the server may have it, and was not asked again"),
    ] {
        if number > 0 {
            lines.push(format!("{} {what}", HumanCount(number)));
        }
    }
    if summary.bad_lines > 0 {
        lines.push(format!(
            "{} of the list no address, and skipped",
            counted(summary.bad_lines, "line")
        ));
    }
    for failure in show.failures.iter().flatten() {
        lines.push(format!("  {failure}"));
    }
    let Some(stopped) = &summary.stopped else { return lines.join("\n") };
    lines.push(format!("{stopped}; not sent:"));
    for recipient in summary.waiting.iter().take(SHOWN) {
        lines.push(format!("  line {}: {}: waits to be sent", recipient.number, recipient.address));
    }
    if summary.waiting.len() > SHOWN {
        lines.push(format!(
            "  … and {} more that wait to be sent",
            HumanCount((summary.waiting.len() - SHOWN) as u64)
        ));
    }
    if let Some(next) = &summary.next {
        let ended = summary.sent + summary.refused + summary.gave_up + summary.in_doubt;
        let left = total.saturating_sub(ended + summary.waiting.len() as u64);
        lines.push(format!(
            "  line {}: {}, and all after it: {} in all",
            next.number,
            next.address,
            HumanCount(left)
        ));
    }
    if let Some(path) = resume {
        lines.push(format!(
            "the same command goes on from there, with the journal {}",
            path.display()
        ));
    }
    lines.join("\n")
}
