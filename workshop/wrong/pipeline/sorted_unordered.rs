//! Mistake: what it returned has the right values, in another order
async fn pages() -> Vec<u64> {
    let mut all: Vec<u64> = stream::iter(1..=8)
        .filter(|page| ready(page % 2 == 0))
        .map(|page| fetch(page).lane(format!("page {page}")))
        .buffer_unordered(2)
        .collect()
        .await;
    all.sort();
    all
}
