use super::*;

async fn slow_but_steady() -> usize {
    let (mut client, ours) = duplex(16);
    let reader = async {
        let mut total = 0;
        loop {
            sleep(std::time::Duration::from_millis(700)).await;
            let read = client.read(&mut [0; 16]).await.expect("a pipe in memory does not fail");
            if read == 0 {
                return total;
            }
            total += read;
        }
    };
    join!(serve(vec![ours]).lane("server"), reader.lane("slow")).1
}

#[test]
fn a_client_that_is_slow_gets_all_of_its_page() {
    workshop::attempt(slow_but_steady).predicted(PREDICTION).returns(64).verdict();
}
