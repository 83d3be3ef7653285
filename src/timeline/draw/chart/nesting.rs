//! Which lane polls which.
use super::{Chart, Position};
use crate::timeline::LaneId;

impl Chart {
    /// For each lane whether it polls others. The poll of such a lane contains those of the inner
    /// lanes, so its length alone does not say how long the lane itself has worked or blocked.
    pub(in crate::timeline::draw) fn pollers(&self) -> Vec<bool> {
        let mut polls = vec![false; self.rows.len()];
        for row in &self.rows {
            for outer in row.owners() {
                polls[outer] = true;
            }
        }
        polls
    }

    /// Whether `outer` polls `lane` at a position, itself or through other lanes.
    pub(in crate::timeline::draw) fn is_inside(
        &self,
        mut lane: LaneId,
        outer: LaneId,
        at: Position,
    ) -> bool {
        // A chart that was read from a file might have a circle: no chain is longer than the list.
        for _ in 0..self.rows.len() {
            match self.rows[lane].owner_at(at) {
                Some(next) if next == outer => return true,
                Some(next) => lane = next,
                None => return false,
            }
        }
        false
    }
}
