//! Where a lane waits, and for what: found in the stack, at the moment at which it registers.
//!
//! A future that cannot go on keeps a clone of the waker that it was polled with. At the moment of
//! the clone all that it is part of is on the stack (see `stack`): the timer or the channel, each
//! `async fn` that awaits the next, and last the poll of the lane. What that means is looked up
//! when a picture asks for it ([`Waits::resolve`]), once for each address in a process.
//!
//! The stack is walked at two other moments, at which a lane does not wait: where it polls another
//! lane, as that poll begins, and where it has called [`block`](super::block). Such a place is
//! where the lane is at that moment, so nothing below has to be asked of it.
//!
//! # What holds
//!
//! - A place is one where the lane registered its waker. If there are several in one poll, a place
//!   is left out if the wait there is over. There are three signs of that. The waker was not kept
//!   until the end of the poll, as with a timer that was due. The lane that was polled there has
//!   ended. Or the code has gone on since: a later registration at another line of the same
//!   function shows that.
//! - If each place of a poll seems to be over, the lane still waits at one of them, or has gone on
//!   to something that keeps no waker. The same holds if a poll answered a wake and the lane has
//!   registered no waker in it: then the places are those of an earlier poll. In both cases each
//!   sentence that has the place adds "or after that" ([`Registered::OrAfter`]). If the waker of
//!   the earlier poll is still kept, only the line is uncertain, and not what the lane waits for
//!   ([`Registered::Kept`]): what does not clone a waker that it has, and is polled again, waits
//!   on. Only something that keeps no waker at all could have been awaited since.
//! - `join_all` polls several futures by one call. If two of them are of one `async fn`, and wait
//!   at different lines of it, they look like one future that has gone on from the first line to
//!   the second. Whether the first line is shown depends on what is awaited there:
//!   - Something of tokio's that keeps its waker until it is over: such a line cannot have been
//!     left while the waker is kept, so it is shown.
//!   - Something else, such as a `select!` on a reference: the line may have been left, so it is
//!     shown with "or after that". But if nothing polls several futures by one call, the line was
//!     left, and is not shown.
//!
//!   The branches of a `join!` are polled by different calls, and all of them are shown.
//! - In a binary without line tables (`debug = "line-tables-only"` is enough) no place is found,
//!   and what is said instead is where `.lane()` was called.
//! - A future that has kept its waker from an earlier poll of its lane does not clone it again. If
//!   the lane now polls such a future at one line by hand, and then awaits it at another line, only
//!   the place of the earlier poll is known. If the poll answered a wake, "or after that" follows
//!   that place.
use super::{
    LaneId,
    frame::Frame,
    place::Place,
    primitives::{self, JOIN_HANDLE},
    stack::Stack,
};
use std::{
    fmt,
    hash::{Hash, Hasher},
    panic::Location,
    sync::{Arc, OnceLock},
};

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
    /// The lane that it polls there, and waits for unless `of_a_loop` is set; none if it waits for
    /// something else.
    pub lane: Option<LaneId>,
    /// It has registered with a timer of tokio's there, whatever `on` says: what a program awaits
    /// may have a timer inside, as `run_until_cancelled(sleep(…))` has.
    #[cfg_attr(feature = "draw", serde(default, skip_serializing_if = "std::ops::Not::not"))]
    pub timer: bool,
    /// `lane` is polled there inside a `timeout` that owns it, itself or through `async` code. So
    /// as long as this lane is polled in a `timeout`, it is the same one, with the same timer.
    #[cfg_attr(feature = "draw", serde(default, skip_serializing_if = "std::ops::Not::not"))]
    pub in_timeout: bool,
    /// `lane` is a task of an event loop that this lane runs there. The loop polls its tasks, but
    /// it waits for another future, which it was given, and ends when that one is done.
    #[cfg_attr(feature = "draw", serde(default, skip_serializing_if = "std::ops::Not::not"))]
    pub of_a_loop: bool,
    /// How many `JoinHandle`s have registered a waker there, in the last poll in which any of them
    /// did: three for a `join!` of three handles on one line. Handles that have kept a waker from
    /// before do not count. 1 for anything else.
    #[cfg_attr(feature = "draw", serde(default = "one", skip_serializing_if = "is_one"))]
    pub handles: usize,
    /// It waits there, or its code has gone on from there in the same poll, to a place that
    /// follows in the list. So each sentence that has the place adds "or after that".
    #[cfg_attr(feature = "draw", serde(default, skip_serializing_if = "std::ops::Not::not"))]
    pub or_after: bool,
    /// The lane has cloned or called its waker by itself there, in a `poll` that is written by
    /// hand. Its next poll enters that function at the top, and does not go on at that line.
    #[cfg_attr(feature = "draw", serde(default, skip_serializing_if = "std::ops::Not::not"))]
    pub by_hand: bool,
}

