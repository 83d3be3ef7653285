//! Mistake: no fetch was begun while two pages were being stored: is there a limit too many?
async fn copy() {
    let pages =
        stream::iter(1..=4).map(|page| fetch(page).lane(format!("fetch {page}"))).buffered(2);
    pages.for_each_concurrent(2, |page| store(page).lane("store")).await;
}
