//! Mistake: it waited for the clock, not for the callbacks
async fn program() {
    for number in 0..3 {
        call_soon(number);
    }
    say!("9");
    tokio::time::sleep(workshop::ms(1)).await;
}
