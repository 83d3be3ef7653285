//! How much a client may ask for, and how long it may take.
use std::time::Duration;

/// How much a client may ask for, and how long it may take. The defaults are for a server on
/// the open internet.
///
/// ```
/// # use mail::smtp::Limits;
/// let limits = Limits { message: 1_000_000, recipients: 10, ..Limits::default() };
/// ```
#[derive(Clone, Debug)]
pub struct Limits {
    /// The longest command, in bytes with its CRLF: 2,048. RFC 5321, 4.5.3.1.4 wants at least 512,
    /// and more for the parameters of extensions.
    pub command_line: usize,
    /// The longest line of a message, in bytes with its CRLF: 1,000, as in RFC 5321, 4.5.3.1.6.
    pub text_line: usize,
    /// The largest message, in bytes: 10 MiB. It is announced as SIZE.
    pub message: usize,
    /// The most recipients of one message: 1,000. RFC 5321, 4.5.3.1.8 wants at least 100. After as
    /// many that were refused, counted from the last message that was accepted, the session ends.
    pub recipients: usize,
    /// The most errors between two messages that were accepted: 10. After one more, the session
    /// ends. Recipients that were refused are no errors, since mailing lists have many of them.
    pub errors: u32,
    /// The most connections at the same time: 512.
    pub connections: usize,
    /// The most bytes of messages and of envelopes that all sessions together, and the handlers of
    /// what they received, may keep at the same time: 64 MiB. Besides these, a connection costs at
    /// most some 20 kB; and the allocator may leave holes: 200 messages that grew side by side have
    /// been seen to take 1.8 times as much from the system.
    pub memory: usize,
    /// What becomes of a message with CR or LF on their own: it is refused.
    pub bare_newlines: BareNewlines,

    /// From the connection to the first EHLO or HELO that is in order: 1 minute.
    pub greeting: Duration,
    /// From a reply to the end of the next command: 5 minutes, as in RFC 5321, 4.5.3.2.7.
    pub command: Duration,
    /// From one message to the beginning of the next: 30 minutes. NOOP and the like do not keep a
    /// connection for ever.
    pub between_messages: Duration,
    /// Between two pieces of a message: 3 minutes, as in RFC 5321, 4.5.3.2.5.
    pub data_idle: Duration,
    /// For a whole message: 30 minutes. Without it, a byte now and then would keep a connection for
    /// ever.
    pub data_total: Duration,
    /// For the client to take replies: 1 minute.
    pub write: Duration,
    /// For the handler to decide about a sender, a recipient or a message: 5 minutes. Clients wait
    /// for 10 minutes (RFC 5321, 4.5.3.2.6), and a reply that comes when the client has given up is
    /// a message that is sent twice.
    pub handler: Duration,
    /// For the client to hang up after the last reply: 1 second. If it was still sending, it might
    /// not get that reply otherwise.
    pub linger: Duration,
    /// For what is in flight when the server is told to stop: 10 seconds.
    pub shutdown: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        const fn seconds(seconds: u64) -> Duration {
            Duration::from_secs(seconds)
        }
        Limits {
            command_line: 2048,
            text_line: 1000,
            message: 10 << 20,
            recipients: 1000,
            errors: 10,
            connections: 512,
            memory: 64 << 20,
            bare_newlines: BareNewlines::Refuse,
            greeting: seconds(60),
            command: seconds(5 * 60),
            between_messages: seconds(30 * 60),
            data_idle: seconds(3 * 60),
            data_total: seconds(30 * 60),
            write: seconds(60),
            handler: seconds(5 * 60),
            linger: seconds(1),
            shutdown: seconds(10),
        }
    }
}

/// What to do with a message that has CR or LF on their own in it. RFC 5321, 2.3.8 forbids them,
/// and where two servers disagree about whether LF ends a line, one message can be made to look
/// like two: this is called SMTP smuggling.
///
/// It only concerns messages: in a command they always end the session. And a message only ever
/// ends at CRLF `.` CRLF.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BareNewlines {
    /// The message is refused: 554.
    #[default]
    Refuse,
    /// Each of them becomes CRLF: for old programs that cannot do otherwise, on a private network.
    Normalise,
}
