//! The presenter console: it follows the deck, and drives it.
use crate::chromium::{deck, with_chromium};
use chromiumoxide::{cdp::browser_protocol::page::CaptureScreenshotFormat, page::ScreenshotParams};
use std::path::Path;

#[test]
#[ignore = "needs Chromium"]
fn the_console_follows_the_deck_and_drives_it() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        let slide = tab
            .find(
                "slide.dataset.name === 'start-three-wait-for-all' && slide.querySelector('.said')",
            )
            .await;
        let slides = tab.slides().await;
        tab.go(&format!("#{slide}")).await;
        tab.press("p").await;
        let console = chromium.popup().await;
        let place = |at: usize| {
            format!(
                "document.querySelector('.place').textContent.startsWith('slide {at} of {slides}')"
            )
        };
        console.is(&place(slide)).await;

        // It follows,
        tab.press(" ").await;
        tab.press(" ").await;
        console.is("document.querySelector('.place').textContent.includes('step 2 of')").await;
        console.is("document.querySelector('.now .said li:not([hidden])') !== null").await;
        let hidden: usize =
            console.eval("document.querySelectorAll('.now svg.timeline .later').length").await;
        assert!(hidden > 10, "the console shows more of the timeline than the deck");
        tab.press("ArrowRight").await;
        console.is(&place(slide + 1)).await;
        let title = |pane: &str| format!("document.querySelector('.{pane} h2').textContent");
        let real =
            |slide: usize| format!("document.querySelector('#slide-{slide} h2').textContent");
        assert_eq!(
            console.eval::<String>(&title("now")).await,
            tab.eval::<String>(&real(slide + 1)).await
        );
        // The next step is the next slide, or one more step of this one.
        let following = if tab.steps(slide + 1).await > 0 { slide + 1 } else { slide + 2 };
        assert_eq!(
            console.eval::<String>(&title("next")).await,
            tab.eval::<String>(&real(following)).await
        );
        let notes: String = console.eval("document.querySelector('.notes-pane').textContent").await;
        let written: String = tab
            .eval(&format!("document.querySelector('#slide-{} .notes').textContent", slide + 1))
            .await;
        assert_eq!(notes, written);
        assert!(!notes.trim().is_empty());

        if let Some(folder) = std::env::var_os("SHOTS") {
            let png = ScreenshotParams::builder().format(CaptureScreenshotFormat::Png).build();
            console
                .page
                .save_screenshot(png, Path::new(&folder).join("console.png"))
                .await
                .expect("a picture");
        }

        // and drives.
        console.press("ArrowLeft").await;
        tab.is(&format!("location.hash.startsWith('#{slide}.')")).await;
        console.press("Home").await;
        tab.is_at("#1").await;
        console.press("PageDown").await;
        tab.is_at("#2").await;
        console.press(" ").await;
        tab.is_at("#2.1").await;
        console.press("Backspace").await;
        tab.is_at("#2").await;
        console.press("t").await;
        tab.is("document.documentElement.dataset.theme !== undefined").await;
        console.is("document.documentElement.dataset.theme !== undefined").await;
        console.press("h").await;
        console.is("help.open").await;
        assert!(!tab.eval::<bool>("help.open").await, "each window has its own help");
        // Its help does not lock the console.
        console.press("Escape").await;
        console.is("!help.open").await;
        console.press("ArrowRight").await;
        tab.is_at("#3").await;
        console.press("1").await;
        console.press("Enter").await;
        tab.is_at("#1").await;
        console.press("b").await;
        tab.is("!black.hidden").await;
        console.is("document.querySelector('.state').textContent.includes('black')").await;
        console.press("b").await;
        tab.is("black.hidden").await;
        console.press(".").await;
        tab.is("!black.hidden").await;
        console.press(".").await;
        tab.is("black.hidden").await;
        // It has no pointer of its own: the room looks at the deck.
        console.press("l").await;
        tab.is("!pointer.hidden").await;
        console.press("l").await;
        tab.is("pointer.hidden").await;
        console.press("z").await;
        tab.is("stage.classList.contains('large')").await;
        // Another slide is seen whole.
        console.press("End").await;
        tab.is_at(&format!("#{slides}")).await;
        tab.is("!stage.classList.contains('large')").await;
        // The overview and the full screen are those of its own window.
        console.press("o").await;
        console.is("overview.open").await;
        console.press("o").await;
        console.is("!overview.open").await;
        console.press("f").await;
        console.is("document.fullscreenElement !== null").await;
        console.press("f").await;
        console.is("document.fullscreenElement === null").await;
        assert!(!tab.eval::<bool>("overview.open").await, "each window has its own overview");
        chromium.is_content();
    });
}

