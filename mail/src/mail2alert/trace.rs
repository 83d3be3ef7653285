//! What the relay writes itself: a line in front of each mail, and a mail to the postmaster.
use super::mailbox::Mailbox;
use crate::smtp::{Message, Transaction};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The mail with a line in front that says who had it from whom: RFC 5321, 4.4. By these lines a mail that goes round in
/// circles is found out.
pub(super) fn with_trace(mail: &Transaction, body: &[u8], hostname: &str) -> Message {
    let peer = &mail.peer;
    let address = peer.address.map_or_else(String::new, |address| format!(" ([{}])", literal(address.ip())));
    // A name is what a stranger says. Only so much of it that it cannot be anything else.
    let name: String = peer.name.chars().filter(|c| c.is_ascii_alphanumeric() || ".-_:[]".contains(*c)).collect();
    let name = if name.is_empty() { "unknown" } else { &name };
    let protocol = if peer.extended { "ESMTP" } else { "SMTP" };
    let date = date(SystemTime::now());
    let mut text =
        format!("Received: from {name}{address}\r\n\tby {hostname} with {protocol};\r\n\t{date}\r\n").into_bytes();
    text.extend_from_slice(body);
    Message::new(text)
}

fn literal(ip: std::net::IpAddr) -> String {
    match ip {
        std::net::IpAddr::V4(ip) => ip.to_string(),
        std::net::IpAddr::V6(ip) => format!("IPv6:{ip}"),
    }
}

/// What the postmaster is told about a mail that some have had and others never will.
pub(super) fn notice(hostname: &str, postmaster: &Mailbox, subject: &str, refusals: &[String]) -> String {
    let refusals = refusals.join("\n    ");
    // In Unicode it would need a mail server that can take it.
    let subject: String = subject.chars().map(|c| if c.is_ascii() { c } else { '?' }).take(200).collect();
    let refusals: String = refusals.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect();
    format!(
        "From: Mail2alert <postmaster@{hostname}>\nTo: {postmaster}\nSubject: Some did not get a notification\n\
        Auto-Submitted: auto-replied\n\nThis notification was sent on to some of its recipients:\n\n    {subject}\n\n\
        The mail server refused it for good for these:\n\n    {refusals}\n"
    )
}

/// The date of a mail: RFC 5322, 3.3, in universal time.
fn date(at: SystemTime) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let seconds = at.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let weekday = DAYS[usize::try_from(days % 7).expect("less than 7")];
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{weekday}, {day} {} {year} {hour:02}:{minute:02}:{second:02} +0000", MONTHS[month])
}

/// The year, the month from 0 and the day from 1, of a day since 1970-01-01, one year and one month after the other.
fn civil(mut days: u64) -> (u64, usize, u64) {
    let mut year = 1970;
    let is_leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let mut month = 0;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    (year, month, days + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, text) in [
            (0, "Thu, 1 Jan 1970 00:00:00 +0000"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000"),
            (1_492_591_331, "Wed, 19 Apr 2017 08:42:11 +0000"),
            (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 +0000"),
            (4_107_542_400, "Mon, 1 Mar 2100 00:00:00 +0000"),
        ] {
            assert_eq!(date(UNIX_EPOCH + Duration::from_secs(seconds)), text);
        }
    }
}
