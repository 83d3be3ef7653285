//! Mistake: the tick was not served while the line was read
async fn server(connection: DuplexStream) -> String {
    let mut line = String::new();
    BufReader::new(connection).read_line(&mut line).await.expect("a pipe in memory does not fail");
    line.trim_end().to_owned()
}
