//! As most people would write it.
async fn program() {
    let handles = [call_soon(0), call_soon(1), call_soon(2)];
    say!("9");
    for h in handles {
        h.await.unwrap();
    }
    // TODO: the program ends here. Let it wait until all callbacks have been called.
}
