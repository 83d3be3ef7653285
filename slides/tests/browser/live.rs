//! Running examples from the slides.
use crate::{
    chromium::{TIME_LIMIT, Tab, with_chromium},
    served::{Server, go_on},
};
use std::{path::PathBuf, time::Duration};
use tokio::time::{Instant, sleep};

const STATUS: &str = "document.getElementById('run-status').textContent";
const OUTPUT: &str = "document.getElementById('run-output').textContent";

async fn on_gather(tab: &Tab) -> usize {
    let gather = tab.find("slide.querySelector('[data-run=gather]')").await;
    tab.go(&format!("#{gather}")).await;
    gather
}

/// Lets gather rest as soon as it has printed something. Otherwise a browser that has no processor
/// for three seconds would show its beginning when it has ended.
async fn resting_gather(server: &Server) -> PathBuf {
    let begun = Instant::now();
    loop {
        if let Some(process) = server.lets_rest("gather") {
            return process;
        }
        assert!(
            begun.elapsed() < TIME_LIMIT,
            "gather prints nothing, or has ended before it could be seen"
        );
        sleep(Duration::from_millis(5)).await;
    }
}

#[test]
#[ignore = "needs Chromium"]
fn r_runs_the_example_and_its_output_streams_in() {
    let server = Server::start();
    with_chromium(async |chromium| {
        let tab = chromium.open(&format!("http://{}", server.host)).await;
        on_gather(&tab).await;
        tab.press("r").await;
        let gather = resting_gather(&server).await;
        tab.is(&format!("{OUTPUT}.includes('compute factorial(2)')")).await;
        assert_eq!(
            tab.eval::<String>(STATUS).await,
            "running",
            "its first line comes before its end"
        );
        go_on(&gather);
        tab.is(&format!("{STATUS} === 'ended'")).await;
        let output: String = tab.eval(OUTPUT).await;
        // How long it took is a matter of the machine: "3 s", or on a busy one "3.02 s".
        assert!(
            output.contains("factorial(4) = 24") && output.contains("The run took "),
            "{output}"
        );
        assert!(output.ends_with("── ended ──\n"), "{output}");
        chromium.is_content();
    });
}

#[test]
#[ignore = "needs Chromium"]
fn stop_and_leaving_the_slide_end_the_run() {
    let server = Server::start();
    with_chromium(async |chromium| {
        let tab = chromium.open(&format!("http://{}", server.host)).await;
        let gather = on_gather(&tab).await;
        for way in ["r", "the button", "Escape", "ArrowRight"] {
            tab.go(&format!("#{gather}")).await;
            tab.press("r").await;
            resting_gather(&server).await;
            // That it begins shows that the run before has ended: there is only one at a time.
            tab.is(&format!("{OUTPUT}.includes('compute factorial(2)')")).await;
            assert_eq!(tab.eval::<String>(STATUS).await, "running");
            match way {
                "the button" => {
                    tab.eval::<bool>("(document.getElementById('run-stop').click(), true)").await
                }
                key => {
                    tab.press(key).await;
                    true
                }
            };
            tab.is(&format!("{STATUS} === 'stopped'")).await;
            let begun = Instant::now();
            while !server.runs("gather").is_empty() {
                assert!(begun.elapsed() < TIME_LIMIT, "its process is not killed by {way}");
                sleep(Duration::from_millis(5)).await;
            }
            let output: String = tab.eval(OUTPUT).await;
            assert!(
                !output.contains("factorial(4) = 24"),
                "it was stopped in the middle, by {way}: {output}"
            );
        }
        chromium.is_content();
    });
}

#[test]
#[ignore = "needs Chromium"]
fn the_console_runs_and_stops_the_example_of_the_deck() {
    let server = Server::start();
    with_chromium(async |chromium| {
        let tab = chromium.open(&format!("http://{}", server.host)).await;
        on_gather(&tab).await;
        tab.press("p").await;
        let console = chromium.popup().await;
        console.press("r").await;
        resting_gather(&server).await;
        tab.is(&format!("{STATUS} === 'running'")).await;
        console.is("document.querySelector('.state').textContent.includes('running')").await;
        console.press("r").await;
        tab.is(&format!("{STATUS} === 'stopped'")).await;
        chromium.is_content();
    });
}
