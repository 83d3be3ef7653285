//! The rows of threads: which lane has the thread, when.
use super::Picture;
use crate::timeline::draw::{
    chart::{Hold, Position, Row},
    labels::{letters, thread_name},
    palette::lane_class,
    svg::{
        sheet::MARGIN,
        text::{BOLD, SMALL, px, width_of},
    },
};
use maud::{Markup, html};
use std::ops::Range;

/// With less the word `idle` would touch the tiles beside it.
const ROOM_FOR_IDLE: f64 = 48.0;

/// A stretch of a thread's row in which one lane has the thread.
struct Tile {
    /// From its left to its right edge. If the cut goes through the stretch, it is two tiles.
    part: Range<f64>,
    /// The lane's colour, by which a reader finds the row of the lane above.
    colour: String,
    /// The lane's name, or the letter that stands for it where there is no room for the name.
    text: String,
}

impl Picture<'_> {
    /// The row of a thread: which lane has it, when.
    pub(super) fn track(&self, nth: usize, number: usize, holds: &[Hold]) -> Markup {
        let y = self.threads_top() + (nth as f64 + 0.5) * self.sheet.track_height;
        // Only the runtime's first thread is said to be idle, since a reader wants to see when it
        // was free. Threads of the pool come and go, and one of several workers is nearly always
        // free.
        let idle = if number == 0 { self.idle_parts(holds) } else { vec![] };
        let top = px(y - self.sheet.hold_height / 2.0);
        let height = px(self.sheet.hold_height);
        let left = self.sheet.left;
        html! {
            text.name.faint x=(px(left - MARGIN)) y=(px(y + 4.5)) {
                (thread_name(self.chart, number))
            }
            @for Tile { part, colour, text } in self.tiles(holds) {
                rect.running.(colour) x=(px(left + part.start)) y=(top)
                    width=(px(part.end - part.start)) height=(height) {}
                // A page that plays the run uncovers the picture from left to right, and a tile
                // grows meanwhile. The text would stand partly beside the tile that is seen: so the
                // page shows the text (`data-at`) once there is room for all of it.
                @let middle = left + (part.start + part.end) / 2.0;
                text.in-bar data-at=[self.at(middle + width_of(&text, SMALL) * BOLD / 2.0)]
                    x=(px(middle)) y=(px(y + 4.5)) font-size=(px(SMALL)) { (text) }
            }
            @for part in idle {
                text.faint.middle data-at=[self.at(left + part.end)]
                    x=(px(left + (part.start + part.end) / 2.0)) y=(px(y + 4.5)) { "idle" }
            }
        }
    }

    /// The lanes that a thread runs. A tile has the lane's name if the name fits, or else a letter.
    fn tiles(&self, holds: &[Hold]) -> Vec<Tile> {
        let letters = letters(self.chart, self.rows);
        let mut tiles = vec![];
        for hold in holds {
            let Some(row) = self.rows.of_lane(hold.lane) else { continue };
            for part in self.layout.parts(self.layout.x(hold.from)..self.layout.x(hold.to)) {
                let Row { name, hue, .. } = &self.chart.rows[hold.lane];
                let has_room = name_fits(name, part.end - part.start);
                let text = if has_room { name.clone() } else { letters[row].to_string() };
                tiles.push(Tile { part, colour: lane_class(*hue), text });
            }
        }
        tiles
    }

    /// Where a thread was free between two lanes, as far as that is wide enough for the word
    /// `idle`.
    fn idle_parts(&self, holds: &[Hold]) -> Vec<Range<f64>> {
        let mut idle = vec![];
        let mut free_since: Option<Position> = None;
        for hold in holds {
            // A lane without a row has no tile, so its polls are not seen in the thread's row. A
            // poll that takes no time does not end an idle stretch. A poll in which the lane blocks
            // takes time and ends the stretch, since the thread is not free meanwhile.
            let takes_time = hold.from.instant < hold.to.instant;
            if self.rows.of_lane(hold.lane).is_none() && !takes_time {
                continue;
            }
            if let Some(since) = free_since
                && since < hold.from
            {
                idle.extend(self.layout.parts(self.layout.x(since)..self.layout.x(hold.from)));
            }
            free_since = Some(hold.to);
        }
        idle.retain(|part| part.end - part.start > ROOM_FOR_IDLE);
        idle
    }
}

/// Whether the name of a lane, in bold letters, fits into a tile of this width with 4 pixels free
/// on each side.
fn name_fits(name: &str, width: f64) -> bool {
    width_of(name, SMALL) * BOLD + 8.0 <= width
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_fits_into_a_tile_only_if_its_bold_letters_do() {
        // 24 letters of 6.96 pixels each, and 8 pixels beside them: 175 pixels, and 192 if bold.
        let name = "a-name-of-twenty-letters";
        assert!(!name_fits(name, 183.0), "the bold letters are 184 pixels wide");
        assert!(name_fits(name, 192.0));
    }
}
