//! The deck itself: it can be made, always in the same way, and says where it is wrong.
use slides::{
    compose::{ComposeError, Seconds, Talk, compose, compose_text, compose_with},
    deck::Cut,
    examples::Recordings,
    layout::CODE_SIZES,
    page::{For, KEYS, page},
    piece::{Piece, Played},
    root,
};
use std::{collections::BTreeMap, sync::LazyLock};

static TALK: LazyLock<Talk> =
    LazyLock::new(|| compose(&root()).unwrap_or_else(|failure| panic!("{failure}")));

/// What is said, voted, played and run, of 45 and of 90 minutes.
#[test]
fn both_cuts_of_the_talk_fill_their_time_and_keep_to_it() {
    for cut in [Cut::Short, Cut::Long] {
        let takes = TALK.takes(cut).as_secs() as f64 / 60.0;
        let minutes = cut.minutes() as f64;
        assert!((0.9 * minutes..=minutes).contains(&takes), "{takes} of {minutes} minutes");
    }
}

/// The time of a slide is what stands in its notes, and what the room and the machine need.
#[test]
fn voting_playing_and_running_take_their_time() {
    let text = "## A\n{{rust gather:gather}}\n? When?\n{{timeline gather}}\n! Then.\n\
                {{run gather}}\n??? 1 min, run\n- Press R.\n";
    let talk = compose_text(&root(), text).unwrap_or_else(|failure| panic!("{failure}"));
    let Seconds { talk: said, vote, play, run } = talk.slides[0].seconds;
    assert_eq!((said, vote, run), (60, 10, 5 + 3), "gather takes three seconds");
    let Some(Piece::Timeline(played)) =
        talk.slides[0].pieces.iter().find(|piece| matches!(piece, Piece::Timeline(_)))
    else {
        panic!("it is played")
    };
    assert_eq!(play, played.picture.stops.len() as u64, "a second for each poll");
}

/// The player draws lines from poll to poll: each begins where the bar of its poll does.
#[test]
fn each_poll_has_its_place_at_a_bar_of_the_picture() {
    for piece in TALK.slides.iter().flat_map(|shown| &shown.pieces) {
        let Piece::Timeline(played) = piece else { continue };
        let picture = &played.picture;
        assert_eq!(picture.places.len(), picture.stops.len());
        for place in picture.places.iter().flatten() {
            if place.middle == place.begin {
                continue; // the poll goes on behind another one: it has no bar of its own
            }
            let top = px(place.y - picture.bar_height / 2.0);
            let bar = format!("x=\"{}\" y=\"{top}\"", px(place.begin));
            assert!(picture.svg.contains(&bar), "{}: no bar at {bar}", played.scene.chart.title);
        }
    }
}

/// The colour of text in a bar is that of the paper: beside a bar it would not be seen.
#[test]
fn each_number_in_the_colour_of_bars_stands_on_a_bar() {
    let mut numbers = 0;
    for piece in TALK.slides.iter().flat_map(|shown| &shown.pieces) {
        let Piece::Timeline(played) = piece else { continue };
        let svg = &played.picture.svg;
        let mut bars = vec![];
        for bar in svg.split("<rect class=\"").skip(1) {
            let is_a_bar = ["running", "unwoken"].iter().any(|class| bar.starts_with(class));
            if is_a_bar {
                bars.push(["x", "y", "width"].map(|name| attribute(bar, name)));
            }
        }
        for text in svg.split("<text class=\"in-bar").skip(1) {
            let [x, y] = ["x", "y"].map(|name| attribute(text, name));
            let is_in_a_row =
                played.picture.places.iter().flatten().any(|place| (place.y + 4.5 - y).abs() < 0.1);
            if !is_in_a_row {
                continue; // the letter of a lane in the row of a thread
            }
            numbers += 1;
            let height = played.picture.bar_height;
            let is_on = |&[from, top, wide]: &[f64; 3]| {
                (from..=from + wide).contains(&x) && (top..=top + height).contains(&y)
            };
            assert!(bars.iter().any(is_on), "{}: {text}", played.scene.chart.title);
        }
    }
    assert!(numbers > 100, "{numbers} numbers");
}

/// An attribute of an element, from the text of its tag on.
fn attribute(element: &str, name: &str) -> f64 {
    let (_, rest) = element.split_once(&format!(" {name}=\"")).expect(name);
    rest.split_once('"').expect("the end of its value").0.parse().expect("a number")
}

