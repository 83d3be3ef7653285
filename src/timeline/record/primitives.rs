//! What a lane waits for, by name: found in the functions of libraries on the stack above the
//! user's code.
//!
//! Line tables call the body of every `async fn` `{async_fn#0}`, so the name has to come from the
//! module in which the function stands: there is a table of modules. It is short, since most waits
//! are for something of tokio's. Combinators, such as `join_all` or `timeout`, are not in the
//! table: a lane waits for the future to which they pass the poll on.
use super::frame::Frame;

/// The name of a wait for the end of a task. Other files ask for this name, too.
pub(super) const JOIN_HANDLE: &str = "JoinHandle";

/// A module, and what is said of a wait that goes through it. None of the modules is inside
/// another.
const MODULES: &[(&str, &str)] = &[
    ("tokio::sync::barrier", "Barrier::wait"),
    ("tokio::sync::broadcast", "broadcast::Receiver::recv"),
    ("tokio::sync::mpsc::unbounded", "mpsc::UnboundedReceiver::recv"),
    ("tokio::sync::mutex", "Mutex::lock"),
    ("tokio::sync::notify", "Notify::notified"),
    ("tokio::sync::once_cell", "OnceCell"),
    ("tokio::sync::oneshot", "oneshot::Receiver"),
    ("tokio::sync::rwlock", "RwLock"),
    ("tokio::sync::semaphore", "Semaphore::acquire"),
    ("tokio::sync::set_once", "SetOnce::wait"),
    ("tokio::task::coop::consume_budget", "consume_budget"),
    ("tokio::task::join_set", "JoinSet::join_next"),
    ("tokio::task::yield_now", "yield_now"),
    ("tokio::time::interval", "Interval::tick"),
    ("tokio::time::sleep", "sleep"),
    ("tokio::runtime::task::join", JOIN_HANDLE),
    ("tokio::net::tcp::listener", "TcpListener::accept"),
    ("tokio::net::tcp::stream", "TcpStream"),
    ("tokio::net::udp", "UdpSocket"),
    ("tokio::process", "Child::wait"),
    ("tokio::io::util::mem", "duplex"),
    (TOKEN, "CancellationToken::cancelled"),
    ("tokio_util::task::task_tracker", "TaskTracker::wait"),
    ("futures_util::lock::mutex", "Mutex::lock"),
    ("futures_util::stream::futures_unordered", "FuturesUnordered"),
];

/// What is waited for in the event loop of this crate: the end of a file's path, and the name. What
/// is not here, such as `timeout`, passes the poll on.
const OF_THE_EVENT_LOOP: &[(&str, &str)] = &[
    ("/src/event_loop/combinators/sleep.rs", "sleep"),
    ("/src/event_loop/combinators/wait.rs", "wait"),
    ("/src/event_loop/combinators/wait_for.rs", "wait_for"),
    ("/src/event_loop/future.rs", "Future"),
];

/// Whether the event loop of this crate polls a task by this function.
pub(super) fn polls_a_task_of_a_loop(frame: &Frame) -> bool {
    frame.file.ends_with("/src/event_loop/task.rs")
}

/// What is said of a wait that goes through this function of the event loop.
fn name_in_the_event_loop(frame: &Frame) -> Option<&'static str> {
    for (file, name) in OF_THE_EVENT_LOOP {
        if frame.file.ends_with(file) {
            return Some(name);
        }
    }
    None
}

/// The name of what is awaited, from a library's frames above the user's, the innermost first; none
/// if the stack does not tell.
pub(super) fn name(library: &[Frame]) -> Option<String> {
    // From the user's code inwards: the first function that has a name is what the user awaits. The
    // functions further in are its parts, such as the semaphore inside a mutex.
    for (inside, frame) in library.iter().enumerate().rev() {
        if let Some(name) = name_in_the_event_loop(frame) {
            return Some(name.to_owned());
        }
        if let Some(name) = name_of_frame(frame, &library[..inside]) {
            return Some(name);
        }
    }
    // Not in the table: a future of another library, which goes by the name of its type.
    library.iter().rev().find_map(|frame| future_type(&frame.function))
}

