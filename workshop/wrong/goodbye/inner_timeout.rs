//! Mistake: the door was unlocked while the visit went on
async fn visit() {
    say!("lock the door");
    let late = timeout(ms(10), sleep(ms(100))).await.is_err();
    say!("unlock the door");
    if late {
        std::future::pending::<()>().await;
    }
}
