//! The timeout owns the future that owns the stream, and drops both.
async fn program() {
    let ten = ticker().take(10).for_each(async |tick| say!("tick {tick}"));
    let _ = tokio::time::timeout(ms(250), ten).await;
    sleep(ms(300)).lane("other work").await;
    say!("the other work is done");
}
