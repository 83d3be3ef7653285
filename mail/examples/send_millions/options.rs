//! What the command line of `send_millions` says.
use lexopt::prelude::*;
use mail::{
    Mailbox,
    campaign::{Backoff, IfInDoubt, Settings},
    smtp::Address,
};
use std::{
    ffi::OsString,
    num::{NonZeroU16, NonZeroUsize},
    path::PathBuf,
    str::FromStr,
    time::Duration,
};

pub const HELP: &str = "\
Usage: cargo run --package async-concepts-mail --example send_millions -- [OPTIONS]

Without options: runs eight mails in three ways, prints each line as it happens, and draws the
timelines.
      --fast, --svg FILE, --perfetto FILE, --no-timeline    As in all examples

With one of these it sends mail:
      --recipients FILE   To the addresses in FILE, one on each line; blank lines and those with #
                          at the beginning do not count. An address that is there twice gets two
                          mails
      --count N           To N addresses that are made up; without this and --recipients, to 100000
      --server HOST:PORT  To this mail server; without it, to one that is started for the purpose,
                          on this machine: it refuses unknown…@… for good, and later…@… at the first
                          attempt
  -c, --connections N     Over N connections, so at most N mails at once: 10
      --per-second N      Begin at most N mails a second, evenly: without it, as fast as it goes
      --from MAILBOX      The author, as in 'News <news@example.org>': news@example.org
      --bounces ADDRESS   Where reports about mail that cannot be delivered go: the author's address
      --subject TEXT      The subject: News
      --header 'NAME: VALUE'  Another header, such as
                              'List-Unsubscribe: <https://example.org/off?{address}>'; any number
      --text FILE         The text of the mail. In it, in the subject and in headers, {address}
                          stands for the recipient's address
      --failed FILE       Write the recipients that did not get the mail, and why, into FILE: a list
                          that can be sent to again
      --resume FILE       Keep a journal in FILE; if there is one, go on where it ends, and send no
                          mail twice
      --again-if-in-doubt If it cannot be known whether the server has a mail, because the
                          connection or this program ended at the wrong moment, send it again.
                          Without this it is reported and left at that
      --attempts N        Try each mail so often: 5
      --backoff SECONDS   Wait so long after the first attempt, and twice as long each time: 1
      --timeout SECONDS   Wait so long for each reply of the server: 60
  -h, --help              Print this

Ctrl-C finishes what is in flight; a second one does not even do that. The exit status is 0 if every
line of the list was an address and got the mail, 1 if not, 2 if the command line or a file is
wrong. Nothing is sent, and no file is changed, before every mail has been written once.
";

/// How to send mail.
#[derive(Debug)]
pub struct Options {
    pub recipients: Option<PathBuf>,
    pub count: u64,
    pub server: Option<String>,
    pub settings: Settings,
    pub from: Mailbox,
    pub bounces: Option<Address>,
    /// Names and values, in the order in which they were given.
    pub headers: Vec<(String, String)>,
    pub subject: String,
    pub text: Option<PathBuf>,
    pub failed: Option<PathBuf>,
    pub resume: Option<PathBuf>,
    pub timeout: Duration,
}

/// What the command line asks for.
pub enum Wanted {
    /// The scenes, with the options of all examples, which are not looked at here.
    Scenes,
    Campaign(Box<Options>),
    Help,
    Nothing(lexopt::Error),
}

/// These belong to the scenes.
const OF_SCENES: [&str; 4] = ["fast", "svg", "perfetto", "no-timeline"];

pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Wanted {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let is_of_scenes = |argument: &OsString| {
        let name = argument.to_str().and_then(|argument| argument.strip_prefix("--"));
        name.is_some_and(|name| OF_SCENES.contains(&name.split('=').next().unwrap_or(name)))
    };
    if arguments.first().is_none_or(is_of_scenes) {
        return Wanted::Scenes;
    }
    match options(arguments) {
        Ok(Some(options)) => Wanted::Campaign(Box::new(options)),
        Ok(None) => Wanted::Help,
        Err(error) => Wanted::Nothing(error),
    }
}

fn options(arguments: Vec<OsString>) -> Result<Option<Options>, lexopt::Error> {
    let news = Address::new("news@example.org").expect("it is one");
    let mut options = Options {
        recipients: None,
        count: 100_000,
        server: None,
        settings: Settings::default(),
        from: news.into(),
        bounces: None,
        headers: vec![],
        subject: "News".to_owned(),
        text: None,
        failed: None,
        resume: None,
        timeout: Duration::from_secs(60),
    };
    let mut count = None;
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("recipients") => options.recipients = Some(parser.value()?.into()),
            Long("count") => count = Some(parser.value()?.parse()?),
            Long("server") => {
                options.server = Some(parser.value()?.parse_with(host_and_port)?);
            }
            Short('c') | Long("connections") => {
                options.settings.connections = parser.value()?.parse()?
            }
            Long("from") => options.from = parser.value()?.parse_with(Mailbox::from_str)?,
            Long("bounces") => {
                options.bounces = Some(parser.value()?.parse_with(Address::from_str)?)
            }
            Long("header") => options.headers.push(parser.value()?.parse_with(header)?),
            Long("per-second") => {
                options.settings.per_second = Some(parser.value()?.parse()?);
            }
            Long("subject") => options.subject = parser.value()?.string()?,
            Long("text") => options.text = Some(parser.value()?.into()),
            Long("failed") => options.failed = Some(parser.value()?.into()),
            Long("resume") => options.resume = Some(parser.value()?.into()),
            Long("again-if-in-doubt") => options.settings.if_in_doubt = IfInDoubt::SendAgain,
            Long("attempts") => options.settings.attempts = parser.value()?.parse()?,
            Long("backoff") => {
                let first = parser.value()?.parse_with(seconds)?;
                options.settings.backoff = Backoff { first, ..options.settings.backoff };
            }
            Long("timeout") => {
                options.timeout = parser.value()?.parse_with(seconds)?;
                // Every mail would be in doubt.
                if options.timeout.is_zero() {
                    return Err("--timeout 0 leaves a server no time to reply".into());
                }
            }
            Short('h') | Long("help") => return Ok(None),
            Long(name) if OF_SCENES.contains(&name) => {
                return Err(format!(
                    "--{name} belongs to the timelines, which are drawn when no mail is sent"
                )
                .into());
            }
            _ => return Err(argument.unexpected()),
        }
    }
    match (count, &options.recipients) {
        (Some(_), Some(_)) => {
            return Err("--count and --recipients cannot both name the recipients".into());
        }
        (Some(count), None) => options.count = count,
        (None, _) => {}
    }
    // More than there could be ports for are a mistake.
    if options.settings.connections > NonZeroUsize::new(10_000).expect("it is not 0") {
        return Err("there cannot be more than 10000 connections".into());
    }
    Ok(Some(options))
}

fn host_and_port(text: &str) -> Result<String, String> {
    match text.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && port.parse::<NonZeroU16>().is_ok() => {
            Ok(text.to_owned())
        }
        _ => Err("a server is written like mail.example.org:25".to_owned()),
    }
}

fn header(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((name, value)) => Ok((name.to_owned(), value.trim().to_owned())),
        None => Err("a header is written like 'Reply-To: ann@example.org'".to_owned()),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "it is not a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|_| "it is not a length of time".to_owned())
}
