//! A server without a network: the codec and the session, fed by hand.
use bytes::{Bytes, BytesMut};
use mail::smtp::{
    Budget, Limits, Reply,
    codec::{Frame, ServerCodec},
    session::{Action, Question, Response, Session},
};
use std::sync::Arc;
use tokio_util::codec::Decoder;

pub struct SingleConnection {
    pub budget: Budget,
    codec: ServerCodec,
    session: Session,
    pub unread: BytesMut,
    pub frames: Vec<Frame>,
    pub replies: Vec<String>,
    pub delivered: Vec<Bytes>,
    pub closed: bool,
    /// What the application says to a sender or to a recipient. By default, yes.
    pub answer: fn(&Question) -> Reply,
}

impl SingleConnection {
    pub fn new(limits: Limits) -> SingleConnection {
        let (limits, budget) = (Arc::new(limits.clone()), Budget::new(limits.memory));
        SingleConnection {
            codec: ServerCodec::new(&limits, budget.clone()),
            session: Session::new("host".into(), limits, budget.clone(), None),
            budget,
            unread: BytesMut::new(),
            frames: vec![],
            replies: vec![],
            delivered: vec![],
            closed: false,
            answer: |_| Reply::accepted("yes"),
        }
    }

    /// A connection that waits for a message.
    pub fn after_data(limits: Limits) -> SingleConnection {
        let mut connection = SingleConnection::new(limits);
        connection.feed(
            b"EHLO client\r\nMAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n",
        );
        assert!(connection.replies.pop().unwrap().starts_with("354"), "{:?}", connection.replies);
        connection.replies.clear();
        connection.frames.clear();
        connection
    }

    /// Every sender, every recipient and every message is accepted.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.unread.extend_from_slice(bytes);
        while !self.closed {
            let Some(frame) = self.codec.decode(&mut self.unread).unwrap() else { return };
            self.frames.push(frame.clone());
            let response = match self.session.frame(frame) {
                Action::Respond(response) => response,
                Action::Ask(question) => {
                    let answer = (self.answer)(&question);
                    self.session.answered(question, answer)
                }
                Action::Deliver(_, body, _) => {
                    self.delivered.push(body);
                    self.session.delivered(Reply::accepted("delivered"))
                }
                Action::ReceiveMessage(reply) => {
                    self.codec.expect_message();
                    Response::Reply(reply)
                }
            };
            let reply = match response {
                Response::Reply(reply) => reply,
                Response::Close(reply) => {
                    self.closed = true;
                    reply
                }
            };
            self.replies.push(reply.to_string());
        }
    }

    /// The codes of the replies.
    pub fn codes(&self) -> Vec<&str> {
        self.replies.iter().map(|reply| &reply[..3]).collect()
    }
}