/// As a picture writes a number of pixels.
fn px(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

/// A run is played beside the code that runs: of each lane that waits or prints in that file, each
/// poll lights a line of the slide. Where that cannot be, it is said why.
#[test]
fn what_is_played_lights_the_code_beside_it() {
    let mut unlit = BTreeMap::new();
    for shown in &TALK.slides {
        for piece in &shown.pieces {
            let Piece::Timeline(played) = piece else { continue };
            let title = shown.slide.title.as_str();
            for (lane, (lit, polls)) in lit_polls(played, &shown.pieces) {
                // On most slides `main` only starts the others and waits for them: code of its own
                // is shown where it does more.
                let waits = lane == "main" && lit == 0;
                if lit < polls && !waits {
                    unlit.insert(format!("{title}: {lane}"), format!("{lit} of {polls}"));
                }
            }
        }
    }
    for (why, lanes) in UNLIT {
        for lane in *lanes {
            assert!(
                unlit.remove(*lane).is_some(),
                "{lane} is lit now, so it needs no reason: {why}"
            );
        }
    }
    assert_eq!(unlit, BTreeMap::new());
}

/// Of each lane, how many of its polls light a line of the slide, and how many could: those in
/// which it waits or prints in the file of the example.
fn lit_polls<'p>(played: &'p Played, pieces: &[Piece]) -> BTreeMap<&'p str, (usize, usize)> {
    let run = &played.scene.run;
    let track = &run.tracks[0];
    let is_shown = |line: &u32| {
        pieces.iter().any(|piece| {
            let Piece::Codes(codes, _) = piece else { return false };
            codes.iter().any(|code| {
                code.file == track.file && code.fragment.numbers.contains(&(*line as usize))
            })
        })
    };
    let mut lanes: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for step in &track.steps {
        let said = step.says.iter().filter_map(|(_, _, line)| *line);
        let mut lines: Vec<u32> = said.chain(step.stop).chain(step.resumed).collect();
        lines.extend(&step.chain);
        let (lit, polls) = lanes.entry(&run.lanes[step.lane].name).or_default();
        *polls += usize::from(!lines.is_empty());
        *lit += usize::from(lines.iter().any(is_shown));
    }
    lanes
}

/// The lanes of which not each poll lights a line, and why.
const UNLIT: &[(&str, &[&str])] = &[
    (
        "the slide is about how pictures are read",
        &["How to read a timeline: A", "How to read a timeline: B"],
    ),
    ("its line is the last one, and there is no room for it", &["Only one door for threads: B"]),
    (
        "its last poll prints what the function that is shown returns",
        &["The first answer counts: `select!`: reader"],
    ),
    (
        "it goes on after what the slide is about",
        &[
            "A few at a time: main",
            "After callbacks: scopes for tasks: main",
            "Cancelling, as tokio does it: main",
            "Hard work in a coroutine: main",
            "One of three fails: main",
        ],
    ),
];

#[test]
fn the_topics_come_in_their_order() {
    let mut topics: Vec<&str> =
        TALK.slides.iter().map(|shown| shown.slide.topic.as_str()).collect();
    topics.dedup();
    let order = [
        "Async, made visible",
        "Why not threads, or callbacks?",
        "Functions, generators, coroutines",
        "The event loop",
        "Handles",
        "Futures",
        "Tasks",
        "Gather",
        "Iteration",
        "Context managers",
        "Synchronization",
        "Executors",
        "Transports",
        "Debugging",
        "Mail",
        "Criticism, and what answers it",
        "Where to go next",
    ];
    assert_eq!(topics, order);
}

/// A title says what the slide is about. A quotation would need its whole sentence, and its author.
#[test]
fn no_title_is_a_quotation() {
    for shown in &TALK.slides {
        let title = &shown.slide.title;
        assert!(!title.contains(['“', '”', '"']), "{title}");
    }
}

/// A coroutine, a task and a future are things.
#[test]
fn no_question_and_no_answer_calls_a_thing_he_or_she() {
    let mut asked = 0;
    for shown in &TALK.slides {
        for piece in &shown.pieces {
            let Piece::Asked { question, answer } = piece else { continue };
            asked += 1;
            for text in question.iter().chain(answer) {
                for word in text.split(|letter: char| !letter.is_alphanumeric()) {
                    let word = word.to_lowercase();
                    let is_person = ["he", "she", "him", "his", "her"].contains(&word.as_str());
                    assert!(!is_person, "{text}");
                }
            }
        }
    }
    assert!(asked > 50, "{asked} questions and answers");
}

