//! A configuration means what it says, and one that is wrong is refused with its line, the reason,
//! and a remedy.
use mail2alert::config::{Config, Problem, explain};

const EXAMPLE: &str = include_str!("../../mail2alert.toml");

fn environment(name: &str) -> Option<String> {
    (name == "GO_PASSWORD").then(|| "secret".to_owned())
}

fn parse(text: &str) -> Result<Config, Vec<Problem>> {
    Config::parse(text, environment)
}

/// The example with one line changed, which must be there once.
fn changed(line: &str, into: &str) -> String {
    assert_eq!(EXAMPLE.matches(&format!("\n{line}\n")).count(), 1, "{line}");
    EXAMPLE.replace(&format!("\n{line}\n"), &format!("\n{into}\n"))
}

/// In which line of the example this stands, when `line` is in its place.
fn line_of(text: &str, line: &str) -> usize {
    let first = line.lines().last().expect("a line");
    1 + text
        .lines()
        .position(|candidate| candidate == first)
        .unwrap_or_else(|| panic!("{first:?} is not there"))
}

#[test]
fn the_example_is_a_configuration() {
    let config = parse(EXAMPLE).expect("it is in order");
    assert_eq!(config.rules.len(), 3);
    assert_eq!(config.rest.server, "ci.example.com:8153");
    assert_eq!(config.rest.pipeline_groups, "/go/api/config/pipeline_groups");
    assert_eq!(config.rest.credentials, Some(("mail2alert".into(), "secret".into())));
}

#[test]
fn the_defaults_are_those_that_the_example_states() {
    let optional = [
        "unmatched",
        "connections",
        "timeout",
        "pipeline_groups",
        "cctray",
        "connect",
        "head",
        "body",
        "longest",
        "fresh",
        "stale",
        "entries",
        "age",
        "answer",
        "message",
        "memory",
        "hops",
        "shutdown",
        "bare_newlines",
        "name",
    ];
    let is_stated = |line: &&str| {
        let key = line.split(" = ").next().unwrap_or_default();
        !optional.contains(&key) && *line != "recipients = 100" && *line != "[limits]"
    };
    let short: Vec<&str> = EXAMPLE.lines().filter(is_stated).collect();
    let (short, long) =
        (parse(&short.join("\n")).expect("in order"), parse(EXAMPLE).expect("in order"));
    let but = |config: &Config| {
        let mut config = config.clone();
        config.notifications.unmatched = long.notifications.unmatched; // the example drops, the default is to pass
        config.rules.iter_mut().for_each(|rule| rule.name = String::new());
        format!("{config:?}")
    };
    assert_eq!(but(&short), but(&long));
    assert_eq!(format!("{:?}", short.notifications.unmatched), "Pass");
    assert_eq!(short.rules[1].name, "rule 2");
}

#[test]
fn a_configuration_is_explained_in_words() {
    let words = explain(&parse(EXAMPLE).expect("it is in order"));
    assert_eq!(
        words,
        r#"It listens on 127.0.0.1:2525 and calls itself mail2alert.example.com.
It takes mail for mail2alert@example.com and anybody at example.com, and for the postmaster, who is postmaster@example.com.
Mail for anybody else is refused. So is mail of more than 10 MB, or for more than 100 recipients; and mail that 100 servers have had before goes round in circles.

Mail to mail2alert@example.com or from go@example.com is a notification. All other mail passes through to mail.example.com:25.

a team hears of its own pipelines:
    if it was sent to mail2alert@example.com,
    and what happened is BREAKS or FIXED,
    and the pipeline is in group "my-group",
    a notification goes to team@example.com.

and of what is released from them:
    if it was sent to mail2alert@example.com,
    and what happened is BREAKS, FIXED or FAILS,
    and what "(.+)-release.*" finds in the pipeline's name is a pipeline in group "my-group",
    a notification goes to team@example.com and release@example.com.

backups of the build server:
    if it was sent by go@example.com,
    and the subject contains "server" and "backup",
    a notification goes to sys@example.com and op@example.com.

A notification for which no rule holds goes to nobody.

Pipeline groups come from http://ci.example.com:8153/go/api/config/pipeline_groups as mail2alert,
and how stages ended, at the start, from http://ci.example.com:8153/go/cctray.xml.
It waits 5 s for a connection, 10 s for an answer to begin and 10 s for it to end, which may have 1 MB.
Pipeline groups are good for 30 s; if there are no newer ones, for 10 min.

Mail goes to mail.example.com:25 over at most 10 connections; it waits 30 s for each reply.
A mail is acknowledged when mail.example.com:25 has taken it for every recipient; after 1 min at the latest it is to be sent again.
If somebody is refused for good while others are not, postmaster@example.com gets a notice.
Who has had which mail is remembered in /var/lib/mail2alert/ledger, for 5 days and at most 100000 recipients.
At most 100 connections and 64 MB of mail at the same time; when it is told to stop, 10 s for what is under way.
"#
    );
}

