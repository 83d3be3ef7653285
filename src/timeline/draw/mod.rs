//! Drawing a run: from a list of events to a chart, and from a chart to text, a picture, words, a
//! trace, or data.
//!
//! In the order in which to read it; each part uses only parts that stand above it:
//!
//! | part | what it is | of what it is made |
//! |---|---|---|
//! | `marks` | the signs of the pictures, and their words | |
//! | `places` | where a lane waits, and for what | a recording, or a file |
//! | `chart/` | the data that all others draw | |
//! | `assemble/` | a chart | the events of a recording |
//! | `json` | a file, and a chart that is read back from one | a chart, or a file |
//! | `left_out` | what has no room, in words | a chart |
//! | `rows` | which lanes are drawn, and which share a row | a chart |
//! | `labels` | what the rows are called, and which marks occur in them | a chart and its rows |
//! | `layout/` | where things are from left to right | a chart and its rows |
//! | `palette` | the colours | |
//! | `shorten` | texts that are cut where there is too little room | |
//! | `words/` | a run in sentences | a chart and its rows |
//! | `terminal/` | a run as text | all of the above |
//! | `beside/` | two runs on one time axis, and what differs | two charts, and `terminal` |
//! | `pieces/` | the polls of all lanes, in order | a chart |
//! | `svg/` | a picture of a run, or of two | all of the above |
//! | `perfetto` | a trace to zoom into | a chart, its rows and labels |
//! | `page/` | a page that steps through a run | a chart, its pieces, and `beside` |
//!
//! To know what a picture means, read `chart/` and `marks`. To know how events become states, read
//! `assemble/`, and nothing else.
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
    BlockingCall, Chart, End, Hold, Instant, LoopAwait, LoopCall, LoopTask, LoopTimer, Owner,
    Position, Row, Said, Span, State, Turn, Until, Variant, Wake, Woken,
};
pub use json::{JSON_VERSION, JsonError, from_json, to_json};
pub use left_out::LeftOut;
pub use marks::Mark;
pub use page::{
    Due, Moment, OutputLine, Player, SaidBefore, SharedRow, Step, SteppedLane, SteppedRun,
    SteppedVariant, Track, Unlike, player, to_page,
};
pub use palette::lane_class;
pub use perfetto::to_perfetto;
pub use places::Places;
pub use svg::{
    PageStyle, StepPlace, SvgOptions, SvgPicture, Theme, page_style, pairs_to_svg, to_svg,
};
pub use terminal::TerminalOptions;
#[cfg(feature = "stage")]
pub(crate) use {shorten::beginning, terminal::colour};
