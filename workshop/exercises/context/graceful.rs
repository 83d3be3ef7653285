//! Predict: jobs of 100 ms, cancelled at 250 ms, and flushing takes 20 ms. When is the worker done, with how many jobs?
//!
//! A `CancellationToken` asks a task to stop, and lets it decide how; `abort` would not ask.
//!
//! Then try: let the worker finish the job that it is in, but for 30 ms at most.
use async_concepts::{LaneExt, say};
use tokio::{spawn, time::sleep};
use tokio_util::sync::CancellationToken;
use workshop::ms;

async fn job() {
    sleep(ms(100)).await;
}

/// Works until the token is cancelled. Returns how many jobs are done, and flushed.
async fn work(token: CancellationToken) -> u32 {
    let mut done = 0;
    // TODO: stop in the middle of a job when the token is cancelled, and then flush.
    while !token.is_cancelled() {
        job().await;
        done += 1;
        say!("{done} done");
    }
    sleep(ms(20)).await;
    say!("flushed");
    done
}

async fn program() -> u32 {
    let token = CancellationToken::new();
    let worker = spawn(work(token.clone()).lane("worker"));
    sleep(ms(250)).await;
    say!("stop");
    token.cancel();
    worker.await.unwrap()
}

fn main() {
    workshop::show("graceful", program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_that_is_asked_to_stop_drops_its_job_and_flushes() {
        workshop::attempt(program)
            .mistake("the token was only looked at between two jobs", |run| run.took(320))
            .mistake("nothing was flushed: it stopped where it stood", |run| run.took(250) && !run.said("flushed"))
            .mistake("it was not asked, it was aborted, and what it had done is lost", |run| {
                run.panicked_with("Cancelled")
            })
            .mistake("nobody ever cancels the token at which it looks", |run| run.never_ended())
            .takes(270)
            .says(&["0.100 worker 1 done", "0.200 worker 2 done", "0.250 main stop", "0.270 worker flushed"])
            .returns(2)
            .verdict();
    }
}
