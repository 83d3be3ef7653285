//! What the relay writes itself: a line in front of each mail, and a mail to the postmaster.
use super::addresses::EnvelopeAddress;
use mail::{
    Draft, DraftError,
    smtp::{Address, Message, Transaction},
};
use mail_builder::headers::date::Date;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The mail with a line in front that says where it came from: RFC 5321, 4.4. By these lines a
/// mail that goes round in circles is found out.
pub(super) fn with_trace(mail: &Transaction, body: &[u8], hostname: &str) -> Message {
    let peer = &mail.peer;
    let address = match peer.address {
        Some(address) => format!(" ([{}])", literal(address.ip())),
        None => String::new(),
    };
    // The client chooses its name. Only harmless characters of it are kept, so that it cannot look
    // like another part of the line.
    let name: String =
        peer.name.chars().filter(|c| c.is_ascii_alphanumeric() || ".-_:[]".contains(*c)).collect();
    let name = if name.is_empty() { "unknown" } else { &name };
    let protocol = if peer.extended { "ESMTP" } else { "SMTP" };
    let date = date(SystemTime::now());
    let mut text = format!(
        "Received: from {name}{address}\r\n\tby {hostname} with {protocol};\r\n\t{date}\r\n"
    )
    .into_bytes();
    text.extend_from_slice(body);
    Message::passed_on(text, mail.parameters.smtputf8)
}

fn literal(ip: std::net::IpAddr) -> String {
    match ip {
        std::net::IpAddr::V4(ip) => ip.to_string(),
        std::net::IpAddr::V6(ip) => format!("IPv6:{ip}"),
    }
}

/// What the postmaster is told about a mail that some have had and others never will: RFC 5321, 4.4
/// and 6.1. It comes from an address without a reader, and says so, so that no machine answers it:
/// RFC 3834.
pub(super) fn notice(
    hostname: &str,
    postmaster: &EnvelopeAddress,
    subject: &str,
    refusals: &[String],
) -> Result<Message, DraftError> {
    let from =
        Address::new(&format!("mail2alert@{hostname}")).unwrap_or_else(|_| Address::postmaster());
    let refusals: Vec<String> = refusals.iter().map(|refusal| one_line(refusal)).collect();
    let text = format!(
        "This notification was sent on to some of its recipients:\n\n    {}\n\n\
        The mail server refused it for good for these:\n\n    {}\n",
        one_line(subject),
        refusals.join("\n    ")
    );
    Draft::new(&from.into())
        .to(postmaster.address().clone())
        .subject("Some did not get a notification")?
        .header("Auto-Submitted", "auto-replied")?
        .text(&text)
}

/// As much of a text as fits into a line, wherever it comes from.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}

/// A moment, as in `2017-04-19T08:42:11Z`: for a log.
pub fn timestamp(at: SystemTime) -> String {
    humantime::format_rfc3339_seconds(at).to_string()
}

/// The date of a mail: RFC 5322, 3.3, in universal time.
fn date(at: SystemTime) -> String {
    let seconds = at.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    Date::new(i64::try_from(seconds).unwrap_or(i64::MAX)).to_rfc822()
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
        assert_eq!(
            timestamp(UNIX_EPOCH + Duration::from_secs(951_782_400)),
            "2000-02-29T00:00:00Z"
        );
    }

    #[test]
    fn a_notice_can_be_written_whatever_it_quotes() {
        let postmaster: EnvelopeAddress = "用户@example.com".parse().expect("an address");
        for text in ["", "ö", "\r\n.\r\nMAIL FROM:<>", "\0", &"x".repeat(100_000)] {
            let message = notice(
                "mail2alert.example.com",
                &postmaster,
                text,
                &[text.to_owned(), text.to_owned()],
            );
            assert!(message.is_ok(), "{text:?}: {message:?}");
        }
    }
}
