//! Mistake: the error was lost
async fn total() -> Size {
    let (a, b, c) = (measure("A", 300, true), measure("B", 100, false), measure("C", 500, true));
    let (a, b, c) = try_join!(a, b, c).map_err(|error| error.to_string())?;
    Ok([a, b, c].into_iter().flatten().sum())
}
