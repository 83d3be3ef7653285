//! The checks are checked: that each exercise fails, passes, and names the mistake, when it should.
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    thread,
};

/// An exercise as `info.toml` lists it.
struct Exercise {
    /// The name of its file, too, and of its wrong and right answers' folders.
    name: String,
    /// The topic, which is a folder.
    dir: String,
    /// Checked for its length.
    hint: String,
    /// What the learner gets, for what must stand in each.
    source: String,
}

impl Exercise {
    /// Of its file, below `exercises` or `solutions`.
    fn path(&self) -> String {
        format!("{}/{}.rs", self.dir, self.name)
    }

    /// The messages of the mistakes that its tests know.
    fn messages(&self) -> Vec<String> {
        let mut messages = vec![];
        for method in [".mistake(", ".hangs(", ".blocks(", ".panics(", ": &str ="] {
            messages.extend(strings_after(&self.source, method));
        }
        messages
    }

    /// The answers that are kept for it in a folder, each with what its first line says.
    fn answers(&self, folder: &str) -> Vec<(String, String)> {
        let folder = workshop().join(folder).join(&self.name);
        let mut paths = if folder.exists() { entries(&folder) } else { vec![] };
        paths.sort();
        let answers = paths.into_iter().map(|path| {
            let text = read(&path);
            let name = path
                .file_stem()
                .and_then(|stem| stem.to_str())
                .expect("a name in Unicode")
                .to_owned();
            let first = text.lines().next().and_then(|line| line.strip_prefix("//! "));
            (
                name,
                first
                    .unwrap_or_else(|| panic!("{path:?} does not begin by saying what it is"))
                    .to_owned(),
            )
        });
        answers.collect()
    }

    /// The wrong answers that are kept for it, with the message that each has to fail with.
    fn wrong_answers(&self) -> Vec<(String, String)> {
        let wrong = self.answers("wrong").into_iter().map(|(name, first)| {
            match first.strip_prefix("Mistake: ") {
                Some(message) => (name, message.to_owned()),
                None => panic!(
                    "{name}, a wrong answer to {}, does not begin with its mistake",
                    self.name
                ),
            }
        });
        wrong.collect()
    }

    /// From the line `#[cfg(test)]` on.
    fn tests_of(source: &str) -> &str {
        source.find("#[cfg(test)]").map_or("", |start| &source[start..])
    }

    /// The messages of the tests of an attempt that fail.
    fn failures(&self, attempt: &str) -> Vec<String> {
        static KNOWN: Mutex<BTreeMap<String, Arc<OnceLock<Failures>>>> =
            Mutex::new(BTreeMap::new());
        // All attempts at an exercise are made once, whichever of the checks asks first.
        let known = {
            let mut all = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
            all.entry(self.name.clone()).or_default().clone()
        };
        let of_all = known.get_or_init(|| self.make_all_attempts());
        of_all.get(attempt).unwrap_or_else(|| panic!("{} has no {attempt}", self.name)).clone()
    }

    /// The names of all attempts.
    fn attempts(&self) -> Vec<String> {
        let mut attempts =
            ["starter", "solution", "then_unsolved", "then_solved"].map(str::to_owned).to_vec();
        for folder in ["right", "wrong"] {
            for (name, _) in self.answers(folder) {
                attempts.push(format!("{folder}_{name}"));
            }
        }
        attempts
    }

    fn make_all_attempts(&self) -> Failures {
        let mut left = self.attempts();
        let mut failures = Failures::new();
        while let Some(next) = left.first().cloned() {
            let output = Command::new(env!("CARGO_BIN_EXE_attempts"))
                .arg(&self.name)
                .args(&left)
                .output()
                .expect("the attempts can be run");
            for line in String::from_utf8_lossy(&output.stdout).lines() {
                // What an attempt prints stands between these lines.
                let Ok(made) = serde_json::from_str::<Made>(line) else { continue };
                left.retain(|attempt| *attempt != made.attempt);
                failures.insert(made.attempt.clone(), self.failures_of(&made));
            }
            if left.first() == Some(&next) {
                let errors = String::from_utf8_lossy(&output.stderr);
                panic!("{}, {next}: no verdict, {}\n{errors}", self.name, output.status);
            }
        }
        failures
    }

