//! Mistake: a new value was only shown if it was larger than the one before
async fn display(mut values: watch::Receiver<u32>) -> Vec<u32> {
    let mut shown = vec![];
    let mut last = 0;
    while let Ok(value) = values.wait_for(|value| *value > last).await.map(|value| *value) {
        last = value;
        shown.push(value);
        say!("shows {value}");
        sleep(ms(60)).await;
    }
    shown
}
