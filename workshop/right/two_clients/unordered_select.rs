//! Unordered select.
async fn serve(mut clients: mpsc::Receiver<DuplexStream>) {
    let mut set = futures::stream::FuturesUnordered::new();
    loop {
        tokio::select! {
            c = clients.recv() => match c {
                Some(c) => set.push(echo(c).lane("echo")),
                None => break,
            },
            Some(()) = futures::StreamExt::next(&mut set) => {}
        }
    }
    while let Some(()) = futures::StreamExt::next(&mut set).await {}
}
