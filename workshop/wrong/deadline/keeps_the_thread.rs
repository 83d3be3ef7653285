//! Mistake: the thread was kept
async fn pay() -> Result<(), &'static str> {
    let transfer = spawn(transfer().lane("transfer"));
    // TODO: when the time is over, no money may go any more.
    std::thread::sleep(std::time::Duration::from_millis(6000));
    match timeout(ms(50), transfer).await {
        Ok(_) => Ok(()),
        Err(_) => Err("too slow"),
    }
}
