//! Mistake: the pages were stored one at a time
async fn copy() {
    let (send, mut receive) = tokio::sync::mpsc::channel(2);
    tokio::spawn(async move {
        let mut pages =
            stream::iter(1..=4).map(|page| fetch(page).lane(format!("fetch {page}"))).buffered(2);
        while let Some(page) = pages.next().await {
            send.send(page).await.unwrap();
        }
    });
    // TODO: fetch the next pages while these are stored.
    while let Some(page) = receive.recv().await {
        store(page).lane("store").await;
    }
}
