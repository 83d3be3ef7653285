//! Drawing a run: from a list of events to a chart, and from a chart to text, a picture, words, or a trace.
mod chart;
mod layout;
mod palette;
mod perfetto;
mod svg;
mod terminal;
mod words;

pub use chart::{Chart, End, Hold, Instant, Pos, Row, Said, Span, State, Until, Wake};
pub(crate) use palette::of_hue as lane_colour;
pub use perfetto::to_perfetto;
pub use svg::{PageStyle, SvgOptions, Theme, page_style, to_svg};
pub use terminal::TerminalOptions;
pub(crate) use terminal::colour;
