//! Mistake: the thread was kept
async fn program() {
    for number in 0..3 {
        call_soon(number);
    }
    say!("9");
    // TODO: the program ends here. Let it wait until all callbacks have been called.
    std::thread::sleep(std::time::Duration::from_millis(6000));
}
