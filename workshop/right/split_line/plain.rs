//! As most people would write it.
async fn server(connection: DuplexStream) -> String {
    let reader = BufReader::new(connection);
    let mut tick = interval_at(Instant::now() + ms(20), ms(20));
    let mut lines = reader.lines();
    loop {
        select! {
            _ = tick.tick() => say!("tick"),
            line = lines.next_line() => {
                return line.expect("a pipe in memory does not fail").unwrap();
            }
        }
    }
}
