//! A loop of `select!`.
async fn program() -> u32 {
    let mut slow = pin!(sensor("slow", 100, 3).fuse());
    let mut quick = pin!(sensor("quick", 70, 2).fuse());
    let mut sum = 0;
    loop {
        let (name, value) = tokio::select! {
            Some(item) = slow.next() => item,
            Some(item) = quick.next() => item,
            else => return sum,
        };
        say!("{name} {value}");
        sum += value;
    }
}
