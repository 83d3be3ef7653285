//! Why a run did not end by itself, in words.
//!
//! A verdict names the cause first, then the other lanes that wait, each with the place where it
//! does. It says what was seen, and no more: what a lane waits for is known from where its waker
//! was registered, what woke it from what ran at that moment, and that nothing can happen any more
//! from letting the paused clock run on until its last timer. Each kind of cause has a short code,
//! which is printed behind the sentence and explained in [`verdicts`](crate::timeline::verdicts).
//!
//! What is looked at, in this order:
//!
//! | seen at the end | verdict | decided in |
//! |-----------------|---------|------------|
//! | `main` panicked | `Panicked` | `recorder` |
//! | the runtime's thread did not come to rest | `Blocked` | `no_progress`, by `Progress` |
//! | the limit was reached, and nothing is to come | `Deadlock` | `out_of_time` |
//! | the limit was reached, and something is to come | `Endless` | `out_of_time` |
//!
//! What is said of each lane follows from what it does at the end (`Doing`) and from its last wake:
//! see [`cause`]. It is decided in the run and not in the drawing, so that a run whose log is full,
//! or that is not drawn, has its verdict, too.
use super::{
    LaneId,
    event::{Event, Polled, What, WokenBy},
    origin::woken_by,
    place::Place,
    run::{Doing, Home, LONG_POLL, LaneState, Log, Next, Observe, Run, Woken},
    waits::{Registered, Wait, Waits},
};
use crate::timeline::{Clock, human};
use std::{
    any::Any,
    collections::{BTreeMap, HashSet},
    fmt,
    panic::Location,
    time::Duration,
};

/// Why a run has no result.
#[derive(Debug)]
pub enum Verdict {
    /// `main` panicked. The payload is what it panicked with.
    Panicked(String, Box<dyn Any + Send>),
    /// Nothing happened any more up to the limit: a deadlock, or a wake-up that was lost. On the
    /// paused clock no timer was left, either.
    Deadlock(Causes),
    /// The limit was reached, and there was still something to come.
    Endless(Causes),
    /// The runtime's thread did not come back from a poll, or never had nothing to do.
    Blocked(Causes),
}

/// What can be said of a run that did not end: the cause first, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Causes {
    /// What the sentence begins with, such as "nothing can happen any more".
    /// None where the causes say it all.
    opening: Option<String>,
    /// At least one, in the order in which they are said.
    /// Sorted by their code, so that the cause that explains the others comes first. The first
    /// one's code is that of the verdict.
    causes: Vec<Cause>,
}

/// One thing that is said in a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Which kind of cause it is.
    pub code: Code,
    /// What is said of it, without a full stop.
    pub sentence: String,
}

/// All kinds of causes, with the short code that a verdict prints.
/// A macro, so that the list exists once: as an enum, as the array [`Code::ALL`], and with its
/// texts. The page of verdicts and its test go through the array.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// A kind of cause. The order is that in which the causes of one verdict are said.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// All of them.
            pub const ALL: &[Code] = &[$(Code::$name),*];

            /// The short code, as a verdict prints it.
            pub fn text(self) -> &'static str {
                match self { $(Code::$name => $code,)* }
            }
        }
    };
}

codes! {
    /// A lane was woken, and what polls it waits for something else.
    NotPolled = "woken-not-polled",
    /// A lane was woken through a waker that does not reach what polls it now.
    OldWaker = "old-waker",
    /// A lane waits, and nothing has a waker to wake it with.
    NoWaker = "no-waker",
    /// A lane that nothing has polled.
    NeverPolled = "never-polled",
    /// A lane waits, and nothing can happen any more that could wake it.
    Deadlock = "deadlock",
    /// A lane has waited for nine tenths of the time, beside one that went on.
    Stuck = "stuck",
    /// A stream has returned an item, and nothing has asked it for the next.
    NotAsked = "not-asked",
    /// A lane waits for a timer that is due later than the limit.
    NextTimer = "next-timer",
    /// A lane has done something shortly before the limit.
    StillGoing = "still-going",
    /// A lane wakes itself over and over, without time passing.
    Spins = "spins",
    /// Lanes are polled over and over, without time passing.
    Busy = "busy",
    /// A poll of a lane does not return.
    Blocks = "blocks",
    /// The thread is kept by something that has no lane.
    BlocksWithoutALane = "blocks-without-a-lane",
    /// A closure on another thread keeps the clock from moving.
    OnAThread = "on-a-thread",
    /// A poll took long on the wall clock, which the paused clock does not show.
    KeptTheThread = "kept-the-thread",
    /// The binary has no line tables, which would tell where lanes wait, or none of tokio, which
    /// would tell what made a wake.
    NoLineTables = "no-line-tables",
    /// A destructor panicked when the run was ended.
    DestructorPanicked = "destructor-panicked",
    /// The run did not end, and nothing of it was recorded.
    NotRecorded = "not-recorded",
    /// `main` panicked.
    Panicked = "panicked",
}

