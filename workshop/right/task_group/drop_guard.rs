//! Drop guard.
async fn order() -> Result<(), &'static str> {
    let a = spawn(check_the_stock().lane("A"));
    let b = spawn(charge_the_card().lane("B"));
    // TODO: nothing that was started here may outlive this function.
    struct AbortOnDrop<T>(tokio::task::JoinHandle<T>);
    impl<T> Drop for AbortOnDrop<T> {
        fn drop(&mut self) {
            self.0.abort()
        }
    }
    let (mut a, mut b) = (AbortOnDrop(a), AbortOnDrop(b));
    tokio::try_join!(async { (&mut a.0).await.unwrap() }, async { (&mut b.0).await.unwrap() })?;
    Ok(())
}
