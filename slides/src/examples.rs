//! The examples: where they are, how they are built, and what is recorded when they run.
//!
//! Read it after `colour`; `without` belongs to it, and next is `drawing`. Each example runs in a
//! process of its own and writes its recording as JSON: so a panic of an example cannot end the
//! program that makes the deck.
use crate::without;
use async_concepts::timeline::{Chart, Clock, SteppedRun, from_json, human, to_json};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    time::SystemTime,
};

/// An example as cargo knows it.
#[derive(Clone, Debug)]
pub struct Example {
    /// The package it belongs to.
    pub package: String,
    /// Its source.
    pub source: PathBuf,
    /// The features that it needs beyond those of a plain build. Such an example is not run here.
    pub features: Vec<String>,
}

impl Example {
    /// What one types to run it.
    pub fn command(&self, name: &str) -> String {
        match self.package.as_str() {
            "async-concepts" => format!("cargo run --example {name}"),
            package => format!("cargo run -p {package} --example {name}"),
        }
    }
}

/// The twin of an example in Python: `NAME.py`, or `NAME_twin.py` where that would hide a module of
/// Python's. There may be neither file.
pub(crate) fn twin(root: &Path, example: &Path) -> PathBuf {
    // In this order, as the explorer looks for it.
    let twin = example.with_extension("py");
    let name = example.file_stem().unwrap_or_default().to_string_lossy();
    let other = example.with_file_name(format!("{name}_twin.py"));
    if !root.join(&twin).exists() && root.join(&other).exists() { other } else { twin }
}

/// All examples of the workspace, by name.
#[derive(Debug, Default)]
pub struct Examples {
    /// Where cargo is run.
    root: PathBuf,
    /// Sorted by name, so that each run of this program does the same in the same order.
    by_name: BTreeMap<String, Example>,
}

/// The cargo that runs us, so that its version and settings are the same; else the one in the path.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

impl Examples {
    /// Asks cargo which examples there are in the workspace at `root`.
    pub fn find(root: &Path) -> Result<Examples, String> {
        /// The part of cargo's answer that is needed here, with cargo's names.
        #[derive(Deserialize)]
        struct Metadata {
            /// All members of the workspace: more than one has examples.
            packages: Vec<Package>,
        }
        #[derive(Deserialize)]
        struct Package {
            /// To build an example, cargo has to be told of which package it is.
            name: String,
            /// Examples are among them.
            targets: Vec<Target>,
        }
        #[derive(Deserialize)]
        struct Target {
            /// What the deck calls the example.
            name: String,
            /// `["example"]`, or it is left out.
            kind: Vec<String>,
            /// Its source, beside which its Python twin is.
            src_path: PathBuf,
            /// Without these features cargo refuses to build it.
            #[serde(default, rename = "required-features")]
            required_features: Vec<String>,
        }
        // Asked of cargo, so that this crate need not know how manifests describe examples.
        let asked = cargo()
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .current_dir(root)
            .output();
        let asked = asked.map_err(|error| format!("cannot run cargo: {error}"))?;
        if !asked.status.success() {
            return Err(format!(
                "`cargo metadata` failed: {}",
                String::from_utf8_lossy(&asked.stderr).trim()
            ));
        }
        let metadata: Metadata = serde_json::from_slice(&asked.stdout)
            .map_err(|error| format!("`cargo metadata` is unclear: {error}"))?;
        let mut by_name = BTreeMap::new();
        for package in metadata.packages {
            for target in package.targets.into_iter().filter(|target| target.kind == ["example"]) {
                by_name.insert(
                    target.name,
                    Example {
                        package: package.name.clone(),
                        source: target.src_path,
                        features: target.required_features,
                    },
                );
            }
        }
        Ok(Examples { root: root.to_owned(), by_name })
    }

    /// The example of this name.
    pub fn get(&self, name: &str) -> Option<&Example> {
        self.by_name.get(name)
    }

    /// Builds these examples, with cargo's progress on the standard error, and says where their
    /// executables are.
    ///
    /// # Panics
    /// If one of them is unknown.
    pub fn build(&self, names: &BTreeSet<&str>) -> Result<Executables, String> {
        let mut executables = Executables::default();
        let mut by_package: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for name in names {
            // An example that needs features is not built here: a plain build does not have them.
            let example = &self.by_name[*name];
            if example.features.is_empty() {
                by_package.entry(&example.package).or_default().push(name);
            }
        }
        // One build for each package, not for each example: cargo then builds them at the same
        // time.
        for (package, names) in by_package {
            let mut build = cargo();
            build.args(build_arguments(package, &names)).current_dir(&self.root);
            let built = build.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
            let built = built.map_err(|error| format!("cannot run cargo: {error}"))?;
            if !built.status.success() {
                return Err("the examples cannot be built: see above".into());
            }
            let messages = String::from_utf8_lossy(&built.stdout);
            executables.0.extend(messages.lines().filter_map(executable));
        }
        Ok(executables)
    }
}

