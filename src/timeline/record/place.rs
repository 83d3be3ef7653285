//! Where a lane waits, and for what: found in the stack, at the moment at which it registers.
//!
//! A future that cannot go on keeps a clone of the waker that it was polled with. At the moment of
//! the clone all that it is part of is on the stack: the timer or the channel, each `async fn` that
//! awaits the next, and last the poll of the lane. So [`capture`] walks the stack then, and keeps
//! the return addresses only: 0.1 to 0.2 µs a frame, most of it the unwinder's, as
//! `benches/README.md` shows. What they mean is looked up when a picture asks for it
//! ([`Waits::resolve`]), once for each address in a process: loading the debug information takes a
//! tenth of a second, which a run that shows no places must not pay.
//!
//! # What holds
//!
//! - A place is one where the lane registered its waker. Of several in one poll, one is left out if
//!   the code has gone on since: it was registered at an earlier line of the same function.
//! - In a binary without line tables (`debug = "line-tables-only"` is enough) no place is found,
//!   and what is said instead is where `.lane()` was called.
//! - A future that is polled by hand, and again in the same poll of its lane, at another line, is
//!   seen at the first of the two only: it has its waker already, and clones none.
use super::{event::LaneId, primitives};
use std::{
    cell::Cell,
    collections::HashMap,
    ffi::c_void,
    fmt,
    hash::{Hash, Hasher},
    panic::Location,
    path::Path,
    sync::{Arc, Mutex, Once, OnceLock, PoisonError},
};

/// A place in the source.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "draw", derive(serde::Serialize, serde::Deserialize))]
pub struct Place {
    /// The file, from the top folder of its workspace, as `file!()` has it.
    pub file: String,
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted from 1; of an `.await` that of the word `await`.
    pub column: u32,
}

impl Place {
    /// `file:line`, for a sentence.
    pub fn file_and_line(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }
}

/// `file:line:column`, which terminals and editors open.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl From<&Location<'_>> for Place {
    fn from(location: &Location<'_>) -> Place {
        let file = without_detours(location.file());
        Place { file, line: location.line(), column: location.column() }
    }
}

