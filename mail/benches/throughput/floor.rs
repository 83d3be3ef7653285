//! The least that a server can do for a client that says one command at a time: for each command
//! one receive and one send, and one wait for all connections together. It looks at the first
//! letter of a command only, keeps nothing, and has no limits and no deadlines.
//!
//! What it costs is what the kernel costs. No server can have less without leaving out a system
//! call, and for such a client there is none to leave out.
use mio::{
    Events, Interest, Poll, Token,
    net::{TcpListener, TcpStream},
};
use std::{
    collections::HashMap,
    error::Error,
    io::{self, Read, Write},
    process, thread,
};

const LISTENER: Token = Token(usize::MAX);

/// Serves until the standard input ends.
pub fn serve() -> Result<(), Box<dyn Error>> {
    let mut poll = Poll::new()?;
    let mut listener = TcpListener::bind("127.0.0.1:0".parse()?)?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    println!("{}", listener.local_addr()?);
    thread::spawn(|| {
        let _ = io::stdin().read_to_end(&mut vec![]);
        process::exit(0);
    });
    let mut sessions = HashMap::new();
    let mut next = 0;
    let mut events = Events::with_capacity(64);
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            if event.token() == LISTENER {
                while let Ok((mut stream, _)) = listener.accept() {
                    stream.set_nodelay(true)?;
                    poll.registry().register(&mut stream, Token(next), Interest::READABLE)?;
                    stream.write_all(b"220 localhost ESMTP\r\n")?;
                    let session = Session { stream, in_message: false, end: vec![] };
                    sessions.insert(Token(next), session);
                    next += 1;
                }
            } else if let Some(session) = sessions.get_mut(&event.token())
                && !session.step().unwrap_or(false)
            {
                sessions.remove(&event.token());
            }
        }
    }
}

struct Session {
    stream: TcpStream,
    in_message: bool,
    /// The last bytes of the message, by which its end is found.
    end: Vec<u8>,
}

impl Session {
    /// One receive and one send. Whether the session goes on.
    fn step(&mut self) -> io::Result<bool> {
        const END: &[u8] = b"\r\n.\r\n";
        let mut piece = [0; 8 * 1024];
        let length = self.stream.read(&mut piece)?;
        let piece = &piece[..length];
        if self.in_message {
            self.end.extend_from_slice(piece);
            self.end.drain(..self.end.len().saturating_sub(END.len()));
            if self.end == END {
                self.in_message = false;
                self.stream.write_all(b"250 2.0.0 ok\r\n")?;
            }
            return Ok(length > 0);
        }
        let reply: &[u8] = match piece.first() {
            None => return Ok(false),
            Some(b'E') => b"250-localhost\r\n250 SIZE 10485760\r\n",
            Some(b'D') => b"354 go ahead\r\n",
            Some(b'Q') => b"221 2.0.0 bye\r\n",
            Some(_) => b"250 2.1.0 ok\r\n",
        };
        self.in_message = piece[0] == b'D';
        self.end.clear();
        self.stream.write_all(reply)?;
        Ok(piece[0] != b'Q')
    }
}
