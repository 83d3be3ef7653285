//! Mistake: the thirty seconds never came to an end: is the timer made, or reset, at each tick?
async fn session(mut lines: mpsc::Receiver<&'static str>) {
    let mut tick = interval(seconds(5));
    loop {
        let mut idle = Box::pin(sleep(seconds(30)));
        select! {
            _ = tick.tick() => {}
            Some(line) = lines.recv() => say!("{line}"),
            () = &mut idle => break,
        }
    }
    say!("goodbye");
}
