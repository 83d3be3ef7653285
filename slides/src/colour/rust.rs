//! Rust, cut by the compiler's own lexer.
//!
//! The lexer does not know keywords, macros or functions: what follows a name decides.
use super::Class;
use ra_ap_rustc_lexer::{FrontmatterAllowed, LiteralKind, TokenKind, tokenize};

const KEYWORDS: [&str; 38] = [
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern",
    "false", "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub",
    "ref", "return", "self", "Self", "static", "struct", "super", "trait", "true", "type",
    "unsafe", "use", "where", "while",
];

/// The tokens of `code`, in order; together they are all of it.
pub(super) fn tokens(code: &str) -> Vec<(Class, &str)> {
    let mut rest = code;
    let cut = tokenize(code, FrontmatterAllowed::No).map(|token| {
        let (text, after) = rest.split_at(token.len as usize);
        rest = after;
        (class(token.kind, text, after), text)
    });
    cut.collect()
}

/// The class of a token; `after` is the code behind it.
fn class(kind: TokenKind, text: &str, after: &str) -> Class {
    match kind {
        TokenKind::LineComment { .. } | TokenKind::BlockComment { .. } => Class::Comment,
        TokenKind::Literal {
            kind: LiteralKind::Int { .. } | LiteralKind::Float { .. }, ..
        } => Class::Number,
        TokenKind::Literal { .. } => Class::Text,
        TokenKind::Lifetime { .. } => Class::Type,
        TokenKind::Ident if KEYWORDS.contains(&text) => Class::Keyword,
        TokenKind::Ident if after.starts_with('!') && !after.starts_with("!=") => Class::Macro,
        TokenKind::Ident if text.starts_with(char::is_uppercase) => Class::Type,
        TokenKind::Ident if after.starts_with('(') || after.starts_with("::<") => Class::Function,
        _ => Class::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rust_is_cut_into_its_tokens() {
        let code = "async fn f() { say!(\"a\"); x != 1; } // end";
        let tokens = tokens(code);
        assert_eq!(tokens.iter().map(|(_, text)| *text).collect::<String>(), code);
        let coloured: Vec<_> =
            tokens.into_iter().filter(|(class, _)| *class != Class::Plain).collect();
        assert_eq!(
            coloured,
            [
                (Class::Keyword, "async"),
                (Class::Keyword, "fn"),
                (Class::Function, "f"),
                (Class::Macro, "say"),
                (Class::Text, "\"a\""),
                (Class::Number, "1"),
                (Class::Comment, "// end"),
            ]
        );
    }
}
