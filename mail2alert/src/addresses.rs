//! The addresses of envelopes, compared as a mail server compares them; and those of them that the
//! relay takes mail for.
use mail::smtp::{Address, AddressError};
use std::{
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
};

/// A sender or a recipient, as it was written. Two are equal if their local parts are the same,
/// letter by letter, and their domains are the same but for capitals: whether capitals matter in a
/// local part, only the server of that domain knows (RFC 5321, 2.4).
#[derive(Clone, Debug)]
pub struct EnvelopeAddress(Address);

impl EnvelopeAddress {
    /// This address.
    pub fn new(address: Address) -> EnvelopeAddress {
        EnvelopeAddress(address)
    }

    /// As it was written.
    pub fn address(&self) -> &Address {
        &self.0
    }

    /// Whether a configuration that lists `self` means `other`: in a configuration, capitals do not
    /// matter.
    pub fn means(&self, other: &EnvelopeAddress) -> bool {
        self.0.as_str().to_lowercase() == other.0.as_str().to_lowercase()
    }

    fn domain(&self) -> Option<String> {
        self.0.domain().map(str::to_lowercase)
    }
}

impl PartialEq for EnvelopeAddress {
    fn eq(&self, other: &EnvelopeAddress) -> bool {
        self.0.local_part() == other.0.local_part() && self.domain() == other.domain()
    }
}

impl Eq for EnvelopeAddress {}

impl Hash for EnvelopeAddress {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.0.local_part().hash(hasher);
        self.domain().hash(hasher);
    }
}

impl fmt::Display for EnvelopeAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for EnvelopeAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<EnvelopeAddress, AddressError> {
        Address::new(text).map(EnvelopeAddress)
    }
}

/// The addresses that the relay takes mail for. All others are refused: a server that takes mail
/// for all the world is an *open relay*, and will soon send the world's spam.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnAddress {
    /// This mailbox.
    Mailbox(EnvelopeAddress),
    /// Every mailbox of this domain, in small letters.
    Domain(String),
}

impl OwnAddress {
    /// Whether it covers a recipient.
    ///
    /// A domain does not cover local parts that once were routes, such as `user%other.example` or
    /// `other.example!user`: the mail server behind might still follow them elsewhere.
    /// Such a mailbox can be listed by name.
    pub fn covers(&self, recipient: &EnvelopeAddress) -> bool {
        match self {
            OwnAddress::Mailbox(mailbox) => mailbox.means(recipient),
            OwnAddress::Domain(domain) => {
                let is_route = recipient.0.local_part().contains(['%', '!', '@']);
                recipient.domain().as_ref() == Some(domain) && !is_route
            }
        }
    }

    /// Whether it takes mail for a mailbox in this domain.
    pub fn is_in(&self, domain: &str) -> bool {
        match self {
            OwnAddress::Mailbox(mailbox) => {
                mailbox.domain().is_some_and(|own| own == domain.to_lowercase())
            }
            OwnAddress::Domain(own) => *own == domain.to_lowercase(),
        }
    }
}

impl fmt::Display for OwnAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OwnAddress::Mailbox(mailbox) => mailbox.fmt(f),
            OwnAddress::Domain(domain) => write!(f, "any mailbox at {domain}"),
        }
    }
}

impl FromStr for OwnAddress {
    type Err = AddressError;

    /// Reads `alice@example.com`, or `@example.com` for a whole domain.
    fn from_str(text: &str) -> Result<OwnAddress, AddressError> {
        match text.strip_prefix('@') {
            // There is no type for a domain: with a mailbox before it, it has to be an address.
            Some(domain) => Address::new(&format!("mailbox@{domain}"))
                .map(|_| OwnAddress::Domain(domain.to_lowercase())),
            None => text.parse().map(OwnAddress::Mailbox),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailbox(address: &str) -> EnvelopeAddress {
        address.parse().expect("an address")
    }

    #[test]
    fn domains_are_equal_in_capitals_or_not_and_local_parts_are_not() {
        assert_eq!(mailbox("a@Example.COM"), mailbox("a@example.com"));
        assert_ne!(mailbox("A@example.com"), mailbox("a@example.com"));
        assert!(mailbox("Alert@example.com").means(&mailbox("alert@EXAMPLE.com")));
        assert!(!mailbox("alert@example.com").means(&mailbox("alert@example.net")));
    }

    #[test]
    fn only_own_recipients_are_covered() {
        let own = |text: &str| text.parse::<OwnAddress>().expect("own");
        for (own, recipient, expected) in [
            (own("alert@example.com"), "Alert@Example.com", true),
            (own("alert@example.com"), "other@example.com", false),
            (own("@example.com"), "any@EXAMPLE.com", true),
            (own("@example.com"), "any@example.net", false),
            (own("@example.com"), "any@sub.example.com", false),
            (own("@example.com"), "user%example.net@example.com", false),
            (own("@example.com"), "example.net!user@example.com", false),
            (own("@example.com"), "\"user@example.net\"@example.com", false),
            (own("user%example.net@example.com"), "user%example.net@example.com", true),
        ] {
            assert_eq!(own.covers(&mailbox(recipient)), expected, "{own} covers {recipient}");
        }
        for garbage in ["", "@", "@a b", "alert", "a@b@c", "@a@b"] {
            assert!(garbage.parse::<OwnAddress>().is_err(), "{garbage:?}");
        }
    }
}
