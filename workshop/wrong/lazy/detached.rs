//! Mistake: the program was over before the machine had started
async fn breakfast() -> &'static str {
    tokio::spawn(brew().lane("brew"));
    say!("the table is laid");
    "coffee"
}
