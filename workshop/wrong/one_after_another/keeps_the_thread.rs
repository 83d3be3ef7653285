//! Mistake: the thread was kept
async fn make_tea() -> String {
    // TODO: make the tea of the water that `boil` returns.
    std::thread::sleep(std::time::Duration::from_millis(6000));
    let (_water, tea) = join!(boil().lane("boil"), steep("cold water").lane("steep"));
    tea
}
