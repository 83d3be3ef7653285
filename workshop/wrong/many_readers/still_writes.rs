//! Mistake: each reader had the lock for itself
async fn read(page: &RwLock<String>) {
    let page = page.write().await.downgrade();
    sleep(ms(50)).await;
    let page: &String = &page;
    say!("read {page}");
}
