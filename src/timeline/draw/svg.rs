//! A chart as SVG: to put into a page, or to use as an image. It follows the reader's light or dark setting, and a
//! screen reader says what it shows.
use super::{
    chart::{Chart, End, Hold, Pos, Row, Said, Span, State},
    layout::{Layout, Room},
    palette::{DARK, LIGHT, Palette, css, of_hue},
    words::letters,
};
use crate::timeline::human;
use maud::{Markup, PreEscaped, html};
use unicode_width::UnicodeWidthStr;

/// How to draw an SVG.
#[derive(Clone, Copy, Debug)]
pub struct SvgOptions {
    /// How wide it may be, in pixels at its natural size. It is no narrower than 480.
    pub width: f64,
    /// For which paper.
    pub theme: Theme,
    /// Whether to write below it what the signs mean.
    pub legend: bool,
    /// Whether to write below it what was said, each line with the number that stands in the poll that said it.
    pub lines: bool,
    /// Whether to write above it what the run is called and how long it took.
    pub caption: bool,
    /// How high the row of a lane is, in pixels. It is no lower than [`SvgOptions::LOWEST_ROW`].
    pub row: f64,
}

impl SvgOptions {
    /// In a row that is any lower, what is written above a wait would be in the bar above it.
    pub const LOWEST_ROW: f64 = 30.0;
}

/// For which paper to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// As the reader has set it.
    Auto,
    /// Always for light paper.
    Light,
    /// Always for dark paper.
    Dark,
    /// As the page that it stands in: it brings neither colours nor patterns, since [`page_style`] has them for all
    /// pictures of a page.
    Page,
}

impl Default for SvgOptions {
    fn default() -> SvgOptions {
        SvgOptions {
            width: 1160.0,
            theme: Theme::Auto,
            legend: true,
            lines: true,
            caption: true,
            row: 46.0,
        }
    }
}

impl Chart {
    /// Draws the chart as a document of its own, which can also stand inside a page of HTML.
    pub fn to_svg(&self, options: SvgOptions) -> String {
        to_svg(std::slice::from_ref(self), options)
    }
}

/// Draws several charts into one picture, one below the other.
pub fn to_svg(charts: &[Chart], options: SvgOptions) -> String {
    let pictures: Vec<Picture<'_>> =
        charts.iter().map(|chart| Picture::new(chart, options)).collect();
    let width = pictures.iter().map(|picture| picture.width).fold(0.0, f64::max);
    let tops = pictures
        .iter()
        .scan(0.0, |y, picture| Some(std::mem::replace(y, *y + picture.height() + BETWEEN)));
    let height: f64 =
        pictures.iter().map(|picture| picture.height() + BETWEEN).sum::<f64>() - BETWEEN;
    let described: Vec<String> = charts.iter().map(Chart::describe).collect();
    // Where each instant ends, in percent of the width, and the how-manieth it is: where a player stops that shows the
    // run step by step.
    let (instants, stops): (Vec<String>, Vec<String>) =
        pictures.first().map(Picture::stops).into_iter().flatten().unzip();
    html! {
        svg.timeline.(theme_class(options.theme)) xmlns="http://www.w3.org/2000/svg"
            viewBox={ "0 0 " (px(width)) " " (px(height)) } width=(px(width)) height=(px(height))
            role="img" aria-label=(described.join(" ")) data-stops=(stops.join(" ")) data-instants=(instants.join(" "))
        {
            @if options.theme != Theme::Page {
                style { (PreEscaped(style(options.theme))) }
                (patterns())
            }
            @for (picture, top) in pictures.iter().zip(tops) {
                g transform={ "translate(0 " (px(top)) ")" } { (picture.draw()) }
            }
        }
    }
    .into_string()
}

/// What pictures with [`Theme::Page`] share, to stand in their page once.
#[derive(Clone, Debug)]
pub struct PageStyle {
    /// Rules of CSS for what is in the pictures. They use custom properties for the colours.
    pub rules: String,
    /// The custom properties for light paper: declarations, for a rule of the page's own. `--paper` and `--ink` are
    /// among them, so that the page can have the same.
    pub light: String,
    /// The same for dark paper.
    pub dark: String,
    /// An SVG that draws nothing and has the patterns. A picture finds them by name, and browsers only if they are
    /// rendered: it must not stand in anything that has `display: none`.
    pub patterns: String,
}

