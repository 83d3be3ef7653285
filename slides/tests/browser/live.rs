//! Running examples from the slides.
use crate::chromium::{Tab, with_chromium};
use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

/// The server, on a port of its own.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start() -> Server {
        let mut serve = Command::new(env!("CARGO_BIN_EXE_slides"));
        let mut process = serve.args(["--port", "0"]).stdout(Stdio::piped()).spawn().expect("the server");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let address = line.split_whitespace().find(|word| word.starts_with("http://")).expect("an address");
        Server { address: address.trim_end_matches('.').to_owned(), process }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const STATUS: &str = "document.getElementById('run-status').textContent";
const OUTPUT: &str = "document.getElementById('run-output').textContent";

async fn on_gather(tab: &Tab) -> usize {
    let gather = tab.find("slide.querySelector('[data-run=gather]')").await;
    tab.go(&format!("#{gather}")).await;
    gather
}

#[test]
#[ignore = "needs Chromium"]
fn r_runs_the_example_and_its_output_streams_in() {
    let server = Server::start();
    with_chromium(async |chromium| {
        let tab = chromium.open(&server.address).await;
        on_gather(&tab).await;
        tab.press("r").await;
        tab.is(&format!("{OUTPUT}.includes('compute factorial(2)')")).await;
        assert_eq!(tab.eval::<String>(STATUS).await, "running", "its first line comes before its end");
        tab.is(&format!("{STATUS} === 'ended'")).await;
        let output: String = tab.eval(OUTPUT).await;
        assert!(output.contains("factorial(4) = 24") && output.contains("The run took 3 s"), "{output}");
        assert!(output.ends_with("── ended ──\n"), "{output}");
        chromium.is_content();
    });
}

#[test]
#[ignore = "needs Chromium"]
fn stop_and_leaving_the_slide_end_the_run() {
    let server = Server::start();
    with_chromium(async |chromium| {
        let tab = chromium.open(&server.address).await;
        let gather = on_gather(&tab).await;
        for way in ["r", "the button", "Escape", "ArrowRight"] {
            tab.go(&format!("#{gather}")).await;
            tab.press("r").await;
            // That it begins shows that the run before has ended: there is only one at a time.
            tab.is(&format!("{OUTPUT}.includes('compute factorial(2)')")).await;
            assert_eq!(tab.eval::<String>(STATUS).await, "running");
            match way {
                "the button" => tab.eval::<bool>("(document.getElementById('run-stop').click(), true)").await,
                key => {
                    tab.press(key).await;
                    true
                }
            };
            tab.is(&format!("{STATUS} === 'stopped'")).await;
            let output: String = tab.eval(OUTPUT).await;
            assert!(!output.contains("factorial(4) = 24"), "it was stopped in the middle, by {way}: {output}");
        }
        chromium.is_content();
    });
}

#[test]
#[ignore = "needs Chromium"]
fn the_console_runs_and_stops_the_example_of_the_deck() {
    let server = Server::start();
    with_chromium(async |chromium| {
        let tab = chromium.open(&server.address).await;
        on_gather(&tab).await;
        tab.press("p").await;
        let console = chromium.popup().await;
        console.press("r").await;
        tab.is(&format!("{STATUS} === 'running'")).await;
        console.is("document.querySelector('.state').textContent.includes('running')").await;
        console.press("r").await;
        tab.is(&format!("{STATUS} === 'stopped'")).await;
        chromium.is_content();
    });
}
