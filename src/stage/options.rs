//! The command line of an example.
//!
//! All examples have the same options, so that what was learnt with one holds for the others; an
//! example may add some of its own. They are read by `lexopt`, which knows how arguments are
//! written (`--svg=FILE`, `--svg FILE`), and nothing else: there is no macro to look through.
use super::{Stage, header::wrap};
use crate::timeline::SvgOptions;
use std::{ffi::OsString, path::PathBuf};

/// What the command line of one example has beyond that of the others.
#[derive(Clone, Copy, Debug, Default)]
pub struct CommandLine {
    /// The package that the example is in, if it is not the root package.
    pub package: Option<&'static str>,
    /// The options that only this example has.
    pub options: &'static [OwnOption],
}

/// An option with a value, of one example only.
#[derive(Clone, Copy, Debug)]
pub struct OwnOption {
    /// Its name, without the hyphens.
    pub name: &'static str,
    /// What its value is called in the help.
    pub value: &'static str,
    /// What the option does, in the words of the help.
    pub help: &'static str,
    /// Keeps the value for the scenes, or says in one sentence what is wrong with it. It is called
    /// before any scene.
    pub take: fn(&str) -> Result<(), String>,
}

/// What the command line says.
#[derive(Debug)]
pub(super) struct Options {
    /// Run on a paused clock.
    pub(super) fast: bool,
    /// Try schedules instead of running the scenes.
    pub(super) schedules: bool,
    /// Cancel at each await instead of running the scenes.
    pub(super) cancellations: bool,
    /// Leave out what does not come from the run: title, "Look for", what to do next.
    pub(super) quiet: bool,
    /// Run this scene only.
    pub(super) scene: Option<String>,
    /// Run the variants, too, that a plain run leaves out.
    pub(super) what_if: bool,
    /// Draw the timeline in the terminal.
    pub(super) timeline: bool,
    /// Where to write a picture, if anywhere.
    pub(super) svg: Option<PathBuf>,
    /// Where to write a trace for Perfetto, if anywhere.
    pub(super) perfetto: Option<PathBuf>,
    /// Where to write the recordings for a program to read, if anywhere.
    pub(super) json: Option<PathBuf>,
    /// Write a page to step through the run, if anywhere.
    pub(super) explore: Option<Explore>,
    /// Go through the run poll by poll, in the terminal.
    pub(super) step: bool,
    /// Say where each lane waited, and for what.
    pub(super) places: bool,
    /// Draw the other scenes beside this one.
    pub(super) beside: Option<String>,
    /// How wide to draw pictures, in pixels.
    pub(super) width: f64,
}

impl Default for Options {
    /// An example that is run without options: on the real clock, with its timeline.
    fn default() -> Options {
        // A picture in a file is as wide as one in a program that asks for no width.
        let width = SvgOptions::default().width;
        Options {
            fast: false,
            schedules: false,
            cancellations: false,
            quiet: false,
            scene: None,
            what_if: false,
            timeline: true,
            step: false,
            places: false,
            svg: None,
            perfetto: None,
            json: None,
            explore: None,
            beside: None,
            width,
        }
    }
}

/// The options that every example has, with what the help says of them, in the order in which they
/// are useful. Whatever `parse` knows has to be added here, too: no test notices if it is missing.
const OPTIONS: [(&str, &str); 15] = [
    ("--fast", "Run on a paused clock: the same lines and times, without the waiting"),
    (
        "--schedules",
        "Try the orders of the lanes instead, for a second; draw broken claims and outcomes",
    ),
    ("--cancellations", "Cancel at each await instead, for a second, and draw the same"),
    ("--scene NAME", "Run one scene only"),
    ("--what-if", "Run the variants, too, that only --explore shows otherwise; most have none"),
    ("--svg FILE", "Write the timeline as SVG, too"),
    ("--perfetto FILE", "Write a trace for https://ui.perfetto.dev, too"),
    ("--json FILE", "Write the recording of each scene for a program to read, too"),
    ("--where", "Say where in the source each lane waited, and for what"),
    ("--beside SCENE", "Draw each other scene and this one together, on one time axis"),
    ("--explore [FILE]", "Open a page that steps through the run; with a file, only write it"),
    (
        "--step",
        "Go through the run poll by poll in this terminal: Space on, Backspace back, Q quits",
    ),
    ("--width PIXELS", "How wide to draw for --svg: 1160 unless told, and at least 480"),
    ("--no-timeline", "Do not draw the timeline"),
    ("--quiet", "Print nothing but lines and timeline: no title, and not what to look for"),
];

