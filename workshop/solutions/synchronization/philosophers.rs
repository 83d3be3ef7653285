//! The forks are taken in the order of their numbers, by everybody. So nobody who waits for a fork holds a higher one, and
//! there is no circle.
use async_concepts::{LaneExt, say};
use futures::join;
use tokio::{sync::Mutex, time::sleep};
use workshop::ms;

type Fork = Mutex<()>;

async fn eat() {
    say!("eats");
    sleep(ms(100)).await;
    say!("is full");
}

/// Eats with the forks of these numbers.
async fn dine(forks: &[Fork; 3], left: usize, right: usize) {
    let _first = forks[left.min(right)].lock().await;
    sleep(ms(10)).await;
    let _second = forks[left.max(right)].lock().await;
    eat().await;
}

async fn dinner() {
    let forks = [Fork::new(()), Fork::new(()), Fork::new(())];
    join!(dine(&forks, 0, 1).lane("Hypatia"), dine(&forks, 1, 2).lane("Spinoza"), dine(&forks, 2, 0).lane("Weil"));
}

fn main() {
    workshop::show("philosophers", dinner);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_eats_and_neighbours_do_not_eat_at_the_same_time() {
        workshop::attempt(dinner)
            .mistake("each holds one fork, and waits for one that is never put down", |run| run.never_ended())
            .mistake("somebody tried again and again without waiting, and nobody else could run", |run| run.blocked())
            .mistake("neighbours ate at the same time: a fork was not held while they did", |run| {
                run.said_in_order(&["0.010 Hypatia eats", "0.010 Spinoza eats"])
            })
            .mistake("somebody gave up, and went hungry", |run| run.count("is full") < 3)
            .holds("all three have eaten", |run| run.count("is full") == 3)
            .holds("nobody begins to eat before the one before is full", |run| {
                run.transcript().chunks(2).all(|pair| pair[0].contains("eats") && pair[1].contains("is full"))
            })
            .verdict();
    }
}
