//! Mistake: a value of one sensor had to wait for one of the other
async fn program() -> u32 {
    let (slow, quick) = (sensor("slow", 100, 3), sensor("quick", 70, 2));
    let mut pairs = pin!(slow.zip(quick));
    let mut sum = 0;
    while let Some(((a, one), (b, two))) = pairs.next().await {
        say!("{b} {two}");
        say!("{a} {one}");
        sum += one + two;
    }
    sum
}
