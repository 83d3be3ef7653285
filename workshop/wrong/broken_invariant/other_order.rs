//! Mistake: the money was given and not taken
async fn transfer(accounts: &Accounts, amount: u32) {
    accounts.theirs.set(accounts.theirs.get() + amount);
    ask_the_bank().await;
    accounts.yours.set(accounts.yours.get() - amount);
}
