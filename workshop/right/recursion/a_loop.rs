//! Without recursion.
async fn program() -> u32 {
    let mut sum = 0;
    for n in (1..=given(3)).rev() {
        pause().await;
        say!("{n}");
        sum += n;
    }
    sum
}
