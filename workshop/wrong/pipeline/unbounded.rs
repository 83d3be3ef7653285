//! Mistake: all pages were fetched at once, and the server allows two
async fn pages() -> Vec<u64> {
    let pages = (1..=8).filter(|page| page % 2 == 0);
    futures::future::join_all(pages.map(|page| fetch(page).lane(format!("page {page}")))).await
}