/// Code has the smallest size only where a larger one does not fit, and that is not usual.
#[test]
fn most_code_is_larger_than_the_smallest_size() {
    let mut smallest = 0;
    let mut all = 0;
    for shown in &TALK.slides {
        for piece in &shown.pieces {
            let Piece::Codes(_, setting) = piece else { continue };
            all += 1;
            smallest += usize::from(setting.size == CODE_SIZES.len() - 1);
        }
    }
    assert!(2 * smallest < all, "{smallest} of {all}");
}

/// Notes are there to be acted on: what to ask, to try, to press, to show.
#[test]
fn every_note_is_a_list_of_things_to_do() {
    for shown in &TALK.slides {
        let slide = &shown.slide;
        assert!(slide.notes.starts_with("- "), "{}: {}", slide.title, slide.notes);
    }
}

/// On each slide with a timeline there is a question, or the slide before asks one and leaves it
/// open.
#[test]
fn what_is_played_was_asked_before() {
    let mut left_open = false;
    let mut not_asked = vec![];
    for shown in &TALK.slides {
        let mut asked = left_open;
        let mut played = false;
        left_open = false;
        for piece in &shown.pieces {
            match piece {
                Piece::Asked { question: Some(_), answer } => {
                    asked = true;
                    left_open = answer.is_none();
                }
                Piece::Timeline(..) => played = true,
                _ => {}
            }
        }
        if played && !asked {
            not_asked.push(shown.slide.title.as_str());
        }
    }
    assert_eq!(not_asked, [""; 0], "these timelines are played without a question");
}

/// A question that is answered on its own slide or on the next one.
#[test]
fn every_question_is_answered() {
    for (nth, shown) in TALK.slides.iter().enumerate() {
        let answered_next = TALK.slides.get(nth + 1).is_some_and(|next| {
            next.pieces.iter().any(|piece| matches!(piece, Piece::Asked { answer: Some(_), .. }))
        });
        let played = shown.pieces.iter().any(|piece| matches!(piece, Piece::Timeline(..)));
        for piece in &shown.pieces {
            if let Piece::Asked { question: Some(question), answer: None } = piece {
                assert!(answered_next || played, "{}: {question}", shown.slide.title);
            }
        }
    }
}

#[test]
fn two_builds_are_the_same_bytes() {
    // Recorded anew: the same bytes must come of other runs.
    let again = compose_with(&root(), &Recordings::anew());
    let again = again.unwrap_or_else(|failure| panic!("{failure}"));
    let (one, other) = (without_measured_times(&TALK), without_measured_times(&again));
    for (line, (one, other)) in one.lines().zip(other.lines()).enumerate() {
        assert_eq!(one, other, "in line {} of the page", line + 1);
    }
    assert_eq!(one.len(), other.len());
}

/// The page of a talk without the times of the real clock, which each run has anew.
fn without_measured_times(talk: &Talk) -> String {
    let page = page(talk, For::AFile);
    let mut parts = page.split("<span class=\"time measured\">");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (_, after) = part.split_once("</span>").expect("the end of the time");
        text += after;
    }
    assert!(text.len() < page.len(), "some examples keep real time");
    text
}

#[test]
fn nothing_in_the_page_points_outside() {
    let page = page(&TALK, For::AFile);
    for outside in ["src=\"", "href=\"http", "url(http", "@import", "//cdn"] {
        assert!(!page.contains(outside), "the page has {outside}");
    }
    assert!(page.contains("default-src 'none'"));
}

/// The README spells arrows and says in words what `28` stands for.
#[test]
fn the_readme_and_the_help_have_the_same_keys() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("the README");
    let mut lines = readme.lines().skip_while(|line| !line.starts_with("| key |"));
    assert_eq!(lines.next(), Some("| key | what it does |"));
    assert_eq!(lines.next(), Some("| --- | --- |"));
    let rows: Vec<&str> = lines.take_while(|line| line.starts_with('|')).collect();
    let mut expected = vec![];
    for (keys, does) in KEYS {
        let mut names = vec![];
        for key in keys {
            names.push(match *key {
                "→" => "Right",
                "↓" => "Down",
                "←" => "Left",
                "↑" => "Up",
                "28 Enter" => "a number, Enter",
                key => key,
            });
        }
        expected.push(format!(
            "| {} | {} |",
            names.join(", "),
            does.replace("28", "of that number")
        ));
    }
    assert_eq!(rows, expected);
}

