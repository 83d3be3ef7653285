//! `recv` gives `None` when the last sender has been dropped.
async fn counter(mut questions: mpsc::Receiver<Add>) {
    let (mut sum, mut answered) = (0, 0);
    while let Some(Add { amount, answer }) = questions.recv().await {
        sleep(ms(30)).await;
        sum += given(amount);
        answered += 1;
        answer.send(sum).ok(); // the client may have gone
    }
    say!("{answered} answered");
}
