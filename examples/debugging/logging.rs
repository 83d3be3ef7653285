//! Logging: two requests take turns, so their lines come mixed. Which line belongs to which?
//!
//! In Python: `logging`, with a context variable that a filter puts into each line, see
//! `logging_twin.py` beside this file. In "entered" the twin's list of open
//! requests loses A when A has ended; in Rust A's span stays the parent of B's.
//! Look for: A span says for which request a line is. In "entered" it is open on the thread, also
//! while the request waits, so it stands on the lines of the other, too. `instrument` opens it for
//! each poll and closes it after, so it survives the interleaving. "one target" shows more of what
//! the bank says and nothing more of the rest, as `getLogger("bank").setLevel(DEBUG)` does.
//!
//!     cargo run --example logging
use async_concepts::{LaneExt, say, stage::Stage};
use futures::join;
use std::{io, process::ExitCode, time::Duration};
use tokio::time::sleep;
use tracing::instrument::WithSubscriber;
use tracing::{Dispatch, Instrument, Level, Span, debug, info, info_span};
use tracing_subscriber::{Layer, filter::Targets, fmt, layer::SubscriberExt, registry};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

// ANCHOR: work
async fn ask_the_bank() {
    debug!(target: "bank", "asked");
    sleep(ms(100)).await;
    debug!(target: "bank", "answered");
}

async fn pay(pause: Duration) {
    info!("begin");
    sleep(pause).await;
    ask_the_bank().await;
    info!("paid");
}

fn request(name: &str) -> Span {
    info_span!("request", name)
}
// ANCHOR_END: work

// ANCHOR: entered
async fn pay_entered(name: &str, pause: Duration) {
    let _entered = request(name).entered(); // a trap: entered on this thread, until it is dropped
    pay(pause).await;
}

pub async fn entered() {
    let both = async {
        join!(pay_entered("A", ms(10)).lane("A"), pay_entered("B", ms(30)).lane("B"));
    };
    both.with_subscriber(up_to(Level::INFO)).await;
}
// ANCHOR_END: entered

// ANCHOR: instrumented
async fn both() {
    let a = pay(ms(10)).instrument(request("A"));
    let b = pay(ms(30)).instrument(request("B"));
    join!(a.lane("A"), b.lane("B"));
}

pub async fn instrumented() {
    both().with_subscriber(up_to(Level::INFO)).await;
}

pub async fn one_target() {
    let targets = Targets::new().with_default(Level::INFO).with_target("bank", Level::DEBUG);
    both().with_subscriber(subscriber(targets)).await;
}
// ANCHOR_END: instrumented

// ANCHOR: subscriber
/// What is logged goes to the lane that logs it. A program has one subscriber, and sets it once:
/// `tracing_subscriber::fmt::init()`, whose targets and levels are in the variable `RUST_LOG`.
fn subscriber(targets: Targets) -> Dispatch {
    let lines = fmt::layer().without_time().with_ansi(false).with_target(false);
    registry().with(lines.with_writer(|| Lines).with_filter(targets)).into()
}

fn up_to(level: Level) -> Dispatch {
    subscriber(Targets::new().with_default(level))
}

struct Lines;

impl io::Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        say!("{}", String::from_utf8_lossy(line).trim());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
// ANCHOR_END: subscriber

// What else there is, and what it shows. Both need a build with `--cfg tokio_unstable`:
//
// - tokio-console is a program beside yours: a table of all tasks, each with its state, how often
//   it was polled and woken, and how long it was busy. It warns of a task that has lost its waker,
//   of one that has never given way, and of one that wakes itself most of the time.
// - A task dump, `Handle::dump`, on Linux, shows for each task the stack of its awaits: where it
//   waits. Python has that since 3.14: `python -m asyncio pstree PID`.

pub fn stage() -> Stage {
    Stage::of(include_str!("logging.rs"))
        .scene("entered", entered)
        .scene("instrumented", instrumented)
        .variant_of("entered")
        .scene("one target", one_target)
        .variant_of("entered")
}

fn main() -> ExitCode {
    stage().run()
}
