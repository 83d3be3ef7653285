//! What the keys do, and a pointer, and a finger.
use crate::chromium::{Tab, deck, with_chromium};
use chromiumoxide::cdp::browser_protocol::{
    emulation::SetTouchEmulationEnabledParams,
    input::{DispatchMouseEventParams, DispatchMouseEventType, MouseButton},
};

const HAS_TIMELINE: &str = "slide.querySelector('svg.timeline') && slide.querySelector('.answer')";

#[test]
#[ignore = "needs Chromium"]
fn space_plays_a_timeline_poll_by_poll_then_the_answer_then_goes_on() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        let slide = tab.find(HAS_TIMELINE).await;
        let steps = tab.steps(slide).await;
        assert!(steps > 3, "several polls, and the answer");
        tab.go(&format!("#{slide}")).await;
        let mut before = seen(&tab, slide).await;
        let answer = format!("document.querySelector('#slide-{slide} .answer')");
        let answered = format!("getComputedStyle({answer}).visibility === 'visible'");
        for step in 1..=steps {
            tab.press(" ").await;
            tab.is_at(&format!("#{slide}.{step}")).await;
            let now = seen(&tab, slide).await;
            if step < steps {
                assert!(
                    now > before,
                    "at step {step} no more of the timeline is to be seen than before: {now} %"
                );
            }
            assert_eq!(
                tab.eval::<bool>(&answered).await,
                step == steps,
                "the answer comes last, not at step {step}"
            );
            before = now;
        }
        assert_eq!(before, 100.0);
        tab.press(" ").await;
        tab.is_at(&format!("#{}", slide + 1)).await;
        chromium.is_content();
    });
}

/// How much of a slide's timeline is to be seen, in percent: up to its cursor.
async fn seen(tab: &Tab, slide: usize) -> f64 {
    tab.eval::<f64>(&format!(
        "(() => {{
            const svg = document.querySelector('#slide-{slide} svg.timeline');
            const at = svg.querySelector('.cursor').x1.baseVal.value;
            return (100 * at) / svg.viewBox.baseVal.width;
        }})()"
    ))
    .await
}

#[test]
#[ignore = "needs Chromium"]
fn below_a_timeline_stand_the_line_and_the_queue_of_the_poll_and_its_code_is_lit() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        let slide = tab
            .find(
                "slide.dataset.name === 'start-three-wait-for-all' && slide.querySelector('.said')",
            )
            .await;
        let texts = |selector: &str| {
            format!(
                "[...document.querySelectorAll('#slide-{slide} {selector}')]
                    .map((found) => found.textContent.trim())"
            )
        };
        let said = texts(".said li:not([hidden])");
        let ready = texts(".strip [data-list=ready] .tile");
        let lit = texts(":is(.line.resumed, .line.said, .line.stop)");
        tab.go(&format!("#{slide}")).await;
        assert_eq!(tab.eval::<Vec<String>>(&said).await, [""; 0]);
        // The first poll, of `main`, is there from the beginning: the question was read before.
        for (step, line) in [(1, "1 A compute factorial(2)"), (2, "2 B compute factorial(2)")] {
            tab.go(&format!("#{slide}.{step}")).await;
            assert_eq!(tab.eval::<Vec<String>>(&said).await, [line]);
        }
        // At 1 s: all three were woken, in the order in which their sleeps began.
        tab.go(&format!("#{slide}.4")).await;
        assert_eq!(tab.eval::<Vec<String>>(&ready).await, ["A", "B", "C"]);
        // How long the wait will be is what is asked.
        let is_seen = "checkVisibility({ visibilityProperty: true })";
        let seen =
            |cell: &str| format!("document.querySelector('#slide-{slide} {cell}').{is_seen}");
        tab.go(&format!("#{slide}.3")).await;
        for cell in ["[data-list=timers]", "[data-list=waits]"] {
            assert!(tab.eval::<bool>(&seen(cell)).await, "{cell}");
        }
        tab.go(&format!("#{slide}.1")).await;
        assert!(!tab.eval::<bool>(&seen(".due")).await);
        assert_eq!(tab.eval::<Vec<String>>(&lit).await.len(), 2, "A prints, and waits for a sleep");
    });
}

