//! Mistake: values were kept in a queue, and the display is late
async fn display(mut values: watch::Receiver<u32>) -> Vec<u32> {
    let mut queue = vec![];
    while values.changed().await.is_ok() {
        queue.push(*values.borrow_and_update());
    }
    for value in &queue {
        say!("shows {value}");
        sleep(ms(60)).await;
    }
    queue
}
