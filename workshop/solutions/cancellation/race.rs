//! `select!` waits for the first of its futures, and drops the others: so the loser hangs up in the same instant.
use async_concepts::{LaneExt, say};
use tokio::{select, time::sleep};
use workshop::ms;

struct Call;

impl Drop for Call {
    fn drop(&mut self) {
        say!("hangs up");
    }
}

async fn ask(name: &'static str, time: u64) -> &'static str {
    let _call = Call;
    say!("calls");
    sleep(ms(time)).await;
    name
}

/// The name of the mirror that answers first, if they take so many milliseconds.
async fn fastest(near_ms: u64, far_ms: u64) -> &'static str {
    let near = ask("near", near_ms).lane("near");
    let far = ask("far", far_ms).lane("far");
    select! {
        name = near => name,
        name = far => name,
    }
}

fn main() {
    workshop::show("race", || fastest(100, 500));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_answer_wins_and_the_other_call_is_ended() {
        for (near_ms, far_ms, winner, loser) in [(100, 500, "near", "far"), (500, 100, "far", "near")] {
            workshop::attempt(move || fastest(near_ms, far_ms))
                .mistake("only one of them was asked", |run| run.count("calls") == 1)
                .mistake("they were asked one after another", |run| run.took(600))
                .mistake("the race was only over when the loser had answered", |run| run.took(500))
                .mistake("the loser goes on: dropping a handle does not end its task", |run| run.count("hangs up") == 1)
                .takes(100)
                .returns(winner)
                .holds("the loser hangs up when the winner has answered", |run| {
                    run.said(&format!("0.100 {loser} hangs up"))
                })
                .verdict();
        }
    }
}
