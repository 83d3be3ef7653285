//! Mistake: the slow client was thrown out
async fn serve(mut clients: mpsc::Receiver<DuplexStream>) {
    while let Some(client) = clients.recv().await {
        tokio::spawn(tokio::time::timeout(ms(500), echo(client).lane("echo")));
    }
}
