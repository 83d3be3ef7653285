//! What is left out of small programs.
use super::*;

/// The lines of a text, counted from 1.
fn numbered(text: &str) -> Vec<(usize, String)> {
    text.lines().enumerate().map(|(nth, line)| (nth + 1, line.to_owned())).collect()
}

/// The stretches that are left out of a program in Rust in a scene in which no lane was seen.
fn lines_left_out(text: &str, title: &str) -> Vec<(usize, usize)> {
    let lines = numbered(text);
    left_out(&lines, false, title, &[], &[])
}

/// The functions that are left out of a program in a scene in which no lane was seen.
fn names_left_out(text: &str, python: bool, title: &str) -> Vec<String> {
    let lines = numbered(text);
    let left_out = left_out(&lines, python, title, &[], &[]);
    let parts = Parts::of(text.lines(), python);
    let mut names = vec![];
    for function in &parts.functions {
        let line = function.extent.begin + 1;
        if left_out.iter().any(|(from, to)| (*from..=*to).contains(&line)) {
            names.push(function.name.to_owned());
        }
    }
    names
}

#[test]
fn a_function_with_the_name_of_a_macro_is_not_called_by_that_macro() {
    let text = "\
fn panic() {
    say!(\"a\");
    panic!(\"b\");
}

fn nap() {
    if delay != 0 {
        panic!(\"c\");
    }
}

Stage::of(\"\").scene(\"nap\", nap)
";
    assert_eq!(names_left_out(text, false, "nap"), ["panic"]);
}

#[test]
fn an_excerpt_is_not_left_out() {
    let text = "\
// Alone.
// Alone.
// Alone.

// The excerpt.
//
//     Its code.

// Alone again.
// Alone again.
// Alone again.

fn nap() {}

Stage::of(\"\").scene(\"nap\", nap)
";
    let lines = numbered(text);
    assert_eq!(left_out(&lines, false, "nap", &[], &[(5, 7)]), [(1, 4), (8, 12)]);
}

const RUST: &str = "\
/// A nap.
pub async fn nap(delay: u64) {
    sleep(delay).await;
    // not a `walk`
    say!(\"walk\");
}

async fn walk() {
    Step::Left.await;
    delay();
}

enum Step {
    Left,
    Right,
}

impl Future for Step {
    fn poll(&self) {
        self.measure()
    }
}

impl Step {
    fn measure(&self) {
        todo!()
    }

    fn unused(&self) {
        todo!()
    }
}

fn delay() {
    todo!()
}

pub fn stage() -> Stage {
    Stage::of(\"\").scene(\"nap\", nap).scene(
        \"a walk\",
        walk,
    )
}
";

#[test]
fn a_scene_runs_what_its_function_names_and_what_the_language_calls() {
    let all = ["nap", "walk", "poll", "measure", "unused", "delay", "stage"];
    assert_eq!(names_left_out(RUST, false, "nap"), all[1..]);
    assert_eq!(names_left_out(RUST, false, "a walk"), ["nap", "unused", "stage"]);
    assert_eq!(names_left_out(RUST, false, "unknown"), [""; 0], "nothing is known of it");
}

#[test]
fn a_scene_in_a_closure_goes_on_behind_a_line_that_begins_with_a_point_or_a_brace() {
    let text = r#"fn nap() {
    todo!();
}

fn walk() {
    todo!();
}

fn run() {
    todo!();
}

pub fn stage() -> Stage {
    Stage::of("")
        .scene("both", async || {
            if is_late() {
                sleep(1)
                    .await;
            }
            nap();
        })
        .scene("a walk", walk)
        .run()
}
"#;
    assert_eq!(names_left_out(text, false, "both"), ["walk", "run", "stage"]);
    assert_eq!(names_left_out(text, false, "a walk"), ["nap", "run", "stage"]);
}

const PYTHON: &str = "\
# A nap.
async def nap(walk):
    \"\"\"No walk,
    and no step.\"\"\"
    await asyncio.sleep(1)


async def walk():
    async with Steps() as steps:
        steps.count(2)


class Steps:
    async def __aenter__(self):
        return self

    def count(self, number):
        say(number)
        say(number)

    def unused(self):
        say(0)
        say(1)


if __name__ == \"__main__\":
    run(nap, \"nap\")  # first
    run(lambda: walk(), \"a walk\")
";

#[test]
fn the_same_is_found_in_python() {
    assert_eq!(names_left_out(PYTHON, true, "nap"), ["walk", "__aenter__", "count", "unused"]);
    assert_eq!(names_left_out(PYTHON, true, "a walk"), ["nap", "unused"]);
}

#[test]
fn python_calls_the_methods_with_underscores_of_any_class_that_is_named() {
    let text = "\
class Base:
    def __init__(self):
        self.a = 1
        self.b = 2

class Steps(Base):
    def __aenter__(self):
        self.a = 1
        self.b = 2

    def unused(self):
        self.a = 1
        self.b = 2

async def walk():
    Steps()
    await asyncio.sleep(1)

run(walk)
";
    assert_eq!(names_left_out(text, true, "any"), ["unused"]);
}

#[test]
fn a_function_inside_another_hides_one_of_its_name_outside() {
    let text = "\
async def fast():
    async def work():
        await inner()

    async def inner():
        say(1)

    await work()

async def work():
    await asyncio.sleep(1)
    say(2)

async def slow():
    await work()

run(fast, \"fast\")
run(slow, \"slow\")
";
    let names = |title| names_left_out(text, true, title);
    assert_eq!(names("fast"), ["work", "slow"]);
    assert_eq!(names("slow"), ["fast", "work", "inner"]);
    let lines = numbered(text);
    assert_eq!(left_out(&lines, true, "fast", &[], &[]), [(9, 16)]);
    assert_eq!(left_out(&lines, true, "slow", &[], &[]), [(1, 9)]);
}

#[test]
fn a_type_is_shown_with_its_methods_and_a_constant_with_what_names_it() {
    let text = "\
/// Of a nap.
struct Nap {
    delay: u64, // in ms
}

impl Nap {
    fn new() -> Nap {
        sleep(DELAY)
    }
}

const DELAY: u64 = 1; // in ms

const UNUSED: u64 = 1; // in ms

/// Of a walk.
struct Walk;

impl Walk {
    fn go() -> Walk {
        sleep(UNUSED)
    }
}

fn nap() {
    Nap::new();
}

Stage::of(\"\").scene(\"nap\", nap)
";
    assert_eq!(lines_left_out(text, "nap"), [(13, 24)]);
}

#[test]
fn a_type_without_methods_is_shown_where_what_runs_names_it() {
    let text = "\
enum Nap {
    Short,
}

enum Walk {
    Short,
}

fn nap(nap: &Nap) {
    sleep(nap);
}

Stage::of(\"\").scene(\"nap\", nap)
";
    assert_eq!(lines_left_out(text, "nap"), [(4, 8)]);
    let with_function = text.replace("enum Walk {", "const fn walk() {");
    assert_eq!(lines_left_out(&with_function, "nap"), [(4, 8)]);
}

#[test]
fn a_variable_of_a_pattern_and_the_scene_of_the_next_statement_are_not_called() {
    let text = "\
fn future() {
    todo!();
}

fn nap() {
    let (sender, future) = channel();
    future.await;
}

fn stage() {
    let stage = stage.scene(\"nap\", nap);
    stage.scene(\"future\", future)
}
";
    assert_eq!(lines_left_out(text, "nap"), [(1, 4), (9, 13)]);
}

#[test]
fn a_literal_of_several_lines_is_left_out_whole_and_so_is_a_function_of_two_lines() {
    let text = "\
def walk():
    todo()

SCRIPT = \"\"\"
def nap():
    todo()
\"\"\"

def nap():
    sleep(1)

run(nap, \"nap\")
";
    let lines = numbered(text);
    assert_eq!(left_out(&lines, true, "nap", &[], &[]), [(1, 8)]);
    let with_script = text.replace("sleep(1)", "sleep(SCRIPT)");
    let lines = numbered(&with_script);
    assert_eq!(left_out(&lines, true, "nap", &[], &[]), [(1, 3)]);
}

#[test]
fn an_item_ends_before_the_comment_behind_its_last_line() {
    let text = "\
fn nap() {
    todo!();
} // nap

const DELAY: u64 = 1; // in ms

/// Of b.
const PAGE: &str = \"https://a\"; // of b

const UNUSED: &str = \"https://c\";

/// Walks.
fn walk() {
    page(PAGE);
}

Stage::of(\"\").scene(\"a walk\", walk)
";
    assert_eq!(lines_left_out(text, "a walk"), [(1, 6), (9, 11)]);
}

#[test]
fn a_function_in_which_a_lane_is_seen_runs_and_a_comment_that_stands_alone_is_left_out() {
    let text = "\
fn a() {
    b();
}

// One.
// Two.
// Three.

/// Of b.
fn b() {
    say!(\"b\");
}

fn c() {
    b();
}
";
    let lines = numbered(text);
    let parts = Parts::of(text.lines(), false);
    let seen = BTreeSet::from([10]);
    let runs = Runs::of(&parts, &seen, BTreeSet::new());
    let stretches = parts.stretches(&runs.hidden(&seen));
    let numbers: Vec<_> =
        stretches.iter().map(|part| (lines[part.begin].0, lines[part.end].0)).collect();
    assert_eq!(numbers, [(1, 8), (13, 16)]);
}
