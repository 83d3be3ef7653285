//! Mistake: `c` was dropped before it was done
async fn program() {
    let a = call_later(300, "a");
    let b = call_later(200, "b");
    let c = call_later(100, "c");
    sleep(ms(150)).await;
    say!("cancel b");
    b.abort();
    c.abort();
    let _ = c.await;
    a.await.expect("a is called");
}
