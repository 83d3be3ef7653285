//! Mistake: A was not stopped when B had failed
async fn order() -> Result<(), &'static str> {
    let mut a = spawn(check_the_stock().lane("A"));
    let mut b = spawn(charge_the_card().lane("B"));
    tokio::select! {
        result = &mut a => {
            let result = result.expect("it does not panic");
            if result.is_err() {
                b.abort();
                return result;
            }
            b.await.expect("it does not panic")
        }
        result = &mut b => {
            result.expect("it does not panic")?;
            a.await.expect("it does not panic")
        }
    }
}
