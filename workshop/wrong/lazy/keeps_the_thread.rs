//! Mistake: the thread was kept
async fn breakfast() -> &'static str {
    let _coffee = brew().lane("brew");
    say!("the table is laid");
    // TODO: nothing is brewed. Serve what comes out of the machine, after the table is laid.
    std::thread::sleep(std::time::Duration::from_millis(6000));
    "nothing"
}