    fn failures_of(&self, made: &Made) -> Vec<String> {
        assert!(!made.tests.is_empty(), "{} has no tests", self.name);
        let mut failures = vec![];
        for (test, verdicts) in &made.tests {
            if verdicts.len() > 1 {
                failures.push(format!(
                    "{test} gives {} verdicts, and must give the same in each run: {verdicts:?}",
                    verdicts.len()
                ));
            } else if !verdicts[0].is_empty() {
                failures.push(verdicts[0].clone());
            }
        }
        failures
    }
}

/// The messages of the tests that fail, by attempt.
type Failures = BTreeMap<String, Vec<String>>;

/// What the program of the attempts prints about each.
#[derive(serde::Deserialize)]
struct Made {
    /// Its name.
    attempt: String,
    /// For each test the different verdicts, an empty one where it passed.
    tests: BTreeMap<String, Vec<String>>,
}

fn workshop() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the checks are below the workshop")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.expect("a folder that can be read").path()).collect()
}

/// The string literals that directly follow `start`, in one line each.
fn strings_after(source: &str, start: &str) -> Vec<String> {
    let mut strings = vec![];
    for rest in source.split(start).skip(1) {
        let Some(rest) = rest.trim_start().strip_prefix('"') else { continue };
        let Some((literal, _)) = rest.split_once('"') else { continue };
        // A backslash at the end of a line leaves out the space with which the next one begins.
        let parts: Vec<&str> = literal.split("\\\n").collect();
        let mut string = parts[0].to_owned();
        for part in &parts[1..] {
            string += part.trim_start();
        }
        strings.push(string);
    }
    strings
}

/// The paragraphs with which the file of an exercise begins, each as one line.
fn paragraphs(source: &str) -> Vec<String> {
    let mut paragraphs = vec![];
    let mut paragraph = vec![];
    for line in source.lines() {
        let Some(text) = line.strip_prefix("//!") else { break };
        if text.is_empty() {
            paragraphs.push(paragraph.join(" "));
            paragraph.clear();
        } else {
            paragraph.push(text.trim());
        }
    }
    paragraphs.push(paragraph.join(" "));
    paragraphs
}

/// The exercises, in the order of `info.toml`.
fn exercises() -> Vec<Exercise> {
    let info: toml::Table = read(&workshop().join("info.toml")).parse().expect("info.toml");
    let exercises =
        info["exercises"].as_array().expect("a list of exercises").iter().map(|exercise| {
            let text = |key: &str| {
                exercise[key].as_str().unwrap_or_else(|| panic!("{key} of {exercise}")).to_owned()
            };
            let (name, dir, hint) = (text("name"), text("dir"), text("hint"));
            let source = read(&workshop().join(format!("exercises/{dir}/{name}.rs")));
            Exercise { name, dir, hint, source }
        });
    exercises.collect()
}

/// Looks at each exercise, several at a time, and fails with all complaints.
fn complain_of_each(complaints_of: impl Fn(&Exercise) -> Vec<String> + Sync) {
    let mut exercises = exercises();
    if let Ok(only) = std::env::var("WORKSHOP_ONLY") {
        exercises.retain(|exercise| only.split(',').any(|name| name == exercise.name));
    }
    let (next, complaints) = (Mutex::new(exercises.iter()), Mutex::new(vec![]));
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                loop {
                    let Some(exercise) =
                        next.lock().expect("no thread panics while it holds this").next()
                    else {
                        break;
                    };
                    let found = complaints_of(exercise)
                        .into_iter()
                        .map(|text| format!("{}: {text}", exercise.name));
                    complaints.lock().expect("no thread panics while it holds this").extend(found);
                }
            });
        }
    });
    let complaints = complaints.into_inner().expect("no thread panics while it holds this");
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// How many attempts a file makes: in the scenario of the file, in others, and in all schedules.
fn attempts(source: &str) -> usize {
    let ways = ["attempt(", "attempt_for_real(", "every_schedule(", "every_cancellation("];
    let mut attempts = 0;
    for way in ways {
        attempts += source.matches(&format!("workshop::{way}")).count();
        attempts += source.matches(&format!(".{way}")).count();
    }
    attempts
}

