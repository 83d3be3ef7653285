//! Mistake: each of the two has locked one account, and waits for the other one
async fn transfer(accounts: &[Account; 2], from: usize, to: usize, amount: i64) {
    let mut theirs = look_up(&accounts[to]).await;
    let mut yours = look_up(&accounts[from]).await;
    *yours -= amount;
    *theirs += amount;
    say!("done");
}
