//! How an example behaves on a command line, with `gather` as the example.
use serde_json::json;
use std::{
    fs,
    io::Read,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

/// `cargo run --example gather -- …`, as a person types it, but in a pipe.
fn gather(arguments: &[&str]) -> Command {
    let mut all = vec!["--quiet"];
    all.extend(arguments);
    example("gather", &all)
}

fn example(name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--offline", "--example", name, "--"]).args(arguments);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null());
    command
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .env_remove("CLICOLOR")
        .env("RUST_BACKTRACE", "0");
    command
}

fn run(arguments: &[&str]) -> Output {
    for _ in 0..20 {
        let output = gather(arguments).output().expect("cargo");
        // On a machine that stands still any poll may take long on the wall clock, which is
        // remarked on: then it is run once more.
        if !String::from_utf8_lossy(&output.stdout).contains("[kept-the-thread]") {
            return output;
        }
    }
    panic!("each time a poll is said to have kept the thread");
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("Unicode")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("Unicode")
}

/// A file of this test alone.
fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

const LINES: &str = " 0.000 A        compute factorial(2)
 0.000 B        compute factorial(2)
 0.000 C        compute factorial(2)
 1.000 A        factorial(2) = 2
 1.000 B        compute factorial(3)
 1.000 C        compute factorial(3)
 2.000 B        factorial(3) = 6
 2.000 C        compute factorial(4)
 3.000 C        factorial(4) = 24
";

#[test]
fn lines_come_first_and_then_the_timeline() {
    let output = run(&["--fast"]);
    assert!(output.status.success());
    let timeline = stdout(&output).strip_prefix(LINES).expect("the lines").to_owned();
    assert!(timeline.starts_with("\ngather\n          0 "), "{timeline}");
    assert!(
        timeline.ends_with("one after another it would have been 6 s (A 1 s + B 2 s + C 3 s).\n"),
        "{timeline}"
    );
    assert_eq!(stderr(&output), "");
}

#[test]
fn without_a_timeline_there_are_only_the_lines() {
    assert_eq!(stdout(&run(&["--fast", "--no-timeline"])), LINES);
}

#[test]
fn an_example_that_does_io_says_what_fast_does_not_hurry() {
    let output = example("echo", &["--fast", "--no-timeline", "--quiet"]).output().expect("cargo");
    assert!(output.status.success());
    // One scene of it does no I/O.
    let but = "so --fast changes nothing but “in memory”";
    assert_eq!(stderr(&output), format!("echo: this example does real I/O, {but}\n"));
    assert!(stdout(&output).ends_with(" main     the client: content\n"), "{}", stdout(&output));
}

#[test]
fn a_pipe_gets_no_colours_unless_they_are_forced() {
    assert!(!stdout(&run(&["--fast"])).contains('\u{1b}'));
    let forced = gather(&["--fast"]).env("CLICOLOR_FORCE", "1").output().expect("cargo");
    assert!(stdout(&forced).contains("\u{1b}["));
    let no_colour = gather(&["--fast"]).env("NO_COLOR", "1").output().expect("cargo");
    assert!(!stdout(&no_colour).contains('\u{1b}'));
}

#[test]
fn a_pipe_that_is_closed_early_is_no_error() {
    let mut child =
        gather(&["--fast"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("cargo");
    drop(child.stdout.take());
    let mut errors = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut errors).expect("Unicode");
    assert!(child.wait().expect("an end").success());
    assert_eq!(errors, "");
}

#[test]
#[cfg(target_os = "linux")] // where there is a device that is always full
fn output_that_cannot_be_written_is_an_error_in_one_sentence() {
    let full = fs::File::options().write(true).open("/dev/full").expect("the device");
    let output = gather(&["--fast"]).stdout(full).output().expect("cargo");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stderr(&output),
        "cannot write to the standard output: No space left on device (os error 28)\n"
    );
}

#[test]
fn help_names_every_option() {
    let output = run(&["--help"]);
    assert!(output.status.success());
    for option in [
        "--fast",
        "--svg FILE",
        "--perfetto FILE",
        "--json FILE",
        "--beside SCENE",
        "--what-if",
        "--width PIXELS",
        "--no-timeline",
        "--quiet",
        "--scene NAME",
        "Look for: Six seconds",
        "--help",
        "cargo run --example gather",
    ] {
        assert!(stdout(&output).contains(option), "{option} is missing");
    }
    assert_eq!(stdout(&output), stdout(&run(&["-h"])));
}

#[test]
fn the_timeline_is_written_as_svg_and_for_perfetto() {
    let (svg, perfetto) = (file("gather.svg"), file("gather.json"));
    let output = run(&[
        "--fast",
        "--no-timeline",
        "--svg",
        svg.to_str().unwrap(),
        "--perfetto",
        perfetto.to_str().unwrap(),
    ]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stdout(&output), LINES);
    let svg = fs::read_to_string(svg).unwrap();
    assert!(
        svg.starts_with("<svg") && svg.ends_with("</svg>") && svg.contains("factorial(4) = 24")
    );
    let trace: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(perfetto).unwrap()).unwrap();
    assert!(trace["traceEvents"].as_array().unwrap().len() > 40);
}