#[test]
#[ignore = "needs Chromium"]
fn shift_space_and_backspace_go_a_step_back_and_w_to_the_poll_that_woke_a_lane() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        let slide = tab.find(HAS_TIMELINE).await;
        tab.go(&format!("#{slide}.2")).await;
        tab.press("Shift+ ").await;
        tab.is_at(&format!("#{slide}.1")).await;
        tab.press("Backspace").await;
        tab.is_at(&format!("#{slide}")).await;
        tab.press("Backspace").await;
        tab.is("location.hash.startsWith('#') && !location.hash.startsWith('#0')").await;
        let before = tab.steps(slide - 1).await;
        let end =
            if before > 0 { format!("#{}.{before}", slide - 1) } else { format!("#{}", slide - 1) };
        tab.is_at(&end).await;
        // The task, polled at step 3, has woken `main`, whose poll comes next.
        let woken = tab
            .find("slide.dataset.name === 'and-with-spawn' && slide.querySelector('.said')")
            .await;
        tab.go(&format!("#{woken}.4")).await;
        tab.press("w").await;
        tab.is_at(&format!("#{woken}.3")).await;
        tab.is("document.getElementById('notice').hidden").await;
        tab.press("w").await;
        tab.is("!document.getElementById('notice').hidden").await;
        tab.is_at(&format!("#{woken}.3")).await;
    });
}

#[test]
#[ignore = "needs Chromium"]
fn arrows_and_pages_go_from_slide_to_slide() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        let last = tab.slides().await;
        for (at, (key, to)) in
            [("ArrowRight", 2), ("ArrowDown", 3), ("PageDown", 4)].into_iter().enumerate()
        {
            tab.press(key).await;
            tab.is_at(&format!("#{to}")).await;
            let shown = "[...document.querySelectorAll('#stage > .slide:not([hidden])')]
                .map((slide) => slide.id)";
            assert_eq!(tab.eval::<Vec<String>>(shown).await, [format!("slide-{}", at + 2)]);
        }
        for (key, to) in [("ArrowLeft", 3), ("ArrowUp", 2), ("PageUp", 1), ("PageUp", 1)] {
            tab.press(key).await;
            let steps = tab.steps(to).await;
            tab.is_at(&if steps > 0 { format!("#{to}.{steps}") } else { format!("#{to}") }).await;
        }
        tab.press("End").await;
        tab.is_at(&format!("#{last}")).await;
        tab.press("ArrowRight").await;
        tab.is_at(&format!("#{last}")).await;
        tab.press("Home").await;
        tab.is_at("#1").await;
        chromium.is_content();
    });
}

#[test]
#[ignore = "needs Chromium"]
fn h_shows_the_keys_and_hides_them() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        for hide in ["h", "Escape"] {
            tab.press("h").await;
            tab.is("help.open").await;
            let text: String = tab.eval("help.innerText").await;
            for key in ["Space", "Page Down", "Home", "28 Enter", "O", "B", "P", "R", "F", "T", "H"]
            {
                assert!(text.contains(key), "the help does not name {key}: {text}");
            }
            tab.press("ArrowRight").await;
            tab.is_at("#1").await;
            tab.press(hide).await;
            tab.is("!help.open").await;
        }
    });
}

#[test]
#[ignore = "needs Chromium"]
fn t_changes_between_light_and_dark() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        let paper = "getComputedStyle(document.body).backgroundColor";
        tab.prefers("light").await;
        let light: String = tab.eval(paper).await;
        tab.press("t").await;
        tab.is(&format!("{paper} !== {light:?}")).await;
        let dark: String = tab.eval(paper).await;
        tab.press("t").await;
        tab.is(&format!("{paper} === {light:?}")).await;
        tab.prefers("dark").await;
        tab.is(&format!("{paper} === {light:?}")).await; // T was a choice
        let other = chromium.open(&deck()).await;
        other.prefers("dark").await;
        other.is(&format!("{paper} === {dark:?}")).await;
    });
}

