//! The site in a real browser: it fits, and every explorer on it can be walked to its end and back.
use crate::{axe::complaints_of_explorer, chromium::with_chromium};
use chromiumoxide::page::MediaTypeParams;
use slides::{examples::Recordings, root, site};
use std::{
    collections::BTreeSet,
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::LazyLock,
};

/// The site, written once for all tests.
pub static SITE: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("site");
    // Whatever is left of earlier tests, also of a version that kept no list of its files.
    if let Err(error) = fs::remove_dir_all(&folder) {
        assert_eq!(error.kind(), ErrorKind::NotFound, "{}: {error}", folder.display());
    }
    site::write(&root(), &folder, &Recordings::default()).unwrap_or_else(|why| panic!("{why}"));
    folder
});

/// The address of one of its pages.
pub fn page(name: &str) -> String {
    format!("file://{}", SITE.join(name).display())
}

/// Pages of each kind; of the examples the one with the longest name.
pub const PAGES: [&str; 7] = [
    "index.html",
    "topics/gather.html",
    "examples/call_soon_threadsafe.html",
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

#[test]
#[ignore = "needs Chromium"]
fn the_article_keeps_comments_and_answers_until_the_reader_opens_them() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&page("article.html")).await;
        let told = "[...document.querySelectorAll('section:has(.question)')].flatMap((section) =>
            [...section.querySelectorAll(':is(.co, .source:not(.texts) .sentence, .answer p, svg)')]
                .filter((part) => part.checkVisibility({ visibilityProperty: true })
                    && section.querySelector('.answer'))
                .map((part) => part.textContent))";
        assert_eq!(tab.eval::<Vec<String>>(told).await, [""; 0]);
        let open = "document.querySelectorAll('details').forEach((part) => (part.open = true))";
        tab.eval::<Option<bool>>(open).await;
        assert!(tab.eval::<Vec<String>>(told).await.len() > 100, "then all of it is shown");
        chromium.is_content();
    });
}

/// A picture that would be too small to be read is scrolled instead.
#[test]
#[ignore = "needs Chromium"]
fn on_a_phone_the_letters_of_all_pictures_can_be_read() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&page("article.html")).await;
        tab.resize(390, 844).await;
        let open = "document.querySelectorAll('details').forEach((part) => (part.open = true))";
        tab.eval::<Option<bool>>(open).await;
        let small = "[...document.querySelectorAll('.picture svg')].flatMap((svg) =>
            [...svg.querySelectorAll('text')]
                .map((text) => [text, parseFloat(getComputedStyle(text).fontSize)])
                .filter(([, size]) => size * svg.getScreenCTM().a < 11.5)
                .map(([text]) => text.textContent))";
        assert_eq!(tab.eval::<Vec<String>>(small).await, [""; 0]);
        let wide: i64 = tab.eval("document.documentElement.scrollWidth - innerWidth").await;
        assert!(
            wide <= 0,
            "only the pictures are wider than the page, and not {wide} pixels of it"
        );
        chromium.is_content();
    });
}

/// Nothing can be opened on paper, so question, picture and answer all stand there.
#[test]
#[ignore = "needs Chromium"]
fn on_paper_the_article_shows_what_is_folded_up_on_the_screen() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&page("article.html")).await;
        tab.page.emulate_media_type(MediaTypeParams::Print).await.expect("paper");
        let hidden =
            "[...document.querySelectorAll(':is(.co, .sentence, .answer p, .picture svg, .output)')]
            .filter((part) => !part.checkVisibility({ visibilityProperty: true })
                || part.getBoundingClientRect().height === 0)
            .map((part) => part.textContent)";
        assert_eq!(tab.eval::<Vec<String>>(hidden).await, [""; 0]);
        let before = "[...document.querySelectorAll('section')].filter((section) => {
            const [question, answer] =
                ['.question', '.answer p'].map((part) => section.querySelector(part));
            return question && answer && question.getBoundingClientRect().bottom
                > answer.getBoundingClientRect().top;
        }).map((section) => section.textContent)";
        assert_eq!(tab.eval::<Vec<String>>(before).await, [""; 0], "the question comes first");
        chromium.is_content();
    });
}

