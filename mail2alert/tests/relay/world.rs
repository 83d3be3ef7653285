//! The world around the relay, in memory, with a clock that is paused.
pub use super::servers::*;
use mail::smtp::{Listener, ServerSummary};
use mail2alert::{
    config::Config,
    event::{Observer, RelayEvent},
    ledger::Ledger,
    network::Dial,
};
use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{DuplexStream, duplex},
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::Instant,
};

/// What can be connected to, in memory. Clones lead to the same place.
#[derive(Clone)]
pub struct Knocker(mpsc::UnboundedSender<DuplexStream>);

/// Where those connections come out.
pub struct Door(mpsc::UnboundedReceiver<DuplexStream>);

pub fn door() -> (Knocker, Door) {
    let (knocker, door) = mpsc::unbounded_channel();
    (Knocker(knocker), Door(door))
}

impl Dial for Knocker {
    type Io = DuplexStream;

    async fn dial(&self) -> io::Result<DuplexStream> {
        let (ours, theirs) = duplex(1 << 16);
        self.0.send(theirs).map_err(|_| io::ErrorKind::ConnectionRefused)?;
        Ok(ours)
    }
}

impl Listener for Door {
    type Io = DuplexStream;

    async fn accept(&mut self) -> io::Result<(DuplexStream, Option<SocketAddr>)> {
        match self.0.recv().await {
            Some(io) => Ok((io, None)),
            None => std::future::pending().await,
        }
    }
}

/// Everything that the relay does not see of itself.
pub struct World {
    pub mail_server: MailServer,
    pub at_mail_server: Announced,
    pub rest: Rest,
    pub at_rest: Announced,
    pub notifyer: Knocker,
    pub log: Arc<Mutex<Vec<String>>>,
    pub folder: tempfile::TempDir,
    config: Config,
    knockers: (Knocker, Knocker),
    stop: Option<oneshot::Sender<()>>,
    relay: JoinHandle<ServerSummary>,
    servers: Vec<JoinHandle<()>>,
}

/// The configuration, with what a test wants otherwise.
pub fn config(more: impl FnOnce(&str) -> String) -> Config {
    Config::parse(&more(CONFIG), |_| None).unwrap_or_else(|problems| panic!("{problems:?}"))
}

impl World {
    pub async fn new() -> World {
        World::with(config(str::to_owned)).await
    }

    pub async fn with(config: Config) -> World {
        let (mail_server, at_mail_server) = MailServer::new();
        let (rest, at_rest) = Rest::new();
        let (to_mail_server, mail_door) = door();
        let (to_rest, rest_door) = door();
        let servers = vec![
            tokio::spawn(mail_server.clone().serve(mail_door)),
            tokio::spawn(rest.clone().serve(rest_door)),
        ];
        let folder = tempfile::tempdir().expect("a folder");
        let log = Arc::<Mutex<Vec<String>>>::default();
        let knockers = (to_mail_server, to_rest);
        let (notifyer, stop, relay) = start(&config, &folder, &knockers, &log, |_| ());
        World {
            mail_server,
            at_mail_server,
            rest,
            at_rest,
            notifyer,
            log,
            folder,
            config,
            knockers,
            stop: Some(stop),
            relay,
            servers,
        }
    }

    /// A relay with steps that another observer sees, too.
    pub async fn watched(
        config: Config,
        see: impl Fn(&RelayEvent) + Send + Sync + 'static,
    ) -> World {
        let mut world = World::with(config).await;
        world.stop().await;
        let (notifyer, stop, relay) =
            start(&world.config, &world.folder, &world.knockers, &world.log, see);
        (world.notifyer, world.stop, world.relay) = (notifyer, Some(stop), relay);
        world
    }

    /// Tells the relay to stop, and waits for it.
    pub async fn stop(&mut self) -> ServerSummary {
        drop(self.stop.take());
        (&mut self.relay).await.expect("it does not panic")
    }

    /// Tells the relay to stop, and does not wait.
    pub fn tell_to_stop(&mut self) {
        drop(self.stop.take());
    }

    /// Cuts the relay off, as it stands, and starts another one with the same ledger.
    pub async fn crash_and_restart(&mut self) {
        self.relay.abort();
        let _ = (&mut self.relay).await;
        // What it was writing to the disk is written before the ledger is free. (`kill -9` has a
        // test of its own.)
        while self.ledger_is_busy() {
            tokio::task::yield_now().await;
        }
        let (notifyer, stop, relay) =
            start(&self.config, &self.folder, &self.knockers, &self.log, |_| ());
        (self.notifyer, self.stop, self.relay) = (notifyer, Some(stop), relay);
    }

    fn ledger_is_busy(&self) -> bool {
        let lock = std::fs::File::open(self.folder.path().join("ledger")).expect("a file");
        lock.try_lock().is_err()
    }

    /// From now on it cannot be reached.
    pub async fn lose_the_mail_server(&mut self) {
        self.servers[0].abort();
        let _ = (&mut self.servers[0]).await;
    }

    /// From now on it cannot be reached.
    pub async fn lose_the_rest_api(&mut self) {
        self.servers[1].abort();
        let _ = (&mut self.servers[1]).await;
    }

    /// Sends a mail to the relay, as the Notifyer would: what became of it for its only recipient,
    /// and in how many virtual milliseconds.
    pub async fn send(&self, text: &str) -> (String, u128) {
        let start = Instant::now();
        let outcome = self.send_to(&["mail2alert@example.com"], text).await;
        (outcome.into_iter().next().expect("an outcome"), start.elapsed().as_millis())
    }

    pub async fn send_to(&self, to: &[&str], text: &str) -> Vec<String> {
        match send_to(&self.notifyer, to, text).await {
            Ok(outcomes) => outcomes,
            Err(error) => to.iter().map(|_| error.to_string()).collect(),
        }
    }

    /// The code that a mail got.
    pub async fn code(&self, text: &str) -> u16 {
        let (outcome, _) = self.send(text).await;
        outcome
            .get(..3)
            .and_then(|code| code.parse().ok())
            .unwrap_or_else(|| panic!("no code: {outcome}"))
    }

    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }
}

type Started = (Knocker, oneshot::Sender<()>, JoinHandle<ServerSummary>);

fn start(
    config: &Config,
    folder: &tempfile::TempDir,
    knockers: &(Knocker, Knocker),
    log: &Arc<Mutex<Vec<String>>>,
    see: impl Fn(&RelayEvent) + Send + Sync + 'static,
) -> Started {
    let (ledger, damaged) =
        Ledger::open(&folder.path().join("ledger"), config.ledger.bounds).expect("a ledger");
    assert_eq!(damaged, 0, "nothing but kill -9 can damage it");
    let (notifyer, listener) = door();
    let (stop, stopped) = oneshot::channel::<()>();
    let log = log.clone();
    let watch: Observer = Arc::new(move |step: &RelayEvent| {
        log.lock().unwrap().push(step.to_string());
        see(step);
    });
    let (config, (mail_server, rest)) = (config.clone(), knockers.clone());
    let relay = tokio::spawn(async move {
        let stopped = async { drop(stopped.await) };
        mail2alert::serve(&config, ledger, listener, mail_server, rest, watch, stopped).await
    });
    (notifyer, stop, relay)
}
