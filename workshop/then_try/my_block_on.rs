use super::*;

/// A thread unparks this one five times without a wake, and then wakes it. Returns how often the
/// future was polled.
async fn without_a_reason() -> u32 {
    let mut polls = 0;
    let (wake, mut woken) = oneshot::channel();
    let mut wake = Some(wake);
    let main = thread::current();
    my_block_on(poll_fn(|context| {
        polls += 1;
        let polled = pin!(&mut woken).poll(context);
        if let Some(wake) = wake.take() {
            let main = main.clone();
            thread::spawn(move || {
                for _ in 0..5 {
                    thread::sleep(ms(5));
                    main.unpark();
                }
                thread::sleep(ms(5));
                let _ = wake.send(());
            });
        }
        polled
    }))
    .expect("it is woken");
    polls
}

#[test]
fn a_thread_that_wakes_without_a_reason_does_not_poll() {
    workshop::attempt(without_a_reason).predicted(PREDICTION).may_sleep().returns(2).verdict();
}
