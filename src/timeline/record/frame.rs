//! The functions on a stack: what its return addresses mean.
//!
//! The standard library can tell: it has a reader of debug information, for backtraces, and that is
//! compiled already. A crate that does the same took a fifth of this package's first build. But
//! the standard library tells of no address that is given to it, only of a stack that it has walked
//! itself, and in a text. So [`keep`] lets it walk each stack with an address that was not seen
//! before. [`functions`] reads the text later, if at all: loading the debug information takes some
//! hundredths of a second, which a run that shows no places must not pay.
use super::place::{Place, from_the_workspace};
use std::{
    backtrace::Backtrace,
    collections::HashMap,
    mem,
    sync::{LazyLock, Mutex, MutexGuard, Once, PoisonError},
};

/// A function that is on the stack.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Frame {
    /// Where the function goes on when its call returns. Two calls in one function have two
    /// addresses, also where a macro has put both on one line.
    pub address: usize,
    /// Its name, with the path of its module where the binary has that.
    pub function: String,
    /// The file as the compiler was told it, with slashes; empty where it is not known.
    pub file: String,
    /// The module in which the function stands, with its crate. If the file is not known, this is
    /// the whole path of the function, which begins with that module.
    pub module: String,
    /// The place in that file; none in a file of a library, and where the line is not known.
    pub place: Option<Place>,
    /// The function is not the program's own: see [`is_of_a_library`].
    pub library: bool,
}

impl Frame {
    /// `at` is the place as the text of a stack has it: see [`Known::read`].
    fn new(address: usize, function: String, at: Option<&str>) -> Frame {
        let (file, line, column) = file_line_and_column(at.unwrap_or_default());
        let file = file.replace('\\', "/");
        // No place for a library's function: a reader looks at their own lines.
        let library = is_of_a_library(&file);
        let place = match (library, line) {
            (false, Some(line)) => {
                Some(Place { file: from_the_workspace(&file), line, column: column.unwrap_or(1) })
            }
            _ => None,
        };
        let module = module(&function, &file);
        Frame { address, function, file, module, place, library }
    }

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

/// `futures-util` of `futures-util-0.3.31`, which is how cargo names the folder of a crate.
fn without_version(folder: &str) -> &str {
    for (at, _) in folder.match_indices('-') {
        if folder[at + 1..].starts_with(|first: char| first.is_ascii_digit()) {
            return &folder[..at];
        }
    }
    folder
}

/// The path of a function, up to its first generic argument. For a method whose name begins with
/// `<`, it is the path of its type.
fn path_of_function(function: &str) -> &str {
    // `<tokio::time::sleep::Sleep as core::future::future::Future>::poll`
    let path = function.strip_prefix('<').unwrap_or(function);
    let path = path.trim_start_matches('&').trim_start_matches("mut ");
    let end = path.find(['<', '>', ' ']).unwrap_or(path.len());
    path[..end].trim_end_matches(':')
}

/// Whether a function is not the program's own, by its `file`. That is so if the file is not known;
/// or if it is of the standard library, of a crate that cargo has fetched, of this crate (but not
/// of its examples and tests), or of the code in which the exercises of the workshop run, since a
/// learner looks for lines of the exercise.
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

/// Whether this binary has no line tables, as the frames of one stack show it: no function has a
/// file, except those of the standard library.
pub(super) fn has_no_line_tables(frames: &[Frame]) -> bool {
    for frame in frames {
        // The standard library has line tables of its own, also in a binary that has none.
        if !frame.file.is_empty() && !frame.file.starts_with("/rustc/") {
            return false;
        }
    }
    true
}

/// What is known of return addresses, in this process.
#[derive(Default)]
struct Known {
    /// The functions at each address, the innermost first: several where some were inlined. The
    /// list is empty as long as the address was not looked up. At the innermost addresses of a
    /// stack it remains empty: these are of the recorder itself.
    functions: HashMap<usize, Vec<Frame>>,
    /// Stacks with an address that was not looked up yet. The standard library has walked them, and
    /// looks the functions up when it is asked for the text.
    stacks: Vec<Backtrace>,
}

/// One lock for all look-ups of a process: the debug information is loaded once, and not by several
/// threads at a time.
static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);

fn known() -> MutexGuard<'static, Known> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sees to it that the functions at these addresses can be looked up later. The addresses have to
/// be on the stack of this thread now, except those of the recorder itself.
pub(super) fn keep(addresses: &[usize]) {
    let mut known = known();
    let before = known.functions.len();
    for &address in addresses {
        known.functions.entry(address).or_default();
    }
    if known.functions.len() > before {
        known.stacks.push(Backtrace::force_capture());
    }
}

