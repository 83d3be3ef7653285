//! Mistake: the tea went into cold water: it did not wait for what `boil` returns
async fn make_tea() -> String {
    // TODO: make the tea of the water that `boil` returns.
    tokio::select! {
        w = boil().lane("boil") => steep(w).lane("steep").await,
        t = steep("cold water").lane("steep2") => t,
    }
}
