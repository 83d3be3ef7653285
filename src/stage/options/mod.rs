//! The command line of an example: what can be said there, and how it is read. `help` is what
//! `--help` prints.
//!
//! All examples have the same options, so that what was learnt with one holds for the others; an
//! example may add some of its own. They are read by `lexopt`, which knows how arguments are
//! written (`--svg=FILE`, `--svg FILE`), and nothing else: there is no macro to look through.
mod help;

use super::scene::Scene;
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
    /// Run on a paused clock. [`Options::wants_the_paused_clock`] has another reason for it, too.
    pub(super) fast: bool,
    /// Try schedules instead of running the scenes.
    pub(super) schedules: bool,
    /// Cancel at each await instead of running the scenes.
    pub(super) cancellations: bool,
    /// Leave out what does not come from the run: title, "Look for", what to do next.
    pub(super) quiet: bool,
    /// Run this scene only.
    pub(super) scene: Option<String>,
    /// Run also the variants that a plain run leaves out.
    pub(super) what_if: bool,
    /// Draw the timeline in the terminal.
    pub(super) timeline: bool,
    /// Where to write a picture, if anywhere.
    pub(super) svg: Option<PathBuf>,
    /// Where to write a trace for Perfetto, if anywhere.
    pub(super) perfetto: Option<PathBuf>,
    /// Where to write the recordings for a program to read, if anywhere.
    pub(super) json: Option<PathBuf>,
    /// Where to write a page that steps through the run, if anywhere.
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
        // A picture is as wide as one that a program draws without choosing a width.
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
            // The example's own come first, so that it can have one with the name of another.
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
                // At once: what follows on the line does not matter to a person who asks for help.
                Short('h') | Long("help") => return Ok(None),
                _ => return Err(arg.unexpected()),
            }
        }
        // Not ignored: a person who gives a width wants a picture, and would look for it.
        if has_width && options.svg.is_none() {
            return Err("--width is for the picture of --svg FILE, which is not asked for".into());
        }
        Ok(Some(options))
    }

    /// Whether the scenes are to run on the paused clock. A page compares times: those of Rust with
    /// those of Python, which are recorded on a virtual clock, and those of variants with each
    /// other. On the real clock each of them would be some milliseconds late, and the page would
    /// show that as a difference between the programs.
    pub(super) fn wants_the_paused_clock(&self) -> bool {
        self.fast || self.explore.is_some()
    }

    /// Whether a person is to see this scene. A variant that a plain run leaves out is seen only if
    /// it was asked for: `--what-if` asks for all variants, `--scene` for one.
    pub(super) fn shows(&self, scene: &Scene) -> bool {
        self.what_if || self.scene.is_some() || !scene.is_only_explored()
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
}
