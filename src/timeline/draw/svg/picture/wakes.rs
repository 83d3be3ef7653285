//! The arrows: which lane woke which.
use super::{Picture, signs::arrow};
use crate::timeline::draw::chart::Wake;
use maud::{Markup, html};
use std::ops::Range;

impl Picture<'_> {
    /// The wakes that are drawn as arrows. Four kinds are not drawn: a wake in the cut; a wake
    /// from or to a lane that has no row; a wake within one row; and a wake from a lane to the lane
    /// that polls it, which only passes on the wake of the inner lane.
    pub(super) fn drawn_wakes(&self) -> Vec<&Wake> {
        let mut wakes = vec![];
        for wake in &self.chart.wakes {
            let from = self.rows.of_lane(wake.from);
            let to = self.rows.of_lane(wake.to);
            let drawn = from.is_some() && to.is_some() && from != to;
            let passed_on = self.chart.rows[wake.from].owner_at(wake.at) == Some(wake.to);
            if drawn && !passed_on && !self.layout.hides(wake.at) {
                wakes.push(wake);
            }
        }
        wakes
    }

    /// Where arrows go through a horizontal stripe. An arrow counts here from the middle of one row
    /// to the middle of the other, up or down. That is a little longer than it is drawn: from the
    /// edge of one bar to the edge of the other.
    pub(super) fn arrows_through(&self, stripe: Range<f64>) -> Vec<f64> {
        let mut found = vec![];
        for wake in self.drawn_wakes() {
            if let (Some(from), Some(to)) = (self.y(wake.from), self.y(wake.to))
                && from.min(to) < stripe.end
                && stripe.start < from.max(to)
            {
                found.push(self.x(wake.at));
            }
        }
        found
    }

    /// Which lane woke which.
    pub(super) fn arrows(&self) -> Markup {
        let half = self.sheet.bar_height / 2.0;
        let mut arrows = vec![];
        for wake in self.drawn_wakes() {
            let (Some(from), Some(to)) = (self.y(wake.from), self.y(wake.to)) else { continue };
            // 1 if the arrow points down, -1 if up: it begins at the edge of a bar, not inside it.
            let down = (to - from).signum();
            let start = from + down * half;
            let tip = to - down * (half + 1.0);
            arrows.push((self.x(wake.at), start, tip, down));
        }
        html! {
            @for (x, start, tip, down) in arrows {
                g data-at=[self.at(x)] { (arrow(x, start, tip, down)) }
            }
        }
    }
}
