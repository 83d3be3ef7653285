//! Mistake: the thread slept, as with `std::thread::sleep`, and no future could run meanwhile
async fn program() {
    for number in 0..3 {
        call_soon(number);
    }
    say!("9");
    std::thread::sleep(workshop::ms(300));
}