#[test]
#[ignore = "needs Chromium"]
fn f_fills_the_screen_and_leaves_it() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        tab.press("f").await;
        tab.is("document.fullscreenElement !== null").await;
        tab.press("f").await;
        tab.is("document.fullscreenElement === null").await;
    });
}

#[test]
#[ignore = "needs Chromium"]
fn an_address_can_name_a_slide_a_step_or_a_title() {
    with_chromium(async |chromium| {
        let first = chromium.open(&deck()).await;
        let gather = first.find("slide.dataset.name === 'start-three-wait-for-all'").await;
        let played = gather + 1; // the second of the two slides of that title
        let last = first.slides().await;
        for (link, is) in [
            (format!("#{gather}"), format!("#{gather}")),
            (format!("#{played}.2"), format!("#{played}.2")),
            ("#start-three-wait-for-all".into(), format!("#{gather}")),
            ("#no-such-title".into(), "#1".into()),
            ("#50%".into(), "#1".into()), // no address at all, as an address is written
            ("#999".into(), format!("#{last}")),
            ("#0".into(), "#1".into()),
        ] {
            let tab = chromium.open(&format!("{}{link}", deck())).await;
            tab.is_at(&is).await;
        }
        chromium.is_content();
    });
}

#[test]
#[ignore = "needs Chromium"]
fn a_timeline_can_be_dragged() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        let slide = tab.find(HAS_TIMELINE).await;
        tab.go(&format!("#{slide}")).await;
        // The second poll of a picture, in percent of its width: the first is always shown.
        let first: f64 = tab
            .eval(&format!(
                "(() => {{
                    const figure = document.querySelector('#slide-{slide} .run-of');
                    const run = JSON.parse(figure.querySelector('script').textContent);
                    const width = figure.querySelector('svg').viewBox.baseVal.width;
                    return (100 * run.moments[1].at) / width;
                }})()"
            ))
            .await;
        let place = |percent: f64| {
            format!(
                "(() => {{
                    const svg = document.querySelector('#slide-{slide} svg');
                    const box = svg.getBoundingClientRect();
                    return [box.left + box.width * {percent} / 100, box.top + box.height / 2];
                }})()"
            )
        };
        let mouse = async |kind: DispatchMouseEventType, percent| {
            let [x, y]: [f64; 2] = tab.eval(&place(percent)).await;
            let event = DispatchMouseEventParams::builder()
                .r#type(kind)
                .x(x)
                .y(y)
                .button(MouseButton::Left)
                .buttons(1);
            tab.page
                .execute(event.click_count(1).build().expect("complete"))
                .await
                .expect("a move");
        };
        mouse(DispatchMouseEventType::MousePressed, 1.0).await;
        tab.is_at(&format!("#{slide}")).await;
        mouse(DispatchMouseEventType::MouseMoved, 99.9).await;
        let polls = tab.steps(slide).await - 1;
        tab.is_at(&format!("#{slide}.{polls}")).await;
        mouse(DispatchMouseEventType::MouseMoved, first - 1.0).await;
        tab.is_at(&format!("#{slide}.1")).await;
        mouse(DispatchMouseEventType::MouseReleased, first - 1.0).await;
        mouse(DispatchMouseEventType::MouseMoved, 99.9).await;
        tab.is_at(&format!("#{slide}.1")).await;
    });
}

#[test]
#[ignore = "needs Chromium"]
fn a_keyboard_reaches_the_slider_and_the_button_and_uses_them() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        let slide = tab.find(&format!("{HAS_TIMELINE} && slide.querySelector('[data-run]')")).await;
        tab.go(&format!("#{slide}")).await;
        tab.press("Tab").await;
        tab.is("document.activeElement.matches('.scrub')").await;
        tab.press(" ").await;
        tab.is_at(&format!("#{slide}.1")).await;
        let text: String = tab.eval("document.activeElement.getAttribute('aria-valuetext')").await;
        assert!(text.starts_with("1 of "), "{text}");
        tab.press("Tab").await;
        tab.is("document.activeElement.matches('[data-run]')").await;
        tab.press("Enter").await;
        tab.is("!document.getElementById('run-panel').hidden").await;
        tab.is_at(&format!("#{slide}.1")).await;
        chromium.is_content();
    });
}

