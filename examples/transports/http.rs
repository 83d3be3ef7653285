//! HTTP: a GET by hand, to see what waits for what.
//!
//! In Python: `asyncio.open_connection` and `asyncio.start_server`, see `http.py` beside this file.
//! Look for: Lines with `>` are what the client sends, and with `<` what it gets. The body's end is
//! found in one of three ways: its length, a chunk of length 0, or the end of the connection. What
//! comes from the peer has limits, and each wait a deadline: a silent server costs one second. In a
//! program, use a crate such as hyper.
//!
//!     cargo run --example http
use async_concepts::{LaneExt, say, stage::Stage};
use futures::try_join;
use std::{error::Error, io, net::Ipv4Addr, process::ExitCode, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};

type Fault = Box<dyn Error + Send + Sync>;

const LONGEST_LINE: u64 = 8 * 1024;
const MOST_HEADERS: usize = 100;
const LARGEST_BODY: usize = 1024 * 1024;

// ANCHOR: connection
/// A transport on which no wait lasts for ever.
struct Connection<T> {
    transport: BufReader<T>,
    /// For each single read and write.
    patience: Duration,
}

impl<T: AsyncRead + AsyncWrite + Unpin> Connection<T> {
    fn new(transport: T, patience: Duration) -> Connection<T> {
        Connection { transport: BufReader::new(transport), patience }
    }

    async fn send(&mut self, text: &str) -> Result<(), Fault> {
        within(self.patience, self.transport.write_all(text.as_bytes())).await
    }

    /// Reads a line, without what ends it.
    async fn line(&mut self) -> Result<String, Fault> {
        let mut line = vec![];
        within(
            self.patience,
            (&mut self.transport).take(LONGEST_LINE).read_until(b'\n', &mut line),
        )
        .await?;
        if line.pop_if(|byte| *byte == b'\n').is_none() {
            let full = line.len() as u64 == LONGEST_LINE;
            return Err(
                if full { "a line is too long" } else { "the connection ends early" }.into()
            );
        }
        line.pop_if(|byte| *byte == b'\r');
        Ok(String::from_utf8_lossy(&line).into_owned())
    }

    /// Reads lines up to an empty one.
    async fn headers(&mut self) -> Result<Vec<String>, Fault> {
        let mut headers = vec![];
        loop {
            match self.line().await? {
                line if line.is_empty() => return Ok(headers),
                _ if headers.len() == MOST_HEADERS => return Err("too many headers".into()),
                line => headers.push(line),
            }
        }
    }

    /// Reads up to so many bytes more, or fewer where the connection ends. Of what is only
    /// announced nothing is kept.
    async fn read(&mut self, body: &mut Vec<u8>, length: usize) -> Result<(), Fault> {
        let end = body.len().saturating_add(length);
        while body.len() < end && body.len() <= LARGEST_BODY {
            let mut rest = (&mut self.transport).take((end - body.len()) as u64);
            if within(self.patience, rest.read_buf(body)).await? == 0 {
                return Ok(());
            }
        }
        if body.len() > LARGEST_BODY { Err("the body is too large".into()) } else { Ok(()) }
    }

    async fn read_exactly(&mut self, body: &mut Vec<u8>, length: usize) -> Result<(), Fault> {
        let end = body.len().saturating_add(length);
        self.read(body, length).await?;
        if body.len() == end { Ok(()) } else { Err("the connection ends early".into()) }
    }
}

async fn within<T>(
    patience: Duration,
    work: impl Future<Output = io::Result<T>>,
) -> Result<T, Fault> {
    match timeout(patience, work).await {
        Ok(result) => Ok(result?),
        Err(_) => Err(format!("the other side is silent for {patience:?}").into()),
    }
}
// ANCHOR_END: connection

// ANCHOR: get
#[derive(Debug, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

