//! The row of one lane or of several: its name, a shape for each span, and the sign of each end.
use super::{NOTE, Picture, signs::end_sign};
use crate::timeline::{
    LaneId,
    draw::{
        chart::{Row, State},
        labels::row_name,
        palette::lane_class,
        svg::{
            sheet::{MARGIN, NAME},
            text::{BOLD, FONT, SMALL, px, shorten, width_of},
        },
    },
};
use maud::{Markup, html};
use std::ops::Range;

/// Two lines of a note are this far apart: as near as letters allow, since the row is low.
const NOTE_LINE: f64 = 12.0;

impl Picture<'_> {
    /// One row, with the lanes that share it.
    pub(super) fn row(&self, row: usize, lanes: &[LaneId]) -> Markup {
        let y = self.row_y(row);
        // Shortened for bold letters, which are wider.
        let name = self.shorten(row_name(self.chart, lanes), NAME / BOLD, FONT);
        html! {
            text.name x=(px(self.sheet.left - MARGIN)) y=(px(y + 5.0)) { (name) }
            // All spans before all ends: the sign of an end stands on what the next lane of the row
            // does.
            @for &lane in lanes {
                @for nth in 0..self.chart.rows[lane].spans.len() { (self.span(lane, nth, y)) }
            }
            @for &lane in lanes { (self.end(lane, y)) }
        }
    }

    /// The sign of a lane's end and the note on it.
    fn end(&self, lane: LaneId, y: f64) -> Markup {
        let row = &self.chart.rows[lane];
        // The lane ends inside the cut, so its sign is not drawn.
        if self.layout.hides(row.ends_at()) {
            return html! {};
        }
        let at = self.x(row.ends_at());
        let mark = row.how_it_ended().mark();
        let next = self.rows.next_in_row(lane);
        // What is to the right of the sign is free until the next lane of the row, or the sheet's
        // edge.
        let until = match next {
            Some(next) => self.x(self.chart.rows[next].begin()),
            // A little is left free, so that no letter touches the edge.
            None => self.sheet.width - 4.0,
        };
        if until - at < NOTE {
            // The next lane of the row begins here: the sign stands above the end of the bar, and
            // is smaller. Its middle is about 10 pixels to the right of the `x` that `end_sign`
            // gets: hence the -10.
            let above = y - self.sheet.bar_height / 2.0 - 5.0;
            return html! {
                g data-at=[self.at(at)]
                    transform={ "translate(" (px(at - 8.0)) " " (px(above)) ") scale(.6)" }
                {
                    (end_sign(mark, -10.0, 0.0))
                }
            };
        }
        let (x, note) = self.place_note(row, at + NOTE..until, y);
        // The middle of the note is that of the row.
        let first = y + 4.0 - (note.len() as f64 - 1.0) * NOTE_LINE / 2.0;
        html! {
            g data-at=[self.at(at)] {
                (end_sign(mark, at, y))
                @for (nth, line) in note.iter().enumerate() {
                    text.faint x=(px(x)) y=(px(first + nth as f64 * NOTE_LINE)) { (line) }
                }
            }
        }
    }

    /// The lines of the note on an end, and where they begin: next to the sign, or to the right of
    /// an arrow that would go through the text.
    fn place_note(&self, row: &Row, room: Range<f64>, y: f64) -> (f64, Vec<String>) {
        let note = self.chart.end_note(row).unwrap_or_default();
        let wide = width_of(&note, SMALL);
        let mut start = room.start;
        let mut arrows = self.arrows_through(y - SMALL..y + SMALL);
        // From left to right: the note may move behind one arrow and then meet the next.
        arrows.sort_by(f64::total_cmp);
        for x in arrows {
            // It stays where it is if it would not fit behind the arrow: crossed is better than cut
            // off.
            if start <= x + 6.0 && x < start + wide && x + 6.0 + wide <= room.end {
                start = x + 6.0;
            }
        }
        let lines = lines_of_note(&note, room.end - start);
        if lines.join(" ") != note {
            self.shortened.set(true);
        }
        (start, lines)
    }

    fn span(&self, lane: LaneId, nth: usize, y: f64) -> Markup {
        let row = &self.chart.rows[lane];
        let span = &row.spans[nth];
        // Two parts if the cut is in it, none if it is hidden by the cut or takes no room.
        let parts = self.layout.parts(self.layout.x(span.from)..self.layout.x(span.to));
        let colour = lane_class(row.hue);
        html! {
            @if !parts.is_empty() {
                g {
                    // The title is that of the group: pointing at either part says the same.
                    @if self.sheet.options.titles { title { (self.chart.sentence(lane, nth)) } }
                    @for part in &parts { (self.shape(span.state, part, y, &colour)) }
                }
                (self.text_of(lane, nth, y))
            }
        }
    }

    /// The shape of a state. `part` is counted from where the chart begins.
    fn shape(&self, state: State, part: &Range<f64>, y: f64, colour: &str) -> Markup {
        let from = self.sheet.left + part.start;
        let to = self.sheet.left + part.end;
        let top = px(y - self.sheet.bar_height / 2.0);
        let height = px(self.sheet.bar_height);
        // Two classes each: the first is the state (its pattern or opacity), the second the colour.
        let bar = |class: &str| {
            html! {
                rect.(class).(colour) x=(px(from)) y=(top) width=(px(to - from)) height=(height)
                    rx="5" {}
            }
        };
        // Lines are drawn a few pixels shorter than their stretch, so that two neighbours do not
        // touch.
        let line = |class: &str, from: f64, to: f64| {
            html! { line.(class).(colour) x1=(px(from)) x2=(px(to)) y1=(px(y)) y2=(px(y)) {} }
        };
        match state {
            State::Running => bar("running"),
            State::RunningUnwoken => bar("unwoken"),
            // A pattern lies on a bar of the lane's colour: so the colour still says which lane it
            // is.
            State::Blocking => html! { (bar("running")) (bar("blocking")) },
            State::OnThread => html! { (bar("running")) (bar("on-thread")) },
            State::MovedClock => html! { (bar("running")) (bar("moved-clock")) },
            State::BetweenItems => line("between-items", from + 3.0, to - 3.0),
            State::Lazy => line("lazy", from + 5.0, to - 2.0),
            State::Waiting(_) => line("waiting", from + 3.0, to - 3.0),
            State::Ready | State::WokenNotPolled => {
                // One pixel in on both sides, since the border is drawn around the edge: two
                // neighbours would share it.
                let ready = state == State::Ready;
                let class = if ready { format!("ready {colour}") } else { "not-polled".into() };
                html! {
                    rect class=(class) x=(px(from + 1.0)) y=(top) width=(px(to - from - 2.0))
                        height=(height) rx="5" {}
                }
            }
        }
    }
}