#[test]
#[ignore = "needs Chromium"]
fn a_swipe_turns_the_page_and_a_tap_plays() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        tab.page.execute(SetTouchEmulationEnabledParams::new(true)).await.expect("a touch screen");
        let swipe = async |from: f64, to: f64| {
            tab.touch("touchStart", &[(from, 60.0)]).await;
            tab.touch("touchMove", &[((from + to) / 2.0, 61.0)]).await;
            tab.touch("touchMove", &[(to, 62.0)]).await;
            tab.touch("touchEnd", &[]).await;
        };
        swipe(800.0, 400.0).await;
        tab.is_at("#2").await;
        swipe(400.0, 800.0).await;
        tab.is_at("#1").await;
        let slide = tab.find(HAS_TIMELINE).await;
        tab.go(&format!("#{slide}")).await;
        swipe(500.0, 500.0).await;
        tab.is_at(&format!("#{slide}.1")).await;
    });
}

#[test]
#[ignore = "needs Chromium"]
fn a_screen_reader_is_told_where_one_is_and_what_happens() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        let announced = "document.getElementById('announcement').textContent";
        tab.press("ArrowRight").await;
        let slides = tab.slides().await;
        tab.is(&format!("{announced}.startsWith('Slide 2 of {slides}: ')")).await;
        let gather = tab.find("slide.dataset.name === 'start-three-wait-for-all'").await + 1;
        tab.go(&format!("#{gather}")).await;
        tab.press(" ").await;
        tab.is(&format!("{announced}.startsWith('At 0: A begins, prints “compute factorial(2)”')"))
            .await;
        let unnamed: Vec<String> = tab
            .eval(
                "[...document.querySelectorAll('svg[role=img], section.slide, input, dialog, nav')]
                // An SVG that was drawn before has a title of its own.
                .filter((element) => !element.querySelector(':scope > title'))
                .filter((element) => !element.getAttribute('aria-label'))
                .filter((element) => {
                    const labelledBy = element.getAttribute('aria-labelledby');
                    return !document.getElementById(labelledBy);
                })
                .map((element) => element.outerHTML.slice(0, 80))",
            )
            .await;
        assert_eq!(unnamed, [""; 0]);
        let twice: Vec<String> = tab
            .eval(
                "(() => {
                    const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
                    return ids.filter((id, nth) => ids.indexOf(id) !== nth);
                })()",
            )
            .await;
        assert_eq!(twice, [""; 0], "these ids occur twice");
    });
}

#[test]
#[ignore = "needs Chromium"]
fn nothing_moves_for_those_who_do_not_want_it() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        let duration = "getComputedStyle(document.getElementById('controls')).transitionDuration";
        assert_ne!(tab.eval::<String>(duration).await, "0s");
        tab.prefers("light").await; // and reduced motion
        assert_eq!(tab.eval::<String>(duration).await, "0s");
    });
}

#[test]
#[ignore = "needs Chromium"]
fn in_a_file_r_shows_what_was_recorded() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        let gather = tab.find("slide.querySelector('[data-run=gather]')").await;
        tab.go(&format!("#{gather}")).await;
        tab.press("r").await;
        tab.is("document.getElementById('run-status').textContent === 'recorded'").await;
        let output: String = tab.eval("document.getElementById('run-output').textContent").await;
        assert!(output.contains(" 3.000 C        factorial(4) = 24\n"), "{output}");
        // The picture, too: notes send the room to it.
        let lane = "       A   █────────── 1 s ───────────░█✓\n";
        assert!(output.contains(lane), "{output}");
        tab.press("Escape").await;
        tab.is("document.getElementById('run-panel').hidden").await;
        chromium.is_content();
    });
}