/// The code.
impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// One sentence, which names the lanes, and the code of its cause in brackets.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Panicked(message, _) => write!(f, "main panicked: {message}"),
            Verdict::Deadlock(causes) | Verdict::Endless(causes) | Verdict::Blocked(causes) => {
                write!(f, "{causes}")
            }
        }
    }
}

impl fmt::Display for Causes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(opening) = &self.opening {
            write!(f, "{opening}: ")?;
        }
        for (nth, cause) in self.causes.iter().take(NAMED).enumerate() {
            let comma = if nth == 0 { "" } else { "; " };
            write!(f, "{comma}{}", cause.sentence)?;
        }
        // A thousand lanes that wait for one lock are one mistake, and the first of them show what
        // they have in common.
        let more = self.causes.len().saturating_sub(NAMED);
        if more > 0 {
            write!(f, "; and {more} more lanes like these")?;
        }
        // One code for the sentence: it is what a reader looks up.
        write!(f, " [{}]", self.causes[0].code)
    }
}

impl std::error::Error for Verdict {}

/// So many lanes are named; of the others only the number is said.
const NAMED: usize = 6;

impl Verdict {
    /// Which kind of cause it names first.
    pub fn code(&self) -> Code {
        match self {
            Verdict::Panicked(..) => Code::Panicked,
            Verdict::Deadlock(causes) | Verdict::Endless(causes) | Verdict::Blocked(causes) => {
                causes.causes[0].code
            }
        }
    }

    /// All that it says, the cause first; nothing of a panic.
    pub fn causes(&self) -> &[Cause] {
        match self {
            Verdict::Panicked(..) => &[],
            Verdict::Deadlock(causes) | Verdict::Endless(causes) | Verdict::Blocked(causes) => {
                &causes.causes
            }
        }
    }

    /// The run has reached `limit` on its clock; `next` is what would happen if it went on.
    pub(super) fn out_of_time(run: &Run, limit: Duration, next: Next) -> Verdict {
        let shown = human(limit);
        if run.observe != Observe::Everything {
            let sentence =
                format!("it did not end within {shown}; only a recording could tell what waits");
            return Verdict::Endless(one(Code::NotRecorded, sentence));
        }
        let log = run.lock();
        let last = last_change(&log);
        let idle_since =
            format!("no lane has done anything since {}", human(last.max(log.last_end)));
        // Whether nothing has changed for nine tenths of the time. On the real clock that is no
        // proof of a deadlock, but a strong sign of one.
        let still = last < limit / 10;
        // What follows from the last moments, on each clock:
        //
        //   paused  no timer is left                   dead: nothing can happen any more
        //           a timer is left, far away          still, but something will happen
        //   real    still for nine tenths of the time  taken for dead; said is what was seen
        //   else                                       it was still going on
        let goes_on = is_woken_at(&log, limit);
        // In the runtime of a caller the clock was not let run on.
        let elsewhere = matches!(run.home, Home::Callers(_));
        let (dead, opening) = match (run.clock, next) {
            (Clock::Paused, Next::Nothing) if !goes_on => {
                (true, "nothing can happen any more".to_owned())
            }
            (Clock::Paused, Next::Wake) if still => (false, idle_since),
            (clock, _) if still && (clock == Clock::Real || elsewhere) => (true, idle_since),
            _ => (false, format!("after {shown} it was still going on")),
        };
        let mut causes = vec![];
        for lane in said_of(&log) {
            causes.push(cause(&log, lane, limit, dead, next));
        }
        causes.sort_by_key(|cause| cause.code);
        if still && next == Next::Wake {
            // Then what comes next is all that goes on, and the others may wait for that.
            causes.sort_by_key(|cause| cause.code != Code::NextTimer);
        }
        if causes.is_empty() {
            // What keeps the run going has no lane, and so nothing can be said of it.
            let sentence = "no lane is left that could go on".to_owned();
            causes.push(Cause { code: Code::StillGoing, sentence });
        }
        let causes = Causes { opening: Some(opening), causes };
        if dead { Verdict::Deadlock(causes) } else { Verdict::Endless(causes) }
    }

