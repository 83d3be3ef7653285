//! Mistake: the fast client had to wait for the slow one
async fn serve(mut clients: mpsc::Receiver<DuplexStream>) {
    while let Some(client) = clients.recv().await {
        tokio::spawn(echo(client).lane("echo")).await.expect("it does not panic");
    }
}