/// What a page needs once, for any number of pictures with [`Theme::Page`].
pub fn page_style() -> PageStyle {
    let patterns = html! {
        svg.timeline-patterns xmlns="http://www.w3.org/2000/svg" width="0" height="0" aria-hidden="true" { (patterns()) }
    };
    PageStyle {
        rules: rules(),
        light: colours(&LIGHT),
        dark: colours(&DARK),
        patterns: patterns.into_string(),
    }
}

/// Not by colour alone: what blocks is striped, what runs on another thread is ruled.
fn patterns() -> Markup {
    html! {
        defs {
            pattern #timeline-stripes width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                rect.timeline-stripe width="3" height="8" {}
            }
            pattern #timeline-rules width="8" height="6" patternUnits="userSpaceOnUse" {
                rect.timeline-stripe width="8" height="2" {}
            }
        }
    }
}

const FONT: f64 = 14.0;
const SMALL: f64 = 12.0;
/// Bold text is so much wider.
const BOLD: f64 = 1.1;
/// Between the left edge, a lane's name, and the chart.
const MARGIN: f64 = 16.0;
const COLUMN: f64 = 26.0;
/// From the top to the first row: the times, and above them the title and the summary.
const TOP: f64 = 34.0;
const CAPTION: f64 = 58.0;
const TRACK: f64 = 30.0;
const HOLD: f64 = 22.0;
const LINE: f64 = 19.0;
const BETWEEN: f64 = 28.0;
const LANES: usize = 24;
const LINES: usize = 24;
const NARROWEST: f64 = 480.0;
/// Names of lanes, and what became of them, are no wider than this.
const NAME: f64 = 200.0;

struct Picture<'c> {
    chart: &'c Chart,
    layout: Layout,
    options: SvgOptions,
    /// Where the chart begins, to the right of the names.
    left: f64,
    width: f64,
    /// Where the first row begins.
    top: f64,
    /// How high a lane's row is, and in it a bar; and the same for a thread.
    row_height: f64,
    bar_height: f64,
    track_height: f64,
    hold_height: f64,
}

