//! Drawing a run: from a list of events to a chart, and from a chart to text, a picture, words, a
//! trace, or data.
//!
//! `chart` is the data and `assemble` makes it of events, with `instants`. `places` says where a
//! lane waits, `marks` has the signs and their words, and `palette` the colours. `rows` chooses the
//! rows of a picture and `layout` its columns; `left_out` says what has no room, and `labels` what
//! rows are called. `pieces` puts the polls of all lanes in order. `terminal` (with `cells`),
//! `svg`, `words`, `perfetto`, `json` and `page` draw, and `beside` compares two charts, and puts
//! them on one axis.
//!
//! Each step knows only those to its left:
//!
//! ```text
//!  events ── assemble ──▶ Chart ──┬─ rows ── layout ──┬─ terminal (cells)
//!                           ▲     │    │              └─ svg (sheet, picture, style)
//!                     json ─┘     │    └─ labels ──┬─ words
//!                                 │                └─ perfetto
//!                                 ├─ beside ───────┬─ two charts in one picture
//!                                 └─ pieces ───────┴─ page
//! ```
//!
//! `places` and `marks` are used by all of them, and `shorten` by those that draw text.
//!
//! To know what a picture means, read `chart` and `marks`. To know how events become states, read
//! `assemble`, and nothing else.
mod assemble;
mod beside;
mod cells;
mod chart;
mod instants;
mod json;
mod labels;
mod layout;
mod left_out;
mod marks;
mod page;
mod palette;
mod perfetto;
mod pieces;
mod places;
mod rows;
mod shorten;
mod svg;
mod terminal;
mod words;

pub use beside::Pair;
pub use chart::{
    Chart, End, Hold, Instant, Owner, Pos, Row, Said, Span, State, Until, Variant, Wake, Woken,
};
pub use json::{JSON_VERSION, JsonError, from_json, to_json};
pub use left_out::LeftOut;
pub use marks::Mark;
pub use page::{
    Moment, OutputLine, SaidBefore, SharedRow, Step, SteppedLane, SteppedRun, SteppedVariant,
    Track, Unlike, to_page,
};
pub use palette::lane_class;
pub use perfetto::to_perfetto;
pub use places::Places;
pub use svg::{PageStyle, SvgOptions, SvgPicture, Theme, page_style, pairs_to_svg, to_svg};
pub use terminal::TerminalOptions;
#[cfg(feature = "stage")]
pub(crate) use {shorten::beginning, terminal::colour};
