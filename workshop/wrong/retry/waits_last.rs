//! Mistake: it waited although no attempt followed
use tokio::time::sleep;
use workshop::ms;

async fn retry(server: &Server) -> Result<&'static str, &'static str> {
    let mut result = Err("not asked yet");
    for attempt in 0..5 {
        result = server.ask().await;
        if result.is_ok() {
            break;
        }
        sleep(ms(100 << attempt)).await;
    }
    result
}
