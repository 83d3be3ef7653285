//! Mistake: the worker was done before the news had come
async fn worker(_news: &Notify) {
    sleep(ms(50)).await;
    say!("waits");
    sleep(ms(50)).await;
    say!("is done");
}
