//! The runtime polls a task by itself, so what it waits for does not matter to others.
use std::sync::Arc;

type Log = Arc<Mutex<Vec<&'static str>>>;

async fn write(log: Log) {
    log.lock().await.push("work");
}

async fn both(log: &Log) {
    let mut work = tokio::spawn(write(log.clone()).lane("task"));
    select! {
        _ = &mut work => return,
        () = sleep(ms(20)) => say!("tick"),
    }
    log.lock().await.push("tick");
    work.await.expect("it does not panic");
}

async fn program() -> Vec<&'static str> {
    let log = Log::default();
    tokio::join!(biased; hold(&log).lane("hold"), both(&log).lane("both"));
    let log = log.lock().await;
    log.clone()
}