#[test]
#[ignore = "needs Chromium"]
fn the_console_tells_elapsed_and_planned_time() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        tab.press("p").await;
        let console = chromium.popup().await;
        console.is("document.querySelector('.elapsed').textContent === '0:00'").await;
        tab.press("ArrowRight").await; // the talk has begun
        console.is("document.querySelector('.elapsed').textContent !== '0:00'").await;
        let planned: String = console.eval("document.querySelector('.planned').textContent").await;
        let seconds: u64 =
            tab.eval("Number(document.getElementById('slide-2').dataset.seconds)").await;
        let end = 60 + seconds;
        let wanted = format!("planned 1:00 to {}:{:02} of ", end / 60, end % 60);
        assert!(planned.starts_with(&wanted), "{planned}, not {wanted}");
        console.is("document.querySelector('.planned').textContent.includes('ahead')").await;
        tab.go("#1").await;
        // Ten minutes later
        let earlier = "history.replaceState({ startedAt: Date.now() - 600000 }, '')";
        tab.eval::<bool>(&format!("({earlier}, location.reload(), true)")).await;
        console.is("/^1[0-9]:/.test(document.querySelector('.elapsed').textContent)").await;
        console.is("document.querySelector('.planned.late') !== null").await;
        console
            .eval::<bool>(
                "([...document.querySelectorAll('.buttons button')].at(-1).click(), true)",
            )
            .await;
        console.is("/^[0-9]:/.test(document.querySelector('.elapsed').textContent)").await;
    });
}

#[test]
#[ignore = "needs Chromium"]
fn the_consoles_clock_can_be_paused() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        tab.press("p").await;
        let console = chromium.popup().await;
        tab.press("ArrowRight").await;
        let elapsed = "document.querySelector('.elapsed').textContent";
        console.is(&format!("{elapsed} !== '0:00'")).await;
        let pause = "([...document.querySelectorAll('.buttons button')].at(-2).click(), true)";
        console.eval::<bool>(pause).await;
        console.is("document.body.textContent.includes('Go on with the clock')").await;
        let paused: String = console.eval(elapsed).await;
        // The clock is drawn each half second: three drawings of one time.
        for _ in 0..3 {
            let wait = "new Promise((resolve) => setTimeout(() => resolve(true), 500))";
            console.eval::<bool>(wait).await;
            assert_eq!(console.eval::<String>(elapsed).await, paused);
        }
        console.eval::<bool>(pause).await;
        console.is(&format!("{elapsed} !== {paused:?}")).await;
    });
}

#[test]
#[ignore = "needs Chromium"]
fn the_consoles_switch_makes_page_down_play() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        tab.go("#2").await;
        tab.press("p").await;
        let console = chromium.popup().await;
        console.eval::<bool>("(document.getElementById('remote').click(), true)").await;
        console.press("PageDown").await;
        tab.is_at("#2.1").await;
        tab.press("PageDown").await;
        tab.is_at("#2.2").await;
    });
}

#[test]
#[ignore = "needs Chromium"]
fn the_console_survives_a_reload_of_either_window() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        tab.press("p").await;
        let console = chromium.popup().await;
        console.reload().await;
        console.is("document.querySelector('.place')?.textContent.startsWith('slide 1 of')").await;
        console.press("ArrowRight").await;
        tab.is_at("#2").await;
        tab.reload().await;
        tab.press("ArrowRight").await;
        tab.is_at("#3").await;
        console.is("document.querySelector('.place').textContent.startsWith('slide 3 of')").await;
    });
}

#[test]
#[ignore = "needs Chromium"]
fn another_window_cannot_drive_the_deck() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        // A message from the page itself, which is no console of it.
        tab.eval::<bool>("(postMessage({ hello: true, act: 'last' }, '*'), true)").await;
        tab.eval::<bool>("new Promise((resolve) => setTimeout(() => resolve(true), 50))").await;
        tab.is_at("#1").await;
    });
}
