//! GET, and nothing else, from a server that may be slow, broken or another program.
//!
//! Every wait has a deadline, the answer has a greatest length, and what is not a plain `200` is a
//! failure: a redirect is not followed, since it leads where no configuration says.
use super::network::Dial;
use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::{
    Request, Response, StatusCode, body::Bytes, body::Incoming, client::conn::http1, header,
};
use hyper_util::rt::TokioIo;
use std::{future::IntoFuture, pin::pin, time::Duration};
use thiserror::Error;
use tokio::time::timeout;

/// A server that answers GETs.
#[derive(Clone, Debug)]
pub struct RestServer<D> {
    /// How to reach it.
    pub dial: D,
    /// What it calls itself, for the `Host` of a request.
    pub host: String,
    /// The `Authorization` to send along, if any.
    pub authorization: Option<String>,
    /// How long to wait for it.
    pub timeouts: HttpTimeouts,
    /// How many bytes an answer may have.
    pub longest: usize,
}

/// How long to wait for each part of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HttpTimeouts {
    /// For the connection.
    pub connect: Duration,
    /// From then on, for the whole head of the answer.
    pub head: Duration,
    /// From then on, for the whole body.
    pub body: Duration,
}

impl HttpTimeouts {
    /// How long a GET may take in all.
    pub fn total(&self) -> Duration {
        self.connect + self.head + self.body
    }
}

/// Why a GET brought nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RestError {
    /// No server there.
    #[error("no connection: {0}")]
    Connect(String),
    /// A part of the answer did not come in time.
    #[error("no {part} within {within:?}")]
    Late {
        /// Which part.
        part: &'static str,
        /// How long it was waited for.
        within: Duration,
    },
    /// An answer that is no `200`.
    #[error("it answered {0}")]
    Status(StatusCode),
    /// It sends us somewhere else.
    #[error("it answered {status}, to {location:?}, which is not followed")]
    Redirect {
        /// Which kind.
        status: StatusCode,
        /// Where to.
        location: String,
    },
    /// More than was asked for.
    #[error("an answer of more than {0} bytes")]
    TooLong(usize),
    /// The connection broke, or what came was not HTTP.
    #[error("a broken answer: {0}")]
    Broken(String),
    /// A whole answer that makes no sense.
    #[error("{0}")]
    Garbage(String),
}

impl<D: Dial> RestServer<D> {
    /// GETs what is at `path`, over a connection of its own.
    ///
    /// Dropping the future closes the connection.
    ///
    /// # Errors
    /// Whatever went wrong, and at the latest when [`HttpTimeouts::total`] is over.
    pub async fn get(&self, path: &str) -> Result<Bytes, RestError> {
        let io = within("connection", self.timeouts.connect, self.dial.dial()).await?;
        let io = io.map_err(|error| RestError::Connect(error.to_string()))?;
        // A head of 64 kB is enough.
        let handshake = http1::Builder::new().max_buf_size(1 << 16).handshake(TokioIo::new(io));
        let (mut requests, connection) = handshake.await.map_err(broken)?;
        let request = self.request(path)?;
        let exchange = async {
            let answer = within("answer", self.timeouts.head, requests.send_request(request))
                .await?
                .map_err(broken)?;
            within("end of the answer", self.timeouts.body, self.read(answer)).await?
        };
        // The connection is a future that moves the bytes, and hyper does not run it. Here it runs
        // beside the exchange, and no longer than that.
        let mut exchange = pin!(exchange);
        tokio::select! {
            answer = &mut exchange => answer,
            _ = connection.into_future() => exchange.await,
        }
    }

    fn request(&self, path: &str) -> Result<Request<Empty<Bytes>>, RestError> {
        let mut request = Request::get(path)
            .header(header::HOST, &self.host)
            .header(header::USER_AGENT, "mail2alert")
            .header(header::CONNECTION, "close");
        if let Some(authorization) = &self.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        request
            .body(Empty::new())
            .map_err(|error| RestError::Garbage(format!("{path:?} cannot be asked for: {error}")))
    }

