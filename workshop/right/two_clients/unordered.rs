//! No tasks: the clients are served together with the accepting.
use futures::{StreamExt, stream};

async fn serve(clients: mpsc::Receiver<DuplexStream>) {
    let clients = stream::unfold(clients, async |mut clients| {
        clients.recv().await.map(|client| (client, clients))
    });
    clients.for_each_concurrent(None, |client| echo(client).lane("echo")).await;
}
