//! The explorer in a real browser: every step of every scene, forwards and backwards, and its keys.
use crate::chromium::{Chromium, Tab, with_chromium};
use async_concepts::{LaneExt, say};
use slides::{examples::Examples, root};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, LazyLock},
    time::Duration,
};
use tokio::sync::Mutex;

/// Examples with one lane and with many, with tasks and with `join!`, that end and that hang.
const EXPLORED: [&str; 6] =
    ["gather", "lock", "cancel_task", "pipeline", "deadlock", "blocked_loop"];

/// Examples of which a test looks at single steps.
const SINGLE_STEPS: [&str; 10] = [
    "shield",
    "interval",
    "semaphore",
    "resource_warning",
    "transaction",
    "four_ways",
    "spawn_blocking",
    "fairness",
    "timeout",
    "done_callbacks",
];

/// The names of all examples that have a page here.
fn names() -> impl Iterator<Item = &'static str> {
    EXPLORED.into_iter().chain(SINGLE_STEPS)
}

/// The page of each of them.
static PAGES: LazyLock<Vec<PathBuf>> = LazyLock::new(|| {
    let examples = Examples::find(&root()).expect("the examples");
    let executables = examples.build(&names().collect()).expect("they can be built");
    let mut pages = vec![];
    for name in names() {
        let page = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("explorer-{name}.html"));
        let mut run = Command::new(executables.path(name));
        run.args(["--fast", "--no-timeline", "--explore"]).arg(&page).current_dir(root());
        run.stdout(Stdio::null()).status().expect("it runs");
        pages.push(page);
    }
    pages
});

async fn open(chromium: &Chromium, name: &str) -> Tab {
    let nth = names().position(|explored| explored == name).expect("it is explored");
    chromium.open(&format!("file://{}", PAGES[nth].display())).await
}

/// What a person sees of a step: sentences, cells, marks, lit lines, output, and where the cursor
/// is.
const SEEN: &str = include_str!("seen.js");

/// Goes to each step of each scene: lines that are lit and should not be, or the reverse.
const LIT: &str = include_str!("lit.js");

/// Goes to each step of each scene: what is cut, or out of sight.
const LOOKS: &str = include_str!("looks.js");

/// What comes later cannot be seen: it is behind a veil that nothing shines through.
const HIDDEN: &str = "getComputedStyle(document.querySelector('.veil')).opacity === '1'";

async fn last_step(tab: &Tab) -> usize {
    tab.eval("Number(document.getElementById('count').textContent.split(' / ')[1])").await
}

/// Which step is shown, also where the address is written later.
async fn shows(tab: &Tab, step: usize) {
    tab.is(&format!("document.getElementById('count').textContent.startsWith('{step} / ')")).await;
}

/// Goes through all scenes to the end and back. The result has how many steps were looked at, and
/// a sentence for each that looks different on the way back. All of it is done in the page: the
/// address is written some time after a step, so to wait for it in each step would take minutes.
fn differences_on_the_way_back() -> String {
    format!(
        "(() => {{
            const seen = () => {SEEN};
            const press = (key) =>
                document.dispatchEvent(new KeyboardEvent('keydown', {{ key, bubbles: true }}));
            const data = JSON.parse(document.getElementById('run').textContent);
            const different = [];
            let steps = 0;
            for (const [scene, {{ moments }}] of data.scenes.entries()) {{
                press('Home');
                press(String(scene + 1));
                press('Home');
                const forwards = moments.map((_, nth) => {{
                    if (nth > 0) press('ArrowRight');
                    return seen();
                }});
                for (let nth = moments.length - 1; nth >= 0; nth -= 1) {{
                    const [now, before] = [seen(), forwards[nth]];
                    const where = `${{scene + 1}}.${{nth + 1}}`;
                    if (now !== before) different.push(`${{where}}: ${{now}}, not ${{before}}`);
                    press('ArrowLeft');
                    steps += 1;
                }}
                if (new Set(forwards).size < moments.length / 2)
                    different.push(`the steps of scene ${{scene + 1}} all look the same`);
            }}
            return [steps, different];
        }})()"
    )
}

#[test]
#[ignore = "needs Chromium"]
fn every_step_looks_the_same_forwards_and_backwards() {
    with_chromium(async |chromium| {
        for name in EXPLORED {
            let tab = open(chromium, name).await;
            let (steps, different): (usize, Vec<String>) =
                tab.eval(&differences_on_the_way_back()).await;
            assert_eq!(different, [""; 0], "{name}");
            assert!(steps > 10, "{name}: only {steps} steps were looked at");
        }
        chromium.is_content();
    });
}

#[test]
#[ignore = "needs Chromium"]
fn what_is_lit_is_what_was_recorded() {
    with_chromium(async |chromium| {
        for name in EXPLORED {
            let tab = open(chromium, name).await;
            let wrong: Vec<String> = tab.eval(LIT).await;
            assert_eq!(wrong, [""; 0], "{name}");
        }
    });
}

#[test]
#[ignore = "needs Chromium"]
fn what_is_drawn_is_whole_and_in_sight() {
    with_chromium(async |chromium| {
        for name in EXPLORED {
            let tab = open(chromium, name).await;
            let faults: Vec<String> = tab.eval(LOOKS).await;
            assert_eq!(faults, [""; 0], "{name}");
        }
        // Of a step that prints more than there is room for, the list begins within a line.
        let recording = async_concepts::record("long", || async {
            say!("{}", "a line of many words ".repeat(12));
            for nth in 0..8 {
                say!("line {nth}");
            }
        });
        let tab = open_recording(chromium, "long", recording.to_page()).await;
        tab.resize(1280, 720).await;
        tab.is("innerHeight === 720").await;
        let begins_within = "(() => {
            const list = document.getElementById('lines');
            const [{ offsetTop, offsetHeight }] = list.querySelectorAll('.now');
            return offsetTop < list.scrollTop && list.scrollTop < offsetTop + offsetHeight;
        })()";
        tab.is(begins_within).await;
        assert_eq!(tab.eval::<Vec<String>>(LOOKS).await, [""; 0], "long");
        chromium.is_content();
    });
}

