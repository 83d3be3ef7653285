//! Predict: three philosophers, three forks, two needed to eat. Which of them will have eaten after
//! a minute, and in which order?
//!
//! On virtual time a deadlock is no hang: when nothing can happen any more, the clock runs to the
//! end of an hour at once.
//!
//! See `examples/synchronization/lock.rs`, and the slide “Four additions without a lock”.
//!
//! Then try: two of three may sit down at a time (each says `sits down`), without any order of the
//! forks. Which primitive does that?
use async_concepts::{LaneExt, say};
use futures::join;
use tokio::{sync::Mutex, time::sleep};
use workshop::{Prediction, Watched, held, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

/// A mutex, which also counts how many of its kind are held.
type Fork = Watched<Mutex<()>>;

async fn eat() {
    say!("eats");
    if held() < 2 {
        say!("but with {} forks", held());
    }
    sleep(ms(100)).await;
    say!("is full");
}

/// Eats with the forks of these numbers.
async fn dine(forks: &[Fork; 3], left: usize, right: usize) {
    // TODO: all three should get to eat, and always with two forks.
    let _first = forks[left].lock().await;
    sleep(ms(10)).await;
    let _second = forks[right].lock().await;
    eat().await;
}

#[rustfmt::skip]
async fn dinner() {
    let forks = [Fork::new(()), Fork::new(()), Fork::new(())];
    join!(dine(&forks, 0, 1).lane("Hypatia"), dine(&forks, 1, 2).lane("Spinoza"), dine(&forks, 2, 0).lane("Weil"));
}

fn main() {
    workshop::show("philosophers", PREDICTION, dinner);
}

#[cfg(test)]
mod tests {
    use super::*;
    use workshop::Taking;

    async fn twice() {
        dinner().await;
        dinner().await;
    }

    /// The full ones, when neighbours never eat at the same time.
    fn all_ate_in_turn(lines: &[String]) -> bool {
        lines.chunks(2).all(|pair| pair[0].contains("eats") && pair[1].contains("is full"))
    }

    #[test]
    fn all_eat_and_neighbours_do_not_eat_at_the_same_time() {
        const CIRCLE: &str = "each holds one fork, and waits for one that is never put down";
        workshop::attempt(dinner)
            .predicted(PREDICTION)
            .hangs(CIRCLE, |run| run.ran_at("Hypatia", 10) && !run.said("eats"))
            .blocks(
                "one of them tried again and again without waiting, and no other could run",
                |run| !run.never_polled("Weil"),
            )
            .mistake("neighbours ate at the same time: a fork was not held while they did", |run| {
                run.said_in_order(&["Hypatia eats", "Spinoza eats", "Hypatia is full"])
            })
            .mistake("a philosopher ate with fewer than two forks", |run| run.said("but with"))
            .mistake("a philosopher gave up, and went hungry", |run| run.count("is full") < 3)
            .holds("all three have eaten", |run| run.count("is full") == 3)
            .holds("the one before is full when the next begins to eat", |run| {
                all_ate_in_turn(run.transcript())
            })
            .verdict();
        workshop::scenario("it takes 10 ms to pick up a fork")
            .delay(Taking, 10)
            .attempt(dinner)
            .predicted(PREDICTION)
            .hangs(
                "the circle is still there: it closes if it takes a while to pick up a fork",
                |run| run.deadlocked(),
            )
            .holds("all three have eaten", |run| run.count("is full") == 3)
            .verdict();
        workshop::scenario("they dine twice")
            .attempt(twice)
            .predicted(PREDICTION)
            .holds("all three have eaten twice", |run| run.count("is full") == 6)
            .verdict();
    }

    #[test]
    fn all_eat_in_every_schedule() {
        workshop::scenario("it takes 10 ms to pick up a fork")
            .delay(Taking, 10)
            .every_schedule(dinner)
            .predicted(PREDICTION)
            .hangs("the circle is still there: it closes in one order of the lanes", |run| {
                run.deadlocked()
            })
            .holds("all three eat", |run| {
                run.transcript().iter().filter(|line| line.contains("is full")).count() == 3
            })
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/philosophers.rs"]
mod then_try;
