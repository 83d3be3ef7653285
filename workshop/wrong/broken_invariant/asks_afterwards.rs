//! Mistake: the money went before the bank had answered
async fn transfer(accounts: &Accounts, amount: u32) {
    accounts.yours.set(accounts.yours.get() - amount);
    accounts.theirs.set(accounts.theirs.get() + amount);
    ask_the_bank().await;
}
