//! A mail server of its own, in case you have no other to send a hundred thousand mails to.
use bytes::Bytes;
use mail::smtp::{Address, Handler, Limits, Reply, Server, Transaction};
use std::{
    collections::HashSet,
    io,
    net::SocketAddr,
    sync::{Mutex, mpsc},
    thread::{self, JoinHandle},
};
use tokio::{net::TcpListener, sync::oneshot};

/// Reads nothing and keeps nothing. It has all mailboxes but unknown@…, and refuses later@… at the
/// first attempt.
#[derive(Default)]
struct Postbox {
    refused_once: Mutex<HashSet<Address>>,
}

impl Handler for Postbox {
    async fn recipient(&self, _: &Transaction, to: &Address) -> Reply {
        let name = to.local_part();
        if name.starts_with("unknown") {
            return Reply::no_such_mailbox("there is no such mailbox");
        }
        if name.starts_with("later") {
            let mut refused = self.refused_once.lock().expect("no panic while it is held");
            if !refused.remove(to) {
                refused.insert(to.clone());
                return Reply::try_again("not now, later");
            }
        }
        Reply::accepted("welcome")
    }

    async fn message(&self, _: Transaction, _: Bytes) -> Reply {
        Reply::accepted("thank you")
    }
}

/// A server on a thread of its own, so that it has no part in what the heartbeat of the sender's
/// thread shows.
pub struct OwnServer {
    pub address: SocketAddr,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<u64>,
}

impl OwnServer {
    /// Starts one, on a free port on loopback, for this many connections.
    pub fn start(connections: usize) -> io::Result<OwnServer> {
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = mpsc::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = thread::Builder::new().name("server".to_owned()).spawn(move || {
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await;
                let bound = listener.and_then(|listener| Ok((listener.local_addr()?, listener)));
                let listener = match bound {
                    Ok((address, listener)) => {
                        let _ = tell.send(Ok(address));
                        listener
                    }
                    Err(error) => {
                        let _ = tell.send(Err(error));
                        return 0;
                    }
                };
                let limits = Limits { connections, ..Limits::default() };
                let stopped = async {
                    let _ = stopped.await;
                };
                Server::new(Postbox::default(), limits).serve(listener, stopped).await.messages
            })
        })?;
        let address = told.recv().map_err(io::Error::other)??;
        Ok(OwnServer { address, stop, thread })
    }

    /// Ends it, and says how many mails it has accepted.
    pub fn end(self) -> u64 {
        drop(self.stop);
        self.thread.join().unwrap_or_default()
    }
}