#[test]
fn a_recording_that_was_written_can_be_read_back_and_drawn() {
    let file = file("read_back.json");
    let output = run(&["--fast", "--json", file.to_str().unwrap()]);
    let written = fs::read_to_string(&file).unwrap();
    let charts = async_concepts::timeline::from_json(&written).unwrap();
    let options = async_concepts::timeline::TerminalOptions { width: 100, colour: false };
    let drawn = format!("{LINES}\n{}", charts[0].to_text(options));
    assert_eq!(stdout(&output), drawn);
    run(&["--fast", "--json", file.to_str().unwrap()]);
    let again = fs::read_to_string(&file).unwrap();
    assert_eq!(again, written, "the same run gives the same bytes");
}

#[test]
fn two_scenes_are_drawn_beside_each_other() {
    let svg = file("beside.svg");
    let arguments = ["--fast", "--beside", "blocked", "--svg", svg.to_str().unwrap()];
    let output = example("blocked_loop", &arguments).output().expect("cargo");
    if !output.status.success() {
        // The scenes of an example may get other titles: the message says which there are.
        panic!("{}", stderr(&output));
    }
    assert!(stdout(&output).contains("≠ differs from the other run"), "{}", stdout(&output));
    assert!(fs::read_to_string(&svg).unwrap().contains("class=\"differs\""));
    let alone = "gather: there is only one scene, and nothing to draw it beside";
    refused(&["--beside", "x"], alone);
    // The variants of `gather` are on its page, and are not drawn.
    let page = file("beside.html");
    refused(&["--beside", "spawn", "--explore", page.to_str().unwrap()], alone);
}

/// Where there is data for the page's script.
fn scenes_of(page: &std::path::Path) -> Vec<serde_json::Value> {
    let page = fs::read_to_string(page).expect("a page");
    let (_, data) = page.split_once("type=\"application/json\">").expect("data");
    let (data, _) = data.split_once("</script>").expect("the end of the data");
    let data: serde_json::Value = serde_json::from_str(data).expect("JSON");
    data["scenes"].as_array().expect("scenes").clone()
}

#[test]
fn variants_are_shown_by_the_explorer_and_left_out_of_a_plain_run() {
    let (page, recording) = (file("variants.html"), file("variants.json"));
    let (page_name, json) = (page.to_str().unwrap(), recording.to_str().unwrap());
    let arguments = ["--fast", "--no-timeline", "--explore", page_name, "--json", json];
    let output = run(&arguments);
    assert_eq!(stdout(&output), LINES, "variants print nothing");
    let scenes = scenes_of(&page);
    let titles: Vec<_> = scenes.iter().map(|scene| scene["title"].clone()).collect();
    assert_eq!(titles, ["gather", "three awaits", "spawn"]);
    // The twin in Python has no such variants, so none is shown beside them.
    let tracks = scenes.iter().map(|scene| scene["tracks"].as_array().expect("tracks").len());
    assert_eq!(tracks.collect::<Vec<_>>(), [2, 1, 1]);
    let recorded = |path: &PathBuf| {
        let text = fs::read_to_string(path).expect("a recording");
        async_concepts::timeline::from_json(&text).expect("a recording")
    };
    assert_eq!(recorded(&recording).len(), 1);
    // One of them alone, and all of them.
    let alone = stdout(&run(&["--fast", "--no-timeline", "--scene", "three awaits"]));
    assert!(alone.ends_with(" 6.000 C        factorial(4) = 24\n"), "{alone}");
    let all = stdout(&run(&["--fast", "--no-timeline", "--what-if", "--json", json]));
    assert!(all.starts_with(&format!("── gather ──\n{LINES}")), "{all}");
    assert!(all.contains(alone.as_str()), "{all}");
    assert_eq!(recorded(&recording).len(), 3);
}

