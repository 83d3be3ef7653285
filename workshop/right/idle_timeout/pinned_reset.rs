//! Pinned reset.
async fn session(mut lines: mpsc::Receiver<&'static str>) {
    let mut tick = interval(seconds(5));
    let mut idle = std::pin::pin!(sleep(seconds(30)));
    loop {
        select! {
            _ = tick.tick() => {}
            Some(line) = lines.recv() => {
                idle.as_mut().reset(Instant::now() + seconds(30));
                say!("{line}")
            }
            // TODO: this timer never gets to its end.
            () = &mut idle => break,
        }
    }
    say!("goodbye");
}