/// Where the page to step through goes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Explore {
    /// Into this file.
    Write(PathBuf),
    /// Into a file for this run, and then into the browser.
    Open,
}

impl Explore {
    /// Where it is written.
    pub(super) fn path(&self) -> PathBuf {
        match self {
            Explore::Write(path) => path.clone(),
            // The process is in the name, so that two runs at once do not write into one file.
            Explore::Open => {
                std::env::temp_dir().join(format!("explorer-{}.html", std::process::id()))
            }
        }
    }
}

/// `--explore` and `--explore FILE`: the file can be left out.
fn explore(parser: &mut lexopt::Parser) -> Explore {
    // `--explore=FILE` has its file for certain.
    if let Some(value) = parser.optional_value() {
        return Explore::Write(value.into());
    }
    // `--explore FILE` has one if the next argument is no option.
    if let Some(mut rest) = parser.try_raw_args()
        && let Some(file) = rest.next_if(|next| !next.to_string_lossy().starts_with('-'))
    {
        return Explore::Write(file.into());
    }
    Explore::Open
}

/// The value after an option that needs one. Another option is no value: `--svg --fast` asks for
/// both, and for no file called `--fast`.
fn value_of(option: &str, parser: &mut lexopt::Parser) -> Result<OsString, lexopt::Error> {
    let value = parser.value()?;
    if value.to_string_lossy().starts_with("--") {
        return Err(lexopt::Error::MissingValue { option: Some(option.to_owned()) });
    }
    Ok(value)
}

impl Options {
    /// Reads the arguments. `None` if the help was asked for.
    pub(super) fn parse(
        args: impl Iterator<Item = OsString>,
        own: CommandLine,
    ) -> Result<Option<Options>, lexopt::Error> {
        use lexopt::prelude::*;
        let mut options = Options::default();
        let mut has_width = false;
        let mut parser = lexopt::Parser::from_args(args);
        while let Some(arg) = parser.next()? {
            // The example's own come first, so that it can have an option that is called like one
            // of these.
            if let Long(name) = arg
                && let Some(option) = own.options.iter().find(|option| option.name == name)
            {
                let option_name = format!("--{}", option.name);
                (option.take)(&value_of(&option_name, &mut parser)?.string()?)?;
                continue;
            }
            match arg {
                Long("fast") => options.fast = true,
                Long("schedules") => options.schedules = true,
                Long("cancellations") => options.cancellations = true,
                Long("quiet") => options.quiet = true,
                Long("what-if") => options.what_if = true,
                Long("scene") => {
                    options.scene = Some(value_of("--scene", &mut parser)?.string()?);
                }
                Long("no-timeline") => options.timeline = false,
                Long("svg") => {
                    options.svg = Some(value_of("--svg", &mut parser)?.into());
                }
                Long("perfetto") => {
                    options.perfetto = Some(value_of("--perfetto", &mut parser)?.into());
                }
                Long("json") => {
                    options.json = Some(value_of("--json", &mut parser)?.into());
                }
                Long("explore") => options.explore = Some(explore(&mut parser)),
                Long("step") => options.step = true,
                Long("where") => options.places = true,
                Long("beside") => {
                    options.beside = Some(value_of("--beside", &mut parser)?.string()?);
                }
                // At most 65,535 pixels, which is more than any viewer shows.
                Long("width") => {
                    options.width = parser.value()?.parse::<u16>()?.into();
                    has_width = true;
                }
                // At once: what else is on the line does not matter to a person who asks for help.
                Short('h') | Long("help") => return Ok(None),
                _ => return Err(arg.unexpected()),
            }
        }
        // Not silently: you want a picture, and would look for it.
        if has_width && options.svg.is_none() {
            return Err("--width is for the picture of --svg FILE, which is not asked for".into());
        }
        Ok(Some(options))
    }
}

