//! All clients at the same time.
async fn serve(clients: Vec<DuplexStream>) {
    let all = clients.into_iter().map(|mut client| async move {
        let _ = timeout(ms(1000), client.write_all(&[7; 64])).await;
    });
    futures::future::join_all(all).await;
}
