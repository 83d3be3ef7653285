//! Mistake: the jobs went in rounds of two: a free place waited for the slower
async fn program() -> Vec<u64> {
    let mut all = vec![];
    for pair in [1, 2, 3, 4, 5].chunks(2) {
        all.extend(
            join_all(pair.iter().map(|number| {
                let number = *number;
                async move { spawn_blocking(on_thread("job", move || job(number))).await.unwrap() }
            }))
            .await,
        );
    }
    all
}
