//! A configuration in words, for whoever wrote it and wants to know what it says.
use super::{Config, Unmatched, duration, size};
use mail::smtp::BareNewlines;
use std::fmt::{Display, Write};

/// Says in words what the relay will do. No password is in it.
pub fn explain(config: &Config) -> String {
    let mut text = String::new();
    let mut say = |line: String| {
        text += &line;
        text.push('\n');
    };
    let Config {
        listen,
        hostname,
        postmaster,
        notifications,
        downstream,
        rest,
        ledger,
        limits,
        ..
    } = config;

    say(format!("It listens on {listen} and calls itself {hostname}."));
    say(format!(
        "It takes mail for {}, and for the postmaster, who is {postmaster}.",
        list(&config.recipients, "and")
    ));
    say(format!(
        "Mail for anybody else is refused. So is mail of more than {}, or for more than {} recipients; and mail \
        that {} servers have had before goes round in circles.",
        size(limits.message),
        limits.recipients,
        limits.hops
    ));
    if limits.bare_newlines == BareNewlines::Normalise {
        say("CR or LF on their own in a mail become the end of a line.".into());
    }

    let mut which = vec![];
    if !notifications.to.is_empty() {
        which.push(format!("to {}", list(&notifications.to, "or")));
    }
    if !notifications.from.is_empty() {
        which.push(format!("from {}", list(&notifications.from, "or")));
    }
    say(format!(
        "\nMail {} is a notification. All other mail passes through to {}.",
        which.join(" or "),
        downstream.server
    ));
    for rule in &config.rules {
        say(format!("\n{}:", rule.name));
        let mut conditions: Vec<String> = vec![];
        if !rule.to.is_empty() {
            conditions.push(format!("it was sent to {}", list(&rule.to, "or")));
        }
        if !rule.from.is_empty() {
            conditions.push(format!("it was sent by {}", list(&rule.from, "or")));
        }
        if !rule.events.is_empty() {
            conditions.push(format!("what happened is {}", list(&rule.events, "or")));
        }
        conditions.push(rule.function.to_string());
        say(format!("    if {},", conditions.join(",\n    and ")));
        say(format!("    a notification goes to {}.", list(&rule.mailto, "and")));
    }
    say(match notifications.unmatched {
        Unmatched::Pass => "\nA notification for which no rule holds passes through.".into(),
        Unmatched::Drop => "\nA notification for which no rule holds goes to nobody.".into(),
    });

    let user =
        rest.credentials.as_ref().map_or_else(String::new, |(user, _)| format!(" as {user}"));
    say(format!("\nPipeline groups come from http://{}{}{user},", rest.host, rest.pipeline_groups));
    say(format!("and how stages ended, at the start, from http://{}{}.", rest.host, rest.cctray));
    say(format!(
        "It waits {} for a connection, {} for an answer to begin and {} for it to end, which may have {}.",
        duration(rest.timeouts.connect),
        duration(rest.timeouts.head),
        duration(rest.timeouts.body),
        size(rest.longest)
    ));
    say(format!(
        "Pipeline groups are good for {}; if there are no newer ones, for {}.",
        duration(rest.keep.fresh),
        duration(rest.keep.stale)
    ));

    say(format!(
        "\nMail goes to {} over at most {} connections; it waits {} for each reply.",
        downstream.server,
        downstream.connections,
        duration(downstream.timeout)
    ));
    say(format!(
        "A mail is acknowledged when {} has taken it for every recipient; after {} at the latest it is to be sent again.",
        downstream.server,
        duration(limits.answer)
    ));
    say(format!(
        "If somebody is refused for good while others are not, {postmaster} gets a notice."
    ));
    say(format!(
        "Who has had which mail is remembered in {}, for {} and at most {} recipients.",
        ledger.file.display(),
        duration(ledger.bounds.age),
        ledger.bounds.entries
    ));
    say(format!(
        "At most {} connections and {} of mail at the same time; when it is told to stop, {} for what is under way.",
        limits.connections,
        size(limits.memory),
        duration(limits.shutdown)
    ));
    text
}

/// `a, b and c`.
fn list(items: &[impl Display], last: &str) -> String {
    let mut text = String::new();
    for (number, item) in items.iter().enumerate() {
        let separator = match number {
            0 => "",
            _ if number + 1 == items.len() => &format!(" {last} "),
            _ => ", ",
        };
        write!(text, "{separator}{item}").expect("a String takes everything");
    }
    text
}
