//! Mistake: a task outlived its function, which was dropped by its caller
async fn order() -> Result<(), &'static str> {
    let mut a = spawn(check_the_stock().lane("A"));
    let mut b = spawn(charge_the_card().lane("B"));
    let (first, other) = tokio::select! {
        result = &mut a => (result, b),
        result = &mut b => (result, a),
    };
    let first = first.expect("it does not panic");
    if first.is_err() {
        other.abort();
        return first;
    }
    other.await.expect("it does not panic")
}