impl Wait {
    /// A place of which nothing else is known.
    fn at(place: Place) -> Wait {
        Wait {
            place,
            chain: vec![],
            on: None,
            lane: None,
            timer: false,
            in_timeout: false,
            of_a_loop: false,
            handles: 1,
            or_after: false,
            by_hand: false,
        }
    }

    /// Whether it is the same, but for the number of handles.
    fn is_like(&self, other: &Wait) -> bool {
        *self == Wait { handles: self.handles, ..other.clone() }
    }

    /// Whether nothing on the stack told where it waits: then the place is that of `.lane()`, and
    /// nothing is claimed by it. It is so in a binary without line tables.
    pub fn is_only_of_the_lane(&self) -> bool {
        self.chain.is_empty() && self.on.is_none() && self.lane.is_none()
    }
}

/// The number of handles of a wait for which a file gives no number.
#[cfg(feature = "draw")]
fn one() -> usize {
    1
}

#[cfg(feature = "draw")]
fn is_one(handles: &usize) -> bool {
    *handles == one()
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
    /// In an earlier poll, and what it registered with then has kept that waker: in this poll,
    /// which answered a wake, it has registered nothing anew. So it waits for the same, perhaps at
    /// another line: a set of futures, say, that the next line polls, too.
    Kept,
    /// In this poll or in an earlier one, and it may have gone on since, to something that keeps no
    /// waker: none of the wakers that it registered in this poll is kept; or it has registered none
    /// although the poll answered a wake, and no waker of an earlier poll is kept.
    OrAfter,
    /// Never: it has no place where it waits, and the place that is given is that of `.lane()`.
    Never,
    /// Not known, since the run was watched without places: the place is that of `.lane()`.
    Unknown,
}

/// What a lane waits for after a poll that returned `Pending`. Cheap to clone.
///
/// Equal ones are of lanes that were made at one place. They have the same places, the same things
/// that are waited for there, and the same answer of [`registered`](Waits::registered).
#[derive(Clone)]
pub struct Waits(Arc<Unresolved>);

/// A registration, as the stack of that moment has it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct OnStack {
    /// What was on the stack.
    pub stack: Stack,
    /// The lane that is polled there, if it is one.
    pub lane: Option<LaneId>,
    /// How many wakers were registered with this stack in one poll.
    pub times: usize,
}

struct Unresolved {
    /// Where the lane was made: the place that is always known.
    made_at: &'static Location<'static>,
    /// When the waker was registered there. If that was in an earlier poll, the place is shown, but
    /// it does not prove that the lane still waits there.
    registered: Registered,
    /// The stacks on which the waker was registered, in that order.
    stacks: Vec<OnStack>,
    /// Whether the wakers that were cloned on these stacks were all kept to the end of the poll.
    all_are_kept: bool,
    /// The lane is there now, in the middle of a poll, and has registered nothing.
    is_there_now: bool,
    /// What `look_up` has found. It is kept, since what draws a run asks for it once for each span.
    resolved: OnceLock<Vec<Wait>>,
}

impl Waits {
    pub(super) fn new(
        made_at: &'static Location<'static>,
        registered: Registered,
        stacks: Vec<OnStack>,
        all_are_kept: bool,
    ) -> Waits {
        Waits(Arc::new(Unresolved {
            made_at,
            registered,
            stacks,
            all_are_kept,
            is_there_now: false,
            resolved: OnceLock::new(),
        }))
    }

