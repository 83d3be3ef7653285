//! What is called or woken when a future is done: a list, and an index of it when it is long.
//!
//! asyncio searches the whole list to remove one callback. With 300,000 waits for one future that
//! all run out of time this takes hours. Here a list that is searched while it is long gets an
//! index. An entry that is removed from a list with an index leaves a gap, because closing the gap
//! would move all entries that follow. When more than half of the list is gaps, they are closed
//! together.
use std::collections::BTreeSet;

use smallvec::SmallVec;

use super::{Callback, FutureCell};
use crate::event_loop::CallKind;
use crate::event_loop::handle::Call;

/// A list of at most this many entries is searched entry by entry: that is faster than an index,
/// and nearly every list is that short.
const SHORT: usize = 32;

/// The callbacks of a future, in the order in which they were added.
pub(super) struct Callbacks<T: 'static> {
    /// The entries; `None` is a gap, of which there are some only while there is an index. Nearly
    /// every future has only one callback, which needs no allocation (as in CPython's
    /// `_asynciomodule.c`).
    entries: SmallVec<[Option<Callback<T>>; 1]>,
    /// For each entry its [`Callback::identity`], and where it stands. Boxed, because few lists
    /// have one.
    #[expect(clippy::box_collection, reason = "a thin pointer: most futures have no index")]
    index: Option<Box<BTreeSet<(usize, usize)>>>,
}

impl<T> Default for Callbacks<T> {
    fn default() -> Self {
        Self { entries: SmallVec::new(), index: None }
    }
}

impl<T> Callbacks<T> {
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds an entry at the end.
    pub(super) fn push(&mut self, callback: Callback<T>) {
        if let Some(index) = &mut self.index {
            index.insert((callback.identity(), self.entries.len()));
        }
        self.entries.push(Some(callback));
    }

    /// Takes the last entry of a list without gaps, such as [`Callbacks::keep_reversed`] gives.
    pub(super) fn pop(&mut self) -> Option<Callback<T>> {
        self.entries.pop()?
    }

    /// The entry that [`Callbacks::pop`] would take.
    fn last(&self) -> Option<&Callback<T>> {
        self.entries.last()?.as_ref()
    }

    /// The entries for which `keep` is true, the last one first. `keep` is called in the order of
    /// the list.
    pub(super) fn keep_reversed(mut self, mut keep: impl FnMut(&Callback<T>) -> bool) -> Self {
        self.entries.retain(|entry| match entry {
            Some(callback) => keep(callback),
            None => false,
        });
        self.entries.reverse();
        Self { entries: self.entries, index: None }
    }

    /// Takes the first entry that is the same as `like` out of the list.
    pub(super) fn remove(&mut self, like: &Callback<T>) -> Option<Callback<T>> {
        let place = self.find(like)?;
        let Some(index) = &mut self.index else { return self.entries.remove(place) };
        index.remove(&(like.identity(), place));
        let removed = self.entries[place].take();
        if index.len() * 2 < self.entries.len() {
            self.entries.retain(|entry| entry.is_some());
            self.index = None;
        }
        removed
    }

    /// Puts `new` in the place of the first entry that is the same as `old`, and gives that entry;
    /// or gives `new` back, if there is none.
    pub(super) fn replace(
        &mut self,
        old: &Callback<T>,
        new: Callback<T>,
    ) -> Result<Option<Callback<T>>, Callback<T>> {
        let Some(place) = self.find(old) else { return Err(new) };
        if let Some(index) = &mut self.index {
            index.remove(&(old.identity(), place));
            index.insert((new.identity(), place));
        }
        Ok(self.entries[place].replace(new))
    }

    /// Where the first entry stands that is the same as `like`. A long list without an index gets
    /// one first.
    fn find(&mut self, like: &Callback<T>) -> Option<usize> {
        if self.index.is_none() && self.entries.len() > SHORT {
            let mut index = BTreeSet::new();
            for (place, entry) in self.entries.iter().enumerate() {
                if let Some(callback) = entry {
                    index.insert((callback.identity(), place));
                }
            }
            self.index = Some(Box::new(index));
        }
        let is_it = |place: &usize| match &self.entries[*place] {
            Some(callback) => callback.is(like),
            None => false,
        };
        let Some(index) = &self.index else { return (0..self.entries.len()).find(is_it) };
        let identity = like.identity();
        let places = index.range((identity, 0)..=(identity, usize::MAX));
        places.map(|(_, place)| *place).find(is_it)
    }
}

impl<T> FutureCell<T> {
    /// The type of the done callback that is called next; none if a step of the task is.
    pub(super) fn next_done_callback(&self) -> Option<&'static str> {
        match self.callbacks.borrow().last()? {
            Callback::Call(callback) if self.kind() == CallKind::DoneCallback => {
                Some(callback.0.type_name())
            }
            _ => None,
        }
    }
}
