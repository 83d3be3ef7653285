//! Mistake: the error of C had to wait for another task
async fn total() -> Size {
    let (a, b, c) = (measure("A", 300, true), measure("B", 100, false), measure("C", 500, true));
    let b = b.await.map_err(|error| error.to_string())??;
    let size = async |task: JoinHandle<Size>| task.await.map_err(|error| error.to_string())?;
    let (a, c) = try_join!(size(a), size(c))?;
    Ok(a + b + c)
}
