//! Our reading of SMTP beside that of another implementation, smtp-proto: the same lines and the
//! same messages for both. Where they differ, they are meant to, and each difference is listed here
//! with its reason.
use bytes::BytesMut;
use mail::smtp::{
    Budget, Limits,
    codec::{Frame, MessageError, ServerCodec},
    command::{Body, Command, parse},
};
use smtp_proto::{MAIL_BODY_8BITMIME, MAIL_SMTPUTF8, Request, request::receiver::DataReceiver};
use tokio_util::codec::Decoder;

/// What was understood, of either.
#[derive(Clone, Debug, PartialEq)]
enum Understood {
    Hello {
        extended: bool,
        name: String,
    },
    Mail {
        from: String,
        size: u64,
        eight_bit: bool,
        utf8: bool,
    },
    Rcpt(String),
    Other(&'static str),
    /// A command that only the other one knows.
    NotOffered,
    Refused,
}

fn ours(line: &str) -> Understood {
    match parse(line.as_bytes()) {
        Ok(Command::Ehlo(name)) => Understood::Hello { extended: true, name },
        Ok(Command::Helo(name)) => Understood::Hello { extended: false, name },
        Ok(Command::Mail { from, parameters }) => Understood::Mail {
            from: from.map_or(String::new(), |from| from.to_string()),
            size: parameters.size.unwrap_or(0),
            eight_bit: parameters.body == Some(Body::EightBit),
            utf8: parameters.smtputf8,
        },
        Ok(Command::Rcpt(to)) => Understood::Rcpt(to.to_string()),
        Ok(Command::Data) => Understood::Other("DATA"),
        Ok(Command::Rset) => Understood::Other("RSET"),
        Ok(Command::Quit) => Understood::Other("QUIT"),
        Ok(Command::Noop) => Understood::Other("NOOP"),
        Ok(Command::Vrfy) => Understood::Other("VRFY"),
        Ok(Command::Help) => Understood::Other("HELP"),
        Err(_) => Understood::Refused,
    }
}

fn theirs(line: &str) -> Understood {
    let wire = format!("{line}\r\n");
    match Request::parse(&mut wire.as_bytes().iter()) {
        Ok(Request::Ehlo { host }) => Understood::Hello { extended: true, name: host.into() },
        Ok(Request::Helo { host }) => Understood::Hello { extended: false, name: host.into() },
        Ok(Request::Mail { from }) => Understood::Mail {
            from: from.address.to_string(),
            size: from.size as u64,
            eight_bit: from.flags & MAIL_BODY_8BITMIME != 0,
            utf8: from.flags & MAIL_SMTPUTF8 != 0,
        },
        Ok(Request::Rcpt { to }) => Understood::Rcpt(to.address.into()),
        Ok(Request::Data) => Understood::Other("DATA"),
        Ok(Request::Rset) => Understood::Other("RSET"),
        Ok(Request::Quit) => Understood::Other("QUIT"),
        Ok(Request::Noop { .. }) => Understood::Other("NOOP"),
        Ok(Request::Vrfy { .. }) => Understood::Other("VRFY"),
        Ok(Request::Help { .. }) => Understood::Other("HELP"),
        Ok(_) => Understood::NotOffered,
        Err(_) => Understood::Refused,
    }
}

const WORDS: &[&str] = &[
    "EHLO ",
    "HELO ",
    "MAIL FROM:<",
    "RCPT TO:<",
    "DATA",
    "RSET",
    "QUIT",
    "NOOP",
    "VRFY ",
    "HELP",
    "STARTTLS",
    "mail from: <",
    "a",
    "alice",
    "B",
    "9",
    ".",
    "@",
    "\"",
    "\\",
    "\"a b\"",
    "a@b",
    "alice@example.net",
    "\"a@b\"@c",
    "postmaster",
    "Postmaster",
    "@x,@y:",
    "@x:",
    "[192.0.2.1]",
    "[IPv6:::1]",
    "[x]",
    ">",
    "> ",
    "<",
    ">",
    ">",
    " ",
    " ",
    "  ",
    " SIZE=",
    "SIZE=10",
    " SIZE=10",
    " SIZE=99999999999999999999999",
    " BODY=8BITMIME",
    " BODY=7BIT",
    " BODY=BINARYMIME",
    " SMTPUTF8",
    " smtputf8",
    " X=1",
    " NOTIFY=NEVER",
    "=",
    "-",
    "_",
    "ü",
    "例",
    "\u{85}",
    "\u{a0}",
    "\0",
    "\t",
    "\r",
    ",",
    ":",
    ";",
    "(",
    ")",
    "~",
    "junk",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
];

fn random_line(random: &mut fastrand::Rng) -> String {
    let word = |random: &mut fastrand::Rng| *random.choice(WORDS).unwrap();
    let address = |random: &mut fastrand::Rng| match random.u8(..6) {
        0 => (0..random.usize(..6)).map(|_| word(random)).collect(),
        1 => format!("{}@{}", word(random), word(random)),
        2 => format!("\"{}\"@example.net", word(random)),
        3 => format!("@{}:alice@example.net", word(random)),
        4 => format!("a{}b@c.{}", word(random), word(random)),
        _ => "alice@example.net".to_owned(),
    };
    match random.u8(..8) {
        0 => (0..random.usize(..6)).map(|_| word(random)).collect(),
        1 | 2 => format!("RCPT TO:<{}>", address(random)),
        3 => format!("RCPT TO:<{}>{}", address(random), word(random)),
        4 | 5 => format!("MAIL FROM:<{}>", address(random)),
        6 => format!("MAIL FROM:<{}>{}{}", address(random), word(random), word(random)),
        _ => format!("{}{}", word(random), word(random)),
    }
}

/// A line, what we understand of it, and what the other one does.
struct Case<'a> {
    line: &'a str,
    ours: &'a Understood,
    theirs: &'a Understood,
}

