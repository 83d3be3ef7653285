//! Each client gets a task of its own, and the loop only accepts. In a `JoinSet` the tasks are
//! waited for when no more clients come.
use async_concepts::{LaneExt, say};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, copy, duplex, split};
use tokio::{join, sync::mpsc, task::JoinSet, time::sleep};
use workshop::{Prediction, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = Some((1000, "fast slow"));

async fn echo(client: DuplexStream) {
    let (mut from, mut to) = split(client);
    let _ = copy(&mut from, &mut to).await; // to a client that hangs up nothing more is owed
}

async fn serve(mut clients: mpsc::Receiver<DuplexStream>) {
    let mut tasks = JoinSet::new();
    while let Some(client) = clients.recv().await {
        tasks.spawn(echo(client).lane("echo"));
    }
    tasks.join_all().await;
}

async fn talk(connect: mpsc::Sender<DuplexStream>, time: u64) {
    let (mut server, theirs) = duplex(64);
    let _ = connect.send(theirs).await;
    sleep(ms(time)).await;
    let _ = server.write_all(b"hello").await;
    let mut answer = [0; 5];
    match server.read_exact(&mut answer).await {
        Ok(_) => say!("{}", String::from_utf8_lossy(&answer)),
        Err(_) => say!("no answer"),
    }
}

async fn program() {
    let (connect, clients) = mpsc::channel(8);
    join!(
        biased;
        serve(clients).lane("serve"),
        talk(connect.clone(), 1000).lane("slow"),
        talk(connect, 10).lane("fast"),
    );
}

fn main() {
    workshop::show("two_clients", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One client says nothing for a long time, and two others come.
    async fn three() {
        let (connect, clients) = mpsc::channel(8);
        join!(
            biased;
            serve(clients).lane("serve"),
            talk(connect.clone(), 30).lane("first"),
            talk(connect.clone(), 2000).lane("slow"),
            talk(connect, 10).lane("fast"),
        );
    }

    #[test]
    fn a_slow_client_does_not_delay_a_fast_one() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake("the fast client had to wait for the slow one", |run| {
                run.said("1.000 fast hello")
            })
            .mistake("only the first client was served", |run| run.said("fast no answer"))
            .mistake("the slow client was thrown out", |run| run.said("slow no answer"))
            .takes(1000)
            .says(&["0.010 fast hello", "1.000 slow hello"])
            .verdict();
        workshop::scenario("the slow client is the faster one")
            .time(1000, 5)
            .attempt(program)
            .predicted(PREDICTION)
            .takes(10)
            .says(&["0.005 slow hello", "0.010 fast hello"])
            .verdict();
        workshop::scenario("three clients")
            .attempt(three)
            .predicted(PREDICTION)
            .takes(2000)
            .says(&["0.010 fast hello", "0.030 first hello", "2.000 slow hello"])
            .verdict();
    }

    #[test]
    fn both_are_served_in_every_schedule() {
        workshop::every_schedule(program)
            .predicted(PREDICTION)
            .holds("both get their answer", |run| {
                run.transcript().iter().filter(|line| line.ends_with("hello")).count() == 2
            })
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/two_clients.rs"]
mod then_try;