/// A note in a room of this width: in one line, or else in two of about the same width. What does
/// not fit into two is cut off.
fn lines_of_note(note: &str, width: f64) -> Vec<String> {
    if note.is_empty() {
        return vec![];
    }
    if width_of(note, SMALL) <= width {
        return vec![note.to_owned()];
    }
    let mut best: Option<(f64, [&str; 2])> = None;
    for (at, _) in note.match_indices(' ') {
        let lines = [&note[..at], &note[at + 1..]];
        let widest = width_of(lines[0], SMALL).max(width_of(lines[1], SMALL));
        if best.is_none_or(|(least, _)| widest < least) {
            best = Some((widest, lines));
        }
    }
    let Some((_, lines)) = best else { return vec![shorten(note, width, SMALL)] };
    lines.map(|line| shorten(line, width, SMALL)).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_at_the_edge_goes_on_below_and_stays_whole() {
        let room = width_of("dropped by", SMALL);
        assert_eq!(lines_of_note("dropped by count", 200.0), ["dropped by count"]);
        assert_eq!(lines_of_note("dropped by count", room), ["dropped", "by count"]);
        assert_eq!(lines_of_note("", room), [""; 0]);
        assert_eq!(lines_of_note("aborted-by-main", 40.0), ["abor…"]);
    }
}
