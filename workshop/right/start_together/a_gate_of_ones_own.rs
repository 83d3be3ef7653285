//! A count and a `Notify` instead of a barrier.
struct Gate {
    missing: std::cell::Cell<usize>,
    open: tokio::sync::Notify,
}

async fn run(way: u64, start: &Gate) {
    sleep(ms(way)).await;
    let open = start.open.notified();
    start.missing.set(start.missing.get() - 1);
    if start.missing.get() == 0 {
        start.open.notify_waiters();
    } else {
        open.await;
    }
    say!("runs");
    sleep(ms(100)).await;
}

async fn program() {
    let start = Gate { missing: std::cell::Cell::new(3), open: tokio::sync::Notify::new() };
    join!(run(50, &start).lane("A"), run(100, &start).lane("B"), run(200, &start).lane("C"));
}