/// A path without `folder/..`, as in that of a file that a test includes from elsewhere.
fn without_detours(path: &str) -> String {
    let mut parts: Vec<&str> = vec![];
    for part in path.split(['/', '\\']) {
        match parts.last() {
            Some(&last) if part == ".." && last != ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// One thing that a lane waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "draw", derive(serde::Serialize, serde::Deserialize))]
pub struct Wait {
    /// The innermost `.await` in code that is not a library's; for a lane around a library's future
    /// alone, where `.lane()` was called.
    pub place: Place,
    /// `place`, and the `.await`s around it, up to the body of the lane. Empty if the stack had
    /// none.
    pub chain: Vec<Place>,
    /// What it waits for, by the name that the library has for it: `sleep`, `Mutex::lock`,
    /// `mpsc::Receiver::recv`. None where that is not known.
    pub on: Option<String>,
    /// The lane that it waits for, and polls there; none if it waits for something else.
    pub lane: Option<LaneId>,
}

impl Wait {
    /// Whether nothing on the stack told where it waits: then the place is that of `.lane()`, and
    /// nothing is claimed by it. It is so in a binary without line tables.
    pub fn is_only_of_the_lane(&self) -> bool {
        self.chain.is_empty() && self.on.is_none() && self.lane.is_none()
    }
}

/// When a lane registered its waker, seen from the end of a poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "draw", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "draw", serde(rename_all = "snake_case"))]
pub enum Registered {
    /// In this poll.
    Now,
    /// In an earlier poll: in this one it has registered nothing anew.
    Earlier,
    /// Never: it has no place where it waits, and the place that is given is that of `.lane()`.
    Never,
    /// Not known, since the run was watched without places: the place is that of `.lane()`.
    Unknown,
}

/// What a lane waits for after a poll that returned `Pending`. Cheap to clone.
///
/// Two of them are equal if the same lane waits in the same places for the same.
#[derive(Clone)]
pub struct Waits(Arc<Unresolved>);

struct Unresolved {
    /// Where the lane was made: the place that is always known.
    made_at: &'static Location<'static>,
    /// Whether the places are of this poll: an old one may be shown, but is no proof.
    registered: Registered,
    /// In the order in which they were registered.
    stacks: Vec<(Stack, Option<LaneId>)>,
    /// Kept, since what draws a run asks for it once for each span.
    resolved: OnceLock<Vec<Wait>>,
}

impl Waits {
    pub(super) fn new(
        made_at: &'static Location<'static>,
        registered: Registered,
        stacks: Vec<(Stack, Option<LaneId>)>,
    ) -> Waits {
        Waits(Arc::new(Unresolved { made_at, registered, stacks, resolved: OnceLock::new() }))
    }

    /// Of a lane that has registered its waker nowhere, and that was made where this is called.
    #[track_caller]
    pub fn nowhere() -> Waits {
        Waits::new(Location::caller(), Registered::Never, vec![])
    }

    /// Of a callback that was handed to an event loop there, and waits for `on`. No stack is
    /// needed: the loop has been told the place.
    pub(super) fn of_a_callback(at: &'static Location<'static>, on: &str) -> Waits {
        let place = Place::from(at);
        let chain = vec![place.clone()];
        let wait = Wait { place, chain, on: Some(on.to_owned()), lane: None };
        let resolved = OnceLock::from(vec![wait]);
        let registered = Registered::Now;
        Waits(Arc::new(Unresolved { made_at: at, registered, stacks: vec![], resolved }))
    }

    /// The same places, but not registered anew.
    pub(super) fn kept_from_before(&self) -> Waits {
        if self.0.registered != Registered::Now {
            return self.clone();
        }
        Waits::new(self.0.made_at, Registered::Earlier, self.0.stacks.clone())
    }

    /// When the waker was registered there.
    pub fn registered(&self) -> Registered {
        self.0.registered
    }

    /// The places, and what is waited for there: at least one. The first call for an address in
    /// this process loads the debug information, which takes about a tenth of a second.
    pub fn resolve(&self) -> &[Wait] {
        self.0.resolved.get_or_init(|| self.0.look_up())
    }

    /// The place of the innermost wait; of several, of the one that was registered last.
    pub fn place(&self) -> &Place {
        let waits = self.resolve();
        &waits[waits.len() - 1].place
    }
}

impl PartialEq for Waits {
    fn eq(&self, other: &Waits) -> bool {
        let mine = &self.0;
        let theirs = &other.0;
        if Arc::ptr_eq(mine, theirs) {
            return true;
        }
        if mine.made_at != theirs.made_at
            || mine.registered != theirs.registered
            || mine.stacks != theirs.stacks
        {
            return false;
        }
        // Without a stack it may be a callback, which has its words from the beginning. With one,
        // equal stacks are enough: they need not be looked up.
        !mine.stacks.is_empty() || self.resolve() == other.resolve()
    }
}

impl Eq for Waits {}

impl fmt::Debug for Waits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waits")
            .field("registered", &self.registered())
            .field("waits", &self.resolve())
            .finish()
    }
}

impl Unresolved {
    fn look_up(&self) -> Vec<Wait> {
        let mut seen: Vec<Seen> = vec![];
        for (stack, lane) in &self.stacks {
            let frames = Seen { frames: stack.frames(), lane: *lane };
            // What was registered at a line that the code has left since is not waited for.
            seen.retain(|earlier| !earlier.is_left_by(&frames));
            seen.push(frames);
        }
        let mut waits: Vec<Wait> = vec![];
        for seen in seen {
            let wait = seen.wait(self.made_at);
            if !waits.contains(&wait) {
                waits.push(wait);
            }
        }
        if waits.is_empty() {
            let place = Place::from(self.made_at);
            waits.push(Wait { place, chain: vec![], on: None, lane: None });
        }
        waits
    }
}

/// A registration, looked up.
struct Seen {
    /// The innermost first.
    frames: Vec<Frame>,
    /// The lane whose end is awaited there, if it is one.
    lane: Option<LaneId>,
}

impl Seen {
    /// The frames of code that is not a library's, the outermost first.
    fn of_the_user(&self) -> impl Iterator<Item = &Frame> {
        self.frames.iter().rev().filter(|frame| !frame.library)
    }

    /// Whether `later`, which was registered in the same poll, shows that the code has gone on from
    /// here: seen from outside, the first function in which they differ is the same one, and stands
    /// at another place. Where they part in different functions, as the branches of a `join!` do,
    /// both are waited for.
    fn is_left_by(&self, later: &Seen) -> bool {
        for (mine, theirs) in self.of_the_user().zip(later.of_the_user()) {
            if mine.function != theirs.function {
                return false;
            }
            if mine.place != theirs.place {
                return true;
            }
        }
        false
    }

    /// What is waited for there. `made_at` is the place of the lane, for a stack that has none.
    fn wait(&self, made_at: &Location<'_>) -> Wait {
        // Further in than the innermost function of the user are those of libraries: what the user
        // awaits. Further out, a poll only passes through libraries, such as `join_all`.
        let innermost = self.frames.iter().position(|frame| !frame.library);
        let library = &self.frames[..innermost.unwrap_or(self.frames.len())];
        let mut chain = vec![];
        for frame in &self.frames {
            if !frame.library
                && let Some(place) = &frame.place
                && chain.last() != Some(place)
            {
                chain.push(place.clone());
            }
        }
        let place = chain.first().cloned().unwrap_or_else(|| Place::from(made_at));
        let on = if self.lane.is_some() { None } else { primitives::name(library) };
        Wait { place, chain, on, lane: self.lane }
    }
}

/// Return addresses, the innermost first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Stack(Arc<[usize]>);

impl Stack {
    fn frames(&self) -> Vec<Frame> {
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
pub(super) fn has_no_line_tables(stack: &[usize]) -> bool {
    for frame in Stack(stack.into()).frames() {
        // The standard library has line tables of its own, also in a binary that has none.
        if !frame.file.is_empty() && !frame.file.starts_with("/rustc/") {
            return false;
        }
    }
    true
}

/// Whether a stack passes through a file of a library: one whose path has both of the given parts.
pub(super) fn passes_through(stack: &[usize]) -> impl Fn(&str, &str) -> bool {
    let frames = Stack(stack.into()).frames();
    move |library, file| {
        frames.iter().any(|frame| frame.file.contains(library) && frame.file.contains(file))
    }
}

/// Every address that was looked up in this process, and what was inlined there.
static FRAMES: OnceLock<Mutex<HashMap<usize, Vec<Frame>>>> = OnceLock::new();

/// A function that is on the stack.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// Its name, with the path of its module where the binary has that.
    pub function: String,
    /// The file as the compiler was told it, with slashes.
    pub file: String,
    /// Where in it.
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
        frames.push(Frame { function, file, place, library });
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

/// The path from the top folder of the file's workspace, which is where the `Cargo.lock` is; the
/// whole path if there is none, or if the sources are not on this machine.
fn from_the_workspace(file: &str) -> String {
    let file = without_detours(file);
    let path = Path::new(&file);
    for folder in path.ancestors().skip(1) {
        if folder.join("Cargo.lock").is_file()
            && let Ok(inside) = path.strip_prefix(folder)
        {
            return inside.to_string_lossy().replace('\\', "/");
        }
    }
    file
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

/// Only for a key of a map: the stacks by their addresses.
impl Hash for Waits {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.stacks.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As addresses are in a binary without line tables.
    fn of_nothing() -> Vec<usize> {
        vec![1, 2, 3]
    }

    #[test]
    fn without_line_tables_a_place_is_that_of_the_lane_and_says_so() {
        let stack = Stack(of_nothing().into());
        let made_at = Location::caller();
        let waits = Waits::new(made_at, Registered::Now, vec![(stack, None)]);
        let wait = &waits.resolve()[0];
        assert_eq!(wait.place, Place::from(made_at));
        assert!(wait.is_only_of_the_lane());
    }

    #[test]
    fn it_is_seen_whether_a_binary_has_line_tables() {
        assert!(has_no_line_tables(&of_nothing()));
        assert!(!has_no_line_tables(&capture().addresses), "this one has");
    }
}
