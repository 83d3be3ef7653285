//! Mistake: no fetch was begun while two pages were being stored: is there a limit too many?
async fn copy() {
    let both = async |page: u64| {
        let page = fetch(page).lane(format!("fetch {page}")).await;
        store(page).lane("store").await;
    };
    stream::iter(1..=4).for_each_concurrent(2, both).await;
}
