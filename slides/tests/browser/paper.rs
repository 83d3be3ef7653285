//! The deck as a PDF.
use crate::chromium::{deck, with_chromium};
use chromiumoxide::{cdp::browser_protocol::page::PrintToPdfParams, page::MediaTypeParams};

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
                "[...document.querySelectorAll('.slide, .answer, .output, svg.timeline')]
                .filter((element) => { const style = getComputedStyle(element); return style.display === 'none' || style.visibility === 'hidden' || !['none', ''].includes(style.clipPath); })
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
