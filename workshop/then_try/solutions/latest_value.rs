//! The receiver decides when it has seen enough.
async fn display(mut values: watch::Receiver<u32>) -> Vec<u32> {
    let mut shown = vec![];
    while values.changed().await.is_ok() {
        let value = *values.borrow_and_update();
        shown.push(value);
        say!("shows {value}");
        if value == 3 {
            break;
        }
        sleep(ms(60)).await;
    }
    shown
}
