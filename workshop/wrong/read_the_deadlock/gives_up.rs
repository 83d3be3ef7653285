//! Mistake: a transfer was given up, and its money did not move
async fn transfer(accounts: &[Account; 2], from: usize, to: usize, amount: i64) {
    let mut yours = look_up(&accounts[from]).await;
    let Ok(mut theirs) = accounts[to].try_lock() else { return };
    *yours -= amount;
    *theirs += amount;
    say!("done");
}
