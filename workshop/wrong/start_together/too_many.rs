//! Mistake: the barrier waits for more than the three that come
async fn run(way: u64, start: &Barrier) {
    sleep(ms(way)).await;
    start.wait().await;
    say!("runs");
    sleep(ms(100)).await;
}

async fn program() {
    let start = Barrier::new(4);
    join!(run(50, &start).lane("A"), run(100, &start).lane("B"), run(200, &start).lane("C"));
}
