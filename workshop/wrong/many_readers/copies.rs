//! Mistake: the readers did not hold the lock while they read
async fn read(page: &RwLock<String>) {
    let page = page.read().await.clone();
    sleep(ms(50)).await;
    say!("read {page}");
}
