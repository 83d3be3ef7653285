//! Where a lane goes on that waited at several places at once. A `select!` does that, and so does a
//! `timeout`: for its own timer, and where its future waits.
//!
//! Which of them was ready is not recorded. What the lane does next may show it, and so may its
//! wake. Otherwise the line is one around all of them.
use super::{kinds::is_local_set, reader::Reader};
use crate::timeline::{Places, Said, Until, Wait, draw::pieces::Piece};

impl Reader<'_> {
    /// The line at which the lane of a piece goes on, if it was waiting at several places at once,
    /// the deepest of which is `stopped`. If it waits there again, it was there, unless a timer at
    /// another place may have woken it; and if its code has passed that line, it was there, too.
    /// Otherwise the wake tells: the clock wakes a timer, and a lane does not. If several lines are
    /// left, it is the innermost line around all of them, such as that of a `select!`.
    pub(super) fn went_on(&self, piece: &Piece, stopped: &Wait) -> Option<u32> {
        let poll = self.poll_of(piece);
        // It may have gone on in a function of another file, whose lines are not shown.
        let there = self.lines_from_inside(stopped);
        let is_the_same = |wait: &Wait| self.lines_from_inside(wait) == there;
        // A poll that did nothing else has no places of its own: those of the wait after it count.
        let after = [Some(&poll.stopped), self.places_now(piece.lane, piece)];
        let is_there =
            after.into_iter().flatten().any(|places| places.waits().iter().any(is_the_same));
        let by = self.woken_for(piece.lane, poll).map(|woken| woken.by);
        let spans = &self.chart.rows[piece.lane].spans;
        let before =
            self.last_places(&spans[..spans.partition_point(|span| span.from < piece.poll)])?;
        // If the clock has woken it, it may have waited for that at another place. Then its wait at
        // this one has gone on, or is a new one.
        let mut timers = before.waits().iter().filter(|wait| wait.timer);
        let is_proved = by != Some(Until::Clock)
            || timers.all(|wait| self.line(wait) == self.line(stopped))
            || stopped.timer && self.has_come_round(piece, stopped);
        if is_there && is_proved || self.has_passed(piece, stopped, before) {
            return self.line_of_return(stopped);
        }
        // A `LocalSet` polls the future that it was given each time that it is polled itself.
        let polls_another = |wait: &Wait| {
            is_local_set(wait) && stopped.place != wait.place && stopped.chain.contains(&wait.place)
        };
        let mut woken: Vec<&Wait> = before.waits().iter().collect();
        woken.retain(|wait| !polls_another(wait));
        let is_woken = |wait: &&Wait| match by {
            Some(Until::Clock) => wait.timer,
            Some(Until::Lane(by)) if before.waits().iter().any(|wait| wait.lane == Some(by)) => {
                wait.lane == Some(by)
            }
            Some(Until::Lane(_) | Until::Outside) => !wait.timer,
            _ => true,
        };
        if woken.iter().any(is_woken) {
            woken.retain(is_woken);
        }
        if woken.contains(&stopped)
            && self.has_come_round(piece, stopped)
            && self.is_alone_in_its_loop(stopped, before)
        {
            return self.line_of_return(stopped);
        }
        let mut lines = self.lines_of_return(woken[0]);
        for wait in &woken[1..] {
            let around = self.lines_of_return(wait);
            lines.retain(|line| around.contains(line));
        }
        lines.first().copied()
    }

    /// Whether no line but that of a wait is in the loop around it, of all the lines at which its
    /// lane waits, `before`, and of those around them. In a `select!` there are others.
    fn is_alone_in_its_loop(&self, stopped: &Wait, before: &Places) -> bool {
        let Some(source) = self.source else { return false };
        let Some(line) = self.line(stopped) else { return false };
        let mut others: Vec<u32> = vec![];
        for wait in before.waits() {
            others.extend(self.lines_from_inside(wait));
        }
        others.iter().all(|other| *other == line || !source.are_in_one_loop(*other, line))
    }

    /// The line at which a lane goes on that was at a place.
    pub(super) fn line_of_return(&self, wait: &Wait) -> Option<u32> {
        self.lines_of_return(wait).first().copied()
    }

    /// The lines of a wait at which its lane may go on, the innermost first. A `poll` by hand is
    /// entered at its top, and so the lane is at the line that polls it.
    fn lines_of_return(&self, wait: &Wait) -> Vec<u32> {
        let mut lines = self.lines_from_inside(wait);
        if wait.by_hand && self.is_shown(&wait.place.file) {
            lines.retain(|line| *line != wait.place.line);
        }
        lines
    }

    /// Whether the lane of a piece has passed the line at which it waited: it prints a line in this
    /// piece, or waits after it, where its code comes only through that line. `before` is all
    /// places at which it waited.
    fn has_passed(&self, piece: &Piece, stopped: &Wait, before: &Places) -> bool {
        let Some(source) = self.source else { return false };
        let Some(line) = self.line(stopped) else { return false };
        let mut reached = vec![];
        for nth in &piece.said {
            let said = &self.chart.said[*nth];
            if let Some(place) = &said.place
                && said.lane == piece.lane
                && self.is_shown(&place.file)
            {
                reached.push(place.line);
            }
        }
        if let Some(after) = self.places_now(piece.lane, piece) {
            reached.extend(after.waits().iter().flat_map(|wait| self.lines_from_inside(wait)));
        }
        // It had come to these before.
        for wait in before.waits() {
            let old = self.lines_from_inside(wait);
            reached.retain(|line| !old.contains(line));
        }
        reached.iter().any(|reached| source.is_only_after(*reached, line))
    }

    /// Whether the lane of a piece prints a line in the loop in which it was waiting.
    fn has_come_round(&self, piece: &Piece, stopped: &Wait) -> bool {
        let Some(source) = self.source else { return false };
        let Some(line) = self.line(stopped) else { return false };
        piece.said.iter().any(|nth| match &self.chart.said[*nth] {
            Said { lane, place: Some(place), .. } => {
                *lane == piece.lane
                    && self.is_shown(&place.file)
                    && source.are_in_one_loop(place.line, line)
            }
            _ => false,
        })
    }

    /// The lines of a wait in the shown file, the innermost first.
    fn lines_from_inside(&self, wait: &Wait) -> Vec<u32> {
        let places = [&wait.place].into_iter().chain(&wait.chain);
        places.filter(|place| self.is_shown(&place.file)).map(|place| place.line).collect()
    }
}