/// The first line of a verdict.
fn headline(failure: &str) -> &str {
    failure.lines().next().unwrap_or_default()
}

/// Whether a headline is this message, alone or with the fact by which one sees it.
fn says(headline: &str, message: &str) -> bool {
    let Some(rest) = headline.strip_prefix(message) else { return false };
    rest.is_empty() || rest.starts_with(": ") || rest.starts_with(" at line ")
}

#[test]
fn every_starter_fails_and_names_its_mistake() {
    complain_of_each(|exercise| {
        let failures = exercise.failures("starter");
        let named = |failure: &String| {
            exercise.messages().iter().any(|message| says(headline(failure), message))
        };
        match failures.first() {
            None => vec!["the starter passes".into()],
            Some(first) if !failures.iter().any(named) => {
                vec![format!("the starter fails without a name for its mistake:\n{first}")]
            }
            Some(_) => vec![],
        }
    });
}

#[test]
fn every_solution_passes() {
    complain_of_each(|exercise| {
        exercise
            .failures("solution")
            .into_iter()
            .map(|failure| format!("the solution fails: {failure}"))
            .collect()
    });
}

#[test]
fn every_other_right_answer_passes() {
    complain_of_each(|exercise| {
        let of_each = exercise.answers("right").into_iter().flat_map(|(name, _)| {
            let failures = exercise.failures(&format!("right_{name}")).into_iter();
            failures.map(move |failure| format!("{name}, which is right, fails: {failure}"))
        });
        of_each.collect()
    });
}

#[test]
fn what_stands_under_then_try_is_tested_and_solved() {
    complain_of_each(|exercise| {
        let mut complaints = vec![];
        if exercise.failures("then_unsolved").is_empty() {
            complaints.push("its solution passes the tests of “Then try”".to_owned());
        }
        for failure in exercise.failures("then_solved") {
            complaints.push(format!("the answer to “Then try” fails: {failure}"));
        }
        let include = format!(
            "#[cfg(all(test, feature = \"then_try\"))]\n#[path = \"../../then_try/{}.rs\"]\n",
            exercise.name
        );
        if !exercise.source.contains(&include) {
            complaints.push("the exercise does not include the tests of “Then try”".to_owned());
        }
        complaints
    });
}

/// The prediction of a solution is what the reader of the file compares with theirs.
#[test]
fn every_main_of_a_solution_draws_its_timeline_and_is_as_it_predicts() {
    complain_of_each(|exercise| {
        let output = Command::new(env!("CARGO_BIN_EXE_attempts"))
            .args(["main", &exercise.name, "solution"])
            .output()
            .expect("the attempts can be run");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let error = String::from_utf8_lossy(&output.stderr);
        let said: Vec<&str> = text.split_whitespace().collect();
        let said = said.join(" ");
        let as_predicted = said.contains("ms, and so it was")
            || said.contains(" s, and so it was")
            || said.contains("you said 0, and so it was");
        if !output.status.success() || !text.contains("█ running") {
            vec![format!("{}: {error}", output.status)]
        } else if !as_predicted || said.contains("you said the order") {
            let last: Vec<&str> = text.lines().rev().take(3).collect();
            vec![format!("its prediction is wrong: {last:?}")]
        } else {
            vec![]
        }
    });
}

