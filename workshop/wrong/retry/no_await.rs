//! Mistake: it asked again at once
/// Asks up to five times, and waits in between: 100 ms, then twice as long each time.
async fn retry(server: &Server) -> Result<&'static str, &'static str> {
    // TODO: give the server some time before it is asked again.
    let mut p = 100;
    for _ in 1..5 {
        if let Ok(answer) = server.ask().await {
            return Ok(answer);
        }
        let _ = tokio::time::sleep(workshop::ms(p));
        p *= 2;
    }
    server.ask().await
}
