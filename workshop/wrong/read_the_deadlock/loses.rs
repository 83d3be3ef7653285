//! Mistake: money was lost, or made
async fn transfer(accounts: &[Account; 2], from: usize, to: usize, amount: i64) {
    let mut yours = look_up(&accounts[from]).await;
    *yours -= amount;
    drop(yours);
    if let Ok(mut theirs) = accounts[to].try_lock() {
        *theirs += amount;
    }
    say!("done");
}
