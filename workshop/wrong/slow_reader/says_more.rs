//! Mistake: it does not hold that each client says one line, and nothing else is said
async fn serve(clients: Vec<DuplexStream>) {
    for mut client in clients {
        if timeout(ms(1000), client.write_all(&[7; 64])).await.is_err() {
            say!("gave up");
        }
    }
}