/// What is wrong with a deck, as `check` prints it.
fn errors(blocks: &str) -> Vec<String> {
    let text = format!("# Topic\n## Title\n{blocks}\n??? 1 min\n- Say it.\n");
    match compose_text(&root(), &text) {
        Ok(_) => vec![],
        Err(ComposeError::Deck(errors)) => errors.iter().map(ToString::to_string).collect(),
        Err(failure) => panic!("{failure}"),
    }
}

#[test]
fn what_is_missing_is_named_with_its_line() {
    for (blocks, error) in [
        (
            "text\n{{rust gather:no_such}}",
            "4: examples/gather/gather.rs has no anchor `no_such`, or none that is closed",
        ),
        (
            "{{python gather:no_such}}",
            "3: examples/gather/gather.py has no anchor `no_such`, or none that is closed",
        ),
        ("{{rust no_such:gather}}", "3: there is no example `no_such`"),
        ("{{timeline no_such}}", "3: there is no example `no_such`"),
        ("{{output no_such}}", "3: there is no example `no_such`"),
        ("{{run no_such}}", "3: there is no example `no_such`"),
        ("{{run submit}}", "3: `submit` needs features (tls), so it is not run here"),
        ("It took {{took no_such}}.", "3: there is no example `no_such`"),
        ("{{output gather | D}}", "3: `D` says nothing in `gather`"),
        (
            "{{table mail/benches/README.md:no_such}}",
            "3: mail/benches/README.md has no anchor `no_such`, or none that is closed",
        ),
        (
            "{{timeline send_millions/two connections}}",
            "3: the timeline of `send_millions` is too wide: not all of it can be drawn",
        ),
        ("{{rows docs/schedules.md:no_such}}", "3: docs/schedules.md has no row of `no_such`"),
        (
            "{{rows docs/schedules.md:lock | without no such}}",
            "3: docs/schedules.md has no column `no such`",
        ),
        ("{{timeline gather/second}}", "3: `gather` has no scene `second`, but: gather"),
        ("{{timeline lock}}", "3: which scene of `lock`? It has: unlocked, locked, plain variable"),
    ] {
        assert_eq!(errors(blocks), [format!("slides/deck.md:{error}")], "{blocks}");
    }
    let [error] = &errors("{{rust src/no_such.rs:anchor}}")[..] else { panic!("one error") };
    assert!(error.starts_with("slides/deck.md:3: cannot read src/no_such.rs: "), "{error}");
}

#[test]
fn what_does_not_fit_is_named_with_its_line() {
    let [error] = &errors("{{rust state_machine:by_hand}}")[..] else { panic!("one error") };
    assert!(
        error.starts_with(
            "slides/deck.md:3: `by_hand` of examples/coroutines/state_machine.rs has "
        ) && error.ends_with(" lines, and a slide shows 15 at most"),
        "{error}"
    );
    let [error] = &errors(&"- item\n".repeat(30))[..] else { panic!("one error") };
    assert!(error.starts_with("slides/deck.md:1: the slide does not fit: it needs "), "{error}");
    let full = format!("{}\n? When?\n{{{{timeline gather}}}}", "- item\n".repeat(14));
    let [error] = &errors(&full)[..] else { panic!("one error") };
    assert!(error.starts_with("slides/deck.md:1: the slide does not fit: it needs "), "{error}");
    let title = format!("## {}\n??? 1 min\n- Say it.\n", "a title ".repeat(10));
    let Err(ComposeError::Deck(errors)) = compose_text(&root(), &title) else { panic!("an error") };
    assert_eq!(errors[0].to_string(), "slides/deck.md:1: the title does not fit into one line");
}

/// What is too full for one slide becomes two: first both languages and the question, then Rust
/// alone with the picture.
#[test]
fn a_slide_that_is_too_full_becomes_two() {
    let text = "## A\n{{python gather:gather}}\n{{rust gather:gather}}\n? When?\n\
                {{timeline gather}}\n! Then.\n??? 1 min\n- Say it.\n";
    let talk = compose_text(&root(), text).unwrap_or_else(|failure| panic!("{failure}"));
    let [first, second] = &talk.slides[..] else { panic!("{} slides", talk.slides.len()) };
    let codes = |pieces: &[Piece]| {
        let mut codes = 0;
        for piece in pieces {
            if let Piece::Codes(shown, _) = piece {
                codes += shown.len();
            }
        }
        codes
    };
    assert_eq!((codes(&first.pieces), codes(&second.pieces)), (2, 1));
    let played = |pieces: &[Piece]| pieces.iter().any(|piece| matches!(piece, Piece::Timeline(_)));
    assert!(!played(&first.pieces) && played(&second.pieces));
    let answered = |pieces: &[Piece]| {
        pieces.iter().any(|piece| matches!(piece, Piece::Asked { answer: Some(_), .. }))
    };
    assert!(!answered(&first.pieces) && answered(&second.pieces));
    assert_eq!((first.seconds.vote, second.seconds.vote), (10, 0), "the room votes once");
}

