//! Every slide fits, at each of its steps, and can be read from the last row.
use crate::chromium::{deck, with_chromium};
use chromiumoxide::{cdp::browser_protocol::page::CaptureScreenshotFormat, page::ScreenshotParams};
use std::{fs, path::Path};

/// What does not fit on the slide that is shown, as sentences.
const MISFITS: &str = r#"(() => {
    const slide = document.querySelector('#stage > .slide:not([hidden])');
    const paper = slide.getBoundingClientRect();
    const scale = paper.width / 1280;
    const misfits = [];
    const name = (element) => `${element.tagName.toLowerCase()}.${element.getAttribute('class')} "${element.textContent.trim().slice(0, 30)}"`;
    const inside = (element, box, what) => {
        const own = element.getBoundingClientRect();
        if (own.width === 0) return;
        const beyond = Math.max(box.left - own.left, own.right - box.right, box.top - own.top, own.bottom - box.bottom);
        if (beyond > 1) misfits.push(`${name(element)} is ${beyond.toFixed(0)} px outside of ${what}`);
    };
    const footer = slide.querySelector('footer').getBoundingClientRect();
    const content = new DOMRect(paper.x + 40 * scale, paper.y, paper.width - 80 * scale, footer.top - paper.top);
    for (const block of slide.children) {
        if (block.matches('footer, aside')) continue;
        inside(block, content, 'its slide');
        for (const part of block.querySelectorAll('p, li, pre, svg, figcaption')) inside(part, content, 'its slide');
    }
    for (const part of slide.querySelector('footer').children) inside(part, paper, 'the footer');
    const ends = [...slide.querySelectorAll('footer > :not(pre)')].map((part) => part.getBoundingClientRect());
    if (ends.some((box, nth) => nth > 0 && box.left < ends[nth - 1].right)) misfits.push('the footer overlaps');
    for (const line of slide.querySelectorAll('.said > :not([hidden])')) inside(line, line.parentElement.getBoundingClientRect(), 'the lines of its instant');
    for (const code of slide.querySelectorAll('.code')) for (const line of code.querySelectorAll('.line')) inside(line, code.getBoundingClientRect(), 'its box');
    const title = slide.querySelector('h2');
    if (title && title.scrollWidth > title.clientWidth + 1) misfits.push('the title is too long');
    for (const svg of slide.querySelectorAll('svg')) {
        const box = svg.getBoundingClientRect();
        const { width, height } = svg.viewBox.baseVal;
        const enlarged = Math.min(box.width / width, box.height / height) / scale;
        if (enlarged < 1.23) misfits.push(`the timeline is only ${enlarged.toFixed(2)} times as large as it was drawn`);
    }
    for (const element of slide.querySelectorAll('h1, h2, p, li, .line, button, figcaption')) {
        const size = parseFloat(getComputedStyle(element).fontSize) / scale;
        if (size < 15.9) misfits.push(`${name(element)} has letters of ${size.toFixed(1)} px`);
    }
    return misfits;
})()"#;

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
