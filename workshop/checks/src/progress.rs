//! What is done of the workshop, what comes next, and where to look: `cargo run -p
//! workshop-checks`.
//!
//! It tries the exercises in their order, up to the first one that is not right yet. For people who
//! work with plain cargo; rustlings keeps a list of its own.
#![forbid(unsafe_code)]
use std::{fs, path::Path, process::Command, process::ExitCode};

/// An exercise as `info.toml` lists it.
struct Exercise {
    /// That of its program, which is tested; the learner sees it beside the tick.
    name: String,
    /// Of its file, below the folder of the workshop.
    path: String,
    /// Shown only when it is asked for.
    hint: String,
}

fn main() -> ExitCode {
    let workshop = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a folder above this");
    let exercises = match exercises(workshop) {
        Ok(exercises) => exercises,
        Err(error) => {
            eprintln!("{}: {error}", workshop.join("info.toml").display());
            return ExitCode::FAILURE;
        }
    };
    let wants_a_hint = std::env::args().any(|argument| argument == "--hint");
    for (done, exercise) in exercises.iter().enumerate() {
        let output = Command::new("cargo")
            .args(["test", "--quiet", "--package", "workshop", "--bin", &exercise.name])
            .current_dir(workshop)
            .output();
        let output = match output {
            Ok(output) => output,
            Err(error) => {
                eprintln!("cargo cannot be run: {error}");
                return ExitCode::FAILURE;
            }
        };
        if output.status.success() {
            println!("✓ {}", exercise.name);
            continue;
        }
        println!(
            "\n{done} of {} exercises are done. The next one is {}:",
            exercises.len(),
            exercise.name
        );
        println!("  {}", workshop.join(&exercise.path).display());
        for line in read_next(&workshop.join(&exercise.path)) {
            println!("  {line}");
        }
        if wants_a_hint {
            println!("\n{}", exercise.hint.trim());
        } else {
            println!("\nA hint: cargo run -p workshop-checks -- --hint");
        }
        println!("Its verdict: cargo test -p workshop --bin {}", exercise.name);
        return ExitCode::SUCCESS;
    }
    println!("\nAll {} exercises are done.", exercises.len());
    ExitCode::SUCCESS
}

/// The exercises, in the order of `info.toml`.
fn exercises(workshop: &Path) -> Result<Vec<Exercise>, String> {
    let text = fs::read_to_string(workshop.join("info.toml")).map_err(|error| error.to_string())?;
    let info: toml::Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
    let listed = info.get("exercises").and_then(toml::Value::as_array);
    let mut exercises = vec![];
    for exercise in listed.ok_or("it lists no exercises")? {
        let text = |key: &str| match exercise.get(key).and_then(toml::Value::as_str) {
            Some(text) => Ok(text.to_owned()),
            None => Err(format!("an exercise has no {key}")),
        };
        let (name, topic) = (text("name")?, text("dir")?);
        let path = format!("exercises/{topic}/{name}.rs");
        exercises.push(Exercise { name, path, hint: text("hint")? });
    }
    Ok(exercises)
}

/// The question of an exercise, and the example and the slide that it names, as its file folds
/// them.
fn read_next(path: &Path) -> Vec<String> {
    let source = fs::read_to_string(path).unwrap_or_default();
    let mut lines = vec![];
    let mut wanted = false;
    for line in source.lines() {
        let Some(text) = line.strip_prefix("//!") else { break };
        let text = text.trim();
        if text.starts_with("Predict: ") || text.starts_with("See ") {
            wanted = true;
        } else if text.is_empty() {
            wanted = false;
        }
        if wanted {
            lines.push(text.to_owned());
        }
    }
    lines
}
