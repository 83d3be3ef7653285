//! From the text of a configuration to one that is known to make sense, or to all that is wrong
//! with it.
use super::{
    Config, ConfigError, Downstream, LedgerFile, Notifications, RelayLimits, Rest, Unmatched,
    quantity::{duration, parse_duration, parse_size},
    reference::{default, example},
    written::{
        Number, Text, Written, WrittenDownstream, WrittenLedger, WrittenLimits,
        WrittenNotifications, WrittenRest, WrittenRule,
    },
};
use crate::{
    addresses::{EnvelopeAddress, OwnAddress},
    cache::CachePolicy,
    gocd::StageEvent,
    ledger::Bounds,
    rest::HttpTimeouts,
    rules::{Function, Rule},
};
use mail::smtp::{Address, BareNewlines};
use regex_lite::Regex;
use std::{ops::Range, str::FromStr, time::Duration};
use toml::Spanned;

impl Config {
    /// Reads a configuration. A password that begins with `$` is the name of a variable, which
    /// `environment` knows.
    ///
    /// # Errors
    /// All that is wrong with it, in the order of its lines; but if it cannot be understood at all,
    /// only the first thing.
    pub fn parse(
        text: &str,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Config, Vec<ConfigError>> {
        let mut check = Check { text, errors: vec![] };
        let written: Written = match toml::from_str(text) {
            Ok(written) => written,
            Err(error) => return Err(vec![check.misunderstood(&error)]),
        };
        let config = check.config(written, &environment);
        check.errors.sort_by_key(|error| error.line);
        match config {
            Some(config) if check.errors.is_empty() => Ok(config),
            _ => Err(check.errors),
        }
    }
}

struct Check<'a> {
    /// The whole file: an error is reported with its line.
    text: &'a str,
    /// All that was found so far, so that they can be put right at once.
    errors: Vec<ConfigError>,
}

