//! HTTP: a GET by hand, to see what waits for what.
//!
//! In Python: `asyncio.open_connection` and `asyncio.start_server`, see `http.py` beside this file.
//! Look for: Each read and write has a deadline, and what a peer may send a limit. Chunks arrive
//! while the server still looks for the next one, and a server that says nothing costs 0.2 s. Lines
//! with `>` are sent, those with `<` received. In a program, use a crate such as hyper.
//!
//!     cargo run --example http
use async_concepts::{LaneExt, say, stage::Stage};
use futures::try_join;
use std::{error::Error, io, net::Ipv4Addr, process::ExitCode, time::Duration};
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    io::{BufReader, split},
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};

type Got<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// No more bytes are read from a peer, head and body together.
pub const LARGEST: u64 = 1024 * 1024;
const TIMEOUT: Duration = Duration::from_secs(5); // for each wait of the server

/// Awaits one read or write, but not for ever.
async fn within<T>(wait: Duration, work: impl Future<Output = io::Result<T>>) -> Got<T> {
    match timeout(wait, work).await {
        Ok(result) => Ok(result?),
        Err(_) => Err(format!("the other side is silent for {wait:?}").into()),
    }
}

/// Reads a line, without what ends it.
async fn line(reader: &mut (impl AsyncBufRead + Unpin), wait: Duration) -> Got<String> {
    let mut line = String::new();
    within(wait, reader.read_line(&mut line)).await?;
    let line = line.strip_suffix('\n').ok_or("the connection ends early, or sends too much")?;
    Ok(line.trim_end().to_owned())
}

/// Reads exactly `n` bytes. Of a length that is only announced nothing is kept.
async fn read(from: &mut (impl AsyncBufRead + Unpin), n: u64, wait: Duration) -> Got<Vec<u8>> {
    let mut bytes = vec![];
    within(wait, from.take(n).read_to_end(&mut bytes)).await?;
    if bytes.len() as u64 == n { Ok(bytes) } else { Err("the body ends early".into()) }
}

/// Reads pieces, each with its length before it, up to one of length 0.
async fn chunks(reader: &mut (impl AsyncBufRead + Unpin), wait: Duration) -> Got<Vec<u8>> {
    let mut body = vec![];
    loop {
        let length = u64::from_str_radix(&line(reader, wait).await?, 16)?;
        body.extend(read(reader, length, wait).await?);
        line(reader, wait).await?; // the empty line after each chunk
        if length == 0 {
            return Ok(body);
        }
        say!("< chunk of {length} bytes");
    }
}

pub async fn get<T>(transport: T, path: &str, wait: Duration) -> Got<Vec<u8>>
where
    T: AsyncRead + AsyncWrite,
{
    let (reader, mut writer) = split(transport);
    let mut reader = BufReader::new(reader.take(LARGEST));
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    request.trim_end().lines().for_each(|line| say!("> {line}"));
    within(wait, writer.write_all(request.as_bytes())).await?;
    let mut length = None;
    let mut chunked = false;
    let mut body = vec![];
    loop {
        let header = line(&mut reader, wait).await?;
        match header.to_ascii_lowercase().split_once(": ") {
            Some(("content-length", digits)) => length = Some(digits.parse()?),
            Some(("transfer-encoding", "chunked")) => chunked = true,
            _ if header.is_empty() => break,
            _ => {} // the status, and what this client does not need
        }
        say!("< {header}");
    }
    // ANCHOR: end
    if chunked {
        body = chunks(&mut reader, wait).await?;
    } else if let Some(length) = length {
        body = read(&mut reader, length, wait).await?;
    } else {
        within(wait, reader.read_to_end(&mut body)).await?; // its end is that of the connection
    }
    // ANCHOR_END: end
    if reader.get_ref().limit() == 0 {
        return Err("the other side sends too much".into());
    }
    say!("body: {}", String::from_utf8_lossy(&body));
    Ok(body)
}

/// A server for one request, just large enough for this client.
pub async fn answer(transport: impl AsyncRead + AsyncWrite + Unpin) -> Got<()> {
    let (reader, mut writer) = split(transport);
    let mut reader = BufReader::new(reader.take(LARGEST));
    let request = line(&mut reader, TIMEOUT).await?;
    while !line(&mut reader, TIMEOUT).await?.is_empty() {}
    say!("asked for {request}");
    let pieces: &[&str] = match request.split(' ').nth(1) {
        Some("/length") => &["Content-Length: 12\r\n\r\nhello, world"],
        Some("/chunked") => &[
            "Transfer-Encoding: chunked\r\n\r\n5\r\nslow \r\n",
            "4\r\nand \r\n",
            "6\r\nsteady\r\n0\r\n\r\n",
        ],
        Some("/close") => &["\r\nuntil ", "the end"],
        _ => return within(TIMEOUT, reader.read_to_end(&mut vec![])).await.map(drop),
    };
    within(TIMEOUT, writer.write_all(b"HTTP/1.1 200 OK\r\n")).await?;
    for piece in pieces {
        within(TIMEOUT, writer.write_all(piece.as_bytes())).await?;
        sleep(Duration::from_millis(100)).await; // to find out what comes next
    }
    within(TIMEOUT, writer.shutdown()).await
}

async fn over_tcp(path: &str, wait: Duration) -> Got<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let client = async {
        let transport = TcpStream::connect(listener.local_addr()?).await?;
        if let Err(error) = get(transport, path, wait).await {
            say!("error: {error}");
        }
        Ok(())
    };
    let server = async { answer(listener.accept().await?.0).await };
    try_join!(client.lane("client"), server.lane("server"))?;
    Ok(())
}

pub fn stage() -> Stage {
    Stage::of(include_str!("http.rs"))
        .does_io()
        .try_scene("content-length", || over_tcp("/length", TIMEOUT))
        .try_scene("chunked", || over_tcp("/chunked", TIMEOUT))
        .try_scene("until the connection ends", || over_tcp("/close", TIMEOUT))
        .try_scene("a server that says nothing", || over_tcp("/silent", Duration::from_millis(200)))
}

fn main() -> ExitCode {
    stage().run()
}