#[test]
#[ignore = "needs Chromium"]
fn a_number_and_enter_jump_to_a_slide() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        tab.press("1").await;
        tab.press("2").await;
        tab.is("!notice.hidden && notice.textContent.includes('12')").await;
        tab.press("Enter").await;
        tab.is_at("#12").await;
        tab.is("notice.hidden").await;
        // Another key forgets the number.
        tab.press("3").await;
        tab.press("Escape").await;
        tab.press("Enter").await;
        tab.is_at("#12").await;
        // Backspace takes back its last digit,
        for key in ["1", "2", "Backspace", "3", "Enter"] {
            tab.press(key).await;
        }
        tab.is_at("#13").await;
        // and does not go a step back even if that was the only one.
        for key in ["1", "Backspace"] {
            tab.press(key).await;
        }
        tab.is("notice.hidden").await;
        tab.is_at("#13").await;
        chromium.is_content();
    });
}

#[test]
#[ignore = "needs Chromium"]
fn o_lists_all_slides_and_leads_to_one() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        tab.press("o").await;
        tab.is("overview.open").await;
        // Slides that only open a part are not in it, their topics are; nor is the second half of a
        // slide.
        let listed: usize = tab.eval("overview.querySelectorAll('a').length").await;
        let others = "document.querySelectorAll('.slide:is(.opens, [data-continues])').length";
        assert_eq!(listed, tab.slides().await - tab.eval::<usize>(others).await + 1);
        tab.press("ArrowRight").await;
        tab.is_at("#1").await;
        tab.press("o").await;
        tab.is("!overview.open").await;
        tab.press("o").await;
        tab.is("overview.open").await;
        let link: String = tab.eval("overview.querySelectorAll('a')[6].hash").await;
        tab.eval::<bool>("(overview.querySelectorAll('a')[6].click(), true)").await;
        tab.is_at(&link).await;
        tab.is("!overview.open").await;
        // The slide that is shown is marked, also on its second half.
        tab.press("o").await;
        tab.is(&format!("document.activeElement.hash === '{link}'")).await;
        tab.press("o").await;
        let half = tab.find("'continues' in slide.dataset").await;
        tab.go(&format!("#{half}")).await;
        tab.press("o").await;
        let before = half - 1;
        tab.is(&format!("document.activeElement.hash === '#{before}'")).await;
        chromium.is_content();
    });
}

#[test]
#[ignore = "needs Chromium"]
fn b_makes_the_screen_black_and_the_next_key_shows_it_again_without_a_step() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        let slide = tab.find(HAS_TIMELINE).await;
        tab.go(&format!("#{slide}")).await;
        for key in ["b", "."] {
            tab.press(key).await;
            tab.is("!black.hidden").await;
            tab.press(key).await;
            tab.is("black.hidden").await;
        }
        for key in [
            " ",
            "Backspace",
            "ArrowRight",
            "ArrowLeft",
            "PageDown",
            "PageUp",
            "Home",
            "End",
            "h",
            "o",
            "t",
            "r",
            "x",
            "Enter",
            "Tab",
            "1",
        ] {
            tab.press("b").await;
            tab.is("!black.hidden").await;
            tab.press(key).await;
            tab.is("black.hidden").await;
            tab.is_at(&format!("#{slide}")).await;
            let others = "help.open || overview.open || 'theme' in document.documentElement.dataset
                || !document.getElementById('run-panel').hidden";
            assert!(!tab.eval::<bool>(others).await, "{key} does more than to light the screen");
        }
        tab.press("Escape").await; // takes back the number that 1 has begun
        tab.press("b").await;
        tab.is("!black.hidden").await;
        // Shift alone may be held for the key that comes next.
        let shift =
            "!dispatchEvent(new KeyboardEvent('keydown', { key: 'Shift', cancelable: true }))";
        assert!(!tab.eval::<bool>(shift).await, "it is left to the browser");
        tab.is("!black.hidden").await;
        tab.press("x").await;
        tab.press(" ").await;
        tab.is_at(&format!("#{slide}.1")).await;
    });
}

#[test]
#[ignore = "needs Chromium"]
fn with_remote_in_the_address_page_down_plays() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&format!("{}?remote", deck())).await;
        let slide = tab.find(HAS_TIMELINE).await;
        tab.go(&format!("#{slide}")).await;
        tab.press("PageDown").await;
        tab.is_at(&format!("#{slide}.1")).await;
        tab.press("PageDown").await;
        tab.is_at(&format!("#{slide}.2")).await;
        tab.press("PageUp").await;
        tab.is_at(&format!("#{slide}.1")).await;
        tab.press("ArrowRight").await; // the arrows still go from slide to slide
        tab.is_at(&format!("#{}", slide + 1)).await;
    });
}

