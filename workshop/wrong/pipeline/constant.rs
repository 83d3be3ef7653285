//! Mistake: no page was fetched
/// The even pages, two at a time.
async fn pages() -> Vec<u64> {
    let _ = (ready(()), stream::iter(1..2).map(|p| p), LaneExt::lane(fetch(2), ""));
    sleep(ms(220)).await;
    vec![2, 4, 6, 8]
    // TODO: the server lets two fetches run at the same time. Make use of that.
}