#[test]
fn every_wrong_answer_fails_with_the_message_for_its_mistake() {
    complain_of_each(|exercise| {
        let mut complaints = vec![];
        for (wrong, message) in exercise.wrong_answers() {
            let failures = exercise.failures(&format!("wrong_{wrong}"));
            match failures.first() {
                None => complaints.push(format!("{wrong} passes")),
                Some(first)
                    if !failures.iter().any(|failure| says(headline(failure), &message)) =>
                {
                    complaints
                        .push(format!("{wrong} should fail with “{message}”, not with\n{first}"));
                }
                Some(_) => {}
            }
        }
        complaints
    });
}

/// A message of its own is what a mistake should get: “not yet” says only that something differs,
/// and “it does not hold” that a rule is broken.
#[test]
fn at_most_one_in_ten_of_the_wrong_answers_gets_no_cause() {
    let mut messages = vec![];
    for exercise in exercises() {
        messages.extend(exercise.wrong_answers().into_iter().map(|(_, message)| message));
    }
    let says_no_cause = |message: &&String| {
        message.starts_with("not yet") || message.starts_with("it does not hold")
    };
    let without = messages.iter().filter(says_no_cause).count();
    println!("{without} of {} wrong answers get no cause", messages.len());
    assert!(messages.len() > 300 && without * 10 <= messages.len(), "{without}");
}

/// Where a lane waits or what panicked, a verdict says by the line. A line of the harness would be
/// no help to a learner. All attempts are parts of one file here.
#[test]
fn every_place_that_a_headline_names_is_in_the_file_of_the_exercise() {
    complain_of_each(|exercise| {
        let mut complaints = vec![];
        for attempt in exercise.attempts() {
            for failure in exercise.failures(&attempt) {
                for word in headline(&failure).split_whitespace() {
                    if word.contains(".rs:") && !word.contains("attempts.rs:") {
                        complaints.push(format!("{attempt}: {}", headline(&failure)));
                    }
                }
            }
        }
        complaints
    });
}

#[test]
fn every_message_is_proved_by_an_attempt_that_deserves_it() {
    complain_of_each(|exercise| {
        let (starter, wrong) = (exercise.failures("starter"), exercise.wrong_answers());
        let mut complaints = vec![];
        if wrong.len() < 2 {
            complaints.push("there must be two wrong answers or more".to_owned());
        }
        for message in exercise.messages() {
            let of_the_starter = starter.iter().any(|failure| says(headline(failure), &message));
            if !of_the_starter && wrong.iter().all(|(_, expected)| *expected != message) {
                complaints.push(format!("no attempt makes the mistake “{message}”"));
            }
        }
        complaints
    });
}

#[test]
fn every_exercise_asks_for_a_prediction_and_fits_on_a_screen_or_two() {
    complain_of_each(|exercise| {
        let Exercise { source, .. } = exercise;
        let mut complaints = vec![];
        let mut must = |holds: bool, complaint: &str| {
            if !holds {
                complaints.push(complaint.to_owned());
            }
        };
        let first = source.lines().next().unwrap_or_default();
        let code = source.split("#[cfg(test)]").next().unwrap_or_default();
        // The capstone grows one program: its last step has all of it.
        let most = if exercise.dir == "capstone" { 260 } else { 80 };
        must(code.lines().count() <= most, "it has too many lines above its tests");
        must(first.starts_with("//! Predict: "), "its first line does not begin with “Predict:”");
        must(
            paragraphs(source)[0].ends_with('?'),
            "its first paragraph does not end with a question",
        );
        // What `PREDICTION` holds is a time and an order.
        let question = paragraphs(source)[0].to_lowercase();
        let asks_when = question.split(|letter: char| !letter.is_alphabetic()).any(|w| w == "when");
        must(
            asks_when || question.contains("how long") || question.contains("in which order"),
            "its question asks for no time and no order",
        );
        must(
            is_predicted_of_what_main_shows(code, source),
            "its prediction is compared with another run than that of `main`",
        );
        must(source.contains("//! Then try: "), "it does not say what to try then");
        must(source.contains("    // TODO: "), "there is no TODO at the spot");
        must(
            source.contains("\nfn main() {\n    workshop::show("),
            "its `main` does not draw the timeline",
        );
        must(source.contains("    #[test]\n"), "it has no test");
        must(
            source.matches(".verdict();").count() == attempts(source),
            "an attempt has no verdict",
        );
        must(attempts(source) >= 3, "it is judged in fewer than three scenarios");
        must(
            source.matches(".predicted(PREDICTION)").count() == attempts(source),
            "an attempt does not know the prediction",
        );
        must(
            source.contains("const PREDICTION: Prediction = None;"),
            "it does not ask for a prediction",
        );
        complaints
    });
}

