//! What has been read is in the vector, and that is not dropped with the future.
async fn server(connection: DuplexStream) -> String {
    let mut connection = BufReader::new(connection);
    let mut line = vec![];
    let mut tick = interval_at(Instant::now() + ms(20), ms(20));
    loop {
        select! {
            _ = tick.tick() => say!("tick, {} bytes", line.len()),
            read = connection.read_until(b'\n', &mut line) => {
                read.expect("a pipe in memory does not fail");
                return String::from_utf8_lossy(&line).trim_end().to_owned();
            }
        }
    }
}
