//! Mistake: a client that is slow was given up before its second was over
async fn serve(clients: Vec<DuplexStream>) {
    let begin = tokio::time::Instant::now();
    for (number, mut client) in clients.into_iter().enumerate() {
        let _ = timeout(ms(100), client.write_all(&[7; 64])).await;
        if number == 0 {
            tokio::time::sleep_until(begin + ms(1000)).await;
        }
    }
}
