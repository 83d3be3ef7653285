//! Mistake: there is still an `.await` between the two changes, and the future was dropped there
async fn transfer(accounts: &Accounts, amount: u32) {
    ask_the_bank().await;
    accounts.yours.set(accounts.yours.get() - amount);
    tokio::task::yield_now().await;
    accounts.theirs.set(accounts.theirs.get() + amount);
}
