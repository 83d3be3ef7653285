//! Predict: a visit of 100 ms is cut short after 10 ms. When is the door unlocked?
//!
//! In Python a `finally` would run when the task is cancelled. Rust has no exception for that: a future is just dropped.
//!
//! Then try: unlocking takes 20 ms now, so it has to be awaited, and `drop` cannot do that. Who could await it instead?
use async_concepts::{LaneExt, say};
use tokio::time::{sleep, timeout};
use workshop::ms;

async fn visit() {
    say!("lock the door");
    sleep(ms(100)).await;
    // TODO: unlock the door however the visit ends, also if it is cut short.
    say!("unlock the door");
}

async fn museum() {
    let cut_short = timeout(ms(10), visit().lane("visit")).await.is_err();
    say!("cut short: {cut_short}");
    sleep(ms(20)).await;
    say!("the lights are out");
}

fn main() {
    workshop::show("goodbye", museum);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_door_is_unlocked_in_the_moment_in_which_the_visit_is_cut_short() {
        workshop::attempt(museum)
            .mistake("what stands behind an `.await` does not run when the future is dropped", |run| {
                !run.said("unlock")
            })
            .mistake("the door was unlocked at once: `_` is no variable, and keeps nothing", |run| {
                run.said("0.000 visit unlock")
            })
            .mistake("the visit was not cut short", |run| run.said("0.100 visit unlock"))
            .mistake("whoever calls `visit` has to remember the door, and the next caller will forget it", |run| {
                run.said("main unlock")
            })
            .takes(30)
            .says(&[
                "0.000 visit lock the door",
                "0.010 visit unlock the door",
                "0.010 main cut short: true",
                "0.030 main the lights are out",
            ])
            .verdict();
    }
}