#[test]
#[ignore = "needs Chromium"]
fn keys_scenes_and_addresses() {
    with_chromium(async |chromium| {
        let tab = open(chromium, "lock").await;
        tab.is("document.getElementById('count').textContent.startsWith('1 / ')").await;
        for (key, at) in [(" ", "#1.2"), ("ArrowRight", "#1.3"), ("PageDown", "#1.4")] {
            tab.press(key).await;
            tab.is_at(at).await;
        }
        for (key, at) in [("ArrowLeft", "#1.3"), ("Backspace", "#1.2"), ("Home", "#1.1")] {
            tab.press(key).await;
            tab.is_at(at).await;
        }
        let steps = last_step(&tab).await;
        tab.press("End").await;
        tab.is_at(&format!("#1.{steps}")).await;
        tab.press("Home").await;
        tab.is_at("#1.1").await;
        tab.press("2").await;
        tab.is_at("#2.1").await;
        // A link that is followed just before the window gets another size is not forgotten. The
        // page is idle before, so that it would write the address at once.
        let link = "new Promise((resolve) => setTimeout(() => {
            location.hash = '#2.3';
            resolve(dispatchEvent(new Event('resize')));
        }, 300))";
        tab.eval::<bool>(link).await;
        tab.is_at("#2.3").await;
        shows(&tab, 3).await;
        tab.press("Home").await;
        tab.is_at("#2.1").await;
        // A tab that was clicked with a pointer does not keep the keys.
        let click = "(() => {
            const tab = document.querySelectorAll('#scenes button')[0];
            tab.focus();
            return tab.dispatchEvent(new MouseEvent('click', { bubbles: true, detail: 1 }));
        })()";
        tab.eval::<bool>(click).await;
        tab.is_at("#1.1").await;
        tab.press(" ").await;
        tab.is_at("#1.2").await;
        tab.press("2").await;
        tab.press("Home").await;
        tab.is_at("#2.1").await;
        tab.press("f").await;
        tab.is(HIDDEN).await;
        tab.press("f").await;
        tab.is(&format!("!({HIDDEN})")).await;
        tab.press("t").await;
        tab.is("document.documentElement.dataset.theme !== undefined").await;
        let click = "(document.querySelector('[data-lane=\"1\"]')
            .dispatchEvent(new PointerEvent('pointerdown', { bubbles: true })), true)";
        tab.eval::<bool>(click).await;
        tab.press("End").await;
        let others = "document.querySelector('.mark.dim') !== null
            || document.querySelectorAll('.mark').length < 2";
        tab.is(others).await;
        // What belongs to the other lanes is pale on the timeline and in the output, and so is the
        // thread, which goes through all of them.
        assert_eq!(tab.eval::<Vec<String>>(NOT_ALONE).await, [""; 0]);
        // The lane stays alone when the window changes, as it does on a phone that scrolls.
        let pressed = "document.querySelector('[data-lane=\"1\"]').getAttribute('aria-pressed')";
        tab.is(&format!("{pressed} === 'true'")).await;
        tab.resize(1280, 700).await;
        tab.is("innerHeight === 700").await;
        tab.eval::<bool>("(dispatchEvent(new Event('resize')), true)").await;
        tab.is(&format!("{pressed} === 'true'")).await;
        assert_eq!(tab.eval::<Vec<String>>(NOT_ALONE).await, [""; 0]);
        tab.press("Escape").await;
        tab.is("document.querySelector('.dim, .alone') === null").await;
        tab.is(&format!("{pressed} === 'false'")).await;
        tab.eval::<bool>(click).await;
        let (listens, told): (String, String) = tab.eval(KEYS).await;
        assert_eq!(listens, told, "the keys that do something, and those that are told");
        chromium.is_content();
    });
}

/// The keys to which the page listens, and those that it tells: in its list, or in the label of a
/// button. A lane is alone at first: else Escape does nothing. F, Q and T are pressed once more at
/// the end, so that all is as it was.
const KEYS: &str = "(() => {
    const told = [...document.querySelectorAll('#keys kbd')].map((key) => key.textContent);
    for (const { title } of document.querySelectorAll('#controls button'))
        told.push(...(/\\((.*)\\)/.exec(title)?.[1].split(', ') ?? []));
    const signs = { '→': 'Right', '←': 'Left', '⇧ W': 'Shift + W', 9: '2 3 4 5 6 7 8 9' };
    const known = told.flatMap((name) => signs[name]?.split(/ (?=\\d)/) ?? name);
    const codes = { Esc: 'Escape', Left: 'ArrowLeft', Right: 'ArrowRight', Up: 'ArrowUp',
        Down: 'ArrowDown', Space: ' ', 'Page Up': 'PageUp', 'Page Down': 'PageDown' };
    const others = ['Enter', 'Tab', 'Backspace', 'Delete', 'Insert', 'Home', 'End', 'F1'];
    const signsAndLetters = [...'0123456789.,-+/?ABCDEFGHIJKLMNOPQRSTUVWXYZFQT'];
    const listens = (name) => {
        const shiftKey = name.startsWith('Shift + ');
        const plain = name.replace('Shift + ', '');
        const options = { key: codes[plain] ?? plain, shiftKey, bubbles: true, cancelable: true };
        const event = new KeyboardEvent('keydown', options);
        document.dispatchEvent(event);
        return event.defaultPrevented;
    };
    const shifted = ['Shift + Space', 'Shift + W'];
    const all = [...Object.keys(codes), ...shifted, ...others, ...signsAndLetters];
    return [all.filter(listens), known].map((names) => [...new Set(names)].sort().join());
})()";

/// What is pale although it belongs to lane 1, or the other way round; or that there is none of
/// both.
const NOT_ALONE: &str = "(() => {
    const wrong = [];
    const seen = new Set();
    for (const element of document.querySelectorAll('#chart [data-of], #lines [data-of]')) {
        const isPale = Number(getComputedStyle(element).opacity) < 0.2;
        const isOther = element.dataset.of !== '1';
        seen.add(`${element.tagName} ${isOther}`);
        if (isPale !== isOther) wrong.push(element.outerHTML);
    }
    for (const kind of ['rect', 'LI']) {
        for (const isOther of [true, false]) {
            if (!seen.has(`${kind} ${isOther}`)) wrong.push(`no ${kind}: ${isOther}`);
        }
    }
    for (const line of document.querySelectorAll('#chart .thread')) {
        if (Number(getComputedStyle(line).opacity) > 0.2) wrong.push('the thread');
    }
    return wrong;
})()";