/// What to ask of cargo to have examples built and to be told where they are.
pub fn build_arguments(package: &str, names: &[&str]) -> Vec<String> {
    let mut arguments = vec!["build".into(), "--package".into(), package.into()];
    arguments.push("--message-format=json-render-diagnostics".into());
    arguments.extend(names.iter().flat_map(|name| ["--example".to_owned(), name.to_string()]));
    arguments
}

/// From a line of what cargo says while it builds: an example, and its executable.
pub fn executable(message: &str) -> Option<(String, PathBuf)> {
    /// The part of cargo's message that is needed here. Other messages do not have these fields.
    #[derive(Deserialize)]
    struct Artifact {
        /// What was built.
        target: Target,
        /// Where it is; a message on a library has none, and is no `Artifact`.
        executable: PathBuf,
    }
    #[derive(Deserialize)]
    struct Target {
        /// The deck asks for it by this name.
        name: String,
        /// A binary has an executable, too.
        kind: Vec<String>,
    }
    // No error: cargo says many other things on the same pipe.
    let artifact: Artifact = serde_json::from_str(message).ok()?;
    (artifact.target.kind == ["example"]).then_some((artifact.target.name, artifact.executable))
}

/// Where the executables of examples are.
#[derive(Debug, Default)]
pub struct Executables(HashMap<String, PathBuf>);

/// What an example recorded: its scenes, in order.
#[derive(Debug, Default)]
pub struct Recorded {
    /// Empty if the program has no stage, as in the programs that a reader copies into a project.
    pub scenes: Vec<Arc<Scene>>,
    /// Variants that a plain run leaves out: only the explorer shows them.
    pub variants: Vec<Chart>,
}

/// A recorded scene.
#[derive(Debug)]
pub struct Scene {
    /// The recording, from which everything is drawn.
    pub chart: Chart,
    /// The same as steps, in Rust and in Python.
    pub run: SteppedRun,
    /// The lanes of the run that are not in the chart: the slide says which they are.
    pub without: Vec<String>,
}

impl Recorded {
    /// Reads what an example has written with `--json`.
    fn read(json: &str) -> Result<Recorded, String> {
        let charts = from_json(json).map_err(|error| error.to_string())?;
        let mut scenes = vec![];
        let mut variants = vec![];
        for chart in charts {
            if chart.variant.as_ref().is_some_and(|variant| variant.only_explored) {
                variants.push(chart);
                continue;
            }
            let run = chart.steps();
            scenes.push(Arc::new(Scene { chart, run, without: vec![] }));
        }
        Ok(Recorded { scenes, variants })
    }
}

impl Scene {
    /// The same scene without these lanes, where they are many and the lesson is not in them.
    ///
    /// # Errors
    /// A sentence, if there is no such lane, or if another one waits for it: then the picture would
    /// not show what ended that wait.
    pub fn without(&self, names: &[String]) -> Result<Scene, String> {
        let chart = without::without(&self.chart, names)?;
        let run = chart.steps();
        Ok(Scene { chart, run, without: names.to_vec() })
    }

    /// Whether the scene ran on virtual time, and so is the same in each run.
    pub fn is_exact(&self) -> bool {
        self.chart.clock == Clock::Paused
    }

    /// How long it took, as one says it.
    pub fn took(&self) -> String {
        human(self.chart.elapsed)
    }
}

/// Tells one state of a file from another: when it was written, and how many bytes it has. Here it
/// tells one build of an example from another.
pub type Stamp = (Option<SystemTime>, u64);

/// The stamp of a file, from what the system says of it.
pub(crate) fn stamp(metadata: io::Result<fs::Metadata>) -> Stamp {
    match metadata {
        Ok(metadata) => (metadata.modified().ok(), metadata.len()),
        Err(_) => (None, 0), // what is wrong with it is said when it is read or run
    }
}

impl Executables {
    /// The executable of an example.
    ///
    /// # Panics
    /// If it was not built.
    pub fn path(&self, name: &str) -> &Path {
        &self.0[name]
    }

    /// Whether an example was built.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Which build of an example this is.
    ///
    /// # Panics
    /// If it was not built.
    pub fn stamp(&self, name: &str) -> Stamp {
        stamp(fs::metadata(&self.0[name]))
    }

