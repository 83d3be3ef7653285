//! Mistake: only the first client was served
async fn serve(mut clients: mpsc::Receiver<DuplexStream>) {
    if let Some(client) = clients.recv().await {
        clients.close();
        drop(clients);
        echo(client).lane("echo").await;
    }
}
