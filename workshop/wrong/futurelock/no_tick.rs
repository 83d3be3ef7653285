//! Mistake: the tick was not written down
async fn both(log: &Mutex<Vec<&'static str>>) {
    let mut work = pin!(work(log).lane("work"));
    select! {
        () = &mut work => return,
        () = sleep(ms(20)) => say!("tick"),
    }
    work.await;
}
