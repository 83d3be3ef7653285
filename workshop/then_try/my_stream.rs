use super::*;

async fn five_items() -> Vec<u32> {
    Countdown::from(2).take(5).collect().await
}

#[test]
fn it_begins_again_after_a_second() {
    workshop::attempt(five_items)
        .predicted(PREDICTION)
        .takes(2500)
        .returns(vec![2, 1, 2, 1, 2])
        .verdict();
}
