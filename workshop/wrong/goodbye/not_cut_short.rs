//! Mistake: the visit was not cut short
async fn museum() {
    visit().lane("visit").await;
    say!("cut short: true");
    sleep(ms(20)).await;
    say!("the lights are out");
}
