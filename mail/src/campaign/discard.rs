//! A campaign without a mail server: for a dry run, and to measure what a campaign itself costs.
use super::{AttemptOutcome, Connector, ListError, MailConnection, Recipient};
use crate::smtp::Address;

/// Connections over which every mail is sent at once, to nowhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct Discard;

impl Connector for Discard {
    type Connection = Discard;

    async fn connect(&self) -> Result<Discard, String> {
        Ok(Discard)
    }
}

impl MailConnection for Discard {
    async fn deliver(&mut self, _: &Recipient) -> AttemptOutcome {
        AttemptOutcome::Sent
    }

    fn is_usable(&self) -> bool {
        true
    }

    async fn close(self) {}
}

/// A list of `count` recipients that are made up: `recipient1@example.org` and so on.
pub fn made_up_recipients(count: u64) -> impl Iterator<Item = Result<Recipient, ListError>> {
    (1..=count).map(|number| {
        let address = Address::new(&format!("recipient{number}@example.org"));
        Ok(Recipient { number, address: address.expect("it is an address") })
    })
}
