//! `Lines` keeps what it has read of a line that is not complete yet, and `next_line` only borrows it. So dropping that future
//! at a tick loses nothing: it is cancel safe, and its documentation says so.
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
    let mut lines = BufReader::new(connection).lines();
    let mut tick = interval_at(Instant::now() + ms(20), ms(20));
    loop {
        select! {
            _ = tick.tick() => say!("tick"),
            line = lines.next_line() => {
                return line.expect("a pipe in memory does not fail").expect("the client sends a line");
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
