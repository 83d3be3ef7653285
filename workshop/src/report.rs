//! A failed attempt in words: the headline, what was expected beside what happened, and the timeline.
use crate::run::Run;
use async_concepts::timeline::{TerminalOptions, human};
use std::{fmt::Write, iter::repeat_n};

/// Something that is not as expected.
pub enum Difference {
    Time { took: String, expected: String },
    Lines,
    Output { returned: String, expected: String },
    Claim(&'static str),
}

/// More lines than these are more than a screen.
const LINES: usize = 20;

pub fn report<T>(
    run: &Run<T>,
    differences: &[Difference],
    expected: Option<&[String]>,
    mistake: Option<&str>,
) -> String {
    let mut text = headline(run, differences, mistake) + "\n\n";
    if let Some(expected) = expected.filter(|expected| *expected != run.lines) {
        side_by_side(&mut text, expected, &run.lines);
    }
    for difference in differences {
        match difference {
            Difference::Output { returned, expected } => {
                text += &format!("returned: {returned}\nexpected: {expected}\n\n");
            }
            Difference::Claim(claim) => text += &format!("It does not hold that {claim}.\n\n"),
            Difference::Time { .. } | Difference::Lines => {}
        }
    }
    text + &run.chart.to_text(TerminalOptions::of_stdout())
}

/// The misconception if it is a known one, and the fact by which one sees it.
fn headline<T>(run: &Run<T>, differences: &[Difference], mistake: Option<&str>) -> String {
    let fact = match (&run.outcome, differences.first()) {
        (Err(verdict), _) => Some(verdict.to_string()),
        (Ok(_), Some(Difference::Time { took, expected })) => Some(format!("{took} instead of {expected}")),
        _ => None,
    };
    match (mistake, fact) {
        (Some(mistake), Some(fact)) => format!("{mistake}: {fact}"),
        (Some(mistake), None) => mistake.to_owned(),
        (None, Some(fact)) => format!("not yet: {fact}"),
        (None, None) => match differences.first() {
            Some(Difference::Output { returned, expected }) => {
                format!("not yet: it returned {returned} instead of {expected}")
            }
            Some(Difference::Claim(claim)) => format!("not yet: it does not hold that {claim}"),
            _ => format!("not yet: it took {}, as it should, but printed other lines", human(run.elapsed)),
        },
    }
}

fn side_by_side(text: &mut String, expected: &[String], happened: &[String]) {
    let width = expected.iter().map(|line| line.chars().count()).chain([8]).max().unwrap_or(0);
    let _ = writeln!(text, "  {:width$}    your run", "expected");
    let rows = expected.len().max(happened.len());
    let missing = || repeat_n("", rows);
    let expected = expected.iter().map(String::as_str).chain(missing());
    let happened = happened.iter().map(String::as_str).chain(missing());
    for (expected, happened) in expected.zip(happened).take(rows.min(LINES)) {
        let sign = if expected == happened { ' ' } else { '≠' };
        let _ = writeln!(text, "{}", format!("  {expected:width$}  {sign} {happened}").trim_end());
    }
    if rows > LINES {
        let _ = writeln!(text, "  … and {} more lines", rows - LINES);
    }
    text.push('\n');
}
