//! Predict: "hel" comes at 10 ms, a tick at 20 ms, "lo\n" at 30 ms. Which line will be read?
//!
//! The connection is a `duplex`: a pipe in memory, which works on virtual time as a socket would on real time.
//!
//! Then try: read into a `Vec<u8>` with `read_until`, and keep the vector outside the loop. Why does that work as well?
use async_concepts::{LaneExt, say};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex};
use tokio::{
    join, select,
    time::{Instant, interval_at, sleep},
};
use workshop::ms;

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
    workshop::show("split_line", program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_comes_in_two_halves_is_whole() {
        workshop::attempt(program)
            .mistake("the first half was lost with the future that had read it", |run| {
                run.output().is_some_and(|line| line == "lo")
            })
            .mistake("what one read returns is not a line yet", |run| run.output().is_some_and(|line| line == "hel"))
            .mistake("nobody looked at the clock while the line was read", |run| run.took(30) && !run.said("tick"))
            .takes(30)
            .says(&["0.020 server tick"])
            .returns("hello".to_owned())
            .verdict();
    }
}
