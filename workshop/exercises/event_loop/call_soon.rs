//! Predict: in which order will 0, 1, 2 and 9 be printed, and will all of them be?
//!
//! `call_soon` puts a callback into the queue of the event loop, as in asyncio.
//!
//! See `examples/event_loop/hello_world.rs`, and the slide “A queue, and a loop that calls”.
//!
//! Then try: let callback 1 call `call_soon` itself, for a callback 3, and await it. Where in the
//! order will that one be?
use async_concepts::{LaneExt, say};
use tokio::{spawn, task::JoinHandle};
use workshop::Prediction;

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

fn call_soon(number: u32) -> JoinHandle<()> {
    let callback = async move { say!("{number}") };
    spawn(callback.lane("callback"))
}

async fn program() {
    for number in 0..3 {
        call_soon(number);
    }
    say!("9");
    // TODO: the program ends here. Let it wait until all callbacks have been called.
}

fn main() {
    workshop::show("call_soon", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Another callback is in the queue before those of the program.
    async fn with_another_callback() {
        let other = spawn(async { say!("is called") }.lane("other"));
        program().await;
        other.await.expect("it does not panic");
    }

    async fn twice() {
        program().await;
        program().await;
    }

    #[test]
    fn callbacks_are_called_when_the_program_gives_way() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake("the program was over before the loop got to its callbacks", |run| {
                run.count("callback") < 3
            })
            .mistake(
                "the callbacks were called before 9 was printed: the program gave way too soon",
                |run| run.said_in_order(&["callback", "main 9"]),
            )
            .mistake("it waited for the clock, not for the callbacks", |run| run.took_more_than(0))
            .takes(0)
            .says_in_order(&[
                "0.000 main 9",
                "0.000 callback 0",
                "0.000 callback 1",
                "0.000 callback 2",
            ])
            .verdict();
        workshop::scenario("another callback is in the queue already")
            .attempt(with_another_callback)
            .predicted(PREDICTION)
            .holds("9 is printed first, and all three callbacks are called in order", |run| {
                run.said_in_order(&["main 9", "callback 0", "callback 1", "callback 2"])
            })
            .takes(0)
            .verdict();
        workshop::scenario("it is run twice")
            .attempt(twice)
            .predicted(PREDICTION)
            .holds("the first callbacks are called before the second 9 is printed", |run| {
                run.said_in_order(&[
                    "9",
                    "callback 2",
                    "9",
                    "callback 0",
                    "callback 1",
                    "callback 2",
                ])
            })
            .takes(0)
            .verdict();
    }

    #[test]
    fn nine_comes_first_in_every_schedule() {
        workshop::every_schedule(program)
            .predicted(PREDICTION)
            .holds("9 is printed first, and each callback is called", |run| {
                let lines = run.transcript();
                lines.len() == 4 && lines[0].ends_with("main 9")
            })
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/call_soon.rs"]
mod then_try;
