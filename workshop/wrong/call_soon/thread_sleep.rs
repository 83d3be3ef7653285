//! Mistake: the thread slept, and with it the loop that should have called the callbacks
async fn program() {
    for number in 0..3 {
        call_soon(number);
    }
    say!("9");
    std::thread::sleep(workshop::ms(20));
}
