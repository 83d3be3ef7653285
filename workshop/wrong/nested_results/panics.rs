//! Mistake: main panicked
async fn total() -> Size {
    let (a, b, c) = (measure("A", 300, true), measure("B", 100, false), measure("C", 500, true));
    // TODO: an error should be heard of as soon as it happens.
    todo!();
    let (a, b, c) = try_join!(a, b, c).map_err(|error| error.to_string())?;
    Ok(a? + b? + c?)
}
