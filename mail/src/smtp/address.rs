//! Addresses, as they may stand in an envelope, and no others.
//!
//! An [`Address`] is kept as it was written, quotes and all, since writing `"a b"@example.net` out
//! again without its quotes would make two words of it. And since there is no other way to make one
//! than [`Address::new`], which refuses all that could end a command early, nothing that a stranger
//! typed into a form can become a second command.
use std::{
    fmt::{self, Display},
    net::{Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// The longest local part, in bytes: RFC 5321, 4.5.3.1.1.
const LONGEST_LOCAL_PART: usize = 64;
/// The longest domain, in bytes: RFC 5321, 4.5.3.1.2.
const LONGEST_DOMAIN: usize = 255;
/// The longest address, in bytes: a path has 256 with its angle brackets, RFC 5321, 4.5.3.1.3.
const LONGEST_ADDRESS: usize = 254;

/// A mailbox, such as `alice@example.net`: RFC 5321, 4.1.2, with the letters of all scripts of RFC
/// 6531, 3.3.
///
/// It is kept as it was written. Two addresses are equal if they were written in the same way.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    /// As it was written, with its quotes.
    text: Box<str>,
    /// Where the `@` stands before the domain; nowhere in `<postmaster>`.
    at: Option<usize>,
}

/// Why something is not an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// There is no `@` outside quotes.
    #[error("an address needs an @, as in alice@example.net")]
    NoAt,
    /// A control character, such as the end of a line, or `<` or `>`. In quotes the latter are
    /// allowed by RFC 5321, but such an address is only met where a stranger tries what the
    /// next server makes of it.
    #[error("a control character, < or > cannot be part of an address")]
    Forbidden,
    /// What stands before the `@` is neither words with dots between them nor something in quotes.
    #[error("what stands before the @ is not a name")]
    LocalPart,
    /// What stands after the `@` is neither a domain nor an address of the internet in brackets.
    #[error("what stands after the @ is not a domain")]
    Domain,
    /// Longer than 64 bytes before the `@`, 255 bytes after it, or 254 bytes in all.
    #[error("it is too long for an address")]
    TooLong,
}

impl Address {
    /// Reads an address, such as `alice@example.net`, `"alice b"@example.net`, `alice@[192.0.2.1]`
    /// or `用户@例子.网`.
    ///
    /// # Errors
    /// If it is not one: see [`AddressError`]. In particular if it has a control character, `<` or
    /// `>` anywhere.
    pub fn new(text: &str) -> Result<Address, AddressError> {
        if text.len() > LONGEST_ADDRESS {
            return Err(AddressError::TooLong);
        }
        // Before anything else: no later rule can let through what would end the line or the path.
        if text.chars().any(|c| c.is_control() || matches!(c, '<' | '>' | '\u{2028}' | '\u{2029}'))
        {
            return Err(AddressError::Forbidden);
        }
        let local_length = local_part(text)?;
        let (local, rest) = text.split_at(local_length);
        let domain = rest.strip_prefix('@').ok_or(AddressError::NoAt)?;
        if local.len() > LONGEST_LOCAL_PART || domain.len() > LONGEST_DOMAIN {
            return Err(AddressError::TooLong);
        }
        if !is_domain(domain) && !is_address_literal(domain) {
            return Err(AddressError::Domain);
        }
        Ok(Address { text: text.into(), at: Some(local_length) })
    }

    /// The one address without a domain, which every server must know: RFC 5321, 4.5.1.
    pub fn postmaster() -> Address {
        Address { text: "postmaster".into(), at: None }
    }

    /// The address, as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands before the `@`, as it was written.
    pub fn local_part(&self) -> &str {
        self.at.map_or(&self.text, |at| &self.text[..at])
    }

    /// What stands after the `@`. Only [`postmaster`](Address::postmaster) has none.
    pub fn domain(&self) -> Option<&str> {
        self.at.map(|at| &self.text[at + 1..])
    }

    /// Whether it can be written in ASCII. If not, only a server that offers SMTPUTF8 can take it.
    pub fn is_ascii(&self) -> bool {
        self.text.is_ascii()
    }

