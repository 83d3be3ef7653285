//! Mistake: the news came before the worker waited, in another order of the lanes, and were lost
async fn editor(news: &Notify) {
    let half = ms(given(0)).max(ms(50)) / 2;
    sleep(half).await;
    sleep(half).await;
    news.notify_waiters();
}
