//! What is written in or above a span: the longest text that fits there, or none.
use super::Picture;
use crate::timeline::{
    LaneId,
    draw::{
        chart::{Span, State},
        svg::text::{SMALL, px, width_of},
    },
    human,
};
use maud::{Markup, html};
use std::ops::Range;

/// How much wider than its text a bar must be: half of this stays free on each side. The text in a
/// bar is bold, and wider than it is measured.
const BESIDE_BOLD: f64 = 16.0;
/// The same for text that is not bold.
const BESIDE: f64 = 12.0;

impl Picture<'_> {
    /// What is written in or above a span.
    pub(super) fn text_of(&self, lane: LaneId, nth: usize, y: f64) -> Markup {
        let row = &self.chart.rows[lane];
        let span = &row.spans[nth];
        let time = human(self.chart.between(span.from, span.to));
        match span.state {
            // A lane that polls others has no text: its bar is as long as its whole poll, and part
            // of that time may belong to the lanes inside.
            State::Blocking if !self.polls_others[lane] => {
                self.label(lane, span, y, &[format!("blocks the thread {time}"), time])
            }
            State::OnThread => self.label(lane, span, y, &[time]),
            State::MovedClock => {
                self.label(lane, span, y, &[format!("moved the clock {time}"), time])
            }
            State::WokenNotPolled => {
                // The longest first. The last, the time alone, is the least that tells something.
                let texts =
                    [format!("woken, not polled {time}"), format!("not polled {time}"), time];
                self.inside(span, &texts, y)
            }
            State::Waiting(_) => match self.chart.reason(row, nth) {
                Some(reason) => {
                    let short = self.chart.short_reason(row, nth).unwrap_or_default();
                    self.above(span, &reason, &short, y)
                }
                None => html! {},
            },
            _ => html! {},
        }
    }

    /// Text in a bar: the first of `texts` that fits. A lane that has printed lines has their
    /// numbers in its bar, too (see `numbers`), so the text goes into the widest part between those
    /// numbers.
    fn label(&self, lane: LaneId, span: &Span, y: f64, texts: &[String]) -> Markup {
        let seen = self.layout.seen(self.layout.x(span.from)..self.layout.x(span.to));
        let from = self.sheet.left + seen.start;
        let to = self.sheet.left + seen.end;
        let mut edges = vec![];
        for said in &self.chart.said {
            if said.lane == lane {
                // The number of a printed line has a column to itself, which ends where the line
                // was printed.
                let right = self.x(said.at);
                edges.extend([right - self.sheet.room.column, right]);
            }
        }
        // The columns of numbers are stretches between two edges, too. None of them gets the text:
        // a stretch that is no wider than a column is refused.
        let free = widest_between(edges, from, to);
        if free.end - free.start <= self.sheet.room.column + 1.0 {
            return html! {};
        }
        for text in texts {
            if width_of(text, SMALL) + BESIDE_BOLD <= free.end - free.start {
                // A player shows the text (`data-at`) when it has drawn the whole bar. Before that
                // the text could be wider than the part of the bar that is seen.
                return html! {
                    text.in-bar data-at=[self.at(to)] x=(px((free.start + free.end) / 2.0))
                        y=(px(y + 4.5)) font-size=(px(SMALL)) { (text) }
                };
            }
        }
        html! {}
    }

    /// Text in a stretch that is no bar: the first of `texts` that fits.
    fn inside(&self, span: &Span, texts: &[String], y: f64) -> Markup {
        let seen = self.layout.seen(self.layout.x(span.from)..self.layout.x(span.to));
        for text in texts {
            if width_of(text, SMALL) + BESIDE <= seen.end - seen.start {
                let middle = self.sheet.left + (seen.start + seen.end) / 2.0;
                return html! {
                    text.said.middle data-at=[self.at(self.sheet.left + seen.end)]
                        x=(px(middle)) y=(px(y + 4.5)) { (text) }
                };
            }
        }
        html! {}
    }

    /// Text above a span: in the widest part where neither an arrow nor the side of a band goes
    /// through it, if it fits there; or else in the widest part without an arrow. If the long text
    /// fits into neither part, the short one is tried in the same way.
    fn above(&self, span: &Span, text: &str, short: &str, y: f64) -> Markup {
        let seen = self.layout.seen(self.layout.x(span.from)..self.layout.x(span.to));
        let from = self.sheet.left + seen.start;
        let to = self.sheet.left + seen.end;
        // The baseline is 7 above the middle. Letters are no higher than `SMALL`, and reach no more
        // than 3 below the baseline.
        let arrows = self.arrows_through(y - 7.0 - SMALL..y - 4.0);
        let mut edges = arrows.clone();
        for index in span.from.instant..=span.to.instant {
            if let Some(band) = self.layout.instant(index) {
                edges.extend([self.sheet.left + band.start, self.sheet.left + band.end]);
            }
        }
        // The best place is crossed by no arrow and by no side of a band. It is beside the bands or
        // inside one: the grey of a band is pale enough for text.
        let uncrossed = widest_between(edges, from, to);
        // In the next best place the side of a band may go through the text.
        let between_arrows = widest_between(arrows, from, to);
        // Both places for the long text come before any place for the short one.
        for text in [text, short] {
            let wide = width_of(text, SMALL) + BESIDE;
            for place in [&uncrossed, &between_arrows] {
                if place.end - place.start >= wide {
                    return html! {
                        text.faint.middle.halo data-at=[self.at(to)]
                            x=(px((place.start + place.end) / 2.0)) y=(px(y - 7.0)) { (text) }
                    };
                }
            }
        }
        html! {}
    }
}

/// The widest stretch from `from` to `to` that no edge goes through. It may lie between the two
/// sides of one thing, as inside a band.
fn widest_between(mut edges: Vec<f64>, from: f64, to: f64) -> Range<f64> {
    edges.extend([from, to]);
    edges.retain(|edge| (from..=to).contains(edge));
    edges.sort_by(f64::total_cmp);
    let mut widest = 0.0..0.0;
    for pair in edges.windows(2) {
        if pair[1] - pair[0] > widest.end - widest.start {
            widest = pair[0]..pair[1];
        }
    }
    widest
}
