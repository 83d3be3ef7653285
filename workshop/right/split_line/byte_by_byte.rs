//! Byte by byte.
async fn server(connection: DuplexStream) -> String {
    let mut reader = BufReader::new(connection);
    let mut tick = interval_at(Instant::now() + ms(20), ms(20));
    let mut line = vec![];
    loop {
        // TODO: at a tick, the half of a line that has come must not get lost.
        select! {
            _ = tick.tick() => say!("tick"),
            byte = tokio::io::AsyncReadExt::read_u8(&mut reader) => {
                match byte.unwrap() {
                    b'\n' => return String::from_utf8(line).unwrap(),
                    b => line.push(b),
                }
            }
        }
    }
}
