//! What is on the stack while a lane is polled, up to that poll.
//!
//! [`capture`] walks the stack and keeps the return addresses only: 0.1 to 0.2 µs a frame, most of
//! it the unwinder's, as `benches/README.md` shows. What they mean is looked up later, if at all:
//! loading the debug information takes a tenth of a second, which a run that shows no places must
//! not pay.
use super::place::{Place, from_the_workspace};
use std::{
    cell::Cell,
    collections::HashMap,
    ffi::c_void,
    sync::{Arc, Mutex, Once, OnceLock, PoisonError},
};

/// Return addresses, the innermost first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Stack(Arc<[usize]>);

impl Stack {
    /// The functions on it, the innermost first.
    pub fn frames(&self) -> Vec<Frame> {
        // One lock for all look-ups of a process: the debug information is loaded once, and not by
        // several threads at a time.
        let known = FRAMES.get_or_init(Mutex::default);
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut frames = vec![];
        for address in self.0.iter() {
            let of_address = known.entry(*address).or_insert_with(|| look_up(*address));
            frames.extend(of_address.iter().cloned());
        }
        frames
    }
}

/// Whether nothing is known of a stack that a library has called: this binary has no line tables.
pub(super) fn has_no_line_tables(frames: &[Frame]) -> bool {
    for frame in frames {
        // The standard library has line tables of its own, also in a binary that has none.
        if !frame.file.is_empty() && !frame.file.starts_with("/rustc/") {
            return false;
        }
    }
    true
}

/// Whether a stack passes through tokio, and it is not known in what file: with `debug = false` for
/// its dependencies a program has line tables, and tokio has none.
pub(super) fn tokio_has_no_line_tables(frames: &[Frame]) -> bool {
    let of_tokio = |name: &str| name.starts_with("tokio::") || name.starts_with("<tokio::");
    frames.iter().any(|frame| frame.file.is_empty() && of_tokio(&frame.function))
}

/// Whether a stack passes through a file of tokio: one whose path has this part.
pub(super) fn passes_through_tokio(frames: &[Frame], file: &str) -> bool {
    frames.iter().any(|frame| frame.file.contains("/tokio-") && frame.file.contains(file))
}

/// Every address that was looked up in this process, and what was inlined there.
static FRAMES: OnceLock<Mutex<HashMap<usize, Vec<Frame>>>> = OnceLock::new();

/// A function that is on the stack.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// Where it goes on when the call returns. Two calls in one function have two addresses, also
    /// where a macro has put both on one line.
    pub address: usize,
    /// Its name, with the path of its module where the binary has that.
    pub function: String,
    /// The file as the compiler was told it, with slashes.
    pub file: String,
    /// Where in it; none in a file of a library, and where the line is not known.
    pub place: Option<Place>,
    /// It is of the standard library, of a dependency, or of the recorder itself.
    pub library: bool,
}

/// The function at an address, and those that were inlined there, the innermost first.
fn look_up(address: usize) -> Vec<Frame> {
    let mut frames = vec![];
    backtrace::resolve(address as *mut c_void, |symbol| {
        let function = symbol.name().map(|name| format!("{name:#}")).unwrap_or_default();
        let path = symbol.filename().map(|path| path.to_string_lossy().replace('\\', "/"));
        let file = path.unwrap_or_default();
        // No place for a library's function: a reader looks at their own lines.
        let library = is_of_a_library(&file);
        let place = match (library, symbol.lineno()) {
            (false, Some(line)) => Some(Place {
                file: from_the_workspace(&file),
                line,
                column: symbol.colno().unwrap_or(1),
            }),
            _ => None,
        };
        frames.push(Frame { address, function, file, place, library });
    });
    frames
}

/// Loads the debug information, once in a process.
///
/// That takes a few hundred milliseconds of CPU, and seconds on a busy machine, in which no thread
/// can look at its stack: `backtrace` has one lock for all. A run on another thread would stand
/// still in the middle of a poll, and what waits for its runtime would take it for stuck. So it is
/// done before the first run begins, and not when the first is over.
pub(super) fn load_debug_information() {
    static LOADED: Once = Once::new();
    LOADED.call_once(|| {
        let known: fn() = load_debug_information; // any function of this program will do
        look_up(known as usize);
    });
}

/// Whether a file is not the program's own: it is of the standard library, of a crate that cargo
/// has fetched, or of this crate (but for its examples and tests).
fn is_of_a_library(file: &str) -> bool {
    const FETCHED: [&str; 4] = ["/rustc/", "/rustlib/", "/registry/src/", "/git/checkouts/"];
    const OURS: [&str; 2] = ["/src/", "/hooked-waker/"];
    let ours = env!("CARGO_MANIFEST_DIR").replace('\\', "/");
    file.is_empty()
        || FETCHED.iter().any(|folder| file.contains(folder))
        || OURS.iter().any(|folder| file.starts_with(&format!("{ours}{folder}")))
}

/// Stacks that were seen, each once: a loop registers at the same place over and over.
#[derive(Default)]
pub(super) struct Stacks {
    /// The numbers of the stacks of one hash: almost always one.
    numbers: HashMap<u64, Vec<u32>>,
    /// By their numbers.
    all: Vec<Stack>,
}

/// So many different stacks are kept. What comes later has no place.
const MOST_STACKS: usize = 50_000;

impl Stacks {
    /// The number of a stack; none if there are too many.
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

/// So many frames are walked, from the innermost on: a deep recursion must not make each wait slow.
const MOST_FRAMES: usize = 200;

thread_local! {
    /// The address on the stack at which the poll of the innermost lane begins. Where it is polled
    /// is no part of where it waits.
    static FLOOR: Cell<usize> = const { Cell::new(usize::MAX) };
}

/// As long as it lives, stacks end where it was made.
pub(super) struct Floor {
    /// The floor below, which is put back.
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
    /// Made on the way, since that takes a fraction of what the hasher of a map would.
    hash: u64,
}

/// The return addresses on the stack, from here to where the poll of the innermost lane begins.
pub(super) fn capture() -> Captured {
    let floor = FLOOR.get();
    let mut captured = Captured { addresses: Vec::with_capacity(64), hash: 0 };
    backtrace::trace(|frame| {
        let address = frame.ip().addr();
        captured.addresses.push(address);
        captured.hash = (captured.hash.rotate_left(5) ^ address as u64).wrapping_mul(MULTIPLIER);
        // The stack grows downwards, so frames of what called the lane have higher addresses.
        captured.addresses.len() < MOST_FRAMES && frame.sp().addr() <= floor
    });
    captured
}

/// Odd, and with about as many ones as zeros, so that each bit of an address reaches many of the
/// hash. Two stacks of one hash cost a comparison, and nothing else.
const MULTIPLIER: u64 = 0x517c_c1b7_2722_0a95;

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A stack as it is in a binary without line tables.
    pub fn of_nothing() -> Stack {
        Stack([1, 2, 3].into())
    }

    #[test]
    fn it_is_seen_whether_a_binary_has_line_tables() {
        assert!(has_no_line_tables(&of_nothing().frames()));
        let here = Stack(capture().addresses.into());
        assert!(!has_no_line_tables(&here.frames()), "this one has");
    }
}