/// What stands before the parenthesis that closes one that was opened before this.
fn up_to_the_end_of_the_parentheses(source: &str) -> &str {
    let mut open = 1;
    for (place, letter) in source.char_indices() {
        match letter {
            '(' => open += 1,
            ')' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return &source[..place];
        }
    }
    source
}

/// Whether the scenario of the file, with which a prediction is compared, is what `main` shows, or
/// the one thing that is awaited there. `code` is the file above its tests.
fn is_predicted_of_what_main_shows(code: &str, source: &str) -> bool {
    let mut attempted = source.split("workshop::attempt(").skip(1).peekable();
    attempted.peek().is_some()
        && attempted.all(|rest| {
            let attempt = up_to_the_end_of_the_parentheses(rest);
            let main = format!(", PREDICTION, {attempt});");
            let awaited = format!(" = {}.await;", attempt.trim_start_matches("|| "));
            code.contains(&main) || code.contains(&awaited)
        })
}

#[test]
fn every_example_and_every_slide_that_is_named_exists() {
    let repository = workshop().parent().expect("the workshop is a folder of the repository");
    let deck = read(&repository.join("slides/deck.md"));
    let slides: BTreeSet<&str> =
        deck.lines().filter_map(|line| line.strip_prefix("## ")).map(str::trim).collect();
    complain_of_each(|exercise| {
        let paragraphs = paragraphs(&exercise.source);
        let see = paragraphs.iter().find_map(|text| text.strip_prefix("See `"));
        let Some((example, slide)) = see.and_then(|see| see.split_once("`, and the slide “"))
        else {
            return vec!["it names no example, or no slide".to_owned()];
        };
        let mut complaints = vec![];
        if !repository.join(example).exists() {
            complaints.push(format!("there is no {example}"));
        }
        if !slides.contains(slide.trim_end_matches("”.")) {
            complaints.push(format!("no slide is called “{slide}"));
        }
        complaints
    });
}

/// The functions and types of a file, above its tests, each with its text.
fn items_above_the_tests(source: &str) -> BTreeSet<String> {
    let above = source.split("#[cfg(test)]").next().unwrap_or_default();
    let items = above.split("\n\n").map(str::trim);
    let is_item = |text: &&str| text.contains("fn ") || text.contains("struct ");
    items.filter(is_item).map(str::to_owned).collect()
}

#[test]
fn each_step_of_the_capstone_begins_with_the_program_of_the_step_before() {
    let mut steps = exercises();
    steps.retain(|exercise| exercise.dir == "capstone");
    assert_eq!(steps.len(), 6);
    for pair in steps.windows(2) {
        let solved = read(&workshop().join("solutions").join(pair[0].path()));
        let (solved, next) =
            (items_above_the_tests(&solved), items_above_the_tests(&pair[1].source));
        let kept = solved.intersection(&next).count();
        // What a step changes is the one function that it is about, and what is around that.
        assert!(kept * 3 >= solved.len(), "{} keeps {kept} of {}", pair[1].name, solved.len());
    }
}

