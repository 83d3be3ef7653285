//! Threat 11: connections that end where they should not.
use crate::scene::{Postbox, seconds};
use mail::smtp::{ConnectionEnd, Limits, Server};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, duplex},
    net::{TcpListener, TcpStream},
    time::sleep,
};
use tokio_util::sync::CancellationToken;

const AS_FAR_AS_DATA: &str = "EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n";

/// Reads until this has been said.
async fn until(io: &mut (impl AsyncReadExt + Unpin), said: &str) {
    let mut text = vec![];
    while !text.ends_with(said.as_bytes()) {
        text.push(io.read_u8().await.expect("it is said"));
    }
}

const GO_AHEAD: &str = "354 go ahead, and end with a dot on a line of its own\r\n";

#[tokio::test(start_paused = true)]
async fn threat_11_a_message_without_its_end_is_never_delivered_wherever_it_is_cut() {
    let message = "Subject: half\r\n\r\nof it\r\n.\r\n";
    for cut in 0..=message.len() {
        let postbox = Postbox::default();
        let server = Server::new(postbox.clone(), Limits::default());
        let (mut ours, theirs) = duplex(1024);
        let stop = CancellationToken::new();
        let talk = async {
            ours.write_all(AS_FAR_AS_DATA.as_bytes()).await.unwrap();
            until(&mut ours, GO_AHEAD).await;
            ours.write_all(&message.as_bytes()[..cut]).await.unwrap();
            drop(ours);
        };
        let (outcome, ()) = tokio::join!(server.converse(theirs, &stop), talk);
        if cut == message.len() {
            // It has been accepted, and the client will never know: it sends it again. Better twice
            // than not at all.
            assert_eq!(postbox.bodies().len(), 1, "the end was there");
        } else {
            assert!(
                matches!(outcome.end, ConnectionEnd::HungUpInMessage),
                "{outcome:?}, cut at {cut}"
            );
            assert_eq!(
                (postbox.bodies().len(), outcome.messages),
                (0, 0),
                "half a message, cut at {cut}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn threat_11_to_hang_up_after_the_end_does_not_stop_the_delivery() {
    let postbox = Postbox::default();
    let server = Server::new(postbox.clone(), Limits::default());
    let (mut ours, theirs) = duplex(1024);
    let stop = CancellationToken::new();
    let talk = async {
        ours.write_all(AS_FAR_AS_DATA.replace("bob@example.org", "slow@message").as_bytes())
            .await
            .unwrap();
        until(&mut ours, GO_AHEAD).await;
        ours.write_all(b"hello\r\n.\r\n").await.unwrap();
        sleep(seconds(1)).await; // the handler is at work
        drop(ours);
    };
    let (outcome, ()) = tokio::join!(server.converse(theirs, &stop), talk);
    assert_eq!((outcome.messages, postbox.bodies().len()), (1, 1), "{outcome:?}");
}

/// A client that does this after the 354, and a server, over TCP.
async fn over_tcp<F: Future<Output = ()>>(
    end: impl FnOnce(TcpStream) -> F,
) -> (ConnectionEnd, usize) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut socket = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (accepted, _) = listener.accept().await.unwrap();
    let postbox = Postbox::default();
    let server = Server::new(postbox.clone(), Limits::default());
    let stop = CancellationToken::new();
    let talk = async {
        socket.write_all(AS_FAR_AS_DATA.as_bytes()).await.unwrap();
        until(&mut socket, GO_AHEAD).await;
        end(socket).await;
    };
    let (outcome, ()) = tokio::join!(server.converse(accepted, &stop), talk);
    (outcome.end, postbox.bodies().len())
}

#[tokio::test]
async fn threat_11_a_reset_in_a_message_is_not_its_end() {
    let (closed, delivered) = over_tcp(async |mut socket| {
        socket.write_all(b"half of it\r\n").await.unwrap();
        socket.set_zero_linger().unwrap(); // so that closing it resets the connection
    })
    .await;
    assert!(
        matches!(closed, ConnectionEnd::Broken(_) | ConnectionEnd::HungUpInMessage),
        "{closed:?}"
    );
    assert_eq!(delivered, 0);
}

#[tokio::test]
async fn threat_11_a_client_that_only_ends_its_own_half_still_gets_its_replies() {
    let (closed, delivered) = over_tcp(async |mut socket| {
        socket.write_all(b"all of it\r\n.\r\n").await.unwrap();
        socket.shutdown().await.unwrap();
        until(&mut socket, "250 2.0.0 fine\r\n").await;
    })
    .await;
    assert!(matches!(closed, ConnectionEnd::HungUp), "{closed:?}");
    assert_eq!(delivered, 1);

    let (closed, delivered) = over_tcp(async |mut socket| socket.shutdown().await.unwrap()).await;
    assert!(matches!(closed, ConnectionEnd::HungUpInMessage), "{closed:?}");
    assert_eq!(delivered, 0);
}
