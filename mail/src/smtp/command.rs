//! Commands: one line in, without its CRLF, and one [`Command`] out.
//!
//! The grammar is that of RFC 5321, 4.1, read strictly, with two exceptions that do no harm and
//! that mail programs need: spaces after `FROM:` and `TO:`, and spaces at the end of a line (4.1.1
//! wants these to be tolerated).
use super::{
    address::{Address, AddressError, is_domain},
    reply::Reply,
};
use std::str;

/// What a client can ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// `EHLO name`: what the client calls itself, and that it knows about extensions.
    Ehlo(String),
    /// `HELO name`: the same, of a client that knows of no extensions.
    Helo(String),
    /// `MAIL FROM:<address> parameters`
    Mail {
        /// Where reports about this message go; `None` is `<>`, for messages that are such reports
        /// themselves: RFC 5321, 4.5.5.
        from: Option<Address>,
        /// What the client says about the message.
        parameters: Parameters,
    },
    /// `RCPT TO:<address>`
    Rcpt(Address),
    /// `DATA`
    Data,
    /// `RSET`
    Rset,
    /// `NOOP`, with anything behind it.
    Noop,
    /// `VRFY`, with anything behind it.
    Vrfy,
    /// `HELP`, with anything behind it.
    Help,
    /// `QUIT`
    Quit,
}

/// The parameters of `MAIL`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    /// `SIZE=`: how many bytes the message has, as the client thinks; RFC 1870. A number that is
    /// too large for any machine is the largest that there is.
    pub size: Option<u64>,
    /// `BODY=8BITMIME` or `BODY=7BIT`: whether it has bytes beyond ASCII; RFC 6152.
    pub body: Option<Body>,
    /// `SMTPUTF8`: whether addresses and headers may have characters beyond ASCII; RFC 6531.
    pub smtputf8: bool,
}

impl Parameters {
    /// Whether there are any.
    pub fn is_empty(&self) -> bool {
        *self == Parameters::default()
    }
}

/// What kind of bytes a message consists of: RFC 6152.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// ASCII only.
    SevenBit,
    /// Any bytes, in lines.
    EightBit,
}

/// Why a line is not a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandError {
    /// No such verb, or a control character.
    Unrecognised,
    /// The first line of an HTTP request.
    Http,
    /// A verb of SMTP, with an argument that is not UTF-8.
    NotUtf8,
    /// A verb of SMTP or of an extension that is not offered.
    NotImplemented,
    /// It should look like this.
    Syntax(&'static str),
    /// Not an address from which mail could come.
    Sender(AddressError),
    /// Not an address to which mail could go.
    Recipient(AddressError),
    /// An address that is not ASCII, without `SMTPUTF8`.
    NeedsUtf8,
    /// A parameter that is not known: RFC 5321, 4.1.1.11.
    UnknownParameter,
    /// A parameter that is known, with a value that is not.
    BadParameter,
}

impl CommandError {
    /// What to say to it: RFC 5321, 4.2.2 and RFC 3463, 3.
    pub fn reply(self) -> Reply {
        match self {
            CommandError::Unrecognised => {
                Reply::own(500, Some((5, 5, 2)), "command not recognised")
            }
            CommandError::Http => {
                Reply::own(521, Some((5, 5, 2)), "this is an SMTP server, not an HTTP server")
            }
            CommandError::NotUtf8 => Reply::own(501, Some((5, 5, 4)), "this argument is not UTF-8"),
            CommandError::NotImplemented => {
                Reply::own(502, Some((5, 5, 1)), "command not implemented")
            }
            CommandError::Syntax(syntax) => Reply::new(501, (5, 5, 4), syntax),
            CommandError::Sender(error) => Reply::new(553, (5, 1, 7), error.to_string()),
            CommandError::Recipient(error) => Reply::new(553, (5, 1, 3), error.to_string()),
            CommandError::NeedsUtf8 => {
                Reply::own(553, Some((5, 6, 7)), "this address needs SMTPUTF8")
            }
            CommandError::UnknownParameter => {
                Reply::own(555, Some((5, 5, 4)), "parameter not recognised")
            }
            CommandError::BadParameter => {
                Reply::own(501, Some((5, 5, 4)), "this parameter cannot have this value")
            }
        }
    }
}

impl CommandError {
    /// Whether the client is no mail program. A web page can make a browser send a whole mail as
    /// the body of an HTTP request: its first line is the only one by which it is known.
    pub(super) fn ends_the_session(self) -> bool {
        self == CommandError::Http
    }
}

