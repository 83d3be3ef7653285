//! Mistake: the slow client was thrown out
async fn serve(mut clients: mpsc::Receiver<DuplexStream>) {
    while let Some(client) = clients.recv().await {
        // TODO: a slow client must not delay the others.
        let _ = tokio::time::timeout(ms(10), echo(client).lane("echo")).await;
    }
}
