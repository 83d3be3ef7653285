//! axe-core finds nothing: no missing name, no weak contrast, in both themes.
//!
//! `.ci/run` puts axe-core into `target/axe`; so does
//! `pip download --no-deps --dest target/axe axe-playwright-python==0.1.8`, followed by
//! `python3 -m zipfile -e target/axe/*.whl target/axe`.
use crate::{
    chromium::{Tab, deck, with_chromium},
    site::{PAGES, page},
};
use slides::root;
use std::{fs, sync::LazyLock};

static AXE: LazyLock<String> = LazyLock::new(|| {
    let file = root().join("target/axe/axe_playwright_python/axe.min.js");
    fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}; see {}", file.display(), file!()))
});

/// Asks axe for everything.
const ALL: &str = "{ resultTypes: ['violations'] }";

/// What of axe can differ from one explorer to another, or between two steps of one. All else is
/// the same on all of them, and so are the colours of code that is not lit: asked of each page, it
/// would take minutes.
const OF_EACH_EXPLORER: &str = "
    { include: [['html']], exclude: [['.line:not(.said, .stop, .resumed, .chain)']] },
    {
        resultTypes: ['violations'],
        runOnly: ['color-contrast', 'scrollable-region-focusable', 'aria-allowed-attr',
            'aria-required-attr', 'aria-valid-attr-value', 'button-name', 'list', 'listitem'],
    }";

/// What axe complains of, a sentence each. `what` is what it is asked for.
async fn complaints(tab: &Tab, what: &str) -> Vec<String> {
    // The page's policy forbids scripts that are not its own; the debugger may run one.
    if !tab.eval::<bool>("'axe' in window").await {
        tab.page.evaluate(AXE.as_str()).await.expect("axe");
    }
    tab.eval(&format!(
        "axe.run({what}).then(({{ violations }}) =>
            violations.flatMap(({{ id, help, nodes }}) =>
                nodes.map(({{ target, failureSummary }}) =>
                    `${{id}}: ${{help}}: ${{target}}: ${{failureSummary}}`)))"
    ))
    .await
}

async fn is_clean(tab: &Tab, what: &str) {
    for scheme in ["light", "dark"] {
        tab.prefers(scheme).await;
        assert_eq!(complaints(tab, ALL).await, [""; 0], "{what}, {scheme}");
    }
}

/// What axe finds on an explorer at the step that is shown, in one theme.
pub async fn complaints_of_explorer(tab: &Tab, scheme: &str) -> Vec<String> {
    tab.prefers(scheme).await;
    complaints(tab, OF_EACH_EXPLORER).await
}

#[test]
#[ignore = "needs Chromium"]
fn the_pages_of_the_site_are_clean() {
    with_chromium(async |chromium| {
        for name in PAGES {
            let tab = chromium.open(&page(name)).await;
            is_clean(&tab, name).await;
        }
    });
}

#[test]
#[ignore = "needs Chromium"]
fn the_explorer_is_clean() {
    with_chromium(async |chromium| {
        for (name, steps) in [
            // At 1.14 `gather` ends: only Python has a step.
            ("gather", &["1.1", "1.5", "1.14", "2.9"][..]),
            ("deadlock", &["1.5", "2.9"]),
            // A tile stands on a lit line of its own colour, and a comment on a green one.
            ("spawn_blocking", &["2.5"]),
            ("thread_pool", &["1.8"]),
            ("transaction", &["2.6"]),
        ] {
            let tab = chromium.open(&page(&format!("examples/{name}.explorer.html"))).await;
            for step in steps {
                tab.eval::<bool>(&format!("(location.hash = '#{step}', true)")).await;
                is_clean(&tab, &format!("{name}, step {step}")).await;
            }
            if name == "gather" {
                tab.press("q").await;
                tab.press("Home").await;
                tab.press("ArrowRight").await;
                tab.is("!document.getElementById('asks').hidden").await;
                is_clean(&tab, "a question").await;
                tab.resize(390, 844).await;
                tab.is("innerWidth === 390").await;
                is_clean(&tab, "a question on a phone").await;
            }
        }
    });
}

#[test]
#[ignore = "needs Chromium"]
fn the_slides_are_clean() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        let timeline = "slide.querySelector('svg.timeline') && slide.querySelector('.code')";
        let slide = tab.find(timeline).await;
        let output = tab.find("slide.querySelector('.output .tl2')").await;
        let timeline = [format!("#{slide}"), format!("#{slide}.3")];
        for hash in [vec!["#1".into(), format!("#{output}.1")], timeline.into()].concat() {
            tab.go(&hash).await;
            is_clean(&tab, &hash).await;
        }
        for (key, dialog) in [("h", "help"), ("o", "overview")] {
            tab.press(key).await;
            tab.is(&format!("{dialog}.open")).await;
            is_clean(&tab, dialog).await;
            tab.press("Escape").await;
        }
        // Both panes of the console show one slide: the next step is on it, too.
        tab.press("p").await;
        let console = chromium.popup().await;
        console.is("document.querySelector('.next .slide') !== null").await;
        is_clean(&console, "the console").await;
    });
}
