//! Subprocess: another program, as something to read from, to write to and to wait for.
//!
//! In Python: `asyncio.create_subprocess_exec`, see `subprocess.py` beside this file.
//! Look for: Each line of the child comes while it runs, and it goes on only when it is told to. A
//! child whose owner is cancelled goes on, unless it was started with `kill_on_drop`: its pipe
//! answers in the one case, and has ended in the other.
//!
//!     cargo run --example subprocess
use async_concepts::{LaneExt, say, stage::Stage};
use std::{
    error::Error,
    process::{ExitCode, ExitStatus, Stdio},
    time::Duration,
};
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    process::{Child, Command},
    time::{sleep, timeout},
};

type Fault = Box<dyn Error + Send + Sync>;

const TIMEOUT: Duration = Duration::from_secs(5);

fn start(command: &mut Command) -> Result<Child, Fault> {
    let program = command.as_std().get_program().to_owned();
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    child.map_err(|error| format!("cannot run {}: {error}", program.display()).into())
}

// ANCHOR: lines
/// Prints each line as it comes, and tells the other side to go on. Both have a deadline.
pub async fn follow(
    output: impl AsyncBufRead + Unpin,
    mut input: impl AsyncWrite + Unpin,
) -> Result<(), Fault> {
    let mut lines = output.lines();
    while let Some(line) = timeout(TIMEOUT, lines.next_line()).await?? {
        say!("{line}");
        sleep(Duration::from_millis(100)).await;
        timeout(TIMEOUT, input.write_all(b"go on\n")).await??;
    }
    Ok(())
}

pub async fn line_by_line() -> Result<(), Fault> {
    let script = "for i in 3 2 1; do echo $i; read go_on; done; exit 7";
    // If it misses a deadline, it is not needed any more.
    let mut child = start(Command::new("sh").args(["-c", script]).kill_on_drop(true))?;
    let stdin = child.stdin.take().ok_or("no pipe")?;
    let stdout = child.stdout.take().ok_or("no pipe")?;
    follow(BufReader::new(stdout), stdin).lane("child").await?;
    let status = timeout(TIMEOUT, child.wait()).await??;
    say!("{}", ended(status));
    Ok(())
}

fn ended(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("exit status {code}"),
        None => format!("ended by signal {}", signal_of(status)), // in Python a negative status
    }
}
// ANCHOR_END: lines

#[cfg(unix)]
fn signal_of(status: ExitStatus) -> i32 {
    std::os::unix::process::ExitStatusExt::signal(&status).unwrap_or_default()
}

#[cfg(not(unix))] // Windows has no signals: there each child has an exit status
fn signal_of(_: ExitStatus) -> i32 {
    0
}

// ANCHOR: dropped
/// Cancels the future that waits for the child, and returns whether the child still answers.
async fn cancelled(mut child: Child) -> Result<bool, Fault> {
    let mut stdin = child.stdin.take().ok_or("no pipe")?;
    let mut stdout = BufReader::new(child.stdout.take().ok_or("no pipe")?).lines();
    // ANCHOR: cancelled
    // The child belongs to this future, and is dropped with it.
    let wait = async move { child.wait().await };
    if timeout(Duration::from_millis(50), wait.lane("wait")).await.is_err() {
        say!("cancelled");
    }
    let _ = stdin.write_all(b"still there\n").await; // an error if the child has gone
    let answer = timeout(TIMEOUT, stdout.next_line()).await??;
    say!("{}", answer.as_deref().unwrap_or("its output has ended"));
    // ANCHOR_END: cancelled
    Ok(answer.is_some()) // `cat` ends when its input is closed, which is here
}

pub async fn left_alone() -> Result<bool, Fault> {
    cancelled(start(&mut Command::new("cat"))?).await
}

pub async fn killed() -> Result<bool, Fault> {
    cancelled(start(Command::new("cat").kill_on_drop(true))?).await
}
// ANCHOR_END: dropped

pub async fn signal() -> Result<(), Fault> {
    let mut child = start(&mut Command::new("cat"))?;
    // And waits for its end; until then a child remains as a zombie.
    child.kill().await?;
    say!("{}", ended(child.wait().await?));
    Ok(())
}

pub fn stage() -> Stage {
    Stage::of(include_str!("subprocess.rs"))
        .does_io()
        .try_scene("line by line", line_by_line)
        .try_scene("cancelled", left_alone)
        .try_scene("cancelled, with kill_on_drop", killed)
        .try_scene("killed", signal)
}

fn main() -> ExitCode {
    stage().run()
}
