//! Runs one example for the server: cargo builds it, then it runs, and both print into the
//! response.
//!
//! Read it after `live`, which calls [`run`]; `guard` is next. A program is killed by dropping the
//! future that runs it. So there is no list of processes that could be wrong.
use crate::examples::{Example, build_arguments, cargo, executable};
use axum::body::Bytes;
use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader},
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command},
    sync::mpsc,
};

/// Where the output of a run goes.
#[derive(Clone)]
pub struct Output(pub mpsc::Sender<Bytes>);

impl Output {
    /// Waits until there is room: a program that prints faster than the browser reads has to wait,
    /// too.
    async fn print(&self, text: impl Into<Bytes>) {
        // An error means that the browser does not read any more; then this run is dropped.
        let _ = self.0.send(text.into()).await;
    }

    /// Copies what a program prints, in pieces as it comes, until the program closes the pipe.
    async fn copy(&self, mut from: impl AsyncRead + Unpin) {
        let mut buffer = vec![0; 8192];
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            self.print(Bytes::copy_from_slice(&buffer[..length])).await;
        }
    }
}

/// Builds an example, since it may have been changed a moment ago, and runs it.
///
/// The first bytes come at once: what is run, and then cargo's progress. Dropping this future kills
/// cargo or the example, and all that they have started.
pub async fn run(root: &Path, name: &str, example: &Example, output: Output) {
    output.print(format!("$ {}\n", example.command(name))).await;
    let outcome = match build(root, name, example, &output).await {
        Ok(path) => execute(&path, &quiet(example), root, &output).await,
        Err(why) => Err(why),
    };
    let last = match outcome {
        Ok(status) if status.success() => "\n── ended ──\n".to_owned(),
        Ok(status) => format!("\n── {status} ──\n"),
        Err(why) => format!("\n── {why} ──\n"),
    };
    output.print(last).await;
}

/// The arguments of an example. `--quiet` leaves out what an example says of itself before it runs:
/// the slide says that already, and must not show an answer before it was predicted. Examples of
/// other packages may not know the option.
fn quiet(example: &Example) -> Vec<String> {
    match example.package.as_str() {
        "async-concepts" => vec!["--quiet".to_owned()],
        _ => vec![],
    }
}

/// Builds the example, with cargo's progress as output, and says where the executable is.
async fn build(
    root: &Path,
    name: &str,
    example: &Example,
    output: &Output,
) -> Result<PathBuf, String> {
    let cargo = cargo();
    let arguments = build_arguments(&example.package, &[name]);
    let (mut group, pipes) = Group::spawn(cargo.get_program(), &arguments, root)?;
    let mut found = None;
    let find = async {
        let mut lines = BufReader::new(pipes.stdout).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            if let Some((built, path)) = executable(&line)
                && built == name
            {
                found = Some(path);
            }
        }
    };
    // Both pipes are read at the same time: cargo would stop if one of them were full.
    tokio::join!(find, output.copy(pipes.stderr));
    let status = group.wait().await?;
    match found {
        Some(path) if status.success() => Ok(path),
        _ => Err(format!("{name} cannot be built")),
    }
}

/// Runs the example until it ends.
async fn execute(
    path: &Path,
    arguments: &[String],
    root: &Path,
    output: &Output,
) -> Result<ExitStatus, String> {
    let (mut group, pipes) = Group::spawn(path.as_os_str(), arguments, root)?;
    tokio::join!(output.copy(pipes.stdout), output.copy(pipes.stderr));
    group.wait().await
}

/// What a program prints.
struct Pipes {
    /// Read at the same time as the other one: a pipe that is full would stop the program.
    stdout: ChildStdout,
    /// What cargo and panics print; the deck shows it among the rest.
    stderr: ChildStderr,
}

/// A program, with all that it starts. Dropping this kills all of them.
struct Group {
    /// The guard, or where there is none, the program itself.
    child: Child,
    /// The pipe whose end tells the guard that this server is gone.
    _alive: Option<ChildStdin>,
    /// Whether it was waited for. From then on its number may belong to another process, which must
    /// not be killed.
    ended: bool,
}

impl Group {
    /// Starts a program, with pipes for what it prints.
    fn spawn(program: &OsStr, arguments: &[String], root: &Path) -> Result<(Group, Pipes), String> {
        let mut command = guarded(program);
        command
            .args(arguments)
            .current_dir(root)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command
            .spawn()
            .map_err(|error| format!("cannot run {}: {error}", program.display()))?;
        let pipes = Pipes {
            stdout: child.stdout.take().expect("it was asked for"),
            stderr: child.stderr.take().expect("it was asked for"),
        };
        // Taken out, because `Child::wait` would close this pipe, and the guard would take that for
        // the end of the server.
        let alive = child.stdin.take();
        Ok((Group { child, _alive: alive, ended: false }, pipes))
    }

    /// Waits until the program has ended.
    async fn wait(&mut self) -> Result<ExitStatus, String> {
        let status = self.child.wait().await;
        let status = status.map_err(|error| format!("it cannot be waited for: {error}"))?;
        self.ended = true;
        Ok(status)
    }
}

/// A program with a guard before it, in a process group of its own: see [`crate::guard`].
#[cfg(unix)]
fn guarded(program: &OsStr) -> Command {
    // On Linux this path names the program that runs now, also when cargo has replaced its file in
    // the meantime.
    let this = Path::new("/proc/self/exe");
    let mut command = match std::env::current_exe() {
        Ok(path) if !this.exists() => Command::new(path),
        _ => Command::new(this),
    };
    command.arg0("slides").arg("guard").arg(program).stdin(Stdio::piped()).process_group(0);
    command
}

/// Where there are no process groups, only the program itself is killed with the server.
#[cfg(not(unix))]
fn guarded(program: &OsStr) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null());
    command
}

impl Drop for Group {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(id) = self.child.id()
            && !self.ended
            && let Some(group) = rustix::process::Pid::from_raw(id as i32)
        {
            // An error means that the group has ended by itself a moment ago.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}