/// Where the focus goes when a question is closed.
const FOCUS_IS_ON_NEXT: &str = "document.activeElement.dataset.do === 'next'";

#[test]
#[ignore = "needs Chromium"]
fn a_prediction_is_asked_for_before_the_answer_can_be_seen() {
    with_chromium(async |chromium| {
        let tab = open(chromium, "gather").await;
        tab.press("q").await;
        tab.press("ArrowRight").await;
        tab.is("!document.getElementById('asks').hidden").await;
        shows(&tab, 1).await;
        tab.is(HIDDEN).await;
        let told: bool = tab.eval("document.querySelector('.tells .later') !== null").await;
        assert!(!told, "how long it waits is the answer to the next question");
        // Nothing but an answer goes on.
        tab.press("End").await;
        shows(&tab, 1).await;
        let answer_c = "([...document.querySelectorAll('#asks button')]
            .find((button) => button.textContent === 'C').click(), true)";
        tab.eval::<bool>(answer_c).await;
        tab.is_at("#1.2").await;
        tab.is("document.getElementById('score').textContent.startsWith('Not C, but A')").await;
        tab.is("document.getElementById('score').textContent.includes('0 of 1 right')").await;
        tab.is(FOCUS_IS_ON_NEXT).await;
        // The same step does not count again.
        tab.press("ArrowLeft").await;
        shows(&tab, 1).await;
        tab.press("ArrowRight").await;
        tab.is("!document.getElementById('asks').hidden").await;
        let answer_a = answer_c.replace("'C'", "'A'");
        tab.eval::<bool>(&answer_a).await;
        tab.is("document.getElementById('score').textContent.startsWith('Right: A')").await;
        tab.is("document.getElementById('score').textContent.includes('0 of 1 right')").await;
        // Escape shows the step; that does not count, either.
        tab.press("ArrowRight").await;
        tab.is("!document.getElementById('asks').hidden").await;
        tab.press("Escape").await;
        tab.is("document.getElementById('asks').hidden").await;
        shows(&tab, 3).await;
        tab.is(FOCUS_IS_ON_NEXT).await;
        tab.is("document.getElementById('score').textContent === 'Skipped. 0 of 1 right.'").await;
        // An address that is followed meanwhile closes the question: it was about another step.
        tab.press("ArrowRight").await;
        tab.is("!document.getElementById('asks').hidden").await;
        tab.go("#1.4").await;
        tab.is("document.getElementById('asks').hidden").await;
        tab.press("ArrowLeft").await;
        tab.is_at("#1.3").await;
        tab.press("q").await;
        tab.press("ArrowRight").await;
        tab.is_at("#1.4").await;
        chromium.is_content();
    });
}

/// How many texts are seen that may tell an answer; and how many parts with code, state or timeline
/// the question covers.
const TELLS: &str = "(() => {
    const isSeen = (element) => element.checkVisibility({ visibilityProperty: true });
    const texts = [...document.querySelectorAll('.line .co, #about p')].filter(isSeen);
    const { bottom } = document.getElementById('asks').getBoundingClientRect();
    const parts = [...document.querySelectorAll('.source h2, .pane, #strip, #drawn')];
    const covered = parts.filter((part) => part.getBoundingClientRect().top < bottom);
    return [texts.length, covered.length];
})()";

#[test]
#[ignore = "needs Chromium"]
fn while_a_question_is_asked_comments_are_hidden_and_the_code_is_in_sight() {
    with_chromium(async |chromium| {
        let tab = open(chromium, "deadlock").await;
        tab.go("#1.4").await;
        let heights = "[...document.querySelectorAll('.line, #about')]
            .map((line) => line.getBoundingClientRect().height).join()";
        let before: String = tab.eval(heights).await;
        let (texts, _): (usize, usize) = tab.eval(TELLS).await;
        assert!(texts > 1, "comments are seen as long as nothing is asked");
        tab.press("q").await;
        tab.press("ArrowRight").await;
        tab.is("!document.getElementById('asks').hidden").await;
        assert_eq!(tab.eval::<(usize, usize)>(TELLS).await, (0, 0));
        assert_eq!(tab.eval::<String>(heights).await, before, "nothing moves");
        chromium.is_content();
    });
}

/// Asks for each step of each scene. The result has the place of the right time in each question
/// for a time, and a sentence for each question that tells its answer: which offers a time that is
/// past, or is rounded in another way than the right one; or which has one choice only. What
/// is said of how the languages differ must not have the right time, either.
const TIMES_ASKED: &str = "(() => {
    const data = JSON.parse(document.getElementById('run').textContent);
    const press = (key) =>
        document.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    const rounding = (text) => {
        const [whole, unit] = text.split(' ');
        return `${whole.replace('.', '').replace(/0+$/, '').length} ${unit}`;
    };
    const told = [];
    const places = [];
    press('q');
    for (const [scene, { instants, moments }] of data.scenes.entries()) {
        press('Home');
        press(String(scene + 1));
        for (let nth = 0; nth + 1 < moments.length; nth += 1) {
            press('ArrowRight');
            if (document.getElementById('asks').hidden) continue;
            const buttons = [...document.querySelectorAll('#asks button')];
            const offered = buttons.map((button) => button.textContent);
            const [now, next] = [moments[nth].instant, moments[nth + 1].instant];
            const tell = () => told.push(`${scene}.${nth} at ${instants[now][1]}: ${offered}`);
            if (offered.length < 2) tell();
            if (next > now) {
                const past = instants.slice(0, now + 1).map(([, text]) => text);
                const right = instants[next][1];
                if (offered.some((time) => past.includes(time))) tell();
                if (offered.some((time) => rounding(time) !== rounding(right))) tell();
                const { textContent: parting } = document.getElementById('parting');
                if (parting.includes(right)) tell();
                places.push([nth, offered.indexOf(right)]);
            }
            buttons[0].click();
        }
    }
    return [places, told];
})()";

#[test]
#[ignore = "needs Chromium"]
fn the_times_that_a_question_offers_do_not_tell_which_is_right() {
    with_chromium(async |chromium| {
        let mut places = vec![];
        for name in EXPLORED {
            let tab = open(chromium, name).await;
            let (of_page, told): (Vec<(usize, usize)>, Vec<String>) = tab.eval(TIMES_ASKED).await;
            assert_eq!(told, [""; 0], "{name}");
            places.extend(of_page);
        }
        // The right one is not at one place, nor at one that follows from the number of the step.
        for period in 1..=4 {
            for begin in 0..period {
                let guess = |(step, place): &&(usize, usize)| *place == (step + begin) % period;
                let guessed = places.iter().filter(guess).count();
                assert!(guessed * 2 < places.len(), "{guessed} of {places:?}: {begin}, {period}");
            }
        }
        chromium.is_content();
    });
}

