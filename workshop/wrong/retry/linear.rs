//! Mistake: each pause was 100 ms longer, not twice as long
/// Asks up to five times, and waits in between: 100 ms, then twice as long each time.
async fn retry(server: &Server) -> Result<&'static str, &'static str> {
    // TODO: give the server some time before it is asked again.
    for i in 1..5 {
        if let Ok(answer) = server.ask().await {
            return Ok(answer);
        }
        tokio::time::sleep(workshop::ms(i * 100)).await;
    }
    server.ask().await
}
