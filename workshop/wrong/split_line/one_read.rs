//! Mistake: what one read returns is not a line yet
use tokio::io::AsyncReadExt;

async fn server(mut connection: DuplexStream) -> String {
    let mut buffer = [0; 64];
    let length = connection.read(&mut buffer).await.expect("a pipe in memory does not fail");
    String::from_utf8_lossy(&buffer[..length]).trim_end().to_owned()
}
