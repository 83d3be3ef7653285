//! In a box, which can move while the future in it does not.
async fn program() -> u32 {
    let mut work = Box::pin(work());
    loop {
        tokio::select! {
            output = &mut work => return output,
            () = sleep(ms(40)) => say!("tick"),
        }
    }
}
