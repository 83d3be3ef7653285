//! The command line of the slides: reads the arguments, calls the library, and prints a sentence if
//! something fails. Read it last: `lib.rs` says how the slides are made, and in which order to
//! read.
use slides::{
    compose::{Seconds, Talk, compose},
    deck::Cut,
    examples::Recordings,
    live,
    page::{For, page},
    root, site,
};
use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

const HELP: &str = "Usage: cargo run -p slides [-- COMMAND]

Serves the deck on this machine, until Ctrl-C:
      --port PORT    On this port instead of 8123; 0 for any that is free
      --open         Open the browser, too

Commands:
  build [FILE]       Write the deck as one file that needs nothing else; slides.html unless told
  site DIR           Write all examples, the talk and the documents as pages to put on a server:
                     into a folder that has no other files
  check              Say what is missing or does not fit, and how long the two talks take; and
                     write the site to a temporary folder, to follow its links

  -h, --help         Print this
";

/// What to do.
#[derive(Debug, PartialEq, Eq)]
enum Task {
    /// Serve the deck on loopback, until Ctrl-C.
    Serve {
        /// 0 for any that is free.
        port: u16,
        /// Open the browser, too.
        open: bool,
    },
    /// Write the deck as one file.
    Build(PathBuf),
    /// Write the site into this folder.
    Site(PathBuf),
    /// Say what is wrong with the deck or the site, and how long the talks take.
    Check,
    /// Run a program for a server, and end it with the server: see [`slides::guard`].
    Guard(Vec<OsString>),
    /// Print the help.
    Help,
}

fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Task, lexopt::Error> {
    use lexopt::prelude::*;
    let mut port = None;
    let mut open = false;
    let mut words = vec![];
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("port") => port = Some(parser.value()?.parse()?),
            Long("open") => open = true,
            Short('h') | Long("help") => return Ok(Task::Help),
            // What follows `guard` are the arguments of another program, so this parser must not
            // read them.
            Value(word) if words.is_empty() && word == "guard" => {
                return Ok(Task::Guard(parser.raw_args()?.collect()));
            }
            Value(word) if words.len() < 2 => words.push(word),
            _ => return Err(argument.unexpected()),
        }
    }
    let mut words = words.into_iter();
    let command = words.next();
    let file = words.next();
    // The options are checked against the command here: lexopt does not know that `build` has no
    // port.
    match (command.as_ref().map(|command| command.to_string_lossy()).as_deref(), file) {
        (None, _) => Ok(Task::Serve { port: port.unwrap_or(8123), open }),
        (Some("build" | "check" | "site"), _) if port.is_some() || open => {
            Err("--port and --open are for serving the deck".into())
        }
        (Some("build"), file) => {
            Ok(Task::Build(file.map_or_else(|| "slides.html".into(), PathBuf::from)))
        }
        // An empty path would be the working folder to some functions of the system, and no folder
        // to others.
        (Some("site"), Some(folder)) if !folder.is_empty() => Ok(Task::Site(folder.into())),
        (Some("site"), _) => Err("`site` wants a folder".into()),
        (Some("check"), None) => Ok(Task::Check),
        (Some("check"), Some(file)) => {
            Err(format!("unexpected argument {:?}", file.to_string_lossy()).into())
        }
        (Some(command), _) => Err(format!("there is no command {command:?}").into()),
    }
}

