use super::*;

#[test]
fn after_three_times_it_gives_up() {
    workshop::scenario("the consumer takes 100 ms")
        .time(50, 100)
        .attempt(program)
        .predicted(PREDICTION)
        .says(&["0.030 producer no room", "0.060 producer no room", "0.090 producer no room"])
        .takes(200)
        .returns(vec![1, 2])
        .verdict();
}
