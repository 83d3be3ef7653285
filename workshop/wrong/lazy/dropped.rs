//! Mistake: nothing was brewed: a call only makes a future, and nobody polled it
async fn breakfast() -> &'static str {
    drop(brew().lane("brew"));
    say!("the table is laid");
    "tea"
}
