//! No timer that is kept, but a deadline; each turn may make a new timer for it.
use tokio::time::sleep_until;

async fn session(mut lines: mpsc::Receiver<&'static str>) {
    let mut tick = interval(seconds(5));
    let mut idle = Instant::now() + seconds(30);
    loop {
        select! {
            _ = tick.tick() => {}
            Some(line) = lines.recv() => {
                say!("{line}");
                idle = Instant::now() + seconds(30);
            }
            () = sleep_until(idle) => break,
        }
    }
    say!("goodbye");
}
