//! Slow callback: debug mode reports what keeps the loop's thread for too long.
//!
//! In Python: `loop.set_debug(True)`, `loop.slow_callback_duration`, see `slow_callback.py` beside
//! this file. In "event loop" both report the same poll at the same time, each in its own words. In
//! "in pieces" asyncio's heart beats once less: a timer that is due wakes its task in the next
//! round only, and by then another piece has been computed.
//! Look for: Waiting for 300 ms is not reported, computing for 350 ms is. asyncio's debug mode
//! times all callbacks, and so does `EventLoop`; tokio's stable part times nothing, but a wrapper
//! can: `report_slow_polls`. "in pieces" is the cure: give way between the pieces. What timing
//! each poll costs: `benches/README.md`.
//!
//!     cargo run --example slow_callback
use async_concepts::{
    LaneExt, block,
    event_loop::{self, EventLoop},
    say,
    slow_poll::{SlowPoll, SlowPollExt},
    stage::Stage,
};
use std::{process::ExitCode, time::Duration};
use tokio::{spawn, task::yield_now, time::sleep};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// How long a callback may take: asyncio's default.
const SLOW: Duration = ms(100);

/// Stands for what a processor needs that long for.
fn compute(time: Duration) {
    block(time);
}

// ANCHOR: event_loop
pub fn in_an_event_loop() -> event_loop::Result<()> {
    let event_loop = EventLoop::new()?;
    event_loop.set_debug(true);
    event_loop.set_slow_callback_duration(SLOW);
    event_loop.set_exception_handler(|_, context| say!("{}", context.message));
    let work = async {
        event_loop::sleep(ms(300)).await?;
        compute(ms(50));
        event_loop::sleep(ms(50)).await?;
        compute(ms(350));
        event_loop::sleep(ms(50)).await
    };
    let work = event_loop.create_named_task("work", work.lane("work"))?;
    event_loop.run_until_complete(work)?;
    event_loop.close()
}
// ANCHOR_END: event_loop

// ANCHOR: tokio
fn report(slow: SlowPoll) {
    say!("{slow}");
}

pub async fn tokio() {
    let work = async {
        // ANCHOR: work
        sleep(ms(300)).await;
        compute(ms(50));
        sleep(ms(50)).await;
        compute(ms(350));
        sleep(ms(50)).await;
        // ANCHOR_END: work
    };
    let work = spawn(work.report_slow_polls(SLOW, report).lane("work"));
    work.await.expect("it does not panic");
}
// ANCHOR_END: tokio

// ANCHOR: in_pieces
pub async fn in_pieces() {
    let work = async {
        for _ in 0..5 {
            compute(ms(70));
            yield_now().await; // others first
        }
    };
    let heart = async {
        loop {
            say!("beat");
            sleep(ms(100)).await;
        }
    };
    let heart = spawn(heart.lane("heart"));
    let work = spawn(work.report_slow_polls(SLOW, report).lane("work"));
    work.await.expect("it does not panic");
    heart.abort();
    let _ = heart.await; // "cancelled"
}
// ANCHOR_END: in_pieces

pub fn stage() -> Stage {
    Stage::of(include_str!("slow_callback.rs"))
        .blocking_scene("event loop", in_an_event_loop)
        .scene("tokio", tokio)
        .variant_of("event loop")
        .scene("in pieces", in_pieces)
}

fn main() -> ExitCode {
    stage().run()
}
