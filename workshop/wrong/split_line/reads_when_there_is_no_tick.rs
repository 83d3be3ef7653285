//! Mistake: a part was lost: it came together with a tick
async fn server(mut connection: DuplexStream) -> String {
    let mut tick = interval_at(Instant::now() + ms(20), ms(20));
    let mut all = vec![];
    loop {
        let part = async {
            let mut part = [0; 64];
            let length =
                tokio::io::AsyncReadExt::read(&mut connection, &mut part).await.expect("a pipe");
            tokio::task::yield_now().await;
            part[..length].to_vec()
        };
        select! {
            biased;
            part = part => all.extend(part),
            _ = tick.tick() => say!("tick"),
        }
        if let Some(line) = all.strip_suffix(b"\n") {
            return String::from_utf8(line.to_vec()).expect("text");
        }
    }
}
