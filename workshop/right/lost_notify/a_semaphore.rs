//! A permit stays until it is taken.
async fn worker(news: &tokio::sync::Semaphore) {
    sleep(ms(50)).await;
    say!("waits");
    news.acquire().await.expect("it is never closed").forget();
    sleep(ms(50)).await;
    say!("is done");
}

async fn editor(news: &tokio::sync::Semaphore) {
    sleep(ms(given(0))).await;
    news.add_permits(1);
}

async fn program() {
    let news = tokio::sync::Semaphore::new(0);
    join!(worker(&news).lane("worker"), editor(&news).lane("editor"));
}
