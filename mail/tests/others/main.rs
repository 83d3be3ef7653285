//! The server, as other people's clients meet it, and the client, as it meets other people's
//! servers.
//!
//! `lettre` is a crate. What needs a program that is not part of this project is ignored, unless
//! one asks for it: `cargo test --package async-concepts-mail --test others -- --ignored`, with
//! Twisted and aiosmtpd where `python3` finds them, `curl`, `swaks` and `spamassassin`.
mod clients;
mod postbox;
mod servers;
mod spamassassin;
mod with_lettre;