/// The functions at these addresses, which were kept, in their order.
pub(super) fn functions(addresses: &[usize]) -> Vec<Frame> {
    let mut known = known();
    for stack in mem::take(&mut known.stacks) {
        known.read(&format!("{stack:#}"));
    }
    let mut frames = vec![];
    for address in addresses {
        if let Some(of_address) = known.functions.get(address) {
            frames.extend(of_address.iter().cloned());
        }
    }
    frames
}

impl Known {
    /// Reads the text of a stack, and notes the functions at those addresses that were asked for.
    ///
    /// A function has two lines, or one where its file is not known. An inlined function has the
    /// address of the function into which it was inlined, and comes before that function.
    ///
    /// ```text
    ///   12:     0x5627a6a0f0b1 - app::main::h3c2f5b1d9e8a7460
    ///                                at /home/me/app/src/main.rs:19:33
    /// ```
    ///
    /// If a later standard library writes it otherwise, nothing is found: waits have no places
    /// then, and tests fail.
    fn read(&mut self, text: &str) {
        let mut found: Vec<(usize, Vec<Frame>)> = vec![];
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            let Some((address, name)) = address_and_name(line) else { continue };
            let at = lines.next_if(|line| line.trim_start().starts_with(AT));
            // Most of a stack is known from others, or was not asked for.
            match self.functions.get(&address) {
                Some(functions) if functions.is_empty() => {}
                _ => continue,
            }
            let frame = Frame::new(address, without_hashes(name), at);
            match found.last_mut() {
                Some((before, frames)) if *before == address => frames.push(frame),
                _ => found.push((address, vec![frame])),
            }
        }
        for (address, mut frames) in found {
            remove_repetitions(&mut frames);
            self.functions.insert(address, frames);
        }
    }
}

/// What stands before the place of a function.
const AT: &str = "at ";

/// The address and the name in the first line of a function; none if it is another line.
fn address_and_name(line: &str) -> Option<(usize, &str)> {
    let (_, rest) = line.split_once(": ")?;
    let (address, name) = rest.split_once(" - ")?;
    let digits = address.trim_start().strip_prefix("0x")?;
    Some((usize::from_str_radix(digits, 16).ok()?, name))
}

/// What the second line of a function says. If that line is empty, so is the file. The name of a
/// file may contain colons.
fn file_line_and_column(at: &str) -> (&str, Option<u32>, Option<u32>) {
    let at = at.trim_start();
    let place = at.strip_prefix(AT).unwrap_or(at);
    let Some((rest, last)) = number_at_the_end(place) else { return (place, None, None) };
    match number_at_the_end(rest) {
        Some((file, line)) => (file, Some(line), Some(last)),
        None => (rest, Some(last), None),
    }
}

/// `main.rs:19` and 33 of `main.rs:19:33`.
fn number_at_the_end(text: &str) -> Option<(&str, u32)> {
    let (rest, number) = text.rsplit_once(':')?;
    Some((rest, number.parse().ok()?))
}

/// A name without the hashes that the compiler puts behind it, and behind the names of crates, to
/// tell equal names from each other.
fn without_hashes(name: &str) -> String {
    let mut name = name;
    if let Some((before, hash)) = name.rsplit_once("::h")
        && hash.len() == 16
        && is_hex(hash)
    {
        name = before;
    }
    // Brackets after a word have a hash in them: `std[e28293b1aa0f68bd]::panic`. In `&[f64]`, which
    // is a type, there is no word before them.
    let mut text = String::with_capacity(name.len());
    while let Some((before, after)) = name.split_once('[') {
        text.push_str(before);
        name = after;
        match after.split_once(']') {
            Some((hash, rest)) if is_hex(hash) && before.ends_with(is_of_a_word) => name = rest,
            _ => text.push('['),
        }
    }
    text.push_str(name);
    text
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|digit| digit.is_ascii_hexdigit())
}

fn is_of_a_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Removes repetitions. A function that calls itself is on the stack several times in a row, with
/// one address, and the functions that were inlined into it are there as often: one of each is
/// left.
fn remove_repetitions(frames: &mut Vec<Frame>) {
    for length in 1..=frames.len() / 2 {
        let mut repetitions = frames.chunks(length);
        let first = repetitions.next();
        if repetitions.all(|repetition| Some(repetition) == first) {
            frames.truncate(length);
            return;
        }
    }
}

