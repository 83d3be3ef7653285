//! Mistake: it never ends
async fn copy() {
    let mut pages =
        stream::iter(1..=4).map(|page| fetch(page).lane(format!("fetch {page}"))).buffered(2);
    // TODO: fetch the next pages while these are stored.
    std::future::pending::<()>().await;
    while let Some(page) = pages.next().await {
        store(page).lane("store").await;
    }
}
