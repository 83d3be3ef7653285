//! Lines of the source that are lit: each is the line of a place that was recorded, and the source
//! says there what the page claims of it.
use super::{Explored, passed, polls::Polls, stands};
use async_concepts::timeline::{Chart, Place, Places, Span, Step, Until, Wait};
use std::{
    collections::BTreeMap,
    fs,
    iter::Peekable,
    path::Path,
    str::Chars,
    sync::{LazyLock, Mutex},
};

pub fn faults(explored: &Explored) -> Vec<String> {
    let mut faults = places(&explored.chart);
    faults.extend(of_lines(explored));
    faults.extend(where_nothing_stands(explored));
    faults.extend(left_and_back(explored));
    faults.extend(where_no_code_panics(explored));
    faults
}

/// The lines at which a lane is said to have panicked, and where nothing in the source does.
fn where_no_code_panics(explored: &Explored) -> Vec<String> {
    const PANICS: [&str; 6] = ["panic!", "assert", "expect(", "unwrap()", "todo!", "unreachable!"];
    let mut faults = vec![];
    for row in &explored.chart.rows {
        let Some(place) = &row.panicked_at else { continue };
        let text = line_of(&place.file, place.line);
        if !PANICS.iter().any(|words| text.contains(words)) {
            faults.push(format!("{} panics at {place}: {text}", row.name));
        }
    }
    faults
}

/// The steps in Rust in which a lane prints nothing and waits at its line again, and which light
/// another line as that at which it went on.
fn left_and_back(explored: &Explored) -> Vec<String> {
    let polls = Polls::of(explored);
    let mut faults = vec![];
    for track in explored.run.tracks.iter().filter(|track| track.file.ends_with(".rs")) {
        let mut places = vec![(None, vec![]); explored.run.lanes.len()];
        for (nth, step) in track.steps.iter().enumerate() {
            let place = (step.stop, step.chain.clone());
            let before = std::mem::replace(&mut places[step.lane], place.clone());
            let is_back = place == before && place.0.is_some() && step.says.is_empty();
            let waits = step.sentence.contains("waits"); // and does not poll a lane there
            // Which of several timers has fired is not seen.
            let is_not_seen = step
                .stop
                .is_some_and(|line| passed::may_be_another_timer(&polls, nth, line, &track.file));
            let is_elsewhere = step.resumed.is_some() && step.resumed != step.stop;
            if is_back && waits && is_elsewhere && !is_not_seen {
                let (resumed, stop) = (step.resumed.unwrap_or(0), step.stop.unwrap_or(0));
                faults.push(format!("step {nth} goes on at line {resumed}, and waits at {stop}"));
            }
        }
    }
    faults
}

/// The lines that the steps light and that are not in the source, or are blank.
fn where_nothing_stands(explored: &Explored) -> Vec<String> {
    let mut faults = vec![];
    for track in &explored.run.tracks {
        for (nth, step) in track.steps.iter().enumerate() {
            let mut lit = waits(step);
            lit.extend(step.says.iter().filter_map(|(_, _, line)| *line));
            for line in lit {
                if line_of(&track.file, line).trim().is_empty() {
                    let file = &track.file;
                    faults.push(format!("step {nth} lights {file}:{line}, where nothing stands"));
                }
            }
        }
    }
    faults
}

/// What is wrong with the lines that the steps light: a fault for each line.
pub fn of_lines(explored: &Explored) -> Vec<String> {
    let mut faults = as_recorded(explored);
    for track in &explored.run.tracks {
        let is_python = track.file.ends_with(".py");
        for (nth, step) in track.steps.iter().enumerate() {
            if is_python {
                for line in waits(step) {
                    let text = line_of(&track.file, line);
                    if !waits_in_python(&text) {
                        faults.push(format!("step {nth} lights {}:{line}: {text}", track.file));
                    }
                }
            }
            for (_, said, line) in &step.says {
                let Some(line) = line else { continue };
                if !prints(&lines_from(&track.file, *line), said, is_python) {
                    let text = line_of(&track.file, *line);
                    faults.push(format!("step {nth}: {}:{line} says “{said}”: {text}", track.file));
                }
            }
        }
    }
    faults
}

/// How many lines the steps of a scene light, and how many of these are refused if all of them are
/// shifted: what a fault in the numbers of lines would look like.
pub fn shifted(explored: &Explored, by: i32) -> (usize, usize) {
    let mut all = 0;
    let mut shifted = explored.clone();
    let mut shift = |line: &mut u32| {
        *line = line.saturating_add_signed(by);
        all += 1;
    };
    for track in &mut shifted.run.tracks {
        for step in &mut track.steps {
            step.stop.iter_mut().for_each(&mut shift);
            step.resumed.iter_mut().for_each(&mut shift);
            step.chain.iter_mut().for_each(&mut shift);
            step.says.iter_mut().flat_map(|(_, _, line)| line).for_each(&mut shift);
            step.stands.iter_mut().flat_map(|(_, line)| line).for_each(&mut shift);
        }
    }
    (all, of_lines(&shifted).len() + stands::faults(&shifted).len())
}

