//! Mistake: “step 1” was said by a task without a lane, and a lane should have said it
async fn steps() -> Result<u32, Elapsed> {
    let all = async {
        let mut sum = 0;
        for number in 1..=3 {
            sum += tokio::spawn(step(number)).await.expect("it does not panic");
        }
        sum
    };
    timeout(ms(100), all).await
}
