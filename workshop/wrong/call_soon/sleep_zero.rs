//! Mistake: the program was over before the loop got to its callbacks
async fn program() {
    for number in 0..3 {
        call_soon(number);
    }
    say!("9");
    tokio::time::sleep(workshop::ms(0)).await;
    // TODO: the program ends here
}