/// It compares times, and those of the real clock are some milliseconds late.
#[test]
fn a_page_is_that_of_a_run_on_the_paused_clock_also_without_fast() {
    let (plain, fast) = (file("plain.html"), file("fast.html"));
    let run_plainly = run(&["--no-timeline", "--explore", plain.to_str().unwrap()]);
    let run_fast = run(&["--fast", "--no-timeline", "--explore", fast.to_str().unwrap()]);
    assert_eq!(stdout(&run_plainly), stdout(&run_fast));
    // Not by `assert_eq`, which would print both pages.
    assert!(fs::read(plain).expect("a page") == fs::read(fast).expect("a page"));
}

/// A folder with a program that opens pages, as a desktop has one: it does this with the path.
#[cfg(target_os = "linux")]
fn opener(name: &str, does: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let folder = file(name);
    fs::create_dir_all(&folder).expect("a folder");
    let program = folder.join("xdg-open");
    fs::write(&program, format!("#!/bin/sh\n{does}\n")).expect("it can be written");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("it can be changed");
    folder
}

/// Without a file the page is opened, and in any case the run says where it is.
#[test]
#[cfg(target_os = "linux")]
fn the_explorer_is_opened_or_the_run_says_why_not() {
    let seen = file("opened.txt");
    // Cargo needs the programs of the system, and the example must not see them.
    assert!(run(&["--fast"]).status.success(), "it is built now");
    let tests = std::env::current_exe().expect("a test");
    let built = tests.parent().and_then(|deps| deps.parent()).expect("a folder of its profile");
    let says = |folder: PathBuf| {
        let mut gather = Command::new(built.join("examples/gather"));
        gather.args(["--fast", "--no-timeline", "--explore"]).env("PATH", folder);
        let shown = gather.output().expect("the example");
        assert!(shown.status.success(), "{shown:?}");
        String::from_utf8(shown.stderr).expect("text")
    };
    let opens = opener("opens", &format!("echo \"$1\" > {}", seen.display()));
    let said = says(opens);
    let page = fs::read_to_string(&seen).expect("it was opened");
    let page = page.trim();
    assert_eq!(said, format!("the explorer is {page}\n"));
    assert!(fs::read_to_string(page).expect("a page").contains("gather"));
    fs::remove_file(page).expect("it is there");
    let said = says(opener("fails", "exit 3"));
    assert!(said.contains(": open it in a browser yourself, since `xdg-open` could not"), "{said}");
    let said = says(file("none"));
    assert!(said.contains("yourself, since `xdg-open` cannot be run"), "{said}");
}

#[test]
fn the_terminal_is_as_wide_as_the_environment_says_also_in_a_pipe() {
    let output = gather(&["--fast"]).env("COLUMNS", "64").output().expect("cargo");
    let widths = stdout(&output).lines().map(|line| line.chars().count()).max().unwrap();
    assert!(widths <= 64 && widths > 55, "{widths}\n{}", stdout(&output));
}

