//! Mistake: only the first line put the end off
async fn session(mut lines: mpsc::Receiver<&'static str>) {
    let mut tick = interval(seconds(5));
    let mut idle = std::pin::pin!(sleep(seconds(30)));
    let mut moved = false;
    loop {
        select! {
            _ = tick.tick() => {}
            Some(line) = lines.recv() => {
                if !moved {
                    idle.as_mut().reset(Instant::now() + seconds(30));
                    moved = true;
                }
                say!("{line}");
            }
            () = &mut idle => break,
        }
    }
    say!("goodbye");
}
