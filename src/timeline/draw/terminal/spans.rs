//! What stands in the row of a lane: a sign for each span, text on it, and the sign of the end.
use super::{BESIDE, cells::Line, grey, legend::NARROW_BAR, picture::Picture};
use crate::timeline::{
    LaneId,
    draw::{
        chart::{Row, Span, State},
        marks::Mark,
        palette::{TERMINAL_AMBER, TERMINAL_CANCELLED, TERMINAL_DONE},
        shorten::shorten,
    },
    human,
};
use console::Style;
use std::ops::Range;
use unicode_width::UnicodeWidthStr;

impl Picture<'_> {
    pub(super) fn span(&self, line: &mut Line, lane: LaneId, nth: usize, colour: &Style) {
        let row = &self.chart.rows[lane];
        let span = &row.spans[nth];
        let stretch = self.x(span.from)..self.x(span.to);
        let sign = span.state.mark().sign().expect("each state has one");
        // The whole stretch is filled, and the cut is drawn over it later.
        line.fill(stretch.clone(), sign, &fill_style(span.state, colour));
        // Another poll follows at once: a thin gap between the two, so that a reader can count
        // them.
        if span.state == State::Running && !stretch.is_empty() && polled_again(row, nth) {
            line.put(stretch.end - 1, NARROW_BAR, colour);
        }
        self.write_on(line, lane, nth, colour);
    }

    /// What is written on a span, if anything is, and if it fits.
    fn write_on(&self, line: &mut Line, lane: LaneId, nth: usize, colour: &Style) {
        let row = &self.chart.rows[lane];
        let span = &row.spans[nth];
        let seen = self.seen(span);
        let time = human(self.chart.between(span.from, span.to));
        match span.state {
            State::Lazy
            | State::BetweenItems
            | State::Ready
            | State::Running
            | State::RunningUnwoken => {}
            State::WokenNotPolled => line.centre(seen, &time, &grey()),
            // A lane that polls others has no text: its bar is as long as its whole poll, and part
            // of that time may belong to the lanes inside.
            State::Blocking if self.polls_others[lane] => {}
            State::Blocking => {
                line.centre(seen, &format!("blocks {time}"), &colour.clone().reverse());
            }
            State::MovedClock => {
                line.centre(seen, &format!("clock +{time}"), &colour.clone().reverse());
            }
            State::OnThread => line.centre(seen, &time, colour),
            State::Waiting(_) => {
                let Some(reason) = self.chart.reason(row, nth) else { return };
                // “woken by A”, or only “A” where that does not fit. If `centre` finds no room for
                // that, nothing is written. It needs 4 columns more than the text: a space and a
                // sign on both sides.
                let fits = reason.width() + 4 <= seen.len();
                let short = self.chart.short_reason(row, nth).unwrap_or_default();
                line.centre(seen, if fits { &reason } else { &short }, &grey());
            }
        }
    }

    /// The larger part of a span beside the cut: a label that goes through the cut would lose
    /// letters.
    fn seen(&self, span: &Span) -> Range<usize> {
        let seen = self.layout.seen(self.x(span.from) as f64..self.x(span.to) as f64);
        seen.start as usize..seen.end as usize
    }

    pub(super) fn end(&self, line: &mut Line, lane: LaneId) {
        let row = &self.chart.rows[lane];
        if self.layout.hides(row.ends_at()) {
            return;
        }
        let at = self.x(row.ends_at());
        let (sign, style) = end_sign(row);
        let next = self.rows.next_in_row(lane);
        let next_begins_at_once = match next {
            Some(next) => self.x(self.chart.rows[next].begin()) <= at,
            None => false,
        };
        if !next_begins_at_once {
            line.put(at, sign, &style);
        } else if at > self.x(row.begin()) {
            // In the last column of the lane that has ended. A lane that took no column gets no
            // sign.
            line.put(at - 1, sign, &style);
        }
        // To the right of the last lane of a row there is room for a note, behind the sign and a
        // space.
        if next.is_none()
            && let Some(note) = self.chart.end_note(row)
        {
            let room = self.options.width.saturating_sub(self.label + BESIDE + at + 2);
            line.text(at + 2, &shorten(&note, room), &grey());
        }
    }
}

/// The colour of the signs of a span.
fn fill_style(state: State, colour: &Style) -> Style {
    match state {
        // Grey is for what costs nothing: no thread, no wake.
        State::Lazy | State::BetweenItems | State::Waiting(_) => grey(),
        // Amber and not the lane's colour: this is what went wrong.
        State::WokenNotPolled => Style::new().color256(TERMINAL_AMBER),
        State::Ready
        | State::Running
        | State::RunningUnwoken
        | State::Blocking
        | State::MovedClock
        | State::OnThread => colour.clone(),
    }
}

/// Whether the span after this poll is another poll with a wake, and nothing is in between.
/// Two polls with no column between them would be one bar: `██` could be one long poll of two
/// columns. So the first ends with a narrower block: `▉█`.
fn polled_again(row: &Row, nth: usize) -> bool {
    match row.spans.get(nth + 1) {
        Some(next) => next.state == State::Running && next.from == row.spans[nth].to,
        None => false,
    }
}

/// How a lane ended, and in which colour.
fn end_sign(row: &Row) -> (char, Style) {
    let mark = row.how_it_ended().mark();
    let style = match mark {
        Mark::Finished => Style::new().color256(TERMINAL_DONE),
        Mark::Cancelled => Style::new().color256(TERMINAL_CANCELLED),
        Mark::Failed | Mark::Panicked => Style::new().color256(TERMINAL_CANCELLED).bold(),
        _ => grey(),
    };
    (mark.sign().expect("each end has one"), style)
}
