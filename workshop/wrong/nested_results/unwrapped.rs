//! Mistake: an error was made into a panic
async fn total() -> Size {
    let (a, b, c) = (measure("A", 300, true), measure("B", 100, false), measure("C", 500, true));
    let unwrapped = async |task: JoinHandle<Size>| task.await.unwrap().unwrap();
    let (a, b, c) = tokio::join!(unwrapped(a), unwrapped(b), unwrapped(c));
    Ok(a + b + c)
}