#[test]
fn one_file_for_two_options_is_refused_and_so_is_a_file_without_a_name() {
    let path = file("same.svg");
    let name = path.to_str().unwrap();
    let other_name = path.with_file_name("./same.svg");
    refused(
        &["--svg", name, "--perfetto", other_name.to_str().unwrap()],
        &format!("gather: --svg and --perfetto both write {}", other_name.display()),
    );
    // `refused` sees that nothing ran.
    refused(&["--explore="], "gather: --explore names no file");
    refused(&["--svg", ""], "gather: --svg names no file");
    // What is no file can be written twice.
    let output = run(&["--fast", "--svg", "/dev/null", "--perfetto", "/dev/null"]);
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn a_file_is_replaced_only_when_the_new_one_is_whole() {
    let path = file("kept.svg");
    // Without --fast it takes three seconds, and is ended before. On a machine that stands still it
    // may have come to its end all the same: then that is tried once more.
    let mut ended_early = false;
    for _ in 0..20 {
        fs::write(&path, "the old one").unwrap();
        let mut command = gather(&["--svg", path.to_str().unwrap()]);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("cargo");
        let mut printed = child.stdout.take().unwrap();
        let mut first = [0; 1];
        printed.read_exact(&mut first).expect("a first line");
        child.kill().expect("it was not waited for");
        child.wait().expect("it ends");
        let mut rest = String::new();
        printed.read_to_string(&mut rest).expect("Unicode");
        if !rest.contains("factorial(4) = 24") {
            assert_eq!(fs::read_to_string(&path).unwrap(), "the old one");
            ended_early = true;
            break;
        }
    }
    assert!(ended_early, "each time it came to its end before it was ended");
    let output = run(&["--fast", "--svg", path.to_str().unwrap()]);
    assert!(output.status.success());
    assert!(fs::read_to_string(&path).unwrap().starts_with("<svg"));
}

/// Wrong input is one sentence on stderr, nothing on stdout, and status 2.
fn refused(arguments: &[&str], sentence: &str) {
    let output = run(arguments);
    assert_eq!(
        (stderr(&output), stdout(&output), output.status.code()),
        (format!("{sentence}\n"), String::new(), Some(2))
    );
}

#[test]
fn an_unknown_option_is_refused_in_one_sentence() {
    refused(&["--slow"], "gather: invalid option '--slow'");
    refused(&["faster"], "gather: unexpected argument \"faster\"");
    refused(&["--svg"], "gather: missing argument for option '--svg'");
    refused(
        &["--width", "wide"],
        "gather: cannot parse argument \"wide\": invalid digit found in string",
    );
    refused(&["--fast=1"], "gather: unexpected argument for option '--fast': \"1\"");
}

#[test]
fn a_file_that_cannot_be_written_is_refused_before_the_run() {
    let path = file("no such folder/gather.svg");
    refused(
        &["--svg", path.to_str().unwrap()],
        &format!("gather: cannot write {}: No such file or directory (os error 2)", path.display()),
    );
    refused(
        &["--perfetto", env!("CARGO_TARGET_TMPDIR")],
        &format!(
            "gather: cannot write {}: Is a directory (os error 21)",
            env!("CARGO_TARGET_TMPDIR")
        ),
    );
}

#[test]
fn a_scene_that_hangs_on_purpose_is_ended_with_a_verdict_and_is_no_error() {
    let mut command = example("deadlock", &["--fast", "--no-timeline", "--quiet"]);
    let output = command.env("COLUMNS", "80").output().expect("cargo");
    let verdict = "ended: nothing can happen any more: A has been waiting since 100 ms at \
                   examples/debugging/deadlock.rs:38 for `Mutex::lock`; B has been waiting since \
                   100 ms at examples/debugging/deadlock.rs:38 for `Mutex::lock` [deadlock]";
    let printed = stdout(&output);
    // In as many lines as it takes.
    let words = printed.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains(verdict), "{printed}");
    assert!(printed.lines().all(|line| line.chars().count() <= 80), "{printed}");
    assert!(printed.ends_with(" 0.200 B        transferred\n"), "the next scene follows");
    assert_eq!((stderr(&output), output.status.code()), (String::new(), Some(0)));
}

#[test]
fn of_a_scene_that_was_dropped_it_is_said_that_it_returned_nothing() {
    let output = example("gather", &["--cancellations", "--quiet"]).output().expect("cargo");
    let printed = stdout(&output);
    let runs: Vec<&str> = printed.lines().filter(|line| line.contains(" runs: ")).collect();
    assert_eq!(runs, ["2 of 6 runs: `main` was dropped, and returned nothing"; 3], "{printed}");
}

#[test]
fn an_example_that_keeps_real_time_says_why_it_cannot_be_hurried() {
    let output = example("threads_and_tasks", &["--fast", "--no-timeline", "--quiet"])
        .output()
        .expect("cargo");
    let why =
        "this example has a second runtime with a clock of its own, so --fast changes nothing";
    assert_eq!(
        (stderr(&output), output.status.code()),
        (format!("threads_and_tasks: {why}\n"), Some(0))
    );
}

#[test]
fn an_example_says_what_to_look_for_before_it_runs_and_where_to_go_next() {
    let output = example("gather", &["--fast", "--no-timeline"]).output().expect("cargo");
    let printed = stdout(&output);
    let title =
        "Gather: start several coroutines together and wait for all of them.\nLook for: Six";
    assert!(printed.starts_with(title), "{printed}");
    let (_, rest) = printed.split_once("\n\n").expect("an empty line below the header");
    let next = "\nThe source: examples/gather/gather.rs. Its options: --help.\n\
                Poll by poll: cargo run --example gather -- --step\n\
                Next: cargo run --example gather_tasks\n";
    assert_eq!(rest, format!("{LINES}{next}"));
}

#[test]
fn one_scene_can_be_run_alone() {
    let alone = ["--fast", "--no-timeline", "--quiet", "--scene", "one order"];
    let output = example("deadlock", &alone).output().expect("cargo");
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).ends_with(" 0.200 B        transferred\n"), "{}", stdout(&output));
    assert!(!stdout(&output).contains("ended:"), "{}", stdout(&output));
    let unknown = example("deadlock", &["--scene", "three"]).output().expect("cargo");
    let sentence = "deadlock: there is no scene “three”; there are: two orders, one order\n";
    assert_eq!((stderr(&unknown), unknown.status.code()), (sentence.to_owned(), Some(2)));
}

