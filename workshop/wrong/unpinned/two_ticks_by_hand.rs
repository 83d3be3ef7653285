//! Mistake: “tick” should not have been said
async fn program() -> u32 {
    let ticks = async {
        for _ in 0..2 {
            sleep(ms(40)).await;
            say!("tick");
        }
    };
    futures::join!(work(), ticks).0
}
