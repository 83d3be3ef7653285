//! A chart as SVG: to put into a page, or to use as an image. It follows the reader's light or dark
//! setting, and a screen reader says what it shows.
//!
//! [`Chart::picture`] draws one and says what a program may want to know of it, so that no number
//! has to be read out of its text. `text` tells how wide a text is, `sheet` how much room there is,
//! `picture/` draws, and `style` has the colours.
//!
//! The words here: a *sheet* is what charts on one time axis share (width, names, heights); a
//! *picture* is one chart laid out on it; and all pictures of a document stand one below the other.
mod picture;
mod sheet;
mod style;
mod text;

pub use style::page_style;

use super::{
    beside::Pair,
    chart::Chart,
    layout::Layout,
    left_out::LeftOut,
    rows::{ROWS, Rows},
    words::Detail,
};
use maud::{Markup, PreEscaped, html};
use picture::Picture;
use sheet::Sheet;
use text::px;

/// How to draw an SVG.
#[derive(Clone, Copy, Debug)]
pub struct SvgOptions {
    /// How wide the picture is, in pixels at its natural size. It is no narrower than 480.
    pub width: f64,
    /// For which paper.
    pub theme: Theme,
    /// Whether to write below the picture what its signs mean.
    pub legend: bool,
    /// Whether to write below the picture what was printed, each line with the number that stands
    /// in the poll that printed it.
    pub lines: bool,
    /// Whether to write above the picture what the run is called, how long it took, and why it was
    /// ended.
    pub caption: bool,
    /// How high the row of a lane is, in pixels. It is no lower than [`SvgOptions::LOWEST_ROW`].
    pub row: f64,
    /// How wide a poll is, in pixels. It is no narrower than [`SvgOptions::NARROWEST_COLUMN`].
    pub column: f64,
    /// Whether each stretch says what it is when it is pointed at.
    pub titles: bool,
    /// The address of the glossary page, to which the legend links. Without an address the last
    /// entry of the legend says in which file of this repository the glossary is. In both cases
    /// the legend explains a sign in a sentence when the reader points at it.
    pub glossary: Option<&'static str>,
}

impl SvgOptions {
    /// In a row that is any lower, what is written above a wait would be in the bar above it.
    pub const LOWEST_ROW: f64 = 30.0;
    /// In a column that is any narrower, the number of a line with two digits has no room.
    pub const NARROWEST_COLUMN: f64 = 22.0;
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
    /// As the page that it stands in: it brings neither colours nor patterns, since [`page_style`]
    /// has them for all pictures of a page.
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
            column: 26.0,
            titles: true,
            glossary: None,
        }
    }
}

/// What pictures with [`Theme::Page`] share, to stand in their page once.
#[derive(Clone, Debug)]
pub struct PageStyle {
    /// Rules of CSS for what is in the pictures. They use custom properties for the colours.
    pub rules: String,
    /// The custom properties for light paper: declarations, for a rule of the page's own. `--paper`
    /// and `--ink` are among them, so that the page can use the same colours.
    pub light: String,
    /// The custom properties for dark paper.
    pub dark: String,
    /// An SVG that draws nothing and has the patterns, which a picture uses by their names. A
    /// browser finds them only in what it renders: this SVG must not stand in anything that has
    /// `display: none`.
    pub patterns: String,
}

/// A picture, and what a program may want to know of it.
#[derive(Clone, Debug)]
pub struct SvgPicture {
    /// The document.
    pub svg: String,
    /// Its natural width in pixels.
    pub width: f64,
    /// Its natural height in pixels.
    pub height: f64,
    /// How far a player shows the picture after each step of [`Chart::steps`], in pixels of its
    /// natural width. Of several charts, only those of the first.
    ///
    /// In a picture with [`Theme::Page`] an element that must not be seen in part has an attribute
    /// `data-at`, a number of pixels: the element is shown once the picture is shown that far.
    /// Rectangles and lines can be cut off anywhere, and have none.
    pub stops: Vec<f64>,
    /// Where each of these steps is drawn: a player draws lines between them. None if the step is
    /// not drawn, because its lane has no row, or because the middle of the run is cut out.
    pub places: Vec<Option<StepPlace>>,
    /// How high the bar of a poll is, in pixels of the natural size.
    pub bar_height: f64,
    /// What the picture does not show, though the run had it.
    pub left_out: Vec<LeftOut>,
    /// Whether a name, a note or a line was too long for its place, and ends in “…”.
    pub shortened: bool,
}

/// Where a step is drawn, in pixels of the picture's natural size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepPlace {
    /// Where it begins.
    pub begin: f64,
    /// The middle of its column. A step that goes on with a poll after another poll inside it has
    /// no column of its own: its middle is where it begins.
    pub middle: f64,
    /// The middle of the row of its lane.
    pub y: f64,
}

impl Chart {
    /// Draws the chart as a document of its own, which can also stand inside a page of HTML.
    pub fn to_svg(&self, options: SvgOptions) -> String {
        self.picture(options).svg
    }

    /// Draws the chart as [`Chart::to_svg`] does, and says what a program may want to know of the
    /// picture.
    pub fn picture(&self, options: SvgOptions) -> SvgPicture {
        several(std::slice::from_ref(self), options)
    }
}

