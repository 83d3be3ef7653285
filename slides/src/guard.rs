//! A process between the server and a program that it runs, so that the program never outlives the
//! server.
//!
//! The server can end in ways that it does not notice: SIGKILL, a crash, a closed terminal. But the
//! system then closes its files, and one of them is a pipe from which the guard reads. The server
//! never writes into it, so the first thing that the guard reads is the end. Then it kills its
//! process group: the program, everything that the program has started, and itself.
//!
//! The server starts itself as the guard: `slides guard PROGRAM ARGUMENT…`. That is no command for
//! people, so the help does not list it.
//!
//! Read it after `process`, which starts it; then only `main.rs` is left.
use rustix::process::{Signal, getpgrp, getpid, kill_process, kill_process_group};
use std::{
    ffi::OsString,
    io,
    os::unix::process::ExitStatusExt,
    process::{Command, ExitCode, ExitStatus, Stdio},
    thread,
};

/// Runs a program, and ends as it ends, or as soon as the standard input is at its end.
///
/// The caller must have given this process a group of its own: all of the group is killed.
pub fn guard(program: &OsString, arguments: &[OsString]) -> ExitCode {
    thread::spawn(|| {
        // An error counts as the end, too: the server is not at the other side of the pipe any
        // more.
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        let _ = kill_process_group(getpgrp(), Signal::KILL);
    });
    let status = Command::new(program).args(arguments).stdin(Stdio::null()).status();
    match status {
        Ok(status) => end_like(status),
        Err(error) => {
            eprintln!("cannot run {}: {error}", program.display());
            ExitCode::from(127) // as a shell says that there is no such program
        }
    }
}

/// Ends as the program ended. The server sees only the guard's end, so that has to be by the same
/// signal.
fn end_like(status: ExitStatus) -> ExitCode {
    if let Some(signal) = status.signal()
        && let Some(signal) = Signal::from_named_raw(signal)
    {
        let _ = kill_process(getpid(), signal);
    }
    // A status has eight bits on Unix.
    ExitCode::from(status.code().unwrap_or(1) as u8)
}
