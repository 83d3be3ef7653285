//! Mail to millions: as many at once as there are connections, and the next one only when there is
//! room for it.
//!
//! In Python: Twisted's `task.coiterate`, see `send_millions.py` beside this file.
//! Look for: Eight mails of 100 ms over two connections take 400 ms. Each row begins where another
//! one ends; the list is never more than two ahead. Dee is refused: that ends everything in "one by
//! one", and costs Twisted one of its two workers; here it stops no other mail. In "no waiting" the
//! list is at its end before one mail is sent.
//!
//!     cargo run --package async-concepts-mail --example send_millions
//!
//! With `--count`, `--recipients` or `--server` it sends real mail, to millions if need be: see
//! `--help`.
use async_concepts::{LaneExt, say, stage::Stage};
use mail::{
    campaign::{
        AttemptOutcome, Campaign, CampaignSummary, Connector, Heartbeat, MailConnection, Recipient,
        Settings,
    },
    smtp::Address,
};
use std::{num::NonZeroUsize, process::ExitCode, sync::Arc, time::Duration};
use tokio::{task::yield_now, time::sleep};

#[path = "send_millions/command.rs"]
pub mod command;
#[path = "send_millions/options.rs"]
pub mod options;
#[path = "send_millions/server.rs"]
mod server;
use options::Wanted;

const FRIENDS: [&str; 8] = ["ann", "bob", "cy", "dee", "eve", "fay", "gus", "hal"];

/// A mail that takes 100 ms, without the details. The server has no dee.
async fn send(name: &str) -> Result<(), String> {
    say!("begin");
    // ANCHOR: takes
    sleep(Duration::from_millis(100)).await;
    // ANCHOR_END: takes
    if name == "dee" {
        say!("refused");
        return Err(format!("{name} is refused"));
    }
    say!("sent");
    Ok(())
}

// ANCHOR: one_by_one
/// `coiterate` over a generator that yields the Deferred of each mail.
pub async fn one_by_one() -> Result<(), String> {
    for name in FRIENDS {
        if let Err(error) = send(name).lane(name).await {
            say!("it ends with: {error}");
            return Err(error); // as `?` does: and eve, fay, gus and hal get nothing
        }
    }
    Ok(())
}
// ANCHOR_END: one_by_one

// ANCHOR: two_connections
/// Two `coiterate`s over one generator; and what is missing there.
pub async fn two_connections() -> CampaignSummary {
    let heartbeat = Arc::new(Heartbeat::new(Duration::from_millis(100)));
    let heart = heartbeat.clone();
    let beating = tokio::spawn(async move { heart.beat().await }.lane("heartbeat"));

    // ANCHOR: campaign
    let list = (1..).zip(FRIENDS).map(|(number, name)| {
        let address = Address::new(&format!("{name}@example.org")).expect("it is one");
        Ok(Recipient { number, address })
    });
    let connections = NonZeroUsize::new(2).expect("it is not 0");
    let settings = Settings { connections, ..Settings::default() };
    // ANCHOR: run
    let summary = Campaign::new(Pretended, settings).run(list).await;
    // ANCHOR_END: run
    // ANCHOR_END: campaign

    beating.abort();
    let summary = summary.expect("there is no journal that could be another list's");
    say!("{} sent, {} refused", summary.sent, summary.refused);
    say!("at most {} ms between two heartbeats", heartbeat.worst_gap().as_millis());
    summary
}
// ANCHOR_END: two_connections

// ANCHOR: no_waiting
/// `coiterate` over a generator that starts each mail and yields None.
pub async fn no_waiting() {
    for name in FRIENDS {
        // A trap: its handle is dropped, and all are under way at once.
        tokio::spawn(send(name).lane(name));
        yield_now().await;
    }
    say!("the list is at its end");
}
// ANCHOR_END: no_waiting

/// Connections on which a mail takes 100 ms. Real ones are [`OverSmtp`](mail::campaign::OverSmtp).
struct Pretended;

impl Connector for Pretended {
    type Connection = Pretended;

    async fn connect(&self) -> Result<Pretended, String> {
        Ok(Pretended)
    }
}

impl MailConnection for Pretended {
    async fn deliver(&mut self, recipient: &Recipient) -> AttemptOutcome {
        let name = recipient.address.local_part();
        match send(name).lane(name).await {
            Ok(()) => AttemptOutcome::Sent,
            Err(why) => AttemptOutcome::Refused(why),
        }
    }

    fn is_usable(&self) -> bool {
        true
    }

    async fn close(self) {}
}

pub fn stage() -> Stage {
    Stage::of(include_str!("send_millions.rs"))
        .place("mail/examples/send_millions.rs", Some("--package mail2alert --example mail2alert"))
        .scene("one by one", one_by_one)
        .scene("two connections", two_connections)
        .scene("no waiting", no_waiting)
}

fn main() -> ExitCode {
    match options::parse(std::env::args_os().skip(1)) {
        Wanted::Scenes => stage().run(),
        Wanted::Campaign(options) => command::run(options),
        Wanted::Help => match command::print(options::HELP) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => command::complain(error),
        },
        Wanted::Nothing(error) => command::complain(error),
    }
}