    /// The runtime has not become idle, or not been woken, for `stuck`, as
    /// [`Progress`](super::progress::Progress) counts it.
    pub(crate) fn no_progress(run: &Run, asleep: bool, stuck: Duration) -> Verdict {
        // Longer than `stuck` on a machine that had no processor for the thread.
        let since = run.last_moved().0.elapsed().max(stuck);
        // Held to the end: the thread that is stuck may come back at any moment and change it.
        let log = run.lock();
        Verdict::Blocked(if asleep {
            // On the real clock a runtime may sleep as long as it likes: see `watch` in `recorder`.
            debug_assert_eq!(run.clock, Clock::Paused);
            kept_by_a_thread(&log, &human(stuck))
        } else {
            kept_by_a_poll(&log, stuck, since)
        })
    }
}

impl Causes {
    /// A single one.
    #[cfg(feature = "schedules")]
    pub(crate) fn one(code: Code, sentence: String) -> Causes {
        one(code, sentence)
    }
}

fn one(code: Code, sentence: String) -> Causes {
    Causes { opening: None, causes: vec![Cause { code, sentence }] }
}

/// When a lane has last begun to do what it does now. Lanes that have ended do not count: what is
/// still there is what could go on.
fn last_change(log: &Log) -> Duration {
    let mut last = Duration::ZERO;
    for lane in log.lanes.values() {
        if lane.now != Doing::Ended {
            last = last.max(lane.since);
        }
    }
    last
}

/// Whether a lane was woken at the limit itself. It could not be polled any more, and nothing can
/// be concluded from that.
fn is_woken_at(log: &Log, limit: Duration) -> bool {
    for lane in log.lanes.values() {
        if let Some(woken) = &lane.woken
            && woken.at >= limit
        {
            return true;
        }
    }
    false
}

/// The lanes that a verdict speaks of. `main` only counts when there is no other that it could wait
/// for: a stream that was not asked for its next item is none.
fn said_of(log: &Log) -> Vec<&LaneState> {
    let mut lanes: Vec<(LaneId, &LaneState)> = vec![];
    for (number, lane) in &log.lanes {
        if lane.now != Doing::Ended {
            lanes.push((*number, lane));
        }
    }
    // That `main` waits for its lanes is no news, and it would be named before them.
    if lanes.iter().any(|(number, lane)| *number != 0 && lane.now != Doing::Idle) {
        lanes.retain(|(number, _)| *number != 0);
    }
    lanes.into_iter().map(|(_, lane)| lane).collect()
}

/// What there is to say of one lane at the limit. The order of the arms is that of how much each
/// explains: a lane that was woken and not polled, for example, is never said to be deadlocked.
fn cause(log: &Log, lane: &LaneState, limit: Duration, dead: bool, next: Next) -> Cause {
    let name = &lane.name;
    let since = human(lane.since);
    let said = |code, sentence| Cause { code, sentence };
    match (lane.now, &lane.woken) {
        (Doing::Lazy, _) => {
            let made = place(lane.made_at);
            said(Code::NeverPolled, format!("{name}, made at {made}, was never polled"))
        }
        // A wake at the limit came too late to be answered, so that it was not polled means
        // nothing.
        (Doing::Waiting, Some(woken)) if woken.at >= limit => {
            let by = by(log, woken);
            said(Code::StillGoing, format!("{name} was woken{by} at {}, the limit", human(limit)))
        }
        (Doing::Waiting, Some(woken)) if woken.through_an_old_waker => said(
            Code::OldWaker,
            format!(
                "{name} was woken{} at {} through an old waker, which does not reach what polls it \
                 now",
                by(log, woken),
                human(woken.at)
            ),
        ),
        (Doing::Waiting, Some(woken)) => said(Code::NotPolled, not_polled(log, lane, woken)),
        (Doing::Idle, _) => {
            let sentence = format!("{name} has not been asked for its next item since {since}");
            said(Code::NotAsked, sentence)
        }
        (Doing::Waiting, None) => {
            let waiting = format!("{name} has been waiting since {since}{}", at(log, lane));
            let still = lane.since < limit / 10;
            match next {
                // What comes next is known: this lane's timer. So it is no deadlock, and the others
                // may follow.
                Next::Wake if lane.ahead.is_some() => said(Code::NextTimer, next_wake(log, lane)),
                // Stronger than “deadlock”: not even in principle could anything wake it.
                _ if !lane.is_kept() => {
                    said(Code::NoWaker, format!("{waiting}, and nothing keeps a waker of it"))
                }
                _ if dead => said(Code::Deadlock, waiting),
                // Something else goes on, and this one has not moved for most of the run.
                _ if still => said(Code::Stuck, waiting),
                _ => said(Code::StillGoing, waiting),
            }
        }
        (Doing::Running | Doing::OnThread | Doing::Ended, _) => {
            said(Code::StillGoing, format!("{name} has been running since {since}"))
        }
    }
}