    /// Where a lane is in the middle of its poll: where it polls another lane, or blocks. It need
    /// not wait there: what it polls by `futures::poll!` is only asked.
    pub(super) fn of_a_lane_that_runs(
        made_at: &'static Location<'static>,
        there: OnStack,
    ) -> Waits {
        Waits(Arc::new(Unresolved {
            made_at,
            registered: Registered::Now,
            stacks: vec![there],
            all_are_kept: true,
            is_there_now: true,
            resolved: OnceLock::new(),
        }))
    }

    /// Those of a lane that has registered its waker nowhere, and was made where this is called.
    #[track_caller]
    pub fn nowhere() -> Waits {
        Waits::new(Location::caller(), Registered::Never, vec![], false)
    }

    /// Those of a callback that was handed to an event loop at the place `at`, and waits for `on`.
    /// No stack is needed: the loop has been told the place.
    pub(super) fn of_a_callback(at: &'static Location<'static>, on: &str) -> Waits {
        let place = Place::from(at);
        let chain = vec![place.clone()];
        let wait = Wait { chain, on: Some(on.to_owned()), ..Wait::at(place) };
        Waits(Arc::new(Unresolved {
            made_at: at,
            registered: Registered::Now,
            stacks: vec![],
            all_are_kept: false,
            is_there_now: false,
            resolved: OnceLock::from(vec![wait]),
        }))
    }

    /// The same places, but not registered anew. `since` says what has become of the lane:
    /// [`Registered::Earlier`], [`Registered::Kept`] or [`Registered::OrAfter`].
    pub(super) fn kept_from_before(&self, since: Registered) -> Waits {
        // These follow each other from what is certain to what is not.
        let registered = self.0.registered.max(since);
        if registered == self.0.registered || self.0.registered >= Registered::Never {
            return self.clone();
        }
        let Unresolved { made_at, stacks, all_are_kept, .. } = &*self.0;
        Waits::new(made_at, registered, stacks.clone(), *all_are_kept)
    }

    /// When the waker was registered there.
    pub fn registered(&self) -> Registered {
        self.0.registered
    }

    /// The places, and what is waited for there: at least one. The first call in a process may have
    /// to load the debug information, which takes some hundredths of a second.
    pub fn resolve(&self) -> &[Wait] {
        self.0.resolved.get_or_init(|| self.0.look_up())
    }

    /// The place of the last of the waits that [`resolve`](Waits::resolve) returns.
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
            || mine.all_are_kept != theirs.all_are_kept
            || mine.is_there_now != theirs.is_there_now
        {
            return false;
        }
        // Without a stack it may be a callback, whose wait is known from the beginning. With one,
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
    /// The places on the stacks, and what is waited for there: at least one.
    fn look_up(&self) -> Vec<Wait> {
        let mut seen: Vec<Seen> = vec![];
        for OnStack { stack, lane, times } in &self.stacks {
            let frames = stack.frames();
            let later = Seen { frames, lane: *lane, times: *times, or_after: false };
            let mut still_waited_for = vec![];
            for mut earlier in seen {
                match earlier.is_waited_for_beside(&later, self.all_are_kept) {
                    StillWaits::Yes => {}
                    StillWaits::OrAfter => earlier.or_after = true,
                    StillWaits::No => continue,
                }
                still_waited_for.push(earlier);
            }
            still_waited_for.push(later);
            seen = still_waited_for;
        }
        // `futures::poll!` only asks whether a future is ready, and does not wait. It is removed
        // after the loop above, since a later registration by it shows that the code has gone on.
        // Where a lane asks, it is all the same.
        seen.retain(|seen| self.is_there_now || !primitives::asks_only(&seen.frames));
        let mut waits: Vec<Wait> = vec![];
        for seen in seen {
            let wait = seen.wait(self.made_at);
            match waits.iter_mut().find(|other| other.is_like(&wait)) {
                Some(other) if wait.on.as_deref() == Some(JOIN_HANDLE) => {
                    other.handles += wait.handles;
                }
                Some(_) => {}
                None => waits.push(wait),
            }
        }
        if waits.is_empty() {
            let place = Place::from(self.made_at);
            waits.push(Wait::at(place));
        }
        waits
    }
}

