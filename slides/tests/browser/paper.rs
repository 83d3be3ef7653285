//! The deck as a PDF.
use crate::chromium::{deck, with_chromium};
use chromiumoxide::{
    cdp::browser_protocol::{emulation::SetScriptExecutionDisabledParams, page::PrintToPdfParams},
    page::MediaTypeParams,
};

#[test]
#[ignore = "needs Chromium"]
fn it_prints_a_page_for_each_slide() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        tab.prefers("dark").await;
        tab.press("ArrowRight").await;
        tab.is_at("#2").await;
        let options =
            PrintToPdfParams::builder().prefer_css_page_size(true).print_background(true).build();
        let pdf = tab.page.pdf(options).await.expect("a PDF");
        let text = String::from_utf8_lossy(&pdf);
        let pages = text.matches("/Type /Page\n").count();
        assert_eq!(pages, tab.slides().await);
        let sizes = text.matches("/MediaBox [0 0 960 540]").count();
        assert_eq!(sizes, pages, "1280 by 720 pixels are 960 by 540 points");
    });
}

#[test]
#[ignore = "needs Chromium"]
fn on_paper_everything_is_shown_and_the_paper_is_light() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        tab.prefers("light").await;
        tab.press("t").await;
        tab.is("document.documentElement.dataset.theme === 'dark'").await;
        tab.page.emulate_media_type(MediaTypeParams::Print).await.expect("paper");
        let hidden: Vec<String> = tab
            .eval(
                "[...document.querySelectorAll('.slide, .question, .answer, .output, svg.timeline')]
                .concat([...document.querySelectorAll('.code .co, .code .sentence')])
                .filter((element) => {
                    const { display, visibility, clipPath } = getComputedStyle(element);
                    const cut = !['none', ''].includes(clipPath);
                    return display === 'none' || visibility === 'hidden' || cut;
                })
                .map((element) => element.className)",
            )
            .await;
        assert_eq!(hidden, [""; 0]);
        assert_eq!(
            tab.eval::<String>("getComputedStyle(document.body).backgroundColor").await,
            "rgb(255, 255, 255)"
        );
    });
}

/// On paper, and where scripts are switched off, question and answer stand one above the other.
#[test]
#[ignore = "needs Chromium"]
fn question_and_answer_do_not_cover_each_other_on_paper_or_without_scripts() {
    let covered = "[...document.querySelectorAll('.asked')]
        .filter(({ children: [question, answer] }) => {
            if (!answer) return false;
            const end = question.getBoundingClientRect().bottom;
            return end > answer.getBoundingClientRect().top + 1;
        })
        .map((asked) => asked.textContent)";
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        tab.page.emulate_media_type(MediaTypeParams::Print).await.expect("paper");
        assert_eq!(tab.eval::<Vec<String>>(covered).await, [""; 0], "on paper");
        let tab = chromium.open("about:blank").await;
        tab.page
            .execute(SetScriptExecutionDisabledParams::new(true))
            .await
            .expect("a browser without scripts");
        tab.page.goto(deck()).await.expect("the page is there");
        tab.is("document.readyState === 'complete'").await;
        assert!(tab.eval::<bool>("!document.documentElement.classList.contains('played')").await);
        assert_eq!(tab.eval::<Vec<String>>(covered).await, [""; 0], "without scripts");
    });
}

/// There both stand, so a slide needs more room than on the screen.
#[test]
#[ignore = "needs Chromium"]
fn every_slide_fits_its_page() {
    let low = "[...document.querySelectorAll('.slide')].flatMap((slide) => {
        const footer = slide.querySelector('footer').getBoundingClientRect().top;
        return [...slide.querySelectorAll(':scope > :not(footer, aside), pre, svg, li, p')]
            .map((part) => [part, part.getBoundingClientRect()])
            .filter(([part, box]) => box.height > 0 && !part.closest('footer, aside'))
            .filter(([, box]) => box.bottom > footer)
            .map(([part, box]) => {
                const below = (box.bottom - footer).toFixed(0);
                return `${slide.id}, ${part.className}: ${below} px too low`;
            });
    })";
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        tab.page.emulate_media_type(MediaTypeParams::Print).await.expect("paper");
        tab.eval::<bool>("dispatchEvent(new Event('beforeprint'))").await;
        assert_eq!(tab.eval::<Vec<String>>(low).await, [""; 0]);
    });
}
