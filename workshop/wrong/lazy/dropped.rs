//! Mistake: nothing was brewed: a call only makes a future, and it was never polled
async fn breakfast() -> &'static str {
    drop(brew().lane("brew"));
    say!("the table is laid");
    "tea"
}
