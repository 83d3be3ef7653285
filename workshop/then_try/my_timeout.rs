use super::*;

async fn patient() -> Result<u32, Elapsed> {
    my_timeout(ms(150), work().lane("work")).await
}

#[test]
fn it_complains_before_it_gives_up() {
    workshop::attempt(patient)
        .predicted(PREDICTION)
        .says(&["0.150 main slow", "0.300 work done"])
        .takes(300)
        .returns(Ok(7))
        .verdict();
    workshop::attempt(async || my_timeout(ms(80), work().lane("work")).await)
        .predicted(PREDICTION)
        .says(&["0.080 main slow"])
        .takes(240)
        .returns(Err(Elapsed))
        .verdict();
}
