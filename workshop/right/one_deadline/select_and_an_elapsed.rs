//! `select!`, and a timeout that is over at once.
async fn steps() -> Result<u32, Elapsed> {
    let all = async {
        let mut sum = 0;
        for number in 1..=3 {
            sum += step(number).await;
        }
        sum
    };
    tokio::select! {
        biased;
        sum = all => Ok(sum),
        () = sleep(ms(100)) => {
            timeout(std::time::Duration::ZERO, std::future::pending::<u32>()).await
        }
    }
}
