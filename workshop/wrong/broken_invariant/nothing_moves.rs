//! Mistake: a transfer that is not cut short does not move the money
async fn transfer(_accounts: &Accounts, _amount: u32) {
    ask_the_bank().await;
}
