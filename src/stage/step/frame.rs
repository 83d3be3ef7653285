//! What the screen shows at one step: text, and nothing else, so that it can be tested.
//!
//! From top to bottom: which step it is; the source around the line to look at, with the lanes that
//! stand there; the poll in one sentence; what is ready, what a timer will wake, what waits for
//! what; each lane with its state and its line; the last lines that were printed; the keys.
use super::walk::Walk;
use crate::{
    stage::header::wrap,
    timeline::{LaneId, Mark, Step, TerminalOptions, colour},
};
use console::{Alignment, Style, measure_text_width, pad_str, truncate_str};

/// At most so many lanes have a line of their own. The others are counted.
const LANES: usize = 8;

/// The last of what was printed.
const PRINTED: usize = 3;

/// What can be typed. It is always the last line, so that it is found at once.
const KEYS: &str = "Space on · Backspace back · Home · End · Tab next scene · Q quit";

/// The screen: at most `height` lines of at most `options.width` columns.
///
/// A screen that is too small shows less of the source, then fewer lanes, and always the keys.
pub(super) fn frame(walk: &Walk, options: TerminalOptions, height: usize) -> Vec<String> {
    let painter = Painter { walk, step: walk.step(), options };
    let mut below = painter.sentence();
    below.extend(painter.queue());
    below.push(String::new());
    below.extend(painter.lanes(LANES.min(height / 3)));
    let printed = painter.printed();
    if !printed.is_empty() {
        below.push(String::new());
        below.extend(printed);
    }
    let head = painter.head();
    // The keys, and the blank lines around the source.
    let room = height.saturating_sub(head.len() + below.len() + 3);
    let mut lines = head;
    lines.push(String::new());
    lines.extend(painter.source(room));
    lines.push(String::new());
    lines.extend(below);
    // The keys stay where they are, whatever there is above them.
    lines.resize(height.saturating_sub(1), String::new());
    lines.push(painter.dim(KEYS));
    for line in &mut lines {
        *line = painter.cut(line);
    }
    lines
}

/// Writes the parts of one frame.
struct Painter<'w> {
    /// All steps, and the place in them.
    walk: &'w Walk,
    /// The step that is shown.
    step: &'w Step,
    /// The width and the colours of the terminal, as of now.
    options: TerminalOptions,
}

