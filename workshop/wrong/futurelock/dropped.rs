//! Mistake: the work was dropped, and never done
async fn both(log: &Mutex<Vec<&'static str>>) {
    select! {
        () = work(log).lane("work") => return,
        () = sleep(ms(20)) => say!("tick"),
    }
    log.lock().await.push("tick");
}
