//! Each account is locked for itself, and not while the other one is.
async fn transfer(accounts: &[Account; 2], from: usize, to: usize, amount: i64) {
    *look_up(&accounts[from]).await -= amount;
    *look_up(&accounts[to]).await += amount;
    say!("done");
}