impl Painter<'_> {
    /// Not wrapped: a line of code that goes on in the next one would look like two.
    fn cut(&self, line: &str) -> String {
        truncate_str(line, self.options.width, "…").into_owned()
    }

    /// Styled if colours are wanted, whatever the process itself writes to.
    fn styled(&self, text: &str, style: Style) -> String {
        style.force_styling(self.options.colour).apply_to(text).to_string()
    }

    /// For what is the same at each step.
    fn dim(&self, text: &str) -> String {
        self.styled(text, Style::new().dim())
    }

    /// For what is new at this step.
    fn bold(&self, text: &str) -> String {
        self.styled(text, Style::new().bold())
    }

    /// A lane's name, in its colour.
    fn name(&self, lane: LaneId) -> String {
        let lane = &self.walk.run().lanes[lane];
        self.styled(&lane.name, colour(lane.hue))
    }

    /// Several lanes, in the order in which they are given.
    fn names(&self, lanes: &[LaneId]) -> String {
        let names: Vec<String> = lanes.iter().map(|lane| self.name(*lane)).collect();
        names.join(", ")
    }

    /// The time of a step, in words.
    fn time(&self, step: &Step) -> &str {
        &self.walk.run().instants[step.instant].1
    }

    /// The scene, the step and the time.
    fn head(&self) -> Vec<String> {
        let run = self.walk.run();
        let (scene, scenes) = self.walk.scene();
        let (number, of) = self.walk.number();
        let mut head = self.bold(&run.title);
        if scenes > 1 {
            head += &format!(" (scene {scene} of {scenes})");
        }
        head += &format!(" · step {number} of {of} · at {}", self.time(self.step));
        vec![head]
    }

    /// Lines of the source around the one to look at, each with the lanes that stand there. `▶` is
    /// where the lane that was polled stands now, `·` where it had been waiting.
    fn source(&self, room: usize) -> Vec<String> {
        let code = self.code();
        let focus = self.walk.focus();
        // The first step of a run often has no line: then it is the code from its beginning.
        let middle = match focus {
            Some(focus) => code.iter().position(|(number, _)| *number >= focus).unwrap_or(0),
            None => 0,
        };
        let most = code.len().saturating_sub(room);
        let first = middle.saturating_sub(room / 2).min(most);
        let stands = self.walk.stands();
        let mut lines = vec![];
        for (number, text) in code.iter().skip(first).take(room) {
            let mut here = vec![];
            for (lane, line) in stands.iter().enumerate() {
                if *line == Some(*number) {
                    here.push(lane);
                }
            }
            let names = pad_str(&self.names(&here), 8, Alignment::Right, Some("…")).into_owned();
            let line = Some(*number);
            let mark = if line == self.step.stop {
                '▶'
            } else if line == self.step.resumed {
                '·'
            } else {
                ' '
            };
            let lit = line == focus;
            let text = if lit { self.bold(text) } else { (*text).to_owned() };
            lines.push(format!("{names} {mark}{number:>4}  {text}").trim_end().to_owned());
        }
        lines
    }

    /// The lines of the source with their numbers, counted from 1: without the header and the
    /// imports at the top, and without the marks for slides.
    fn code(&self) -> Vec<(u32, &'static str)> {
        let mut code = vec![];
        let mut at_the_top = true;
        let mut inside_an_import = false;
        for (index, line) in self.walk.source().iter().enumerate() {
            let import = inside_an_import || line.starts_with("use ");
            inside_an_import = import && !line.ends_with(';');
            at_the_top &= import || line.is_empty() || line.starts_with("//!");
            if !at_the_top && !line.trim_start().starts_with("// ANCHOR") {
                code.push((index as u32 + 1, *line));
            }
        }
        code
    }

    /// What happened in this poll.
    fn sentence(&self) -> Vec<String> {
        let name = &self.walk.run().lanes[self.step.lane].name;
        let text = format!("{name} {}", self.step.sentence);
        let wrapped = wrap(&text, self.options.width);
        wrapped.lines().map(|line| self.bold(line)).collect()
    }

    /// What is ready, what a timer will wake, and what waits for what.
    fn queue(&self) -> Vec<String> {
        let mut lines = vec![];
        if !self.step.ready.is_empty() {
            lines.push(format!("ready, in order: {}", self.names(&self.step.ready)));
        }
        if !self.step.timers.is_empty() {
            let mut timers = vec![];
            for (lane, due) in &self.step.timers {
                let name = self.name(*lane);
                timers.push(match due.strip_prefix("≤ ") {
                    _ if due == "?" => format!("{name}, not known when"),
                    Some(due) => format!("{name} by {due}"),
                    None => format!("{name} at {due}"),
                });
            }
            lines.push(format!("timers: {}", timers.join(", ")));
        }
        for chain in &self.step.waits {
            let mut links = vec![];
            for link in chain {
                links.push(self.names(link));
            }
            lines.push(format!("waits: {}", links.join(" for ")));
        }
        lines
    }

    /// Each lane that has begun, with its state and the line at which it stands: the one that was
    /// polled first, then those that go on.
    fn lanes(&self, most: usize) -> Vec<String> {
        let stands = self.walk.stands();
        let mut lanes: Vec<(u8, LaneId, char)> = vec![];
        for (lane, state) in self.step.states.chars().enumerate() {
            let rank = match state {
                '.' => continue, // it does not exist yet
                _ if lane == self.step.lane => 0,
                'f' | 'c' | 'p' | 'u' => 2, // it does not go on
                _ => 1,
            };
            lanes.push((rank, lane, state));
        }
        lanes.sort();
        let width = lanes.iter().map(|(_, lane, _)| measure_text_width(&self.name(*lane))).max();
        let width = width.unwrap_or_default();
        let left_out = lanes.len().saturating_sub(most);
        let shown = if left_out > 0 { most.saturating_sub(1) } else { most };
        let mut lines = vec![];
        for (_, lane, state) in lanes.iter().take(shown) {
            let name = pad_str(&self.name(*lane), width, Alignment::Right, None).into_owned();
            let mut line = format!("{name}  {:<20}", state_in_words(*state));
            if let Some(number) = stands[*lane] {
                line += &format!("{number:>3}  {}", self.walk.line(number));
            }
            lines.push(line.trim_end().to_owned());
        }
        if left_out > 0 {
            lines.push(self.dim(&format!("… and {} more lanes", lanes.len() - shown)));
        }
        lines
    }

    /// The last lines that were printed, and after the last step how the run ended.
    fn printed(&self) -> Vec<String> {
        let mut printed = vec![];
        for step in self.walk.past() {
            for (lane, text, _) in &step.says {
                printed.push(format!("{:>8} {} {text}", self.time(step), self.name(*lane)));
            }
        }
        let (number, of) = self.walk.number();
        if number == of
            && let Some(verdict) = &self.walk.run().verdict
        {
            printed.push(format!("ended: {verdict}"));
        }
        printed.split_off(printed.len().saturating_sub(PRINTED))
    }
}