#[test]
#[ignore = "needs Chromium"]
fn the_browsers_back_goes_to_the_slide_before() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        tab.press("ArrowRight").await;
        tab.is_at("#2").await;
        tab.press(" ").await;
        tab.is_at("#2.1").await;
        tab.press("ArrowRight").await;
        tab.is_at("#3").await;
        tab.eval::<bool>("(history.back(), true)").await;
        tab.is_at("#2.1").await;
        tab.eval::<bool>("(history.back(), true)").await;
        tab.is_at("#1").await;
        tab.is("document.title.startsWith('1. ')").await;
    });
}

#[test]
#[ignore = "needs Chromium"]
fn space_first_closes_the_output_that_covers_the_slide() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        let gather = tab.find("slide.querySelector('[data-run=gather]')").await;
        tab.go(&format!("#{gather}")).await;
        for key in [" ", "ArrowRight", "PageUp", "Home"] {
            tab.press("r").await;
            tab.is("!document.getElementById('run-panel').hidden").await;
            tab.press(key).await;
            tab.is("document.getElementById('run-panel').hidden").await;
            tab.is_at(&format!("#{gather}")).await;
        }
        tab.press(" ").await;
        tab.is_at(&format!("#{gather}.1")).await;
        let without = tab.find("!slide.querySelector('[data-run]')").await;
        tab.go(&format!("#{without}")).await;
        tab.press("r").await;
        tab.is("!notice.hidden && notice.textContent.includes('no example')").await;
    });
}

#[test]
#[ignore = "needs Chromium"]
fn a_printed_line_of_100_columns_fits_the_panel() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        let gather = tab.find("slide.querySelector('[data-run=gather]')").await;
        for (width, height) in [(1280, 720), (1920, 1080)] {
            tab.resize(width, height).await;
            tab.go(&format!("#{gather}")).await;
            tab.press("r").await;
            tab.is("!document.getElementById('run-panel').hidden").await;
            let wide = "(() => { const output = document.getElementById('run-output');
                output.textContent = '─'.repeat(100) + '\\n'.repeat(90);
                return output.scrollWidth - output.clientWidth; })()";
            assert_eq!(tab.eval::<i64>(wide).await, 0, "at {width}x{height}");
            tab.press("Escape").await;
        }
    });
}

/// A question comes before its answer at each step: in the code, in names, in the plan of timers,
/// and in what is heard. And the way back shows the same.
#[test]
#[ignore = "needs Chromium"]
fn no_slide_answers_its_own_question_and_the_way_back_is_the_same() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        let walk = include_str!("answers.js");
        tab.eval::<bool>(&format!("(globalThis.walk = {walk}, true)")).await;
        let faults: Vec<String> = loop {
            if let Some(faults) = tab.eval("walk()").await {
                break faults;
            }
        };
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    });
}

/// What a line prints is below the picture then, so it is no secret in the code any more.
#[test]
#[ignore = "needs Chromium"]
fn a_text_in_the_code_is_shown_once_its_line_was_executed() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        let slide = tab
            .find("slide.dataset.name === 'when-does-a-nap-begin' && slide.querySelector('.said')")
            .await;
        let shown = format!(
            "[...document.querySelectorAll('#slide-{slide} .sentence')]
                .filter((text) => text.checkVisibility({{ visibilityProperty: true }}))
                .map((text) => text.textContent)"
        );
        let (first, second) = ("\"called twice\"", "\"await one of them\"");
        for (step, expected) in [(0, &[first][..]), (1, &[first, second])] {
            // The address of a slide's beginning names no step.
            let address = match step {
                0 => format!("#{slide}"),
                _ => format!("#{slide}.{step}"),
            };
            tab.go(&address).await;
            assert_eq!(tab.eval::<Vec<String>>(&shown).await, expected, "at step {step}");
        }
        // Back again it is hidden again.
        tab.go(&format!("#{slide}")).await;
        assert_eq!(tab.eval::<Vec<String>>(&shown).await, [first]);
    });
}

