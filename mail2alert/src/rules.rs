//! The rules: which notification goes where. Pure functions of a notification and of the facts.
use super::{
    addresses::EnvelopeAddress,
    gocd::{PipelineGroups, StageEvent, StageId},
};
use regex_lite::Regex;

/// What the rules are asked about.
#[derive(Clone, Debug)]
pub struct Notification<'a> {
    /// The recipients of its envelope that make it one: see [`super::config::Notifications`].
    pub to: &'a [EnvelopeAddress],
    /// The sender of its envelope; `None` is the null sender.
    pub from: Option<&'a EnvelopeAddress>,
    /// Its subject, decoded.
    pub subject: &'a str,
    /// Which stage it is about and what happened to it, if it reports the end of a stage.
    pub stage: Option<(&'a StageId, StageEvent)>,
}

/// A rule: if all its conditions hold, the notification goes to all its recipients.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What it is called in the log.
    pub name: String,
    /// Sent to one of these; to any address, if there are none.
    pub to: Vec<EnvelopeAddress>,
    /// Sent by one of these; by any address, if there are none.
    pub from: Vec<EnvelopeAddress>,
    /// One of these happened to a stage; anything or nothing, if there are none.
    pub events: Vec<StageEvent>,
    /// What must be true of it.
    pub function: Function,
    /// Where it goes.
    pub mailto: Vec<EnvelopeAddress>,
}

/// A function of a notification and of the facts.
#[derive(Clone, Debug)]
pub enum Function {
    /// `pipelines.any`: it is about a stage of any pipeline.
    AnyPipeline,
    /// `pipelines.in_group`: the pipeline is in this group.
    InGroup(String),
    /// `pipelines.name_like_in_group`: what the first parenthesis of the pattern finds in the
    /// pipeline's name is the name of a pipeline in this group.
    NameLikeInGroup(Regex, String),
    /// `mail.in_subject`: the subject has all these words in it, in capitals or not.
    InSubject(Vec<String>),
}

impl Function {
    /// Whether it takes the facts of the build server to tell.
    pub fn needs_facts(&self) -> bool {
        matches!(self, Function::InGroup(_) | Function::NameLikeInGroup(..))
    }

    fn holds(&self, notification: &Notification<'_>, groups: &PipelineGroups) -> bool {
        let pipeline = notification.stage.map(|(stage, _)| stage.pipeline.as_str());
        match (self, pipeline) {
            (Function::InSubject(words), _) => {
                let subject = notification.subject.to_lowercase();
                words.iter().all(|word| subject.contains(&word.to_lowercase()))
            }
            (_, None) => false,
            (Function::AnyPipeline, Some(_)) => true,
            (Function::InGroup(group), Some(pipeline)) => groups.has(group, pipeline),
            (Function::NameLikeInGroup(pattern, group), Some(pipeline)) => {
                let like = pattern.captures(pipeline).and_then(|found| found.get(1));
                like.is_some_and(|like| groups.has(group, like.as_str()))
            }
        }
    }
}

impl Rule {
    /// Whether everything holds that can be told without the facts.
    fn may_match(&self, notification: &Notification<'_>) -> bool {
        let means = |listed: &[EnvelopeAddress], mailbox: &EnvelopeAddress| {
            listed.iter().any(|listed| listed.means(mailbox))
        };
        let to = self.to.is_empty() || notification.to.iter().any(|to| means(&self.to, to));
        let from =
            self.from.is_empty() || notification.from.is_some_and(|from| means(&self.from, from));
        let event = self.events.is_empty()
            || notification.stage.is_some_and(|(_, event)| self.events.contains(&event));
        let about = matches!(self.function, Function::InSubject(_)) || notification.stage.is_some();
        to && from && event && about
    }

    /// Whether it takes facts to tell whether the rule holds for this notification.
    pub fn needs_facts(&self, notification: &Notification<'_>) -> bool {
        self.function.needs_facts() && self.may_match(notification)
    }

    /// Whether the rule holds for a notification.
    pub fn matches(&self, notification: &Notification<'_>, groups: &PipelineGroups) -> bool {
        self.may_match(notification) && self.function.holds(notification, groups)
    }
}

