//! Predict: in which order will 0, 1, 2 and 9 be printed, and will all of them be?
//!
//! `call_soon` puts a callback into the queue of the event loop, as in asyncio.
//!
//! Then try: let callback 1 call `call_soon` itself, for a callback 3. Where in the order will that one be?
use async_concepts::{LaneExt, say};
use tokio::{spawn, task::JoinHandle};

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
    workshop::show("call_soon", program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callbacks_are_called_when_the_program_gives_way() {
        workshop::attempt(program)
            .mistake("the thread slept, and with it the loop that should have called the callbacks", |run| {
                run.slept_on_the_thread(10) && run.count("callback") == 0
            })
            .mistake("the program was over before the loop got to its callbacks", |run| run.count("callback") < 3)
            .mistake("the callbacks were called before 9 was printed: the program gave way too soon", |run| {
                run.said_in_order(&["callback", "main 9"])
            })
            .mistake("it waited for the clock, not for the callbacks", |run| run.took_more_than(0))
            .takes(0)
            .says(&["0.000 main 9", "0.000 callback 0", "0.000 callback 1", "0.000 callback 2"])
            .verdict();
    }
}
