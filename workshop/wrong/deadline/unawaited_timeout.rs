//! Mistake: `pay` gave up at once: the timeout was made, and not awaited
async fn pay() -> Result<(), &'static str> {
    let transfer = spawn(transfer().lane("transfer"));
    // TODO: when the time is over, no money may go any more.
    let _ = timeout(ms(50), transfer);
    Err("too slow")
}