/// Of each slide of this title, whether its code has such a line.
fn shown(title: &str, line: &str) -> Vec<bool> {
    let mut shown = vec![];
    for slide in TALK.slides.iter().filter(|shown| shown.slide.title == title) {
        let mut found = false;
        for piece in &slide.pieces {
            if let Piece::Codes(codes, _) = piece {
                found |= codes.iter().any(|code| code.fragment.text.contains(line));
            }
        }
        shown.push(found);
    }
    shown
}

#[test]
fn code_that_is_kept_for_one_half_stands_only_there() {
    assert_eq!(shown("One of three fails", "fn fail_fast"), [true, false]);
    assert_eq!(shown("One of three fails", "if number % 2"), [false, true]);
}

/// What is too high for the picture below it, though narrow, stands in two columns.
#[test]
fn high_code_stands_in_two_columns() {
    let threads = TALK.slides.iter().find(|shown| shown.slide.title == "Threads").expect("one");
    let Some(Piece::Codes(codes, _)) = threads.pieces.first() else {
        panic!("it begins with code")
    };
    let columns: Vec<_> =
        codes.iter().map(|code| (code.goes_on, &*code.fragment.numbers)).collect();
    let [(false, [one, two, three]), (true, rest)] = columns[..] else { panic!("{columns:?}") };
    assert_eq!([one + 1, two + 1, three + 1], [*two, *three, rest[0]], "no line is left out");
    assert_eq!(rest.len(), 3);
}

/// Where lines have to be left out, those stay that are the point of the slide.
#[test]
fn a_line_that_the_deck_names_is_not_left_out() {
    assert_eq!(shown("Four additions without a lock", "sum.set("), [true, true]);
    assert_eq!(shown("First wait, then add", "sum.set("), [true, true]);
    assert_eq!(shown("Futurelock", "&mut a"), [true, true]);
    assert_eq!(shown("A few at a time", "store(page)"), [true, true]);
    assert_eq!(
        errors("{{rust gather:gather | with select!}}"),
        ["slides/deck.md:3: no line of `gather` of examples/gather/gather.rs has `select!`"]
    );
}

/// On a slide that asks and never answers, comments would be hidden for ever: they are not there.
#[test]
fn a_slide_that_leaves_its_question_open_has_no_empty_lines_for_comments() {
    let mut halves = 0;
    for shown in &TALK.slides {
        let mut asks = false;
        let mut answers = false;
        for piece in &shown.pieces {
            match piece {
                Piece::Asked { answer, .. } => {
                    asks = true;
                    answers = answer.is_some();
                }
                Piece::Timeline(_) | Piece::Output(_) | Piece::Picture(_) => answers = true,
                _ => {}
            }
        }
        if !asks || answers {
            continue;
        }
        halves += 1;
        for piece in &shown.pieces {
            let Piece::Codes(codes, _) = piece else { continue };
            for code in codes {
                for line in code.fragment.text.lines() {
                    let line = line.trim_start();
                    let comment = line.starts_with("//") || line.starts_with('#');
                    assert!(!comment, "{}: {line}", shown.slide.title);
                }
            }
        }
    }
    assert!(halves > 20, "{halves} such slides");
}

/// A line that is wider than its column is named, and how wide it may be.
#[test]
fn code_that_is_wider_than_its_column_is_an_error() {
    let file = "target/slides-test-wide.rs";
    let line = format!("let x = {};", "1 + ".repeat(40));
    let text = format!("// ANCHOR: a\n{line}\n// ANCHOR_END: a\n");
    std::fs::write(root().join(file), text).expect("it can be written");
    let [error] = &errors(&format!("{{{{rust {file}:a}}}}"))[..] else { panic!("one error") };
    assert_eq!(
        *error,
        format!(
            "slides/deck.md:3: {file} is too wide here: its longest line has {} letters, \
             and its column 94",
            line.len()
        )
    );
}

#[test]
fn a_good_slide_has_no_errors() {
    assert_eq!(
        errors(
            "{{python gather:gather}}\n{{rust gather:gather}}\n? When?\n{{timeline gather}}\n\
             ! After {{took gather}}."
        ),
        [""; 0]
    );
}
