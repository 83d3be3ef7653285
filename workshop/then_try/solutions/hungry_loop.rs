//! Fetching goes on whatever the loop does; but the pages are stored one at a time.
async fn copy() {
    let (send, mut pages) = tokio::sync::mpsc::channel(4);
    let fetcher = async move {
        let fetches = stream::iter(1..=4).map(|page| fetch(page).lane(format!("fetch {page}")));
        let mut fetched = fetches.buffered(2);
        while let Some(page) = fetched.next().await {
            send.send(page).await.expect("the loop is there");
        }
    };
    let fetcher = tokio::spawn(fetcher.lane("fetcher"));
    while let Some(page) = pages.recv().await {
        store(page).lane("store").await;
    }
    fetcher.await.expect("it does not panic");
}