fn main() -> ExitCode {
    let task = match parse(std::env::args_os().skip(1)) {
        Ok(task) => task,
        Err(error) => {
            eprintln!("slides: {error}; see --help");
            return ExitCode::from(2);
        }
    };
    let done = match task {
        Task::Help => {
            print!("{HELP}");
            Ok(())
        }
        Task::Check => check(),
        Task::Guard(program) => return guard(&program),
        Task::Build(file) => build(file),
        Task::Site(folder) => write_site(&folder),
        Task::Serve { port, open } => serve(port, open),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(unix)]
fn guard(program: &[OsString]) -> ExitCode {
    match program {
        [program, arguments @ ..] => slides::guard::guard(program, arguments),
        [] => ExitCode::from(2), // the server always names one
    }
}

#[cfg(not(unix))]
fn guard(_: &[OsString]) -> ExitCode {
    ExitCode::from(2) // the server starts none here
}

/// The talk of this repository, or what is wrong with it, line by line.
fn made() -> Result<Talk, String> {
    compose(&root()).map_err(|failure| failure.to_string())
}

/// Makes the deck and the site without keeping either, and prints how long each topic takes.
fn check() -> Result<(), String> {
    let talk = made()?;
    println!("{:>6} {:>6} {:>6} {:>6} {:>6}", "talk", "vote", "play", "run", "all");
    let mut topic = "";
    let mut sum = Seconds::default();
    for shown in &talk.slides {
        // The slides of a topic follow each other, so a change ends the sum.
        if shown.slide.topic != topic && !topic.is_empty() {
            print_times(topic, std::mem::take(&mut sum));
        }
        topic = &shown.slide.topic;
        if shown.slide.is_in(Cut::Long) {
            sum.talk += shown.seconds.talk;
            sum.vote += shown.seconds.vote;
            sum.play += shown.seconds.play;
            sum.run += shown.seconds.run;
        }
    }
    print_times(topic, sum);
    let mut too_long = vec![];
    for cut in [Cut::Short, Cut::Long] {
        let slides = talk.slides.iter().filter(|shown| shown.slide.is_in(cut)).count();
        let takes = talk.takes(cut).as_secs() as f64 / 60.0;
        let minutes = cut.minutes();
        println!("{takes:.1} of {minutes} minutes for {slides} slides");
        if takes > minutes as f64 {
            too_long.push(format!("the talk of {minutes} minutes takes {takes:.1}"));
        }
    }
    if !too_long.is_empty() {
        return Err(too_long.join("\n"));
    }
    // The site is written to a folder that is dropped: only then can its links be followed.
    let folder = tempfile::tempdir().map_err(|error| format!("no folder for the site: {error}"))?;
    let site = site::write(&root(), folder.path(), &Recordings::default())?;
    println!("{} pages of the site, and all their links lead somewhere", site.pages);
    Ok(())
}

/// Minutes of a topic in the long talk.
fn print_times(topic: &str, seconds: Seconds) {
    let Seconds { talk, vote, play, run } = seconds;
    for part in [talk, vote, play, run, seconds.sum()] {
        print!("{:>6.1} ", part as f64 / 60.0);
    }
    println!(" {topic}");
}

fn build(file: PathBuf) -> Result<(), String> {
    // `cargo run` keeps the user's working directory, so a relative path means what the user
    // expects.
    let page = page(&made()?, For::AFile);
    fs::write(&file, &page).map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    println!("{}: {} kB", file.display(), page.len() / 1000);
    Ok(())
}

fn write_site(folder: &Path) -> Result<(), String> {
    let site = site::write(&root(), folder, &Recordings::default())?;
    let megabytes = site.bytes as f64 / 1e6;
    println!("{}: {} pages, {megabytes:.1} MB", folder.display(), site.pages);
    // Not an error: the rest of the site is complete without it, and `cargo doc` takes its time.
    if !site.documentation {
        println!("without the library's documentation: run `cargo doc --no-deps` before, for that");
    }
    Ok(())
}

/// Serves the deck until Ctrl-C. One thread is enough: what takes long runs in other processes or
/// by `spawn_blocking`.
fn serve(port: u16, open: bool) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("cannot serve: {error}"))?;
    let served = runtime.block_on(async {
        let listener = live::bind(port).await?;
        let address = listener.local_addr().map_err(|error| format!("cannot serve: {error}"))?;
        // Made once before the first page is asked for, so that a mistake in the deck is reported
        // here, and the first page comes at once.
        let live = live::prepare(address.port(), root()).await?;
        println!("The slides are at http://{address}. Ctrl-C ends this.");
        if open && let Err(error) = open::that_detached(format!("http://{address}")) {
            eprintln!("no browser can be opened ({error}); open the address yourself");
        }
        tokio::select! {
            ended = live::serve(listener, live) => ended.map(|never| match never {}),
            () = asked_to_end() => Ok(()),
        }
    });
    // Runs of examples that are left are dropped with the runtime, and so killed.
    runtime.shutdown_background();
    served
}

/// Ctrl-C, a polite kill, or a closed terminal.
#[cfg(unix)]
async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = signal(SignalKind::terminate());
    let hang_up = signal(SignalKind::hangup());
    // A system that refuses a handler still has Ctrl-C.
    let (Ok(mut terminate), Ok(mut hang_up)) = (terminate, hang_up) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
        _ = hang_up.recv() => {}
    }
}

/// Ctrl-C.
#[cfg(not(unix))]
async fn asked_to_end() {
    let _ = tokio::signal::ctrl_c().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Task, String> {
        parse(line.split_whitespace().map(OsString::from)).map_err(|error| error.to_string())
    }

    #[test]
    fn the_command_line_says_what_to_do() {
        assert_eq!(parsed(""), Ok(Task::Serve { port: 8123, open: false }));
        assert_eq!(parsed("--open --port 0"), Ok(Task::Serve { port: 0, open: true }));
        assert_eq!(parsed("build"), Ok(Task::Build("slides.html".into())));
        assert_eq!(parsed("build talk.html"), Ok(Task::Build("talk.html".into())));
        assert_eq!(parsed("site public"), Ok(Task::Site("public".into())));
        assert_eq!(parsed("check"), Ok(Task::Check));
        assert_eq!(parsed("check --help"), Ok(Task::Help));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for line in [
            "bild",
            "--port",
            "--port 70000",
            "--fast",
            "check file",
            "build a b",
            "check --open",
            "site",
        ] {
            parsed(line).expect_err(line);
        }
        let unnamed = ["site", ""].into_iter().map(OsString::from);
        let why = parse(unnamed).expect_err("the folder has no name");
        assert_eq!(why.to_string(), "`site` wants a folder");
    }
}
