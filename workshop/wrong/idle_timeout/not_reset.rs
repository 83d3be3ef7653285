//! Mistake: a line did not put the end off
async fn session(mut lines: mpsc::Receiver<&'static str>) {
    let mut tick = interval(seconds(5));
    let mut idle = Box::pin(sleep(seconds(30)));
    loop {
        select! {
            _ = tick.tick() => {}
            Some(line) = lines.recv() => say!("{line}"),
            () = &mut idle => break,
        }
    }
    say!("goodbye");
}
