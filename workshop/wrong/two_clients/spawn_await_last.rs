//! Mistake: the fast client had to wait for the slow one
async fn serve(mut clients: mpsc::Receiver<DuplexStream>) {
    while let Some(client) = clients.recv().await {
        // TODO: a slow client must not delay the others.
        tokio::spawn(echo(client).lane("echo")).await.unwrap();
    }
}
