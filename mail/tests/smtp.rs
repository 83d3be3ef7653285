//! What the server and the client do together, in the plain case.
use bytes::Bytes;
use mail::smtp::{Address, Client, Envelope, Handler, Limits, Message, Reply, Server, Timeouts, Transaction};
use std::sync::{Arc, Mutex};
use tokio::{io::duplex, net::TcpListener, sync::oneshot};
use tokio_util::sync::CancellationToken;

/// Keeps what it gets. Nobody is called mallory here.
#[derive(Default)]
struct Postbox(Mutex<Vec<(Transaction, Bytes)>>);

impl Handler for Postbox {
    async fn recipient(&self, _: &Transaction, to: &Address) -> Reply {
        match to.local_part() {
            "mallory" => Reply::no_such_mailbox("no mallory here"),
            _ => Reply::accepted("recipient ok"),
        }
    }

    async fn message(&self, mail: Transaction, body: Bytes) -> Reply {
        self.0.lock().unwrap().push((mail, body));
        Reply::accepted("kept")
    }
}

fn envelope(to: &[&str]) -> Envelope {
    let address = |text: &str| Address::new(text).expect("an address");
    Envelope { from: Some(address("alice@example.net")), to: to.iter().map(|to| address(to)).collect() }
}

#[tokio::test(start_paused = true)]
async fn each_recipient_gets_a_verdict_of_its_own() {
    let postbox = Arc::new(Postbox::default());
    let server = Server::new(postbox.clone(), Limits::default());
    let (ours, theirs) = duplex(64);
    let stop = CancellationToken::new();
    let talk = async {
        let mut client = Client::over(ours, "client", Timeouts::default()).await.unwrap();
        let envelope = envelope(&["bob@example.org", "mallory@example.org", "carol@example.org"]);
        let verdicts = client.send(&envelope, &Message::new("one\n.two\n..\n")).await.unwrap();
        let verdicts: Vec<String> = verdicts.iter().map(ToString::to_string).collect();
        assert_eq!(verdicts, ["250 2.0.0 kept", "550 5.1.1 no mallory here", "250 2.0.0 kept"]);
        client.quit().await.unwrap();
    };
    let (report, ()) = tokio::join!(server.converse(theirs, &stop), talk);
    assert_eq!(report.messages, 1);
    let kept = postbox.0.lock().unwrap();
    assert_eq!(kept[0].1, "one\r\n.two\r\n..\r\n");
    assert_eq!(kept[0].0.envelope, envelope(&["bob@example.org", "carol@example.org"]));
}

#[tokio::test]
async fn the_same_goes_over_tcp_until_the_server_is_told_to_stop() {
    let postbox = Arc::new(Postbox::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = Server::new(postbox.clone(), Limits::default()).serve(listener, async { _ = stopped.await });
    let server = tokio::spawn(server);
    let mut client = Client::connect(address, "client", Timeouts::default()).await.unwrap();
    for _ in 0..3 {
        let verdicts = client.send(&envelope(&["bob@example.org"]), &Message::new("hello\n")).await.unwrap();
        assert!(verdicts[0].is_accepted());
    }
    drop(stop);
    let summary = server.await.unwrap();
    assert_eq!((summary.connections, summary.messages, summary.cut_off), (1, 3, 0));
    assert_eq!(postbox.0.lock().unwrap().len(), 3);
}
