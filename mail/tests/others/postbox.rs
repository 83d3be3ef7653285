//! A server over TCP that keeps what it gets.
use bytes::Bytes;
use mail::smtp::{Address, Handler, Limits, Reply, Server, Transaction};
use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// A message, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    pub body: String,
}

impl Mail {
    /// The lines after the headers.
    pub fn text(&self) -> Vec<&str> {
        let (_, text) = self.body.split_once("\r\n\r\n").expect("there are headers");
        text.strip_suffix("\r\n").expect("the last line has its end").split("\r\n").collect()
    }
}

/// Has no mailbox unknown@…, and has no room for full@….
#[derive(Clone, Default)]
struct Received(Arc<Mutex<Vec<Mail>>>);

impl Handler for Received {
    async fn recipient(&self, _: &Transaction, to: &Address) -> Reply {
        match to.local_part() {
            "unknown" => Reply::no_such_mailbox("no such mailbox"),
            "full" => Reply::try_again("no room now"),
            _ => Reply::accepted("fine"),
        }
    }

    async fn message(&self, mail: Transaction, body: Bytes) -> Reply {
        let envelope = mail.envelope;
        self.0.lock().expect("no panic while it is held").push(Mail {
            from: envelope.from.map(|from| from.to_string()).unwrap_or_default(),
            to: envelope.to.iter().map(Address::to_string).collect(),
            body: String::from_utf8(body.to_vec()).expect("tests send UTF-8"),
        });
        Reply::accepted("it is here")
    }
}

pub struct Postbox {
    pub address: SocketAddr,
    received: Received,
    stop: oneshot::Sender<()>,
    server: JoinHandle<mail::smtp::server::ServerSummary>,
}

impl Postbox {
    pub async fn open() -> io::Result<Postbox> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (address, received) = (listener.local_addr()?, Received::default());
        let (stop, stopped) = oneshot::channel();
        let stopped = async {
            let _ = stopped.await;
        };
        let server =
            tokio::spawn(Server::new(received.clone(), Limits::default()).serve(listener, stopped));
        Ok(Postbox { address, received, stop, server })
    }

    /// Ends the server: how many connections it had, and what it got.
    pub async fn close(self) -> (u64, Vec<Mail>) {
        drop(self.stop);
        let summary = self.server.await.expect("it does not panic");
        assert_eq!((summary.panics, summary.cut_off), (0, 0));
        let mails =
            std::mem::take(&mut *self.received.0.lock().expect("no panic while it is held"));
        (summary.connections, mails)
    }
}

/// Lines that a dot, or a line end, could get lost in.
pub const DOTS: [&str; 6] = [".", "..", ".dot", "", "last", "."];
