//! The server of the deck as a process of its own, and the examples that it runs.
use rustix::process::{Pid, Signal, kill_process};
use slides::root;
use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// The server, on a port of its own.
pub struct Server {
    pub process: Child,
    /// `127.0.0.1:PORT`
    pub host: String,
}

impl Server {
    pub fn start() -> Server {
        let mut serve = Command::new(env!("CARGO_BIN_EXE_slides"));
        serve.args(["--port", "0"]).current_dir(root());
        let mut process = serve.stdout(Stdio::piped()).spawn().expect("the server");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("a pipe"))
            .read_line(&mut line)
            .expect("a line");
        let (_, address) = line.split_once("http://").expect("an address");
        let host = address.split(". ").next().expect("an address").to_owned();
        Server { process, host }
    }

    /// The processes that run an example of this name for it, as folders below `/proc`. Each has a
    /// guard between itself and the server.
    pub fn runs(&self, example: &str) -> Vec<PathBuf> {
        let mut runs = vec![];
        for entry in fs::read_dir("/proc").expect("a system with /proc").flatten() {
            let process = entry.path();
            let program = fs::read_link(process.join("exe")).unwrap_or_default();
            if !program.ends_with(format!("examples/{example}")) {
                continue;
            }
            if let Some(guard) = parent(&process)
                && parent(&Path::new("/proc").join(guard)) == Some(self.process.id().to_string())
            {
                runs.push(process);
            }
        }
        runs
    }

    /// If an example runs and has printed something, lets it rest: it neither prints more nor ends
    /// by itself, however long the rest of a test takes. Only a kill can end it, until it may
    /// [`go_on`].
    pub fn lets_rest(&self, example: &str) -> Option<PathBuf> {
        let process = self.runs(example).into_iter().find(|process| has_printed(process))?;
        signal(&process, Signal::STOP);
        Some(process)
    }
}

/// The parent of a process.
fn parent(process: &Path) -> Option<String> {
    let stat = fs::read_to_string(process.join("stat")).ok()?;
    // After the name, which is in brackets: the state, and the parent.
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(1).map(str::to_owned)
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The end of a rest.
pub fn go_on(process: &Path) {
    signal(process, Signal::CONT);
}

/// A line of an example is longer than this. What a runtime writes to wake itself, eight bytes a
/// time, is counted as well.
const LESS_THAN_A_LINE: u64 = 30;

fn has_printed(process: &Path) -> bool {
    let io = fs::read_to_string(process.join("io")).unwrap_or_default();
    let written = io.lines().find_map(|line| line.strip_prefix("wchar: "));
    match written {
        Some(bytes) => bytes.parse::<u64>().is_ok_and(|bytes| bytes > LESS_THAN_A_LINE),
        None => false,
    }
}

fn signal(process: &Path, signal: Signal) {
    let id = process.file_name().and_then(|name| name.to_str()?.parse().ok()).expect("a number");
    kill_process(Pid::from_raw(id).expect("a process"), signal).expect("it runs");
}
