//! The write has a limit. When it is over, the future and the client are dropped, and the client
//! sees the end of the stream after what it had got.
use async_concepts::{LaneExt, say};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    join,
    time::{sleep, timeout},
};
use workshop::{Prediction, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = Some((5000, ""));

/// Sends the page to all clients. Gives up on one that has not taken it within a second.
async fn serve(clients: Vec<DuplexStream>) {
    for mut client in clients {
        let _ = timeout(ms(1000), client.write_all(&[7; 64])).await;
    }
}

async fn reader(mut server: DuplexStream, pause: u64) {
    sleep(ms(pause)).await;
    let mut page = vec![];
    server.read_to_end(&mut page).await.expect("a pipe in memory does not fail");
    say!("{} bytes", page.len());
}

async fn program() {
    let (silent, first) = duplex(16);
    let (quick, second) = duplex(16);
    let silent = reader(silent, 5000);
    join!(
        serve(vec![first, second]).lane("server"),
        silent.lane("silent"),
        reader(quick, 0).lane("quick")
    );
}

fn main() {
    workshop::show("slow_reader", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_does_not_read_is_given_up_after_a_second() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake("the server waited for a client that does not read", |run| {
                run.said("5.000 quick")
            })
            .mistake("the client that reads did not get its page", |run| {
                !run.said("quick 64 bytes")
            })
            .mistake("the client that reads was served late: a second is the limit", |run| {
                let mut lines = run.transcript().iter();
                let quick = lines.find(|line| line.ends_with(" quick 64 bytes"));
                quick.is_some_and(|line| !line.starts_with("0.") && !line.starts_with("1.000"))
            })
            .mistake("a client that is slow was given up before its second was over", |run| {
                !run.said("0.000 quick") && !run.said("1.000 quick")
            })
            .takes(5000)
            .holds(
                "the client that reads gets its page at once, or when the second is over",
                |run| run.said("0.000 quick 64 bytes") || run.said("1.000 quick 64 bytes"),
            )
            .holds("the client that does not read gets what there was room for", |run| {
                run.said("5.000 silent 16 bytes")
            })
            .holds("each client says one line, and nothing else is said", |run| {
                run.transcript().len() == 2
            })
            .verdict();
        workshop::scenario("the silent client begins to read after 500 ms")
            .time(5000, 500)
            .attempt(program)
            .predicted(PREDICTION)
            .mistake("a client that is slow was given up before its second was over", |run| {
                !run.said("silent 64 bytes")
            })
            .takes(500)
            .holds("both get their pages", |run| {
                run.said("quick 64 bytes") && run.said("0.500 silent 64 bytes")
            })
            .holds("each client says one line, and nothing else is said", |run| {
                run.transcript().len() == 2
            })
            .verdict();
        workshop::scenario("the silent client reads at once")
            .time(5000, 0)
            .attempt(program)
            .predicted(PREDICTION)
            .takes(0)
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/slow_reader.rs"]
mod then_try;
