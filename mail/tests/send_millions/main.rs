//! The example `send_millions`: its scenes, its twin, and the program that it is.
#[path = "../../examples/send_millions.rs"]
#[allow(dead_code, reason = "its command line is tested in a process of its own")]
mod send_millions;

#[path = "../../../tests/explored/mod.rs"]
#[allow(dead_code, reason = "how good the checks are is tested where they are")]
mod explored;
mod options;
#[cfg(unix)]
mod program;
mod scenes;
