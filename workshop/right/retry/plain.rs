//! As most people would write it.
/// Asks up to five times, and waits in between: 100 ms, then twice as long each time.
async fn retry(server: &Server) -> Result<&'static str, &'static str> {
    // TODO: give the server some time before it is asked again.
    for i in 1..5 {
        if let Ok(answer) = server.ask().await {
            return Ok(answer);
        }
        tokio::time::sleep(workshop::ms(50 * (1 << i))).await;
    }
    server.ask().await
}