/// Goes to each moment of the first scene with the future hidden. The result has those at which the
/// line of a thread leaves the row of its lane before the end of what is seen.
const SEEN_AHEAD: &str = "(async () => {
    const data = JSON.parse(document.getElementById('run').textContent);
    const count = document.getElementById('count');
    const ahead = [];
    for (let nth = 0; nth + 1 < data.scenes[0].moments.length; nth += 1) {
        location.hash = `#1.${nth + 1}`;
        while (!count.textContent.startsWith(`${nth + 1} /`))
            await new Promise((resolve) => setTimeout(resolve));
        const edge = Number(document.querySelector('.veil').getAttribute('x'));
        const column = document.querySelector('.cursor').getAttribute('width') - 2;
        for (const thread of document.querySelectorAll('#bars .thread')) {
            const heights = new Set();
            for (let at = 0; at < thread.getTotalLength(); at += 0.5) {
                const { x, y } = thread.getPointAtLength(at);
                if (x > edge - column / 2 + 0.5 && x < edge - 0.5) heights.add(Math.round(y));
            }
            if (heights.size > 1) ahead.push(nth);
        }
    }
    return ahead;
})()";

#[test]
#[ignore = "needs Chromium"]
fn the_line_of_the_thread_does_not_lead_to_the_lane_that_is_next() {
    with_chromium(async |chromium| {
        let tab = open(chromium, "gather").await;
        tab.press("f").await;
        tab.is(HIDDEN).await;
        let ahead: Vec<usize> = tab.eval(SEEN_AHEAD).await;
        assert_eq!(ahead, [0; 0]);
        chromium.is_content();
    });
}

#[test]
#[ignore = "needs Chromium"]
fn what_a_poll_prints_while_it_blocks_is_listed_when_its_time_has_come() {
    with_chromium(async |chromium| {
        let tab = open(chromium, "blocked_loop").await;
        // The time of each moment of the first scene, and that of the last line that is listed.
        let times: Vec<(f64, f64)> = tab
            .eval(
                "(async () => {
                    const data = JSON.parse(document.getElementById('run').textContent);
                    const { instants, moments } = data.scenes[0];
                    const times = [];
                    for (const [nth, { instant }] of moments.entries()) {
                        location.hash = `#1.${nth + 1}`;
                        const count = document.getElementById('count');
                        while (!count.textContent.startsWith(`${nth + 1} /`))
                            await new Promise((resolve) => setTimeout(resolve));
                        const listed = document.querySelectorAll('#lines li:not([hidden]) time');
                        const printed = [...listed].map((time) => Number(time.textContent));
                        times.push([instants[instant][0] / 1e9, Math.max(0, ...printed)]);
                    }
                    return times;
                })()",
            )
            .await;
        for (now, printed) in &times {
            assert!(*printed <= now + 0.001, "at {now} s a line of {printed} s is listed");
        }
        let last = times.last().expect("a moment");
        assert!(last.1 > 0.4, "the line that was printed at 470 ms is there at the end: {times:?}");
        chromium.is_content();
    });
}

/// A screen reader is told what happens, once if both languages do the same.
#[test]
#[ignore = "needs Chromium"]
fn ready_lanes_are_said_to_be_in_order_of_wakes_where_no_loop_tells_of_its_queue() {
    let heading = "document.querySelectorAll('[aria-label=\"State in Rust\"] h3')[1].textContent";
    with_chromium(async |chromium| {
        let tokio: String = open(chromium, "gather").await.eval(heading).await;
        assert_eq!(tokio, "Ready, in order of wakes");
        let own_loop: String = open(chromium, "cancel_task").await.eval(heading).await;
        assert_eq!(own_loop, "Ready, in order");
    });
}

#[test]
#[ignore = "needs Chromium"]
fn a_screen_reader_is_told_once_what_both_languages_do() {
    with_chromium(async |chromium| {
        let tab = open(chromium, "gather").await;
        let told = "document.getElementById('tells').textContent";
        tab.is(&format!("{told}.startsWith('Rust: main begins')")).await;
        tab.is(&format!("{told}.includes(' Python: main begins')")).await;
        let both = "Both: A begins, prints “compute factorial(2)” and waits (sleep).";
        tab.press("ArrowRight").await;
        tab.is(&format!("{told} === '{both} It waits until 1 s.'")).await;
        tab.press("f").await;
        tab.is(&format!("{told} === '{both}'")).await;
        chromium.is_content();
    });
}

/// The sentence before it may be on another lane. And where only Python has a step, Rust may be in
/// the middle of a poll.
#[test]
#[ignore = "needs Chromium"]
fn what_a_lane_waits_for_names_the_lane_after_a_sentence_on_another_one() {
    with_chromium(async |chromium| {
        let told = "document.getElementById('tells').textContent";
        let tab = open(chromium, "shield").await;
        tab.go("#3.4").await;
        tab.is(&format!("{told}.includes('which was aborted. main waits until 3 s.')")).await;
        let tab = open(chromium, "interval").await;
        tab.go("#5.8").await;
        let idle = "document.querySelector('#strip .idle .tells').textContent";
        tab.is(&format!("{idle} === 'No step here: main is in the middle of its poll.'")).await;
        // A coroutine of Python has no poll; and after its end a language has no step to wait for.
        let tab = open(chromium, "timeout").await;
        tab.go("#1.3").await;
        tab.is(&format!("{idle} === 'No step here: main still has its turn.'")).await;
        let tab = open(chromium, "done_callbacks").await;
        tab.go("#1.16").await;
        tab.is(&format!("{idle} === 'Python has ended.'")).await;
        chromium.is_content();
    });
}

/// The texts in bars of lanes that block, which the future does not make pale.
const BLOCKED: &str = "[...document.querySelectorAll('.blocks:not(.later)')]
    .map(({ textContent }) => textContent)";

