//! What a page shows of its sources: the code in which the lanes of a scene stand, and the function
//! with which the scene begins.
use super::{Explored, lit::file as lines_of};
use async_concepts::timeline::Track;

pub fn faults(explored: &Explored) -> Vec<String> {
    let mut faults = vec![];
    for track in &explored.run.tracks {
        let is_left_out =
            |line: usize| track.left_out.iter().any(|(from, to)| (*from..=*to).contains(&line));
        for (nth, line) in lines(track) {
            if is_left_out(line as usize) {
                faults.push(format!("step {nth} is at {}:{line}, which is left out", track.file));
            }
        }
        for line in excerpts_of_comments(&track.file) {
            if is_left_out(line) {
                let file = &track.file;
                faults.push(format!("{file}:{line} is an excerpt of its own, and is left out"));
            }
        }
        for (name, line) in begins_with(&track.file, &explored.run.title) {
            if is_left_out(line) {
                let file = &track.file;
                faults.push(format!("it begins in `{name}` at {file}:{line}, which is left out"));
            }
        }
    }
    faults
}

/// All lines at which a step of a track says that something is, with the number of the step.
fn lines(track: &Track) -> Vec<(usize, u32)> {
    let mut lines = vec![];
    for (nth, step) in track.steps.iter().enumerate() {
        let mut of_step = step.chain.clone();
        of_step.extend(step.stop);
        of_step.extend(step.resumed);
        of_step.extend(step.stands.iter().filter_map(|(_, line)| *line));
        of_step.extend(step.says.iter().filter_map(|(_, _, line)| *line));
        lines.extend(of_step.into_iter().map(|line| (nth, line)));
    }
    lines
}

/// The lines of a file in excerpts for slides that have no line of code: the example is about them.
fn excerpts_of_comments(file: &str) -> Vec<usize> {
    let text = lines_of(file);
    let mut found = vec![];
    for (begin, line) in text.iter().enumerate() {
        let Some(name) = line.strip_prefix("// ANCHOR: ") else { continue };
        let end = format!("// ANCHOR_END: {name}");
        let excerpt = text[begin + 1..].iter().take_while(|line| **line != end);
        if excerpt.clone().all(|line| line.is_empty() || line.starts_with("//")) {
            let length = excerpt.count();
            found.extend((begin + 2..begin + 2 + length).filter(|nth| !is_mark(&text[nth - 1])));
        }
    }
    found
}

/// Whether a line is where an excerpt begins or ends, which no page shows.
fn is_mark(line: &str) -> bool {
    line.starts_with("// ANCHOR")
}

/// The functions that stand beside the title of a scene, where it is given to the stage, each with
/// the line at which it is defined.
fn begins_with(file: &str, title: &str) -> Vec<(String, usize)> {
    let text = lines_of(file);
    let mut found = vec![];
    for line in &text {
        let name = if file.ends_with(".py") {
            // `run(NAME, "TITLE")`, or `run_loop(…)`
            line.strip_suffix(&format!(", \"{title}\")")).and_then(|line| line.split_once('('))
        } else {
            // `.scene("TITLE", NAME)`
            line.split_once(&format!("scene(\"{title}\", "))
        };
        let Some((_, name)) = name else { continue };
        let name = name.split(')').next().unwrap_or_default();
        for keyword in ["fn", "def"] {
            let defined = format!("{keyword} {name}(");
            let defining = text.iter().position(|line| line.contains(&defined));
            found.extend(defining.map(|nth| (name.to_owned(), nth + 1)));
        }
    }
    found
}
