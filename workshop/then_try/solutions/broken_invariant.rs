//! A guard gives the money back, unless it has been told that all went well.
struct Taken<'a> {
    accounts: &'a Accounts,
    amount: u32,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if self.amount > 0 {
            self.accounts.yours.set(self.accounts.yours.get() + self.amount);
            say!("given back");
        }
    }
}

async fn transfer(accounts: &Accounts, amount: u32) {
    accounts.yours.set(accounts.yours.get() - amount);
    let mut taken = Taken { accounts, amount };
    say!("taken");
    ask_the_bank().await;
    accounts.theirs.set(accounts.theirs.get() + amount);
    taken.amount = 0;
}