#[test]
fn a_panic_that_is_part_of_the_lesson_is_one_line() {
    let mut command = example("exception_handler", &["--fast", "--no-timeline", "--quiet"]);
    let output = command.env("RUST_BACKTRACE", "1").output().expect("cargo");
    let errors = stderr(&output);
    let panics: Vec<&str> = errors.lines().collect();
    assert_eq!(panics.len(), 2, "one for each scene: {errors}");
    for panic in panics {
        assert!(panic.starts_with("panicked at examples/event_loop/exception_handler.rs:"));
        assert!(panic.ends_with(": no coffee"), "{panic}");
    }
}

#[test]
fn steps_need_a_terminal_and_without_one_it_says_so() {
    for arguments in [&["--step"][..], &["--step", "--schedules"]] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2));
        let said = "gather: --step needs a terminal to type in and to look at: this is none\n";
        assert_eq!(stderr(&output), said);
        assert_eq!(stdout(&output), "", "nothing has run");
    }
}

/// What a person sees who types these keys, on a terminal of this size: see `tests/step/keys.py`.
fn typed(size: [&str; 2], keys: &str, name: &str, arguments: &[&str]) -> serde_json::Value {
    let built = example(name, &["--help"]).output().expect("cargo"); // on no terminal
    assert!(built.status.success());
    let mut python = Command::new("python3");
    python.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/step/keys.py")).args(size).arg(keys);
    let program = example(name, arguments);
    python.arg(program.get_program()).args(program.get_args());
    let output = python.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("python3");
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_str(&stdout(&output)).expect("JSON")
}

fn screen(typed: &serde_json::Value, nth: usize) -> String {
    let mut lines = vec![];
    for line in typed["screens"][nth].as_array().expect("a screen") {
        lines.push(line.as_str().expect("a line"));
    }
    lines.join("\n")
}

#[test]
#[ignore = "needs python3 and its pty"]
fn space_goes_on_poll_by_poll_backspace_back_and_the_terminal_is_as_before() {
    let page = file("steps.html");
    let _ = fs::remove_file(&page);
    let arguments = ["--step", "--explore", page.to_str().unwrap()];
    let typed = typed(["80", "24"], "space space space back q", "gather", &arguments);
    assert!(screen(&typed, 0).starts_with("gather · step 1 of "), "{}", screen(&typed, 0));
    let third = screen(&typed, 2);
    assert!(third.starts_with("gather · step 3 of "), "{third}");
    assert!(
        third.contains("\nB begins, prints “compute factorial(2)” and waits (sleep).\n"),
        "{third}"
    );
    assert!(third.contains("  sleep(Duration::from_secs(1)).await;"), "{third}");
    assert!(third.ends_with("Space on · Backspace back · Home · End · Tab next scene · Q quit"));
    assert_eq!(screen(&typed, 4), third, "back again");
    assert_eq!(
        (&typed["status"], &typed["raw"], &typed["restored"]),
        (&json!(0), &json!(true), &json!(true))
    );
    // The page has the variants, too. In the terminal there is one scene, as in a plain run.
    assert_eq!(scenes_of(&page).len(), 3);
}

#[test]
#[ignore = "needs python3 and its pty"]
fn ctrl_c_ends_it_with_the_status_of_the_signal_and_the_terminal_is_as_before() {
    let typed = typed(["120", "40"], "end tab ctrl-c", "lock", &["--step", "--scene", "locked"]);
    let last = screen(&typed, 1);
    assert!(last.starts_with("locked · step 24 of 24 · at 400 ms\n"), "{last}");
    assert_eq!(screen(&typed, 2), last, "there is no other scene");
    assert_eq!((&typed["status"], &typed["restored"]), (&json!(130), &json!(true)));
}

#[test]
#[ignore = "needs python3 and its pty"]
fn the_run_that_breaks_what_must_hold_can_be_stepped_through() {
    let arguments = ["--schedules", "--step", "--scene", "what comes"];
    let typed = typed(["80", "24"], "end q", "all_schedules", &arguments);
    let first = screen(&typed, 0);
    assert!(
        first.starts_with("what comes: does not hold (0.0.1) (scene 1 of 3) · step 1"),
        "{first}"
    );
    let last = screen(&typed, 1);
    assert!(last.contains("  100 ms B shows rust\n  100 ms A shows ru\n"), "{last}");
    assert_eq!((&typed["status"], &typed["restored"]), (&json!(0), &json!(true)));
}
