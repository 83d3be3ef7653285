//! One part fetches, the other stores, and a channel is between them.
use futures::FutureExt;

async fn copy() {
    let (send, mut receive) = tokio::sync::mpsc::channel(2);
    let fetch_all = async move {
        let pages =
            stream::iter(1..=4).map(|page| fetch(page).lane(format!("fetch {page}"))).buffered(2);
        pages.for_each(|page| send.send(page).map(|_| ())).await;
    };
    let store_all = async {
        let mut stores = tokio::task::JoinSet::new();
        while let Some(page) = receive.recv().await {
            stores.spawn(store(page).lane("store"));
        }
        stores.join_all().await;
    };
    futures::join!(fetch_all, store_all);
}
