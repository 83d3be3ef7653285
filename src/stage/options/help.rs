//! What `--help` prints: the command to type, what the example is about, its scenes, the options.
use crate::stage::{Stage, header::wrap};

/// The options that every example has, with what the help says of them, in this order.
const OPTIONS: [(&str, &str); 15] = [
    ("--fast", "Run on a paused clock: the same lines and times, without the waiting"),
    (
        "--schedules",
        "Try each scene in many orders of its lanes, for a second; draw broken claims and outcomes",
    ),
    (
        "--cancellations",
        "Cancel each scene at each await, for a second, and draw as --schedules does",
    ),
    ("--scene NAME", "Run one scene only"),
    (
        "--what-if",
        "Run also what only --explore shows otherwise: variants, which few examples have",
    ),
    ("--svg FILE", "Write the timeline as SVG, too"),
    ("--perfetto FILE", "Write a trace for https://ui.perfetto.dev, too"),
    ("--json FILE", "Write the recording of each scene for a program to read, too"),
    ("--where", "Say where in the source each lane waited, and for what"),
    ("--beside SCENE", "Draw each other scene and this one together, on one time axis"),
    (
        "--explore [FILE]",
        "Open a page that steps through a run with --fast; with a file, only write it",
    ),
    (
        "--step",
        "Go through the run poll by poll in this terminal: Space on, Backspace back, Q quits",
    ),
    ("--width PIXELS", "How wide to draw for --svg: 1160 unless told, and at least 480"),
    ("--no-timeline", "Do not draw the timeline"),
    ("--quiet", "Print nothing but lines and timeline: no title, and not what to look for"),
];

impl Stage {
    /// What `--help` prints.
    pub(in crate::stage) fn help(&self) -> String {
        // The whole command: it differs for an example of another package.
        let mut help = String::from("Usage: cargo run ");
        if let Some(package) = self.command_line.package {
            help += &format!("--package {package} ");
        }
        help += &format!("--example {} -- [OPTIONS]\n", self.name);
        // A person may know no more of the example than its name.
        if let Some(header) = &self.header {
            let title = wrap(&header.title(), 100);
            let look_for = wrap(&header.look_for(), 100);
            help += &format!("\n{title}\n{look_for}\n");
        }
        if self.scenes.len() > 1 {
            // `--scene` wants one of these.
            let titles: Vec<&str> = self.scenes.iter().map(|scene| scene.title).collect();
            help += &format!("\nScenes: {}\n", titles.join(", "));
        }
        help += "\nPrints each line as it happens, with the time and the lane; then draws the \
                 timeline.\n\nOptions:\n";
        for (option, what_it_does) in self.options() {
            help += &format!("{option}  {what_it_does}\n");
        }
        help
    }

    /// The options of this example, and then those of all examples: each padded to the width of the
    /// longest, with what it does.
    fn options(&self) -> Vec<(String, &'static str)> {
        let mut options = vec![];
        for own in self.command_line.options {
            options.push((format!("      --{} {}", own.name, own.value), own.help));
        }
        for (option, help) in OPTIONS {
            options.push((format!("      {option}"), help));
        }
        options.push(("  -h, --help".to_owned(), "Print this"));
        let width = options.iter().map(|(option, _)| option.len()).max().unwrap_or_default();
        for (option, _) in &mut options {
            *option = format!("{option:<width$}");
        }
        options
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::options::{CommandLine, OwnOption};

    const SERVER: OwnOption =
        OwnOption { name: "server", value: "HOST:PORT", help: "Which server", take: |_| Ok(()) };

    #[test]
    fn the_help_names_the_package_and_the_options_of_the_example() {
        let own = CommandLine { package: Some("mail"), options: &[SERVER] };
        let help = Stage::new("measured").command_line(own).help();
        assert!(help.contains("cargo run --package mail --example measured"), "{help}");
        assert!(help.contains("\n      --server HOST:PORT  Which server\n"), "{help}");
    }

    #[test]
    fn the_help_has_each_option_that_is_read() {
        let help = Stage::new("any").help();
        let mut read = 0;
        for arm in include_str!("mod.rs").split("Long(\"").skip(1) {
            let (name, _) = arm.split_once('"').expect("the end of the name");
            let is_listed = help.contains(&format!("\n      --{name} "));
            assert!(is_listed || name == "help", "--{name} is missing");
            read += 1;
        }
        assert_eq!(read, OPTIONS.len() + 1, "those of the table, and --help");
    }
}
