//! Mistake: the end was only looked for when a tick came
async fn session(mut lines: mpsc::Receiver<&'static str>) {
    let mut tick = interval(seconds(5));
    let mut last = Instant::now();
    while last.elapsed() < seconds(30) {
        select! {
            _ = tick.tick() => {}
            Some(line) = lines.recv() => {
                say!("{line}");
                last = Instant::now();
            }
        }
    }
    say!("goodbye");
}
