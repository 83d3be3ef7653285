//! Mistake: the client that reads was served late: a second is the limit
async fn serve(clients: Vec<DuplexStream>) {
    for mut client in clients {
        let _ = timeout(ms(2000), client.write_all(&[7; 64])).await;
    }
}
