//! The numbers of the lines that polls have printed, each in its poll.
use super::Picture;
use crate::timeline::draw::{
    chart::{Said, State},
    svg::text::{SMALL, px, width_of},
};
use maud::{Markup, html};

/// The lines that one poll printed, by the number of the first and of the last.
struct Numbered<'c> {
    /// As in the list below the picture, which counts from 1.
    first: usize,
    /// The same as `first`, if there is one line: then no range is written.
    last: usize,
    /// The first of them: all have its lane and its position.
    said: &'c Said,
}

/// What a number stands on. The class of its text follows from it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ground {
    /// The bar of a poll, in the colour of its lane.
    Bar,
    /// The bar of a poll without a wake, which is pale.
    PaleBar,
    /// The paper: a lane that is dropped may print a line in its destructor, and has no poll then.
    Paper,
}

impl Ground {
    fn class(self) -> &'static str {
        match self {
            Ground::Bar => "in-bar",
            Ground::PaleBar => "in-bar on-pale",
            // An edge of paper around it, since the line of the lane's wait goes through it.
            Ground::Paper => "middle strong halo",
        }
    }
}

impl Picture<'_> {
    /// What was printed, poll by poll. A poll has room for one number or for a range, and not for a
    /// list: so lines that one poll printed one after the other stand together.
    fn polls_that_said(&self) -> Vec<Numbered<'_>> {
        let mut polls: Vec<Numbered<'_>> = vec![];
        for (index, said) in self.chart.said.iter().enumerate() {
            // As the list below the picture numbers them.
            let number = index + 1;
            match polls.last_mut() {
                Some(poll) if poll.said.at == said.at && poll.said.lane == said.lane => {
                    poll.last = number;
                }
                _ => polls.push(Numbered { first: number, last: number, said }),
            }
        }
        polls
    }

    /// In each poll that printed something, the numbers of its lines.
    pub(super) fn numbers(&self) -> Markup {
        let mut numbers = vec![];
        for Numbered { first, last, said } in self.polls_that_said() {
            let Some(y) = self.y(said.lane) else { continue };
            // The position of a line is the right edge of a column. Its number stands in the middle
            // of that column.
            let middle = self.layout.x(said.at) - self.sheet.room.column / 2.0;
            // A number stands left of its position. So it is not drawn if the position is cut out,
            // and also if only the number itself would lie on the cut.
            let is_on_the_cut = match &self.layout.cut {
                Some(cut) => cut.contains(&middle),
                None => false,
            };
            if is_on_the_cut || self.layout.hides(said.at) {
                continue;
            }
            let text = if first == last { first.to_string() } else { format!("{first}–{last}") };
            // “12–15” is wider than a column at the usual size, and gets smaller until it fits into
            // 92 % of the column.
            let size = (self.sheet.room.column * 0.92 / width_of(&text, 1.0)).min(SMALL);
            let class = self.ground(said).class();
            numbers.push((self.sheet.left + middle, y, size, class, text));
        }
        html! {
            @for (x, y, size, class, text) in numbers {
                text class=(class) data-at=[self.at(x)] x=(px(x)) y=(px(y + 4.5))
                    font-size=(px(size)) { (text) }
            }
        }
    }

    /// What the number of a line stands on.
    fn ground(&self, said: &Said) -> Ground {
        for span in &self.chart.rows[said.lane].spans {
            // Half open on the left: a position is also the left edge of the poll that comes next.
            if span.from < said.at && said.at <= span.to {
                return match span.state {
                    State::RunningUnwoken => Ground::PaleBar,
                    state if state.is_poll() => Ground::Bar,
                    _ => Ground::Paper,
                };
            }
        }
        Ground::Paper
    }
}
