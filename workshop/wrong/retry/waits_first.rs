//! Mistake: it waited before it had asked for the first time
use tokio::time::sleep;
use workshop::ms;

async fn retry(server: &Server) -> Result<&'static str, &'static str> {
    for attempt in 0..4 {
        sleep(ms(100 << attempt)).await;
        if let Ok(answer) = server.ask().await {
            return Ok(answer);
        }
    }
    server.ask().await
}