/// The lines at which a step says that a lane waits, or goes on.
fn waits(step: &Step) -> Vec<u32> {
    let mut lines = step.chain.clone();
    lines.extend(step.stop);
    lines.extend(step.resumed);
    lines.extend(step.stands.iter().filter_map(|(_, line)| *line));
    lines
}

/// The lines of a file, read once.
pub fn file(name: &str) -> Vec<String> {
    static FILES: LazyLock<Mutex<BTreeMap<String, Vec<String>>>> = LazyLock::new(Mutex::default);
    let mut files = FILES.lock().expect("no test has failed while it had them");
    if let Some(lines) = files.get(name) {
        return lines.clone();
    }
    let mut lines = vec![];
    // A package's folder is below the one in which such a path begins.
    for folder in Path::new(env!("CARGO_MANIFEST_DIR")).ancestors() {
        if let Ok(text) = fs::read_to_string(folder.join(name)) {
            lines = text.lines().map(str::to_owned).collect();
            break;
        }
    }
    files.insert(name.to_owned(), lines.clone());
    lines
}

/// The text of a line; nothing if there is no such line.
fn line_of(name: &str, line: u32) -> String {
    lines_from(name, line).into_iter().next().unwrap_or_default()
}

/// The text from a line on: a call may have several lines.
fn lines_from(name: &str, line: u32) -> Vec<String> {
    let lines = file(name);
    let from = (line as usize - 1).min(lines.len());
    lines[from..].iter().take(12).cloned().collect()
}

/// The code before the `.await` at a place, in its line and some lines above. None if another thing
/// than an `.await` stands there.
pub fn before_await(place: &Place) -> Option<String> {
    let lines = file(&place.file);
    let end = (place.line as usize - 1).min(lines.len());
    let line = line_of(&place.file, place.line);
    let (before, at) = line.split_at_checked(place.column as usize - 1)?;
    let above = lines[end.saturating_sub(6)..end].join("\n");
    if at.starts_with("await") { Some(format!("{above}\n{before}")) } else { None }
}

/// The places of a recording at which the source does not say that something waits.
fn places(chart: &Chart) -> Vec<String> {
    let mut faults = vec![];
    for row in &chart.rows {
        for span in &row.spans {
            let mut places = vec![&span.places, &span.stopped, &span.polled_at];
            places.extend(span.blocks.iter().map(|block| &block.places));
            for wait in places.into_iter().flat_map(Places::waits) {
                for place in wait.chain.iter().chain([&wait.place]) {
                    let text = line_of(&place.file, place.line);
                    if !awaits_at(place, &text) {
                        faults.push(format!("{} waits at {place}: {text}", row.name));
                    }
                }
            }
        }
    }
    for wait in chart.awaits.iter().flat_map(|awaits| awaits.places.waits()) {
        let text = line_of(&wait.place.file, wait.place.line);
        if !awaits_at(&wait.place, &text) {
            faults.push(format!("a coroutine waits at {}: {text}", wait.place));
        }
    }
    faults.sort();
    faults.dedup();
    faults
}

/// Whether the source says at a place that something waits there: an `.await`, a macro that awaits,
/// or a call, as of an event loop's `run_forever` or of a `poll` by hand. A `for` loop calls its
/// iterator, which may block.
fn awaits_at(place: &Place, text: &str) -> bool {
    if text.trim_start().starts_with("for ") {
        return true;
    }
    let Some(rest) = text.get(place.column as usize - 1..) else { return false };
    let is_of_a_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    if text[..place.column as usize - 1].ends_with(is_of_a_name) {
        return false; // in the middle of a name
    }
    let is_of_a_path = |letter: char| is_of_a_name(letter) || letter == ':';
    let name: String = rest.chars().take_while(|letter| is_of_a_path(*letter)).collect();
    let after = &rest[name.len()..];
    name == "await" || !name.is_empty() && (after.starts_with('!') || after.starts_with('('))
}

/// The lines of steps in Rust that are not those of the recording.
fn as_recorded(explored: &Explored) -> Vec<String> {
    let polls = Polls::of(explored);
    let file = &explored.run.tracks[0].file;
    let mut faults = vec![];
    for (lane, of_lane) in polls.of_lane.iter().enumerate() {
        let mut before: Option<&Places> = None;
        for poll in of_lane {
            let after = polls.stopped(lane, poll);
            for nth in poll.first..=poll.last {
                if polls.steps[nth].lane == lane {
                    faults.extend(of_step(&polls, nth, before, after, file));
                }
            }
            if let (Some(before), Some(line)) = (before, polls.steps[poll.first].resumed)
                && !stands::is_of_a_loop(before)
                && !is_where_it_went_on(before, after, poll.span, line, file)
                && passed::why_there(&polls, poll.first, line, file).is_none()
            {
                faults
                    .push(format!("step {}: it is not seen that it went on at {line}", poll.first));
            }
            before = Some(after);
        }
    }
    faults
}

