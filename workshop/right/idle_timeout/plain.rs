//! As most people would write it.
async fn session(mut lines: mpsc::Receiver<&'static str>) {
    let mut tick = interval(seconds(5));
    let mut last = Instant::now();
    loop {
        select! {
            _ = tick.tick() => {}
            Some(line) = lines.recv() => { last = Instant::now(); say!("{line}") }
            // TODO: this timer never gets to its end.
            () = tokio::time::sleep_until(last + seconds(30)) => break,
        }
    }
    say!("goodbye");
}