/// The modules of futures that give their waker back when they are over, and the modules that are
/// on the stack beside these.
const OVER_WHEN_LEFT: &[&str] = &[
    "tokio::sync",
    "tokio::task",
    "tokio::time",
    "tokio::runtime",
    "tokio::loom",
    "tokio::util",
    "core",
    "alloc",
    "std",
    "__rust_try",
    "hooked_waker",
];

/// The modules of futures that poll several others, and may be over before these are.
const MAY_END_FIRST: &[&str] = &["core::future::poll_fn", "tokio::time::timeout"];

/// The modules of what polls one future, and no others beside it: what is polled later, in the same
/// poll and by the same call, is the same future, which has gone on.
const POLLS_ONE: &[&str] = &[
    "tokio::task",
    "tokio::runtime",
    "tokio::time",
    "core",
    "alloc",
    "std",
    "__rust_try",
    "futures_util::future::future",
    "async_concepts",
];

/// The module of the functions by which a lane polls its future.
const RECORDER: &str = "async_concepts";

/// The modules of what these functions call around that poll.
const CALLED_BY_THE_RECORDER: &[&str] = &["core", "alloc", "std", "__rust_try"];

/// A registration, looked up.
struct Seen {
    /// The innermost first.
    frames: Vec<Frame>,
    /// The lane that is polled there, if it is one.
    lane: Option<LaneId>,
    /// See [`OnStack::times`].
    times: usize,
    /// See [`Wait::or_after`].
    or_after: bool,
}

/// Whether a lane still waits at a place when it has registered at another one in the same poll.
enum StillWaits {
    Yes,
    /// It waits there, or has gone on to the other place: see [`Wait::or_after`].
    OrAfter,
    No,
}

impl Seen {
    /// Whether the lane still waits here when it has registered at `later`, in the same poll.
    /// `all_are_kept`: see [`Unresolved::all_are_kept`].
    fn is_waited_for_beside(&self, later: &Seen, all_are_kept: bool) -> StillWaits {
        let Some(function) = self.function_that_differs_in(later) else { return StillWaits::Yes };
        if !all_are_kept {
            return StillWaits::No;
        }
        if self.is_over_when_left(function) {
            // Its waker is kept, so the line was not left: `later` is another call of the function.
            return StillWaits::Yes;
        }
        if self.may_be_polled_beside_others(function) {
            StillWaits::OrAfter
        } else {
            StillWaits::No
        }
    }

    /// The function that stands here, and at another line in `later`: it may have gone on from here
    /// to there. Returns the index of its frame. None if nothing can have gone on, so that both
    /// places are waited for.
    ///
    /// From the outermost frame inwards, the two stacks are the same down to that function, which
    /// is the user's. Nothing can have gone on if they part in another way:
    ///
    /// - in different functions, or in a library, which polls one future and then another;
    /// - in two calls at one place, which a macro has made: the branches of a `join!`. The frames
    ///   further in say nothing then: both branches may be in the same `async fn`, each at a line
    ///   of its own.
    fn function_that_differs_in(&self, later: &Seen) -> Option<usize> {
        let mut parted_at = None;
        let inwards = self.frames.iter().enumerate().rev();
        for ((nth, mine), theirs) in inwards.zip(later.frames.iter().rev()) {
            if mine.address == theirs.address {
                continue; // the same call
            }
            // The two stacks part at one call each. A call has one address, but several frames if
            // functions were inlined into it. Frames of calls further in are not looked at.
            let calls = (mine.address, theirs.address);
            let is_further_in = *parted_at.get_or_insert(calls) != calls;
            let is_one_function = mine.function == theirs.function && !mine.library;
            if is_further_in || !is_one_function {
                return None;
            }
            if mine.place != theirs.place {
                return Some(nth);
            }
        }
        None
    }

    /// Whether several futures of that function may be polled by one call, as by `join_all`: then
    /// the later registration may be that of another one. They may, unless each function around it
    /// is `async` code, which awaits one future after the other, or is in [`POLLS_ONE`].
    fn may_be_polled_beside_others(&self, function: usize) -> bool {
        let around = &self.frames[function + 1..];
        !around.iter().all(|frame| match frame.library {
            false => is_async_code(frame),
            true => POLLS_ONE.iter().any(|module| frame.is_in(module)),
        })
    }