#[test]
fn cargo_knows_the_exercises_that_rustlings_knows() {
    let manifest: toml::Table = read(&workshop().join("Cargo.toml")).parse().expect("Cargo.toml");
    let listed: Vec<String> = manifest["bin"]
        .as_array()
        .expect("a list of programs")
        .iter()
        .map(|bin| format!("{} {}", bin["name"], bin["path"]))
        .collect();
    let expected: Vec<String> = exercises()
        .iter()
        .flat_map(|exercise| {
            let (name, path) = (&exercise.name, exercise.path());
            [
                format!("\"{name}\" \"exercises/{path}\""),
                format!("\"{name}_sol\" \"solutions/{path}\""),
            ]
        })
        .collect();
    assert_eq!(listed, expected, "`rustlings dev update` writes the list in Cargo.toml");
}

#[test]
fn every_solution_has_the_tests_of_its_exercise() {
    complain_of_each(|exercise| {
        let solution = read(&workshop().join("solutions").join(exercise.path()));
        let mut complaints = vec![];
        if Exercise::tests_of(&solution) != Exercise::tests_of(&exercise.source) {
            complaints.push("the solution has other tests than the exercise".to_owned());
        }
        if solution.contains("TODO") || !solution.starts_with("//! ") {
            complaints.push(
                "the solution says TODO, or does not begin by saying why it works".to_owned(),
            );
        }
        complaints
    });
}

#[test]
fn every_hint_has_thirty_to_sixty_words() {
    complain_of_each(|exercise| {
        let words = exercise.hint.split_whitespace().count();
        if (30..=60).contains(&words) {
            vec![]
        } else {
            vec![format!("its hint has {words} words")]
        }
    });
}

#[test]
fn every_file_belongs_to_an_exercise_and_topics_stand_together() {
    let exercises = exercises();
    let paths: BTreeSet<PathBuf> =
        exercises.iter().map(|exercise| PathBuf::from(exercise.path())).collect();
    for folder in ["exercises", "solutions"] {
        let folder = workshop().join(folder);
        let files = entries(&folder).iter().flat_map(|topic| entries(topic)).collect::<Vec<_>>();
        let files: BTreeSet<PathBuf> = files
            .iter()
            .map(|file| file.strip_prefix(&folder).expect("it was found there").to_owned())
            .collect();
        assert_eq!(
            files,
            paths,
            "the files in {} and those that info.toml lists",
            folder.display()
        );
    }
    let names: BTreeSet<String> = exercises.iter().map(|exercise| exercise.name.clone()).collect();
    let folders = |folder: &str| -> BTreeSet<String> {
        let folders = entries(&workshop().join(folder)).into_iter();
        folders
            .map(|folder| folder.file_name().expect("a name").to_string_lossy().into_owned())
            .collect()
    };
    assert_eq!(folders("wrong"), names, "the folders of wrong answers and the exercises");
    assert!(
        folders("right").is_subset(&names),
        "right answers to what is no exercise: {:?}",
        folders("right")
    );
    let mut topics: Vec<&str> = exercises.iter().map(|exercise| exercise.dir.as_str()).collect();
    topics.dedup();
    let once: BTreeSet<&str> = topics.iter().copied().collect();
    assert_eq!(topics.len(), once.len(), "a topic stands in two places of info.toml: {topics:?}");
}