/// Reads a line without its CRLF.
///
/// # Errors
/// If it is not a command. Nothing of it has been obeyed then.
pub fn parse(line: &[u8]) -> Result<Command, CommandError> {
    let line = match str::from_utf8(line) {
        Ok(line) => line,
        Err(error) => return Err(not_utf8(&line[..error.valid_up_to()])),
    };
    if line.chars().any(char::is_control) {
        return Err(CommandError::Unrecognised);
    }
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    let rest = rest.trim_end_matches(' ');
    match verb.to_ascii_uppercase().as_str() {
        "EHLO" => Ok(Command::Ehlo(name(rest).ok_or(CommandError::Syntax("EHLO name"))?)),
        "HELO" => Ok(Command::Helo(name(rest).ok_or(CommandError::Syntax("HELO name"))?)),
        "MAIL" => mail(rest),
        "RCPT" => recipient(rest),
        "DATA" if rest.is_empty() => Ok(Command::Data),
        "DATA" => Err(CommandError::Syntax("DATA, and nothing behind it")),
        "RSET" if rest.is_empty() => Ok(Command::Rset),
        "RSET" => Err(CommandError::Syntax("RSET, and nothing behind it")),
        "QUIT" if rest.is_empty() => Ok(Command::Quit),
        "QUIT" => Err(CommandError::Syntax("QUIT, and nothing behind it")),
        "NOOP" => Ok(Command::Noop),
        "VRFY" => Ok(Command::Vrfy),
        "HELP" => Ok(Command::Help),
        "EXPN" | "TURN" | "ETRN" | "AUTH" | "STARTTLS" | "BDAT" | "BURL" => {
            Err(CommandError::NotImplemented)
        }
        "GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "CONNECT" | "OPTIONS" | "PATCH" | "TRACE"
            if !rest.is_empty() =>
        {
            Err(CommandError::Http)
        }
        _ => Err(CommandError::Unrecognised),
    }
}

/// What is wrong with a line of which only this beginning is UTF-8: RFC 5321, 4.2.2 has 500 for a
/// verb that is not known, and 501 for an argument.
fn not_utf8(beginning: &[u8]) -> CommandError {
    const VERBS: [&str; 6] = ["EHLO", "HELO", "MAIL", "RCPT", "NOOP", "VRFY"];
    let verb = beginning.split(|byte| *byte == b' ').next().unwrap_or_default();
    let ends_there = verb.len() < beginning.len();
    let is_known = VERBS.iter().any(|known| verb.eq_ignore_ascii_case(known.as_bytes()));
    if ends_there && is_known { CommandError::NotUtf8 } else { CommandError::Unrecognised }
}

/// What the client calls itself. Programs say all kinds of things here, and nothing depends on it;
/// so any visible ASCII will do.
fn name(text: &str) -> Option<String> {
    let fits =
        !text.is_empty() && text.len() <= 255 && text.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| text.to_owned())
}

fn mail(rest: &str) -> Result<Command, CommandError> {
    let syntax = CommandError::Syntax("MAIL FROM:<address>");
    let (path, rest) = path(rest, "FROM:").ok_or(syntax)?;
    let from = match path {
        "" => None,
        path => Some(Address::new(without_route(path)).map_err(CommandError::Sender)?),
    };
    let parameters = parameters(rest.ok_or(syntax)?)?;
    match &from {
        Some(address) if !address.is_ascii() && !parameters.smtputf8 => {
            Err(CommandError::NeedsUtf8)
        }
        _ => Ok(Command::Mail { from, parameters }),
    }
}

fn recipient(rest: &str) -> Result<Command, CommandError> {
    let syntax = CommandError::Syntax("RCPT TO:<address>");
    let (path, rest) = path(rest, "TO:").ok_or(syntax)?;
    let to = match without_route(path) {
        // RFC 5321, 4.1.1.3.
        address if address.eq_ignore_ascii_case("postmaster") => Address::postmaster(),
        address => Address::new(address).map_err(CommandError::Recipient)?,
    };
    // No parameter of RCPT is offered.
    match rest.ok_or(syntax)? {
        "" => Ok(Command::Rcpt(to)),
        _ => Err(CommandError::UnknownParameter),
    }
}

