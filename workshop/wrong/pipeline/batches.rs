//! Mistake: it waited until both of two pages had come, and only then fetched the next two
async fn pages() -> Vec<u64> {
    stream::iter(1..=8)
        .filter(|page| ready(page % 2 == 0))
        .chunks(2)
        .then(|two| {
            futures::future::join_all(
                two.into_iter().map(|page| fetch(page).lane(format!("page {page}"))),
            )
        })
        .flat_map(stream::iter)
        .collect()
        .await
}
