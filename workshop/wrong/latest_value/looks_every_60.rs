//! Mistake: the last value was never shown
async fn display(mut values: watch::Receiver<u32>) -> Vec<u32> {
    let mut shown = vec![];
    while let Ok(changed) = values.has_changed() {
        if changed {
            let value = *values.borrow_and_update();
            shown.push(value);
            say!("shows {value}");
        }
        sleep(ms(60)).await;
    }
    shown
}