#[test]
fn nobody_sees_the_password() {
    let config = parse(EXAMPLE).expect("it is in order");
    assert!(!explain(&config).contains("secret"));
    assert!(!format!("{config:?}").contains("secret"));
}

#[test]
fn what_is_wrong_is_refused_with_its_line_the_reason_and_a_remedy() {
    for (line, into, reason, remedy) in [
        // Not understood at all.
        (
            "listen = \"127.0.0.1:2525\"",
            "lissten = \"127.0.0.1:2525\"",
            "the key \"lissten\" is unknown here",
            "known are `listen`, ",
        ),
        (
            "listen = \"127.0.0.1:2525\"",
            "listen = 2525",
            "invalid type: integer `2525`",
            "write it like this: listen = ",
        ),
        ("listen = \"127.0.0.1:2525\"", "listen = 127.0.0.1", "", "write it like this: listen = "),
        (
            "listen = \"127.0.0.1:2525\"",
            "listen = \"127.0.0.1:2525",
            "",
            "write it like this: listen = ",
        ),
        (
            "connections = 10",
            "connections = 10\nconnections = 11",
            "duplicate key",
            "write it like this: connections = 10",
        ),
        (
            "hops = 100",
            "hops = -1",
            "invalid value: integer `-1`",
            "write it like this: hops = 100",
        ),
        (
            "entries = 100_000",
            "entries = \"many\"",
            "invalid type: string \"many\"",
            "write it like this: entries = 100_000",
        ),
        (
            "function = \"pipelines.in_group\"",
            "funktion = \"pipelines.in_group\"",
            "the key \"funktion\" is unknown here",
            "`function`",
        ),
        // Understood, and no sense in it.
        (
            "listen = \"127.0.0.1:2525\"",
            "listen = \"127.0.0.1\"",
            "\"127.0.0.1\" is no host and port",
            "127.0.0.1:25",
        ),
        (
            "listen = \"127.0.0.1:2525\"",
            "listen = \"127.0.0.1:70000\"",
            "\"127.0.0.1:70000\" is no host and port",
            "127.0.0.1:25",
        ),
        (
            "hostname = \"mail2alert.example.com\"",
            "hostname = \"my host\"",
            "\"my host\" is no name of a host",
            "mail2alert.example.com",
        ),
        (
            "postmaster = \"postmaster@example.com\"",
            "postmaster = \"<root>\"",
            "\"<root>\" is no address: ",
            "alice@example.com",
        ),
        (
            "recipients = [\"mail2alert@example.com\", \"@example.com\"]",
            "recipients = []",
            "nobody could be written to",
            "list the mailboxes",
        ),
        (
            "recipients = [\"mail2alert@example.com\", \"@example.com\"]",
            "recipients = [\"@example.com\", \"example.com\"]",
            "\"example.com\" is no address",
            "alice@example.com",
        ),
        (
            "unmatched = \"drop\"",
            "unmatched = \"bounce\"",
            "\"bounce\" is no choice",
            "\"pass\" or \"drop\"",
        ),
        (
            "server = \"mail.example.com:25\"",
            "server = \"mail.example.com\"",
            "is no host and port",
            "mail.example.com:25",
        ),
        ("connections = 10", "connections = 0", "with 0 of them", "write 1 or more"),
        (
            "timeout = \"30 s\"",
            "timeout = \"30\"",
            "\"30\" is no length of time: time unit needed",
            "write it like 30 s",
        ),
        (
            "url = \"http://ci.example.com:8153/go\"",
            "url = \"https://ci.example.com/go\"",
            "https is not spoken here",
            "http://",
        ),
        (
            "url = \"http://ci.example.com:8153/go\"",
            "url = \"ci.example.com\"",
            "is no address of a web server",
            "http://ci",
        ),
        (
            "url = \"http://ci.example.com:8153/go\"",
            "url = \"http://ci.example.com/a b\"",
            "is no address of a web server",
            "http://ci",
        ),
        (
            "password = \"$GO_PASSWORD\"",
            "password = \"$OTHER\"",
            "there is no OTHER in the environment",
            "start mail2alert with OTHER",
        ),
        (
            "password = \"$GO_PASSWORD\"",
            "# no password",
            "user and password belong together",
            "both, or neither",
        ),
        (
            "cctray = \"/cctray.xml\"",
            "cctray = \"cctray.xml\"",
            "is no path below the url",
            "/cctray.xml",
        ),
        (
            "longest = \"1 MB\"",
            "longest = \"1 megabyte\"",
            "has no unit of size",
            "write it like 10 MB",
        ),
        (
            "body = \"10 s\"",
            "body = \"60 s\"",
            "to wait 1 min 15 s for connect, head and body leaves nothing of the 1 min",
            "wait less",
        ),
        (
            "stale = \"10 min\"",
            "stale = \"10 s\"",
            "facts cannot be too old",
            "at least as long as fresh",
        ),
        (
            "entries = 100_000",
            "entries = 50",
            "a single mail may have 105 recipients",
            "some thousand times",
        ),
        (
            "file = \"/var/lib/mail2alert/ledger\"",
            "file = \"\"",
            "the ledger needs a file",
            "file = ",
        ),
        (
            "message = \"10 MB\"",
            "message = \"1 GB\"",
            "does not fit into the memory",
            "at least as large",
        ),
        (
            "bare_newlines = \"refuse\"",
            "bare_newlines = \"keep\"",
            "\"keep\" is no choice",
            "\"refuse\" or \"normalise\"",
        ),
        (
            "events = [\"BREAKS\", \"FIXED\"]",
            "events = [\"BROKEN\"]",
            "\"BROKEN\" is no event",
            "known are BREAKS, CANCELLED, FAILS, FIXED, PASSES",
        ),
        (
            "function = \"pipelines.in_group\"",
            "function = \"pipelines.of\"",
            "\"pipelines.of\" is no function",
            "known are pipelines.any",
        ),
        (
            "args = [\"my-group\"]",
            "args = []",
            "these are not the arguments of pipelines.in_group",
            "one: the group",
        ),
        (
            "args = [\"my-group\"]",
            "args = [\"a\", \"b\"]",
            "these are not the arguments of pipelines.in_group",
            "one: the group",
        ),
        (
            "args = [\"server\", \"backup\"]",
            "args = [\"server\", \" \"]",
            "these are not the arguments of mail.in_subject",
            "the words",
        ),
        (
            "args = ['(.+)-release.*', \"my-group\"]",
            "args = ['(', \"my-group\"]",
            "\"(\" is no pattern",
            "regex",
        ),
        (
            "args = ['(.+)-release.*', \"my-group\"]",
            "args = ['.+-release', \"my-group\"]",
            "the pattern has no parenthesis",
            "(.+)-release",
        ),
        ("mailto = [\"team@example.com\"]", "mailto = []", "nobody would get it", "mailto = "),
        (
            "mailto = [\"team@example.com\"]",
            "mailto = [\"team\"]",
            "\"team\" is no address",
            "alice@example.com",
        ),
        (
            "mailto = [\"team@example.com\"]",
            "mailto = [\"Mail2alert@example.com\"]",
            "this one would come back",
            "who are to read it",
        ),
    ] {
        let text = changed(line, into);
        let problems = parse(&text).expect_err(into);
        let [problem] = &problems[..] else { panic!("{into}: {problems:?}") };
        assert!(problem.reason.contains(reason), "{into}: {problem}");
        assert!(problem.remedy.contains(remedy), "{into}: {problem}");
        let of_the_section = ["body", "stale"].iter().any(|key| into.starts_with(key));
        let expected = match into {
            _ if of_the_section => line_of(&text, "[rest]"),
            "# no password" => line_of(&text, "user = \"mail2alert\""),
            "message = \"1 GB\"" => line_of(&text, "memory = \"64 MB\""),
            "args = []" => line_of(&text, "function = \"pipelines.in_group\""),
            _ => line_of(&text, into),
        };
        assert_eq!(problem.line, expected, "{into}: {problem}");
    }
}

