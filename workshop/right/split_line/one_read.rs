//! One read from beginning to end, which is only polled by reference.
async fn server(connection: DuplexStream) -> String {
    let mut line = String::new();
    let mut reader = BufReader::new(connection);
    {
        let mut tick = interval_at(Instant::now() + ms(20), ms(20));
        let mut read = Box::pin(reader.read_line(&mut line));
        loop {
            select! {
                _ = tick.tick() => say!("tick"),
                read = &mut read => {
                    read.expect("a pipe in memory does not fail");
                    break;
                }
            }
        }
    }
    line.trim_end().to_owned()
}
