//! Predict: a slow client says something after 1000 ms, a fast one after 10 ms. When does the fast one get its answer?
//!
//! A channel of pipes stands for the listener here: `recv` is what `accept` would be.
//!
//! Then try: when the listener closes, wait for the clients that are still being served, but no longer than 5 s.
use async_concepts::{LaneExt, say};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, copy, duplex, split};
use tokio::{join, sync::mpsc, time::sleep};
use workshop::ms;

async fn echo(client: DuplexStream) {
    let (mut from, mut to) = split(client);
    let _ = copy(&mut from, &mut to).await; // to a client that hangs up nothing more is owed
}

async fn serve(mut clients: mpsc::Receiver<DuplexStream>) {
    while let Some(client) = clients.recv().await {
        // TODO: a slow client must not delay the others.
        echo(client).lane("echo").await;
    }
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
    workshop::show("two_clients", program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_client_does_not_delay_a_fast_one() {
        workshop::attempt(program)
            .mistake("the fast client had to wait for the slow one", |run| run.said("1.000 fast hello"))
            .mistake("only the first client was served", |run| run.said("fast no answer"))
            .mistake("the slow client was thrown out", |run| run.said("slow no answer"))
            .takes(1000)
            .says(&["0.010 fast hello", "1.000 slow hello"])
            .verdict();
    }
}