/// The lane was woken, and its owner, the only one to poll it, has not polled it since.
fn not_polled(log: &Log, lane: &LaneState, woken: &Woken) -> String {
    let woken = format!("{} was woken{} at {}", lane.name, by(log, woken), human(woken.at));
    // The owner may have been woken as well, and not have been polled by its own owner. So the
    // search goes outwards, to the first owner that was not woken: what that one waits for keeps
    // all of them.
    let mut owner = lane.polled_by;
    while let Some(number) = owner
        && let Some(state) = log.lanes.get(&number)
    {
        if state.woken.is_none() || state.polled_by.is_none() {
            let waits = match state.now {
                Doing::Waiting => format!("waits{}", at(log, state)),
                _ => "does not come back to it".to_owned(),
            };
            // Of a lane that was handed on, or is shared, others may poll it, too.
            let which = if lane.polled_by_several {
                "which polled it last"
            } else {
                "the only one to poll it"
            };
            return format!("{woken}, but {}, {which}, {waits}", state.name);
        }
        owner = state.polled_by;
    }
    format!("{woken}, and was not polled since")
}

/// What the lane would be woken by if the run went on.
fn next_wake(log: &Log, lane: &LaneState) -> String {
    let name = &lane.name;
    let Some(woken) = &lane.ahead else { return String::new() };
    let due = human(woken.at);
    match woken_by(log, woken) {
        WokenBy::Clock => format!("{name}'s next timer is due at {due}"),
        _ => format!("{name} would be woken{} at {due}", by(log, woken)),
    }
}

/// What woke the lane: `" by holder"`. The text follows a verb, so it begins with a space, or is
/// empty if a lane that is not known any more has woken it.
fn by(log: &Log, woken: &Woken) -> String {
    match woken_by(log, woken) {
        WokenBy::Lane(number) => match log.lanes.get(&number) {
            Some(lane) => format!(" by {}", lane.name),
            None => String::new(),
        },
        WokenBy::Clock => " by its timer".into(),
        WokenBy::Yield => " as it had asked for".into(),
        WokenBy::Outside => " from outside".into(),
    }
}

/// Where a lane waits, and for what: `" at deadlock.rs:34:40 for `Mutex::lock`"`.
fn at(log: &Log, lane: &LaneState) -> String {
    match &lane.waits {
        Some(waits) => {
            // Said of the await only: after `.lane()` everything comes.
            let known = !waits.resolve().iter().all(Wait::is_only_of_the_lane);
            let later = match waits.registered() {
                Registered::OrAfter if known => ", or after that",
                _ => "",
            };
            format!("{}{later}", waits_at(log, waits))
        }
        None => format!(" (the lane made at {})", place(lane.made_at)),
    }
}

fn waits_at(log: &Log, waits: &Waits) -> String {
    let unknown = matches!(waits.registered(), Registered::Never | Registered::Unknown);
    if unknown || waits.resolve().iter().all(Wait::is_only_of_the_lane) {
        return format!(" (the lane made at {})", waits.place().file_and_line());
    }
    // Several waits at one place, as those of a `join!`, are said together.
    let mut places = vec![];
    // A lane that waits for other lanes is said to wait for these, by name: where they wait has a
    // sentence of its own.
    let mut lanes: Vec<&str> = vec![];
    for wait in waits.resolve() {
        let mut text = wait.place.file_and_line();
        if let Some(on) = &wait.on {
            text.push_str(&format!(" for `{on}`"));
        }
        if let Some(inside) = wait.lane
            && let Some(inside) = log.lanes.get(&inside)
        {
            lanes.push(&inside.name);
        }
        if !places.contains(&text) {
            places.push(text);
        }
    }
    let mut text = format!(" at {}", places.join(" or "));
    if !lanes.is_empty() {
        let more = lanes.len().saturating_sub(NAMED);
        lanes.truncate(NAMED);
        text.push_str(&format!(" for {}", lanes.join(", ")));
        if more > 0 {
            text.push_str(&format!(" and {more} more"));
        }
    }
    text
}

