//! Real mail: SMTP written to be read, and what a tutorial on sending e-mail and a relay need of
//! it.
//!
//! - [`smtp`] is the protocol: a strict codec, a session without any I/O, a driver for any stream
//!   of bytes, a server with limits and deadlines, and a client that gives one outcome for each
//!   recipient.
//! - [`Draft`] writes messages: headers into which nothing can be smuggled.
//! - [`campaign`] is mail to millions: a list that is read as it is used, over a few connections,
//!   that can be interrupted and gone on with.
//!
//! The README beside this file lists the examples, and what each part refuses and why.
#![warn(missing_docs)]

pub mod campaign;
mod draft;
pub mod files;
pub mod journal;
pub mod smtp;

pub use draft::{Draft, DraftError, Mailbox, MailboxError};