#[test]
#[ignore = "needs Chromium"]
fn how_long_a_lane_blocks_is_said_when_that_is_over() {
    with_chromium(async |chromium| {
        let tab = open(chromium, "blocked_loop").await;
        tab.go("#1.5").await;
        assert_eq!(tab.eval::<Vec<String>>(BLOCKED).await, [""; 0], "it blocks");
        tab.go("#1.6").await;
        let both = ["blocks 350 ms", "blocks 350 ms"];
        assert_eq!(tab.eval::<Vec<String>>(BLOCKED).await, both, "in Python and in Rust");
        chromium.is_content();
    });
}

/// The times above the timeline that are seen.
const TIMES: &str = "[...document.querySelectorAll('.time')]
    .filter((time) => time.checkVisibility())
    .map(({ textContent }) => textContent)";

#[test]
#[ignore = "needs Chromium"]
fn what_has_little_room_is_seen() {
    with_chromium(async |chromium| {
        // Six lanes in two languages, and two lines of what differs.
        let tab = open(chromium, "semaphore").await;
        tab.resize(1280, 720).await;
        tab.go("#2.14").await;
        let chart = "document.getElementById('chart')";
        tab.is(&format!("{chart}.scrollHeight <= {chart}.clientHeight + 1")).await;
        // A step that prints at lines which are too far from each other.
        let tab = open(chromium, "resource_warning").await;
        tab.go("#1.1").await;
        let arrows = "[...document.querySelectorAll('.pin.beyond')]";
        let titles: Vec<String> = tab.eval(&format!("{arrows}.map(({{ title }}) => title)")).await;
        assert_eq!(titles, ["main prints “the loop is dropped”, further down"]);
        // The times of this run come before those at which only other variants poll.
        let tab = open(chromium, "transaction").await;
        tab.go("#3.12").await;
        let times: Vec<String> = tab.eval(TIMES).await;
        for time in ["0", "100 ms", "200 ms", "250 ms", "350 ms"] {
            assert!(times.iter().any(|seen| seen == time), "{time} is not among {times:?}");
        }
        // Others have a time only where one of them is over.
        tab.go("#1.9").await;
        let times: Vec<String> = tab.eval(TIMES).await;
        assert_eq!(times, ["0", "100 ms", "200 ms", "300 ms", "400 ms", "750 ms"]);
        says(&tab, ".nowhere", "only in another variant").await;
        // The lists are lower if what lanes wait for has a row of its own.
        let tab = open(chromium, "semaphore").await;
        tab.resize(1280, 720).await;
        let high = "parseFloat(document.getElementById('state').style.getPropertyValue('--cells'))";
        let high: f64 = tab.eval(high).await;
        assert!(high < 100.0, "the lists are {high} pixels high");
        chromium.is_content();
    });
}

/// What the line of a thread covers between instants, as places on the axis.
const BETWEEN_INSTANTS: &str = "(() => {
    const number = (element, name) => Number(element.getAttribute(name));
    const bands = [...document.querySelectorAll('#bars .band')].map((band) =>
        [number(band, 'x'), number(band, 'x') + number(band, 'width')]);
    const covered = [];
    for (const thread of document.querySelectorAll('#bars .thread'))
        for (let at = 0; at < thread.getTotalLength(); at += 2) {
            const { x } = thread.getPointAtLength(at);
            if (!bands.some(([from, to]) => from - 1 < x && x < to + 1)) covered.push(x);
        }
    return covered;
})()";

#[test]
#[ignore = "needs Chromium"]
fn what_is_drawn_says_no_more_than_is_so() {
    with_chromium(async |chromium| {
        // While time passes nothing runs, and the row of a lane that has ended is empty.
        let tab = open(chromium, "gather").await;
        assert_eq!(tab.eval::<Vec<f64>>(BETWEEN_INSTANTS).await, [0.0; 0]);
        // A variant that ends when this one does is not over before.
        let tab = open(chromium, "lock").await;
        let others = "[...document.querySelectorAll('.other')].map((end) => end.textContent)";
        assert_eq!(tab.eval::<Vec<String>>(others).await, ["“locked” ends"]);
        // The longest lane has a label too, and nothing runs through a label.
        let tab = open(chromium, "four_ways").await;
        tab.go("#1.11").await;
        let labels: Vec<String> = tab.eval(BLOCKED).await;
        assert!(labels.ends_with(&["500 ms", "500 ms"].map(String::from)), "{labels:?}");
        let open_labels = "[...document.querySelectorAll('.blocks')].filter((label) => {
            const [ground, text] = label.children;
            return text.getBBox().width > ground.getBBox().width;
        }).length";
        assert_eq!(tab.eval::<usize>(open_labels).await, 0);
        // The end of a lane does not stand on the next lane of its row.
        tab.go("#3.16").await;
        let on_next = "[...document.querySelectorAll('.end:not(.inside)')].filter((end) => {
            const [left, foot] = ['x', 'y'].map((name) => Number(end.getAttribute(name)));
            return [...document.querySelectorAll('#bars .block')].some((block) => {
                const { x, y, width, height } = block.getBBox();
                return y < foot && foot < y + height && x < left && left < x + width;
            });
        }).length";
        assert_eq!(tab.eval::<usize>(on_next).await, 0);
        // A string of several lines is no code.
        let keywords = "[...document.querySelectorAll('[aria-label=\"Python source\"] .line')]
            .filter((line) => /^4[23]/.test(line.textContent))
            .map((line) => line.querySelectorAll('.kw, .ty').length)";
        assert_eq!(tab.eval::<Vec<usize>>(keywords).await, [0, 0]);
        // Two letters have room in a ring.
        let tab = open(chromium, "spawn_blocking").await;
        tab.go("#1.12").await;
        let wide = "[...document.querySelectorAll('.mark')]
            .filter((mark) => mark.scrollWidth > mark.clientWidth || mark.textContent.length > 1
                && getComputedStyle(mark).fontWeight > 500)
            .map((mark) => mark.textContent)";
        assert_eq!(tab.eval::<Vec<String>>(wide).await, [""; 0]);
        chromium.is_content();
    });
}

/// The first moment of the second scene in which another lane woke the one that runs in Rust, and
/// the moment of the poll that woke it. Both are counted from 1.
const FIRST_WAKE: &str = "(() => {
    const { tracks, moments } = JSON.parse(document.getElementById('run').textContent).scenes[1];
    const momentOf = (step) => moments.findIndex(({ steps }) => steps[0] === step) + 1;
    const woken = tracks[0].steps.findIndex(({ woken_in }) => woken_in !== null);
    return [momentOf(woken), momentOf(tracks[0].steps[woken].woken_in)];
})()";