impl Picture<'_> {
    fn new(chart: &Chart, options: SvgOptions) -> Picture<'_> {
        let width = options.width.max(NARROWEST);
        let names = chart.rows.iter().take(LANES).map(|row| width_of(&row.name, FONT) * BOLD);
        let left =
            MARGIN + names.fold(width_of("thread 2", FONT) * BOLD, f64::max).min(NAME) + MARGIN;
        let at_the_edge =
            chart.rows.iter().filter(|row| row.end.0.instant + 1 == chart.instants.len());
        let fate =
            at_the_edge.filter_map(|row| chart.fate(row)).map(|fate| width_of(&fate, SMALL) + 14.0);
        let right = fate.fold(0.0, f64::max).min(NAME) + 24.0 + MARGIN;
        let room =
            Room { width: width - left - right, column: COLUMN, gap: 24.0, cut: 40.0, rows: LANES };
        let top = if options.caption { CAPTION + TOP } else { TOP };
        let row_height = options.row.max(SvgOptions::LOWEST_ROW);
        let (bar_height, track_height) =
            ((row_height * 0.565).round(), TRACK.min(row_height * 0.75));
        let hold_height = track_height.min(HOLD);
        let layout = Layout::new(chart, room);
        Picture {
            chart,
            layout,
            options,
            left,
            width,
            top,
            row_height,
            bar_height,
            track_height,
            hold_height,
        }
    }

    fn x(&self, pos: Pos) -> f64 {
        self.left + self.layout.x(pos)
    }

    /// The middle of a lane's row.
    fn y(&self, lane: usize) -> f64 {
        self.top + lane as f64 * self.row_height + self.row_height / 2.0
    }

    /// The threads that had something to do, with the middle of their tracks.
    fn tracks(&self) -> impl Iterator<Item = (f64, usize, &Vec<Hold>)> {
        let top =
            self.top + self.layout.rows as f64 * self.row_height + 8.0 + self.track_height / 2.0;
        let used = self.chart.threads.iter().enumerate().filter(|(_, holds)| !holds.is_empty());
        used.enumerate().map(move |(nth, (number, holds))| {
            (top + nth as f64 * self.track_height, number, holds)
        })
    }

    /// Where the chart ends, and what is written below it begins.
    fn bottom(&self) -> f64 {
        self.top
            + self.layout.rows as f64 * self.row_height
            + 8.0
            + self.tracks().count() as f64 * self.track_height
    }

    fn height(&self) -> f64 {
        let (legend, lines) = (self.legend().0, self.lines().0);
        self.bottom() + 16.0 + legend + self.layout.left_out.len() as f64 * LINE + lines
    }

    /// Each instant that is drawn, and where it ends, in percent.
    fn stops(&self) -> Vec<(String, String)> {
        let ends = (0..self.chart.instants.len())
            .filter_map(|index| Some((index, self.layout.instant(index)?.end)));
        ends.map(|(index, end)| {
            (index.to_string(), format!("{:.1}", 100.0 * (self.left + end + 24.0) / self.width))
        })
        .collect()
    }

    fn draw(&self) -> Markup {
        let (legend, lines) = (self.legend(), self.lines());
        let notes = self.bottom() + 16.0 + legend.0;
        let after_notes = notes + self.layout.left_out.len() as f64 * LINE;
        html! {
            @if self.options.caption {
                text.title x=(px(MARGIN)) y="26" { (self.chart.title) }
                text.faint x=(px(MARGIN)) y="47" { (self.chart.summary()) }
            }
            (self.instants())
            @for (lane, row) in self.chart.rows.iter().enumerate().take(self.layout.rows) { (self.row(lane, row)) }
            (self.arrows())
            (self.numbers())
            @for (y, number, holds) in self.tracks() { (self.track(y, number, holds)) }
            (self.cut())
            g transform={ "translate(0 " (px(self.bottom() + 16.0)) ")" } { (legend.1) }
            @for (nth, note) in self.layout.left_out.iter().enumerate() {
                text.faint x=(px(self.left)) y=(px(notes + nth as f64 * LINE + SMALL)) { (note) }
            }
            g transform={ "translate(0 " (px(after_notes)) ")" } { (lines.1) }
        }
    }

    /// A band for each instant, and its time above.
    fn instants(&self) -> Markup {
        let mut free = 0.0;
        let mut labels = vec![];
        let last = self.chart.instants.len() - 1;
        for (index, instant) in self.chart.instants.iter().enumerate() {
            let Some(range) = self.layout.instant(index) else { continue };
            let seen = self.layout.seen(range);
            let (text, middle) = (human(instant.at), self.left + (seen.start + seen.end) / 2.0);
            let half = width_of(&text, SMALL) / 2.0;
            let hidden = self.layout.hides(Pos { instant: index, column: 0 });
            // The last one is always wanted; one that is in its way gives way.
            if index == last {
                labels
                    .retain(|(x, other, _): &(f64, f64, String)| x + other + 6.0 <= middle - half);
            }
            if !hidden && (middle - half >= free || index == last) {
                labels.push((middle, half, text));
                free = middle + half + 6.0;
            }
        }
        html! {
            @for index in 0..self.chart.instants.len() {
                @if let Some(range) = self.layout.instant(index).filter(|_| !self.layout.hides(Pos { instant: index, column: 0 })) {
                    rect.band x=(px(self.left + range.start)) y=(px(self.top - 6.0)) width=(px(range.end - range.start))
                        height=(px(self.bottom() - self.top + 10.0)) rx="4" {}
                }
            }
            @for (middle, _, text) in labels { text.faint.middle x=(px(middle)) y=(px(self.top - 14.0)) { (text) } }
        }
    }

    fn row(&self, lane: usize, row: &Row) -> Markup {
        let y = self.y(lane);
        let (at, end) = (self.x(row.end.0), &row.end.1);
        html! {
            text.name x=(px(self.left - MARGIN)) y=(px(y + 5.0)) { (shorten(&row.name, NAME / BOLD, FONT)) }
            @for nth in 0..row.spans.len() { (self.span(lane, row, nth, y)) }
            @if !self.layout.hides(row.end.0) {
                (end_sign(end, at, y))
                @if let Some(fate) = self.chart.fate(row) {
                    text.faint x=(px(at + 26.0)) y=(px(y + 4.0)) { (shorten(&fate, (self.width - at - 30.0).max(0.0), SMALL)) }
                }
            }
        }
    }

    fn span(&self, lane: usize, row: &Row, nth: usize, y: f64) -> Markup {
        let span = &row.spans[nth];
        let (from, to) = (self.x(span.from), self.x(span.to));
        let (top, wide, colour) = (px(y - self.bar_height / 2.0), px(to - from), lane_class(row));
        let bar = |class: &str| html! { rect.(class).(colour) x=(px(from)) y=(top) width=(wide) height=(px(self.bar_height)) rx="5" {} };
        let time = || human(self.chart.between(span.from, span.to));
        html! {
            @if to > from {
                @match span.state {
                    State::Running => (bar("running")),
                    State::RunningUnwoken => (bar("unwoken")),
                    State::Ready => rect.ready.(colour) x=(px(from + 1.0)) y=(top) width=(px(to - from - 2.0)) height=(px(self.bar_height)) rx="5" {},
                    State::Lazy => line.lazy.(colour) x1=(px(from + 5.0)) x2=(px(to - 2.0)) y1=(px(y)) y2=(px(y)) {},
                    State::Blocking => {
                        (bar("running")) (bar("blocking"))
                        @if !self.chart.polls_others(row) { (self.label(lane, span, y, &[format!("blocks the thread {}", time()), time()])) }
                    },
                    State::OnThread => { (bar("running")) (bar("on-thread")) (self.label(lane, span, y, &[time()])) },
                    State::Waiting(_) => {
                        line.waiting.(colour) x1=(px(from + 3.0)) x2=(px(to - 3.0)) y1=(px(y)) y2=(px(y)) {}
                        @if let Some(reason) = self.chart.reason(row, nth) { (self.reason(span, &reason, y)) }
                    },
                }
            }
        }
    }

    /// Text in a bar, where no number stands: the first that fits into the widest such part.
    fn label(&self, lane: usize, span: &Span, y: f64, texts: &[String]) -> Markup {
        let seen = self.layout.seen(self.layout.x(span.from)..self.layout.x(span.to));
        let (from, to) = (self.left + seen.start, self.left + seen.end);
        let numbers =
            self.chart.said.iter().filter(|said| said.lane == lane).map(|said| self.x(said.at));
        let mut edges: Vec<f64> =
            numbers.flat_map(|x| [x - COLUMN, x]).filter(|x| (from..to).contains(x)).collect();
        edges.insert(0, from);
        edges.push(to);
        // Between two edges there is either a number, and that is narrow, or nothing.
        let parts = edges
            .windows(2)
            .map(|pair| (pair[0], pair[1]))
            .filter(|(from, to)| to - from > COLUMN + 1.0);
        let widest = parts.max_by(|one, other| (one.1 - one.0).total_cmp(&(other.1 - other.0)));
        let text = widest.and_then(|(from, to)| {
            let fits = texts.iter().find(|text| width_of(text, SMALL) + 16.0 <= to - from)?;
            Some(((from + to) / 2.0, fits))
        });
        html! {
            @if let Some((x, text)) = text { text.in-bar x=(px(x)) y=(px(y + 4.5)) font-size=(px(SMALL)) { (text) } }
        }
    }

    /// Above a wait, what ended it: where no band is, if it fits there.
    fn reason(&self, span: &Span, reason: &str, y: f64) -> Markup {
        let (from, to) = (self.x(span.from), self.x(span.to));
        let wide = width_of(reason, SMALL) + 12.0;
        let mut free = (from, from);
        let mut edge = from;
        for index in span.from.instant..=span.to.instant {
            let Some(band) = self.layout.instant(index) else { continue };
            let gap = (edge.max(from), (self.left + band.start).min(to));
            if gap.1 - gap.0 > free.1 - free.0 {
                free = gap;
            }
            edge = self.left + band.end;
        }
        let (from, to) = if free.1 - free.0 >= wide { free } else { (from, to) };
        let seen = self.layout.seen(from - self.left..to - self.left);
        let (from, to) = (self.left + seen.start, self.left + seen.end);
        html! {
            @if to - from >= wide { text.faint.middle.halo x=(px((from + to) / 2.0)) y=(px(y - 7.0)) { (reason) } }
        }
    }

    /// Who woke whom. A lane that wakes the one that polls it only passes its own wake on: that needs no arrow.
    fn arrows(&self) -> Markup {
        let drawn = |lane: usize| self.layout.shows(lane);
        let wakes = self
            .chart
            .wakes
            .iter()
            .filter(|wake| drawn(wake.from) && drawn(wake.to) && !self.layout.hides(wake.at));
        html! {
            @for wake in wakes.filter(|wake| wake.from != wake.to && self.chart.rows[wake.from].polled_by != Some(wake.to)) {
                @let (x, from, to) = (self.x(wake.at), self.y(wake.from), self.y(wake.to));
                @let down = (to - from).signum();
                @let (start, tip) = (from + down * self.bar_height / 2.0, to - down * (self.bar_height / 2.0 + 1.0));
                path.arrow d={ "M" (px(x)) " " (px(start)) "V" (px(tip - down * 5.0)) } {}
                path.head d={ "M" (px(x)) " " (px(tip)) "l-4.5 " (px(-down * 8.0)) "h9z" } {}
            }
        }
    }

    /// What was said, numbered: by whom, where, and from which to which line.
    fn said(&self) -> Vec<(usize, usize, &Said)> {
        let mut polls: Vec<(usize, usize, &Said)> = vec![];
        for (index, said) in self.chart.said.iter().enumerate() {
            match polls.last_mut() {
                Some((_, last, first)) if first.at == said.at && first.lane == said.lane => {
                    *last = index + 1
                }
                _ => polls.push((index + 1, index + 1, said)),
            }
        }
        polls
    }

    /// In each poll that said something, the numbers of its lines.
    fn numbers(&self) -> Markup {
        let said = self
            .said()
            .into_iter()
            .filter(|(_, _, said)| self.layout.shows(said.lane) && !self.layout.hides(said.at));
        html! {
            @for (first, last, said) in said {
                @let text = if first == last { first.to_string() } else { format!("{first}–{last}") };
                @let size = (COLUMN * 0.92 / width_of(&text, 1.0)).min(SMALL);
                text.in-bar x=(px(self.x(said.at) - COLUMN / 2.0)) y=(px(self.y(said.lane) + 4.5)) font-size=(px(size)) { (text) }
            }
        }
    }

    /// Who has a thread, when.
    fn track(&self, y: f64, number: usize, holds: &[Hold]) -> Markup {
        let letters = letters(&self.chart.rows[..self.layout.rows]);
        let shown = || {
            holds
                .iter()
                .filter(|hold| self.layout.shows(hold.lane) && self.x(hold.to) > self.x(hold.from))
        };
        let gaps =
            shown().zip(shown().skip(1)).map(|(one, next)| (self.x(one.to), self.x(next.from)));
        html! {
            text.name.faint x=(px(self.left - MARGIN)) y=(px(y + 4.5)) { @if number == 0 { "thread" } @else { "thread " (number + 1) } }
            @for hold in shown() {
                @let (from, to) = (self.x(hold.from), self.x(hold.to));
                @let name = &self.chart.rows[hold.lane].name;
                rect.running.(lane_class(&self.chart.rows[hold.lane])) x=(px(from)) y=(px(y - self.hold_height / 2.0)) width=(px(to - from)) height=(px(self.hold_height)) {}
                text.in-bar x=(px((from + to) / 2.0)) y=(px(y + 4.5)) font-size=(px(SMALL)) {
                    @if width_of(name, SMALL) + 8.0 <= to - from { (name) } @else { (letters[hold.lane]) }
                }
            }
            @if number == 0 {
                @for (from, to) in gaps.filter(|(from, to)| to - from > 48.0) {
                    text.faint.middle x=(px((from + to) / 2.0)) y=(px(y + 4.5)) { "idle" }
                }
            }
        }
    }

    /// Where the middle of the run is missing.
    fn cut(&self) -> Markup {
        html! {
            @if let Some(cut) = &self.layout.cut {
                rect.paper x=(px(self.left + cut.start)) y=(px(self.top - 7.0)) width=(px(cut.end - cut.start)) height=(px(self.bottom() - self.top + 12.0)) {}
                text.faint.middle x=(px(self.left + (cut.start + cut.end) / 2.0)) y=(px((self.top + self.bottom()) / 2.0)) { "· · ·" }
            }
        }
    }

    /// What the signs mean that occur in this picture, and how high that is.
    fn legend(&self) -> (f64, Markup) {
        if !self.options.legend {
            return (0.0, html! {});
        }
        let rows = &self.chart.rows[..self.layout.rows];
        let state = |wanted: fn(&State) -> bool| {
            rows.iter().flat_map(|row| &row.spans).any(|span| wanted(&span.state))
        };
        let end = |wanted: fn(&End) -> bool| {
            rows.iter().find(|row| wanted(&row.end.1)).map(|row| row.end.1.clone())
        };
        let bar = |class: &str| html! { rect.(class).l0 width="18" height="14" y="-7" rx="3" {} };
        let line = |class: &str| html! { line.(class).l0 x1="1" x2="19" y1="0" y2="0" {} };
        let sign = |end: Option<End>| end.map(|end| end_sign(&end, -2.0, 0.0));
        let entries = [
            (state(|state| matches!(state, State::Running)).then(|| bar("running")), "running"),
            (
                state(|state| matches!(state, State::Blocking))
                    .then(|| html! { (bar("running")) (bar("blocking")) }),
                "blocking the thread",
            ),
            (
                state(|state| matches!(state, State::OnThread))
                    .then(|| html! { (bar("running")) (bar("on-thread")) }),
                "on another thread",
            ),
            (state(|state| matches!(state, State::Waiting(_))).then(|| line("waiting")), "waiting"),
            (
                state(|state| matches!(state, State::Ready)).then(|| bar("ready")),
                "woken, but another has the thread",
            ),
            (
                state(|state| matches!(state, State::RunningUnwoken)).then(|| bar("unwoken")),
                "polled without a wake",
            ),
            (state(|state| matches!(state, State::Lazy)).then(|| line("lazy")), "not polled yet"),
            (sign(end(|end| *end == End::Finished)), "done"),
            (sign(end(|end| matches!(end, End::Cancelled { .. }))), "cancelled"),
            (sign(end(|end| matches!(end, End::Panicked(_)))), "panicked"),
            (sign(end(|end| *end == End::Unfinished)), "not ended"),
        ];
        let (mut x, mut y) = (self.left, 12.0);
        let mut placed = vec![];
        for (sign, word) in entries {
            let Some(sign) = sign else { continue };
            let wide = 26.0 + width_of(word, SMALL);
            if x + wide > self.width && x > self.left {
                (x, y) = (self.left, y + LINE + 3.0);
            }
            placed.push((x, y, sign, word));
            x += wide + 22.0;
        }
        let markup = html! {
            @for (x, y, sign, word) in placed {
                g transform={ "translate(" (px(x)) " " (px(y)) ")" } { (sign) text.faint x="26" y="4.5" { (word) } }
            }
        };
        (y + 18.0, markup)
    }

    /// What was said, in columns, and how high that is.
    fn lines(&self) -> (f64, Markup) {
        let all = &self.chart.said;
        if !self.options.lines || all.is_empty() {
            return (0.0, html! {});
        }
        let shown = &all[..all.len().min(LINES)];
        let number = |index: usize| format!("{}", index + 1);
        let text = |said: &Said| format!("{}  {}", self.chart.rows[said.lane].name, said.text);
        let widest =
            shown.iter().map(|said| width_of(&text(said), SMALL) + 40.0).fold(120.0, f64::max);
        let columns = (((self.width - self.left) / widest) as usize).clamp(1, 3);
        let column = (self.width - self.left) / columns as f64;
        let per_column = shown.len().div_ceil(columns);
        let markup = html! {
            @for (index, said) in shown.iter().enumerate() {
                @let (x, y) = (self.left + (index / per_column) as f64 * column, 14.0 + (index % per_column) as f64 * LINE);
                text.number x=(px(x + 16.0)) y=(px(y)) { (number(index)) }
                text.said x=(px(x + 24.0)) y=(px(y)) {
                    tspan.strong { (self.chart.rows[said.lane].name) }
                    tspan dx="8" { (shorten(&said.text, column - 48.0 - width_of(&self.chart.rows[said.lane].name, SMALL), SMALL)) }
                }
            }
            @if all.len() > shown.len() {
                text.faint x=(px(self.left)) y=(px(14.0 + per_column as f64 * LINE)) { "… and " (all.len() - shown.len()) " more lines" }
            }
        };
        (per_column as f64 * LINE + if all.len() > shown.len() { LINE } else { 0.0 } + 8.0, markup)
    }
}

