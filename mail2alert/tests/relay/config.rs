//! A configuration means what it says, and one that is wrong is refused with its line, the reason,
//! and a remedy.
use mail2alert::config::{Config, ConfigError, explain};

const EXAMPLE: &str = include_str!("../../mail2alert.toml");

fn environment(name: &str) -> Option<String> {
    (name == "GO_PASSWORD").then(|| "secret".to_owned())
}

fn parse(text: &str) -> Result<Config, Vec<ConfigError>> {
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
        // The example drops, the default is to pass.
        config.notifications.unmatched = long.notifications.unmatched;
        config.rules.iter_mut().for_each(|rule| rule.name = String::new());
        format!("{config:?}")
    };
    assert_eq!(but(&short), but(&long));
    assert_eq!(format!("{:?}", short.notifications.unmatched), "Pass");
    assert_eq!(short.rules[1].name, "rule 2");
}

/// What stands before the rules.
fn before_the_rules(text: &str) -> &str {
    text.split("[[rules]]").next().expect("a text")
}

#[test]
fn a_configuration_is_explained_by_the_one_that_is_shipped() {
    let explained = explain(EXAMPLE);
    let (_, shipped) = EXAMPLE.split_once("\n\n").expect("a comment about the whole file");
    let shipped =
        shipped.replace("$GO_PASSWORD", "…").replace("entries = 100_000", "entries = 100000");
    assert_eq!(before_the_rules(&explained), before_the_rules(&shipped));
    let again = parse(&explained.replace('…', "$GO_PASSWORD")).expect("it is a configuration");
    let config = parse(EXAMPLE).expect("it is in order");
    assert_eq!(format!("{again:?}"), format!("{config:?}"));
}

#[test]
fn what_is_left_out_is_explained_with_its_default() {
    let short = changed("timeout = \"30 s\"", "").replace("\n[limits]\n", "\n[limits]\nhops = 7\n");
    let without =
        ["recipients = 100", "hops = 100", "unmatched = \"drop\"", "user = \"mail2alert\""];
    let mut text = String::new();
    for line in short.lines() {
        if !without.contains(&line) && !line.starts_with("password") {
            text += line;
            text += "\n";
        }
    }
    let explained = explain(&text);
    for line in [
        "timeout = \"30 s\"   # left out",
        "unmatched = \"pass\"   # left out",
        "recipients = 100   # left out",
        "hops = 7",
    ] {
        assert!(explained.contains(&format!("\n{line}\n")), "{line}\n{explained}");
    }
    assert!(!explained.contains("user = "), "{explained}");
    let again = parse(&explained).expect("it is a configuration");
    let config = parse(&text).expect("it is in order");
    assert_eq!(format!("{again:?}"), format!("{config:?}"), "and the defaults are as it says");
}

#[test]
fn no_password_is_shown() {
    let text = changed("password = \"$GO_PASSWORD\"", "password = \"secret\"");
    assert!(!explain(&text).contains("secret"));
    assert!(!explain(EXAMPLE).contains("secret"));
    let config = parse(EXAMPLE).expect("it is in order");
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
            "no mail would be taken",
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
            "timeout = \"30 s\"",
            "timeout = \"10 min\"",
            "to wait 10 min for a reply of the mail server leaves nothing of the 1 min",
            "wait less",
        ),
        (
            "timeout = \"30 s\"",
            "timeout = \"60 s\"",
            "to wait 1 min for a reply of the mail server leaves nothing of the 1 min",
            "wait less",
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
        (
            "mailto = [\"team@example.com\"]",
            "mailto = []",
            "it would go to no address",
            "mailto = ",
        ),
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
            "that are to read it",
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

    let short = changed("answer = \"1 min\"", "answer = \"30 s\"");
    let short = short.replace("\ntimeout = \"30 s\"\n", "\n");
    let problems = parse(&short).expect_err("the reply would come too late");
    let [problem] = &problems[..] else { panic!("{problems:?}") };
    assert!(problem.reason.contains("leaves nothing of the 30 s for an answer"), "{problem}");
    assert_eq!(problem.line, line_of(&short, "answer = \"30 s\""), "what is written is wrong");

    let refused = changed(
        "to = [\"mail2alert@example.com\"]\nfrom = [\"go@example.com\"]",
        "to = [\"other@example.net\"]",
    );
    let problems: Vec<String> = parse(&refused)
        .expect_err("it would be refused")
        .iter()
        .map(ConfigError::to_string)
        .collect();
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
