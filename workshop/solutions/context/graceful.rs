//! The job races against the token, so a job that is under way is dropped at 250 ms. The flush stands behind the loop, outside
//! the race: nothing cancels it.
use async_concepts::{LaneExt, say};
use tokio::{select, spawn, time::sleep};
use tokio_util::sync::CancellationToken;
use workshop::ms;

async fn job() {
    sleep(ms(100)).await;
}

/// Works until the token is cancelled. Returns how many jobs are done, and flushed.
async fn work(token: CancellationToken) -> u32 {
    let mut done = 0;
    loop {
        select! {
            () = token.cancelled() => break,
            () = job() => done += 1,
        }
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
