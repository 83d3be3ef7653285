//! In what the lines of a run differ from those that were expected: the first difference that says
//! something of its cause.
use std::time::Duration;

/// Where the lane of a line stands if what said it is in no lane.
pub(crate) const NO_LANE: &str = "-";

/// One difference. A text is without its time and its lane.
pub(crate) enum LineDifference {
    /// It is expected nowhere.
    NotExpected { text: String },
    /// It came more often than is expected.
    TooOften { text: String },
    /// It is expected of another lane.
    OfAnotherLane { text: String, lane: String },
    /// It came as it is expected, and from this lane as well.
    OfOneMoreLane { text: String, lane: String },
    /// It did not come, or not often enough. It was due at this time.
    Missing { text: String, lane: String, due: Duration },
    /// All lines came, and this is the first that was not said at its time, and by how much.
    AtAnotherTime { text: String, lane: String, late: bool, by: Duration },
    /// All lines came at their times, in another order.
    Order,
}

/// A line, taken apart.
#[derive(Clone)]
struct Said {
    /// As it stands in the line: seconds, with three places.
    time: String,
    /// Which lane said it, or [`NO_LANE`]; nothing if the run has no lane of that name.
    lane: String,
    /// The rest, which an exercise or a learner has written.
    text: String,
}

impl Said {
    /// Takes a line apart. Which word is the lane, only the names of the lanes tell.
    fn of(line: &str, lanes: &[&str]) -> Said {
        let (time, rest) = line.split_once(' ').unwrap_or((line, ""));
        let lane = match rest.split_once(' ') {
            Some((NO_LANE, _)) => NO_LANE,
            _ => lane_of(rest, lanes),
        };
        let text = rest[lane.len()..].trim_start();
        Said { time: time.to_owned(), lane: lane.to_owned(), text: text.to_owned() }
    }

    /// Whether this, which is expected, has the text of a line of another lane. If no lane of the
    /// run has the name of the lane that is expected, that name still stands before the text.
    fn has_the_text_of(&self, other: &Said) -> bool {
        let behind_a_name = || {
            let name = self.text.strip_suffix(&other.text);
            name.is_some_and(|name| name.len() > 1 && name.ends_with(' '))
        };
        self.text == other.text || self.lane.is_empty() && behind_a_name()
    }

    /// Its time.
    fn at(&self) -> Duration {
        let seconds = self.time.parse::<f64>().unwrap_or_default();
        Duration::from_millis((seconds * 1000.0).round() as u64)
    }

    /// Two lines that differ in their times at most.
    fn is_the_same_line(&self, other: &Said) -> bool {
        self.lane == other.lane && self.text == other.text
    }

    /// How often it was said, at whatever times.
    fn count_in(&self, all: &[Said]) -> usize {
        all.iter().filter(|other| self.is_the_same_line(other)).count()
    }
}

/// The lane with which a line begins, behind its time: of the lanes “page” and “page 1” it is the
/// one with the longer name. Nothing if no lane of the run has that name.
pub(crate) fn lane_of<'l>(rest: &str, lanes: &[&'l str]) -> &'l str {
    let mut lane = "";
    for name in lanes {
        let begins =
            rest.strip_prefix(name).is_some_and(|text| text.is_empty() || text.starts_with(' '));
        if name.len() > lane.len() && begins {
            lane = name;
        }
    }
    lane
}