    /// Runs an example, on a paused clock if it can, and returns what it recorded, as JSON.
    ///
    /// # Panics
    /// If it was not built.
    fn record(&self, name: &str) -> Result<String, String> {
        let failed = |error: io::Error| format!("the example {name} cannot be run: {error}");
        let folder = tempfile::tempdir().map_err(failed)?;
        let file = folder.path().join("recorded.json");
        let mut run = Command::new(&self.0[name]);
        // Into a file, since the standard output is the program's own.
        run.args(["--fast", "--no-timeline", "--what-if", "--json"]).arg(&file);
        // A verdict is part of what some examples show, so a run that was ended is not an error
        // here.
        run.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let ran = run.output().map_err(failed)?;
        match fs::read_to_string(&file) {
            Ok(json) => Ok(json),
            // A program that has no stage knows no such option, and recorded nothing.
            Err(_) if ran.status.success() => Ok(to_json(&[])),
            Err(_) => {
                let said = String::from_utf8_lossy(&ran.stderr);
                Err(format!(
                    "the example {name} left nothing that can be read; it ended with {}: {}",
                    ran.status,
                    said.trim()
                ))
            }
        }
    }
}

/// What examples recorded, by name, each with the build that did: an example is run again only when
/// it has been built anew.
///
/// Recordings are also kept in files beside the executables, so that one run serves the deck, its
/// check, the site and the tests.
#[derive(Default)]
pub struct Recordings {
    /// What is known in this process, with the build that recorded it.
    known: Mutex<BTreeMap<String, (Stamp, Arc<Recorded>)>>,
    /// Whether the files of other processes are left alone, and all examples run.
    anew: bool,
}

impl Recordings {
    /// Recordings that ignore the files of other processes: all examples are run.
    pub fn anew() -> Recordings {
        Recordings { anew: true, ..Recordings::default() }
    }

    /// What an example recorded.
    ///
    /// # Errors
    /// If it was not built, cannot be run, or leaves nothing that can be read.
    pub fn get(&self, executables: &Executables, name: &str) -> Result<Arc<Recorded>, String> {
        if !executables.has(name) {
            return Err(format!("the example {name} was not built, so it cannot be run"));
        }
        let built = executables.stamp(name);
        let known = self.known.lock().expect("nothing panics while it is locked");
        if let Some((before, recorded)) = known.get(name)
            && *before == built
        {
            return Ok(recorded.clone());
        }
        drop(known); // while it runs, others may ask for other examples
        let recorded = Arc::new(self.kept_or_made(executables, name, built)?);
        let mut known = self.known.lock().expect("nothing panics while it is locked");
        known.insert(name.to_owned(), (built, recorded.clone()));
        Ok(recorded)
    }

    /// The recording in the file, if it is newer than the executable; otherwise that of a new run.
    fn kept_or_made(
        &self,
        executables: &Executables,
        name: &str,
        built: Stamp,
    ) -> Result<Recorded, String> {
        let file = executables.path(name).with_extension("recorded.json");
        let kept = fs::metadata(&file).and_then(|metadata| metadata.modified());
        if let (Ok(kept), Some(since), false) = (kept, built.0, self.anew)
            && kept > since
            && let Ok(json) = fs::read_to_string(&file)
            && let Ok(recorded) = Recorded::read(&json)
        {
            return Ok(recorded);
        }
        let json = executables.record(name)?;
        let recorded = Recorded::read(&json).map_err(|why| format!("the example {name}: {why}"))?;
        // If the example was built anew meanwhile, nothing says which of the two builds was run.
        if executables.stamp(name) == built {
            keep(&file, &json);
        }
        Ok(recorded)
    }

    /// Runs these examples, a few at a time: those that do real I/O take their time.
    ///
    /// # Errors
    /// As [`Recordings::get`].
    pub fn make(&self, executables: &Executables, names: &BTreeSet<&str>) -> Result<(), String> {
        let left = Mutex::new(names.iter().copied());
        let next = || left.lock().expect("nothing panics while it is locked").next();
        // Each worker takes the next name when it is free, since runs take from milliseconds to
        // seconds.
        let work = || -> Result<(), String> {
            while let Some(name) = next() {
                self.get(executables, name)?;
            }
            Ok(())
        };
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            let mut threads = vec![];
            for _ in 0..workers {
                threads.push(scope.spawn(work));
            }
            for thread in threads {
                thread.join().expect("a worker does not panic")?;
            }
            Ok(())
        })
    }
}

/// Keeps a recording for other processes. It is renamed when it is whole, so that no process reads
/// half of it; what cannot be kept is made again.
fn keep(file: &Path, json: &str) {
    let part = file.with_extension(format!("{}.part", std::process::id()));
    if fs::write(&part, json).is_ok() {
        let _ = fs::rename(&part, file);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_that_was_not_built_is_one_clear_error() {
        let recordings = Recordings::default();
        let names = BTreeSet::from(["submit"]);
        let why = "the example submit was not built, so it cannot be run";
        let built = Executables::default();
        assert_eq!(recordings.get(&built, "submit").expect_err("it was not built"), why);
        assert_eq!(recordings.make(&built, &names).expect_err("it was not built"), why);
    }
}
