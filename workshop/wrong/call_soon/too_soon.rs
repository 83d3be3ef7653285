//! Mistake: the callbacks were called before 9 was printed: the program gave way too soon
async fn program() {
    for number in 0..3 {
        call_soon(number).await.expect("a callback does not panic");
    }
    say!("9");
}