impl Check<'_> {
    fn line(&self, place: &Range<usize>) -> usize {
        1 + self.text[..place.start.min(self.text.len())].matches('\n').count()
    }

    fn wrong(
        &mut self,
        place: &Range<usize>,
        reason: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let error =
            ConfigError { line: self.line(place), reason: reason.into(), remedy: remedy.into() };
        self.errors.push(error);
    }

    /// What serde and TOML say, in our words.
    fn misunderstood(&self, error: &toml::de::Error) -> ConfigError {
        let said = error.message().lines().collect::<Vec<_>>().join(", ");
        let place = error.span().unwrap_or(0..0);
        let line = self.line(&place);
        let key = |prefix: &str| {
            said.strip_prefix(prefix).and_then(|rest| rest.split('`').next()).unwrap_or_default()
        };
        let (reason, remedy) = if said.starts_with("unknown field") {
            let (_, known) = said.split_once("expected ").unwrap_or_default();
            let known = known.trim_start_matches("one of ");
            (
                format!("the key {:?} is unknown here", key("unknown field `")),
                format!("known are {known}"),
            )
        } else if said.starts_with("missing field") {
            let key = key("missing field `");
            let remedy = match example(key) {
                Some(example) => format!("add {example}"),
                None => "add it".to_owned(),
            };
            (format!("the key {key:?} is missing"), remedy)
        } else {
            let text = self.text.lines().nth(line - 1).unwrap_or_default();
            let (key, _) = text.split_once('=').unwrap_or_default();
            let key = key.trim();
            let remedy = match example(key) {
                Some(example) => format!("write it like this: {example}"),
                None => "text stands in double quotes, lists in brackets, and each key once: \
                        see https://toml.io"
                    .into(),
            };
            (said, remedy)
        };
        ConfigError { line, reason, remedy }
    }

    fn config(
        &mut self,
        written: Written,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Option<Config> {
        let listen = self.host_and_port(&written.listen);
        let hostname = self.hostname(&written.hostname);
        let recipients = self.recipients(&written.recipients);
        let postmaster = self.read::<EnvelopeAddress>(&written.postmaster);
        let limits = self.limits(&written.limits);
        let notifications = self.notifications(&written.notifications, &recipients);
        let downstream = self.downstream(&written.downstream, &written.limits, limits.answer);
        let rest = self.rest(&written.rest, environment, limits.answer);
        let mut rules = vec![];
        for (number, rule) in written.rules.iter().enumerate() {
            rules.extend(self.rule(number + 1, rule.get_ref(), &notifications));
        }
        if written.rules.is_empty() {
            self.wrong(
                &(0..0),
                "there is no rule",
                format!("add {}", example("rules").unwrap_or_default()),
            );
        }
        let ledger = self.ledger(&written.ledger, &limits, &rules);
        Some(Config {
            listen: listen?,
            hostname: hostname?,
            recipients,
            postmaster: postmaster?,
            notifications,
            downstream: downstream?,
            rest: rest?,
            ledger,
            limits,
            rules,
        })
    }

    /// Reads an address, or an own recipient.
    fn read<T: FromStr<Err: std::fmt::Display>>(&mut self, text: &Text) -> Option<T> {
        match text.get_ref().parse() {
            Ok(value) => Some(value),
            Err(error) => {
                let reason = format!("{:?} is no address: {error}", text.get_ref());
                self.wrong(
                    &text.span(),
                    reason,
                    "write it like alice@example.com, without a name or angle brackets",
                );
                None
            }
        }
    }

    fn read_all<T: FromStr<Err: std::fmt::Display>>(&mut self, texts: &[Text]) -> Vec<T> {
        texts.iter().flat_map(|text| self.read(text)).collect()
    }

    fn host_and_port(&mut self, text: &Text) -> Option<String> {
        match text.get_ref().rsplit_once(':') {
            Some((host, port)) if is_host(host) && port.parse::<u16>().is_ok() => {
                Some(text.get_ref().clone())
            }
            _ => {
                let reason = format!("{:?} is no host and port", text.get_ref());
                self.wrong(
                    &text.span(),
                    reason,
                    "write them like 127.0.0.1:25, [::1]:25 or mail.example.com:25",
                );
                None
            }
        }
    }

    fn hostname(&mut self, text: &Text) -> Option<String> {
        let is_domain = !text.get_ref().starts_with('[')
            && Address::new(&format!("x@{}", text.get_ref())).is_ok();
        if !is_domain || !text.get_ref().is_ascii() {
            let reason = format!("{:?} is no name of a host", text.get_ref());
            self.wrong(
                &text.span(),
                reason,
                "write the name under which others know this machine, like mail2alert.example.com",
            );
            return None;
        }
        Some(text.get_ref().clone())
    }

    fn recipients(&mut self, written: &Spanned<Vec<Text>>) -> Vec<OwnAddress> {
        if written.get_ref().is_empty() {
            let remedy = "list the mailboxes, or a whole domain like \"@example.com\"";
            self.wrong(&written.span(), "no mail would be taken", remedy);
        }
        self.read_all(written.get_ref())
    }

    fn duration(&mut self, text: &Option<Text>, default: &str) -> Duration {
        self.quantity(text, default, parse_duration, "write it like 30 s")
    }

    fn size(&mut self, text: &Option<Text>, default: &str) -> usize {
        self.quantity(text, default, parse_size, "write it like 10 MB")
    }

    fn quantity<T>(
        &mut self,
        text: &Option<Text>,
        default: &str,
        parse: fn(&str) -> Result<T, String>,
        remedy: &str,
    ) -> T {
        if let Some(text) = text {
            match parse(text.get_ref()) {
                Ok(value) => return value,
                Err(reason) => self.wrong(&text.span(), reason, remedy),
            }
        }
        match parse(default) {
            Ok(value) => value,
            Err(reason) => panic!("the configuration that is shipped has {default}: {reason}"),
        }
    }

    fn count(&mut self, number: &Option<Number>, default: &str) -> usize {
        if let Some(number) = number {
            if *number.get_ref() > 0 {
                return *number.get_ref();
            }
            self.wrong(
                &number.span(),
                "with 0 of them nothing can be done",
                "write 1 or more, or leave it out",
            );
        }
        default.replace('_', "").parse().expect("the configuration that is shipped has numbers")
    }

    fn choice<T: Copy>(
        &mut self,
        text: &Option<Text>,
        default: &str,
        choices: [(&str, T); 2],
    ) -> T {
        let [(one, first), (other, second)] = choices;
        let chosen = match text {
            Some(text) => text.get_ref(),
            None => default,
        };
        if chosen == one {
            return first;
        }
        if chosen != other {
            let place = place_of(text);
            let remedy = format!("write {one:?} or {other:?}");
            self.wrong(&place, format!("{chosen:?} is no choice"), remedy);
        }
        second
    }

    fn notifications(
        &mut self,
        written: &Spanned<WrittenNotifications>,
        recipients: &[OwnAddress],
    ) -> Notifications {
        let place = written.span();
        let written = written.get_ref();
        if written.to.is_empty() && written.from.is_empty() {
            let remedy = format!("add {}", example("to").unwrap_or_default());
            self.wrong(&place, "no mail would be a notification", remedy);
        }
        for text in &written.to {
            // If there are no recipients at all, that has been said.
            let is_own = |to: &EnvelopeAddress| {
                recipients.is_empty() || recipients.iter().any(|own| own.covers(to))
            };
            if text.get_ref().parse().is_ok_and(|to| !is_own(&to)) {
                let reason = format!(
                    "mail to {} would be refused, since it is not among the recipients",
                    text.get_ref()
                );
                self.wrong(&text.span(), reason, "add it to the recipients at the top");
            }
        }
        Notifications {
            to: self.read_all(&written.to),
            from: self.read_all(&written.from),
            unmatched: {
                let choices = [("pass", Unmatched::Pass), ("drop", Unmatched::Drop)];
                self.choice(&written.unmatched, default("notifications", "unmatched"), choices)
            },
        }
    }

    fn downstream(
        &mut self,
        written: &WrittenDownstream,
        limits: &WrittenLimits,
        answer: Duration,
    ) -> Option<Downstream> {
        let connections = self.count(&written.connections, default("downstream", "connections"));
        let timeout = self.duration(&written.timeout, default("downstream", "timeout"));
        // The mail would be given up before that reply, and each retry would be a duplicate.
        if timeout >= answer {
            let given = if written.timeout.is_some() { &written.timeout } else { &limits.answer };
            let place = place_of(given);
            let wait = duration(timeout);
            let answer = duration(answer);
            let reason = format!(
                "to wait {wait} for a reply of the mail server leaves nothing of the {answer} for \
                    an answer"
            );
            self.wrong(&place, reason, "wait less, or allow more in [limits] with answer");
        }
        Some(Downstream { server: self.host_and_port(&written.server)?, connections, timeout })
    }

    fn rest(
        &mut self,
        written: &Spanned<WrittenRest>,
        environment: &dyn Fn(&str) -> Option<String>,
        answer: Duration,
    ) -> Option<Rest> {
        let place = written.span();
        let written = written.get_ref();
        let mut wait = |text, name| self.duration(text, default("rest", name));
        let timeouts = HttpTimeouts {
            connect: wait(&written.connect, "connect"),
            head: wait(&written.head, "head"),
            body: wait(&written.body, "body"),
        };
        let keep = CachePolicy {
            fresh: wait(&written.fresh, "fresh"),
            stale: wait(&written.stale, "stale"),
        };
        if timeouts.total() >= answer {
            let total = duration(timeouts.total());
            let answer = duration(answer);
            let reason = format!(
                "to wait {total} for connect, head and body leaves nothing of the {answer} \
                    for an answer"
            );
            self.wrong(&place, reason, "wait less, or allow more in [limits] with answer");
        }
        if keep.stale < keep.fresh {
            let reason = "facts cannot be too old to be used while they are still fresh";
            self.wrong(&place, reason, "let stale be at least as long as fresh");
        }
        let longest = self.size(&written.longest, default("rest", "longest"));
        let groups = self.path(&written.pipeline_groups, default("rest", "pipeline_groups"));
        let cctray = self.path(&written.cctray, default("rest", "cctray"));
        let credentials = self.credentials(&written.user, &written.password, environment);
        let (server, host, base) = self.url(&written.url)?;
        let pipeline_groups = format!("{base}{groups}");
        let cctray = format!("{base}{cctray}");
        Some(Rest { server, host, pipeline_groups, cctray, credentials, timeouts, longest, keep })
    }

    /// The host and port to connect to, what the server calls itself, and what all its paths begin
    /// with.
    fn url(&mut self, text: &Text) -> Option<(String, String, String)> {
        let url = text.get_ref();
        if url.starts_with("https://") {
            let remedy =
                "use http:// on a network of your own, or put a proxy that speaks TLS in between";
            self.wrong(&text.span(), "https is not spoken here", remedy);
            return None;
        }
        let rest = url.strip_prefix("http://").unwrap_or_default();
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port),
            _ => (authority, "80"),
        };
        if !is_host(host) || port.parse::<u16>().is_err() || !is_path(path) {
            let reason = format!("{url:?} is no address of a web server");
            self.wrong(&text.span(), reason, "write it like http://ci.example.com:8153/go");
            return None;
        }
        Some((
            format!("{host}:{port}"),
            authority.to_owned(),
            path.trim_end_matches('/').to_owned(),
        ))
    }

    fn path(&mut self, text: &Option<Text>, default: &str) -> String {
        let Some(text) = text else { return default.to_owned() };
        if !text.get_ref().starts_with('/') || !is_path(text.get_ref()) {
            let reason = format!("{:?} is no path below the url", text.get_ref());
            self.wrong(&text.span(), reason, format!("write it like {default}"));
        }
        text.get_ref().clone()
    }

    fn credentials(
        &mut self,
        user: &Option<Text>,
        password: &Option<Text>,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Option<(String, String)> {
        let (user, password) = match (user, password) {
            (None, None) => return None,
            (Some(user), Some(password)) => (user, password),
            (Some(only), None) | (None, Some(only)) => {
                self.wrong(
                    &only.span(),
                    "user and password belong together",
                    "write both, or neither",
                );
                return None;
            }
        };
        if user.get_ref().contains(':') {
            self.wrong(
                &user.span(),
                "a user's name cannot have a colon in it",
                "RFC 7617 has no way to send it",
            );
        }
        match password.get_ref().strip_prefix('$') {
            None => Some((user.get_ref().clone(), password.get_ref().clone())),
            Some(name) => match environment(name) {
                Some(password) => Some((user.get_ref().clone(), password)),
                None => {
                    let reason = format!("there is no {name} in the environment");
                    self.wrong(
                        &password.span(),
                        reason,
                        format!("start mail2alert with {name} set to the password"),
                    );
                    None
                }
            },
        }
    }

    fn limits(&mut self, written: &WrittenLimits) -> RelayLimits {
        let limit = |name| default("limits", name);
        let limits = RelayLimits {
            answer: self.duration(&written.answer, limit("answer")),
            message: self.size(&written.message, limit("message")),
            memory: self.size(&written.memory, limit("memory")),
            recipients: self.count(&written.recipients, limit("recipients")),
            connections: self.count(&written.connections, limit("connections")),
            hops: self.count(&written.hops, limit("hops")),
            shutdown: self.duration(&written.shutdown, limit("shutdown")),
            bare_newlines: {
                let choices =
                    [("refuse", BareNewlines::Refuse), ("normalise", BareNewlines::Normalise)];
                self.choice(&written.bare_newlines, limit("bare_newlines"), choices)
            },
        };
        if limits.memory < limits.message {
            let given = if written.memory.is_some() { &written.memory } else { &written.message };
            let place = place_of(given);
            self.wrong(
                &place,
                "the largest mail does not fit into the memory",
                "let memory be at least as large as message",
            );
        }
        limits
    }

    fn ledger(
        &mut self,
        written: &WrittenLedger,
        limits: &RelayLimits,
        rules: &[Rule],
    ) -> LedgerFile {
        let entries = self.count(&written.entries, default("ledger", "entries"));
        let age = self.duration(&written.age, default("ledger", "age"));
        let of_one_mail =
            limits.recipients + rules.iter().map(|rule| rule.mailto.len()).sum::<usize>();
        if entries < of_one_mail {
            let place = place_of(&written.entries);
            let reason = format!(
                "a single mail may have {of_one_mail} recipients, and the ledger no place for them"
            );
            self.wrong(&place, reason, "let entries be some thousand times as many");
        }
        if written.file.get_ref().is_empty() {
            let remedy = format!("write it like this: {}", example("file").unwrap_or_default());
            self.wrong(&written.file.span(), "the ledger needs a file", remedy);
        }
        LedgerFile { file: written.file.get_ref().into(), bounds: Bounds { entries, age } }
    }

    fn rule(
        &mut self,
        number: usize,
        written: &WrittenRule,
        notifications: &Notifications,
    ) -> Option<Rule> {
        for text in &written.to {
            let is_notification =
                |to: &EnvelopeAddress| notifications.to.iter().any(|listed| listed.means(to));
            if notifications.from.is_empty()
                && text.get_ref().parse().is_ok_and(|to| !is_notification(&to))
            {
                let reason = format!(
                    "mail to {} is no notification, so this rule never holds",
                    text.get_ref()
                );
                self.wrong(
                    &text.span(),
                    reason,
                    "add it in [notifications] to to, or leave it out here",
                );
            }
        }
        let events = written.events.iter().flat_map(|event| self.event(event)).collect();
        if written.mailto.get_ref().is_empty() {
            let remedy = format!("add {}", example("mailto").unwrap_or_default());
            self.wrong(&written.mailto.span(), "it would go to no address", remedy);
        }
        for text in written.mailto.get_ref() {
            if text
                .get_ref()
                .parse()
                .is_ok_and(|to| notifications.to.iter().any(|listed| listed.means(&to)))
            {
                let reason = format!(
                    "{} is where notifications come in, so this one would come back",
                    text.get_ref()
                );
                self.wrong(&text.span(), reason, "name those that are to read it");
            }
        }
        let to = self.read_all(&written.to);
        let from = self.read_all(&written.from);
        let mailto = self.read_all(written.mailto.get_ref());
        let function = self.function(&written.function, &written.args)?;
        let name = written.name.clone().unwrap_or_else(|| format!("rule {number}"));
        // It is written to the log, in one line.
        let name = name.replace(char::is_control, " ");
        Some(Rule { name, to, from, events, function, mailto })
    }

    fn event(&mut self, text: &Text) -> Option<StageEvent> {
        let event = text.get_ref().parse().ok();
        if event.is_none() {
            let known: Vec<String> = StageEvent::ALL.iter().map(StageEvent::to_string).collect();
            let reason = format!("{:?} is no event", text.get_ref());
            self.wrong(&text.span(), reason, format!("known are {}", known.join(", ")));
        }
        event
    }

    fn function(&mut self, name: &Text, args: &[Text]) -> Option<Function> {
        let values: Vec<&String> = args.iter().map(Spanned::get_ref).collect();
        let function = match (name.get_ref().as_str(), &values[..]) {
            ("pipelines.any", []) => Function::AnyPipeline,
            ("pipelines.in_group", [group]) => Function::InGroup(group.to_string()),
            ("pipelines.name_like_in_group", [_, group]) => {
                Function::NameLikeInGroup(self.pattern(&args[0])?, group.to_string())
            }
            ("mail.in_subject", [_, ..]) if values.iter().all(|word| !word.trim().is_empty()) => {
                Function::InSubject(values.into_iter().cloned().collect())
            }
            (known, _) => {
                let takes = match known {
                    "pipelines.any" => "none",
                    "pipelines.in_group" => "one: the group",
                    "pipelines.name_like_in_group" => {
                        "two: a pattern with a parenthesis, and the group"
                    }
                    "mail.in_subject" => "one or more: the words",
                    _ => {
                        let remedy = "known are pipelines.any, pipelines.in_group, \
                            pipelines.name_like_in_group and mail.in_subject";
                        self.wrong(&name.span(), format!("{known:?} is no function"), remedy);
                        return None;
                    }
                };
                let place = args.first().unwrap_or(name).span();
                self.wrong(
                    &place,
                    format!("these are not the arguments of {known}"),
                    format!("args are {takes}"),
                );
                return None;
            }
        };
        Some(function)
    }

    fn pattern(&mut self, text: &Text) -> Option<Regex> {
        match Regex::new(text.get_ref()) {
            Ok(pattern) if pattern.captures_len() > 1 => Some(pattern),
            Ok(_) => {
                let remedy = "put what is to be the name of a pipeline in a parenthesis, \
                    like (.+)-release.*";
                self.wrong(&text.span(), "the pattern has no parenthesis", remedy);
                None
            }
            Err(error) => {
                let reason = format!("{:?} is no pattern: {error}", text.get_ref());
                self.wrong(
                    &text.span(),
                    reason,
                    "see https://docs.rs/regex-lite for how patterns are written",
                );
                None
            }
        }
    }
}

/// Where a value is written; at the beginning if it was left out.
fn place_of<T>(value: &Option<Spanned<T>>) -> Range<usize> {
    match value {
        Some(value) => value.span(),
        None => 0..0,
    }
}

fn is_host(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix('[')
        && let Some(v6) = rest.strip_suffix(']')
    {
        return v6.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    !text.is_empty() && text.chars().all(is_name)
}

fn is_path(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'#' | b'"' | b'<' | b'>' | b'\\'))
}