/// The same of one step, of a lane that waited at some places before it, and waits at others after
/// its poll.
fn of_step(
    polls: &Polls<'_>,
    nth: usize,
    before: Option<&Places>,
    after: &Places,
    file: &str,
) -> Vec<String> {
    let step = &polls.steps[nth];
    let mut is = lines(after, file);
    let mut was = before.map(|before| lines_of_return(before, file)).unwrap_or_default();
    // A lane that runs an event loop is where the coroutine is until whose end it does so.
    let of_the_coroutine = polls.of_the_coroutine(step.lane, nth);
    let mut may_go_on_elsewhere = false;
    if stands::is_of_a_loop(after) {
        if of_the_coroutine.len() == 1 {
            is.clear();
        }
        for places in &of_the_coroutine {
            is.extend(lines(places, file));
        }
    }
    if before.is_some_and(stands::is_of_a_loop) && nth > 0 {
        let places = polls.of_the_coroutine(step.lane, nth - 1);
        may_go_on_elsewhere = !places.is_empty();
        if may_go_on_elsewhere {
            was.clear();
        }
        for places in places {
            was.extend(lines_of_return(places, file));
        }
    }
    // Of several places at once one is lit, and that may be in a file that is not shown.
    let is_elsewhere = is.len() < after.waits().len();
    let was_elsewhere = before.is_some_and(|before| was.len() < before.waits().len());
    let waits = "wdx".contains(polls.letter(nth, step.lane));
    let mut faults = vec![];
    let is_in_its_poll = "rbt".contains(polls.letter(nth, step.lane));
    let stops = match step.stop {
        // In the middle of a poll: see `stands`.
        _ if is_in_its_poll => true,
        // That it has panicked there is told: see `told`.
        Some(_) if polls.letter(nth, step.lane) == 'p' => true,
        Some(line) => waits && is.contains(&line),
        None => !waits || is.is_empty() || is_elsewhere,
    };
    if !stops {
        faults.push(format!("step {nth} stops at {:?}, not at {is:?}", step.stop));
    }
    let resumes = match step.resumed {
        // In the middle of a poll: see `stands`.
        Some(_) if step.rest => true,
        Some(line) => {
            was.contains(&line) || before.is_some_and(|before| is_around_all(before, line, file))
        }
        None => step.rest || was.is_empty() || was_elsewhere || may_go_on_elsewhere,
    };
    if !resumes {
        faults.push(format!("step {nth} resumes at {:?}, not at {was:?}", step.resumed));
    }
    let mut there = vec![after];
    if is_in_its_poll {
        there = stands::places(polls, nth, step.lane).0;
    }
    there.extend(of_the_coroutine);
    for line in &step.chain {
        let is_around =
            |wait: &Wait| wait.chain.iter().any(|place| place.file == file && place.line == *line);
        if !there.iter().any(|places| places.waits().iter().any(is_around)) {
            faults.push(format!("step {nth} is inside of {line}, which was not recorded"));
        }
    }
    faults
}

/// Whether a lane that waited at several places has gone on at a line of a file, as far as is
/// known: it waits there again; or only there it waited for what has woken it; or the line is
/// around all the places at which it did so.
fn is_where_it_went_on(
    before: &Places,
    after: &Places,
    poll: &Span,
    line: u32,
    file: &str,
) -> bool {
    if lines(after, file).contains(&line) {
        return true;
    }
    let Some(woken) = poll.woken else { return true };
    let mut ready: Vec<&Wait> = vec![];
    for wait in before.waits() {
        let is_ready = match woken.by {
            Until::Clock => wait.timer,
            Until::Lane(by) => wait.lane == Some(by),
            _ => !wait.timer,
        };
        if is_ready {
            ready.push(wait);
        }
    }
    if ready.is_empty() {
        let is_a_lane = matches!(woken.by, Until::Lane(_));
        ready = before.waits().iter().filter(|wait| !is_a_lane || !wait.timer).collect();
    }
    if ready.is_empty() {
        ready = before.waits().iter().collect();
    }
    ready.iter().all(|wait| has_line(wait, line, file))
}

/// Whether a line of a file is around all places.
fn is_around_all(places: &Places, line: u32, file: &str) -> bool {
    places.waits().iter().all(|wait| has_line(wait, line, file))
}

