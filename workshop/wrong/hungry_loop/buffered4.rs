//! Mistake: all four were fetched at once, and the server allows two
async fn copy() {
    let pages =
        stream::iter(1..=4).map(|page| fetch(page).lane(format!("fetch {page}"))).buffered(4);
    // TODO: fetch the next pages while these are stored.
    pages.for_each_concurrent(None, |page| store(page).lane("store")).await;
}
