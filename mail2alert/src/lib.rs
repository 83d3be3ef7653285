//! Mail2alert: a relay between a build server, which sends a mail for each event to one address,
//! and people, each with an interest in some of them.
//!
//! ```text
//! Notifyer          Mail2alert          REST API          mail server
//!     |---- SEND ------->|                  |                  |
//!     |                  |------ GET ------>|                  |
//!     |                  |<----- 200 -------|                  |
//!     |                  |-------------- SEND ---------------->|
//!     |                  |<------------- 250 ------------------|
//!     |<----- 250 -------|                  |                  |
//! ```
//!
//! It is the Rust version of a Python program of that name, whose main lesson was meant to be that
//! a mail server, an HTTP client and a mail client live well together in one event loop. They do.
//! What takes most of the code is another question: what if one of the four fails, at any line of
//! this diagram? The answer is one sentence: *the Notifyer's 250 is sent only after every
//! downstream 250; every doubt is a 4xx.* The relay keeps no mail. As long as it has not said 250,
//! the mail is the Notifyer's, which will send it again; once it has, the mail is the mail
//! server's.
//!
//! In the order in which it is understood:
//!
//! 1. [`config`]: what there is to decide. The file `mail2alert.toml` of this package has all of
//!    it, with comments.
//! 2. [`addresses`], [`notification`], [`gocd`], [`rules`]: what a mail says, what that means, and
//!    to which addresses it goes; pure functions.
//! 3. [`rest`], [`cache`]: facts from a server that may be slow, broken or another one.
//! 4. [`ledger`]: which recipients have had which mail.
//! 5. [`Relay`]: what is done between the end of a mail and its acknowledgement.
//! 6. [`serve`]: all of it, running; `src/main.rs` is the program.
//!
//! # What holds
//!
//! - *Nothing that was acknowledged is lost*, whatever crashes and when. A mail is acknowledged
//!   when the mail server has acknowledged it for every recipient. If it refused some of them for
//!   good, the postmaster has been told.
//! - *A duplicate costs a crash or a cut.* If the connection to the mail server breaks between the
//!   final dot and its 250, there is no telling whether it has the mail, and it is sent again. All
//!   that the mail server did acknowledge is in the ledger, on the disk, before the Notifyer hears
//!   of it, and is not sent again. A mail without a `Message-ID` is the exception where an
//!   acknowledgement gets lost: another one of the same bytes may be another alarm, and a duplicate
//!   is better than none.
//! - *An answer comes in time*: each wait has a deadline, and there is one for all of them
//!   together.
//! - *A report means the same each time*: how a stage ended is learnt when it has been
//!   acknowledged, and each report is judged by the run before its own.
#![warn(missing_docs)]

pub mod addresses;
pub mod cache;
pub mod config;
mod downstream;
pub mod event;
pub mod gocd;
pub mod ledger;
pub mod network;
pub mod notification;
mod relay;
pub mod rest;
pub mod rules;
mod trace;

pub use relay::Relay;
pub use trace::timestamp;

pub use mail::smtp::ServerSummary;

use config::Config;
use event::{Observer, RelayEvent};
use ledger::Ledger;
use mail::smtp::{Limits, Listener, Server};
use network::Dial;
use std::{pin::pin, sync::Arc, time::Duration};

/// Relays mail until `shutdown` is ready; then it finishes what is under way, as [`Server::serve`]
/// says.
///
/// Mail comes from `listener` and goes to `mail_server`; facts come from `rest`. `watch` hears of
/// each step.
///
/// Dropping the future cuts off everything at once. What was not acknowledged then is still the
/// Notifyer's.
pub async fn serve<M: Dial, R: Dial>(
    config: &Config,
    ledger: Ledger,
    listener: impl Listener,
    mail_server: M,
    rest: R,
    watch: Observer,
    shutdown: impl Future<Output = ()>,
) -> ServerSummary {
    let relay = Arc::new(Relay::new(config, mail_server, rest, ledger, watch.clone()));
    let server =
        Server::new(relay.clone(), limits(config)).host(&config.hostname).lane("Mail2alert");
    let mut serving = pin!(server.serve(listener, shutdown));
    // Meanwhile it asks how all stages ended. Only a notification that comes before the answer has
    // to wait for it.
    tokio::select! {
        biased;
        summary = &mut serving => return summary,
        learned = relay.learn_baseline() => {
            if let Err(error) = learned {
                watch(&RelayEvent::NoBaseline(error));
            }
        }
    }
    serving.await
}

/// What the server may take.
fn limits(config: &Config) -> Limits {
    let limits = &config.limits;
    Limits {
        message: limits.message,
        memory: limits.memory,
        recipients: limits.recipients,
        connections: limits.connections,
        shutdown: limits.shutdown,
        bare_newlines: limits.bare_newlines,
        // The relay has a deadline of its own, and better words for it.
        handler: limits.answer + Duration::from_secs(5),
        ..Limits::default()
    }
}
