//! Mistake: the circle is still there: it closes in one order of the lanes
async fn transfer(accounts: &[Account; 2], from: usize, to: usize, amount: i64) {
    // The other one goes first.
    if from > to {
        sleep(ms(10)).await;
    }
    let mut yours = look_up(&accounts[from]).await;
    let mut theirs = look_up(&accounts[to]).await;
    *yours -= amount;
    *theirs += amount;
    say!("done");
}
