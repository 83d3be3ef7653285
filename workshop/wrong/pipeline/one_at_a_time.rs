//! Mistake: the pages were fetched one after another
async fn pages() -> Vec<u64> {
    stream::iter(1..=8)
        .filter(|page| ready(page % 2 == 0))
        .map(|page| fetch(page).lane(format!("page {page}")))
        .buffered(1)
        .collect()
        .await
}
