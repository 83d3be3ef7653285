//! A `watch` channel keeps its value for all that look.
use tokio::sync::watch;

async fn worker(mut news: watch::Receiver<bool>) {
    sleep(ms(50)).await;
    say!("waits");
    news.wait_for(|there| *there).await.expect("the editor is there");
    sleep(ms(50)).await;
    say!("is done");
}

async fn editor(news: &watch::Sender<bool>) {
    sleep(ms(given(0))).await;
    news.send_replace(true);
}

async fn program() {
    let news = watch::Sender::new(false);
    let (one, other) = (worker(news.subscribe()), worker(news.subscribe()));
    join!(one.lane("worker"), other.lane("worker"), editor(&news).lane("editor"));
}
