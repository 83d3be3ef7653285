//! A limit for each piece.
async fn serve(clients: Vec<DuplexStream>) {
    for mut client in clients {
        let mut left = 64;
        while left > 0 {
            match timeout(ms(1000), client.write(&[7; 64][..left])).await {
                Ok(Ok(n)) if n > 0 => left -= n,
                _ => break,
            }
        }
    }
}