/// Whether one of these functions is that of a timer of tokio's. All such timers, also those in
/// `timeout` and in `Interval`, are a `Sleep`.
pub(super) fn is_timer(library: &[Frame]) -> bool {
    library.iter().any(|frame| frame.is_in("tokio::time::sleep"))
}

/// Whether the code at these frames only asks a future whether it is ready, by `futures::poll!`.
/// Such code goes on at once, so it does not wait there.
pub(super) fn asks_only(frames: &[Frame]) -> bool {
    frames.iter().any(|frame| frame.is_in("futures_util::async_await::poll"))
}

/// The module of `CancellationToken` and of its futures, such as that of `run_until_cancelled`.
const TOKEN: &str = "tokio_util::sync::cancellation_token";

/// Whether a function of [`TOKEN`] polls the future that it was given, as `run_until_cancelled`
/// does, and does not wait for the token. `inside` are the functions that it has called. A future
/// of the program is not among them, since it is user code.
fn polls_what_it_was_given(inside: &[Frame]) -> bool {
    for frame in inside.iter().rev() {
        // The token's notification and the given future are both polled by functions of the token
        // and of the standard library. The first function of tokio tells which one it is.
        if frame.is_in("tokio") {
            return !frame.is_in("tokio::sync::notify");
        }
    }
    // A wait for the token goes through a notification of tokio's. There is no function of tokio
    // here, so it is the given future that is polled.
    true
}

/// The module that has both ends of a bounded channel.
const BOUNDED: &str = "tokio::sync::mpsc::bounded";
/// The module that has both ends of a channel that keeps the last value.
const WATCH: &str = "tokio::sync::watch";

/// What is said of a wait that goes through this function; `inside` are the functions it has
/// called.
fn name_of_frame(frame: &Frame, inside: &[Frame]) -> Option<String> {
    if frame.is_in(BOUNDED) {
        return Some(bounded_channel(inside).to_owned());
    }
    if frame.is_in(WATCH) {
        return Some(watch_channel(frame, inside).to_owned());
    }
    // An unbounded channel and a oneshot have their senders in the same file, and a sender waits
    // only for the end of its receiver.
    let waits_for_the_end = inside.iter().any(|frame| frame.is_in("tokio::sync::notify"));
    if frame.is_in("tokio::sync::mpsc::unbounded") && waits_for_the_end {
        return Some("mpsc::UnboundedSender::closed".to_owned());
    }
    let polls_the_end = |frame: &Frame| frame.function.contains("poll_closed");
    if frame.is_in("tokio::sync::oneshot")
        && (polls_the_end(frame) || inside.iter().any(polls_the_end))
    {
        return Some("oneshot::Sender::closed".to_owned());
    }
    // A timeout polls a timer of its own beside what it limits.
    if frame.function.ends_with("poll_delay") && frame.is_in("tokio::time::timeout") {
        return Some("timeout".to_owned());
    }
    if frame.is_in(TOKEN) && polls_what_it_was_given(inside) {
        return None;
    }
    for (module, name) in MODULES {
        if frame.is_in(module) {
            return Some((*name).to_owned());
        }
    }
    // `read_exact`, `write_all`: each has a module of its own, with its name but for these two.
    let module = frame.module.strip_prefix("tokio::io::util::")?;
    let name = match module.split("::").next()? {
        "lines" => "next_line",
        "split" => "next_segment",
        name => name,
    };
    Some(name.to_owned())
}

