//! Mistake: values are missing
async fn program() -> u32 {
    let mut values = pin!(sensor("slow", 100, 3));
    let mut sum = 0;
    while let Some((name, value)) = values.next().await {
        say!("{name} {value}");
        sum += value;
    }
    sum
}
