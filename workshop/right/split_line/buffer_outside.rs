//! `read_until` appends to a buffer that outlives it.
async fn server(connection: DuplexStream) -> String {
    let mut reader = BufReader::new(connection);
    let mut tick = interval_at(Instant::now() + ms(20), ms(20));
    let mut line = vec![];
    loop {
        select! {
            _ = tick.tick() => say!("tick"),
            read = reader.read_until(b'\n', &mut line) => {
                read.expect("a pipe in memory does not fail");
                return String::from_utf8_lossy(&line).trim_end().to_owned();
            }
        }
    }
}
