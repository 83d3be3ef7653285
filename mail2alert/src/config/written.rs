//! The configuration as it is written: its keys, and what kind of value each has.
use serde::Deserialize;
use toml::Spanned;

pub(super) type Text = Spanned<String>;
pub(super) type Number = Spanned<usize>;

/// The file as it is written. serde checks that its keys are known, and that their values are of
/// the right kind. All other checks come later and report a line, so a value remembers where it
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