impl Stage {
    /// What `--help` prints.
    pub(super) fn help(&self) -> String {
        // The command to type, whole: it differs for an example of another package.
        let mut command = String::from("cargo run ");
        if let Some(package) = self.command_line.package {
            command += &format!("--package {package} ");
        }
        command += &format!("--example {}", self.name);
        let mut about = String::new();
        // What the example is about, as its source has it: a person may have met only its name.
        if let Some(header) = &self.header {
            about =
                format!("\n{}\n{}\n", wrap(&header.title(), 100), wrap(&header.look_for(), 100));
        }
        let mut scenes = String::new();
        if self.scenes.len() > 1 {
            // `--scene` wants one of these.
            let titles: Vec<&str> = self.scenes.iter().map(|scene| scene.title).collect();
            scenes = format!("\nScenes: {}\n", titles.join(", "));
        }
        let mut options: Vec<(String, &str)> = vec![];
        for own in self.command_line.options {
            options.push((format!("--{} {}", own.name, own.value), own.help));
        }
        for (option, help) in OPTIONS {
            options.push((option.to_owned(), help));
        }
        // The explanations stand in one column, behind the longest option.
        let width = options.iter().map(|(option, _)| option.len()).max().unwrap_or_default();
        let mut lines = String::new();
        for (option, help) in options {
            lines += &format!("      {option:<width$}  {help}\n");
        }
        format!(
            "Usage: {command} -- [OPTIONS]\n{about}{scenes}
Prints each line as it happens, with the time and the lane; then draws the timeline.

Options:
{lines}  -h, {:<width$}  Print this
",
            "--help"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: OwnOption =
        OwnOption { name: "server", value: "HOST:PORT", help: "Which server", take: only_a1 };

    fn only_a1(value: &str) -> Result<(), String> {
        if value == "a:1" { Ok(()) } else { Err(format!("{value} is no server")) }
    }

    fn parse(args: &[&str]) -> Result<Option<Options>, String> {
        let own = CommandLine { package: Some("mail"), options: &[SERVER] };
        let args = args.iter().map(OsString::from);
        Options::parse(args, own).map_err(|error| error.to_string())
    }

    #[test]
    fn an_example_can_have_an_option_of_its_own() {
        let options = parse(&["--server", "a:1", "--fast"]).unwrap().unwrap();
        assert!(options.fast);
        assert_eq!(parse(&["--server=b"]).unwrap_err(), "b is no server");
        let missing = "missing argument for option '--server'";
        assert_eq!(parse(&["--server", "--fast"]).unwrap_err(), missing);
        assert_eq!(parse(&["--port", "1"]).unwrap_err(), "invalid option '--port'");
    }

    #[test]
    fn an_option_is_not_taken_for_the_value_of_another() {
        for option in ["--svg", "--perfetto", "--json", "--scene", "--beside"] {
            let missing = format!("missing argument for option '{option}'");
            assert_eq!(parse(&[option, "--fast"]).unwrap_err(), missing);
            assert_eq!(parse(&[option]).unwrap_err(), missing);
            assert!(parse(&[option, "a", "--fast"]).unwrap().unwrap().fast);
        }
    }

    #[test]
    fn a_width_needs_a_picture() {
        let refused = "--width is for the picture of --svg FILE, which is not asked for";
        assert_eq!(parse(&["--width", "600"]).unwrap_err(), refused);
        let options = parse(&["--width", "600", "--svg", "a.svg"]).unwrap().unwrap();
        assert_eq!(options.width, 600.0);
    }

    #[test]
    fn the_file_of_the_explorer_can_be_left_out() {
        let explored = |args: &[&str]| parse(args).unwrap().unwrap().explore;
        assert_eq!(explored(&["--fast"]), None);
        assert_eq!(explored(&["--explore"]), Some(Explore::Open));
        assert_eq!(explored(&["--explore", "--fast"]), Some(Explore::Open));
        assert_eq!(explored(&["--explore", "a.html"]), Some(Explore::Write("a.html".into())));
        assert_eq!(explored(&["--explore=a.html"]), Some(Explore::Write("a.html".into())));
    }

    #[test]
    fn the_help_names_the_package_and_the_options_of_the_example() {
        let own = CommandLine { package: Some("mail"), options: &[SERVER] };
        let help = Stage::new("measured").command_line(own).help();
        assert!(help.contains("cargo run --package mail --example measured"), "{help}");
        assert!(help.contains("\n      --server HOST:PORT  Which server\n"), "{help}");
    }
}