/// On the paused clock the runtime only sleeps that long when it waits for another thread.
fn kept_by_a_thread(log: &Log, wall: &str) -> Causes {
    let mut causes = vec![];
    for lane in log.lanes.values() {
        if lane.now == Doing::OnThread {
            causes.push(Cause {
                code: Code::OnAThread,
                sentence: format!(
                    "{} is still on its thread, {}",
                    lane.name,
                    lane.place_in_words()
                ),
            });
        }
    }
    if causes.is_empty() {
        return one(
            Code::OnAThread,
            format!("a thread without a lane has kept all lanes waiting for {wall}"),
        );
    }
    let opening =
        format!("a thread that is not the runtime's has kept all lanes waiting for {wall}");
    Causes { opening: Some(opening), causes }
}

/// The lanes that may be what keeps the runtime's thread busy.
#[derive(Default)]
struct BusyLanes<'l> {
    /// Of lanes that run inside each other the innermost: it is the one that keeps the thread.
    innermost: Option<&'l LaneState>,
    /// The lane that has woken itself most often, and more than once: every lane that yields has
    /// woken itself once.
    spinning: Option<&'l LaneState>,
    /// The lane that was woken most often, and more than once.
    busiest: Option<&'l LaneState>,
}

impl BusyLanes<'_> {
    /// Looks at all lanes that have not ended. `lasts` says whether the poll of a lane began so
    /// long ago that it may be the one that is stuck.
    fn of(log: &Log, lasts: impl Fn(&LaneState) -> bool) -> BusyLanes<'_> {
        let mut poll_others = HashSet::new();
        for lane in log.lanes.values() {
            if lane.now == Doing::Running {
                poll_others.extend(lane.polled_by);
            }
        }
        let mut found = BusyLanes::default();
        for (number, lane) in &log.lanes {
            if lane.now == Doing::Ended {
                continue;
            }
            if lane.now == Doing::Running && !poll_others.contains(number) {
                // On several threads the lanes of the other threads run, too, but only for a
                // moment: what is stuck is the poll that lasts.
                match found.innermost {
                    Some(other) if lasts(other) && !lasts(lane) => {}
                    _ => found.innermost = Some(lane),
                }
            }
            let most_self_wakes = match found.spinning {
                Some(other) => other.self_wakes,
                None => 1,
            };
            if lane.self_wakes > most_self_wakes {
                found.spinning = Some(lane);
            }
            let most_wakes = match found.busiest {
                Some(other) => other.wakes,
                None => 1,
            };
            if lane.wakes > most_wakes {
                found.busiest = Some(lane);
            }
        }
        found
    }
}

/// The runtime's thread did not become idle for `stuck`, in which `since` passed on the wall clock.
fn kept_by_a_poll(log: &Log, stuck: Duration, since: Duration) -> Causes {
    let wall = human(stuck);
    let lasts = |lane: &LaneState| lane.began.elapsed() >= since * 9 / 10;
    let BusyLanes { innermost, spinning, busiest } = BusyLanes::of(log, lasts);
    // One poll that lasts, or many that are short? When the last poll began tells.
    if let Some(lane) = innermost
        && (lasts(lane) || busiest.is_none())
    {
        let sentence = format!(
            "{} blocks the thread: its poll at {} did not return within {wall} ({})",
            lane.name,
            human(lane.polled),
            lane.place_in_words()
        );
        return one(Code::Blocks, sentence);
    }
    // Before the busiest: a lane that wakes itself is the reason why others are polled as often.
    // But not if it has only given way a few times beside lanes that wake each other.
    if let Some(lane) = spinning
        && lane.self_wakes >= lane.polls / 10 * 9
        && busiest.is_none_or(|other| lane.self_wakes >= other.wakes / 2)
    {
        let sentence = format!(
            "{} spins: at {} it was polled {} times in {wall}, waking itself each time ({})",
            lane.name,
            human(lane.polled),
            lane.polls,
            lane.place_in_words()
        );
        return one(Code::Spins, sentence);
    }
    if let Some(lane) = busiest {
        let sentence = format!(
            "{} gets no rest: at {} it was polled {} times in {wall}, woken each time ({})",
            lane.name,
            human(lane.polled),
            lane.polls,
            lane.place_in_words()
        );
        return one(Code::Busy, sentence);
    }
    // On a machine that is short of everything, not even `main` may have begun.
    one(
        Code::BlocksWithoutALane,
        format!(
            "something without a lane blocks the thread: the runtime did not become idle within \
             {wall}"
        ),
    )
}

