//! Threat 22: a server that is told to stop.
use crate::scene::{Postbox, Running, seconds, since};
use mail::smtp::{Limits, Server};
use tokio::{
    io::AsyncReadExt,
    net::{TcpListener, TcpStream},
    sync::oneshot,
    time::{Instant, sleep},
};

const STOPPING: &str = "421 4.3.2 the server is being stopped\r\n";

#[tokio::test(start_paused = true)]
async fn threat_22_a_client_between_two_messages_is_told_at_once() {
    let mut server = Running::new(Postbox::default(), Limits::default());
    let (mut silent, mut idle, mut half_way) =
        (server.connect(), server.connect(), server.connect());
    assert!(silent.reply().await.starts_with("220"));
    idle.hello().await;
    half_way.hello().await;
    half_way.say("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n").await;
    half_way.reply().await;
    half_way.reply().await;
    server.has_been_told_to_stop();
    let begin = Instant::now();
    for mut client in [silent, idle, half_way] {
        let mut said = String::new();
        while let Some(line) = client.line().await {
            said = line + "\r\n";
            if said == STOPPING {
                break;
            }
        }
        assert_eq!(said, STOPPING);
        client.hang_up();
    }
    let summary = server.end().await;
    assert_eq!(since(begin), seconds(0));
    assert_eq!((summary.connections, summary.cut_off), (3, 0));
}

#[tokio::test(start_paused = true)]
async fn threat_22_a_message_that_is_on_its_way_is_brought_to_its_end() {
    let postbox = Postbox::default();
    let mut server =
        Running::new(postbox.clone(), Limits { shutdown: seconds(20), ..Limits::default() });
    let mut client = server.connect();
    client.hello().await;
    client.data("slow@message").await;
    client.say("the beginning\r\n").await;
    sleep(seconds(1)).await;
    server.has_been_told_to_stop();
    sleep(seconds(1)).await;
    client.say("and the end\r\n.\r\nNOOP\r\n").await;
    let mut server = Box::pin(server.end());
    let rest = tokio::select! {
        biased;
        _ = &mut server => panic!("the server ended before the message was delivered"),
        rest = client.rest() => rest,
    };
    let (accepted, told) = rest.split_once("\r\n").unwrap();
    assert_eq!(accepted, "250 2.0.0 fine", "{rest}");
    assert!(told.ends_with(STOPPING), "{rest}");
    client.hang_up();
    let summary = server.await;
    assert_eq!((summary.messages, summary.cut_off), (1, 0));
    assert_eq!(postbox.bodies(), ["the beginning\r\nand the end\r\n"]);
}

#[tokio::test(start_paused = true)]
async fn threat_22_what_is_not_done_in_time_is_cut_off_and_no_client_is_told_that_it_was() {
    let postbox = Postbox::default();
    let mut server =
        Running::new(postbox.clone(), Limits { shutdown: seconds(9), ..Limits::default() });
    let (mut sending, mut handled) = (server.connect(), server.connect());
    for client in [&mut sending, &mut handled] {
        client.hello().await;
        client.data("slow@message").await;
        client.say("the beginning\r\n").await;
    }
    handled.say(".\r\n").await; // it would take ten seconds
    sleep(seconds(0)).await;
    server.has_been_told_to_stop();
    let begin = Instant::now();
    let summary = server.end().await;
    assert_eq!(since(begin), seconds(9));
    assert_eq!((summary.messages, summary.cut_off), (0, 2));
    assert_eq!((sending.rest().await, handled.rest().await), (String::new(), String::new()));
    assert!(postbox.bodies().is_empty());
}

#[tokio::test]
async fn threat_22_no_client_can_connect_to_a_server_that_is_being_stopped() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = Server::new(Postbox::default(), Limits::default());
    let server = tokio::spawn(server.serve(listener, async { _ = stopped.await }));
    let mut client = TcpStream::connect(address).await.unwrap();
    assert_eq!(client.read_u8().await.unwrap(), b'2');
    drop(stop);
    let mut rest = String::new();
    client.read_to_string(&mut rest).await.unwrap();
    assert!(rest.ends_with(STOPPING), "{rest}");
    assert!(TcpStream::connect(address).await.is_err(), "the port is still open");
    drop(client);
    server.await.unwrap();
}
