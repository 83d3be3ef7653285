//! The sentences of a header that a page shows in a scene: they are about this scene, and a reader
//! who sees them alone understands them.
use super::Explored;

/// Words that stand for something that was named before. On the page nothing stands before.
const POINTERS: [&str; 7] = ["it", "its", "they", "their", "that", "this", "these"];

pub fn faults(explored: &Explored) -> Vec<String> {
    let Some(of_python) = &explored.run.of_python else { return vec![] };
    let mut faults = vec![];
    for time in times(of_python) {
        let is_seen = explored.run.instants.iter().any(|(at, _)| *at == time);
        if !is_seen {
            let ms = time / 1_000_000;
            faults.push(format!("nothing runs at {ms} ms, of which the header says: {of_python}"));
        }
    }
    let first = first_word(of_python).to_lowercase();
    if POINTERS.contains(&first.as_str()) {
        faults.push(format!("it is not said what “{first}” is: {of_python}"));
    }
    faults
}

/// The times that a text names, in nanoseconds: those of `0.25 s` and `50 ms`.
fn times(text: &str) -> Vec<u64> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut times = vec![];
    for pair in words.windows(2) {
        let unit = pair[1].trim_end_matches([',', ';', '.', ':']);
        let nanoseconds = match unit {
            "s" => 1e9,
            "ms" => 1e6,
            _ => continue,
        };
        if let Ok(number) = pair[0].parse::<f64>() {
            times.push((number * nanoseconds).round() as u64);
        }
    }
    times
}

/// The first word of a text, behind the scenes that it names first: `In "drop" and "spawn"`.
fn first_word(text: &str) -> &str {
    let rest = match text.strip_prefix("In \"") {
        // The quotation marks come in pairs, and so does what is behind the last one of the names.
        Some(titles) => {
            let mut rest = titles;
            while let Some((_, behind)) = rest.split_once('"') {
                rest = behind.strip_prefix(" and \"").unwrap_or(behind);
                if rest == behind {
                    break;
                }
            }
            rest
        }
        None => text,
    };
    rest.split_whitespace().next().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::{first_word, times};

    #[test]
    fn the_times_and_the_subject_of_a_sentence_are_found() {
        assert_eq!(times("over at 1 s, not at 0.25 s; in 3 steps"), [1_000_000_000, 250_000_000]);
        assert_eq!(first_word("In \"drop\" and \"spawn\" they go on."), "they");
        assert_eq!(first_word("In \"drop\" Python goes on."), "Python");
        assert_eq!(first_word("Python \"naps\"."), "Python");
    }
}