impl Pair {
    /// Draws both as one SVG.
    pub fn to_svg(&self, options: SvgOptions) -> String {
        self.picture(options).svg
    }

    /// Draws both as [`Pair::to_svg`] does, and says what a program may want to know of the
    /// picture.
    pub fn picture(&self, options: SvgOptions) -> SvgPicture {
        beside(std::slice::from_ref(self), options)
    }
}

/// Draws several charts into one picture, one below the other.
pub fn to_svg(charts: &[Chart], options: SvgOptions) -> String {
    several(charts, options).svg
}

/// Between two charts of one picture.
const BETWEEN: f64 = 28.0;

/// A picture in the making: charts that are drawn one below the other.
#[derive(Default)]
struct Pictures {
    /// What is drawn, and how far from the top.
    body: Vec<(f64, Markup)>,
    /// The whole picture in words, for a screen reader: a text for each chart or pair.
    described: Vec<String>,
    /// The width of the widest chart so far.
    width: f64,
    /// Where the next chart begins.
    top: f64,
    /// The stops of the first chart only: a player follows one run.
    stops: Vec<f64>,
    /// The places of the steps of the first chart.
    places: Vec<Option<StepPlace>>,
    /// The height of a bar in the first chart.
    bar_height: f64,
    /// What any of the charts does not show.
    left_out: Vec<LeftOut>,
    /// A text of any of the charts was shortened.
    shortened: bool,
}

impl Pictures {
    fn add(&mut self, picture: &Picture<'_>) {
        if self.body.is_empty() {
            self.stops = picture.stops();
            self.places = picture.places();
            self.bar_height = picture.bar_height();
        }
        self.body.push((self.top, picture.draw()));
        self.shortened |= picture.has_shortened();
        self.top += picture.height() + BETWEEN;
    }

    fn finish(self, options: SvgOptions) -> SvgPicture {
        // No space is needed below the last chart. Without any chart the height is 0.
        let height = (self.top - BETWEEN).max(0.0);
        let svg = self.document(height, options);
        SvgPicture {
            svg,
            width: self.width,
            height,
            stops: self.stops,
            places: self.places,
            bar_height: self.bar_height,
            left_out: self.left_out,
            shortened: self.shortened,
        }
    }

    fn document(&self, height: f64, options: SvgOptions) -> String {
        let width = px(self.width);
        let height = px(height);
        html! {
            // The size and the view box are the same: it is drawn in pixels of its natural size,
            // and grows or shrinks as a whole where the page gives it another one.
            svg.timeline.(theme_class(options.theme)) xmlns="http://www.w3.org/2000/svg"
                viewBox={ "0 0 " (width) " " (height) } width=(width) height=(height)
                role="img" aria-label=(self.described.join(" "))
            {
                // A page has these once for all its pictures: see `page_style`.
                @if options.theme != Theme::Page {
                    style { (PreEscaped(style::style(options.theme))) }
                    (style::patterns())
                }
                @for (top, drawn) in &self.body {
                    g transform={ "translate(0 " (px(*top)) ")" } { (drawn) }
                }
            }
        }
        .into_string()
    }
}

fn several(charts: &[Chart], options: SvgOptions) -> SvgPicture {
    let mut pictures = Pictures::default();
    for chart in charts {
        let rows = Rows::new(chart, ROWS);
        // A sheet and a layout of its own: each chart uses the whole width for its own time.
        let sheet = Sheet::new(&[(chart, &rows)], options);
        let layout = Layout::new(&[(chart, &rows)], sheet.room);
        pictures.add(&Picture::new(chart, &rows, &layout, &sheet, &[]));
        pictures.described.push(chart.describe_with(detail(options)));
        pictures.width = pictures.width.max(sheet.width);
        pictures.left_out.extend(layout.left_out);
    }
    pictures.finish(options)
}

/// Draws several pairs of charts into one picture, one below the other.
pub fn pairs_to_svg(pairs: &[Pair], options: SvgOptions) -> String {
    beside(pairs, options).svg
}

/// Pairs of runs, each pair on one time axis: see [`Pair`].
fn beside(pairs: &[Pair], options: SvgOptions) -> SvgPicture {
    let mut pictures = Pictures::default();
    for pair in pairs {
        let [upper, lower] = &pair.charts;
        let both = [(upper, &pair.rows[0]), (lower, &pair.rows[1])];
        // One sheet and one layout for both, so that equal times are at equal places.
        let sheet = Sheet::new(&both, options);
        let layout = Layout::new(&both, sheet.room);
        for ((chart, rows), different) in both.into_iter().zip(&pair.different) {
            pictures.add(&Picture::new(chart, rows, &layout, &sheet, different));
        }
        pictures.described.push(pair.describe_with(detail(options)));
        pictures.width = pictures.width.max(sheet.width);
        pictures.left_out.extend(layout.left_out);
    }
    pictures.finish(options)
}

/// What a screen reader says. A picture without titles shows no place, so no place is looked up for
/// its description.
fn detail(options: SvgOptions) -> Detail {
    if options.titles { Detail::WithPlaces } else { Detail::WithoutPlaces }
}

fn theme_class(theme: Theme) -> &'static str {
    match theme {
        Theme::Auto => "auto",
        Theme::Light => "light",
        Theme::Dark => "dark",
        Theme::Page => "page",
    }
}
