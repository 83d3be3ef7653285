//! Drawing a run: from a list of events to a chart, and from a chart to text, a picture, words, a
//! trace, or data.
//!
//! ```text
//!  events ── assemble ──▶ chart ──┬─ rows ── layout ──┬─ terminal
//!                           ▲     │    │              └─ svg
//!                     json ─┘     │    └─ labels ──┬─ words
//!                                 │                └─ perfetto
//!                                 ├─ beside ───────┬─ two charts in one picture
//!                                 └─ pieces ───────┴─ page
//! ```
//!
//! Each step knows only those to its left. In the order in which to read it:
//!
//! - `chart/` is the data, and `assemble/` makes it of events. To know what a picture means, read
//!   `chart/` and `marks`, which has the signs and their words. To know how events become states,
//!   read `assemble/`, and nothing else.
//! - `places` says where a lane waits, and `palette` has the colours. All others use these two.
//! - `rows` chooses the rows of a picture, and `layout/` its columns; `left_out` says what has no
//!   room, and `labels` what rows are called.
//! - `terminal/`, `svg/`, `words/` and `perfetto` draw, and `json` writes a chart down and reads it
//!   back. `shorten` cuts texts for them.
//! - `beside/` puts two charts on one time axis, and says what differs.
//! - `pieces` puts the polls of all lanes in order, and `page/` steps through them.
mod assemble;
mod beside;
mod chart;
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
