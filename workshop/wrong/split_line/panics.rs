//! Mistake: server panicked
async fn server(connection: DuplexStream) -> String {
    let mut reader = BufReader::new(connection);
    let mut tick = interval_at(Instant::now() + ms(20), ms(20));
    loop {
        // TODO: at a tick, the half of a line that has come must not get lost.
        todo!();
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
