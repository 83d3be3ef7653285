//! Mistake: the client that reads did not get its page
async fn serve(clients: Vec<DuplexStream>) {
    for mut client in clients {
        let _ = timeout(ms(1000), client.write(&[7; 8])).await;
    }
}