/// What rustc says of the code that exercises leave out: by exercise, the code of the first error,
/// if it has one, and the lines at which it points, also from within macros.
fn first_errors(exercises: &[&str]) -> BTreeMap<String, (Option<String>, Vec<String>)> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["check", "--quiet", "--package", "workshop", "--features", "broken"]);
    command.args(["--keep-going", "--message-format", "json"]);
    for exercise in exercises {
        command.args(["--bin", exercise]);
    }
    let output = command.current_dir(workshop()).output().expect("cargo");
    let mut errors = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(told) = serde_json::from_str::<Value>(line) else { continue };
        let message = &told["message"];
        let name = told["target"]["name"].as_str().unwrap_or_default().to_owned();
        if message["level"] != "error" || errors.contains_key(&name) {
            continue;
        }
        let code = message["code"]["code"].as_str().map(str::to_owned);
        let mut lines = vec![];
        let mut spans = message["spans"].as_array().cloned().unwrap_or_default();
        while let Some(span) = spans.pop() {
            lines.push(span["text"][0]["text"].as_str().unwrap_or_default().trim().to_owned());
            if span["expansion"].is_object() {
                spans.push(span["expansion"]["span"].clone());
            }
        }
        errors.insert(name, (code, lines));
    }
    assert!(!errors.is_empty(), "all compile:\n{}", String::from_utf8_lossy(&output.stderr));
    errors
}

#[test]
fn rustc_refuses_what_the_exercises_on_the_compiler_leave_out() {
    let expected = [
        ("not_send", None, "tokio::spawn(task.lane(\"task\"))"),
        ("outlives", Some("E0373"), "let task = async {"),
        ("unpinned", Some("E0277"), "tokio::select! {"),
        ("recursion", Some("E0733"), "async fn sum(n: u32) -> u32 {"),
    ];
    let mut of_the_topic = exercises();
    of_the_topic.retain(|exercise| exercise.dir == "compiler");
    let names: Vec<&str> = of_the_topic.iter().map(|exercise| exercise.name.as_str()).collect();
    assert_eq!(names, expected.map(|(name, ..)| name));
    let errors = first_errors(&names);
    for (name, code, line) in expected {
        let Some((found, places)) = errors.get(name) else { panic!("{name} compiles") };
        assert_eq!(found.as_deref(), code, "{name}: the code of the error at {places:?}");
        let is_there = places.iter().any(|place| place.contains(line));
        assert!(is_there, "{name}: rustc points at {places:?}");
    }
}

#[test]
fn answers_are_formatted_as_the_rest_is() {
    let folders = ["right", "wrong"].map(|folder| entries(&workshop().join(folder))).concat();
    let files = folders.iter().flat_map(|folder| entries(folder));
    let check = Command::new("rustfmt")
        .args(["--check", "--edition", "2024"])
        .args(files)
        .output()
        .expect("rustfmt");
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stdout));
}

