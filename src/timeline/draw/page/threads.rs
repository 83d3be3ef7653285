//! On which thread a task is polled, where a runtime has several.
use super::reader::Reader;
use crate::timeline::{
    LaneId, Position,
    draw::{
        labels::thread_name,
        pieces::{Kind, Piece},
    },
};
use std::collections::BTreeSet;

impl Reader<'_> {
    /// The name of the thread that polls the lane of a piece, as a sentence begins with it. None
    /// for the first thread, if the thread is one that was made for this lane alone, and if no
    /// other thread polls tasks: then there is nothing to be told apart.
    pub(super) fn thread(&self, piece: &Piece) -> Option<String> {
        if piece.kind != Kind::Poll {
            return None;
        }
        let number = self.thread_of_a_task(piece.lane, piece.poll)?;
        if self.threads_of_tasks.len() < 2 {
            return None;
        }
        let name = thread_name(self.chart, number).replace(['[', ']'], "");
        let first = name.chars().next()?;
        Some(first.to_uppercase().to_string() + &name[first.len_utf8()..])
    }

    /// The numbers of the threads, but the first, that poll a task.
    pub(super) fn threads_of_tasks(&self) -> BTreeSet<usize> {
        let mut numbers = BTreeSet::new();
        for piece in self.order {
            if piece.kind == Kind::Poll {
                numbers.extend(self.thread_of_a_task(piece.lane, piece.poll));
            }
        }
        numbers
    }

    /// The number of the thread on which a poll begins. None if it is the first thread, and if the
    /// lane is no task of a runtime: it is a closure on a thread, or another lane polls it.
    fn thread_of_a_task(&self, lane: LaneId, poll: Position) -> Option<usize> {
        let row = &self.chart.rows[lane];
        if row.own_thread || row.owner_at(poll).is_some() {
            return None;
        }
        for (number, holds) in self.chart.threads.iter().enumerate().skip(1) {
            let begun = holds.partition_point(|hold| hold.from < poll);
            if holds.get(begun).is_some_and(|hold| hold.from == poll && hold.lane == lane) {
                return Some(number);
            }
        }
        None
    }
}
