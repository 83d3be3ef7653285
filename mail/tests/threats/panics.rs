//! Threat 23: a handler that panics.
use crate::scene::{Postbox, Running};
use mail::smtp::Limits;

#[tokio::test(start_paused = true)]
async fn threat_23_a_panic_of_the_handler_costs_its_own_session_only() {
    let postbox = Postbox::default();
    let server = Running::new(postbox.clone(), Limits { connections: 2, ..Limits::default() });
    let mut other = server.connect();
    other.hello().await;
    let everywhere = [("panic@x", "b@x", 0), ("a@x", "panic@x", 1), ("a@x", "panic@message", 3)];
    for (from, to, panics_at) in everywhere {
        let mut client = server.connect();
        client.hello().await;
        let commands = [
            format!("MAIL FROM:<{from}>\r\n"),
            format!("RCPT TO:<{to}>\r\n"),
            "DATA\r\n".into(),
            "hi\r\n.\r\n".into(),
        ];
        for command in &commands[..panics_at] {
            client.ask(command).await;
        }
        client.say(&commands[panics_at]).await;
        assert_eq!(client.rest().await, "451 4.3.0 something went wrong here; try again later\r\n");
        client.hang_up();
        // The one beside it did not notice, and its slot is free: there are only two.
        other.data("bob@example.org").await;
        assert_eq!(other.ask("hello\r\n.\r\n").await, 250);
        tokio::time::sleep(crate::scene::seconds(2)).await;
    }
    let summary = server.end().await;
    assert_eq!((summary.panics, summary.messages, summary.turned_away), (3, 3, 0));
    assert_eq!(postbox.bodies().len(), 3);
}