#[test]
#[ignore = "needs Chromium"]
fn the_deck_and_an_explorer_lead_back_to_the_site() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&page("deck.html")).await;
        // A reader who has come by a link is told how to go on, until that is done.
        tab.is("!notice.hidden && notice.textContent.startsWith('Space')").await;
        tab.press(" ").await;
        tab.is_at("#2").await;
        tab.is("notice.hidden").await;
        tab.press("o").await;
        tab.is("document.activeElement.hash === '#2'").await;
        tab.eval::<bool>("(overview.querySelector('p a').click(), true)").await;
        tab.is("location.pathname.endsWith('/index.html')").await;
        let tab = chromium.open(&page("examples/gather.explorer.html#1.5")).await;
        tab.eval::<bool>("(document.querySelector('h1 a').click(), true)").await;
        tab.is("location.pathname.endsWith('/examples/gather.html')").await;
    });
}

/// Long lines of code go on below; nothing is cut or has to be scrolled to, not even on a phone.
#[test]
#[ignore = "needs Chromium"]
fn no_line_of_code_is_cut() {
    with_chromium(async |chromium| {
        for name in ["examples/gather.html", "examples/mail2alert.html", "article.html"] {
            let tab = chromium.open(&page(name)).await;
            for (width, height) in [(1280, 720), (390, 844)] {
                tab.resize(width, height).await;
                tab.is(&format!("innerWidth === {width}")).await;
                let cut = "[...document.querySelectorAll('.source pre')]
                    .filter((code) => code.scrollWidth > code.clientWidth)
                    .map((code) => code.previousElementSibling.textContent)";
                assert_eq!(tab.eval::<Vec<String>>(cut).await, [""; 0], "{name}, {width}");
            }
        }
        chromium.is_content();
    });
}

/// Goes through all scenes of a page by its keys, to the end and back: what differs on the way
/// back, and where a mark does not stand where the recording says.
const WALK: &str = include_str!("walk.js");

/// Goes to the first step of a page, to the last one, and at last to one in the middle of the scene
/// with most lanes: what has no room there.
const ROOM: &str = include_str!("room.js");

/// The explorers of the site, in order: one for each example, but for those that have none.
fn explorers() -> Vec<String> {
    let mut explorers = BTreeSet::new();
    let mut examples = BTreeSet::new();
    for entry in fs::read_dir(SITE.join("examples")).expect("its pages").flatten() {
        let file = entry.file_name().into_string().expect("a name");
        let name = file.strip_suffix(".html").expect("a page");
        match name.strip_suffix(".explorer") {
            Some(name) => explorers.insert(name.to_owned()),
            None => examples.insert(name.to_owned()),
        };
    }
    // These have no stage, so they record nothing.
    for name in ["sleepers", "submit", "take_home"] {
        assert!(examples.remove(name), "{name} has a page");
    }
    assert_eq!(explorers, examples, "every other example can be stepped through");
    explorers.into_iter().collect()
}

/// Walks through one half of the explorers: these two tests run at the same time. Each has a theme,
/// since both themes of each page would take too long, and all pages have the same colours.
fn walk_through_every_second(first: usize, scheme: &str) {
    with_chromium(async |chromium| {
        let mut wrong = vec![];
        let tab = chromium.open("about:blank").await;
        for name in explorers().iter().skip(first).step_by(2) {
            tab.prefers_nothing().await;
            tab.resize(1280, 720).await;
            tab.visit(&page(&format!("examples/{name}.explorer.html"))).await;
            for what in tab.eval::<Vec<String>>(WALK).await {
                wrong.push(format!("{name}: {what}"));
            }
            let asked_at = if scheme == "light" { 1920 } else { 390 };
            for (width, height) in [(1280, 720), (1920, 1080), (390, 844)] {
                let size = format!("{name} at {width}x{height}");
                tab.resize(width, height).await;
                tab.is(&format!("innerWidth === {width}")).await;
                for what in tab.eval::<Vec<String>>(ROOM).await {
                    wrong.push(format!("{size}: {what}"));
                }
                if width != asked_at {
                    continue;
                }
                for what in complaints_of_explorer(&tab, scheme).await {
                    wrong.push(format!("{size}, {scheme}: {what}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        chromium.is_content();
    });
}

#[test]
#[ignore = "needs Chromium"]
fn every_example_with_an_even_number_can_be_stepped_through_fits_three_sizes_and_is_clean_in_light()
{
    walk_through_every_second(0, "light");
}

#[test]
#[ignore = "needs Chromium"]
fn every_example_with_an_odd_number_can_be_stepped_through_fits_three_sizes_and_is_clean_in_dark() {
    walk_through_every_second(1, "dark");
}