impl Case<'_> {
    fn refused_by_us(&self) -> bool {
        *self.ours == Understood::Refused
    }

    fn verb(&self) -> String {
        self.line.split(' ').next().unwrap_or_default().to_ascii_uppercase()
    }

    /// What stands between the angle brackets, for us: to the first `>`.
    fn path(&self) -> &str {
        let path = self.line.split_once('<').map_or("", |(_, rest)| rest);
        path.split_once('>').map_or(path, |(path, _)| path)
    }

    /// What stands behind them.
    fn parameters(&self) -> &str {
        self.line.split_once('>').map_or("", |(_, parameters)| parameters)
    }
}

impl Understood {
    fn address(&self) -> Option<&str> {
        match self {
            Understood::Mail { from: address, .. } | Understood::Rcpt(address) => Some(address),
            _ => None,
        }
    }
}

/// The text that a quoted local part stands for.
fn without_quotes(address: &str) -> Option<String> {
    let (local, domain) = address.strip_prefix('"')?.rsplit_once("\"@")?;
    let (mut text, mut escaped) = (String::new(), false);
    for c in local.chars() {
        escaped = c == '\\' && !escaped;
        if !escaped {
            text.push(c);
        }
    }
    Some(format!("{text}@{domain}"))
}

/// A difference that is meant: what it is, why, and when it is the one.
type Difference = (&'static str, fn(&Case) -> bool);

const INTENDED: &[Difference] = &[
    (
        "a control character belongs into no command; they skip CR, and take the others as text",
        |case| case.refused_by_us() && case.line.contains(char::is_control),
    ),
    ("quotes are kept, since what was in them is unsafe to write out again without them", |case| {
        match (case.ours.address(), case.theirs.address()) {
            (Some(ours), Some(theirs)) => without_quotes(ours).as_deref() == Some(theirs),
            _ => false,
        }
    }),
    ("`RCPT TO:<postmaster>` is for the postmaster, and not for an empty address", |case| {
        *case.ours == Understood::Rcpt("postmaster".into())
            && *case.theirs == Understood::Rcpt(String::new())
    }),
    ("an address of the internet in brackets is a domain: RFC 5321, 4.1.3", |case| {
        case.ours.address().is_some_and(|ours| ours.ends_with(']'))
            && *case.theirs == Understood::Refused
    }),
    ("VRFY gets the same answer whatever its argument", |case| {
        *case.ours == Understood::Other("VRFY") && *case.theirs == Understood::Refused
    }),
    ("commands of extensions that are not offered", |case| {
        case.refused_by_us() && *case.theirs == Understood::NotOffered
    }),
    ("DATA, RSET and QUIT have no argument", |case| {
        case.refused_by_us()
            && matches!(case.verb().as_str(), "DATA" | "RSET" | "QUIT")
            && case.line.contains(' ')
    }),
    ("a command begins where its line begins", |case| {
        case.refused_by_us() && case.line.starts_with(' ')
    }),
    ("a client calls itself by one word of ASCII", |case| {
        let Understood::Hello { name, .. } = case.theirs else { return false };
        let words = case.line.split(' ').filter(|word| !word.is_empty()).count();
        case.refused_by_us() && (words > 2 || !name.is_ascii())
    }),
    ("an address that is not ASCII needs SMTPUTF8: RFC 6531, 3.4", |case| {
        case.refused_by_us()
            && case.verb() == "MAIL"
            && !case.path().is_ascii()
            && !case.parameters().contains("SMTPUTF8")
    }),
    ("what is no address for RFC 5321 is none for us", |case| {
        let path = case.path();
        let path = path
            .rsplit_once(':')
            .filter(|_| path.starts_with('@'))
            .map_or(path, |(_, address)| address);
        let null = path.is_empty() && case.verb() == "MAIL";
        case.refused_by_us() && !null && mail::smtp::Address::new(path).is_err()
    }),
    ("a space stands between an address and its parameters", |case| {
        case.refused_by_us() && !case.parameters().is_empty() && !case.parameters().starts_with(' ')
    }),
    ("parameters of extensions that are not offered: RFC 5321, 4.1.1.11", |case| {
        let offered = |word: &str| {
            let word = word.to_ascii_uppercase();
            case.verb() == "MAIL"
                && (word.starts_with("SIZE=")
                    || word == "SMTPUTF8"
                    || word == "BODY=7BIT"
                    || word == "BODY=8BITMIME")
        };
        case.refused_by_us()
            && case.parameters().split(' ').any(|word| !word.is_empty() && !offered(word))
    }),
    ("a parameter stands there once", |case| {
        let parameters = case.parameters().to_ascii_uppercase();
        case.refused_by_us()
            && ["SIZE=", "BODY=", "SMTPUTF8"]
                .iter()
                .any(|word| parameters.matches(word).count() > 1)
    }),
    ("a size has one to twenty digits: RFC 1870, 4", |case| {
        let sizes =
            case.parameters().split(' ').filter_map(|word| word.get(..5).zip(word.get(5..)));
        let mut sizes = sizes.filter(|(key, _)| key.eq_ignore_ascii_case("SIZE="));
        case.refused_by_us() && sizes.any(|(_, digits)| digits.len() > 20)
    }),
    ("a route is a list of domains", |case| case.refused_by_us() && case.path().starts_with('@')),
];

#[test]
fn commands_are_understood_as_another_implementation_does_except_where_they_are_meant_not_to_be() {
    let mut random = fastrand::Rng::with_seed(7);
    let (mut agreed, mut used) = (0, vec![0; INTENDED.len()]);
    let mut unlisted = std::collections::BTreeSet::new();
    for _ in 0..300_000 {
        let line = random_line(&mut random);
        let (ours, theirs) = (ours(&line), theirs(&line));
        if ours == theirs {
            agreed += usize::from(ours != Understood::Refused);
            continue;
        }
        let case = Case { line: &line, ours: &ours, theirs: &theirs };
        match INTENDED.iter().position(|(_, is_it)| is_it(&case)) {
            Some(number) => used[number] += 1,
            None => drop(
                unlisted.insert((line.len(), format!("{line:?}: we {ours:?}, they {theirs:?}"))),
            ),
        }
    }
    let shortest: Vec<&str> = unlisted.iter().take(60).map(|(_, text)| text.as_str()).collect();
    assert!(
        unlisted.is_empty(),
        "{} differences are not listed:\n{}",
        unlisted.len(),
        shortest.join("\n")
    );
    assert!(agreed > 10_000, "both accept only {agreed}");
    for ((reason, _), used) in INTENDED.iter().zip(used) {
        assert!(used > 0, "this difference is gone, or is never tried: {reason}");
    }
}

/// What becomes of what follows the 354: the message, and how many bytes were left.
fn message_of_ours(wire: &[u8]) -> Option<(Result<Vec<u8>, MessageError>, usize)> {
    let limits = Limits::default();
    let mut codec = ServerCodec::new(&limits, Budget::new(limits.memory));
    codec.expect_message();
    let mut unread = BytesMut::from(wire);
    let frame = codec.decode(&mut unread).expect("it never fails")?;
    match frame {
        Frame::Message(message) => Some((message.map(|body| body.to_vec()), unread.len())),
        frame => panic!("{frame:?} is not a message"),
    }
}

fn message_of_theirs(wire: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (mut receiver, mut bytes, mut body) = (DataReceiver::new(), wire.iter(), vec![]);
    receiver.ingest(&mut bytes, &mut body).then(|| (body, bytes.len()))
}

/// A difference between messages: what it is, and when it is the one, of the wire, of ours and of
/// theirs.
type MessageDifference = (&'static str, fn(&[u8]) -> bool);

fn contains(wire: &[u8], what: &[u8]) -> bool {
    wire.windows(what.len()).any(|bytes| bytes == what)
}

const INTENDED_FOR_MESSAGES: &[MessageDifference] = &[
    ("CR LF dot CR CR LF is not the end", |wire| contains(wire, b".\r\r")),
    (
        "a dot that begins the first line is like any other: it was added, or it is the end",
        |wire| wire.starts_with(b"."),
    ),
    ("a message with CR or LF on its own is refused", |wire| {
        let bare = |(place, byte): (usize, &u8)| match byte {
            b'\r' => wire.get(place + 1) != Some(&b'\n'),
            b'\n' => place == 0 || wire[place - 1] != b'\r',
            _ => false,
        };
        wire.iter().enumerate().any(bare)
    }),
];

#[test]
fn messages_end_where_they_do_for_another_implementation_except_where_they_are_meant_not_to() {
    let mut random = fastrand::Rng::with_seed(8);
    let (mut agreed, mut used) = (0, vec![0; INTENDED_FOR_MESSAGES.len()]);
    for _ in 0..300_000 {
        let words: &[&[u8]] =
            &[b".", b"..", b"\r\n", b"\r\n", b"\r\n.", b"\r\n.\r\n", b"\r", b"\n", b"x", b"hello"];
        let length = random.usize(..12);
        // Half of them without anything that is forbidden.
        let allowed = |word: &&&[u8]| **word != b"\r" && **word != b"\n";
        let words: Vec<&[u8]> = if random.bool() {
            words.to_vec()
        } else {
            words.iter().filter(allowed).copied().collect()
        };
        let mut wire: Vec<u8> =
            (0..length).flat_map(|_| random.choice(&words).unwrap().to_vec()).collect();
        wire.extend_from_slice(b"\r\n.\r\nQUIT\r\n");
        let (ours, theirs) = (message_of_ours(&wire), message_of_theirs(&wire));
        let same = match (&ours, &theirs) {
            (Some((Ok(ours), left)), Some((theirs, their_left))) => {
                ours == theirs && left == their_left
            }
            _ => false,
        };
        if same {
            agreed += 1;
            continue;
        }
        let wire_of_message = &wire[..wire.len() - ours.as_ref().map_or(0, |(_, left)| *left)];
        match INTENDED_FOR_MESSAGES.iter().position(|(_, is_it)| is_it(wire_of_message)) {
            Some(number) => used[number] += 1,
            None => panic!("{:?}: we {ours:?}, they {theirs:?}", wire.escape_ascii().to_string()),
        }
    }
    assert!(agreed > 100_000, "both agree about {agreed} only");
    for ((reason, _), used) in INTENDED_FOR_MESSAGES.iter().zip(used) {
        assert!(used > 0, "this difference is gone, or is never tried: {reason}");
    }
}
