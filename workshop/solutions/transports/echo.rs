//! Read until a read returns 0 bytes, which is the end of the stream, and answer each time with what was read: not with the
//! whole buffer, in which older bytes may stand.
use async_concepts::{LaneExt, say};
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, duplex};
use tokio::join;

/// Sends everything back, until the client is done.
async fn echo(mut client: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let mut buffer = [0; 16];
    loop {
        let length = client.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        client.write_all(&buffer[..length]).await?;
    }
}

/// What the client sees: each part comes back, and then nothing more.
async fn talk(mut server: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    for part in ["hel", "lo, wor", "ld"] {
        server.write_all(part.as_bytes()).await?;
        let mut answer = vec![0; part.len()];
        server.read_exact(&mut answer).await?;
        say!("{:?}", String::from_utf8_lossy(&answer));
    }
    server.shutdown().await?;
    let rest = server.read(&mut [0; 16]).await?;
    say!("and {rest} bytes more");
    Ok(())
}

async fn program() {
    let (client, server) = duplex(64);
    let client = async { talk(client).await.unwrap_or_else(|error| say!("{error}")) };
    let _ = join!(client.lane("client"), echo(server).lane("server"));
}

fn main() {
    workshop::show("echo", program);
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::{TcpListener, TcpStream};

    #[test]
    fn every_part_comes_back_and_then_the_end_from_a_pipe_a_script_and_a_socket() {
        workshop::attempt(program)
            .mistake("it hung up too soon: one read is not all there is", |run| run.said("broken pipe"))
            .mistake("it wrote more than it had read", |run| run.said("\\0"))
            .mistake("it waits for the end before it answers, and the client for an answer", |run| run.never_ended())
            .mistake("a read of 0 bytes is the end, not an empty message", |run| run.blocked())
            .says(&[
                "0.000 client \"hel\"",
                "0.000 client \"lo, wor\"",
                "0.000 client \"ld\"",
                "0.000 client and 0 bytes more",
            ])
            .verdict();
        let mut script = tokio_test::io::Builder::new();
        let client = script.read(b"hel").write(b"hel").read(b"lo, wor").write(b"lo, wor").build();
        workshop::attempt(|| echo(client)).verdict();

        let over_tcp = async || {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let client = TcpStream::connect(listener.local_addr()?).await?;
            let (server, _) = listener.accept().await?;
            tokio::try_join!(talk(client).lane("client"), echo(server).lane("server"))
        };
        workshop::attempt_for_real(over_tcp).holds("all came back", |run| run.said("and 0")).verdict();
    }
}
