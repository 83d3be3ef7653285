//! Mistake: a transfer that is quick enough was given up
async fn pay() -> Result<(), &'static str> {
    let transfer = spawn(transfer().lane("transfer"));
    // TODO: when the time is over, no money may go any more.
    sleep(ms(50)).await;
    transfer.abort();
    Err("too slow")
}
