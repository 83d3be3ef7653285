//! Record a run of async code and draw it.
mod chart;
mod event;
mod lane;
mod layout;
mod palette;
mod perfetto;
mod record;
mod run;
pub mod svg;
mod terminal;
mod threads;
mod verdict;
mod words;

pub use chart::{Chart, End, Hold, Instant, Pos, Row, Said, Span, State, Until, Wake, human};
pub use event::{Event, LaneId, Line, Polled, Ringer, What};
pub use lane::{Lane, LaneExt};
pub use perfetto::to_perfetto;
pub use record::{Recorder, Recording, record};
#[doc(hidden)]
pub use run::say_line;
pub use run::{Clock, Observe};
pub use svg::{SvgOptions, Theme};
pub use terminal::TerminalOptions;
pub(crate) use terminal::lane_colour;
pub use threads::{block, on_thread};
pub use verdict::Verdict;
