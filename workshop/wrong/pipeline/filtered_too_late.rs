//! Mistake: the odd pages were fetched, too
async fn pages() -> Vec<u64> {
    stream::iter(1..=8)
        .map(|page| fetch(page).lane(format!("page {page}")))
        .buffered(2)
        .filter(|page| ready(page % 2 == 0))
        .collect()
        .await
}
