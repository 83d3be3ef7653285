//! The order of the addresses.
async fn transfer(accounts: &[Account; 2], from: usize, to: usize, amount: i64) {
    let mut both = [(from, -amount), (to, amount)];
    both.sort_by_key(|(account, _)| std::cmp::Reverse(std::ptr::from_ref(&accounts[*account])));
    let mut first = look_up(&accounts[both[0].0]).await;
    let mut second = look_up(&accounts[both[1].0]).await;
    *first += both[0].1;
    *second += both[1].1;
    say!("done");
}
