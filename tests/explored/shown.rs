//! What a page shows of its sources: the code in which the lanes of a scene stand, and the function
//! with which the scene begins.
use super::{Explored, lit::file as lines_of};
use async_concepts::timeline::Track;
use std::collections::BTreeSet;

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
        for (method, line) in types_of_methods(track) {
            if is_left_out(line) {
                let file = &track.file;
                faults.push(format!("{file}:{line} is the type of the method at line {method}"));
            }
        }
        for (name, line) in named_items(track) {
            if is_left_out(line) {
                faults.push(format!("`{name}` at {}:{line} is named, and left out", track.file));
            }
        }
        for (name, line) in hidden_by_others(track) {
            let file = &track.file;
            faults.push(format!("`{name}` at {file}:{line} is another one than what is called"));
        }
        let text = lines_of(&track.file);
        for (from, to) in &track.left_out {
            let of_stretch = text[from - 1..*to].join("\n");
            if of_stretch.matches("r#\"").count() != of_stretch.matches("\"#").count() {
                faults.push(format!("{}:{from}-{to} cuts a literal in two", track.file));
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

/// Where the types of those methods in Rust are defined in which something is seen: the line that
/// is seen and that of the type.
fn types_of_methods(track: &Track) -> Vec<(u32, usize)> {
    let text = lines_of(&track.file);
    let mut found = vec![];
    for (_, line) in lines(track) {
        // A line that is not there is a fault of `lit`.
        let above = text[..text.len().min(line as usize)].iter().rev();
        let Some(head) = above.clone().find(|line| line.starts_with(|c: char| c.is_alphabetic()))
        else {
            continue;
        };
        if !head.starts_with("impl") {
            continue;
        }
        let of_type = head.rsplit(' ').nth(1).unwrap_or_default();
        let of_type = of_type.split('<').next().unwrap_or_default();
        for keyword in ["struct", "enum"] {
            let defined = format!("{keyword} {of_type}");
            let is_defined_in = |line: &String| {
                let head = line.strip_prefix("pub ").unwrap_or(line);
                let rest = head.strip_prefix(&defined);
                rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
            };
            found.extend(text.iter().position(is_defined_in).map(|nth| (line, nth + 1)));
        }
    }
    found
}

/// The types and constants in Rust that a line which is not left out names, each with the line at
/// which it is defined.
fn named_items(track: &Track) -> Vec<(String, usize)> {
    if track.file.ends_with(".py") {
        return vec![];
    }
    let text = lines_of(&track.file);
    let is_left_out =
        |line: usize| track.left_out.iter().any(|(from, to)| (*from..=*to).contains(&line));
    let mut words = BTreeSet::new();
    for (nth, line) in text.iter().enumerate() {
        let is_text = line.trim_start().starts_with("//") || line.contains('"');
        if !is_text && !is_left_out(nth + 1) {
            let is_inside = line.starts_with(' ');
            // The head of a function names types, too. What else is at the edge is a definition.
            if is_inside || line.contains("fn ") {
                words.extend(line.split(|letter: char| !letter.is_alphanumeric() && letter != '_'));
            }
        }
    }
    let mut found = vec![];
    for (nth, line) in text.iter().enumerate() {
        let line = line.strip_prefix("pub ").unwrap_or(line);
        for keyword in ["struct ", "enum ", "const ", "static "] {
            let Some(rest) = line.strip_prefix(keyword) else { continue };
            let name = rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next();
            let name = name.unwrap_or_default();
            if name != "fn" && words.contains(name) {
                found.push((name.to_owned(), nth + 1));
            }
        }
    }
    found
}

/// The functions at the left edge that are shown, although each call of that name which is shown is
/// one of a function that is defined inside the caller.
fn hidden_by_others(track: &Track) -> Vec<(String, usize)> {
    let text = lines_of(&track.file);
    let is_left_out =
        |line: usize| track.left_out.iter().any(|(from, to)| (*from..=*to).contains(&line));
    let name = |line: &str| {
        let code = line.trim_start();
        let code = code.strip_prefix("pub ").unwrap_or(code);
        let code = code.strip_prefix("async ").unwrap_or(code);
        let rest = code.strip_prefix("def ").or_else(|| code.strip_prefix("fn "))?;
        Some(rest.split(['(', '<']).next().unwrap_or_default().to_owned())
    };
    // The functions at the edge, each with its lines; what is above the first one is left out.
    let mut at_the_edge: Vec<(usize, &[String])> = vec![];
    for (nth, line) in text.iter().enumerate() {
        if !line.starts_with(' ') && name(line).is_some() {
            let rest = &text[nth + 1..];
            let is_outside = |line: &String| line.starts_with(|c: char| c.is_alphabetic());
            let end = rest.iter().position(is_outside).unwrap_or(rest.len());
            at_the_edge.push((nth + 1, &text[nth..nth + 1 + end]));
        }
    }
    let mut found = vec![];
    for (line, body) in &at_the_edge {
        let called = name(&body[0]).expect("it is a function");
        let defines = |body: &[String]| {
            body[1..].iter().any(|line| name(line).is_some_and(|inner| inner == called))
        };
        let (hiding, others): (Vec<_>, Vec<_>) = at_the_edge
            .iter()
            .filter(|(line, _)| !is_left_out(*line))
            .partition(|(_, body)| defines(body));
        let calls = |body: &[String]| {
            body[1..]
                .iter()
                .any(|line| line.contains(&format!("{called}(")) && name(line).is_none())
        };
        let is_called = others.iter().any(|(_, body)| calls(body));
        if !is_left_out(*line) && !hiding.is_empty() && !is_called {
            found.push((called, *line));
        }
    }
    found
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
