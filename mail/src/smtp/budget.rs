//! A budget of bytes that all sessions of a server share.
//!
//! A limit for each session is not enough: a thousand sessions that each keep to 10 MB have 10 GB.
//! So a session that wants to keep something takes its size out of the budget first, and the client
//! is told to come back later if there is nothing left (RFC 5321, 4.5.3.1.10: 452).
use bytes::Bytes;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// A number of bytes. Clones of it share them.
#[derive(Clone, Debug)]
pub struct Budget(Arc<Account>);

#[derive(Debug)]
struct Account {
    /// How many bytes there are for all.
    total: usize,
    /// How many of them are reserved now.
    used: AtomicUsize,
}

impl Budget {
    /// A budget of `total` bytes.
    pub fn new(total: usize) -> Budget {
        Budget(Arc::new(Account { total, used: AtomicUsize::new(0) }))
    }

    /// How many bytes are left.
    pub fn left(&self) -> usize {
        self.0.total - self.0.used.load(Ordering::Relaxed)
    }

    /// A reservation of nothing yet.
    pub fn reservation(&self) -> Reservation {
        Reservation { budget: self.clone(), bytes: 0 }
    }
}

/// What a session has taken out of a [`Budget`]. It goes back when this is dropped.
#[derive(Debug)]
pub struct Reservation {
    /// Where the bytes go back to.
    budget: Budget,
    /// How many this reservation has.
    bytes: usize,
}

impl Reservation {
    /// Takes more out of the budget. Returns false, and takes nothing, if there is not enough left.
    #[must_use = "without the bytes, what they were for must not be kept"]
    pub fn grow(&mut self, more: usize) -> bool {
        let account = &self.budget.0;
        let add = |used: usize| used.checked_add(more).filter(|used| *used <= account.total);
        // Relaxed: the number guards no other memory.
        let grown = account.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add).is_ok();
        if grown {
            self.bytes += more;
        }
        grown
    }

    /// Gives some of it back; all of it, if that is less.
    pub fn shrink(&mut self, less: usize) {
        let less = less.min(self.bytes);
        self.budget.0.used.fetch_sub(less, Ordering::Relaxed);
        self.bytes -= less;
    }

    /// Gives everything back.
    pub fn clear(&mut self) {
        self.shrink(usize::MAX);
    }

    /// Bytes that keep this reservation until the last of their clones is gone, wherever that is.
    pub fn keep_for(self, bytes: Vec<u8>) -> Bytes {
        Bytes::from_owner(Kept { bytes, _reservation: self })
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.clear();
    }
}

struct Kept {
    /// What the reservation is for.
    bytes: Vec<u8>,
    /// Only to be dropped together with the bytes.
    _reservation: Reservation,
}

impl AsRef<[u8]> for Kept {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_comes_back_with_the_last_clone_of_the_bytes() {
        let budget = Budget::new(100);
        let mut reservation = budget.reservation();
        assert!(reservation.grow(60));
        assert!(!reservation.grow(41), "only 40 are left");
        assert!(!reservation.grow(usize::MAX), "no overflow");
        assert!(reservation.grow(40));
        let bytes = reservation.keep_for(vec![0; 100]);
        let part = bytes.slice(..1);
        drop(bytes);
        assert_eq!(budget.left(), 0, "a part of them is still there");
        drop(part);
        assert_eq!(budget.left(), 100);
    }
}
