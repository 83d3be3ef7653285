//! It takes as long, and page 4 does not wait for page 2.
async fn pages() -> Vec<u64> {
    stream::iter(1..=8)
        .filter(|page| ready(page % 2 == 0))
        .map(|page| fetch(page).lane(format!("page {page}")))
        .buffer_unordered(2)
        .collect()
        .await
}
