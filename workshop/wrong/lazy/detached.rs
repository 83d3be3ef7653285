//! Mistake: the program was over before its task had begun
async fn breakfast() -> &'static str {
    tokio::spawn(brew().lane("brew"));
    say!("the table is laid");
    "coffee"
}
