//! Mistake: serve panicked
async fn serve(mut clients: mpsc::Receiver<DuplexStream>) {
    while let Some(client) = clients.recv().await {
        // TODO: a slow client must not delay the others.
        todo!();
        echo(client).lane("echo").await;
    }
}
