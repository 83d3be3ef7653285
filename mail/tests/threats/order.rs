//! Threat 25: replies come in the order of the commands, also if one takes longer than those behind
//! it.
use crate::scene::{Postbox, Running, seconds, since};
use mail::smtp::Limits;
use tokio::time::Instant;

#[tokio::test(start_paused = true)]
async fn threat_25_a_slow_message_is_answered_before_the_commands_behind_it() {
    let server = Running::new(Postbox::default(), Limits::default());
    let mut client = server.connect();
    client.hello().await;
    client.data("slow@message").await;
    let begin = Instant::now();
    client.say("hello\r\n.\r\nVRFY alice\r\nNOOP\r\n").await;
    assert_eq!(client.reply().await, "250 2.0.0 fine");
    assert_eq!(since(begin), seconds(10));
    assert_eq!(client.reply().await, "252 2.5.2 cannot say; send a message to find out");
    assert_eq!(client.reply().await, "250 2.0.0 ok");
}

#[tokio::test(start_paused = true)]
async fn threat_25_a_slow_sender_is_answered_before_its_recipients() {
    let server = Running::new(Postbox::default(), Limits::default());
    let mut client = server.connect();
    client.hello().await;
    client
        .say(
            "MAIL FROM:<slow@example.net>\r\nRCPT TO:<bob@example.org>\r\n\
            RCPT TO:<unknown@example.org>\r\nDATA\r\n",
        )
        .await;
    let mut codes = vec![];
    for _ in 0..4 {
        codes.push(client.reply().await[..3].to_owned());
    }
    assert_eq!(codes, ["250", "250", "550", "354"], "the recipients waited for their sender");
}

#[tokio::test(start_paused = true)]
async fn threat_25_a_reply_that_is_known_is_said_before_a_slow_one_is_waited_for() {
    let server = Running::new(Postbox::default(), Limits::default());
    let mut client = server.connect();
    client.hello().await;
    let begin = Instant::now();
    client
        .say(
            "MAIL FROM:<a@example.net>\r\nRCPT TO:<bob@example.org>\r\n\
            RCPT TO:<slow@example.org>\r\n",
        )
        .await;
    client.reply().await;
    assert_eq!(client.reply().await, "250 2.0.0 fine");
    assert_eq!(since(begin), seconds(0));
    client.reply().await;
    assert_eq!(since(begin), seconds(10));
}
