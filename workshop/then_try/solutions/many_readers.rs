//! The lock is fair: if readers went first, the writer might wait for ever.
async fn program() -> String {
    let page = RwLock::new("old".to_owned());
    let late = async {
        sleep(ms(20)).await;
        read(&page).await;
    };
    join!(
        biased;
        read(&page).lane("A"),
        read(&page).lane("B"),
        read(&page).lane("C"),
        write(&page).lane("writer"),
        late.lane("D"),
    );
    page.into_inner()
}