/// The short talk has fewer slides, numbered as if there were no others, in both windows.
#[test]
#[ignore = "needs Chromium"]
fn with_short_in_the_address_it_is_the_short_talk() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        let all = tab.slides().await;
        let short = chromium.open(&format!("{}?short", deck())).await;
        let left = short.slides().await;
        assert!(left < all, "{left} of {all} slides");
        short.press("End").await;
        short.is_at(&format!("#{left}")).await;
        let number: String =
            short.eval("document.querySelector('.slide:not([hidden]) .number').textContent").await;
        assert_eq!(number, format!("{left} / {left}"));
        short.press("p").await;
        let console = chromium.popup().await;
        let place = format!("slide {left} of {left}");
        console
            .is(&format!("document.querySelector('.place').textContent.startsWith('{place}')"))
            .await;
        chromium.is_content();
    });
}

/// What a key switches on and off it does once, however long it is held.
#[test]
#[ignore = "needs Chromium"]
fn a_key_that_is_held_switches_once_and_goes_on_and_on() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        for times in [2, 3] {
            for (key, on) in [("h", "help.open"), ("o", "overview.open"), ("b", "!black.hidden")] {
                tab.hold(key, times).await;
                assert!(tab.eval::<bool>(on).await, "{key}, held for {times} times");
                tab.press(key).await;
                assert!(!tab.eval::<bool>(on).await, "{key}, once more");
            }
        }
        tab.hold("ArrowRight", 4).await;
        tab.is_at("#5").await;
        chromium.is_content();
    });
}

/// Chromium forgets changes of the history if there are more than 200 in ten seconds.
#[test]
#[ignore = "needs Chromium"]
fn the_address_is_that_of_the_slide_also_after_very_many_keys() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        let many = "(() => {
            const space = { key: ' ', bubbles: true };
            for (let nth = 0; nth < 400; nth += 1)
                document.dispatchEvent(new KeyboardEvent('keydown', space));
            return true;
        })()";
        tab.eval::<bool>(many).await;
        let shown = "document.querySelector('#stage > .slide:not([hidden])').id";
        tab.is(&format!("{shown} === `slide-${{parseInt(location.hash.slice(1))}}`")).await;
    });
}

/// A speaker reloads the deck when an example was edited.
#[test]
#[ignore = "needs Chromium"]
fn theme_and_remote_survive_a_reload() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        tab.prefers("light").await;
        let paper = "getComputedStyle(document.body).backgroundColor";
        let light: String = tab.eval(paper).await;
        tab.press("t").await;
        tab.press("p").await;
        let console = chromium.popup().await;
        console.eval::<bool>("(document.getElementById('remote').click(), true)").await;
        tab.press("ArrowRight").await;
        tab.is("history.state.remote").await;
        tab.reload().await;
        assert_ne!(tab.eval::<String>(paper).await, light);
        tab.press("PageDown").await;
        tab.is_at("#2.1").await;
    });
}

/// At 200 % a laptop's window has this many pixels.
#[test]
#[ignore = "needs Chromium"]
fn help_and_overview_begin_at_their_top_and_fit_a_small_window() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        for (width, height) in [(640, 360), (390, 844), (320, 256)] {
            tab.resize(width, height).await;
            for (key, dialog) in [("h", "help"), ("o", "overview")] {
                tab.press(key).await;
                tab.is(&format!("{dialog}.open")).await;
                assert_eq!(tab.eval::<f64>(&format!("{dialog}.scrollTop")).await, 0.0, "{dialog}");
                let beyond = format!(
                    "(({{ left, right }}) => left < 0 || right > innerWidth)
                        ({dialog}.getBoundingClientRect())"
                );
                assert!(!tab.eval::<bool>(&beyond).await, "{dialog} at {width}x{height}");
                tab.press("Escape").await;
                tab.is(&format!("!{dialog}.open")).await;
            }
        }
    });
}
