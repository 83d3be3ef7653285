//! Mistake: the thread slept, as with `std::thread::sleep`, and no future could run meanwhile
async fn brew() -> &'static str {
    say!("the machine starts");
    std::thread::sleep(ms(300));
    given("coffee")
}

async fn breakfast() -> &'static str {
    let coffee = brew().lane("brew");
    say!("the table is laid");
    // TODO: nothing is brewed. Serve what comes out of the machine, after the table is laid.
    coffee.await
}
