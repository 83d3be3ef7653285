//! What has the focus does not take the keys away from the talk.
use crate::chromium::{deck, with_chromium};

const IS_PLAYED_AND_RUN: &str = "slide.querySelector('svg.timeline') \
    && slide.querySelector('.answer') && slide.querySelector('[data-run]')";

#[test]
#[ignore = "needs Chromium"]
fn after_a_click_space_goes_on_and_does_not_press_the_button_again() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        let slide = tab.find(IS_PLAYED_AND_RUN).await;
        for (button, open) in [
            (format!("#slide-{slide} [data-run]"), "!document.getElementById('run-panel').hidden"),
            ("#controls [data-act=overview]".into(), "overview.open"),
            ("#controls [data-act=help]".into(), "help.open"),
        ] {
            tab.go(&format!("#{slide}")).await;
            tab.click(&button).await;
            tab.is(open).await;
            tab.press("Escape").await;
            tab.is(&format!("!({open})")).await;
            tab.press(" ").await;
            tab.is_at(&format!("#{slide}.1")).await;
            assert!(!tab.eval::<bool>(open).await, "{button}");
        }
        // Also before the page is drawn without the dialog, in which a link still has the focus.
        for open in ["o", "h"] {
            tab.go(&format!("#{slide}")).await;
            let at_once = format!(
                "[{open:?}, 'Escape', ' '].map((key) => {{
                    const event = {{ key, bubbles: true, cancelable: true }};
                    document.activeElement.dispatchEvent(new KeyboardEvent('keydown', event));
                    return location.hash;
                }})"
            );
            let before = format!("#{slide}");
            let expected = [before.clone(), before, format!("#{slide}.1")];
            assert_eq!(tab.eval::<Vec<String>>(&at_once).await, expected, "{open}");
        }
        chromium.is_content();
    });
}

#[test]
#[ignore = "needs Chromium"]
fn over_a_slider_with_the_focus_the_keys_are_those_of_the_talk() {
    with_chromium(async |chromium| {
        for remote in [false, true] {
            let address = if remote { "?remote" } else { "" };
            let tab = chromium.open(&format!("{}{address}", deck())).await;
            let slide = tab.find(IS_PLAYED_AND_RUN).await;
            let before = slide - 1;
            // The slide before is shown whole.
            let steps = tab.steps(before).await;
            let end = if steps > 0 { format!("#{before}.{steps}") } else { format!("#{before}") };
            let last = tab.slides().await;
            let next = format!("#{}", slide + 1);
            let step_on = format!("#{slide}.3");
            let step_back = format!("#{slide}.1");
            for (key, to) in [
                (" ", step_on.clone()),
                ("Shift+ ", step_back.clone()),
                ("ArrowRight", next.clone()),
                ("ArrowDown", next.clone()),
                ("PageDown", if remote { step_on } else { next }),
                ("ArrowLeft", end.clone()),
                ("ArrowUp", end.clone()),
                ("PageUp", if remote { step_back } else { end }),
                ("Home", "#1".into()),
                ("End", format!("#{last}")),
            ] {
                tab.go(&format!("#{slide}.2")).await;
                let focus = format!("document.querySelector('#slide-{slide} .scrub').focus()");
                tab.eval::<bool>(&format!("({focus}, true)")).await;
                tab.press(key).await;
                tab.is_at(&to).await;
            }
        }
        chromium.is_content();
    });
}

/// Whatever of the console has the focus, the keys still drive the talk.
#[test]
#[ignore = "needs Chromium"]
fn nothing_in_the_console_locks_its_keys() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        let slide = tab.find(IS_PLAYED_AND_RUN).await;
        tab.go(&format!("#{slide}.1")).await;
        tab.press("p").await;
        let console = chromium.popup().await;
        let step = "document.querySelector('.place').textContent";
        let here = format!("{step}.includes('slide {slide} of') && {step}.includes('step 1 of')");
        console.is(&here).await;
        let all = "[...document.querySelectorAll('.console :is(button, input, a, [tabindex])')]";
        let count: usize = console.eval(&format!("{all}.length")).await;
        let mut focused = vec![];
        for nth in 0..count {
            let focus = format!(
                "(() => {{
                    const element = {all}[{nth}];
                    element.focus();
                    if (document.activeElement === element)
                        return element.className || element.textContent || element.id;
                    return element.closest('.next') ? 'inert' : 'no focus';
                }})()"
            );
            focused.push(console.eval::<String>(&focus).await);
            for key in ["ArrowRight", "PageDown"] {
                console.press(key).await;
                tab.is_at(&format!("#{}", slide + 1)).await;
                tab.go(&format!("#{slide}.1")).await;
                console.is(&here).await;
                console.eval::<String>(&focus).await;
            }
        }
        let of_the_clocks =
            ["‹ Previous", "Play ▸", "Next ›", "Pause the clock", "Restart the clock", "remote"];
        let mut expected = vec!["scrub only-heard", "run", "inert", "inert", "notes-pane"];
        expected.extend(of_the_clocks);
        assert_eq!(focused, expected);
        // With the mouse, too: the switch does not keep Space.
        console.click("label").await;
        tab.is("history.state.remote").await;
        console.press(" ").await;
        tab.is_at(&format!("#{slide}.2")).await;
        chromium.is_content();
    });
}