    /// Whether it is the postmaster, here or in some domain, in capitals or not.
    pub fn is_postmaster(&self) -> bool {
        self.local_part().eq_ignore_ascii_case("postmaster")
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Address, AddressError> {
        Address::new(text)
    }
}

impl Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// How many bytes the local part has that `text` begins with.
fn local_part(text: &str) -> Result<usize, AddressError> {
    if text.starts_with('"') {
        return quoted_string(text).ok_or(AddressError::LocalPart);
    }
    let length = text.find('@').ok_or(AddressError::NoAt)?;
    let words = text[..length].split('.');
    let is_word = |word: &str| !word.is_empty() && word.chars().all(is_atom_character);
    if words.into_iter().all(is_word) { Ok(length) } else { Err(AddressError::LocalPart) }
}

/// `atext` of RFC 5322, 3.2.3, and any visible character beyond ASCII.
fn is_atom_character(c: char) -> bool {
    match c {
        '!' | '#' | '$' | '%' | '&' | '\'' | '*' | '+' | '-' | '/' | '=' | '?' => true,
        '^' | '_' | '`' | '{' | '|' | '}' | '~' => true,
        _ => c.is_ascii_alphanumeric() || is_visible_beyond_ascii(c),
    }
}

fn is_visible_beyond_ascii(c: char) -> bool {
    !c.is_ascii() && !c.is_control() && !c.is_whitespace()
}

/// How many bytes the quoted string has that `text` begins with. Quotes in it stand behind a
/// backslash.
fn quoted_string(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (place, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(place + 1),
            _ => {}
        }
    }
    None
}

/// Labels of letters, digits and hyphens with dots between them: RFC 5321, 4.1.2; or of other
/// scripts: RFC 6531.
pub(super) fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        let letters = label
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || is_visible_beyond_ascii(c));
        letters
            && !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.split('.').all(is_label)
}

/// `[192.0.2.1]` or `[IPv6:2001:db8::1]`: RFC 5321, 4.1.3. No other kind has ever been registered.
fn is_address_literal(text: &str) -> bool {
    let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
        return false;
    };
    match inner.get(..5) {
        Some(tag) if tag.eq_ignore_ascii_case("IPv6:") => inner[5..].parse::<Ipv6Addr>().is_ok(),
        _ => inner.parse::<Ipv4Addr>().is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_kept_as_they_were_written() {
        for text in [
            "alice@example.net",
            "Alice.B+tag@Example.NET",
            "\"a b\"@example.net",
            r#""a\"b\\c"@example.net"#,
            "\"a@b\"@example.net",
            "\"\"@example.net",
            "alice@[192.0.2.1]",
            "alice@[IPv6:2001:db8::1]",
            "用户@例子.网",
            "a!#$%&'*+-/=?^_`{|}~@b",
        ] {
            assert_eq!(Address::new(text).map(|address| address.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_its_reason() {
        for (text, error) in [
            ("", AddressError::NoAt),
            ("alice", AddressError::NoAt),
            ("@example.net", AddressError::LocalPart),
            (".alice@example.net", AddressError::LocalPart),
            ("alice.@example.net", AddressError::LocalPart),
            ("a..b@example.net", AddressError::LocalPart),
            ("a b@example.net", AddressError::LocalPart),
            ("\"a@example.net", AddressError::LocalPart),
            ("\"a\"b@example.net", AddressError::NoAt),
            ("alice@", AddressError::Domain),
            ("alice@-example.net", AddressError::Domain),
            ("alice@example..net", AddressError::Domain),
            ("alice@exa_mple.net", AddressError::Domain),
            ("alice@b@c", AddressError::Domain),
            ("alice@[192.0.2]", AddressError::Domain),
            ("alice@[IPv6:192.0.2.1]", AddressError::Domain),
            ("alice@b SIZE=1", AddressError::Domain),
            ("alice@b>", AddressError::Forbidden),
            ("\"a> X=1 \"@c", AddressError::Forbidden),
            ("a\r\nRCPT TO:<b@c", AddressError::Forbidden),
            ("a\u{85}b@c", AddressError::Forbidden),
            ("a\u{2028}b@c", AddressError::Forbidden),
        ] {
            assert_eq!(Address::new(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn each_part_may_have_its_length_and_not_a_byte_more() {
        let address = |local: usize, domain: usize| {
            let labels = vec!["d".repeat(63); 8].join(".");
            Address::new(&format!("{}@{}", "l".repeat(local), &labels[..domain])).is_ok()
        };
        assert!(address(64, 189), "254 bytes");
        assert!(!address(65, 10), "65 bytes before the @");
        assert!(!address(64, 190), "255 bytes");
        assert!(Address::new(&format!("a@{}", "d".repeat(63))).is_ok());
        assert!(Address::new(&format!("a@{}", "d".repeat(64))).is_err(), "a label of 64 bytes");
    }
}
