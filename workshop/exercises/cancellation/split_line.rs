//! Predict: "hel" comes at 10 ms, a tick at 20 ms, "lo\n" at 30 ms. Which line will be read, and
//! when?
//!
//! The connection is a `duplex`: a pipe in memory, which works on virtual time as a socket would on
//! real time.
//!
//! See `examples/cancellation/select_loop.rs`, and the slide “A timeout cancels. What?”.
//!
//! Then try: use `read_until`, with a `Vec<u8>` outside the loop, and say at each tick how much is
//! there: `tick, 3 bytes`.
use async_concepts::{LaneExt, say};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex};
use tokio::{
    join, select,
    time::{Instant, interval_at, sleep},
};
use workshop::{Prediction, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

async fn client(mut connection: DuplexStream) {
    sleep(ms(10)).await;
    connection.write_all(b"hel").await.expect("the server is there");
    sleep(ms(20)).await;
    connection.write_all(b"lo\n").await.ok(); // the server may have hung up
}

async fn server(connection: DuplexStream) -> String {
    let mut reader = BufReader::new(connection);
    let mut tick = interval_at(Instant::now() + ms(20), ms(20));
    loop {
        // TODO: at a tick, the half of a line that has come must not get lost.
        let mut line = String::new();
        select! {
            _ = tick.tick() => say!("tick"),
            read = reader.read_line(&mut line) => {
                read.expect("a pipe in memory does not fail");
                return line.trim_end().to_owned();
            }
        }
    }
}

async fn program() -> String {
    let (ours, theirs) = duplex(64);
    let ((), line) = join!(client(theirs).lane("client"), server(ours).lane("server"));
    line
}

fn main() {
    workshop::show("split_line", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parts of a line come at these milliseconds.
    async fn in_parts(parts: &'static [(u64, &'static [u8])]) -> String {
        let (ours, mut theirs) = duplex(64);
        let begin = Instant::now();
        let client = async {
            for (time, part) in parts {
                tokio::time::sleep_until(begin + ms(*time)).await;
                theirs.write_all(part).await.ok(); // the server may have hung up
            }
        };
        let ((), line) = join!(client.lane("client"), server(ours).lane("server"));
        line
    }

    #[test]
    fn a_line_that_comes_in_two_halves_is_whole() {
        const LOST: &str = "the first half was lost with the future that had read it";
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake(LOST, |run| run.output().is_some_and(|line| line == "lo"))
            .mistake("what one read returns is not a line yet", |run| {
                run.output().is_some_and(|line| line == "hel")
            })
            .mistake("the tick was not served while the line was read", |run| {
                run.took(30) && !run.said("tick")
            })
            .takes(30)
            .says(&["0.020 server tick"])
            .returns("hello".to_owned())
            .verdict();
        workshop::scenario("a line in three parts, one of which ends within a letter")
            .attempt(|| in_parts(&[(5, b"caf\xc3"), (25, b"\xa9 a"), (50, b"u lait\n")]))
            .predicted(PREDICTION)
            .mistake("only the first tick was served", |run| run.count("tick") == 1)
            .takes(50)
            .says(&["0.020 server tick", "0.040 server tick"])
            .returns("café au lait".to_owned())
            .verdict();
        workshop::scenario("a line in one part, before the first tick")
            .attempt(|| in_parts(&[(5, b"good evening\n")]))
            .predicted(PREDICTION)
            .takes(5)
            .says(&[])
            .returns("good evening".to_owned())
            .verdict();
    }

    #[test]
    fn the_line_is_whole_in_every_schedule() {
        workshop::every_schedule(|| in_parts(&[(20, b"hel"), (50, b"lo\n")]))
            .predicted(PREDICTION)
            .mistake("a part was lost: it came together with a tick", |run| {
                run.output().is_some_and(|line| line.len() < 5)
            })
            .holds("the line is whole", |run| {
                run.outcome.as_ref().is_ok_and(|line| line == "hello")
            })
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/split_line.rs"]
mod then_try;
