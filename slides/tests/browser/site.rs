//! The site in a real browser: it fits, and every explorer on it can be walked to its end and back.
use crate::chromium::with_chromium;
use slides::{examples::Recordings, root, site};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

/// The site, written once for all tests.
pub static SITE: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("site");
    site::write(&root(), &folder, &Recordings::default()).unwrap_or_else(|why| panic!("{why}"));
    folder
});

/// The address of one of its pages.
pub fn page(name: &str) -> String {
    format!("file://{}", SITE.join(name).display())
}

/// Pages of each kind.
pub const PAGES: [&str; 7] = [
    "index.html",
    "topics/gather.html",
    "examples/gather.html",
    "article.html",
    "exercises.html",
    "verdicts.html",
    "glossary.html",
];

#[test]
#[ignore = "needs Chromium"]
fn its_pages_fit_a_projector_a_laptop_and_a_phone() {
    with_chromium(async |chromium| {
        for name in PAGES {
            let tab = chromium.open(&page(name)).await;
            for (width, height) in [(1920, 1080), (1280, 720), (390, 844)] {
                tab.resize(width, height).await;
                tab.is(&format!("innerWidth === {width}")).await;
                let wide: i64 = tab.eval("document.documentElement.scrollWidth - innerWidth").await;
                assert!(wide <= 0, "{name} at {width}x{height} is {wide} pixels too wide");
            }
        }
        chromium.is_content();
    });
}

/// Goes through all scenes of a page by its keys, to the end and back: what differs on the way back,
/// and where a mark does not stand where the recording says.
const WALK: &str = r"(() => {
    const data = JSON.parse(document.getElementById('run').textContent);
    const press = (key) => document.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    const text = (selector) => [...document.querySelectorAll(selector)].map((found) => found.textContent).join('|');
    const seen = () => [
        text('.tells'), text('.cell'), text('#lines li:not([hidden])'), document.getElementById('count').textContent,
        [...document.querySelectorAll('.mark')].map((mark) => mark.className + mark.style.top).join('|'),
    ].join('#');
    const wrong = [];
    for (const [scene, { tracks, lanes }] of data.scenes.entries()) {
        if (data.scenes.length > 1) document.querySelectorAll('#scenes button')[scene].click();
        press('Home');
        const { steps } = tracks[0];
        const forwards = [];
        const stands = lanes.map(() => null);
        const pane = [...document.querySelectorAll('.source')].find((source) => source.querySelector('h2').textContent.startsWith('Rust'));
        for (const [nth, step] of steps.entries()) {
            if (nth > 0) press('ArrowRight');
            forwards.push(seen());
            for (const [lane, line] of step.stands) stands[lane] = line;
            if (!pane) continue;
            // A mark for each lane that stands on a line that is shown, and on that line.
            const shown = new Map([...pane.querySelectorAll('.line')].map((line) => [Number(line.querySelector('.n').textContent), line.offsetTop]));
            const states = 'wdxrbt';
            const wanted = stands.flatMap((line, lane) =>
                line !== null && shown.has(line) && (lane === step.lane || states.includes(step.states[lane])) ? [`${shown.get(line)}px`] : []);
            const marked = [...pane.querySelectorAll('.mark')].map((mark) => mark.style.top);
            if (marked.sort().join() !== wanted.sort().join()) wrong.push(`scene ${scene}, step ${nth}: marks at ${marked}, not ${wanted}`);
        }
        for (let nth = steps.length - 1; nth >= 0; nth -= 1) {
            if (seen() !== forwards[nth]) wrong.push(`scene ${scene}, step ${nth} is another one on the way back`);
            press('ArrowLeft');
        }
    }
    return wrong;
})()";

#[test]
#[ignore = "needs Chromium"]
fn every_example_and_scene_can_be_stepped_through_to_its_end_and_back() {
    with_chromium(async |chromium| {
        let mut pages = 0;
        let mut wrong = vec![];
        for entry in fs::read_dir(SITE.join("examples")).expect("its pages").flatten() {
            let name = entry.file_name().into_string().expect("a name");
            if !name.ends_with(".explorer.html") {
                continue;
            }
            let tab = chromium.open(&page(&format!("examples/{name}"))).await;
            for what in tab.eval::<Vec<String>>(WALK).await {
                wrong.push(format!("{name}: {what}"));
            }
            tab.page.close().await.expect("it can be closed");
            pages += 1;
        }
        assert!(pages > 60, "{pages} explorers");
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        chromium.is_content();
    });
}
