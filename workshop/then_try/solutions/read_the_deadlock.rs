//! An order is an order for any number of them.
async fn program() -> (i64, i64) {
    let accounts = [Mutex::new(given(100)), Mutex::new(50)];
    join!(
        transfer(&accounts, 0, 1, 30).lane("A"),
        transfer(&accounts, 1, 0, 20).lane("B"),
        transfer(&accounts, 0, 1, 5).lane("C"),
    );
    let [first, second] = accounts.map(Mutex::into_inner);
    (first, second)
}
