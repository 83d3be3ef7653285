//! The limit is for each `write`, which takes as much as there is room for, and not for all of the
//! page.
async fn serve(clients: Vec<DuplexStream>) {
    for mut client in clients {
        let mut page: &[u8] = &[7; 64];
        while !page.is_empty() {
            match timeout(ms(1000), client.write(page)).await {
                Ok(Ok(written)) => page = &page[written..],
                _ => break,
            }
        }
    }
}
