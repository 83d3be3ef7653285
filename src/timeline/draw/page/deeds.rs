//! What a lane does in a step, in words: what it prints, wakes, makes and drops, and what happens
//! to other lanes meanwhile.
use super::reader::{Reader, in_quotes, join};
use crate::timeline::{
    LaneId, LoopEnd, Said,
    draw::pieces::{Deed, Piece, What},
};
use std::{collections::BTreeSet, mem::discriminant};

impl Reader<'_> {
    /// Adds to `parts` what the lane of a piece does, in order. Returns the other lines that are
    /// printed in it: no lane polls or drops at that moment the lanes that print them.
    pub(super) fn deeds(&self, piece: &Piece, parts: &mut Vec<String>) -> Vec<usize> {
        let mut deeds = vec![];
        let mut by_others = vec![];
        for Deed { what, .. } in &piece.deeds {
            match *what {
                What::Prints(line) if self.chart.said[line].lane != piece.lane => {
                    by_others.push(line);
                }
                // It is told of the lane that is dropped.
                What::Makes(made) if self.is_made_by_dropped(piece, made) => {}
                what => deeds.push(what),
            }
        }
        // Deeds of one kind that follow each other are told together.
        let is_alike = |one: &What, other: &What| {
            discriminant(one) == discriminant(other)
                && self.wakes_a_loop(piece, *one) == self.wakes_a_loop(piece, *other)
        };
        for alike in deeds.chunk_by(is_alike) {
            let mut lines = vec![];
            let mut lanes = vec![];
            let mut callbacks = vec![];
            for what in alike {
                match *what {
                    What::Prints(line) => lines.push(in_quotes(&self.chart.said[line].text)),
                    What::Wakes(lane)
                    | What::Queues(lane)
                    | What::Cancels(lane)
                    | What::Makes(lane)
                    | What::Removes(lane)
                    | What::Drops(lane) => lanes.push(lane),
                    What::EndsLoop(_) => {}
                    What::QueuesCallback(call) | What::CallsCallback(call) => {
                        callbacks.extend(self.chart.calls[call].added_by.as_deref());
                    }
                }
            }
            parts.push(match alike[0] {
                What::Prints(_) => format!("prints {}", join(&lines)),
                what @ What::Wakes(_) if self.wakes_a_loop(piece, what) => {
                    format!("wakes the loop of {}", self.names(&lanes))
                }
                What::Wakes(_) => format!("wakes {}", self.names(&lanes)),
                What::Queues(_) => format!("queues {}", self.names(&lanes)),
                What::QueuesCallback(_) => format!("queues {}", in_words(&callbacks)),
                What::CallsCallback(_) => format!("calls {}", in_words(&callbacks)),
                What::EndsLoop(LoopEnd::Stopped) => self.stops(piece),
                What::EndsLoop(LoopEnd::Idle) => "finds that nothing is left to wait for".into(),
                What::Cancels(_) => format!("cancels {}", self.names(&lanes)),
                What::Makes(_) => format!("makes {}", self.made(&lanes, piece)),
                What::Removes(_) => format!("removes {}", self.names(&lanes)),
                What::Drops(_) => format!("drops {}", self.dropped(piece, &lanes, &mut by_others)),
            });
        }
        by_others
    }

    /// That the lane of a piece stops an event loop: the one that it runs, or that calls it.
    fn stops(&self, piece: &Piece) -> String {
        match self.around(piece).last() {
            _ if self.calls.runs_a_loop(piece.lane) => "stops its loop".into(),
            Some(outer) => format!("stops the loop of {}", self.chart.rows[*outer].name),
            None => "stops the loop".into(),
        }
    }

    /// Whether a deed wakes an event loop only: another thread has left a call for it, and that is
    /// no call of the lane in which the loop runs.
    fn wakes_a_loop(&self, piece: &Piece, what: What) -> bool {
        let What::Wakes(woken) = what else { return false };
        let queued = self.calls.queued(self.number(piece));
        self.calls.runs_a_loop(woken) && !queued.iter().any(|(_, lane)| *lane == woken)
    }

    /// The names of lanes that the lane of a piece makes. One of them may have its own name: a
    /// callback that comes again and again makes the next one of itself.
    fn made(&self, lanes: &[LaneId], piece: &Piece) -> String {
        match lanes {
            [lane] if self.chart.rows[*lane].name == self.chart.rows[piece.lane].name => {
                format!("the next {}", self.chart.rows[*lane].name)
            }
            _ => self.names(lanes),
        }
    }

    /// Whether a lane is made by one that is dropped in a piece, and so by what runs when that is
    /// dropped.
    fn is_made_by_dropped(&self, piece: &Piece, made: LaneId) -> bool {
        let drops = |deed: &Deed| match deed.what {
            What::Drops(dropped) => self.chart.rows[made].parent == Some(dropped),
            _ => false,
        };
        piece.deeds.iter().any(drops)
    }

    /// The lanes that are made in a piece by these ones, which are dropped in it.
    fn made_by_dropped(&self, piece: &Piece, dropped: &[LaneId]) -> Vec<LaneId> {
        let mut made = vec![];
        for Deed { what, .. } in &piece.deeds {
            if let What::Makes(lane) = *what
                && let Some(maker) = self.chart.rows[lane].parent
                && dropped.contains(&maker)
            {
                made.push(lane);
            }
        }
        made
    }

    /// The names of lanes that are dropped, as [`Reader::names`] has them, and what each of them
    /// does then: the lines that it prints are taken out of `by_others`.
    fn dropped(&self, piece: &Piece, lanes: &[LaneId], by_others: &mut Vec<usize>) -> String {
        if !self.can_be_named(lanes) {
            let made = self.made_by_dropped(piece, lanes);
            let makes = format!(" (which make {})", self.names(&made));
            return self.names(lanes) + if made.is_empty() { "" } else { &makes };
        }
        let mut told = vec![];
        for lane in lanes {
            let name = self.chart.rows[*lane].name.clone();
            let mut does = vec![];
            let lines = self.take_lines_of(*lane, by_others);
            if !lines.is_empty() {
                does.push(format!("prints {}", join(&lines)));
            }
            let made = self.made_by_dropped(piece, &[*lane]);
            if !made.is_empty() {
                does.push(format!("makes {}", self.names(&made)));
            }
            told.push(match does.is_empty() {
                true => name,
                false => format!("{name} (which {})", join(&does)),
            });
        }
        join(&told)
    }

    /// What happens to other lanes in a piece, in sentences of their own: that the runtime drops
    /// tasks after it, and the lines that other lanes print.
    pub(super) fn others(&self, piece: &Piece, mut by_others: Vec<usize>) -> String {
        let mut told = String::new();
        if let [lane] = piece.aborted[..] {
            let what = match lane == piece.lane {
                true => "it: it was aborted".to_owned(),
                false => format!("{}, which was aborted", self.chart.rows[lane].name),
            };
            let lines = self.take_lines_of(lane, &mut by_others);
            told += &format!(" Then the runtime drops {what}");
            if !lines.is_empty() {
                told += &format!(" (it prints {})", join(&lines));
            }
        } else if !piece.aborted.is_empty() {
            let names = self.names(&piece.aborted);
            told += &format!(" Then the runtime drops {names}, which were aborted");
        }
        let mut woken = piece.woken_by_aborted.clone();
        woken.retain(|lane| !piece.aborted.contains(lane));
        if !woken.is_empty() {
            told += &format!("; this wakes {}", self.names(&woken));
        }
        if !told.is_empty() {
            told.push('.');
        }
        if let Some(outer) = self.wakes_itself_around(piece) {
            let name = &self.chart.rows[outer].name;
            told += &format!(" By now {name} has woken itself, to be polled once more.");
        }
        for line in by_others {
            let Said { lane, text, .. } = &self.chart.said[line];
            let name = &self.chart.rows[*lane].name;
            told += &format!(" In this step {name} prints {}.", in_quotes(text));
        }
        told
    }

    /// The lines of one lane, in quotation marks; they are taken out of `lines`.
    fn take_lines_of(&self, lane: LaneId, lines: &mut Vec<usize>) -> Vec<String> {
        let taken = lines.extract_if(.., |line| self.chart.said[*line].lane == lane);
        taken.map(|line| in_quotes(&self.chart.said[line].text)).collect()
    }

    /// `A and B`, each lane once and in this order, or how many they are.
    pub(super) fn names(&self, lanes: &[LaneId]) -> String {
        let mut once = vec![];
        for lane in lanes {
            if !once.contains(lane) {
                once.push(*lane);
            }
        }
        if !self.can_be_named(&once) {
            return format!("{} lanes", once.len());
        }
        let names: Vec<String> =
            once.iter().map(|lane| self.chart.rows[*lane].name.clone()).collect();
        join(&names)
    }

    /// Whether a sentence names these lanes one by one: they are few, and each has another name.
    pub(super) fn can_be_named(&self, lanes: &[LaneId]) -> bool {
        let names: BTreeSet<&str> =
            lanes.iter().map(|lane| self.chart.rows[*lane].name.as_str()).collect();
        names.len() == lanes.len() && lanes.len() <= 4
    }
}

/// `a callback of shield()`: done callbacks of an event loop's own library, in this order.
fn in_words(callbacks: &[&str]) -> String {
    let mut words = vec![];
    for alike in callbacks.chunk_by(|one, other| one == other) {
        let [first, others @ ..] = alike else { continue };
        words.push(match others.len() {
            0 => a_callback_of(first),
            others => format!("{} callbacks of {first}()", others + 1),
        });
    }
    join(&words)
}

/// What the strip calls a done callback of an event loop's own library.
pub(super) fn a_callback_of(function: &str) -> String {
    format!("a callback of {function}()")
}