/// The state of a lane after a poll, from the letter that stands for it in a [`Step`].
fn state_in_words(letter: char) -> &'static str {
    Mark::of_letter(letter).expect("a state or an end").short_label()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        stage::step::walk::Move,
        timeline::{SteppedLane, SteppedRun, Track},
    };

    const SOURCE: &str = "//! Nap: one sleeps, and the other waits for it.
use tokio::time::sleep;
use std::{
    time::Duration,
};

// ANCHOR: nap
async fn nap() {
    sleep(Duration::from_millis(100)).await;
    say!(\"slept\");
}
// ANCHOR_END: nap

async fn both() {
    nap().lane(\"A\").await;
}";

    /// `main` polls A, which sleeps; then its time has come.
    fn walk() -> Walk {
        let poll = |instant, lane, sentence: &str, states: &str| Step {
            around: vec![],
            instant,
            lane,
            rest: false,
            sentence: sentence.into(),
            later: Some("a secret".into()),
            on_thread: false,
            says: vec![],
            said_at: vec![],
            resumed: None,
            stop: None,
            chain: vec![],
            on: None,
            stands: vec![],
            states: states.into(),
            ready: vec![],
            ready_inside: vec![],
            timers: vec![],
            waits: vec![],
            for_a_lock: vec![],
            woken_in: None,
        };
        let begins = poll(0, 0, "begins and polls the lanes inside it.", "rl");
        let sleeps = Step {
            stop: Some(9),
            stands: vec![(0, Some(15)), (1, Some(9))],
            timers: vec![(1, "100 ms".into())],
            waits: vec![vec![vec![0], vec![1]]],
            ..poll(0, 1, "begins and waits (sleep).", "ww")
        };
        let ends = Step {
            resumed: Some(9),
            says: vec![(1, "slept".into(), Some(10))],
            stands: vec![(1, None)],
            ready: vec![0],
            ready_inside: vec![None],
            ..poll(1, 1, "goes on (its time has come), prints “slept” and ends.", "df")
        };
        let lane = |name: &str, hue| SteppedLane { name: name.into(), hue };
        let run = |title: &str, steps: Vec<Step>, verdict: Option<&str>| SteppedRun {
            title: title.into(),
            verdict: verdict.map(str::to_owned),
            took: "100 ms".into(),
            instants: vec![(0, "0".into()), (100_000_000, "100 ms".into())],
            lanes: vec![lane("main", 0), lane("A", 1)],
            rows: 2,
            tracks: vec![Track { file: "nap.rs".into(), steps, aligned: None }],
            moments: vec![], // a terminal shows the steps of Rust only
            output: vec![],
            of_python: None,
            variant: None,
        };
        let whole = vec![begins.clone(), sleeps, ends];
        let runs = vec![run("nap", whole, None), run("again", vec![begins], Some("it hangs"))];
        Walk::through(runs, SOURCE)
    }

    /// The frame after so many steps, at this size.
    fn frame_at(steps: usize, width: usize, height: usize) -> String {
        let mut walk = walk();
        for _ in 0..steps {
            walk.go(Move::On);
        }
        let lines = frame(&walk, TerminalOptions { width, colour: false }, height);
        assert_eq!(lines.len(), height);
        for line in &lines {
            assert!(measure_text_width(line) <= width, "{line}");
        }
        lines.join("\n")
    }

    #[test]
    fn at_80_by_24_a_frame_shows_source_poll_queue_lanes_and_keys() {
        let expected = "\
nap (scene 1 of 2) · step 2 of 3 · at 0

             8  async fn nap() {
       A ▶   9      sleep(Duration::from_millis(100)).await;
            10      say!(\"slept\");
            11  }
            13
            14  async fn both() {
    main    15      nap().lane(\"A\").await;
            16  }

A begins and waits (sleep).
timers: A at 100 ms
waits: main for A

   A  waiting               9  sleep(Duration::from_millis(100)).await;
main  waiting              15  nap().lane(\"A\").await;






Space on · Backspace back · Home · End · Tab next scene · Q quit";
        assert_eq!(frame_at(1, 80, 24), expected);
    }

    #[test]
    fn at_120_by_40_there_is_what_was_printed_and_where_the_lane_had_been_waiting() {
        let frame = frame_at(2, 120, 40);
        assert!(frame.contains("\n         ·   9      sleep(Duration"), "{frame}");
        assert!(frame.contains("\nready, in order: main\n"), "{frame}");
        assert!(frame.contains("\n   A  done\nmain  ready                15  nap()"), "{frame}");
        assert!(frame.contains("\n\n  100 ms A slept\n"), "{frame}");
        assert!(frame.ends_with("Q quit"), "{frame}");
    }

    #[test]
    fn what_comes_later_is_never_shown() {
        for steps in 0..4 {
            assert!(!frame_at(steps, 80, 24).contains("secret"));
        }
        assert!(!frame_at(1, 80, 24).contains("slept\n"), "not printed yet");
    }

    #[test]
    fn the_first_step_shows_the_code_from_its_beginning() {
        let frame = frame_at(0, 80, 24);
        assert!(frame.contains("at 0\n\n             8  async fn nap() {\n"), "{frame}");
    }

    #[test]
    fn a_verdict_stands_below_the_last_step_of_a_run_that_did_not_end() {
        let frame = frame_at(3, 80, 24);
        assert!(frame.starts_with("again (scene 2 of 2) · step 1 of 1"), "{frame}");
        assert!(frame.contains("\nended: it hangs\n"), "{frame}");
    }

    #[test]
    fn a_small_screen_shows_the_step_and_the_keys() {
        for height in [4, 8, 12] {
            let frame = frame_at(1, 40, height);
            assert!(frame.starts_with("nap (scene 1 of 2) · step 2 of 3 · at 0"), "{frame}");
            assert!(frame.lines().last().is_some_and(|keys| keys.starts_with("Space on")));
        }
    }

    #[test]
    fn more_lanes_than_there_is_room_for_are_counted() {
        let mut walk = walk();
        walk.go(Move::On);
        let painter = Painter {
            walk: &walk,
            step: walk.step(),
            options: TerminalOptions { width: 80, colour: false },
        };
        assert_eq!(painter.lanes(1), ["… and 2 more lanes"]);
        assert_eq!(painter.lanes(2).len(), 2);
    }

    #[test]
    fn steps_go_on_into_the_next_scene_and_back_into_the_one_before() {
        let mut walk = walk();
        let mut seen = vec![];
        for to in [Move::Back, Move::On, Move::Last, Move::On, Move::On, Move::Back, Move::First] {
            walk.go(to);
            seen.push((walk.scene().0, walk.number().0));
        }
        assert_eq!(seen, [(1, 1), (1, 2), (1, 3), (2, 1), (2, 1), (1, 3), (1, 1)]);
        walk.go(Move::NextScene);
        assert_eq!((walk.scene().0, walk.number().0), (2, 1));
        walk.go(Move::NextScene);
        assert_eq!(walk.scene().0, 2, "there is no third");
        walk.go(Move::SceneBefore);
        assert_eq!(walk.scene().0, 1);
    }
}
