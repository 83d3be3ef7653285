//! Mistake: it always begins with 3
async fn program() -> u32 {
    let mut sum = 0;
    for n in [3, 2, 1] {
        pause().await;
        say!("{n}");
        sum += n;
    }
    sum
}
