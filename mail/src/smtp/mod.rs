//! SMTP: RFC 5321, with PIPELINING, 8BITMIME, SIZE, SMTPUTF8 and enhanced status codes.
//!
//! In the order in which it is understood:
//!
//! 1. [`address`] and [`reply`]: the words of the protocol.
//! 2. [`command`]: one line in, one [`Command`](command::Command) out.
//! 3. [`codec`]: bytes in, frames out; a frame is a line, or a whole message. Where a message ends
//!    is decided here, and nowhere else.
//! 4. [`session`]: frames in, actions out, and no socket, clock or `await` in it. All of the
//!    server's behaviour is here.
//! 5. [`connection`]: one session over a stream of bytes of any kind: it reads, writes, waits, and
//!    asks the handler.
//! 6. [`server`]: many connections, their limits, and how they end.
//! 7. [`client`]: the other side, and what can come of a message.
//!
//! ```
//! use mail::smtp::{
//!     Address, Client, Envelope, Handler, Limits, Message, Reply, Server, Timeouts, Transaction,
//! };
//! use bytes::Bytes;
//!
//! struct Postbox;
//!
//! impl Handler for Postbox {
//!     async fn recipient(&self, _: &Transaction, to: &Address) -> Reply {
//!         match to.local_part() {
//!             "alice" => Reply::recipient_ok(),
//!             _ => Reply::no_such_mailbox("only alice lives here"),
//!         }
//!     }
//!
//!     async fn message(&self, mail: Transaction, body: Bytes) -> Reply {
//!         println!("{} bytes for {:?}", body.len(), mail.envelope.to);
//!         Reply::accepted("it is in her hands")
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! let address = listener.local_addr()?;
//! let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
//! let server = Server::new(Postbox, Limits::default());
//! let server = tokio::spawn(server.serve(listener, async { _ = stopped.await }));
//!
//! let mut client = Client::connect(address, "client.example.net", Timeouts::default()).await?;
//! let envelope = Envelope {
//!     from: Some("bob@example.net".parse()?),
//!     to: vec!["alice@example.org".parse()?, "carol@example.org".parse()?],
//! };
//! let message = Message::new("Subject: hello\n\nHow are you?\n");
//! let outcomes = client.send(&envelope, &message).await?;
//! assert!(outcomes[0].is_accepted());
//! assert_eq!(outcomes[1].to_string(), "550 5.1.1 only alice lives here");
//! client.quit().await?;
//!
//! drop(stop);
//! assert_eq!(server.await?.messages, 1);
//! # Ok(())
//! # }
//! ```
pub mod address;
mod budget;
pub mod client;
pub mod codec;
pub mod command;
pub mod connection;
mod limits;
mod message;
mod outcome;
pub mod reply;
pub mod server;
pub mod session;
#[cfg(feature = "tls")]
pub mod submission;

pub use address::{Address, AddressError};
pub use budget::{Budget, Reservation};
pub use client::{Client, ClientError, DeliveryOutcome, Timeouts};
pub use connection::{ConnectionEnd, Handler};
pub use limits::{BareNewlines, Limits};
pub use message::{Envelope, Message};
pub use reply::{Reply, Status};
pub use server::{Listener, Server, ServerSummary};
pub use session::{Peer, Transaction};