#[test]
#[ignore = "needs Chromium"]
fn an_arrow_and_a_key_lead_to_the_poll_that_woke_a_lane() {
    with_chromium(async |chromium| {
        let tab = open(chromium, "lock").await;
        let (woken, waker): (usize, usize) = tab.eval(FIRST_WAKE).await;
        assert!(0 < waker && waker < woken, "step {woken} is woken in step {waker}");
        tab.go(&format!("#2.{woken}")).await;
        tab.press("w").await;
        tab.is_at(&format!("#2.{waker}")).await;
        tab.go(&format!("#2.{woken}")).await;
        let arrow = "document.querySelector('.wake-target[d]:not([d=\"\"])')";
        tab.is(&format!("{arrow} !== null")).await;
        // Not with the second button of a mouse, which opens a menu.
        let click = |button| {
            format!(
                "({arrow}.dispatchEvent(new PointerEvent('pointerdown',
                    {{ bubbles: true, button: {button} }})), true)"
            )
        };
        tab.eval::<bool>(&click(2)).await;
        shows(&tab, woken).await;
        tab.eval::<bool>(&click(0)).await;
        tab.is_at(&format!("#2.{waker}")).await;
        tab.press("Home").await;
        tab.is_at("#2.1").await;
        tab.is(&format!("{arrow} === null")).await;
        tab.press("w").await;
        shows(&tab, 1).await;
        chromium.is_content();
    });
}

/// A moment in which the lanes of both languages were woken by others, in two different moments;
/// and these two, that of Rust first. All are counted from 1.
const TWO_WAKES: &str = "(() => {
    const { tracks, moments } = JSON.parse(document.getElementById('run').textContent).scenes[1];
    for (const [nth, { steps }] of moments.entries()) {
        const from = tracks.map(({ steps: all }, track) => {
            const woken = all[steps[track]]?.woken_in ?? null;
            return moments.findIndex((moment) => woken !== null && moment.steps[track] === woken);
        });
        if (from[0] >= 0 && from[1] >= 0 && from[0] !== from[1])
            return [nth + 1, from[0] + 1, from[1] + 1];
    }
})()";

#[test]
#[ignore = "needs Chromium"]
fn each_language_has_a_key_to_the_poll_that_woke_its_lane() {
    with_chromium(async |chromium| {
        let tab = open(chromium, "fairness").await;
        let (woken, in_rust, in_python): (usize, usize, usize) = tab.eval(TWO_WAKES).await;
        for (key, waker) in [("w", in_rust), ("Shift+w", in_python)] {
            tab.go(&format!("#2.{woken}")).await;
            tab.press(key).await;
            tab.is_at(&format!("#2.{waker}")).await;
        }
        chromium.is_content();
    });
}

#[test]
#[ignore = "needs Chromium"]
fn it_fits_a_projector_and_a_phone() {
    with_chromium(async |chromium| {
        for name in EXPLORED {
            let tab = open(chromium, name).await;
            for (width, height) in [(1280, 720), (1920, 1080), (390, 844)] {
                tab.resize(width, height).await;
                tab.is(&format!("innerWidth === {width}")).await;
                let wide: i64 = tab.eval("document.documentElement.scrollWidth - innerWidth").await;
                assert!(wide <= 0, "{name} at {width}x{height} is {wide} pixels too wide");
                if width > 800 {
                    let high: i64 =
                        tab.eval("document.documentElement.scrollHeight - innerHeight").await;
                    assert!(high <= 0, "{name} at {width}x{height} is {high} pixels too high");
                }
            }
            if name == "cancel_task" {
                // What a lane waits for is too long for one line.
                tab.go("#4.2").await;
                let wide = "Math.max(...[...document.querySelectorAll('.pane')]
                    .map((pane) => pane.scrollWidth - pane.clientWidth))";
                assert_eq!(tab.eval::<i64>(wide).await, 0, "a pane is wider than the phone");
            }
            // On the phone all letters can be read.
            let small: Vec<String> = tab.eval(SMALL).await;
            assert_eq!(small, [""; 0], "{name}");
            // One language stands below the other on a phone, and says which it is.
            let named = "[...document.querySelectorAll('#strip section')].map((section) =>
                getComputedStyle(section, '::before').content)";
            let names: Vec<String> = tab.eval(named).await;
            assert_eq!(names, [r#""State in Python""#, r#""State in Rust""#], "{name}");
        }
    });
}

/// The visible texts with letters of less than 9.5 pixels.
const SMALL: &str = "[...document.querySelectorAll('body *')]
    .filter((part) => [...part.childNodes]
        .some((node) => node.nodeType === 3 && node.data.trim() !== ''))
    .filter((part) => part.checkVisibility() && parseFloat(getComputedStyle(part).fontSize) < 9.5)
    .map((part) => `${part.className} “${part.textContent}”: ${getComputedStyle(part).fontSize}`)";

/// What is cut on paper, or stands where it was on the screen.
const ON_PAPER: &str = "[...document.querySelectorAll('.pane')]
    .filter((pane) => pane.scrollHeight > pane.clientHeight + 1)
    .map((pane) => pane.getAttribute('aria-label'))
    .concat([...document.querySelectorAll('.mark, #controls button')]
        .filter((part) => part.checkVisibility())
        .map((part) => part.textContent))";

#[test]
#[ignore = "needs Chromium"]
fn on_paper_the_sources_are_whole() {
    with_chromium(async |chromium| {
        let tab = open(chromium, "lock").await;
        tab.go("#2.12").await;
        let cut: Vec<String> = tab.eval(ON_PAPER).await;
        assert!(cut.len() > 2, "on the screen there are marks, and buttons: {cut:?}");
        tab.on_paper().await;
        assert_eq!(tab.eval::<Vec<String>>(ON_PAPER).await, [""; 0]);
    });
}

/// Writes the page of a recording, and opens it.
async fn open_recording(chromium: &Chromium, name: &str, page: String) -> Tab {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("explorer-{name}.html"));
    fs::write(&file, page).expect("it can be written");
    chromium.open(&format!("file://{}", file.display())).await
}

