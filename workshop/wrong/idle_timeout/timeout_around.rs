//! Mistake: a line did not put the end off
async fn session(mut lines: mpsc::Receiver<&'static str>) {
    let mut tick = interval(seconds(5));
    let _ = tokio::time::timeout(seconds(30), async {
        loop {
            select! {
                _ = tick.tick() => {}
                Some(line) = lines.recv() => say!("{line}"),
            }
        }
    })
    .await;
    say!("goodbye");
}
