//! Mistake: everything ran one after another
async fn copy() {
    let mut pages =
        Box::pin(stream::iter(1..=4).then(|page| fetch(page).lane(format!("fetch {page}"))));
    while let Some(page) = pages.next().await {
        store(page).lane("store").await;
    }
}
