//! As most people would write it.
async fn order() -> Result<(), &'static str> {
    let mut set = tokio::task::JoinSet::new();
    set.spawn(check_the_stock().lane("A"));
    set.spawn(charge_the_card().lane("B"));
    // TODO: nothing that was started here may outlive this function.
    while let Some(r) = set.join_next().await {
        r.expect("x")?;
    }
    Ok(())
}
