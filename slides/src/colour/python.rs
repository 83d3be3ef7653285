//! Python, as much of its lexical analysis as colours need: it cuts out comments, strings, numbers
//! and names.
//!
//! No lexer for Python is a dependency of this crate, and a slide needs only these rules.
use super::Class;

const KEYWORDS: [&str; 37] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "case", "class",
    "continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if",
    "import", "in", "is", "lambda", "match", "nonlocal", "not", "or", "pass", "raise", "return",
    "try", "while", "with", "yield",
];

/// The tokens of `code`, in order; together they are all of it.
pub(super) fn tokens(code: &str) -> Vec<(Class, &str)> {
    let mut rest = code;
    let mut tokens = vec![];
    let mut begins_a_line = true;
    while let Some(first) = rest.chars().next() {
        let (class, length) = token(rest, first, begins_a_line);
        let (text, after) = rest.split_at(length);
        tokens.push((class, text));
        begins_a_line = match first {
            '\n' => true,
            ' ' => begins_a_line,
            _ => false,
        };
        rest = after;
    }
    tokens
}

/// The first token of `rest`, which begins with `first`: what it is, and how many bytes it has.
fn token(rest: &str, first: char, begins_a_line: bool) -> (Class, usize) {
    // How many bytes at the beginning of `rest` belong together.
    let run = |belongs: fn(char) -> bool| rest.find(|c| !belongs(c)).unwrap_or(rest.len());
    match first {
        '#' => (Class::Comment, run(|c| c != '\n')),
        '"' | '\'' => {
            let (triple, length) = string(rest);
            // A string that is a statement of its own is a docstring.
            (if triple && begins_a_line { Class::Comment } else { Class::Text }, length)
        }
        '@' if begins_a_line => (Class::Macro, run(|c| is_name(c) || c == '@' || c == '.')),
        _ if first.is_ascii_digit() => {
            (Class::Number, run(|c| c.is_ascii_alphanumeric() || c == '.' || c == '_'))
        }
        _ if is_name(first) => {
            let length = run(is_name);
            let (name, after) = rest.split_at(length);
            let prefix = length <= 2 && name.chars().all(|c| "bBfFrRuU".contains(c));
            if prefix && after.starts_with(['"', '\'']) {
                return (Class::Text, length + string(after).1);
            }
            // `match` and `case` are only keywords where a statement begins.
            let keyword =
                KEYWORDS.contains(&name) && (begins_a_line || !["match", "case"].contains(&name));
            let class = if keyword {
                Class::Keyword
            } else if name.starts_with(char::is_uppercase) {
                Class::Type
            } else if after.starts_with('(') {
                Class::Function
            } else {
                Class::Plain
            };
            (class, length)
        }
        _ => (Class::Plain, first.len_utf8()),
    }
}

fn is_name(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// The string at the beginning of `rest`: whether it has three quotes, and how long it is with
/// them.
fn string(rest: &str) -> (bool, usize) {
    let quote = &rest[..1];
    let triple = rest.starts_with(&quote.repeat(3));
    let quotes = quote.repeat(if triple { 3 } else { 1 });
    let mut at = quotes.len();
    while let Some(c) = rest[at..].chars().next() {
        if rest[at..].starts_with(&quotes) {
            return (triple, at + quotes.len());
        }
        if c == '\n' && !triple {
            break; // it has no end
        }
        at += c.len_utf8();
        if c == '\\' {
            at += rest[at..].chars().next().map_or(0, char::len_utf8);
        }
    }
    (triple, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coloured(code: &str) -> Vec<(Class, &str)> {
        let tokens = tokens(code);
        assert_eq!(tokens.iter().map(|(_, text)| *text).collect::<String>(), code);
        tokens.into_iter().filter(|(class, _)| *class != Class::Plain).collect()
    }

    #[test]
    fn python_is_cut_into_its_tokens() {
        let code = concat!(
            "@wraps.it\nasync def f(x):\n",
            "    \"\"\"Says\n    'it'.\"\"\"\n",
            "    say(f\"{x} \\\" é\", 'b', 1.5)  # end\n",
        );
        assert_eq!(
            coloured(code),
            [
                (Class::Macro, "@wraps.it"),
                (Class::Keyword, "async"),
                (Class::Keyword, "def"),
                (Class::Function, "f"),
                (Class::Comment, "\"\"\"Says\n    'it'.\"\"\""),
                (Class::Function, "say"),
                (Class::Text, "f\"{x} \\\" é\""),
                (Class::Text, "'b'"),
                (Class::Number, "1.5"),
                (Class::Comment, "# end"),
            ]
        );
    }

    #[test]
    fn a_string_without_an_end_ends_with_its_line() {
        assert_eq!(coloured("'a\nb"), [(Class::Text, "'a")]);
        assert_eq!(coloured("'''a\nb"), [(Class::Comment, "'''a\nb")]);
        assert_eq!(coloured("'\\"), [(Class::Text, "'\\")]);
    }

    #[test]
    fn match_is_a_name_where_no_statement_begins() {
        assert_eq!(coloured("x = re.match(y)"), [(Class::Function, "match")]);
        assert_eq!(coloured("match y:"), [(Class::Keyword, "match")]);
    }
}
