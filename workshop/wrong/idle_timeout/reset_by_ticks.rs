//! Mistake: the thirty seconds never came to an end: is the timer made, or reset, at each tick?
async fn session(mut lines: mpsc::Receiver<&'static str>) {
    let mut tick = interval(seconds(5));
    let mut idle = Box::pin(sleep(seconds(30)));
    loop {
        select! {
            _ = tick.tick() => {}
            Some(line) = lines.recv() => say!("{line}"),
            () = &mut idle => break,
        }
        idle.as_mut().reset(Instant::now() + seconds(30));
    }
    say!("goodbye");
}
