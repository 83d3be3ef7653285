//! Mistake: the timeout let go of the handle, and the task ran on
async fn pay() -> Result<(), &'static str> {
    let transfer = spawn(transfer().lane("transfer"));
    tokio::select! {
        _ = transfer => Ok(()),
        () = sleep(ms(50)) => Err("too slow"),
    }
}
