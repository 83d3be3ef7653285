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
    /// The file as the compiler was told it, with slashes; empty where it is not known.
    pub file: String,
    /// The module in which the function stands, with its crate; of a function whose file is not
    /// known its whole path, which begins with that module.
    pub module: String,
    /// Where in it; none in a file of a library, and where the line is not known.
    pub place: Option<Place>,
    /// It is of the standard library, of a dependency, or of the recorder itself.
    pub library: bool,
}

impl Frame {
    /// Whether the function stands in this module, or in one inside it.
    pub fn is_in(&self, module: &str) -> bool {
        match self.module.strip_prefix(module) {
            Some(rest) => rest.is_empty() || rest.starts_with("::"),
            None => false,
        }
    }
}

/// The module in which a function stands.
///
/// The file says it exactly. But dependencies may have been compiled without line tables, and then
/// only the names of functions are known. With line tables it is the other way round: names have no
/// path there.
fn module(function: &str, file: &str) -> String {
    match module_of_file(file) {
        Some(module) => module,
        None => path_of_function(function).to_owned(),
    }
}

/// `tokio::sync::mutex` of `…/tokio-1.54.1/src/sync/mutex.rs`; none of a file that is not below a
/// folder `src`.
fn module_of_file(file: &str) -> Option<String> {
    let (above, inside) = file.rsplit_once("/src/")?;
    let folder = above.rsplit('/').next().unwrap_or(above);
    let mut module = without_version(folder).replace('-', "_");
    if above == folder_of_this_crate() {
        module = env!("CARGO_CRATE_NAME").to_owned(); // the folder may have any name
    }
    for part in inside.trim_end_matches(".rs").split('/') {
        if part != "mod" && part != "lib" {
            module.push_str("::");
            module.push_str(part);
        }
    }
    Some(module)
}

/// `futures-util` of `futures-util-0.3.31`: cargo names the folder of a crate so.
fn without_version(folder: &str) -> &str {
    for (at, _) in folder.match_indices('-') {
        if folder[at + 1..].starts_with(|first: char| first.is_ascii_digit()) {
            return &folder[..at];
        }
    }
    folder
}

/// The path of a function without what its types are made of: of a method that of its type.
fn path_of_function(function: &str) -> &str {
    // `<tokio::time::sleep::Sleep as core::future::future::Future>::poll`
    let path = function.strip_prefix('<').unwrap_or(function);
    let path = path.trim_start_matches('&').trim_start_matches("mut ");
    let end = path.find(['<', '>', ' ']).unwrap_or(path.len());
    path[..end].trim_end_matches(':')
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
        let module = module(&function, &file);
        frames.push(Frame { address, function, file, module, place, library });
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
/// has fetched, of this crate (but for its examples and tests), or of what the exercises of the
/// workshop run in: its learners look for lines of their exercise.
fn is_of_a_library(file: &str) -> bool {
    const FETCHED: [&str; 4] = ["/rustc/", "/rustlib/", "/registry/src/", "/git/checkouts/"];
    const OURS: [&str; 3] = ["/src/", "/hooked-waker/", "/workshop/src/"];
    let ours = folder_of_this_crate();
    file.is_empty()
        || FETCHED.iter().any(|folder| file.contains(folder))
        || OURS.iter().any(|folder| file.starts_with(&format!("{ours}{folder}")))
}

fn folder_of_this_crate() -> String {
    env!("CARGO_MANIFEST_DIR").replace('\\', "/")
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

    /// A frame of a library.
    pub fn frame(function: &str, file: &str) -> Frame {
        let module = module(function, file);
        let (function, file) = (function.to_owned(), file.to_owned());
        Frame { address: 1, function, file, module, place: None, library: true }
    }

    #[test]
    fn the_module_of_a_function_is_known_from_its_file_or_from_its_name() {
        let registry = "/home/me/.cargo/registry/src/index.crates.io-1";
        let in_file = |file: &str| frame("poll<T>", &format!("{registry}/{file}")).module;
        assert_eq!(in_file("tokio-1.54.1/src/sync/mutex.rs"), "tokio::sync::mutex");
        assert_eq!(in_file("tokio-util-0.7.20/src/sync/mod.rs"), "tokio_util::sync");
        assert_eq!(in_file("futures-util-0.3.31-rc.1/src/lib.rs"), "futures_util");
        let this_file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/timeline/record/stack.rs");
        assert_eq!(frame("poll", this_file).module, "async_concepts::timeline::record::stack");
        for (function, module) in [
            ("tokio::runtime::time::Driver::park_internal", "tokio::runtime::time"),
            ("<tokio::time::sleep::Sleep as core::Future>::poll", "tokio::time::sleep"),
            ("tokio::sync::oneshot::Receiver<T>::poll_recv", "tokio::sync::oneshot"),
            ("tokio::runtime::time::<impl tokio::time::Handle>::process", "tokio::runtime::time"),
            ("<tokio::sync::mutex::Mutex<T>>::lock::{closure#0}", "tokio::sync::mutex"),
        ] {
            assert!(frame(function, "").is_in(module), "{function}");
            assert!(!frame(function, "").is_in("tokio::sync::mut"), "{function}");
        }
        // What it is made of is not where it stands.
        let of_own = frame("own::poll::<tokio::time::sleep::Sleep>", "");
        assert!(!of_own.is_in("tokio") && of_own.is_in("own"));
    }

    #[test]
    fn it_is_seen_whether_a_binary_has_line_tables() {
        assert!(has_no_line_tables(&of_nothing().frames()));
        let here = Stack(capture().addresses.into());
        assert!(!has_no_line_tables(&here.frames()), "this one has");
    }
}