impl LaneState {
    /// Where in the source this lane is, as well as that can be told from outside: what it said in
    /// this poll, what it waited for before, or where it was made.
    /// Each guess is a little older than the one before, so the words say which it is: “after it
    /// said”, “after its wait”, “the lane made at”.
    pub fn place_in_words(&self) -> String {
        match (&self.said, &self.waits) {
            (Some((text, location)), _) if self.said_in_this_poll => {
                format!("after it said “{text}” at {}", place(location))
            }
            (_, Some(waits))
                if !matches!(waits.registered(), Registered::Never | Registered::Unknown) =>
            {
                let last = &waits.resolve()[waits.resolve().len() - 1];
                match &last.on {
                    Some(on) => {
                        format!("after its wait at {} for `{on}`", last.place.file_and_line())
                    }
                    None => format!("after its wait at {}", last.place.file_and_line()),
                }
            }
            (Some((text, location)), _) => {
                format!("after it said “{text}” at {}", place(location))
            }
            _ => format!("the lane made at {}", place(self.made_at)),
        }
    }
}

/// Something to be said of a run beside its verdict, or where it has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Which kind it is.
    pub code: Code,
    /// What is said, without a full stop.
    pub sentence: String,
}

/// The sentence, and its code in brackets.
impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.sentence, self.code)
    }
}

impl Remark {
    /// The lanes whose polls took time that the paused clock does not show.
    pub(super) fn on_time(clock: Clock, events: &[Event]) -> Vec<Remark> {
        let mut remarks = vec![];
        if clock == Clock::Real {
            return remarks; // there it shows
        }
        // Sums for each lane, since one that blocks in every round is one remark.
        let mut names: BTreeMap<LaneId, &str> = BTreeMap::new();
        let mut kept: BTreeMap<LaneId, Duration> = BTreeMap::new();
        for event in events {
            match &event.what {
                What::Created { name, .. } => {
                    names.insert(event.lane, name);
                }
                // What a panic prints, with a backtrace perhaps, is no work of the lane.
                What::PollEnd { polled: Polled::Panicked(_), .. } => {}
                // Polls on other threads do not count: they kept only their own thread, and their
                // time includes waiting for a slot.
                What::PollEnd { took, .. } if event.thread == 0 && *took >= LONG_POLL => {
                    *kept.entry(event.lane).or_default() += *took;
                }
                _ => {}
            }
        }
        for (lane, time) in kept {
            let name = names.get(&lane).copied().unwrap_or("a lane");
            // To a tenth of a second: more would be another number in each run.
            let time = Duration::from_millis((time.as_millis() as u64 + 50) / 100 * 100);
            let sentence =
                format!("{name} kept the thread for {} that this clock does not show", human(time));
            remarks.push(Remark { code: Code::KeptTheThread, sentence });
        }
        remarks
    }

    /// The stack would have told where lanes wait, and did not.
    pub(super) fn no_places() -> Remark {
        let sentence = "this binary has no line tables, so it is not known where its lanes wait, \
                        and a place is that of `.lane()`"
            .to_owned();
        Remark { code: Code::NoLineTables, sentence }
    }

    /// The stack would have told what made so many wakes, and did not.
    pub(super) fn no_line_tables(wakes: usize) -> Remark {
        let times = if wakes == 1 { "1 wake".to_owned() } else { format!("{wakes} wakes") };
        let sentence = format!(
            "this binary has no line tables of tokio, so {times} counted as “from outside” may \
             have been by a timer or by the end of a task"
        );
        Remark { code: Code::NoLineTables, sentence }
    }

    pub(super) fn destructor_panicked(message: &str) -> Remark {
        let sentence = format!("a destructor panicked when the run was ended: {message}");
        Remark { code: Code::DestructorPanicked, sentence }
    }
}

/// `file:line`.
fn place(location: &Location<'_>) -> String {
    Place::from(location).file_and_line()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_has_not_even_begun_gets_a_verdict_too() {
        let run = Run::new(Clock::Paused, Observe::Everything, None);
        let verdict = Verdict::no_progress(&run, false, Duration::from_secs(2)).to_string();
        assert!(verdict.starts_with("something without a lane blocks the thread"), "{verdict}");
    }
}
