//! Mistake: the transfer itself was changed: the money does not go at all
async fn transfer() {
    say!("asking the bank");
    sleep(ms(100)).await;
    return;
    #[allow(unreachable_code)]
    say!("the money is gone");
}