/// Loads the debug information, once in a process.
///
/// That takes some hundredths of a second of processor time, and a second on a busy machine, in
/// which no thread can walk a stack that has a new address: there is one lock for all. A run on
/// another thread would stand still in the middle of a poll, and what waits for its runtime would
/// take it for stuck. So it is done before the first run begins, and not when the first is over.
pub(super) fn load_debug_information() {
    static LOADED: Once = Once::new();
    LOADED.call_once(|| {
        // To write the text, the standard library has to look functions up.
        let _ = Backtrace::force_capture().to_string();
    });
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A frame of a library.
    pub fn frame(function: &str, file: &str) -> Frame {
        let module = module(function, file);
        let (function, file) = (function.to_owned(), file.to_owned());
        Frame { address: 1, function, file, module, place: None, library: true }
    }

    #[test]
    fn the_module_of_a_function_is_known_from_its_file_or_from_its_name() {
        let registry = "/home/me/.cargo/registry/src/an-index-1";
        let in_file = |file: &str| frame("poll<T>", &format!("{registry}/{file}")).module;
        assert_eq!(in_file("tokio-1.54.1/src/sync/mutex.rs"), "tokio::sync::mutex");
        assert_eq!(in_file("tokio-util-0.7.20/src/sync/mod.rs"), "tokio_util::sync");
        assert_eq!(in_file("futures-util-0.3.31-rc.1/src/lib.rs"), "futures_util");
        let this_file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/timeline/record/frame.rs");
        assert_eq!(frame("poll", this_file).module, "async_concepts::timeline::record::frame");
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
        // The type that a function is generic over is not the module in which it stands.
        let of_own = frame("own::poll::<tokio::time::sleep::Sleep>", "");
        assert!(!of_own.is_in("tokio") && of_own.is_in("own"));
    }

    /// What is read of a text if these addresses are asked for.
    fn read(text: &str, addresses: &[usize]) -> Known {
        let mut known = Known::default();
        for address in addresses {
            known.functions.insert(*address, vec![]);
        }
        known.read(text);
        known
    }

    /// The functions at an address, with their files and lines.
    fn at(known: &Known, address: usize) -> Vec<String> {
        let mut functions = vec![];
        for frame in &known.functions[&address] {
            functions.push(format!("{} {} {:?}", frame.function, frame.file, frame.place));
        }
        functions
    }

    #[test]
    fn only_addresses_that_were_asked_for_are_read_from_the_text_of_a_stack() {
        let text = "   0:     0x55d1704384cb - std[e28293b1aa0f68bd]::backtrace::trace
                               at /rustc/59807616e1/library/std/src/backtrace.rs:66:14
   1:     0x55d1704384cb - <std[e28293b1aa0f68bd]::backtrace::Backtrace>::create
                               at /rustc/59807616e1/library/std/src/backtrace.rs:331:13
  12:     0x55d17041abf5 - app::sum::<&[f64]>::hc3f59357e825b032
                               at /app/src/main.rs:19:33
  13:     0x55d17041ac04 - tokio::time::sleep::h0123456789abcdef
  14:     0x55d17041ac05 - {async_fn#0}
                               at C:\\app\\main.rs:20
  15:                0x0 - <unknown>
";
        let asked = [0x55d1704384cb, 0x55d17041abf5, 0x55d17041ac04, 0x55d17041ac05, 0x17];
        let known = read(text, &asked);
        assert_eq!(
            at(&known, asked[0]),
            [
                "std::backtrace::trace /rustc/59807616e1/library/std/src/backtrace.rs None",
                "<std::backtrace::Backtrace>::create \
                 /rustc/59807616e1/library/std/src/backtrace.rs None"
            ],
            "the inlined one is the innermost"
        );
        let place = |file: &str, line, column| Some(Place { file: file.to_owned(), line, column });
        let [sum] = &known.functions[&asked[1]][..] else { panic!("it is there once") };
        assert_eq!(sum.function, "app::sum::<&[f64]>");
        assert_eq!(sum.place, place("/app/src/main.rs", 19, 33));
        assert_eq!(at(&known, asked[2]), ["tokio::time::sleep  None"]);
        assert!(known.functions[&asked[2]][0].library, "its file is not known");
        let [async_fn] = &known.functions[&asked[3]][..] else { panic!("it is there once") };
        assert_eq!(async_fn.place, place("C:/app/main.rs", 20, 1), "and no column");
        assert!(known.functions[&0x17].is_empty(), "it is not on the stack");
        assert!(!known.functions.contains_key(&0), "it was not asked for");
    }

    #[test]
    fn a_function_that_calls_itself_is_read_once_with_what_was_inlined_there() {
        let mut text = String::new();
        for _ in 0..3 {
            text.push_str("   1: 0x10 - inner\n   at /app/a.rs:1:1\n");
            text.push_str("   2: 0x10 - outer\n   at /app/a.rs:2:2\n");
        }
        let known = read(&text, &[0x10]);
        let functions = &known.functions[&0x10];
        assert_eq!(functions.len(), 2);
        assert_eq!(functions[0].function, "inner");
        assert_eq!(functions[1].function, "outer");
    }
}