#[test]
fn what_belongs_together_must_fit() {
    let nothing_is_a_notification =
        changed("to = [\"mail2alert@example.com\"]\nfrom = [\"go@example.com\"]", "");
    let problems = parse(&nothing_is_a_notification).expect_err("nothing is a notification");
    assert!(problems[0].reason.contains("no mail would be a notification"), "{problems:?}");

    let refused = changed(
        "to = [\"mail2alert@example.com\"]\nfrom = [\"go@example.com\"]",
        "to = [\"other@example.net\"]",
    );
    let problems: Vec<String> =
        parse(&refused).expect_err("it would be refused").iter().map(Problem::to_string).collect();
    assert!(problems[0].contains("mail to other@example.net would be refused"), "{problems:?}");
    assert!(
        problems[1]
            .contains("mail to mail2alert@example.com is no notification, so this rule never"),
        "{problems:?}"
    );
    assert!(
        problems[2]
            .contains("mail to mail2alert@example.com is no notification, so this rule never"),
        "{problems:?}"
    );
    assert_eq!(problems.len(), 3);
}

#[test]
fn a_missing_key_is_named_with_an_example() {
    for line in [
        "listen = \"127.0.0.1:2525\"",
        "postmaster = \"postmaster@example.com\"",
        "server = \"mail.example.com:25\"",
        "url = \"http://ci.example.com:8153/go\"",
        "file = \"/var/lib/mail2alert/ledger\"",
        "function = \"pipelines.in_group\"",
    ] {
        let key = line.split(' ').next().expect("a key");
        let problems = parse(&changed(line, "")).expect_err(line);
        assert_eq!(problems[0].reason, format!("the key {key:?} is missing"));
        assert_eq!(problems[0].remedy, format!("add {line}"));
    }
    let problems = parse("").expect_err("nothing is there");
    assert_eq!(
        problems[0].to_string(),
        "line 1: the key \"listen\" is missing; add listen = \"127.0.0.1:2525\""
    );
    let without_rules = EXAMPLE.split("[[rules]]").next().expect("the rest");
    assert_eq!(
        parse(without_rules).expect_err("no rules")[0].reason,
        "the key \"rules\" is missing"
    );
    let (top, sections) = without_rules.split_once("[notifications]").expect("a section");
    let empty = format!("{top}rules = []\n[notifications]{sections}");
    assert_eq!(parse(&empty).expect_err("no rules")[0].reason, "there is no rule");
}

#[test]
fn all_that_is_wrong_is_said_at_once_in_the_order_of_the_lines() {
    let text = changed("hops = 100", "hops = 0")
        .replace("\"30 s\"", "\"30\"")
        .replace("\"FIXED\"", "\"MENDED\"");
    let problems = parse(&text).expect_err("much is wrong");
    let lines: Vec<usize> = problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines.len(), 5, "{problems:?}");
    assert!(lines.is_sorted(), "{lines:?}");
}
