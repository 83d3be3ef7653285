use super::*;

async fn same_deadline() {
    let (now, mut timers) = (Instant::now(), Timers::default());
    for name in ["z", "a", "m"] {
        timers.call_at(now + ms(100), name);
    }
    while let Some(deadline) = timers.next() {
        sleep_until(deadline).await;
        timers.call_due();
    }
}

#[test]
fn the_older_one_goes_off_first() {
    workshop::attempt(same_deadline)
        .predicted(PREDICTION)
        .says_in_order(&["0.100 main z", "0.100 main a", "0.100 main m"])
        .verdict();
}
