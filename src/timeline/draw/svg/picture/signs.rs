//! Signs that are shapes: the arrow of a wake, and the end of a lane.
use crate::timeline::draw::{marks::Mark, svg::text::px};
use maud::{Markup, html};

/// A vertical arrow. `down` is 1 if it points down and -1 if it points up. The head is 8 pixels
/// high, and the line ends inside the head.
pub(super) fn arrow(x: f64, start: f64, tip: f64, down: f64) -> Markup {
    html! {
        path.arrow d={ "M" (px(x)) " " (px(start)) "V" (px(tip - down * 5.0)) } {}
        path.head d={ "M" (px(x)) " " (px(tip)) "l-4.5 " (px(-down * 8.0)) "h9z" } {}
    }
}

/// The sign of an end: a tick, a cross, an exclamation mark; or three dots, since a lane that has
/// not ended goes on. It stands a few pixels to the right of `x`, where the lane ends.
pub(super) fn end_sign(mark: Mark, x: f64, y: f64) -> Markup {
    html! {
        @match mark {
            Mark::Finished => {
                path.done d={ "M" (px(x + 6.0)) " " (px(y)) "l4 5 8-10" } {}
            },
            Mark::Cancelled => {
                path.cancelled d={ "M" (px(x + 5.0)) " " (px(y - 5.0)) "l10 10m0-10l-10 10" } {}
            },
            Mark::Failed | Mark::Panicked => {
                path.cancelled d={ "M" (px(x + 10.0)) " " (px(y - 7.0)) "v8m0 5v.5" } {}
            },
            _ => path.unfinished d={ "M" (px(x + 5.0)) " " (px(y)) "h.1m6 0h.1m6 0h.1" } {},
        }
    }
}