/// Which rules hold, and where the notification goes: to each address once, in the order of the
/// rules.
pub fn apply<'a>(
    rules: &'a [Rule],
    notification: &Notification<'_>,
    groups: &PipelineGroups,
) -> (Vec<&'a Rule>, Vec<EnvelopeAddress>) {
    let matching: Vec<&Rule> =
        rules.iter().filter(|rule| rule.matches(notification, groups)).collect();
    let mut recipients: Vec<EnvelopeAddress> = vec![];
    for mailbox in matching.iter().flat_map(|rule| &rule.mailto) {
        if !recipients.contains(mailbox) {
            recipients.push(mailbox.clone());
        }
    }
    (matching, recipients)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailbox(address: &str) -> EnvelopeAddress {
        address.parse().expect("an address")
    }

    fn groups() -> PipelineGroups {
        PipelineGroups::parse(
            br#"[{"name":"alpha","pipelines":[{"name":"a-build"},{"name":"a-test"}]},
                 {"name":"beta","pipelines":[{"name":"b-build"},{"name":"b-test"}]},
                 {"name":"release","pipelines":[{"name":"a-test-release-x"},
                    {"name":"b-test-release-x"}]}]"#,
        )
        .expect("groups")
    }

    fn rule(function: Function) -> Rule {
        let mailto = vec![mailbox("team@example.com")];
        Rule { name: "rule".into(), to: vec![], from: vec![], events: vec![], function, mailto }
    }

    fn holds(rule: &Rule, pipeline: &str, event: StageEvent) -> bool {
        let stage = StageId { pipeline: pipeline.into(), stage: "s".into() };
        let notification =
            Notification { to: &[], from: None, subject: "", stage: Some((&stage, event)) };
        rule.matches(&notification, &groups())
    }

    #[test]
    fn functions_of_pipelines() {
        let pipelines = [
            "a-build",
            "a-test",
            "b-build",
            "b-test",
            "a-test-release-x",
            "b-test-release-x",
            "other",
        ];
        let like = |pattern| {
            Function::NameLikeInGroup(Regex::new(pattern).expect("a pattern"), "beta".into())
        };
        let table: [(Function, &[&str]); 7] = [
            (Function::AnyPipeline, &pipelines),
            (Function::InGroup("beta".into()), &["b-build", "b-test"]),
            (Function::InGroup("alpha".into()), &["a-build", "a-test"]),
            (Function::InGroup("no such group".into()), &[]),
            (like("(.+)-release.*"), &["b-test-release-x"]),
            (like("^(b-.*?)(-release.*)?$"), &["b-build", "b-test", "b-test-release-x"]),
            (like("x(y)?"), &[]), // the parenthesis finds nothing
        ];
        for (function, expected) in table {
            let rule = rule(function);
            let holding: Vec<&str> = pipelines
                .into_iter()
                .filter(|pipeline| holds(&rule, pipeline, StageEvent::Fails))
                .collect();
            assert_eq!(holding, expected, "{:?}", rule.function);
            let about_nothing = Notification { to: &[], from: None, subject: "beta", stage: None };
            assert!(
                !rule.matches(&about_nothing, &groups()),
                "{:?} holds of a mail without a pipeline",
                rule.function
            );
        }
    }

    #[test]
    fn a_subject_must_contain_all_words_in_capitals_or_not() {
        for (words, subject, expected) in [
            (&["server", "backup"][..], "Server Backup Failed", true),
            (&["backup", "server"], "Server Backup Failed", true),
            (&["server", "restore"], "Server Backup Failed", false),
            (&["SERVER"], "my servers", true),
            (&["Ä"], "ä", true),
            (&["server"], "", false),
        ] {
            let rule = rule(Function::InSubject(words.iter().map(|&word| word.into()).collect()));
            let notification = Notification { to: &[], from: None, subject, stage: None };
            assert_eq!(
                rule.matches(&notification, &groups()),
                expected,
                "{words:?} in {subject:?}"
            );
        }
    }

    #[test]
    fn a_rule_holds_for_the_events_that_it_lists() {
        for listed in StageEvent::ALL {
            let rule = Rule { events: vec![listed], ..rule(Function::AnyPipeline) };
            let holding: Vec<StageEvent> =
                StageEvent::ALL.into_iter().filter(|&event| holds(&rule, "p", event)).collect();
            assert_eq!(holding, [listed]);
        }
        let rule =
            Rule { events: vec![StageEvent::Fails], ..rule(Function::InSubject(vec!["x".into()])) };
        let notification = Notification { to: &[], from: None, subject: "x", stage: None };
        assert!(!rule.matches(&notification, &groups()), "nothing happened to a stage");
    }

    #[test]
    fn a_rule_may_ask_for_the_sender_and_the_recipient() {
        let rule = Rule {
            to: vec![mailbox("alert@example.com")],
            from: vec![mailbox("go@example.com"), mailbox("ci@example.com")],
            ..rule(Function::InSubject(vec!["x".into()]))
        };
        for (to, from, expected) in [
            ("alert@example.com", Some("go@example.com"), true),
            ("Alert@EXAMPLE.com", Some("ci@example.com"), true),
            ("other@example.com", Some("go@example.com"), false),
            ("alert@example.com", Some("other@example.com"), false),
            ("alert@example.com", None, false),
        ] {
            let to = [mailbox(to)];
            let from = from.map(mailbox);
            let notification =
                Notification { to: &to, from: from.as_ref(), subject: "x", stage: None };
            assert_eq!(rule.matches(&notification, &groups()), expected, "{to:?} {from:?}");
        }
    }

    #[test]
    fn each_address_gets_one_mail_however_many_rules_name_it() {
        let named = |name: &str, words: &str, mailto: &[&str]| Rule {
            name: name.into(),
            mailto: mailto.iter().map(|address| mailbox(address)).collect(),
            ..rule(Function::InSubject(vec![words.into()]))
        };
        let rules = [
            named("one", "x", &["b@example.com", "a@example.com"]),
            named("two", "y", &["c@example.com"]),
            named("three", "x", &["a@EXAMPLE.com", "d@example.com"]),
        ];
        let notification = Notification { to: &[], from: None, subject: "x", stage: None };
        let (matching, recipients) = apply(&rules, &notification, &groups());
        assert_eq!(matching.iter().map(|rule| &*rule.name).collect::<Vec<_>>(), ["one", "three"]);
        let recipients: Vec<String> = recipients.iter().map(EnvelopeAddress::to_string).collect();
        assert_eq!(recipients, ["b@example.com", "a@example.com", "d@example.com"]);
    }

    #[test]
    fn facts_are_only_asked_for_if_they_could_change_anything() {
        let stage = StageId { pipeline: "p".into(), stage: "s".into() };
        let notification = Notification {
            to: &[],
            from: None,
            subject: "",
            stage: Some((&stage, StageEvent::Fails)),
        };
        let in_group = rule(Function::InGroup("g".into()));
        assert!(in_group.needs_facts(&notification));
        assert!(
            !Rule { events: vec![StageEvent::Fixed], ..in_group.clone() }
                .needs_facts(&notification)
        );
        assert!(!in_group.needs_facts(&Notification { stage: None, ..notification.clone() }));
        assert!(!rule(Function::AnyPipeline).needs_facts(&notification));
    }
}
