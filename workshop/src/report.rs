//! A failed attempt in words: the headline, what was expected beside what happened, and the timeline.
use crate::run::Run;
use async_concepts::timeline::TerminalOptions;
use similar::{Algorithm, DiffTag, capture_diff_slices};

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
    let headline = headline(run, differences, mistake);
    let mut text = headline.clone() + "\n\n";
    if let Some(expected) = expected.filter(|expected| *expected != run.lines) {
        side_by_side(&mut text, expected, &run.lines);
    }
    for difference in differences {
        match difference {
            Difference::Output { returned, expected } => {
                text += &format!("returned: {returned}\nexpected: {expected}\n\n");
            }
            Difference::Claim(claim) if !headline.contains(claim) => {
                text += &format!("it does not hold that {claim}\n\n");
            }
            Difference::Claim(_) | Difference::Time { .. } | Difference::Lines => {}
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
            _ => "not yet: it printed other lines than were expected".to_owned(),
        },
    }
}

/// What was expected and what happened, line by line. What is in both stands in one row, so that a line that is missing
/// or too many is seen as that.
fn side_by_side(text: &mut String, expected: &[String], happened: &[String]) {
    let width = expected.iter().map(|line| line.chars().count()).chain([8]).max().unwrap_or(0);
    let mut rows = vec![];
    for part in capture_diff_slices(Algorithm::Myers, expected, happened) {
        let (sign, expected, happened) = (part.tag(), &expected[part.old_range()], &happened[part.new_range()]);
        let sign = if sign == DiffTag::Equal { ' ' } else { '≠' };
        for row in 0..expected.len().max(happened.len()) {
            let [expected, happened] = [expected, happened].map(|lines| lines.get(row).map_or("", String::as_str));
            rows.push(format!("  {expected:width$}  {sign} {happened}"));
        }
    }
    let more = rows.len().saturating_sub(LINES);
    rows.truncate(LINES);
    if more > 0 {
        rows.push(format!("  … and {more} more lines"));
    }
    *text += &format!("  {:width$}    your run\n", "expected");
    rows.iter().for_each(|row| *text += &format!("{}\n", row.trim_end()));
    text.push('\n');
}
