//! Each message has three attempts.
async fn producer(send: mpsc::Sender<u32>) {
    for number in 1..=3 {
        let mut room = None;
        for _ in 0..3 {
            match timeout(ms(30), send.reserve()).await {
                Ok(free) => {
                    room = Some(free.expect("the consumer is there"));
                    break;
                }
                Err(_) => say!("no room"),
            }
        }
        let Some(room) = room else { return };
        room.send(number);
    }
}
