//! The configuration as it is written: its keys, what kind of value each has, and an example for
//! each.
use serde::Deserialize;
use toml::Spanned;

pub(super) type Text = Spanned<String>;
pub(super) type Number = Spanned<usize>;

/// The file as it is written. That its keys are known and their values of the right kind, serde
/// sees to; all else has to be said with the line in which it stands, and so remembers where it
/// stood.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    pub listen: Text,
    pub hostname: Text,
    pub recipients: Spanned<Vec<Text>>,
    pub postmaster: Text,
    pub notifications: Spanned<WrittenNotifications>,
    pub downstream: WrittenDownstream,
    pub rest: Spanned<WrittenRest>,
    pub ledger: WrittenLedger,
    #[serde(default)]
    pub limits: WrittenLimits,
    pub rules: Vec<Spanned<WrittenRule>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenNotifications {
    #[serde(default)]
    pub to: Vec<Text>,
    #[serde(default)]
    pub from: Vec<Text>,
    pub unmatched: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenDownstream {
    pub server: Text,
    pub connections: Option<Number>,
    pub timeout: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenRest {
    pub url: Text,
    pub user: Option<Text>,
    pub password: Option<Text>,
    pub pipeline_groups: Option<Text>,
    pub cctray: Option<Text>,
    pub connect: Option<Text>,
    pub head: Option<Text>,
    pub body: Option<Text>,
    pub longest: Option<Text>,
    pub fresh: Option<Text>,
    pub stale: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenLedger {
    pub file: Text,
    pub entries: Option<Number>,
    pub age: Option<Text>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenLimits {
    pub answer: Option<Text>,
    pub message: Option<Text>,
    pub memory: Option<Text>,
    pub recipients: Option<Number>,
    pub connections: Option<Number>,
    pub hops: Option<Number>,
    pub shutdown: Option<Text>,
    pub bare_newlines: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenRule {
    pub name: Option<String>,
    #[serde(default)]
    pub to: Vec<Text>,
    #[serde(default)]
    pub from: Vec<Text>,
    #[serde(default)]
    pub events: Vec<Text>,
    pub function: Text,
    #[serde(default)]
    pub args: Vec<Text>,
    pub mailto: Spanned<Vec<Text>>,
}

/// What each key may look like. For everybody who got one wrong.
const EXAMPLES: [(&str, &str); 35] = [
    ("listen", "listen = \"127.0.0.1:2525\""),
    ("hostname", "hostname = \"mail2alert.example.com\""),
    (
        "recipients",
        "recipients = [\"mail2alert@example.com\", \"@example.com\"], or recipients = 100 in [limits]",
    ),
    ("postmaster", "postmaster = \"postmaster@example.com\""),
    ("notifications", "[notifications], and below it to = [\"mail2alert@example.com\"]"),
    ("to", "to = [\"mail2alert@example.com\"]"),
    ("from", "from = [\"go@example.com\"]"),
    ("unmatched", "unmatched = \"pass\", or \"drop\""),
    ("downstream", "[downstream], and below it server = \"mail.example.com:25\""),
    ("server", "server = \"mail.example.com:25\""),
    ("connections", "connections = 10"),
    ("timeout", "timeout = \"30 s\""),
    ("rest", "[rest], and below it url = \"http://ci.example.com:8153/go\""),
    ("url", "url = \"http://ci.example.com:8153/go\""),
    ("user", "user = \"mail2alert\""),
    ("password", "password = \"$GO_PASSWORD\""),
    ("pipeline_groups", "pipeline_groups = \"/api/config/pipeline_groups\""),
    ("cctray", "cctray = \"/cctray.xml\""),
    ("longest", "longest = \"1 MB\""),
    ("fresh", "fresh = \"30 s\""),
    ("stale", "stale = \"10 min\""),
    ("ledger", "[ledger], and below it file = \"/var/lib/mail2alert/ledger\""),
    ("file", "file = \"/var/lib/mail2alert/ledger\""),
    ("entries", "entries = 100_000"),
    ("age", "age = \"5 days\""),
    ("answer", "answer = \"1 min\""),
    ("message", "message = \"10 MB\""),
    ("hops", "hops = 100"),
    ("shutdown", "shutdown = \"10 s\""),
    ("bare_newlines", "bare_newlines = \"refuse\", or \"normalise\""),
    (
        "rules",
        "[[rules]], and below it function = \"pipelines.any\" and mailto = [\"team@example.com\"]",
    ),
    ("events", "events = [\"BREAKS\", \"FIXED\"]"),
    ("function", "function = \"pipelines.in_group\""),
    ("args", "args = [\"my-group\"]"),
    ("mailto", "mailto = [\"team@example.com\"]"),
];

pub(super) fn example(key: &str) -> Option<&'static str> {
    EXAMPLES.iter().find(|(name, _)| *name == key).map(|(_, example)| *example)
}
