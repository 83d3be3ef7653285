//! The examples: where they are, how they are built, and what is recorded when they run.
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::SystemTime,
};

/// An example as cargo knows it.
#[derive(Clone, Debug)]
pub struct Example {
    /// The package it belongs to.
    pub package: String,
    /// Its source.
    pub source: PathBuf,
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

/// All examples of the workspace, by name.
#[derive(Debug, Default)]
pub struct Examples {
    root: PathBuf,
    by_name: BTreeMap<String, Example>,
}

/// The cargo that runs us, or else the one that is found.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

impl Examples {
    /// Asks cargo which examples there are in the workspace at `root`.
    pub fn find(root: &Path) -> Result<Examples, String> {
        #[derive(Deserialize)]
        struct Metadata {
            packages: Vec<Package>,
        }
        #[derive(Deserialize)]
        struct Package {
            name: String,
            targets: Vec<Target>,
        }
        #[derive(Deserialize)]
        struct Target {
            name: String,
            kind: Vec<String>,
            src_path: PathBuf,
        }
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
                    Example { package: package.name.clone(), source: target.src_path },
                );
            }
        }
        Ok(Examples { root: root.to_owned(), by_name })
    }

    /// The example of this name.
    pub fn get(&self, name: &str) -> Option<&Example> {
        self.by_name.get(name)
    }

    /// Builds these examples, with cargo's progress on the standard error, and says where their executables are.
    ///
    /// # Panics
    /// If one of them is unknown.
    pub fn build(&self, names: &BTreeSet<&str>) -> Result<Executables, String> {
        let mut executables = Executables::default();
        let mut by_package: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for name in names {
            by_package.entry(&self.by_name[*name].package).or_default().push(name);
        }
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
    #[derive(Deserialize)]
    struct Artifact {
        target: Target,
        executable: PathBuf,
    }
    #[derive(Deserialize)]
    struct Target {
        name: String,
        kind: Vec<String>,
    }
    let artifact: Artifact = serde_json::from_str(message).ok()?;
    (artifact.target.kind == ["example"]).then_some((artifact.target.name, artifact.executable))
}

/// Where the executables of examples are.
#[derive(Debug, Default)]
pub struct Executables(HashMap<String, PathBuf>);

/// What an example leaves behind with `--json`.
#[derive(Clone, Debug, Deserialize)]
pub struct Recorded {
    /// `paused`, or `real` if the example does real I/O.
    pub clock: String,
    /// Its scenes, in order.
    pub scenes: Vec<Scene>,
}

/// A scene that was recorded.
#[derive(Clone, Debug, Deserialize)]
pub struct Scene {
    /// What it is called.
    pub title: String,
    /// Why it did not end by itself; none if it did.
    pub verdict: Option<String>,
    /// How long it took, as one says it.
    pub took: String,
    /// What was printed.
    pub lines: Vec<Line>,
    /// The picture, as SVG.
    pub timeline: String,
}

/// A line that was printed.
#[derive(Clone, Debug, Deserialize)]
pub struct Line {
    /// In seconds.
    pub time: String,
    /// Which lane said it.
    pub lane: String,
    /// What it said.
    pub text: String,
    /// The lane's colour, as a class.
    pub colour: Option<String>,
    /// The instant of the picture that it belongs to.
    pub instant: usize,
}

impl Recorded {
    /// It ran on virtual time, so that it is the same each time.
    pub fn is_exact(&self) -> bool {
        self.clock == "paused"
    }
}

/// Tells one build of an example from another: when it was written, and how long it is.
pub type Version = (Option<SystemTime>, u64);

impl Executables {
    /// The executable of an example.
    ///
    /// # Panics
    /// If it was not built.
    pub fn path(&self, name: &str) -> &Path {
        &self.0[name]
    }

    /// Which build of an example this is.
    ///
    /// # Panics
    /// If it was not built.
    pub fn version(&self, name: &str) -> Version {
        match fs::metadata(&self.0[name]) {
            Ok(metadata) => (metadata.modified().ok(), metadata.len()),
            Err(_) => (None, 0), // whatever is wrong with it is said when it is run
        }
    }

    /// Runs an example, on a paused clock if it can, and reads what was recorded, drawn so many pixels wide.
    ///
    /// # Panics
    /// If it was not built.
    pub fn record(&self, name: &str, width: u32) -> Result<Recorded, String> {
        let failed = |error: io::Error| format!("the example {name} cannot be run: {error}");
        let folder = tempfile::tempdir().map_err(failed)?;
        let file = folder.path().join("recorded.json");
        let mut run = Command::new(&self.0[name]);
        run.args(["--fast", "--no-timeline", "--width", &width.to_string(), "--json"]).arg(&file);
        // A verdict is part of what some examples show, so a run that was ended is not an error here.
        let ran = run
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .output()
            .map_err(failed)?;
        let json = fs::read_to_string(&file).unwrap_or_default();
        serde_json::from_str(&json).map_err(|_| {
            let said = String::from_utf8_lossy(&ran.stderr);
            format!(
                "the example {name} left nothing that can be read; it ended with {}: {}",
                ran.status,
                said.trim()
            )
        })
    }
}
