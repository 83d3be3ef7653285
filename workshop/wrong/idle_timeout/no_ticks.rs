//! Mistake: the ticks were not served while it waited for lines
async fn session(mut lines: mpsc::Receiver<&'static str>) {
    let mut tick = interval(seconds(5));
    tick.tick().await;
    while let Ok(Some(line)) = tokio::time::timeout(seconds(30), lines.recv()).await {
        say!("{line}");
    }
    say!("goodbye");
}
