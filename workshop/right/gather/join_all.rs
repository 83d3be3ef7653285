//! An array instead of arguments.
async fn naps() -> [u64; 3] {
    let naps = [nap(100).lane("A"), nap(300).lane("B"), nap(200).lane("C")];
    futures::future::join_all(naps).await.try_into().expect("there are three")
}