/// The code that rustc would refuse is left out, so nothing of it may show. The whole workspace is
/// asked, as by `.ci/run` some steps before: then all is known, and nothing is checked anew. What
/// Clippy says of the other packages is theirs.
#[test]
fn starters_and_solutions_are_clean_under_clippy() {
    let clippy = Command::new(env!("CARGO"))
        .args(["clippy", "--quiet", "--workspace", "--all-targets", "--keep-going"])
        .args(["--message-format", "json", "--", "-D", "warnings"])
        .current_dir(workshop())
        .output()
        .expect("cargo");
    let mut checked = BTreeSet::new();
    let mut complaints = vec![];
    for line in String::from_utf8_lossy(&clippy.stdout).lines() {
        let Ok(told) = serde_json::from_str::<Value>(line) else { continue };
        let source = Path::new(told["target"]["src_path"].as_str().unwrap_or_default());
        if !source.starts_with(workshop()) {
            continue;
        }
        match told["reason"].as_str() {
            Some("compiler-artifact") => {
                checked.insert(told["target"]["name"].as_str().unwrap_or_default().to_owned());
            }
            Some("compiler-message") => {
                complaints
                    .push(told["message"]["rendered"].as_str().unwrap_or_default().to_owned());
            }
            _ => {}
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.concat());
    // Nothing is said of what could not be checked, since something that it needs is broken.
    for Exercise { name, .. } in exercises() {
        let both = checked.contains(&name) && checked.contains(&format!("{name}_sol"));
        assert!(both, "{name}: {}", String::from_utf8_lossy(&clippy.stderr));
    }
}

/// The cells of the table for teachers, row by row: number, exercise, minutes, what goes wrong,
/// what to ask.
fn rows_of_the_readme(readme: &str) -> Vec<Vec<&str>> {
    let rows =
        readme.lines().filter(|line| line.starts_with("| ") && line.contains("](exercises/"));
    rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

#[test]
fn teachers_are_told_about_every_exercise_in_its_order() {
    let readme = read(&workshop().join("TEACHING.md"));
    let exercises = exercises();
    let rows = rows_of_the_readme(&readme);
    let listed: Vec<String> = rows.iter().map(|row| format!("{} {}", row[0], row[1])).collect();
    let expected = exercises.iter().zip(1..);
    let expected: Vec<String> = expected
        .map(|(exercise, number)| {
            format!("{number} [{}](exercises/{})", exercise.name, exercise.path())
        })
        .collect();
    assert_eq!(listed, expected);
    for row in &rows {
        assert!(
            row.len() == 6 && row[4].len() > 30 && row[5].contains('?'),
            "something is missing in {row:?}"
        );
    }
    for (exercise, row) in exercises.iter().zip(&rows) {
        let first = &paragraphs(&exercise.source)[0];
        let question = first.trim_start_matches("Predict: ");
        assert!(question.eq_ignore_ascii_case(row[3]), "{}: ask before: {question}", exercise.name);
    }
    let minutes: u32 = rows.iter().map(|row| row[2].parse::<u32>().expect("minutes")).sum();
    assert!(
        readme.contains(&format!(" {minutes} minutes")),
        "the minutes in the table are {minutes} together"
    );
}

/// Minutes since midnight of `09:20`.
fn minutes(time: &str) -> Option<u32> {
    let (hours, minutes) = time.split_once(':')?;
    Some(hours.parse::<u32>().ok()? * 60 + minutes.parse::<u32>().ok()?)
}

#[test]
fn the_timetables_leave_time_for_what_they_list() {
    let teaching = read(&workshop().join("TEACHING.md"));
    let rows = rows_of_the_readme(&teaching);
    let exercises = exercises();
    let time_for = |name: &str| -> u32 {
        let of_it = |exercise: &&Exercise| exercise.name == name || exercise.dir == name;
        let mut sum = 0;
        for exercise in exercises.iter().filter(of_it) {
            let row = rows.iter().find(|row| row[1].contains(&format!("[{}]", exercise.name)));
            sum += row.expect("it has a row")[2].parse::<u32>().expect("minutes");
        }
        assert!(sum > 0, "the timetable has {name}, which is neither an exercise nor a topic");
        sum
    };
    let table: Vec<Vec<&str>> = teaching
        .lines()
        .skip_while(|line| !line.starts_with("| half a day"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    for (time, what) in [(0, 1), (2, 3)] {
        let slots: Vec<(u32, &str)> = table
            .iter()
            .filter_map(|row| Some((minutes(row.get(time)?)?, *row.get(what)?)))
            .collect();
        assert!(slots.len() > 6, "{slots:?}");
        for pair in slots.windows(2) {
            let ((begin, listed), (end, _)) = (pair[0], pair[1]);
            if listed.contains("taken home") {
                continue;
            }
            let needed: u32 = listed.split('`').skip(1).step_by(2).map(time_for).sum();
            assert!(begin + needed <= end, "{listed} takes {needed} minutes");
        }
    }
}

#[test]
fn learners_are_told_about_every_exercise() {
    let readme = read(&workshop().join("README.md"));
    for exercise in exercises() {
        let link = format!("[{}](exercises/{})", exercise.name, exercise.path());
        assert!(readme.contains(&link), "the README lacks {link}");
    }
}

#[test]
fn the_links_of_the_readme_lead_somewhere() {
    for link in read(&workshop().join("README.md"))
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', '#']).next())
    {
        assert!(
            link.starts_with("https://") || workshop().join(link).exists(),
            "the README links to {link}"
        );
    }
}
