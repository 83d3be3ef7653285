//! The box can be moved, and the future in it stays where it is.
async fn program() -> u32 {
    let mut work = Box::pin(work());
    for _ in 0..2 {
        tokio::select! {
            output = &mut work => return output,
            () = sleep(ms(40)) => say!("tick"),
        }
    }
    let rest = async_concepts::LaneExt::lane(work, "rest");
    tokio::spawn(rest).await.expect("it does not panic")
}