fn end_sign(end: &End, x: f64, y: f64) -> Markup {
    html! {
        @match end {
            End::Finished => path.done d={ "M" (px(x + 6.0)) " " (px(y)) "l4 5 8-10" } {},
            End::Cancelled { .. } => path.cancelled d={ "M" (px(x + 5.0)) " " (px(y - 5.0)) "l10 10m0-10l-10 10" } {},
            End::Panicked(_) => path.cancelled d={ "M" (px(x + 10.0)) " " (px(y - 7.0)) "v8m0 5v.5" } {},
            End::Unfinished => path.unfinished d={ "M" (px(x + 5.0)) " " (px(y)) "h.1m6 0h.1m6 0h.1" } {},
        }
    }
}

fn lane_class(row: &Row) -> String {
    format!("l{}", of_hue(row.hue))
}

fn theme_class(theme: Theme) -> &'static str {
    match theme {
        Theme::Auto => "auto",
        Theme::Light => "light",
        Theme::Dark => "dark",
        Theme::Page => "page",
    }
}

fn style(theme: Theme) -> String {
    let colours = match theme {
        Theme::Light => format!(".timeline.light{{{}}}\n", colours(&LIGHT)),
        Theme::Dark => format!(".timeline.dark{{{}}}\n", colours(&DARK)),
        Theme::Auto => {
            let rule = |palette| format!(".timeline.auto{{{}}}\n", colours(palette));
            format!("{}@media(prefers-color-scheme:dark){{{}}}\n", rule(&LIGHT), rule(&DARK))
        }
        Theme::Page => String::new(),
    };
    colours + &rules()
}

