//! Each stream says that it has ended with a last item of its own.
async fn program() -> u32 {
    let to_its_end = |sensor| StreamExt::map(sensor, Some).chain(futures::stream::iter([None]));
    let slow = to_its_end(sensor("slow", 100, 3).boxed_local());
    let quick = to_its_end(sensor("quick", 70, 2).boxed_local());
    let mut values = pin!(futures::stream::select(slow, quick));
    let mut sum = 0;
    while let Some(Some((name, value))) = values.next().await {
        say!("{name} {value}");
        sum += value;
    }
    sum
}
