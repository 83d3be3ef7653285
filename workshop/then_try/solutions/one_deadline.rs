//! The number of the step is kept outside of the future that is dropped.
async fn steps() -> Result<u32, Elapsed> {
    let current = std::cell::Cell::new(0);
    let work = async {
        let mut sum = 0;
        for number in 1..=3 {
            current.set(number);
            sum += step(number).await;
        }
        sum
    };
    let result = timeout(ms(100), work).await;
    if result.is_err() {
        say!("step {} was under way", current.get());
    }
    result
}