fn rules() -> String {
    let lane =
        |lane| format!(".timeline .l{lane}{{fill:var(--lane{lane});stroke:var(--lane{lane})}}\n");
    let lanes: String = (0..LIGHT.lanes.len()).map(lane).collect();
    STYLE.to_owned() + &lanes
}

/// The colours as custom properties.
fn colours(palette: &Palette) -> String {
    let lanes: String = palette
        .lanes
        .iter()
        .enumerate()
        .map(|(lane, colour)| format!("--lane{lane}:{};", css(*colour)))
        .collect();
    let Palette { paper, ink, on_bar, done, cancelled, .. } = palette;
    format!(
        "--paper:{};--ink:{};--on-bar:{};--done:{};--cancelled:{};{lanes}",
        css(*paper),
        css(*ink),
        css(*on_bar),
        css(*done),
        css(*cancelled)
    )
}

const STYLE: &str = "
.timeline{font:14px ui-sans-serif,system-ui,'Segoe UI','DejaVu Sans',sans-serif}
.timeline text{fill:var(--ink);stroke:none}
.timeline .title{font-size:17px;font-weight:700}
.timeline .name{font-weight:600;text-anchor:end}
.timeline .faint{fill-opacity:.72;font-size:12px}
.timeline .middle{text-anchor:middle}
.timeline .halo{stroke:var(--paper);stroke-width:3;stroke-linejoin:round;paint-order:stroke}
.timeline .in-bar{fill:var(--on-bar);font-weight:700;text-anchor:middle}
.timeline .said{font-size:12px}
.timeline .strong{font-weight:600}
.timeline .number{font-size:12px;text-anchor:end;fill-opacity:.72}
.timeline .band{fill:var(--ink);fill-opacity:.07}
.timeline .paper{fill:var(--paper)}
.timeline-stripe{fill:var(--on-bar);fill-opacity:.28}
.timeline .running{stroke:none}
.timeline rect.blocking{fill:url(#timeline-stripes);stroke:none}
.timeline rect.on-thread{fill:url(#timeline-rules);stroke:none}
.timeline .unwoken{fill-opacity:.45;stroke:none}
.timeline .ready{fill-opacity:.16;stroke-width:1.5;stroke-dasharray:4 3}
.timeline .waiting{stroke-width:3;stroke-opacity:.5;stroke-linecap:round}
.timeline .lazy{stroke-width:3;stroke-dasharray:0 8;stroke-opacity:.7;stroke-linecap:round}
.timeline .arrow{fill:none;stroke:var(--ink);stroke-width:1.6}
.timeline .head{fill:var(--ink)}
.timeline .done,.timeline .cancelled,.timeline .unfinished{fill:none;stroke-width:3.5;stroke-linecap:round;stroke-linejoin:round}
.timeline .done{stroke:var(--done)}
.timeline .cancelled{stroke:var(--cancelled)}
.timeline .unfinished{stroke:var(--ink);stroke-opacity:.72}
";

/// About how wide a text is: a letter is a little more than half as wide as it is high.
fn width_of(text: &str, size: f64) -> f64 {
    text.width() as f64 * size * 0.58
}

fn shorten(text: &str, width: f64, size: f64) -> String {
    let columns = (width / (size * 0.58)) as usize;
    console::truncate_str(text, columns, if columns > 0 { "…" } else { "" }).into_owned()
}

/// A number with at most one decimal, and the same everywhere.
fn px(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}
