//! Mistake: the news came before the worker waited, and nothing kept them
async fn editor(news: &Notify) {
    sleep(ms(given(0))).await;
    tokio::task::yield_now().await;
    news.notify_waiters();
}
