//! Every slide fits, at each of its steps, and can be read from the last row.
use crate::chromium::{deck, with_chromium};
use chromiumoxide::{cdp::browser_protocol::page::CaptureScreenshotFormat, page::ScreenshotParams};
use std::{fs, path::Path};

/// What does not fit on the slide that is shown, as sentences.
const MISFITS: &str = include_str!("misfits.js");

fn fits(width: i64, height: i64, scheme: &str) {
    // The folder into which to put a picture of every slide, for looking at them.
    let shots = std::env::var_os("SHOTS")
        .map(|folder| Path::new(&folder).join(format!("{width}x{height}-{scheme}")));
    shots.iter().for_each(|folder| fs::create_dir_all(folder).expect("a folder for the pictures"));
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        tab.resize(width, height).await;
        tab.prefers(scheme).await;
        let mut misfits = vec![];
        for slide in 1..=tab.slides().await {
            let steps = tab.steps(slide).await;
            for step in 0..=steps {
                tab.go(&if step == 0 { format!("#{slide}") } else { format!("#{slide}.{step}") })
                    .await;
                for misfit in tab.eval::<Vec<String>>(MISFITS).await {
                    misfits.push(format!("slide {slide}, step {step}: {misfit}"));
                }
                if let Some(folder) = &shots
                    && (step == steps || step == 0)
                {
                    let png =
                        ScreenshotParams::builder().format(CaptureScreenshotFormat::Png).build();
                    let when = if step == 0 { "a" } else { "z" };
                    let file = folder.join(format!("{slide:02}{when}.png"));
                    tab.page.save_screenshot(png, file).await.expect("a picture");
                }
            }
        }
        assert!(misfits.is_empty(), "at {width}x{height}:\n{}", misfits.join("\n"));
        chromium.is_content();
    });
}

#[test]
#[ignore = "needs Chromium"]
fn every_slide_fits_a_small_projector() {
    fits(1280, 720, "light");
}

#[test]
#[ignore = "needs Chromium"]
fn every_slide_fits_a_large_projector() {
    fits(1920, 1080, "dark");
}