    async fn read(&self, answer: Response<Incoming>) -> Result<Bytes, RestError> {
        let status = answer.status();
        if status.is_redirection() {
            let location = answer
                .headers()
                .get(header::LOCATION)
                .map(|location| location.as_bytes().to_owned());
            let location =
                String::from_utf8_lossy(&location.unwrap_or_default()).chars().take(200).collect();
            return Err(RestError::Redirect { status, location });
        }
        if status != StatusCode::OK {
            return Err(RestError::Status(status));
        }
        match Limited::new(answer.into_body(), self.longest).collect().await {
            Ok(body) => Ok(body.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => Err(RestError::TooLong(self.longest)),
            Err(error) => Err(RestError::Broken(error.to_string())),
        }
    }
}

async fn within<T>(
    part: &'static str,
    within: Duration,
    work: impl Future<Output = T>,
) -> Result<T, RestError> {
    timeout(within, work).await.map_err(|_| RestError::Late { part, within })
}

fn broken(error: hyper::Error) -> RestError {
    RestError::Broken(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
        time::{Instant, sleep},
    };

    /// Answers with each piece after its delay in milliseconds, and then closes.
    struct Script(Vec<(u64, Vec<u8>)>);

    impl Dial for Script {
        type Io = DuplexStream;

        async fn dial(&self) -> io::Result<DuplexStream> {
            let (ours, mut theirs) = duplex(1 << 16);
            let script = self.0.clone();
            tokio::spawn(async move {
                let mut request = vec![];
                while !request.ends_with(b"\r\n\r\n") {
                    request.push(theirs.read_u8().await.expect("a whole request"));
                }
                let request = String::from_utf8(request).expect("a request in Unicode");
                assert!(
                    request.starts_with("GET /go/x HTTP/1.1\r\nhost: ci.example.com:8153\r\n"),
                    "{request}"
                );
                assert!(request.contains("authorization: Basic eA==\r\n"), "{request}");
                for (delay, piece) in script {
                    sleep(Duration::from_millis(delay)).await;
                    if theirs.write_all(&piece).await.is_err() {
                        return; // the reader has gone
                    }
                }
            });
            Ok(ours)
        }
    }

    /// No server there; or one that never answers.
    struct NoServer {
        /// The two end in different ways: by a refusal, or by our own time limit.
        silent: bool,
    }

    impl Dial for NoServer {
        type Io = DuplexStream;

        async fn dial(&self) -> io::Result<DuplexStream> {
            if self.silent {
                std::future::pending::<()>().await;
            }
            Err(io::ErrorKind::ConnectionRefused.into())
        }
    }

    fn server<D: Dial>(dial: D) -> RestServer<D> {
        let [connect, head, body] = [100, 200, 400].map(Duration::from_millis);
        RestServer {
            dial,
            host: "ci.example.com:8153".into(),
            authorization: Some("Basic eA==".into()),
            timeouts: HttpTimeouts { connect, head, body },
            longest: 1000,
        }
    }

    /// What a GET brings, and after how many virtual milliseconds.
    async fn get<D: Dial>(dial: D) -> (Result<String, String>, u128) {
        let start = Instant::now();
        let answer = server(dial).get("/go/x").await;
        let answer = answer
            .map(|body| String::from_utf8_lossy(&body).into_owned())
            .map_err(|error| error.to_string());
        (answer, start.elapsed().as_millis())
    }

    fn script<const N: usize>(pieces: [(u64, &str); N]) -> Script {
        Script(
            pieces.into_iter().map(|(delay, piece)| (delay, piece.as_bytes().to_owned())).collect(),
        )
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_read_however_it_is_cut_and_however_it_ends() {
        let whole = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfacts";
        for cut in 1..whole.len() {
            let answer = get(script([(10, &whole[..cut]), (10, &whole[cut..])])).await;
            assert_eq!(answer, (Ok("facts".into()), 20), "cut at {cut}");
        }
        let chunked =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nfac\r\n2\r\nts\r\n0\r\n\r\n";
        assert_eq!(get(script([(0, chunked)])).await.0, Ok("facts".into()));
        let until_the_end = "HTTP/1.0 200 OK\r\n\r\nfacts";
        assert_eq!(get(script([(0, until_the_end)])).await.0, Ok("facts".into()));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_a_whole_200_is_a_failure() {
        let long = format!("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n{}", "x".repeat(1001));
        let long_chunk = format!(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3E9\r\n{}",
            "x".repeat(1001)
        );
        for (answer, error) in [
            (
                "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
                "it answered 500 Internal Server Error",
            ),
            ("HTTP/1.1 404 Not Found\r\n\r\n", "it answered 404 Not Found"),
            ("HTTP/1.1 204 No Content\r\n\r\n", "it answered 204 No Content"),
            (
                "HTTP/1.1 302 Found\r\nLocation: http://evil.example/\r\n\r\n",
                "it answered 302 Found, to \"http://evil.example/\", which is not followed",
            ),
            ("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nfacts", "a broken answer: "),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfacts",
                "a broken answer: ",
            ),
            ("HTTP/1.1 200 OK\r\nContent-Le", "a broken answer: "),
            ("220 mail.example.com ESMTP\r\n", "a broken answer: "),
            ("", "a broken answer: "),
            (&long, "an answer of more than 1000 bytes"),
            (&long_chunk, "an answer of more than 1000 bytes"),
        ] {
            let (result, _) = get(script([(0, answer)])).await;
            let said = result.expect_err(answer);
            assert!(said.starts_with(error), "{answer:?}: {said}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn every_wait_has_its_own_deadline() {
        let late = |part: &str, ms: u64| Err(format!("no {part} within {ms}ms"));
        assert_eq!(
            get(NoServer { silent: false }).await,
            (Err("no connection: connection refused".into()), 0)
        );
        assert_eq!(get(NoServer { silent: true }).await, (late("connection", 100), 100));
        assert_eq!(
            get(script([(1000, "HTTP/1.1 200 OK\r\n\r\n")])).await,
            (late("answer", 200), 200)
        );
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
        assert_eq!(
            get(script([(150, head), (1000, "facts")])).await,
            (late("end of the answer", 400), 550)
        );
        // A byte now and then moves no deadline.
        let drip =
            |from: &str| from.chars().map(|c| (50, c.to_string().into_bytes())).collect::<Vec<_>>();
        assert_eq!(get(Script(drip(head))).await, (late("answer", 200), 200));
        let dripping_body =
            [vec![(0, head.replace('5', "90").into_bytes())], drip(&"x".repeat(90))].concat();
        assert_eq!(get(Script(dripping_body)).await, (late("end of the answer", 400), 400));
    }
}