/// Splits `KEYWORD:<path> parameters` into the path and the parameters. The parameters are `None`
/// if no space stands before them; the whole is `None` if there is no path.
///
/// The path ends at the first `>`: an address with one in it is refused anyway, also in quotes, so
/// there is no doubt about where it ends that a client could make use of.
fn path<'a>(text: &'a str, keyword: &str) -> Option<(&'a str, Option<&'a str>)> {
    let (start, rest) = text.split_at_checked(keyword.len())?;
    if !start.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let rest = rest.trim_start_matches(' ').strip_prefix('<')?;
    let (path, rest) = rest.split_once('>')?;
    let parameters = if rest.is_empty() { Some("") } else { rest.strip_prefix(' ') };
    Some((path, parameters.map(|parameters| parameters.trim_start_matches(' '))))
}

/// `@a,@b:address` was meant to send a message by way of a and b. Such a route must be accepted and
/// should be ignored: RFC 5321, 4.1.1.3 and appendix C.
fn without_route(path: &str) -> &str {
    match path.split_once(':') {
        Some((route, address)) if is_route(route) => address,
        _ => path,
    }
}

fn is_route(route: &str) -> bool {
    route.split(',').all(|hop| hop.strip_prefix('@').is_some_and(is_domain))
}

fn parameters(text: &str) -> Result<Parameters, CommandError> {
    let mut parameters = Parameters::default();
    for parameter in text.split(' ').filter(|parameter| !parameter.is_empty()) {
        let (keyword, value) = match parameter.split_once('=') {
            Some((keyword, value)) => (keyword, Some(value)),
            None => (parameter, None),
        };
        match (keyword.to_ascii_uppercase().as_str(), value) {
            ("SIZE", Some(value)) if parameters.size.is_none() => {
                parameters.size = Some(size(value)?)
            }
            ("BODY", Some(value)) if parameters.body.is_none() => {
                parameters.body = Some(body(value)?)
            }
            ("SMTPUTF8", None) if !parameters.smtputf8 => parameters.smtputf8 = true,
            // Wrong, or for the second time.
            ("SIZE" | "BODY" | "SMTPUTF8", _) => return Err(CommandError::BadParameter),
            _ => return Err(CommandError::UnknownParameter),
        }
    }
    Ok(parameters)
}

/// One to twenty digits: RFC 1870, 4. What does not fit is too large in any case, and must not
/// become something small.
fn size(value: &str) -> Result<u64, CommandError> {
    const MOST_DIGITS: usize = 20;
    if value.is_empty()
        || value.len() > MOST_DIGITS
        || !value.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Err(CommandError::BadParameter);
    }
    Ok(value.parse().unwrap_or(u64::MAX))
}

