use super::*;

/// What has come back after half a line, and what after a line and a half and the end.
async fn half_a_line() -> (usize, String) {
    let (mut client, server) = duplex(64);
    let client = async {
        client.write_all(b"one").await.expect("the server is there");
        let mut early = [0; 16];
        let wait = tokio::time::timeout(workshop::ms(10), client.read(&mut early));
        let early = match wait.await {
            Ok(read) => read.expect("a pipe in memory does not fail"),
            Err(_) => 0,
        };
        client.write_all(b" and\ntwo").await.expect("the server is there");
        client.shutdown().await.expect("the server is there");
        let mut rest = String::new();
        client.read_to_string(&mut rest).await.expect("it is text");
        (early, rest)
    };
    join!(client.lane("client"), echo(server).lane("server")).0
}

#[test]
fn lines_come_back_when_they_are_complete() {
    workshop::attempt(half_a_line)
        .predicted(PREDICTION)
        .returns((0, "one and\ntwo".to_owned()))
        .verdict();
}
