use super::*;

async fn two_waiters() -> (u32, u32) {
    let slot = Slot::default();
    let set = async {
        sleep(ms(100)).await;
        slot.set(7);
    };
    let (one, other, ()) = tokio::join!(slot.clone().lane("one"), slot.clone().lane("other"), set);
    (one, other)
}

#[test]
fn all_that_wait_are_woken() {
    workshop::attempt(two_waiters).predicted(PREDICTION).takes(100).returns((7, 7)).verdict();
}
