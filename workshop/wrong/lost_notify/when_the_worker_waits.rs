//! Mistake: in one order of the lanes the news came before the worker waited, and were lost
async fn editor(news: &Notify) {
    let half = ms(given(0)).max(ms(50)) / 2;
    sleep(half).await;
    sleep(half).await;
    news.notify_waiters();
}
