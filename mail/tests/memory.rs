//! Threats 6, 7 and 13, measured: how much memory a server takes, whatever its clients send. One
//! test, since it looks at the process that it runs in.
#![cfg(target_os = "linux")]
use bytes::Bytes;
use mail::smtp::{Address, ConnectionEnd, Handler, Limits, Reply, Server, Transaction};
use std::{fs, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    time::sleep,
};
use tokio_util::sync::CancellationToken;

const MEGABYTE: usize = 1 << 20;

/// Keeps a message for a second, as if it had to be brought somewhere.
struct Slow;

impl Handler for Slow {
    async fn recipient(&self, _: &Transaction, _: &Address) -> Reply {
        Reply::accepted("fine")
    }

    async fn message(&self, _: Transaction, body: Bytes) -> Reply {
        sleep(Duration::from_secs(1)).await;
        Reply::accepted(format!("{} bytes", body.len()))
    }
}

/// The most memory that this process has had, in bytes, since that was last reset.
fn peak() -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("Linux has it");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("it is there");
    let kilobytes: usize =
        line.trim().strip_suffix(" kB").expect("in kB").trim().parse().expect("a number");
    kilobytes << 10
}

/// How much the peak has risen while this ran.
async fn rises<T>(work: impl Future<Output = T>) -> (usize, T) {
    fs::write("/proc/self/clear_refs", "5").expect("the peak can be reset to what is used now");
    let before = peak();
    let result = work.await;
    (peak() - before, result)
}

async fn read_until(io: &mut DuplexStream, end: &str) -> String {
    let mut said = vec![];
    while !said.ends_with(end.as_bytes()) {
        said.push(io.read_u8().await.expect("it is said"));
    }
    String::from_utf8(said).expect("ASCII")
}

/// Sends a message of `size` bytes, and returns the code of the reply.
async fn send(mut io: DuplexStream, size: usize) -> String {
    let line = format!("{}\r\n", "x".repeat(998)).into_bytes();
    let piece = line.repeat(4);
    io.write_all(b"EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n").await.unwrap();
    read_until(&mut io, "on a line of its own\r\n").await;
    let mut sent = 0;
    while sent < size {
        let piece = &piece[..piece.len().min((size - sent).next_multiple_of(line.len()))];
        io.write_all(piece).await.unwrap();
        sent += piece.len();
    }
    io.write_all(b".\r\n").await.unwrap();
    let reply = read_until(&mut io, "\r\n").await;
    io.write_all(b"NOOP\r\n").await.unwrap();
    assert!(read_until(&mut io, "\r\n").await.starts_with("250"), "the session is in step");
    reply[..3].to_owned()
}

#[tokio::test(flavor = "current_thread")]
async fn whatever_comes_a_server_keeps_to_its_memory() {
    let limits = Limits {
        message: 4 * MEGABYTE,
        memory: 16 * MEGABYTE,
        connections: 200,
        ..Limits::default()
    };
    let server = Server::new(Slow, limits);
    let stop = CancellationToken::new();

    // 6: a line of a hundred megabytes.
    let (rise, closed) = rises(async {
        let (mut ours, theirs) = duplex(64 << 10);
        let client = async {
            let piece = vec![b'x'; 1 << 16];
            for _ in 0..100 * MEGABYTE / piece.len() {
                ours.write_all(&piece).await.unwrap();
            }
            ours.write_all(b"\r\nQUIT\r\n").await.unwrap();
            read_until(&mut ours, "221 2.0.0 bye\r\n").await;
            drop(ours);
        };
        tokio::join!(server.converse(theirs, &stop), client).0.end
    })
    .await;
    assert!(matches!(closed, ConnectionEnd::Quit), "{closed:?}");
    assert!(rise < 2 * MEGABYTE, "a line without an end took {rise} bytes");

    // 7: a message of a hundred megabytes, twenty-five times as large as it may be.
    let (rise, code) = rises(async {
        let (ours, theirs) = duplex(64 << 10);
        tokio::join!(server.converse(theirs, &stop), send(ours, 100 * MEGABYTE)).1
    })
    .await;
    assert_eq!(code, "552");
    assert!(rise < 10 * MEGABYTE, "a message that is too large took {rise} bytes");

    // 13: two hundred messages of two megabytes at once, which would be 400.
    let (rise, codes) = rises(async {
        let sessions = (0..200).map(|_| async {
            let (ours, theirs) = duplex(4 << 10);
            tokio::join!(server.converse(theirs, &stop), send(ours, 2 * MEGABYTE)).1
        });
        futures::future::join_all(sessions).await
    })
    .await;
    let count = |code: &str| codes.iter().filter(|had| *had == code).count();
    assert_eq!(count("250") + count("452"), 200, "{codes:?}");
    assert!(count("250") >= 1 && count("452") >= 1, "{codes:?}");
    // The budget; as much again for the holes that the allocator leaves when two hundred buffers
    // grow side by side; and for each connection some kilobytes on both sides of its pipe.
    assert!(rise < (2 * 16 + 24) * MEGABYTE, "two hundred messages took {rise} bytes");
    println!("{} of 200 accepted, {rise} bytes", count("250"));

    // And afterwards there is room again.
    let (ours, theirs) = duplex(64 << 10);
    assert_eq!(tokio::join!(server.converse(theirs, &stop), send(ours, 2 * MEGABYTE)).1, "250");
}