    /// Whether what that function awaits here gives its waker back before the function goes on to
    /// another line. A future of tokio's does that if only `async` code awaits it. What a `select!`
    /// has by reference does not: it is not dropped, and keeps its waker.
    fn is_over_when_left(&self, function: usize) -> bool {
        // The frames further in are those of the recorder, which walks the stack.
        let clones = self.frames.iter().position(|frame| frame.is_in("hooked_waker"));
        let Some(awaited) = self.frames.get(clones.unwrap_or_default()..=function) else {
            return false;
        };
        awaited.iter().all(|frame| match frame.library {
            false => is_async_code(frame),
            true => {
                OVER_WHEN_LEFT.iter().any(|module| frame.is_in(module))
                    && !MAY_END_FIRST.iter().any(|module| frame.is_in(module))
            }
        })
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
        let timer = self.lane.is_none() && primitives::is_timer(library);
        // Each handle registers once in a poll. Other futures may register more often.
        let handles = if on.as_deref() == Some(JOIN_HANDLE) { self.times } else { 1 };
        let of_a_loop =
            self.lane.is_some() && library.iter().any(primitives::polls_a_task_of_a_loop);
        let lane = self.lane;
        let in_timeout = lane.is_some() && self.is_owned_by_a_timeout();
        let or_after = self.or_after;
        let by_hand = innermost.is_some_and(|innermost| self.registers_by_hand(innermost));
        Wait { place, chain, on, lane, timer, in_timeout, of_a_loop, handles, or_after, by_hand }
    }

    /// Whether the innermost function of the user, which has this frame, handles the waker by
    /// itself: it is no `async` code, and calls nothing but the functions of the waker there.
    fn registers_by_hand(&self, innermost: usize) -> bool {
        let Some(hook) = self.frames.iter().position(|frame| frame.is_in("hooked_waker")) else {
            return false;
        };
        let Some(called) = self.frames.get(hook + 1..innermost) else { return false };
        let is_of_the_waker = |frame: &Frame| {
            frame.is_in("hooked_waker")
                || CALLED_BY_THE_RECORDER.iter().any(|module| frame.is_in(module))
        };
        !is_async_code(&self.frames[innermost]) && called.iter().all(is_of_the_waker)
    }

    /// Whether a `timeout` polls the lane there, and owns it: between the two there is nothing but
    /// `async` code, which owns what it awaits. A reference, a box and a combinator of a library
    /// each have a function of their own on the stack.
    fn is_owned_by_a_timeout(&self) -> bool {
        // The innermost functions are the recorder's, up to the one in which it polls the lane.
        let mut around = 0;
        for (nth, frame) in self.frames.iter().enumerate() {
            if frame.is_in(RECORDER) {
                around = nth + 1;
            } else if around > 0 && !CALLED_BY_THE_RECORDER.iter().any(|module| frame.is_in(module))
            {
                break;
            }
        }
        for frame in &self.frames[around..] {
            if frame.is_in("tokio::time::timeout") {
                return true;
            }
            if frame.library || !is_async_code(frame) {
                return false;
            }
        }
        false
    }
}

/// Whether a function is the body of an `async fn` or an `async` block, as line tables call it.
fn is_async_code(frame: &Frame) -> bool {
    frame.function.contains("{async_")
}

/// Waits are keys of maps. The stacks are enough for a hash: equal waits have equal stacks.
impl Hash for Waits {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.stacks.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::{super::stack::tests::without_functions, *};

    #[test]
    fn without_line_tables_a_place_is_that_of_the_lane_and_says_so() {
        let made_at = Location::caller();
        let nothing = OnStack { stack: without_functions(), lane: None, times: 1 };
        let waits = Waits::new(made_at, Registered::Now, vec![nothing], false);
        let wait = &waits.resolve()[0];
        assert_eq!(wait.place, Place::from(made_at));
        assert!(wait.is_only_of_the_lane());
    }
}
