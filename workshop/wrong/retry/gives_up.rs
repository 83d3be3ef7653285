//! Mistake: it gave up too soon
use tokio::time::sleep;
use workshop::ms;

async fn retry(server: &Server) -> Result<&'static str, &'static str> {
    let mut pause = ms(100);
    for _ in 1..3 {
        if let Ok(answer) = server.ask().await {
            return Ok(answer);
        }
        sleep(pause).await;
        pause *= 2;
    }
    server.ask().await
}
