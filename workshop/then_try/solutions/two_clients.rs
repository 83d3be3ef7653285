//! The set is dropped when the time is over, and with it the tasks that are left.
async fn serve(mut clients: mpsc::Receiver<DuplexStream>) {
    let mut tasks = JoinSet::new();
    while let Some(client) = clients.recv().await {
        tasks.spawn(echo(client).lane("echo"));
    }
    let _ = tokio::time::timeout(ms(5000), tasks.join_all()).await;
}
