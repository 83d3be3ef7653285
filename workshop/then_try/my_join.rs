use super::*;

/// How often a nap of this many milliseconds was polled.
async fn polls(time: u64) -> u32 {
    let mut nap = pin!(sleep(ms(time)));
    let mut polls = 0;
    poll_fn(|context| {
        polls += 1;
        nap.as_mut().poll(context)
    })
    .await;
    polls
}

async fn both() -> (u32, u32) {
    my_join(polls(100), polls(200)).await
}

#[test]
fn only_the_part_that_was_woken_is_polled() {
    workshop::attempt(both).predicted(PREDICTION).takes(200).returns((2, 2)).verdict();
}