pub async fn get(
    transport: impl AsyncRead + AsyncWrite + Unpin,
    path: &str,
    patience: Duration,
) -> Result<Response, Fault> {
    let mut connection = Connection::new(transport, patience);
    let request =
        [format!("GET {path} HTTP/1.1"), "Host: localhost".into(), "Connection: close".into()];
    request.iter().for_each(|line| say!("> {line}"));
    connection.send(&(request.join("\r\n") + "\r\n\r\n")).await?;

    let line = connection.line().await?;
    say!("< {line}");
    let status = status(&line).ok_or_else(|| format!("not HTTP: {line:?}"))?;
    let mut response = Response { status, headers: vec![], body: vec![] };
    for header in connection.headers().await? {
        say!("< {header}");
        let (name, value) =
            header.split_once(':').ok_or_else(|| format!("not a header: {header:?}"))?;
        response.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    response.body = body(&mut connection, &response).await?;
    say!("body: {}", String::from_utf8_lossy(&response.body));
    Ok(response)
}

/// `HTTP/1.1 200 OK`, where the last word may be missing.
fn status(line: &str) -> Option<u16> {
    let mut words = line.split(' ');
    words.next().filter(|version| version.starts_with("HTTP/1."))?;
    let digits = words.next().filter(|digits| digits.len() == 3)?;
    Some(length(digits, 10).ok()? as u16)
}
// ANCHOR_END: get

// ANCHOR: body
async fn body<T>(connection: &mut Connection<T>, response: &Response) -> Result<Vec<u8>, Fault>
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let named = |name| {
        let all = response.headers.iter();
        all.filter(move |header| header.0 == name).map(|header| header.1.as_str())
    };
    let mut lengths: Vec<&str> = named("content-length").collect();
    lengths.dedup();
    let mut body = vec![];
    // ANCHOR: end
    match (named("transfer-encoding").next(), &lengths[..]) {
        // These have none, whatever their headers say.
        _ if [204, 304].contains(&response.status) => {}
        (Some(coding), []) if coding.eq_ignore_ascii_case("chunked") => {
            read_chunks(connection, &mut body).await?
        }
        (Some(coding), []) => return Err(format!("this client did not ask for {coding}").into()),
        // Up to the end of the connection.
        (None, []) => connection.read(&mut body, usize::MAX).await?,
        (None, [digits]) => connection.read_exactly(&mut body, length(digits, 10)?).await?,
        // Two that trust different headers disagree on its end: requests can be smuggled in.
        _ => return Err("more than one length".into()),
    }
    // ANCHOR_END: end
    Ok(body)
}

async fn read_chunks<T>(connection: &mut Connection<T>, body: &mut Vec<u8>) -> Result<(), Fault>
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        let line = connection.line().await?;
        // After `;`: extensions.
        let length = length(line.split(';').next().unwrap_or_default().trim_end(), 16)?;
        if length == 0 {
            connection.headers().await?; // trailers, which are not used here
            return Ok(());
        }
        connection.read_exactly(body, length).await?;
        say!("< chunk of {length} bytes");
        if !connection.line().await?.is_empty() {
            return Err("a chunk is longer than it says".into());
        }
    }
}

/// Only digits: `from_str_radix` alone would take a sign as well.
fn length(digits: &str, radix: u32) -> Result<usize, Fault> {
    let only_digits = digits.chars().all(|digit| digit.is_digit(radix));
    let length = usize::from_str_radix(digits, radix).ok().filter(|_| only_digits);
    length.ok_or_else(|| format!("not a length: {digits:?}").into())
}
// ANCHOR_END: body

// ANCHOR: server
/// A server for one request, just large enough for this client.
pub async fn answer(transport: impl AsyncRead + AsyncWrite + Unpin) -> Result<(), Fault> {
    let mut connection = Connection::new(transport, Duration::from_secs(5));
    let request = connection.line().await?;
    connection.headers().await?;
    say!("asked for {request}");
    let pieces: &[&str] = match request.split(' ').nth(1) {
        Some("/length") => &["HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello, world"],
        Some("/chunked") => &[
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nslow \r\n",
            "4\r\nand \r\n",
            "6\r\nsteady\r\n0\r\n\r\n",
        ],
        Some("/close") => &["HTTP/1.1 200 OK\r\n\r\nuntil ", "the end"],
        // Until the client has gone.
        Some("/silent") => return connection.read(&mut vec![], usize::MAX).await,
        _ => &["HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"],
    };
    for (number, piece) in pieces.iter().enumerate() {
        if number > 0 {
            sleep(Duration::from_millis(100)).await; // to find out what comes next
        }
        connection.send(piece).await?;
    }
    within(connection.patience, connection.transport.shutdown()).await
}
// ANCHOR_END: server

async fn over_tcp(path: &str, patience: Duration) -> Result<(), Fault> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let client = async {
        let transport = TcpStream::connect(address).await?;
        if let Err(error) = get(transport, path, patience).await {
            say!("error: {error}");
        }
        Ok(())
    };
    let server = async { answer(listener.accept().await?.0).await };
    try_join!(client.lane("client"), server.lane("server"))?;
    Ok(())
}

pub async fn content_length() -> Result<(), Fault> {
    over_tcp("/length", Duration::from_secs(5)).await
}

pub async fn chunked() -> Result<(), Fault> {
    over_tcp("/chunked", Duration::from_secs(5)).await
}

pub async fn until_the_end() -> Result<(), Fault> {
    over_tcp("/close", Duration::from_secs(5)).await
}

pub async fn silent() -> Result<(), Fault> {
    over_tcp("/silent", Duration::from_millis(200)).await
}

pub fn stage() -> Stage {
    Stage::of(include_str!("http.rs"))
        .does_io()
        .try_scene("content-length", content_length)
        .try_scene("chunked", chunked)
        .try_scene("until the connection ends", until_the_end)
        .try_scene("a server that says nothing", silent)
}

fn main() -> ExitCode {
    stage().run()
}
