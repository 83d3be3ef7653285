//! The timeout is polled after the transfer has given way, which is at 80 ms.
async fn transfer() {
    say!("asking the bank");
    async_concepts::block(ms(80));
    sleep(ms(100)).await;
    say!("the money is gone");
}
