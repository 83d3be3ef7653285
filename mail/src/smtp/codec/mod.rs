//! The two codecs: what goes over the wire becomes frames on the server's side, and replies on the
//! client's.
mod client;
mod server;

pub use client::{ReplyCodec, ReplyError, dot_stuff};
pub use server::{Frame, MessageError, ServerCodec};