/// Whether a wait is at a line of a file, or inside an `.await` of that line.
fn has_line(wait: &Wait, line: u32, file: &str) -> bool {
    let mut places = wait.chain.iter().chain([&wait.place]);
    places.any(|place| place.file == file && place.line == line)
}

/// The lines of a file at which a lane waits at some places.
pub fn lines(places: &Places, file: &str) -> Vec<u32> {
    let mut lines = vec![];
    for wait in places.waits() {
        lines.extend(line_in(wait, file));
    }
    lines
}

/// The lines of a file at which a lane goes on that waits at some places: a `poll` by hand, in
/// which it has cloned or called its waker, begins anew, so it is the line around that.
fn lines_of_return(places: &Places, file: &str) -> Vec<u32> {
    let mut lines = vec![];
    for wait in places.waits() {
        let is_it = |place: &&Place| place.file == file && (!wait.by_hand || **place != wait.place);
        lines.extend([&wait.place].into_iter().chain(&wait.chain).find(is_it).map(|at| at.line));
    }
    lines
}

/// The line of a file at which a lane waits: if it waits in a function of another file, the line
/// that calls that one.
pub fn line_in(wait: &Wait, file: &str) -> Option<u32> {
    if wait.place.file == file {
        return Some(wait.place.line);
    }
    let outwards = wait.chain.iter();
    outwards.into_iter().find(|place| place.file == file).map(|place| place.line)
}

/// Whether a line of a twin waits for something, gives way or calls what does. What only prints
/// does not.
fn waits_in_python(text: &str) -> bool {
    let code = text.split(" # ").next().unwrap_or_default().trim();
    let words = ["await ", "async for ", "async with ", "yield ", "for "];
    if words.iter().any(|word| code.contains(word)) {
        return true;
    }
    let is_a_definition =
        ["def ", "async def ", "class ", "if "].iter().any(|word| code.starts_with(word));
    code.contains('(') && !code.contains("say(") && !is_a_definition
}

/// Whether what begins on the first of these lines prints a text.
fn prints(lines: &[String], said: &str, is_python: bool) -> bool {
    // In Python also `callback("A", say)("…")`, and `call_soon(callback("A", say), "…")`.
    let calls: &[&str] = if is_python { &["say(", "say)(", "say), "] } else { &["say!("] };
    let text = lines.join("\n");
    for call in calls {
        // Several calls may begin on the first line.
        for (at, _) in lines[0].match_indices(call) {
            let formats = formats(argument(&text[at + call.len()..]));
            if formats.is_empty() || formats.iter().any(|format| fits(format, said)) {
                return true;
            }
        }
    }
    false
}

/// What stands before the parenthesis that ends a call.
fn argument(text: &str) -> &str {
    let mut depth = 0;
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => {
                while let Some((_, letter)) = letters.next()
                    && letter != '"'
                {
                    if letter == '\\' {
                        letters.next();
                    }
                }
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => return &text[..at],
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
    }
    text
}

/// The texts that an argument may print: each literal that is not inside another call, and of which
/// no method is called. Of each the parts that stay: what is put in between is left out.
fn formats(argument: &str) -> Vec<Vec<String>> {
    let mut found = vec![];
    let mut depth = 0;
    let mut letters = argument.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            '"' => {
                let format = format(&mut letters);
                if depth == 0 && letters.peek() != Some(&'.') {
                    found.push(format);
                }
            }
            _ => {}
        }
    }
    found
}

/// The parts of a literal, whose first quotation mark has been read.
fn format(letters: &mut Peekable<Chars<'_>>) -> Vec<String> {
    let mut parts = vec![];
    let mut part = String::new();
    // Inside braces is what is put in.
    let mut depth = 0;
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => {
                let escaped = letters.next().unwrap_or_default();
                // A line that goes on in the next one.
                while escaped == '\n' && letters.peek() == Some(&' ') {
                    letters.next();
                }
                if depth == 0 && escaped != '\n' {
                    part.push(if escaped == 'n' { '\n' } else { escaped });
                }
            }
            '"' => break,
            '{' | '}' if depth == 0 && letters.peek() == Some(&letter) => {
                letters.next();
                part.push(letter);
            }
            '{' => {
                depth += 1;
                parts.push(std::mem::take(&mut part));
            }
            '}' => depth -= 1,
            _ if depth == 0 => part.push(letter),
            _ => {}
        }
    }
    parts.push(part);
    parts
}

/// Whether a text begins and ends as these parts do, and has all of them in their order.
fn fits(parts: &[String], text: &str) -> bool {
    let [first, middle @ .., last] = parts else {
        return parts.first().is_some_and(|only| text == only);
    };
    let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
    for part in middle {
        let Some(at) = rest.find(part.as_str()) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last.as_str())
}
