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

    /// Text in a bar. Numbers of lines stand in the bar, too, so the text goes into the widest part
    /// between them: the first of `texts` that fits there.
    fn label(&self, lane: LaneId, span: &Span, y: f64, texts: &[String]) -> Markup {
        let seen = self.layout.seen(self.layout.x(span.from)..self.layout.x(span.to));
        let from = self.sheet.left + seen.start;
        let to = self.sheet.left + seen.end;
        let mut edges = vec![from];
        for said in &self.chart.said {
            if said.lane == lane {
                let right = self.x(said.at);
                edges.extend([right - self.sheet.room.column, right]);
            }
        }
        edges.retain(|edge| (from..=to).contains(edge));
        edges.push(to);
        // Between two edges there is either a number, and that is narrow, or nothing.
        let free = widest(&edges);
        if free.end - free.start <= self.sheet.room.column + 1.0 {
            return html! {};
        }
        for text in texts {
            if width_of(text, SMALL) + BESIDE_BOLD <= free.end - free.start {
                return html! {
                    text.in-bar data-at=[self.at(to)] x=(px((free.start + free.end) / 2.0))
                        y=(px(y + 4.5)) font-size=(px(SMALL)) { (text) }
                };
            }
        }
        html! {}
    }

    /// Text in a stretch that is no bar: the first that fits.
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

    /// Text above a span: where neither a band nor an arrow is, if it fits there; or else in the
    /// widest part without an arrow; the short text where the long one does not fit.
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
        // The best place is free of bands and of arrows.
        let between_bands = widest_between(edges, from, to);
        // The next best lies on a band, whose grey is pale enough for text.
        let between_arrows = widest_between(arrows, from, to);
        // Both places for the long text come before any place for the short one.
        for text in [text, short] {
            let wide = width_of(text, SMALL) + BESIDE;
            for place in [&between_bands, &between_arrows] {
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

/// The widest free stretch from `from` to `to`. `edges` are where text must not stand: arrows, and
/// the sides of bands. What lies between two neighbouring edges is free.
fn widest_between(mut edges: Vec<f64>, from: f64, to: f64) -> Range<f64> {
    edges.extend([from, to]);
    edges.retain(|edge| (from..=to).contains(edge));
    edges.sort_by(f64::total_cmp);
    widest(&edges)
}

/// The widest stretch between two neighbours in `edges`, which are in order.
fn widest(edges: &[f64]) -> Range<f64> {
    let mut widest = 0.0..0.0;
    for pair in edges.windows(2) {
        if pair[1] - pair[0] > widest.end - widest.start {
            widest = pair[0]..pair[1];
        }
    }
    widest
}
