//! The example `send_millions`: its scenes, its twin, and the program that it is.
#[path = "../../examples/send_millions.rs"]
mod send_millions;

use std::process::ExitCode;

mod options;
#[cfg(unix)]
mod program;
mod scenes;

/// Tests start the program in a process of its own; here it only has to be used.
const _: fn() -> ExitCode = send_millions::main;