/// Of the row of `main` what is neither a poll in its column nor a wait, as widths in columns.
const LASTING: &str = "(() => {
    const column = document.querySelector('.cursor').getAttribute('width') - 2;
    return [...document.querySelectorAll('#bars .outer.h0')]
        .map((bar) => bar.getAttribute('width') / column)
        .filter((columns) => columns > 1.5);
})()";

/// A poll that lasts is drawn for as long as it does, also of a lane that polls the one that works.
#[test]
#[ignore = "needs Chromium"]
fn a_poll_that_lasts_is_a_bar_from_its_beginning_to_its_end() {
    let recording = async_concepts::record("kept", || async {
        let work = async { async_concepts::block(Duration::from_millis(100)) };
        work.lane("A").await;
    });
    with_chromium(async |chromium| {
        let tab = open_recording(chromium, "kept", recording.to_page()).await;
        assert_eq!(tab.eval::<Vec<f64>>(LASTING).await.len(), 1);
        chromium.is_content();
    });
}

/// Goes a step on, and waits until it has been drawn.
const A_STEP: &str = "new Promise((resolve) => {
    const right = { key: 'ArrowRight', bubbles: true };
    document.dispatchEvent(new KeyboardEvent('keydown', right));
    requestAnimationFrame(() => setTimeout(() => resolve(true)));
})";

/// How many shapes the bars of the timeline consist of; and how many elements one of many steps
/// changes at most, adds or removes. No other program on the machine changes these numbers.
const TOUCHED: &str = "(() => {
    const seen = new MutationObserver(() => {});
    const all = { subtree: true, childList: true, attributes: true, characterData: true };
    seen.observe(document, all);
    let most = 0;
    for (let nth = 0; nth < 300; nth += 1) {
        const right = { key: 'ArrowRight', bubbles: true };
        document.dispatchEvent(new KeyboardEvent('keydown', right));
        let touched = 0;
        for (const { addedNodes, removedNodes } of seen.takeRecords())
            touched += 1 + addedNodes.length + removedNodes.length;
        most = Math.max(most, touched);
    }
    return [document.querySelectorAll('#bars *').length, most];
})()";

/// How long a picture stands on a screen that shows sixty of them in a second.
const A_FRAME: Duration = Duration::from_millis(16);

/// At least half of 100 steps of two hundred lanes are shown within a frame, also where there are
/// thousands of steps: script, style, layout and paint together. Half of the lanes have a due time
/// of their own, and each of the others waits for one of these: so all lists are as long as they
/// get. What is counted is how long the
/// page's main thread has had a processor, and not how long it has waited for one. What runs beside
/// it slows it all the same, since they share caches: so it is measured up to three times.
#[test]
#[ignore = "needs Chromium"]
fn the_median_step_of_two_hundred_lanes_takes_its_thread_less_than_16_ms_with_two_thousand_polls() {
    async fn naps(lock: Arc<Mutex<()>>, long: Option<Duration>) {
        for _ in 0..10 {
            let _guard = lock.lock().await;
            if let Some(long) = long {
                tokio::time::sleep(long).await;
            }
        }
    }
    let recording = async_concepts::record("naps of two hundred lanes", || async {
        let mut tasks = vec![];
        for nth in 0..100 {
            let lock = Arc::new(Mutex::new(()));
            let long = Duration::from_millis(nth * 7 % 1000 + 1);
            let naps_of_one = naps(lock.clone(), Some(long)).lane(format!("nap {nth}"));
            tasks.push(tokio::spawn(naps_of_one));
            tasks.push(tokio::spawn(naps(lock, None).lane(format!("after {nth}"))));
        }
        for task in tasks {
            task.await.expect("a nap does not panic");
        }
    });
    with_chromium(async |chromium| {
        let tab = open_recording(chromium, "many", recording.to_page()).await;
        assert!(last_step(&tab).await >= 2000, "{} steps", last_step(&tab).await);
        tab.counts_thread_time().await;
        let mut medians = vec![];
        for _ in 0..3 {
            tab.go("#1.900").await; // in the middle, so that the timeline moves with each step
            let mut times = vec![];
            for _ in 0..100 {
                let before = tab.thread_time().await;
                tab.eval::<bool>(A_STEP).await;
                times.push(tab.thread_time().await - before);
            }
            times.sort();
            let median = times[times.len() / 2];
            medians.push(median);
            if median < A_FRAME {
                break;
            }
        }
        assert!(medians.last() < Some(&A_FRAME), "the median step takes {medians:?}");
        chromium.is_content();
    });
}

/// How many times the list of timers names, what it says of the others, and how much of the height
/// of the window the code has.
const TIMERS: &str = "(() => {
    const timers = document.querySelector('.cell[data-list=timers]');
    const others = timers.querySelector('.more')?.textContent ?? '';
    const high = document.querySelector('.pane').clientHeight / innerHeight;
    return [timers.querySelectorAll('.group').length, others, high];
})()";

