use super::*;

/// Says hello after this many milliseconds.
async fn client(mut server: DuplexStream, time: u64) {
    sleep(ms(time)).await;
    let _ = server.write_all(b"hello").await;
    match server.read_exact(&mut [0; 5]).await {
        Ok(_) => say!("hello"),
        Err(_) => say!("no answer"),
    }
}

async fn two_and_no_more() {
    let (connect, clients) = mpsc::channel(8);
    let (slow, first) = duplex(64);
    let (very_slow, second) = duplex(64);
    for client in [first, second] {
        connect.send(client).await.expect("there is room");
    }
    drop(connect);
    join!(
        biased;
        serve(clients).lane("serve"),
        client(slow, 4000).lane("slow"),
        client(very_slow, 20_000).lane("very slow"),
    );
}

#[test]
fn after_five_seconds_the_rest_is_cut_off() {
    workshop::attempt(two_and_no_more)
        .predicted(PREDICTION)
        .takes(20_000)
        .says(&["4.000 slow hello", "20.000 very slow no answer"])
        .verdict();
}
