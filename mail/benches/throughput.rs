//! One end of a measurement; `compare.py` beside this file puts them together.
//!
//!     throughput serve
//!         takes everything, until its standard input ends
//!     throughput serve-floor
//!         the same with the least that a server can do, without this crate
//!     throughput send HOST:PORT MAILS CONNECTIONS BYTES
//!         a campaign over SMTP
//!     throughput pretend MAILS CONNECTIONS
//!         a campaign whose mails arrive without a network
//!
//! Each prints one line of JSON.
use bytes::Bytes;
use mail::{
    campaign::{
        Campaign, CampaignSummary, Connector, Discard, OverSmtp, Recipient, Settings,
        made_up_recipients,
    },
    smtp::{
        Address, Client, Envelope, Handler, Limits, Message, Reply, Server, Timeouts, Transaction,
    },
};
use std::{convert::Infallible, error::Error, fs, io, num::NonZeroUsize, time::Duration};
use tokio::{
    io::AsyncReadExt,
    net::TcpListener,
    time::{Instant, sleep},
};

#[path = "throughput/floor.rs"]
mod floor;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["serve"] => serve().await,
        ["serve-floor"] => floor::serve(),
        ["send", server, mails, connections, bytes] => {
            send(server, mails.parse()?, connections.parse()?, bytes.parse()?).await
        }
        ["pretend", mails, connections] => pretend(mails.parse()?, connections.parse()?).await,
        _ => Err("usage: see the head of throughput.rs".into()),
    }
}

/// Takes everything, and throws it away.
struct Sink;

impl Handler for Sink {
    async fn recipient(&self, _: &Transaction, _: &Address) -> Reply {
        Reply::accepted("ok")
    }

    async fn message(&self, _: Transaction, _: Bytes) -> Reply {
        Reply::accepted("ok")
    }
}

async fn serve() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let end_of_input = async {
        let _ = tokio::io::stdin().read_to_end(&mut vec![]).await;
    };
    let summary = Server::new(Sink, Limits::default()).serve(listener, end_of_input).await;
    println!("{{\"messages\": {}}}", summary.messages);
    Ok(())
}

async fn send(
    server: &str,
    mails: u64,
    connections: usize,
    bytes: usize,
) -> Result<(), Box<dyn Error>> {
    let from: Address = "sender@example.org".parse()?;
    let connect = || Client::connect(server, "localhost", Timeouts::all(Duration::from_secs(60)));
    let mail = |recipient: &Recipient| {
        let to = &recipient.address;
        let mut text = format!("From: <{from}>\r\nTo: <{to}>\r\nSubject: news\r\n\r\n");
        while text.len() < bytes {
            text += "This is a line of a message of that many bytes, as it might be.\r\n";
        }
        Ok((Envelope { from: Some(from.clone()), to: vec![to.clone()] }, Message::new(text)))
    };
    measure(OverSmtp::new(connect, mail), mails, connections, false).await
}

async fn pretend(mails: u64, connections: usize) -> Result<(), Box<dyn Error>> {
    measure(Discard, mails, connections, true).await
}

async fn measure(
    connector: impl Connector,
    mails: u64,
    connections: usize,
    with_heartbeat: bool,
) -> Result<(), Box<dyn Error>> {
    let connections = NonZeroUsize::new(connections).ok_or("there must be a connection")?;
    let (begin, used) = (Instant::now(), had_a_processor());
    let campaign = Campaign::new(connector, Settings { connections, ..Settings::default() });
    let mut gaps = Gaps::new();
    let summary: CampaignSummary = tokio::select! {
        biased;
        never = gaps.watch(), if with_heartbeat => match never {},
        summary = campaign.run(made_up_recipients(mails)) => summary?,
    };
    let (seconds, used) = (begin.elapsed().as_secs_f64(), (had_a_processor() - used).as_secs_f64());
    if !summary.all_sent() {
        return Err(format!("{summary:?}").into());
    }
    println!(
        "{{\"messages\": {}, \"seconds\": {seconds}, \"used\": {used}, \"gap_ms\": {}, \
            \"gap_with_others_ms\": {}, \"rss_mb\": {}}}",
        summary.sent,
        gaps.worst.as_secs_f64() * 1e3,
        gaps.worst_with_others.as_secs_f64() * 1e3,
        resident_at_most()? as f64 / 1024.0,
    );
    Ok(())
}

/// A heartbeat each millisecond, and the longest time between two: in all, and without the time in
/// which other processes had the processor, for which nothing in here can be blamed.
struct Gaps {
    worst: Duration,
    worst_with_others: Duration,
}

impl Gaps {
    fn new() -> Gaps {
        Gaps { worst: Duration::ZERO, worst_with_others: Duration::ZERO }
    }

    async fn watch(&mut self) -> Infallible {
        let mut last = (Instant::now(), waited_for_a_processor());
        loop {
            sleep(Duration::from_millis(1)).await;
            let now = (Instant::now(), waited_for_a_processor());
            let (gap, others) = (now.0 - last.0, now.1 - last.1);
            self.worst = self.worst.max(gap.saturating_sub(others));
            self.worst_with_others = self.worst_with_others.max(gap);
            last = now;
        }
    }
}

/// The most memory that this process has ever had, in KiB.
fn resident_at_most() -> io::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number =
        line.and_then(|line| line.split_whitespace().next()).and_then(|number| number.parse().ok());
    number.ok_or(io::Error::other("this system does not tell how much memory a process had"))
}

/// How long this process, which has one thread, has had a processor.
fn had_a_processor() -> Duration {
    scheduled(0)
}

/// How long it could have run and had none.
fn waited_for_a_processor() -> Duration {
    scheduled(1)
}

fn scheduled(field: usize) -> Duration {
    let statistics = fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds =
        statistics.split_whitespace().nth(field).and_then(|number| number.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or_default())
}
