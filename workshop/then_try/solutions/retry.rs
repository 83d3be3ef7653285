//! The timeout stands around all attempts together.
async fn retry(server: &Server) -> Result<&'static str, &'static str> {
    let attempts = async {
        let mut pause = ms(100);
        for _ in 1..5 {
            if let Ok(answer) = server.ask().await {
                return Ok(answer);
            }
            sleep(pause).await;
            pause *= 2;
        }
        server.ask().await
    };
    tokio::time::timeout(ms(500), attempts).await.unwrap_or(Err("busy"))
}