fn body(value: &str) -> Result<Body, CommandError> {
    match value.to_ascii_uppercase().as_str() {
        "7BIT" => Ok(Body::SevenBit),
        "8BITMIME" => Ok(Body::EightBit),
        _ => Err(CommandError::BadParameter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        text.parse().expect("an address")
    }

    fn plain_mail(from: &str) -> Command {
        Command::Mail { from: Some(address(from)), parameters: Parameters::default() }
    }

    #[test]
    fn commands_are_read_in_capitals_or_not() {
        for (line, command) in [
            ("EHLO client.example.net", Command::Ehlo("client.example.net".into())),
            ("ehlo [192.0.2.1]", Command::Ehlo("[192.0.2.1]".into())),
            ("Helo my_laptop", Command::Helo("my_laptop".into())),
            ("MAIL FROM:<a@b>", plain_mail("a@b")),
            ("mail from: <a@b>  ", plain_mail("a@b")),
            ("MAIL FROM:<>", Command::Mail { from: None, parameters: Parameters::default() }),
            ("MAIL FROM:<\"a b\"@c>", plain_mail("\"a b\"@c")),
            ("MAIL FROM:<@a.net,@b.org:c@d>", plain_mail("c@d")),
            ("RCPT TO:<a@b>", Command::Rcpt(address("a@b"))),
            ("rcpt to:<PostMaster>", Command::Rcpt(Address::postmaster())),
            ("RCPT TO:<@a.net:b@c>", Command::Rcpt(address("b@c"))),
            ("RCPT TO:<\"@a:b\"@c>", Command::Rcpt(address("\"@a:b\"@c"))),
            ("RCPT TO:<用户@例子.网>", Command::Rcpt(address("用户@例子.网"))),
            ("DATA", Command::Data),
            ("data ", Command::Data),
            ("RSET", Command::Rset),
            ("NOOP whatever", Command::Noop),
            ("VRFY alice", Command::Vrfy),
            ("HELP", Command::Help),
            ("QUIT", Command::Quit),
        ] {
            assert_eq!(parse(line.as_bytes()), Ok(command), "{line}");
        }
    }

    #[test]
    fn what_is_no_command_is_refused_with_its_code() {
        for (line, reply) in [
            ("", "500 5.5.2"),
            ("HELLO", "500 5.5.2"),
            ("NO\0OP", "500 5.5.2"),
            ("NOOP\tx", "500 5.5.2"),
            ("EHLO", "501 5.5.4"),
            ("EHLO a b", "501 5.5.4"),
            ("EHLO ü", "501 5.5.4"),
            ("MAIL", "501 5.5.4"),
            ("MAIL FROM:a@b", "501 5.5.4"),
            ("MAIL FROM:<a@b", "501 5.5.4"),
            ("MAIL TO:<a@b>", "501 5.5.4"),
            ("MAIL FROM :<a@b>", "501 5.5.4"),
            ("MAIL FROM:<a@b>SIZE=1", "501 5.5.4"),
            ("MAIL FROM:<a>", "553 5.1.7"),
            ("MAIL FROM:<a@b:c@d>", "553 5.1.7"),
            ("MAIL FROM:<@a b:c@d>", "553 5.1.7"),
            ("MAIL FROM:<@[192.0.2.1]:c@d>", "553 5.1.7"),
            ("MAIL FROM:<ü@b>", "553 5.6.7"),
            ("MAIL FROM:<a@b> SIZE", "501 5.5.4"),
            ("MAIL FROM:<a@b> SIZE=", "501 5.5.4"),
            ("MAIL FROM:<a@b> SIZE=+1", "501 5.5.4"),
            ("MAIL FROM:<a@b> SIZE=99999999999999999999999", "501 5.5.4"),
            ("MAIL FROM:<a@b> SIZE=1 AUTH=<>", "555 5.5.4"),
            ("MAIL FROM:<a@b> SIZE=1 SIZE=2", "501 5.5.4"),
            ("MAIL FROM:<a@b> BODY=BINARYMIME", "501 5.5.4"),
            ("MAIL FROM:<a@b> SMTPUTF8=1", "501 5.5.4"),
            ("MAIL FROM:<a@b> X=1", "555 5.5.4"),
            ("MAIL FROM:<\"a> X=1 \"@c>", "553 5.1.7"),
            ("RCPT TO:<>", "553 5.1.3"),
            ("RCPT TO:<\"a> X=1 \"@c>", "553 5.1.3"),
            ("RCPT TO:<a@b> NOTIFY=NEVER", "555 5.5.4"),
            ("DATA now", "501 5.5.4"),
            ("RSET junk", "501 5.5.4"),
            ("QUIT junk", "501 5.5.4"),
            ("STARTTLS", "502 5.5.1"),
            ("GET / HTTP/1.1", "521 5.5.2"),
            ("post /mail HTTP/1.1", "521 5.5.2"),
            ("CONNECT mail.example.org:25 HTTP/1.1", "521 5.5.2"),
            ("GET", "500 5.5.2"),
            ("AUTH PLAIN", "502 5.5.1"),
            ("BDAT 86 LAST", "502 5.5.1"),
        ] {
            let error = parse(line.as_bytes()).expect_err(line);
            assert!(error.reply().to_string().starts_with(reply), "{line}: {}", error.reply());
        }
        for line in [&b"NOOP \xff"[..], b"MAIL FROM:<\xff@x>", b"rcpt TO:<\xff@x>", b"EHLO \xff"] {
            assert_eq!(parse(line), Err(CommandError::NotUtf8), "{line:?}");
        }
        for line in [&b"\xff"[..], b"NOOP\xff", b"WHAT \xff"] {
            assert_eq!(parse(line), Err(CommandError::Unrecognised), "{line:?}");
        }
        assert!(CommandError::NotUtf8.reply().to_string().starts_with("501 5.5.4"));
    }

    #[test]
    fn parameters_say_what_the_message_is_like() {
        let parameters = |line: &str| match parse(line.as_bytes()) {
            Ok(Command::Mail { parameters, .. }) => parameters,
            other => panic!("{line}: {other:?}"),
        };
        assert_eq!(
            parameters("MAIL FROM:<ü@b> size=1000 body=8bitmime smtputf8"),
            Parameters { size: Some(1000), body: Some(Body::EightBit), smtputf8: true }
        );
        let overflows = parameters("MAIL FROM:<a@b> SIZE=99999999999999999999");
        assert_eq!(overflows.size, Some(u64::MAX), "too large, and not something small");
    }
}