/// The name of a wait at a bounded channel, whose two ends are in one file. A sender waits for room
/// at a semaphore. `reserve` calls `reserve_inner`, which does that: two functions of this file.
/// `send` calls `reserve`, so it has three on the stack.
fn bounded_channel(inside: &[Frame]) -> &'static str {
    // How many functions of this file are inside each other, from the outermost to the semaphore.
    let mut functions = 1;
    for frame in inside.iter().rev() {
        if frame.is_in(BOUNDED) {
            functions += 1;
        } else if frame.is_in("tokio::sync::batch_semaphore") {
            return if functions > 2 { "mpsc::Sender::send" } else { "mpsc::Sender::reserve" };
        } else {
            break;
        }
    }
    // Only `closed` waits for a notification.
    if inside.iter().any(|frame| frame.is_in("tokio::sync::notify")) {
        return "mpsc::Sender::closed";
    }
    "mpsc::Receiver::recv"
}

/// The name of a wait at a watch channel. Both ends wait for a notification, and only the functions
/// on the way to it tell them apart: `closed` has an `async` block in it; `changed` calls
/// `changed_impl`; and `wait_for` calls `wait_for_inner`, which calls `changed_impl`.
fn watch_channel(outermost: &Frame, inside: &[Frame]) -> &'static str {
    let mut functions = 0;
    for frame in inside.iter().chain([outermost]) {
        if !frame.is_in(WATCH) {
            continue;
        }
        functions += 1;
        // Without line tables the name has the path of the method, and no `{async_block`.
        if frame.function.starts_with("{async_block") || frame.function.contains("::closed::") {
            return "watch::Sender::closed";
        }
    }
    if functions > 2 { "watch::Receiver::wait_for" } else { "watch::Receiver::changed" }
}

/// The name of a future that is in no table: its type, taken from the function that polls it. For
/// `<futures_util::stream::stream::next::Next<St> as core::future::future::Future>::poll` that is
/// `Next`. None if the function is no such poll, or if the type says nothing.
fn future_type(function: &str) -> Option<String> {
    let (kind, method) = function.strip_prefix('<')?.split_once(" as ")?;
    if !method.contains("Future") && !method.contains("Stream") {
        return None;
    }
    let path = kind.split('<').next()?;
    // Without its module: as the author of the program writes it.
    let name = path.rsplit("::").next()?;
    // Types that only pass the poll on to what is inside them.
    let passes_on =
        ["Pin", "Box", "PollFn", "MaybeDone", "AssertUnwindSafe", "CatchUnwind", "Lane"];
    let is_a_parameter = name.len() < 2; // `F` of `<F as Future>::poll`
    if name.starts_with('&') || passes_on.contains(&name) || is_a_parameter {
        return None;
    }
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{super::frame::tests::frame, *};

    #[test]
    fn a_future_that_is_run_until_cancelled_is_not_taken_for_the_token() {
        let token = frame("poll", "/src/tokio-util-0.7.20/src/sync/cancellation_token.rs");
        let notified = frame("poll", "/src/tokio-1.54.1/src/sync/notify.rs");
        let waited_for = name(&[notified, token.clone()]);
        assert_eq!(waited_for.as_deref(), Some("CancellationToken::cancelled"));
        let lock = frame("poll", "/src/futures-util-0.3.31/src/lock/mutex.rs");
        assert_eq!(name(&[lock, token]).as_deref(), Some("Mutex::lock"));
    }

    #[test]
    fn a_future_that_is_in_no_table_goes_by_its_type() {
        let next = "<futures_util::stream::stream::next::Next<St> as core::future::future::Future>";
        assert_eq!(future_type(&format!("{next}::poll")).as_deref(), Some("Next"));
        for passed_on in [
            "<core::future::poll_fn::PollFn<F> as core::future::future::Future>::poll",
            "<&mut F as core::future::future::Future>::poll",
            "{async_fn#0}<()>",
            "poll<tokio::time::sleep::Sleep>",
        ] {
            assert_eq!(future_type(passed_on), None, "{passed_on}");
        }
    }
}
