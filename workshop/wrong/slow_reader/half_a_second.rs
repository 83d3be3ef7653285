//! Mistake: a client that is slow was given up before its second was over
async fn serve(clients: Vec<DuplexStream>) {
    for mut client in clients {
        let _ = timeout(ms(500), client.write_all(&[7; 64])).await;
    }
}
