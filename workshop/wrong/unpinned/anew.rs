//! Mistake: the work was begun anew after each tick, and never ended
async fn program() -> u32 {
    loop {
        tokio::select! {
            output = work() => return output,
            () = sleep(ms(40)) => say!("tick"),
        }
    }
}
