//! Mistake: only the first tick was served
async fn server(connection: DuplexStream) -> String {
    let mut reader = BufReader::new(connection);
    let mut tick = interval_at(Instant::now() + ms(20), ms(20));
    let mut line = String::new();
    join!(
        async {
            tick.tick().await;
            say!("tick")
        },
        async { reader.read_line(&mut line).await.unwrap() }
    );
    line.trim_end().to_owned()
}
