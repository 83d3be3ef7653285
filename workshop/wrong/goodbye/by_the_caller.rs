//! Mistake: each caller of `visit` has to remember the door, and the next one will forget it
async fn visit() {
    say!("lock the door");
    sleep(ms(100)).await;
}

async fn museum() {
    let cut_short = timeout(ms(10), visit().lane("visit")).await.is_err();
    say!("unlock the door");
    say!("cut short: {cut_short}");
    sleep(ms(20)).await;
    say!("the lights are out");
}
