//! The program. The library of the same name says what it does.
use mail::files::read_plain_file;
use mail2alert::{
    config::{Config, explain},
    event::{Observer, RelayEvent},
    ledger::Ledger,
    network::Tcp,
    timestamp,
};
use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::SystemTime,
};
use tokio::net::TcpListener;

const HELP: &str = "\
Usage: mail2alert CONFIG
       mail2alert --check CONFIG

Takes mail from a build server, asks its REST API for facts, and sends it on to the addresses that
the rules of the configuration name. It acknowledges a mail when the mail server has taken it for
all recipients.

Options:
      --check CONFIG  Print what holds, with its explanation, or what is wrong; and do nothing
  -V, --version       Print the version
  -h, --help          Print this

SIGTERM or SIGINT ends it when the mail that is under way has been answered; a second one ends it at
once.
Each mail has one line in the log, which goes to the standard error.
";

enum Command {
    Run(PathBuf),
    Check(PathBuf),
    Print(String),
}

/// What went wrong, in sentences, and the exit status: 2 if the command or the configuration is
/// wrong, 1 otherwise.
struct ProgramError(u8, Vec<String>);

fn main() -> ExitCode {
    let done = match command() {
        Ok(Command::Run(path)) => run(path),
        Ok(Command::Check(path)) => check(&path),
        Ok(Command::Print(text)) => print(&text),
        Err(error) => Err(ProgramError(2, vec![format!("{error}; mail2alert --help says more")])),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(ProgramError(status, sentences)) => {
            for sentence in sentences {
                say(&format!("mail2alert: {sentence}"));
            }
            ExitCode::from(status)
        }
    }
}

fn command() -> Result<Command, lexopt::Error> {
    use lexopt::prelude::*;
    let mut path = None;
    let mut check = false;
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        match arg {
            Long("check") => check = true,
            Short('h') | Long("help") => return Ok(Command::Print(HELP.into())),
            Short('V') | Long("version") => {
                return Ok(Command::Print(
                    concat!("mail2alert ", env!("CARGO_PKG_VERSION"), "\n").into(),
                ));
            }
            Value(value) if path.is_none() => path = Some(PathBuf::from(value)),
            _ => return Err(arg.unexpected()),
        }
    }
    match path {
        Some(path) if check => Ok(Command::Check(path)),
        Some(path) => Ok(Command::Run(path)),
        None => Err("the configuration is missing".into()),
    }
}

/// A configuration, and the text that it was read from.
fn read(path: &Path) -> Result<(Config, String), ProgramError> {
    let shown = path.display();
    let text = read_plain_file(path)
        .map_err(|error| ProgramError(2, vec![format!("cannot read {shown}: {error}")]))?;
    let environment = |name: &str| std::env::var(name).ok();
    match Config::parse(&text, environment) {
        Ok(config) => Ok((config, text)),
        Err(errors) => {
            let sentences = errors.iter().map(|error| format!("{shown}, {error}"));
            Err(ProgramError(2, sentences.collect()))
        }
    }
}

fn check(path: &Path) -> Result<(), ProgramError> {
    let (_, text) = read(path)?;
    print(&explain(&text))
}

fn run(path: PathBuf) -> Result<(), ProgramError> {
    let (config, _) = read(&path)?;
    let failed = |what: &str, error: io::Error| ProgramError(1, vec![format!("{what}: {error}")]);
    let (ledger, damaged) = Ledger::open(&config.ledger.file, config.ledger.bounds)
        .map_err(|error| ProgramError(1, vec![format!("the ledger: {error}")]))?;
    if damaged > 0 {
        log(&format!("the ledger had {damaged} damaged lines, which were left out"));
    }
    // One thread is enough for all of it: nothing here blocks but the disk, which has a thread of
    // its own.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| failed("cannot start", error))?;
    runtime.block_on(async {
        let listening = TcpListener::bind(&config.listen).await;
        let listener = listening
            .map_err(|error| failed(&format!("cannot listen on {}", config.listen), error))?;
        let address = listener.local_addr().map_err(|error| failed("cannot listen", error))?;
        let mut signals =
            Signals::new().map_err(|error| failed("cannot hear of signals", error))?;
        log(&format!("listening on {address}"));

        let mail_server = Tcp(config.downstream.server.clone());
        let rest = Tcp(config.rest.server.clone());
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let stopped = async { drop(stopped.await) };
        let serving =
            mail2alert::serve(&config, ledger, listener, mail_server, rest, watch(), stopped);
        let told_to_stop = async {
            signals.next().await;
            log("told to stop: finishing what is under way");
            drop(stop);
            signals.next().await;
        };
        tokio::select! {
            biased;
            summary = serving => {
                let mail2alert::ServerSummary { messages, refused, cut_off, .. } = summary;
                log(&format!(
                    "stopped: {messages} mails acknowledged, {refused} not, \
                    {cut_off} connections cut off"
                ));
                Ok(())
            }
            () = told_to_stop => {
                let why = "told to stop twice: what was under way will be sent again";
                Err(ProgramError(1, vec![why.into()]))
            }
        }
    })
}

/// Logs what an operator wants to know: a line for each mail, and what is not as it
/// should be.
fn watch() -> Observer {
    Arc::new(|step: &RelayEvent| match step {
        RelayEvent::Answered(_)
        | RelayEvent::Stale { .. }
        | RelayEvent::NoBaseline(_)
        | RelayEvent::LedgerFails(_)
        | RelayEvent::LedgerWorksAgain => log(&step.to_string()),
        RelayEvent::Came { .. }
        | RelayEvent::Asks { .. }
        | RelayEvent::Asked { .. }
        | RelayEvent::Sends { .. }
        | RelayEvent::Sent { .. } => {}
    })
}

fn log(line: &str) {
    say(&format!("{} {line}", timestamp(SystemTime::now())));
}

/// A log whose reader has gone is no reason to lose mail.
fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// `… | head` is no error. A full disk is.
fn print(text: &str) -> Result<(), ProgramError> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(ProgramError(1, vec![format!("cannot write to the standard output: {error}")]))
        }
        _ => Ok(()),
    }
}

/// What tells a program to stop.
#[cfg(unix)]
struct Signals([tokio::signal::unix::Signal; 2]);

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Signals> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Signals([signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?]))
    }

    async fn next(&mut self) {
        let [terminate, interrupt] = &mut self.0;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Signals> {
        Ok(Signals)
    }

    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
