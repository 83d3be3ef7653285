//! What stands on a slide, as HTML: text, code, a timeline, what was printed, and the button.
//!
//! Read it after `page`; next is `played`.
use super::{
    played::{colour_of, played_run},
    text::{inline, markdown, with_code},
};
use crate::{
    colour,
    compose::{Run, Shown},
    deck::Language,
    layout::{Setting, columns_of, gutter},
    piece::{Listing, Piece, Played, Printed, PrintedLine, REAL_TIME},
};
use maud::{Markup, PreEscaped, html};

/// A part of a slide. The player hides what has `data-reveal` until the speaker goes on.
pub(super) fn piece(piece: &Piece, shown: &Shown) -> Markup {
    match piece {
        Piece::Prose(text) => html! { div.prose { (PreEscaped(markdown(text))) } },
        Piece::Asked { question, answer } => html! {
            div.asked {
                @if let Some(text) = question { p.question { (inline(text)) } }
                @if let Some(text) = answer { p.answer data-reveal="answer" { (inline(text)) } }
            }
        },
        Piece::Codes(codes, setting) => self::codes(codes, *setting, is_played(shown)),
        Piece::Timeline(played) => timeline(played, shown),
        Piece::Output(printed) => output(printed),
        Piece::Picture(drawing) => html! {
            figure.drawn data-reveal="picture" { (PreEscaped(&drawing.svg)) }
        },
        Piece::Agenda(topics) => agenda(topics),
    }
}

/// Whether a run is played on the slide.
fn is_played(shown: &Shown) -> bool {
    shown.pieces.iter().any(|piece| matches!(piece, Piece::Timeline(_)))
}

/// One piece of code or two. Where a run is played, there are marks of lanes beside the code if
/// there is room for them.
fn codes(codes: &[Listing], setting: Setting, is_played: bool) -> Markup {
    let beside = codes.len() == 2 && !setting.stacked;
    let columns = columns_of(setting, codes.len());
    html! {
        div.codes.{ "code-" (setting.size) }.{ "split-" (setting.split) }[beside] {
            @for (listing, columns) in codes.iter().zip(columns) {
                @let Listing { language, file, fragment, texts, goes_on, .. } = listing;
                @let gutter = if is_played { gutter(&fragment.text, columns, setting) } else { 0 };
                figure.code.texts[*texts].{ "gutter-" (gutter) }
                    data-file=(file) data-gutter=(gutter)
                {
                    figcaption {
                        @if *goes_on { "goes on" } @else { (name(*language)) span.file { (file) } }
                    }
                    pre { code { (colour::code(*language, fragment)) } }
                }
            }
        }
    }
}

/// A language as a reader knows it.
fn name(language: Language) -> &'static str {
    match language {
        Language::Python => "Python",
        Language::Rust => "Rust",
    }
}

/// The lanes that are not in the picture, by name.
fn without(played: &Played) -> Option<String> {
    let names = &played.scene.without;
    if names.is_empty() { None } else { Some(names.join(", ")) }
}

/// The picture of a run, the lines that were said, and the data for the player.
fn timeline(played: &Played, shown: &Shown) -> Markup {
    let run = &played.scene.run;
    let data = played_run(played, &shown.pieces);
    let data =
        serde_json::to_string(&data).expect("strings, lists and finite numbers can be written");
    // Inside a script HTML looks for `</script` and `<!--` only. Without `<` the data has neither.
    let data = data.replace('<', "\\u003c");
    let mut number = 0;
    let mut lines = vec![];
    for (nth, step) in run.tracks[0].steps.iter().enumerate() {
        for (lane, text, _) in &step.says {
            number += 1;
            lines.push((nth, number, &run.lanes[*lane], text));
        }
    }
    html! {
        figure.run-of data-reveal="timeline" data-without=[without(played)] {
            div.picture { (PreEscaped(&played.picture.svg)) }
            input.scrub.only-heard type="range" min="0" max="0" value="0" step="1"
                aria-label="Step of the timeline";
            div.strip {}
            ol.said.{ "said-" (played.said_lines) } {
                @for (nth, number, lane, text) in lines {
                    li data-step=(nth) {
                        span.nth { (number) } " "
                        span.who.(text_class(lane.hue)) { (lane.name) } " " (text)
                    }
                }
                @if let Some(verdict) = &run.verdict { li.verdict { (with_code(verdict)) } }
            }
            script type="application/json" { (PreEscaped(data)) }
        }
    }
}

/// The class that gives a text the colour of a lane.
fn text_class(hue: usize) -> String {
    format!("tl{}", colour_of(hue))
}

/// The lane that printed a line, and the line.
fn said(line: &PrintedLine) -> Markup {
    html! {
        span.who.(text_class(line.hue.unwrap_or(0))) { (line.lane) } " " (line.text)
    }
}

/// Printed lines with their times. Those of the real clock are of the run that was recorded, which
/// the slide says.
fn output(printed: &Printed) -> Markup {
    let measured = !printed.exact;
    html! {
        ol.output.in-two-columns[printed.in_two_columns()] data-reveal="output" {
            @for line in &printed.lines {
                li { span.time.measured[measured] { (line.time) } " " (said(line)) }
            }
            @if let Some(verdict) = &printed.verdict {
                li.verdict { "ended: " (with_code(verdict)) }
            }
            @if measured { li.real-time { (REAL_TIME) } }
        }
    }
}

/// All topics, with the current one marked.
fn agenda(topics: &[(String, bool)]) -> Markup {
    html! {
        ol.agenda {
            @for (topic, current) in topics {
                li.current[*current] aria-current=[current.then_some("step")] { (topic) }
            }
        }
    }
}

/// The button that runs an example, and what it printed when it was recorded: a page without a
/// server shows that.
pub(super) fn button(run: &Run) -> Markup {
    html! {
        button.run type="button" data-run=(run.name) data-command=(run.command) {
            // The command names the example, which may tell the answer: it is hidden while the
            // slide asks, and the button must have a name then, too.
            "▶ " span.only-heard { "Run the example " } code { (run.command) }
        }
        pre.recorded hidden {
            @for (title, printed) in &run.printed {
                @if let Some(title) = title { "── " (title) " ──\n" }
                @for line in &printed.lines {
                    @if printed.exact { (format!("{:>6} ", line.time)) }
                    (format!("{:<8} {}\n", line.lane, line.text))
                }
                @if let Some(verdict) = &printed.verdict { "ended: " (verdict) "\n" }
                @if let Some(timeline) = &printed.timeline { "\n" (timeline) "\n" }
            }
        }
    }
}