/// The first difference; nothing if the lines are the same.
pub(crate) fn first_difference(
    expected: &[String],
    happened: &[String],
    lanes: &[&str],
) -> Option<LineDifference> {
    if expected == happened {
        return None;
    }
    let expected: Vec<Said> = expected.iter().map(|line| Said::of(line, lanes)).collect();
    let happened: Vec<Said> = happened.iter().map(|line| Said::of(line, lanes)).collect();
    // What came and should not is looked for first: the learner can find it in the code.
    for said in &happened {
        let text = said.text.clone();
        let times = said.count_in(&expected);
        if said.count_in(&happened) <= times {
            continue;
        }
        if times > 0 {
            return Some(LineDifference::TooOften { text });
        }
        let lane = said.lane.clone();
        let mut difference = LineDifference::NotExpected { text: text.clone() };
        for other in &expected {
            if !other.has_the_text_of(said) {
                continue;
            }
            // Of all the lanes that should say it, one that has not is most likely the one that is
            // meant.
            if other.count_in(&happened) == 0 {
                return Some(LineDifference::OfAnotherLane { text, lane });
            }
            difference = LineDifference::OfOneMoreLane { text: text.clone(), lane: lane.clone() };
        }
        return Some(difference);
    }
    // Then what should have come, and did not.
    for said in &expected {
        if said.count_in(&happened) >= said.count_in(&expected) {
            continue;
        }
        // The first of them came, and the last one is missing.
        let mut due = said.at();
        for other in &expected {
            if said.is_the_same_line(other) {
                due = other.at();
            }
        }
        let Said { text, lane, .. } = said.clone();
        return Some(LineDifference::Missing { text, lane, due });
    }
    // All lines are there. One that may be said several times has several times, each in its turn.
    for said in &expected {
        let times = |all: &[Said]| -> Vec<String> {
            let same = all.iter().filter(|other| said.is_the_same_line(other));
            same.map(|other| other.time.clone()).collect()
        };
        for (due, came) in times(&expected).iter().zip(times(&happened)) {
            let Ok(due) = due.parse::<f64>() else { continue };
            let Ok(came) = came.parse::<f64>() else { continue };
            if due != came {
                let Said { text, lane, .. } = said.clone();
                let by = Duration::from_millis(((came - due).abs() * 1000.0).round() as u64);
                return Some(LineDifference::AtAnotherTime { text, lane, late: came > due, by });
            }
        }
    }
    Some(LineDifference::Order)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(expected: &[&str], happened: &[&str]) -> String {
        let owned = |lines: &[&str]| lines.iter().map(|line| line.to_string()).collect::<Vec<_>>();
        match first_difference(&owned(expected), &owned(happened), &["main", "A", "A 1"]) {
            None => "the same".into(),
            Some(LineDifference::NotExpected { text }) => format!("not expected: {text}"),
            Some(LineDifference::TooOften { text }) => format!("too often: {text}"),
            Some(LineDifference::OfAnotherLane { text, lane }) => format!("{lane} says {text}"),
            Some(LineDifference::OfOneMoreLane { text, lane }) => {
                format!("{lane} says {text}, too")
            }
            Some(LineDifference::Missing { text, lane, due }) => {
                format!("{lane} lacks {text} at {due:?}")
            }
            Some(LineDifference::AtAnotherTime { text, lane, late, by }) => {
                format!("{lane} {text} {by:?} {}", if late { "late" } else { "early" })
            }
            Some(LineDifference::Order) => "order".into(),
        }
    }

    #[test]
    fn the_first_difference_is_found() {
        let lines = ["0.000 main a", "0.100 A b", "0.100 A 1 c", "10.000 A b"];
        assert_eq!(sentence(&lines, &lines), "the same");
        assert_eq!(sentence(&lines, &[&lines[..], &["11.000 A d"]].concat()), "not expected: d");
        assert_eq!(sentence(&lines, &[&lines[..], &["11.000 A b"]].concat()), "too often: b");
        assert_eq!(sentence(&lines, &lines[..3]), "A lacks b at 10s");
        let of_none = ["0.000 main a", "0.100 A b", "0.100 - c", "10.000 A b"];
        assert_eq!(sentence(&lines, &of_none), "- says c");
        let of_main = ["0.000 main a", "0.100 A b", "0.100 main c", "10.000 A b"];
        assert_eq!(sentence(&lines, &of_main), "main says c");
        let of_main_too = [&lines[..], &["11.000 main c"]].concat();
        assert_eq!(sentence(&lines, &of_main_too), "main says c, too");
        // No lane of the run is called B.
        let of_b = ["0.000 main a", "0.100 B b c"];
        assert_eq!(sentence(&of_b, &["0.000 main a", "0.100 - b c"]), "- says b c");
        assert_eq!(sentence(&of_b, &["0.000 main a", "0.100 - d"]), "not expected: d");
        let early = ["0.000 main a", "0.100 A b", "0.100 A 1 c", "9.000 A b"];
        assert_eq!(sentence(&lines, &early), "A b 1s early");
        let late = ["0.000 main a", "0.100 A b", "0.200 A 1 c", "10.000 A b"];
        assert_eq!(sentence(&lines, &late), "A 1 c 100ms late");
        let swapped = ["0.000 main a", "0.100 A 1 c", "0.100 A b", "10.000 A b"];
        assert_eq!(sentence(&lines, &swapped), "order");
    }
}
