//! Mistake: a wait has the wrong unit: the time is off by a factor of a thousand
async fn retry(server: &Server) -> Result<&'static str, &'static str> {
    for pause in [100, 200, 400, 800] {
        if let Ok(answer) = server.ask().await {
            return Ok(answer);
        }
        tokio::time::sleep(std::time::Duration::from_secs(pause)).await;
    }
    server.ask().await
}
