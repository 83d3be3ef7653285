//! What is on the stack while a lane is polled, up to that poll.
//!
//! [`capture`] walks the stack and keeps the return addresses only: 0.1 to 0.2 µs a frame, most of
//! it the unwinder's, as `benches/README.md` shows. What they mean is looked up later, if at all:
//! see `frame`.
use super::frame::{self, Frame};
use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    sync::Arc,
};

/// Return addresses, the innermost first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Stack(Arc<[usize]>);

impl Stack {
    /// The functions on it, the innermost first.
    pub fn frames(&self) -> Vec<Frame> {
        frame::functions(&self.0)
    }
}

/// Stacks that were seen, each once: a loop registers at the same place over and over.
#[derive(Default)]
pub(super) struct Stacks {
    /// The numbers of the stacks of one hash: almost always one.
    numbers: HashMap<u64, Vec<u32>>,
    /// The stacks, by their numbers.
    all: Vec<Stack>,
}

/// At most this many different stacks are kept. A stack that comes later has no number, and so its
/// wait has no place.
const MOST_STACKS: usize = 50_000;

impl Stacks {
    /// The number of a stack; none if there are too many. Call this before the functions on the
    /// captured stack return, except those of the recorder. A new stack needs [`frame::keep`],
    /// which walks the stack of this thread once more and has to find them there.
    pub fn number(&mut self, captured: &Captured) -> Option<u32> {
        let same_hash = self.numbers.entry(captured.hash).or_default();
        for &number in same_hash.iter() {
            if *self.all[number as usize].0 == *captured.addresses {
                return Some(number);
            }
        }
        if self.all.len() >= MOST_STACKS {
            return None;
        }
        frame::keep(&captured.addresses);
        let number = self.all.len() as u32;
        same_hash.push(number);
        self.all.push(Stack(captured.addresses.as_slice().into()));
        Some(number)
    }

    /// The stack of this number.
    pub fn get(&self, number: u32) -> Stack {
        self.all[number as usize].clone()
    }
}

/// At most this many frames are walked, from the innermost on: a deep recursion must not make each
/// wait slow.
const MOST_FRAMES: usize = 200;

thread_local! {
    /// The address on the stack at which the poll of the innermost lane begins. Where a lane is
    /// polled is no part of where the lane waits.
    static FLOOR: Cell<usize> = const { Cell::new(usize::MAX) };
}

/// As long as it lives, stacks end where it was made. The last frame of such a stack is the first
/// one outside: see [`Walk::note`].
pub(super) struct Floor {
    /// The floor of the lane around, which is put back when this floor is dropped.
    outer: usize,
}

impl Floor {
    #[inline(never)] // so that it has a frame of its own, inside the one that it marks
    pub fn new() -> Floor {
        let here = 0_u8;
        // The caller's frame has to be walked, too. The walk knows a frame by its lowest address,
        // and that of the caller's frame is a little higher than `here`: hence the margin.
        let floor = (&raw const here).addr() + MARGIN;
        Floor { outer: FLOOR.replace(floor) }
    }
}

/// More than the frame of [`Floor::new`], less than what a poll of a lane has on the stack.
const MARGIN: usize = 512;

impl Drop for Floor {
    fn drop(&mut self) {
        FLOOR.set(self.outer);
    }
}

/// Return addresses, the innermost first, and a hash of them.
pub(super) struct Captured {
    /// The return addresses.
    pub addresses: Vec<usize>,
    /// Made from the addresses in a fraction of the time that the hasher of a map would take.
    hash: u64,
}

/// The return addresses on the stack, from here to where the poll of the innermost lane begins, and
/// one more: see [`Walk::note`].
pub(super) fn capture() -> Captured {
    WALK.with_borrow_mut(|walk| {
        walk.floor = FLOOR.get();
        walk.frames = 0;
    });
    walk_the_stack();
    WALK.with_borrow(|walk| {
        let addresses = walk.addresses[..walk.frames].to_vec();
        let mut hash = 0_u64;
        for address in &addresses {
            hash = (hash.rotate_left(5) ^ *address as u64).wrapping_mul(MULTIPLIER);
        }
        Captured { addresses, hash }
    })
}

/// An odd number with about as many ones as zeros, so that each bit of an address changes many bits
/// of the hash. If two stacks have one hash, that costs a comparison, and nothing else.
const MULTIPLIER: u64 = 0x517c_c1b7_2722_0a95;

/// A walk that is going on.
struct Walk {
    /// The return addresses so far. No `Vec`, which would have to be dropped when the thread ends:
    /// destructors that run later may still call wakers.
    addresses: [usize; MOST_FRAMES],
    /// How many there are.
    frames: usize,
    /// The address at which the walk ends: see [`FLOOR`].
    floor: usize,
}

thread_local! {
    /// Here and not with the caller: the unwinder could pass it on only as a raw pointer.
    static WALK: RefCell<Walk> =
        const { RefCell::new(Walk { addresses: [0; MOST_FRAMES], frames: 0, floor: 0 }) };
}

impl Walk {
    /// Notes a frame, and says whether the walk goes on. The stack grows downwards, so frames of
    /// what called the lane begin at higher addresses than the floor. The first frame of these is
    /// noted, too: the walk ends only after it.
    fn note(&mut self, address: usize, begin: usize) -> bool {
        self.addresses[self.frames] = address;
        self.frames += 1;
        self.frames < MOST_FRAMES && begin <= self.floor
    }
}

/// Shows each frame to [`Walk::note`], the innermost first.
#[cfg(not(any(windows, target_arch = "arm", target_arch = "s390x")))]
fn walk_the_stack() {
    use std::{ffi::c_void, ptr};
    use unwinding::abi::{
        _Unwind_Backtrace, _Unwind_GetCFA, _Unwind_GetIP, UnwindContext, UnwindReasonCode,
    };
    extern "C" fn note(frame: &UnwindContext<'_>, _: *mut c_void) -> UnwindReasonCode {
        let address = _Unwind_GetIP(frame);
        let begin = _Unwind_GetCFA(frame);
        match WALK.with_borrow_mut(|walk| walk.note(address, begin)) {
            true => UnwindReasonCode::NO_REASON,
            false => UnwindReasonCode::NORMAL_STOP,
        }
    }
    // The unwinder that a program has anyway, for panics.
    _Unwind_Backtrace(note, ptr::null_mut());
}

/// Shows each frame to [`Walk::note`], the innermost first: where there is no such unwinder, or
/// where it tells addresses in another way.
#[cfg(any(windows, target_arch = "arm", target_arch = "s390x"))]
fn walk_the_stack() {
    backtrace::trace(|frame| {
        WALK.with_borrow_mut(|walk| walk.note(frame.ip().addr(), frame.sp().addr()))
    });
}

#[cfg(test)]
pub(super) mod tests {
    use super::{super::frame::has_no_line_tables, *};

    /// A stack with addresses at which there is no function. No frame of it has a line of a source,
    /// as if it were from a binary without line tables.
    pub fn without_functions() -> Stack {
        Stack([1, 2, 3].into())
    }

    #[test]
    fn it_is_seen_whether_a_binary_has_line_tables() {
        assert!(has_no_line_tables(&without_functions().frames()));
        let mut stacks = Stacks::default();
        let here = stacks.number(&capture()).expect("there is room");
        assert!(!has_no_line_tables(&stacks.get(here).frames()), "this one has");
    }
}
