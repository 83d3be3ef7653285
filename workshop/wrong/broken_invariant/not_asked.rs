//! Mistake: the bank was not asked before the money went
async fn transfer(accounts: &Accounts, amount: u32) {
    accounts.yours.set(accounts.yours.get() - amount);
    accounts.theirs.set(accounts.theirs.get() + amount);
}
