//! Mistake: the circle is still there: only the times kept it open
async fn transfer(accounts: &[Account; 2], from: usize, to: usize, amount: i64) {
    sleep(ms(20 * from as u64)).await;
    let mut yours = look_up(&accounts[from]).await;
    let mut theirs = look_up(&accounts[to]).await;
    *yours -= amount;
    *theirs += amount;
    say!("done");
}
