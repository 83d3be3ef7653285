//! The configuration that is shipped, `mail2alert.toml`: what each key means, what it may look
//! like, and what holds if it is left out. Nothing of that is said a second time: messages about a
//! wrong key, the defaults and `--check` all take it from there.
//!
//! Its form: a key stands in a line of its own, below the comment that explains it. If the comment
//! ends with `Default: VALUE.`, the key may be left out.
use std::{fmt::Write, mem, sync::LazyLock};

/// The file itself.
const TEXT: &str = include_str!("../../mail2alert.toml");

/// What the file says about one key.
struct Key {
    /// The section that it belongs to; empty at the top.
    section: &'static str,
    /// As it stands before the `=`.
    name: &'static str,
    /// The comment above the section, if it is the first key there.
    about_section: Vec<&'static str>,
    /// The lines of the comment above it, with their `#`.
    comment: Vec<&'static str>,
    /// The whole line, as an example.
    line: &'static str,
    /// The value that holds if it is left out, as TOML.
    default: Option<&'static str>,
}

/// All keys but those of the rules, in their order; and the comment that explains the rules.
static KEYS: LazyLock<(Vec<Key>, Vec<&'static str>)> = LazyLock::new(|| {
    let mut keys = vec![];
    let mut comment = vec![];
    let mut about_section = vec![];
    let mut section = "";
    for line in TEXT.lines() {
        if line == RULES {
            break;
        }
        if line.starts_with('#') {
            comment.push(line);
        } else if let Some(name) = section_of(line) {
            section = name;
            about_section = mem::take(&mut comment);
        } else if let Some((name, _)) = line.split_once(" = ") {
            let about_section = mem::take(&mut about_section);
            let comment = mem::take(&mut comment);
            let default = default_in(&comment);
            keys.push(Key { section, name, about_section, comment, line, default });
        } else {
            comment.clear(); // an empty line: that was about the whole file
        }
    }
    (keys, comment)
});

const RULES: &str = "[[rules]]";

fn section_of(line: &str) -> Option<&str> {
    line.strip_prefix('[')?.strip_suffix(']')
}

fn default_in(comment: &[&'static str]) -> Option<&'static str> {
    comment.last()?.strip_prefix("# Default: ")?.strip_suffix('.')
}

/// What a key or a section may look like, for a message about one that is wrong or missing.
pub(super) fn example(key: &str) -> Option<String> {
    let (keys, _) = &*KEYS;
    let mut sections = vec![];
    for known in keys {
        if known.name == key {
            sections.push((known.section, known.line));
        }
        if known.section == key {
            return Some(format!("[{key}], and below it {}", known.line));
        }
    }
    match sections[..] {
        [] => example_in_a_rule(key),
        [(_, line)] => Some(line.to_owned()),
        // The same name in two sections: say which is which.
        [(_, line), (section, other), ..] => Some(format!("{line}, or {other} in [{section}]")),
    }
}

/// The first line with this key below the first `[[rules]]`.
fn example_in_a_rule(key: &str) -> Option<String> {
    let (_, rules) = TEXT.split_once(RULES)?;
    let line = |key: &str| rules.lines().find(|line| line.starts_with(&format!("{key} = ")));
    if key == "rules" {
        return Some(format!(
            "{RULES}, and below it {} and {}",
            line("function")?,
            line("mailto")?
        ));
    }
    Some(line(key)?.to_owned())
}

/// What holds if this key is left out, as it would be written: text without its quotes.
///
/// # Panics
/// If the file does not say so, which a test would find.
pub(super) fn default(section: &str, name: &str) -> &'static str {
    let (keys, _) = &*KEYS;
    for key in keys {
        if key.section == section && key.name == name {
            let default = key.default.unwrap_or_else(|| panic!("{section}.{name} has no default"));
            return default.trim_matches('"');
        }
    }
    panic!("{section}.{name} is unknown")
}

/// Says what a configuration means: every key with its explanation and with the value that holds,
/// also where it was left out; and then the rules. No password is in it.
pub fn explain(text: &str) -> String {
    let written: toml::Table = toml::from_str(text).unwrap_or_default();
    let (keys, about_rules) = &*KEYS;
    let mut out = String::new();
    let mut section = "";
    for key in keys {
        let table = match written.get(key.section) {
            Some(toml::Value::Table(table)) => Some(table),
            _ if key.section.is_empty() => Some(&written),
            _ => None,
        };
        let value = match table.and_then(|table| table.get(key.name)) {
            Some(_) if key.name == "password" => "\"…\"".to_owned(),
            Some(value) => value.to_string(),
            None => match key.default {
                Some(default) => format!("{default}   # left out"),
                None => continue,
            },
        };
        if section != key.section {
            section = key.section;
            say(&mut out, "");
            for line in &key.about_section {
                say(&mut out, line);
            }
            say(&mut out, &format!("[{section}]"));
        }
        for line in &key.comment {
            say(&mut out, line);
        }
        say(&mut out, &format!("{} = {value}", key.name));
    }
    say(&mut out, "");
    for line in about_rules {
        say(&mut out, line);
    }
    let Some(toml::Value::Array(rules)) = written.get("rules") else { return out };
    for (number, rule) in rules.iter().enumerate() {
        say(&mut out, if number == 0 { RULES } else { "\n[[rules]]" });
        for (name, value) in rule.as_table().into_iter().flatten() {
            say(&mut out, &format!("{name} = {value}"));
        }
    }
    out
}

fn say(out: &mut String, line: &str) {
    writeln!(out, "{line}").expect("a String takes everything");
}
