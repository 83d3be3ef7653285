//! There is one timer, made before the loop and pinned, since `select!` is to poll it by reference and drop it only at the
//! end. A line moves its deadline; a tick leaves it alone.
use async_concepts::{LaneExt, say};
use std::time::Duration;
use tokio::{
    join, select,
    sync::mpsc,
    time::{Instant, interval, sleep},
};

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

async fn session(mut lines: mpsc::Receiver<&'static str>) {
    let mut tick = interval(seconds(5));
    let mut idle = Box::pin(sleep(seconds(30)));
    loop {
        select! {
            _ = tick.tick() => {}
            Some(line) = lines.recv() => {
                say!("{line}");
                idle.as_mut().reset(Instant::now() + seconds(30));
            }
            () = &mut idle => break,
        }
    }
    say!("goodbye");
}

async fn program() -> Instant {
    let (send, lines) = mpsc::channel(1);
    let client = async {
        sleep(seconds(13)).await;
        send.send("hello").await.expect("the session is there");
    };
    join!(client.lane("client"), session(lines).lane("session"));
    Instant::now()
}

fn main() {
    workshop::show("idle_timeout", program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_when_it_has_been_idle_for_thirty_seconds() {
        workshop::attempt(program)
            .mistake("something put the end off again and again: is the timer made, or reset, at each tick?", |run| {
                run.never_ended()
            })
            .mistake("a line did not put the end off", |run| run.took(30_000))
            .mistake("the end was only looked for when a tick came", |run| run.took(45_000))
            .takes(43_000)
            .says(&["13.000 session hello", "43.000 session goodbye"])
            .verdict();
    }
}
