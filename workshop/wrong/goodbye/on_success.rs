//! Mistake: what stands behind an `.await` does not run when the future is dropped
async fn visit() {
    say!("lock the door");
    if timeout(ms(5000), sleep(ms(100))).await.is_ok() {
        say!("unlock the door");
    } else {
        say!("unlock the door anyway");
    }
}