/// The polls of two hundred lanes are no more work for a step than those of two: what lanes go on
/// doing is one shape, and only what differs between two steps is changed.
#[test]
#[ignore = "needs Chromium"]
fn a_step_changes_as_little_of_the_page_with_two_hundred_lanes() {
    async fn naps(long: Duration) {
        for _ in 0..10 {
            tokio::time::sleep(long).await;
        }
    }
    let recording = async_concepts::record("many naps", || async {
        let mut tasks = vec![];
        for nth in 0..200 {
            let long = Duration::from_millis(1000 + nth);
            tasks.push(tokio::spawn(naps(long).lane(format!("nap {nth}"))));
        }
        for task in tasks {
            task.await.expect("a nap does not panic");
        }
    });
    with_chromium(async |chromium| {
        let tab = open_recording(chromium, "lanes", recording.to_page()).await;
        let steps = last_step(&tab).await;
        assert!(steps >= 2000, "{steps} steps");
        let (shapes, touched): (usize, usize) = tab.eval(TOUCHED).await;
        // What is out of sight is not drawn.
        let seen = "document.querySelectorAll('#bars > g:not(.left-out) > *').length";
        let drawn: usize = tab.eval(seen).await;
        assert!(drawn > 0 && drawn < shapes / 2, "{drawn} of {shapes} shapes are drawn");
        // A poll has its own shape, the wait after it, and that it was ready before it.
        assert!(shapes < 4 * steps, "{shapes} shapes for {steps} steps");
        assert!(touched < 400, "a step touches {touched} elements");
        // The lane that runs is in sight, and so are the times, wherever its row is.
        let in_sight = "(() => {
            const box = (element) => element.getBoundingClientRect();
            const chart = box(document.getElementById('chart'));
            const name = document.querySelector('.tile.full').textContent;
            const names = [...document.querySelectorAll('#chart .name')];
            const row = box(names.find((text) => text.textContent === name));
            const time = box(document.querySelector('.time.now'));
            // A lane that has ended has no mark.
            const ran = [...document.querySelectorAll('.mark.ran')].map(box);
            const marks = [...document.querySelectorAll('.mark:not(.ran)')].map(box);
            const covered = marks.filter(({ left, right, top }) => ran.some((mark) =>
                top === mark.top && right > mark.left + 2 && left < mark.right - 2));
            return row.top >= chart.top + time.height && row.bottom <= chart.bottom + 1
                && time.top >= chart.top - 1 && time.bottom <= chart.bottom
                && time.left >= row.right && time.right <= chart.right
                && covered.length === 0;
        })()";
        for step in [1, steps / 2, steps / 2 + 150, steps] {
            tab.go(&format!("#1.{step}")).await;
            shows(&tab, step).await;
            tab.is(in_sight).await;
        }
        // Each lane has a time of its own. Ten are named, so the code has its place.
        tab.go(&format!("#1.{}", steps / 2)).await;
        shows(&tab, steps / 2).await;
        let timers: (usize, String, f64) = tab.eval(TIMERS).await;
        assert_eq!((timers.0, timers.1.as_str()), (10, "and 190 more"));
        assert!(timers.2 > 0.2, "the code has {} of the window", timers.2);
        chromium.is_content();
    });
}

/// What a person sees of the time axis and of the rows: where each instant stands, and the names.
const AXIS: &str = "(() => {
    const all = (selector) => [...document.querySelectorAll(selector)];
    const bands = all('#bars .band').map((band) => Math.round(band.getAttribute('x') * 10));
    return JSON.stringify([bands, all('#chart text.name').map((name) => name.textContent)]);
})()";

/// How many stretches are marked, and how many were recorded to differ in the scene that is shown.
const MARKED: &str = "(() => {
    const data = JSON.parse(document.getElementById('run').textContent);
    const { rows } = data.scenes[Number(/#(\\d+)/.exec(location.hash)[1]) - 1].variant;
    const expected = rows.reduce((sum, { differs }) => sum + differs.length, 0);
    return [document.querySelectorAll('#bars .unlike-area').length, expected];
})()";

async fn says(tab: &Tab, selector: &str, text: &str) {
    let texts = format!("[...document.querySelectorAll('{selector}')]");
    tab.is(&format!("{texts}.some((element) => element.textContent === '{text}')")).await;
}

/// Variants are tabs on one time axis; what differs from the first is marked.
#[test]
#[ignore = "needs Chromium"]
fn variants_stand_on_one_time_axis_and_what_differs_is_marked() {
    with_chromium(async |chromium| {
        let tab = open(chromium, "lock").await;
        tab.is("document.querySelectorAll('#scenes .variants button').length === 3").await;
        let axis: String = tab.eval(AXIS).await;
        assert!(axis.ends_with(r#""main","A","B","C","D"]]"#), "{axis}");
        for scene in 1..=3 {
            tab.eval::<bool>(&format!("(location.hash = '#{scene}.1', true)")).await;
            tab.is_at(&format!("#{scene}.1")).await;
            let now: String = tab.eval(AXIS).await;
            assert_eq!(now, axis, "equal times are at equal places, also in scene {scene}");
            let (marked, expected): (usize, usize) = tab.eval(MARKED).await;
            assert_eq!(marked, expected, "scene {scene}");
            assert_eq!(marked > 0, scene == 2, "only the locked one has other times");
        }
        // From the end of the first, at 100 ms, a tab leads to the same time.
        tab.press("1").await;
        tab.press("End").await;
        tab.press("2").await;
        says(&tab, "#at", "at 100 ms").await;
        says(&tab, "#written .other", "“unlocked”, “plain variable” end").await;
        let told = "document.getElementById('what-if').textContent";
        tab.is(&format!("{told}.startsWith('“locked” takes 400 ms, and “unlocked”')")).await;
        // The sign at the head of rows says with what it compares: not with Python.
        tab.is(&format!("{told}.endsWith(' ≠ marks rows unlike those in “unlocked”.')")).await;
        let title = "document.querySelector('#chart .unlike title').textContent";
        tab.is(&format!("{title} === 'unlike the row in “unlocked”'")).await;
        // With F nothing is told of it before the end: not how long it takes, nor what differs.
        tab.press("f").await;
        tab.is(&format!("!{told}.includes('400 ms')")).await;
        let hidden = "getComputedStyle(document.querySelector('#chart .unlike')).display";
        tab.is(&format!("{hidden} === 'none'")).await;
        tab.press("End").await;
        tab.is(&format!("{told}.includes('400 ms')")).await;
        tab.press("f").await;
        // The sum is another one at the same time.
        tab.press("3").await;
        tab.press("End").await;
        says(&tab, "#lines .only-here div span:last-child", "sum 10").await;
        says(&tab, "#lines .only-here .unlike", "not in “unlocked”").await;
        tab.is("document.querySelector('#lines .at-another-time') === null").await;
        chromium.is_content();
    });
}

/// Variants that a plain run leaves out have their tabs, too.
#[test]
#[ignore = "needs Chromium"]
fn what_if_gather_were_three_awaits_or_three_tasks() {
    with_chromium(async |chromium| {
        let tab = open(chromium, "gather").await;
        let tabs = "[...document.querySelectorAll('#scenes .variants button')]";
        let titles: Vec<String> = tab.eval(&format!("{tabs}.map((tab) => tab.textContent)")).await;
        assert_eq!(titles, ["gather", "three awaits", "spawn"]);
        for (key, end) in [("1", "at 3 s"), ("2", "at 6 s"), ("3", "at 3 s")] {
            tab.press("Home").await;
            tab.press(key).await;
            tab.press("End").await;
            says(&tab, "#at", end).await;
        }
        // There is no recording of these in Python, and the page says so.
        says(&tab, "#strip section", "This scene was recorded in Rust only.").await;
        chromium.is_content();
    });
}
