//! Mistake: the callbacks were called before 9 was printed: the program gave way too soon
async fn program() {
    for number in 0..3 {
        call_soon(number).await.unwrap();
    }
    say!("9");
    // TODO: the program ends here. Let it wait until all callbacks have been called.
}
