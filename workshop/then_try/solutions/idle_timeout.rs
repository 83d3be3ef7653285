//! A second timer, which is only looked at as long as it has not fired.
async fn session(mut lines: mpsc::Receiver<&'static str>) {
    let mut tick = interval(seconds(5));
    let mut idle = Box::pin(sleep(seconds(30)));
    let mut warning = Box::pin(sleep(seconds(20)));
    let mut warned = false;
    loop {
        select! {
            _ = tick.tick() => {}
            Some(line) = lines.recv() => {
                say!("{line}");
                idle.as_mut().reset(Instant::now() + seconds(30));
                warning.as_mut().reset(Instant::now() + seconds(20));
                warned = false;
            }
            () = &mut warning, if !warned => {
                say!("soon over");
                warned = true;
            }
            () = &mut idle => break,
        }
    }
    say!("goodbye");
}
